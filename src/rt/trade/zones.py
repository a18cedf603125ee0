"""Which clock hangs on the wall of a site: the time zone of its country, or of its part of the country."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from rt.kernel.core.clock import ZONE
from rt.kernel.core.errors import Invalid

PARIS: Final = ZONE
"""The trade's own clock; where a country is not named below, its clocks show the same hour."""
_COUNTRIES: Final = {
    zone: countries.split()
    for zone, countries in {
        "Atlantic/Reykjavik": "IS",
        "Europe/London": "GB IM JE GG",
        "Europe/Dublin": "IE",
        "Europe/Lisbon": "PT",
        "Atlantic/Faroe": "FO",
        "Africa/Casablanca": "MA",
        "Europe/Helsinki": "FI AX",
        "Europe/Tallinn": "EE",
        "Europe/Riga": "LV",
        "Europe/Vilnius": "LT",
        "Europe/Athens": "GR",
        "Asia/Nicosia": "CY",
        "Europe/Sofia": "BG",
        "Europe/Bucharest": "RO",
        "Europe/Chisinau": "MD",
        "Europe/Kyiv": "UA",
        "Europe/Minsk": "BY",
        "Europe/Istanbul": "TR",
        "Africa/Tunis": "TN",
        "Africa/Algiers": "DZ",
        "America/Guadeloupe": "GP",
        "America/Martinique": "MQ",
        "America/Cayenne": "GF",
        "America/Miquelon": "PM",
        "America/St_Barthelemy": "BL",
        "America/Marigot": "MF",
        "Indian/Reunion": "RE",
        "Indian/Mayotte": "YT",
        "Pacific/Wallis": "WF",
        "Pacific/Tahiti": "PF",
        "Pacific/Noumea": "NC",
    }.items()
}
_OF_COUNTRY: Final = {country: zone for zone, countries in _COUNTRIES.items() for country in countries}
_OF_POSTAL_CODE: Final = (
    ("FR", "971", "America/Guadeloupe"),
    ("FR", "972", "America/Martinique"),
    ("FR", "973", "America/Cayenne"),
    ("FR", "974", "Indian/Reunion"),
    ("FR", "975", "America/Miquelon"),
    ("FR", "976", "Indian/Mayotte"),
    ("FR", "986", "Pacific/Wallis"),
    ("FR", "987", "Pacific/Tahiti"),
    ("FR", "988", "Pacific/Noumea"),
    ("ES", "35", "Atlantic/Canary"),
    ("ES", "38", "Atlantic/Canary"),
    ("PT", "90", "Atlantic/Madeira"),
    ("PT", "91", "Atlantic/Madeira"),
    ("PT", "92", "Atlantic/Madeira"),
    ("PT", "93", "Atlantic/Madeira"),
    ("PT", "94", "Atlantic/Madeira"),
    ("PT", "95", "Atlantic/Azores"),
    ("PT", "96", "Atlantic/Azores"),
    ("PT", "97", "Atlantic/Azores"),
    ("PT", "98", "Atlantic/Azores"),
    ("PT", "99", "Atlantic/Azores"),
)
"""Parts of a country that keep another hour, by the beginning of their postal codes."""


class HourSkipped(Invalid):
    fr = "Le {day:%d/%m/%Y} à {clock:%H:%M} n'existe pas : les horloges avancent d'une heure cette nuit-là."
    en = "{day:%d/%m/%Y} at {clock:%H:%M} does not exist: clocks go forward an hour that night."


@lru_cache(maxsize=1_024)
def zone_of(country: str, postal_code: str = "") -> ZoneInfo:
    """The zone in which a site at this postal code reads its days and hours."""
    code = postal_code.strip()
    for land, beginning, zone in _OF_POSTAL_CODE:
        if country == land and code.startswith(beginning):
            return ZoneInfo(zone)
    return ZoneInfo(_OF_COUNTRY.get(country, PARIS.key))


def instant_told(day: date, clock: time, zone: ZoneInfo | timezone = PARIS, field: str = "") -> datetime:
    """The UTC instant that somebody means who writes this day and hour; every form and sheet reads them so.

    Of an hour shown twice in autumn the first is meant. Raises HourSkipped for one skipped in spring.
    """
    at = datetime.combine(day, clock, zone).astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != datetime.combine(day, clock):
        raise HourSkipped(field, day=day, clock=clock)
    return at


def instant_at(day: date, minute: int, zone: ZoneInfo = PARIS) -> datetime:
    """The UTC instant when clocks there show that minute of the day; from 1440 on it is the next day's.

    For hours that a rule reckons, opening hours say; what somebody writes is read by `instant_told`.
    Of an hour shown twice in autumn the first is meant; one skipped in spring is taken an hour later.
    """
    days, minute = divmod(minute, 1_440)
    shown = datetime.combine(day + timedelta(days=days), time(*divmod(minute, 60)), zone)
    return shown.astimezone(UTC)


def day_at(at: datetime, zone: ZoneInfo = PARIS) -> date:
    """The calendar day there at that instant."""
    return at.astimezone(zone).date()
