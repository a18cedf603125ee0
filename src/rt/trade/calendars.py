"""Days on which France works: public holidays (Alsace-Moselle too), working days, Paris time."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from types import MappingProxyType

from rt.trade.places import Address
from rt.trade.zones import PARIS

ALSACE_MOSELLE = ("57", "67", "68")
"""Départements with Good Friday and 26 December (C. trav. L3134-13)."""
OVERSEAS_PARTS = {
    **{"971": "GP", "972": "MQ", "973": "GF", "974": "RE", "975": "PM", "976": "YT", "977": "BL"},
    **{"978": "MF", "984": "TF", "986": "WF", "987": "PF", "988": "NC"},
}
"""Beginnings of French postal codes overseas, and the codes of ISO 3166-1 for the same."""
ISLANDS = {"97133": "BL", "97150": "MF"}
"""Saint-Barthélemy and Saint-Martin: collectivities since 2007 that kept these codes of Guadeloupe's."""
FRANCE = Address()
SATURDAY, SUNDAY = 5, 6


def public_holidays(year: int, at: Address = FRANCE) -> Mapping[date, str]:
    """The holidays of that year at a place, in France with their French names (C. trav. L3133-1).

    Alsace-Moselle and overseas have more; abroad those of the whole country; none where they are not known.
    """
    return _holidays(year, *_land(at.country, at.postal_code))


def overseas_part(postal_code: str) -> str | None:
    """The part of the Republic overseas that a French postal code is of, by its code of ISO 3166-1."""
    code = postal_code.strip()
    return ISLANDS.get(code) or OVERSEAS_PARTS.get(code[:3])


def in_alsace_moselle(postal_code: str) -> bool:
    return postal_code[:2] in ALSACE_MOSELLE


def is_public_holiday(day: date, at: Address = FRANCE) -> bool:
    return day in public_holidays(day.year, at)


def is_working_day(day: date, *, saturdays: bool = False, at: Address = FRANCE) -> bool:
    """Monday to Friday but holidays (jour ouvré); with `saturdays` also Saturday (jour ouvrable)."""
    last = SATURDAY if saturdays else SATURDAY - 1
    return day.weekday() <= last and not is_public_holiday(day, at)


def add_working_days(day: date, count: int, *, saturdays: bool = False, at: Address = FRANCE) -> date:
    """The `count`th working day after that day; the day itself for 0."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, saturdays=saturdays, at=at)
    return day


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


@lru_cache(maxsize=1_024)
def _land(country: str, postal_code: str) -> tuple[str, str | None]:
    """The country whose holidays hold there, and the part of France."""
    code = postal_code.strip()
    part = overseas_part(code) if country == "FR" else country
    if part in OVERSEAS_PARTS.values():
        return "FR", part
    if country == "FR" and in_alsace_moselle(code):
        return "FR", "57"
    return country, None


@lru_cache(maxsize=256)
def _holidays(year: int, country: str, part: str | None) -> Mapping[date, str]:
    from holidays import country_holidays  # imported here: most processes never need a calendar

    language = "fr" if country == "FR" else None
    try:
        found = country_holidays(country, subdiv=part, years=year, language=language)
    except NotImplementedError:  # a country that the package does not know
        return MappingProxyType({})
    return MappingProxyType(dict(sorted(found.items())))
