"""The working minutes of some days one after the other, which is all the time that the search knows."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.hours import Span, without
from rt.services.planning.domain.routing.problem import Call
from rt.services.planning.domain.stop import Stop
from rt.trade.calendars import paris_instant
from rt.trade.truck_bans import Zone, bans

Window = tuple[int, int, int]
"""From and until on the axis, and over how many shifts."""


class Axis:
    """Working minutes of the horizon, one after the other: most crews' hours, without the nights."""

    def __init__(self, crews: Sequence[Crew], day: date, days: int) -> None:
        self.since = paris_instant(day, 0)
        self.until = paris_instant(day + timedelta(days=days), 0)
        patterns = Counter(tuple(self._shifts(crew)) for crew in crews)
        usual = sorted(patterns.items(), key=lambda one: (one[1], one[0]))
        self.spans: list[Span] = list(usual[-1][0]) if usual else []

    def minute(self, at: datetime) -> int:
        """Working minutes from the start of the horizon to that moment."""
        return int(
            sum(max(timedelta(0), min(at, end) - start) / timedelta(minutes=1) for start, end in self.spans)
        )

    def window(self, crew: Crew, zone: Zone) -> Window | None:
        """From, until and days of the longest time this crew may be on the road without a gap."""
        forbidden = bans(self.since, self.until, crew.vehicle.gross_kg, zone)
        spans = without(self._shifts(crew), [(ban.starts_at, ban.ends_at) for ban in forbidden])
        pieces: list[Window] = []
        for start, end in self.spans:
            for since, until in spans:
                a, b = self.minute(max(start, since)), self.minute(min(end, until))
                if a >= b:
                    continue
                if pieces and pieces[-1][1] == a:
                    pieces[-1] = (pieces[-1][0], b, pieces[-1][2] + 1)
                else:
                    pieces.append((a, b, 1))
        return max(pieces, key=lambda one: one[1] - one[0], default=None)

    def call(self, node: int, stop: Stop) -> Call:
        """The stop's window on the axis; work that would run into the night is begun earlier."""
        opens, closes = self.minute(stop.opens), self.minute(stop.closes)
        over = any(end <= stop.closes + timedelta(minutes=stop.service_minutes) for _, end in self.spans)
        ends = {self.minute(end) for _, end in self.spans}
        if over and closes in ends:
            closes = max(opens, closes - stop.service_minutes)
        return Call(node, opens, closes, stop.service_minutes)

    def _shifts(self, crew: Crew) -> list[Span]:
        return crew.driver.shifts(self.since, self.until)
