"""Days and hours as people write them, with every reading they have."""

import re
from collections.abc import Iterable
from datetime import UTC, date, time, timedelta, timezone
from functools import lru_cache
from typing import Literal, NamedTuple

DayOrder = Literal["day_first", "month_first"]

END_OF_DAY = time(23, 59)
LONGEST = 60
NUMERIC = re.compile(r"(?<!\d)(\d{1,2})\s?([/.\-])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?!\d)")
YEAR_FIRST = re.compile(r"(?<!\d)(\d{4})([/.\-])(\d{1,2})\2(\d{1,2})(?!\d)")
COMPACT = re.compile(r"(?<!\d)(20\d{2})(\d{2})(\d{2})(?!\d)")
NAMED = re.compile(
    r"(?<!\d)(\d{1,2})(?:er|st|nd|rd|th|\.)?[\s\-/.]*([^\W\d_]{3,})\.?[\s\-/.,]*(\d{4}|\d{2})(?!\d)"
)
NAMED_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?!\d)")
SERIAL = re.compile(r"\d{5}([.,]\d+)?")
"""A date that a spreadsheet shows as its count of days since 1900, or since 1904."""
YEARLESS = re.compile(r"\d{1,2}\s?[/.\-]\s?\d{1,2}")
OFFSET = re.compile(r"\s*(Z|\+\d{2}:?\d{2})$")
ISO_OFFSET = re.compile(r"\s*(Z|[+-]\d{2}:?\d{2})$")
"""Behind an hour of ISO 8601; elsewhere "08:30-12:00" is from half past eight until noon."""
CLOCK = re.compile(
    r"(\d{1,2})(?:\s?(?:[hH:.]|uhr)\s?(\d{2})?)?(?::(\d{2}))?\s?(?:h|uhr)?\s?([ap]\.?m\.?)?", re.IGNORECASE
)
TO = re.compile(r"\s*(?:-|–|—)\s*|\s+/\s+|\s+(?:à|a|au|to|bis|et|and|until)\s+", re.IGNORECASE)
BEFORE = re.compile(r"(?:avant|before|jusqu'à|jusque|until|bis|vor)\s+", re.IGNORECASE)
AFTER = re.compile(
    r"(?:après|apres|after|dès|des|from|ab|à partir de|de|entre|between|von|à|a|at|um)\s+", re.IGNORECASE
)
WORDS = {"midi": time(12), "noon": time(12), "mittag": time(12), "minuit": END_OF_DAY, "midnight": END_OF_DAY}
WEEKDAYS = re.compile(
    r"^(?:lun|mar|mer|jeu|ven|sam|dim|mon|tue|wed|thu|fri|sat|sun|die|mit|don|fre|son|mo|di|mi|do|fr|sa|so)"
    r"(?:di|edi|credi|ndi|redi|anche|day|sday|nesday|rsday|urday|tag|nstag|ttwoch|nerstag|itag|ntag|mstag)?[.,]?\s+(?=\d|[^\W\d]+\s\d)",
    re.IGNORECASE,
)
LANGUAGES = ("fr", "en", "de", "es", "it", "nl")


class Clock(NamedTuple):
    """When of the day: from, until, or both."""

    start: time | None = None
    end: time | None = None


class Spoken(NamedTuple):
    """What a cell says: the day if its first figure is the day, if it is the month, and the hours."""

    day_first: date | None
    month_first: date | None
    clock: Clock
    offset: timezone | None = None

    @property
    def dated(self) -> bool:
        return self.day_first is not None or self.month_first is not None

    def days(self) -> set[date]:
        return {day for day in (self.day_first, self.month_first) if day is not None}

    def read(self, order: DayOrder) -> date | None:
        return self.day_first if order == "day_first" else self.month_first


class MomentUnreadable(Exception):
    """Neither a day nor an hour; with the reason in both languages."""

    def __init__(self, fr: str, en: str) -> None:
        super().__init__(en)
        self.fr = fr
        self.en = en


