"""When the law wants goods delivered, beside what was promised and what is expected; who must be told when.

Contrat type général (1999: articles 14 and 22, read; 2017: article 24.1): the legal day holds where no other
was agreed. From two hours after an appointment to load on, whoever gave the order may take another carrier.
"""

from datetime import date, datetime, timedelta
from typing import Literal

import msgspec

from rt.trade.calendars import FRANCE
from rt.trade.contract_rules import TRANSIT, due_on, home_delivery_days, transit_days
from rt.trade.places import Address
from rt.trade.tables import row_on

REPLACED_AFTER = timedelta(hours=2)
"""Contrat type of 1999, art. 14: a carrier so late at its loading appointment is replaced without notice."""
Standing = Literal["unknown", "on_time", "expected_late", "late"]


class LegalDay(msgspec.Struct, frozen=True, kw_only=True):
    """The last day of delivery by law, with its arithmetic."""

    on: date
    km: float
    carriage_days: int
    home_days: int
    source: str
    verified: bool


def legal_day(
    picked_up_on: date, km: float, *, weight_kg: float, inhabitants: int | None, at: Address = FRANCE
) -> LegalDay:
    """The last day for goods taken over that day; a town whose people are not counted is taken for small."""
    row, people = row_on(TRANSIT, picked_up_on), inhabitants or 0
    return LegalDay(
        on=due_on(picked_up_on, km, weight_kg=weight_kg, inhabitants=people, at=at),
        km=km,
        carriage_days=transit_days(km, picked_up_on),
        home_days=home_delivery_days(picked_up_on, weight_kg=weight_kg, inhabitants=people),
        source=row.source,
        verified=row.verified,
    )


def standing(
    *, limit: datetime | None, expected: datetime | None, done: datetime | None, now: datetime
) -> Standing:
    """Whether something is late, or will be: `limit` is the last moment that is in time."""
    if limit is None:
        return "unknown"
    if (done or now) > limit:
        return "late"
    if done:
        return "on_time"
    if expected is None:
        return "unknown"
    return "expected_late" if expected > limit else "on_time"


def replaceable_at(appointment_until: datetime | None, *, loaded: bool) -> datetime | None:
    """From when on a carrier that has not come to load may be replaced without notice."""
    return None if appointment_until is None or loaded else appointment_until + REPLACED_AFTER
