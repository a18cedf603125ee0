"""Days on which France works: public holidays (Alsace-Moselle too), working days, Paris time."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType

from rt.trade.zones import PARIS

ALSACE_MOSELLE = ("57", "67", "68")
"""Départements with Good Friday and 26 December (C. trav. L3134-13)."""
SATURDAY, SUNDAY = 5, 6


@lru_cache(maxsize=64)
def public_holidays(year: int, *, alsace_moselle: bool = False) -> Mapping[date, str]:
    """The holidays of that year with their French names (C. trav. L3133-1)."""
    from holidays import country_holidays  # imported here: most processes never need a calendar

    found = country_holidays("FR", subdiv="57" if alsace_moselle else None, years=year, language="fr")
    return MappingProxyType(dict(sorted(found.items())))


def in_alsace_moselle(postal_code: str) -> bool:
    return postal_code[:2] in ALSACE_MOSELLE


def is_public_holiday(day: date, *, alsace_moselle: bool = False) -> bool:
    return day in public_holidays(day.year, alsace_moselle=alsace_moselle)


def is_working_day(day: date, *, saturdays: bool = False, alsace_moselle: bool = False) -> bool:
    """Monday to Friday but holidays (jour ouvré); with `saturdays` also Saturday (jour ouvrable)."""
    last = SATURDAY if saturdays else SATURDAY - 1
    return day.weekday() <= last and not is_public_holiday(day, alsace_moselle=alsace_moselle)


def add_working_days(day: date, count: int, *, saturdays: bool = False, alsace_moselle: bool = False) -> date:
    """The `count`th working day after that day; the day itself for 0."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, saturdays=saturdays, alsace_moselle=alsace_moselle)
    return day


def next_working_day(day: date, *, saturdays: bool = False, alsace_moselle: bool = False) -> date:
    """The first working day after that day."""
    return add_working_days(day, 1, saturdays=saturdays, alsace_moselle=alsace_moselle)


def paris_instant(day: date, hour: int, minute: int = 0) -> datetime:
    """The UTC instant when clocks in Paris show that hour; 24 is midnight at the end of the day.

    Of an hour shown twice in October the first is meant; one skipped in March is taken an hour later.
    """
    if hour == 24:
        day, hour = day + timedelta(days=1), 0
    return datetime.combine(day, time(hour, minute), PARIS).astimezone(UTC)


def paris_day(at: datetime) -> date:
    """The calendar day in Paris at that instant."""
    return at.astimezone(PARIS).date()


def hours_in_day(day: date) -> int:
    """24, but 23 and 25 on the days when the clocks change."""
    return int((paris_instant(day, 24) - paris_instant(day, 0)).total_seconds()) // 3600
