"""The contrat type général and CMR as dated tables: transit days, liability, deadlines of claims.

Sources: décret 99-269 of 6 April 1999 (articles 21 and 22 read), décret 2017-461 (caps from secondary
pages, durations believed unchanged), Code de commerce L133-3, CMR 1956. A row not read says `verified=False`.
"""

from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Literal

import msgspec

from rt.trade.calendars import FRANCE, add_working_days, is_public_holiday
from rt.trade.places import Address
from rt.trade.tables import Dated, row_on

SMALL_SHIPMENT_KG = 3_000
DECREE_1999 = "décret 99-269 du 6 avril 1999, contrat type général"
DECREE_2017 = "décret 2017-461 du 31 mars 2017 (C. transports D3222-1, annexe II)"
REFORM = date(2017, 5, 1)


class TransitRow(Dated, frozen=True, kw_only=True):
    """Days a shipment may take (article 22.1)."""

    km_per_day: int
    home_delivery_town: int
    home_delivery_elsewhere: int
    town_from: int


_TRANSIT = TransitRow(
    starts_on=date(1999, 4, 6),
    ends_on=date(2017, 4, 30),
    source=f"{DECREE_1999}, art. 22",
    verified=True,
    km_per_day=450,
    home_delivery_town=1,
    home_delivery_elsewhere=2,
    town_from=5_000,
)
TRANSIT: tuple[TransitRow, ...] = (
    _TRANSIT,
    msgspec.structs.replace(_TRANSIT, starts_on=REFORM, ends_on=None, source=DECREE_2017, verified=False),
)


class LiabilityRow(Dated, frozen=True, kw_only=True):
    """Most that a carrier owes for loss or damage inside France (article 21), in euros."""

    small_per_kg: int
    small_per_package: int
    large_per_kg: int
    large_per_tonne: int


LIABILITY: tuple[LiabilityRow, ...] = (
    LiabilityRow(
        starts_on=date(1999, 4, 6),
        ends_on=date(2017, 4, 30),
        source=f"{DECREE_1999}, art. 21",
        verified=True,
        small_per_kg=23,
        small_per_package=750,
        large_per_kg=14,
        large_per_tonne=2_300,
    ),
    LiabilityRow(
        starts_on=REFORM,
        source=DECREE_2017,
        verified=False,
        small_per_kg=33,
        small_per_package=1_000,
        large_per_kg=20,
        large_per_tonne=3_200,
    ),
)


class CmrRow(Dated, frozen=True, kw_only=True):
    """Most that a carrier owes under CMR, in special drawing rights per kg."""

    sdr_per_kg: Decimal


CMR_LIABILITY: tuple[CmrRow, ...] = (
    CmrRow(
        starts_on=date(1980, 12, 28),
        source="CMR art. 23.3, protocole de Genève 1978",
        verified=False,
        sdr_per_kg=Decimal("8.33"),
    ),
)

Claim = Literal["domestic_reserves", "cmr_reserves", "cmr_delay"]


class ClaimRow(Dated, frozen=True, kw_only=True):
    """Days to write to the carrier, counted from the day after delivery."""

    claim: Claim
    days: int
    without_holidays: bool
    without_sundays: bool
    form_fr: str
    form_en: str


CLAIMS: tuple[ClaimRow, ...] = (
    ClaimRow(
        claim="domestic_reserves",
        starts_on=date(2000, 9, 21),
        source="C. com. L133-3 (jours fériés non compris ; le dimanche est compté, lecture la plus sûre)",
        verified=True,
        days=3,
        without_holidays=True,
        without_sundays=False,
        form_fr="lettre recommandée ou acte extrajudiciaire, protestation motivée",
        form_en="registered letter or bailiff, with reasons",
    ),
    ClaimRow(
        claim="cmr_reserves",
        starts_on=date(1961, 7, 2),
        source="CMR art. 30.1, dommage non apparent",
        verified=False,
        days=7,
        without_holidays=True,
        without_sundays=True,
        form_fr="réserves écrites",
        form_en="reservations in writing",
    ),
    ClaimRow(
        claim="cmr_delay",
        starts_on=date(1961, 7, 2),
        source="CMR art. 30.3",
        verified=False,
        days=21,
        without_holidays=False,
        without_sundays=False,
        form_fr="réserves écrites",
        form_en="reservations in writing",
    ),
)


def transit_days(km: float, on: date) -> int:
    """Days of carriage: one for each started 450 km."""
    return max(1, ceil(km / row_on(TRANSIT, on).km_per_day))


def due_on(
    picked_up_on: date,
    km: float,
    *,
    weight_kg: float,
    inhabitants: int,
    sub_prefecture: bool = False,
    at: Address = FRANCE,
) -> date:
    """The last day of delivery when no other was agreed; later is late (article 22).

    Carriage leaves out Saturdays and non-working days, home delivery non-working days alone; holidays are
    those of the place of delivery.
    """
    carried = add_working_days(picked_up_on, transit_days(km, picked_up_on), at=at)
    days = home_delivery_days(
        picked_up_on, weight_kg=weight_kg, inhabitants=inhabitants, sub_prefecture=sub_prefecture
    )
    return add_working_days(carried, days, saturdays=True, at=at)


def home_delivery_days(on: date, *, weight_kg: float, inhabitants: int, sub_prefecture: bool = False) -> int:
    """Days on top of carriage for delivery at the consignee's."""
    row = row_on(TRANSIT, on)
    nearby = inhabitants >= row.town_from or sub_prefecture or weight_kg >= SMALL_SHIPMENT_KG
    return row.home_delivery_town if nearby else row.home_delivery_elsewhere


def claim_deadline(claim: Claim, delivered_on: date, at: Address = FRANCE) -> date:
    """The last day to write to the carrier; holidays are those of the place of delivery."""
    row = row_on(tuple(one for one in CLAIMS if one.claim == claim), delivered_on)
    day, left = delivered_on, row.days
    while left:
        day += timedelta(days=1)
        holiday = row.without_holidays and is_public_holiday(day, at)
        left -= not (holiday or (row.without_sundays and day.isoweekday() == 7))
    return day
