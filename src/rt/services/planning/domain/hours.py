"""Hours of a week as stretches of time: over midnight and through the nights when clocks change."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from rt.kernel.core.errors import Invalid
from rt.trade.zones import PARIS, instant_at

Span = tuple[datetime, datetime]
"""From, until; the end is not part of it."""
DAY_MINUTES = 1_440


class HoursEmpty(Invalid):
    fr = "Les horaires du jour {weekday} commencent et finissent à la même heure : donnez-en deux."
    en = "The hours of weekday {weekday} begin and end at the same time. Give two times."


class Line(Protocol):
    """Hours of one weekday; a line that ends before it begins ends on the next day."""

    @property
    def weekday(self) -> int: ...
    @property
    def from_minute(self) -> int: ...
    @property
    def until_minute(self) -> int: ...


def check_hours(lines: Sequence[Line]) -> None:
    for line in lines:
        if line.from_minute == line.until_minute:
            raise HoursEmpty("hours", weekday=line.weekday)


def ends(line: Line) -> int:
    """The minute, counted from midnight of its weekday, at which a line ends: above 1440 on the next day."""
    return line.until_minute + (DAY_MINUTES if line.until_minute <= line.from_minute else 0)


def spans_of(lines: Iterable[Line], first: date, last: date, zone: ZoneInfo = PARIS) -> list[Span]:
    """What these lines say of the days from `first` to `last`, in order, with the night before the first.

    Each line gives its own stretch; a stretch that a change of clocks leaves nothing of is none.
    """
    of_weekday: dict[int, set[tuple[int, int]]] = {}
    for line in lines:
        of_weekday.setdefault(line.weekday, set()).add((line.from_minute, ends(line)))
    found = []
    for ahead in range(-1, (last - first).days + 1):
        day = first + timedelta(days=ahead)
        for begin, end in of_weekday.get(day.weekday(), ()):
            span = instant_at(day, begin, zone), instant_at(day, end, zone)
            if span[0] < span[1]:
                found.append(span)
    return sorted(found)


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time in as few stretches as can be: what overlaps or touches is one."""
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((since, until))
    return found


def without(spans: Sequence[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of the stretches, in order, outside of all holes: one walk over both."""
    left: list[Span] = []
    closed = merged(holes)
    place = 0
    for since, until in sorted(spans):
        while place < len(closed) and closed[place][1] <= since:
            place += 1
        here, at = place, since
        while here < len(closed) and closed[here][0] < until:
            if at < closed[here][0]:
                left.append((at, closed[here][0]))
            at = max(at, closed[here][1])
            here += 1
        if at < until:
            left.append((at, until))
    return sorted(left)


def half_hours(since: datetime, until: datetime) -> list[datetime]:
    """When each half hour begun between these instants begins, one at least.

    The grain of what a tour holds of its crew: a unique index keeps two tours from the same half hour.
    """
    first, last = (at.replace(minute=at.minute // 30 * 30, second=0, microsecond=0) for at in (since, until))
    half = timedelta(minutes=30)
    return [first + half * n for n in range(max(1, (last - first) // half))]
