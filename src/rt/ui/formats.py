"""How numbers, money, weights, dates and times are written in French and in English."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel import dates, numbers

from rt.trade.zones import PARIS

LANGUAGES = ("fr", "en")
"""Languages that every portal speaks; the driver's app and the kiosk speak more."""
ZONE = PARIS
LOCALES = {"fr": "fr_FR", "en": "en_GB"}
"""English as Europe writes it: 24 hours, day before month."""
JUST_NOW = {"fr": "à l'instant", "en": "just now"}
TONNE_KG = 1000

_language: ContextVar[str] = ContextVar("language", default="fr")


def language() -> str:
    """The language of the page being made."""
    return _language.get()


@contextmanager
def speaking(chosen: str) -> Iterator[None]:
    """Make pages in this language inside the block; French when it is not one of ours."""
    token = _language.set(chosen if chosen in LANGUAGES else "fr")
    try:
        yield
    finally:
        _language.reset(token)


def _locale() -> str:
    return LOCALES[language()]


def number(value: float | Decimal, digits: int | None = None) -> str:
    """A number with the language's separators; `digits` decimals exactly when given."""
    return _number(value, digits, _locale())


@lru_cache(maxsize=8192)
def _number(value: float | Decimal, digits: int | None, locale: str) -> str:
    """Kept, since the same few counts and weights stand on every page."""
    pattern = None if digits is None else "#,##0" + ("." + "0" * digits if digits else "")
    return numbers.format_decimal(value, format=pattern, locale=locale)


def money(cents: int | None, currency: str = "EUR") -> str:
    """Integer cents of a currency; an em dash where there is no price."""
    if cents is None:
        return "—"
    return _money(cents, currency, _locale())


@lru_cache(maxsize=8192)
def _money(cents: int, currency: str, locale: str) -> str:
    return numbers.format_currency(Decimal(cents) / 100, currency, locale=locale)


def percent(share: float, digits: int = 0) -> str:
    """A share of 1 as a percentage."""
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + ("\u202f%" if language() == "fr" else "%")
    return numbers.format_percent(share, format=pattern, locale=_locale())


def weight(kilograms: float) -> str:
    """Kilograms, in tonnes from ten tonnes on."""
    if kilograms >= 10 * TONNE_KG:
        return f"{number(round(kilograms / TONNE_KG, 2))}\u00a0t"
    return f"{number(round(kilograms, 1))}\u00a0kg"


def distance(metres: float) -> str:
    """Metres under one kilometre, else kilometres."""
    if metres < 1000:
        return f"{number(round(metres))}\u00a0m"
    return f"{number(round(metres / 1000, 1 if metres < 10_000 else 0))}\u00a0km"


def day(value: date | datetime | None, style: str = "medium") -> str:
    """A calendar date; style `short`, `medium`, `long` or `weekday`."""
    if value is None:
        return "—"
    at = value.astimezone(ZONE).date() if isinstance(value, datetime) else value
    return _day(at, "EEE d MMM" if style == "weekday" else style, _locale())


@lru_cache(maxsize=8192)
def _day(value: date, pattern: str, locale: str) -> str:
    """Kept, since a planning says the same day thousands of times."""
    return dates.format_date(value, pattern, locale=locale)


def clock_time(value: datetime | None) -> str:
    """Hours and minutes in France."""
    return "—" if value is None else _hours(value.astimezone(ZONE))


def _hours(at: datetime) -> str:
    return f"{at.hour:02d}:{at.minute:02d}"


def moment(value: datetime | None) -> str:
    """A date with its time in France."""
    if value is None:
        return "—"
    at = value.astimezone(ZONE)
    return f"{at.day} {_months(_locale())[at.month]} {at.year} {at:%H:%M}"


@lru_cache
def _months(locale: str) -> dict[int, str]:
    """The months' short names."""
    return dict(dates.get_month_names("abbreviated", locale=locale))


def span(start: datetime | None, end: datetime | None) -> str:
    """A window of time, the day said once when both ends share it."""
    if start is None or end is None:
        return moment(start or end)
    since, until = start.astimezone(ZONE), end.astimezone(ZONE)
    begins, ends = since.date(), until.date()
    if begins == ends:
        return f"{day(begins, 'weekday')} {_hours(since)}–{_hours(until)}"
    return f"{day(begins, 'weekday')} {_hours(since)} – {day(ends, 'weekday')} {_hours(until)}"


def brief(start: datetime | None, end: datetime | None) -> str:
    """A window of time for a dense list, as short as it can be read: `03/06 8h–10h30`, `03/06 21h–04/06 1h`.

    In English as in French: minutes are said where there are any, the day once when both ends share it. Where
    there is no room it takes two lines: day and hours, or one end on each.
    """
    ends = [(f"{at.astimezone(ZONE):%d/%m}", _hour(at)) for at in (start, end) if at]
    if len({on for on, _ in ends}) == 1:
        return f"{ends[0][0]} " + "\u2060–\u2060".join(hour for _, hour in ends)
    return "\u2060–".join(f"{on}\u00a0{hour}" for on, hour in ends)


def _hour(value: datetime) -> str:
    """`8h`, `10h30`."""
    at = value.astimezone(ZONE)
    return f"{at.hour}h{at:%M}".removesuffix("00")


def ago(value: datetime, seen_at: datetime, style: Literal["long", "short"] = "long") -> str:
    """How far a moment is from `seen_at`: "dans 2 heures", "5 minutes ago"; `short`: "dans 2 h"."""
    if abs(value - seen_at) < timedelta(seconds=1):
        return JUST_NOW[language()]
    return dates.format_timedelta(
        value - seen_at, add_direction=True, threshold=1.2, format=style, locale=_locale()
    )


def duration(length: timedelta | float) -> str:
    """Hours and minutes of a length of time (seconds when it is a number)."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}\u00a0h\u00a0{minutes:02d}" if hours else f"{minutes}\u00a0min"
