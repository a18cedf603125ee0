"""Time at the dock: what the price of transport covers, what is invoiced apart (contrat type, art. 11)."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import msgspec

from rt.kernel.core.errors import Invalid
from rt.trade.calendars import is_working_day, paris_day, paris_instant
from rt.trade.contract_rules import DECREE_1999, DECREE_2017, REFORM, SMALL_SHIPMENT_KG
from rt.trade.tables import Dated, row_on

Arrival = Literal["appointment", "window", "other", "missed"]
"""How the truck came: at its appointment, in its window, without either, or too late for its appointment."""
LARGE_SHIPMENT_KG = 10_000
LARGE_SHIPMENT_M3 = 30


class FreeTimeRow(Dated, frozen=True, kw_only=True):
    """Minutes at the dock that the price covers (article 11), by size of shipment and kind of arrival."""

    tiny: int
    small: int
    medium: dict[Arrival, int]
    large: dict[Arrival, int]
    late_tolerance: int
    longer_tolerance: int


_MINUTES = FreeTimeRow(
    starts_on=date(1999, 4, 6),
    ends_on=date(2017, 4, 30),
    source=f"{DECREE_1999}, art. 11",
    verified=True,
    tiny=15,
    small=30,
    medium={"appointment": 60, "window": 90, "other": 120, "missed": 135},
    large={"appointment": 60, "window": 120, "other": 180, "missed": 195},
    late_tolerance=30,
    longer_tolerance=30,
)
FREE_TIME: tuple[FreeTimeRow, ...] = (
    _MINUTES,
    msgspec.structs.replace(_MINUTES, starts_on=REFORM, ends_on=None, source=DECREE_2017, verified=False),
)


class FreeTime(msgspec.Struct, frozen=True, kw_only=True):
    """Minutes that the price covers; `tolerance` is the lengthening admitted with an appointment kept."""

    minutes: int
    tolerance: int
    suspendable: bool
    source: str
    verified: bool


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """Until when the price covers the stay, and the minutes beyond it, invoiced apart (article 17)."""

    free_until: datetime
    excess_minutes: int


class OpeningHoursEmpty(Invalid):
    fr = "Le site ouvre et ferme à {opens} : donnez deux heures différentes."
    en = "The site opens and closes at {opens}: give two different times."


def arrival_kind(arrived_at: datetime, appointment_at: datetime, *, on: date) -> Arrival:
    """An appointment is kept up to 30 minutes late, missed after."""
    tolerance = timedelta(minutes=row_on(FREE_TIME, on).late_tolerance)
    return "appointment" if arrived_at <= appointment_at + tolerance else "missed"


def free_time(on: date, *, weight_kg: float, packages: int, volume_m3: float, arrival: Arrival) -> FreeTime:
    """Free time at the dock for a shipment; below 3 t neither appointment nor volume change it."""
    row = row_on(FREE_TIME, on)
    small = weight_kg < SMALL_SHIPMENT_KG
    if small:
        minutes = row.tiny if weight_kg < 100 and packages < 20 else row.small
    elif weight_kg > LARGE_SHIPMENT_KG or volume_m3 > LARGE_SHIPMENT_M3:
        minutes = row.large[arrival]
    else:
        minutes = row.medium[arrival]
    return FreeTime(
        minutes=minutes,
        tolerance=row.longer_tolerance if arrival == "appointment" and not small else 0,
        suspendable=not small,
        source=row.source,
        verified=row.verified,
    )


def waiting(
    arrived_at: datetime,
    left_at: datetime,
    free: FreeTime,
    *,
    agreed_from: datetime | None = None,
    opens: time = time(8),
    closes: time = time(18),
) -> Waiting:
    """The dock's clock: from arrival to departure with signed documents, suspended as article 11.2 says.

    With an appointment or window (`agreed_from`) nothing counts before it. Without, free time that has not
    run out at closing stops until opening of the next working day; once it has run out, the clock goes on.
    A site that closes before it opens works through the night; its working day is the one it opens on.
    """
    if closes == opens:
        raise OpeningHoursEmpty(opens=f"{opens:%H:%M}")
    arrived_at, left_at = arrived_at.astimezone(UTC), left_at.astimezone(UTC)
    allowance = timedelta(minutes=free.minutes + free.tolerance)
    start = arrived_at
    closed = timedelta(0)
    if free.suspendable and agreed_from is not None:
        start = max(arrived_at, agreed_from)
    elif free.suspendable:
        start, evening = _open_from(arrived_at, opens, closes)
        spent, reached = timedelta(0), start
        while evening - reached + spent < allowance:
            spent += evening - reached
            stopped = evening
            reached, evening = _open_from(stopped, opens, closes)
            closed += reached - stopped
    free_until = start + allowance + closed
    excess = max(left_at - free_until, timedelta(0))
    return Waiting(free_until=free_until, excess_minutes=int(excess.total_seconds()) // 60)


def _open_from(at: datetime, opens: time, closes: time) -> tuple[datetime, datetime]:
    """That instant if the dock is open, else the next on a working day (jour ouvrable); closing."""
    over_midnight = timedelta(days=1 if closes <= opens else 0)
    day = paris_day(at) - over_midnight
    while not is_working_day(day, saturdays=True) or _paris(day + over_midnight, closes) <= at:
        day += timedelta(days=1)
    return max(at, _paris(day, opens)), _paris(day + over_midnight, closes)


def _paris(day: date, clock: time) -> datetime:
    return paris_instant(day, clock.hour, clock.minute)