@lru_cache(maxsize=4_096)
def spoken(text: str) -> Spoken:
    """The readings of "15/01/2027 8h30", "Jan 15, 2027 8:30 AM", "lundi 18 janvier 2027, 8h-12h", "8h"."""
    plain = " ".join(text.split())
    if len(plain) > LONGEST:
        raise _unreadable()
    if SERIAL.fullmatch(plain):
        raise MomentUnreadable(
            "est un nombre de jours de tableur : mettez la colonne au format date",
            "is a spreadsheet's count of days: format the column as dates",
        )
    plain = WEEKDAYS.sub("", plain)
    for shape in (YEAR_FIRST, NUMERIC, COMPACT, NAMED, NAMED_FIRST):
        if found := shape.search(plain):
            readings = _days(shape, found)
            rest = f"{plain[: found.start()]} {plain[found.end() :]}".strip(" ,;")
            iso = rest.startswith("T")
            rest = rest.removeprefix("T")
            offset = (ISO_OFFSET if iso else OFFSET).search(rest)
            clock = _clock(rest[: offset.start()] if offset else rest)
            if not any(readings):
                raise MomentUnreadable("cette date n'existe pas", "there is no such date")
            return Spoken(*readings, clock, _zone(offset[1]) if offset else None)
    if YEARLESS.fullmatch(plain):
        raise MomentUnreadable("n'a pas d'année", "has no year")
    return Spoken(None, None, _clock(plain))


def hours(text: str) -> Clock:
    """ "8h", "8h30", "8:30 AM", "8h-12h", "avant 12h", "de 8h à 12h"."""
    return _clock(" ".join(text.split())[:LONGEST])


def _days(shape: re.Pattern[str], found: re.Match[str]) -> tuple[date | None, date | None]:
    if shape is NUMERIC:
        first, mark, second, year = found.groups()
        day_first = _day(year, second, first)
        month_first = _day(year, first, second) if mark != "." else None
        return day_first, month_first
    if shape in (YEAR_FIRST, COMPACT):
        parts = found.groups()
        only = _day(parts[0], parts[-2], parts[-1])
    else:
        month, day, year = found.groups() if shape is NAMED_FIRST else (found[2], found[1], found[3])
        number = _months().get(month.casefold())
        if number is None:
            raise _unreadable()
        only = _day(year, str(number), day)
    return only, only


def _day(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def _clock(text: str) -> Clock:
    text = text.strip(" ,;()")
    if not text:
        return Clock()
    if before := BEFORE.match(text):
        return Clock(None, _time(text[before.end() :], ""))
    said = AFTER.sub("", text, count=1) if AFTER.match(text) else text
    first, *rest = TO.split(said)
    if len(rest) > 1 or not first:
        raise _unreadable()
    if not rest:
        return Clock(_time(first, ""))
    half = re.search(r"([ap])\.?m", rest[0], re.IGNORECASE)
    return Clock(
        _time(first, half[1] if half and not re.search("[ap]\\.?m", first, re.I) else "", bare=True),
        _time(rest[0], "", bare=True),
    )


def _time(text: str, half: str, bare: bool = False) -> time:
    """One hour of the clock; a figure alone is one only within a range ("8-12h")."""
    word = WORDS.get(text.casefold().strip())
    if word is not None:
        return word
    found = CLOCK.fullmatch(text.strip())
    if not found or (text.strip().isdecimal() and not bare):
        raise _unreadable()
    hour, minute = int(found[1]), int(found[2] or 0)
    meridian = (found[4] or half).casefold()[:1]
    if meridian and not 1 <= hour <= 12:
        raise _unreadable()
    if meridian:
        hour = hour % 12 + (12 if meridian == "p" else 0)
    if (hour, minute) == (24, 0):
        return END_OF_DAY
    if hour > 23 or minute > 59:
        raise MomentUnreadable("cette heure n'existe pas", "there is no such hour")
    return time(hour, minute, int(found[3] or 0))


def _zone(offset: str) -> timezone:
    if offset == "Z":
        return UTC
    sign = -1 if offset[0] == "-" else 1
    return timezone(sign * timedelta(hours=int(offset[1:3]), minutes=int(offset[-2:])))


def _unreadable() -> MomentUnreadable:
    return MomentUnreadable("n'est pas une date (jj/mm/aaaa hh:mm)", "is not a date (dd/mm/yyyy hh:mm)")


@lru_cache(maxsize=1)
def _months() -> dict[str, int]:
    """Names of months, whole and short, in the languages of the trade's neighbours."""
    from babel import Locale  # imported here: most processes never read a sheet

    found: dict[str, int] = {}
    for language in LANGUAGES:
        named = Locale(language).months
        for kind in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in named[kind][width].items():
                    for spelled in _spellings(name.rstrip(".").casefold()):
                        found.setdefault(spelled, number)
    return found


def _spellings(name: str) -> Iterable[str]:
    plain = name.replace("é", "e").replace("û", "u").replace("ä", "a")
    return {name, plain, plain[:3]} if len(plain) > 3 and plain[:3] not in ("jui", "mai") else {name, plain}
