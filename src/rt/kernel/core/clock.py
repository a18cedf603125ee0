"""What time it is; held still in tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/Paris")
"""Whose calendar says what day it is where no site says it: numbers, dated rules, deadlines by day."""

_held: ContextVar[datetime | None] = ContextVar("held", default=None)


def now() -> datetime:
    """The present moment in UTC, to the millisecond (as MongoDB stores it)."""
    moment = _held.get() or datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def today() -> date:
    """The day it is in Paris."""
    return day_of(now())


def day_of(moment: datetime) -> date:
    """The day of an aware moment in Paris."""
    return moment.astimezone(ZONE).date()


@contextmanager
def held(moment: datetime) -> Iterator[None]:
    """Hold the clock still at an aware moment, for what runs inside."""
    token = _held.set(moment)
    try:
        yield
    finally:
        _held.reset(token)
