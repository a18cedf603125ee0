"""A day's positions as they are shown: a line, its length, trips and stops."""

import math
from collections.abc import Sequence
from datetime import datetime

import msgspec

from rt.contracts.tracking_ia import SegmentView
from rt.services.tracking_ia.domain.fences import Segment, segments
from rt.services.tracking_ia.domain.points import Fix, cleaned, driven_metres, unpack

POINTS_SHOWN = 2_000
"""Of a longer track every second, third … fix is shown."""


class Drawn(msgspec.Struct, frozen=True):
    """A track as a line; the newest of its fixes."""

    fixes: list[Fix]
    metres: float
    newest: Fix | None


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A trip or a stop in figures."""

    stop: bool
    first: Fix
    last: Fix
    metres: float

    @property
    def minutes(self) -> float:
        return (self.last.at_ms - self.first.at_ms) / 60_000

    def view(self) -> SegmentView:
        kilometres, hours = self.metres / 1000, self.minutes / 60
        return SegmentView(
            stop=self.stop,
            begins_at=self.first.at,
            ends_at=self.last.at,
            minutes=round(self.minutes, 1),
            distance_km=round(kilometres, 3),
            mean_kmh=round(kilometres / hours, 1) if hours else 0.0,
            latitude=self.first.latitude,
            longitude=self.first.longitude,
        )


def drawn(contents: Sequence[bytes], since: datetime | None, until: datetime | None) -> Drawn:
    """What packed fixes show between two moments."""
    track = cleaned(between(contents, since, until))
    return Drawn(thinned(track), driven_metres(track), track[-1] if track else None)


def stretches(contents: Sequence[bytes]) -> list[Stretch]:
    """Packed fixes cut into trips and stops."""
    return [_stretch(one) for one in segments(cleaned(between(contents, None, None)))]


def between(contents: Sequence[bytes], since: datetime | None, until: datetime | None) -> list[Fix]:
    return [
        fix
        for content in contents
        for fix in unpack(content)
        if (since is None or fix.at >= since) and (until is None or fix.at <= until)
    ]


def thinned(fixes: Sequence[Fix]) -> list[Fix]:
    return list(fixes[:: max(1, math.ceil(len(fixes) / POINTS_SHOWN))])


def _stretch(segment: Segment) -> Stretch:
    return Stretch(
        stop=segment.stop,
        first=segment.fixes[0],
        last=segment.fixes[-1],
        metres=driven_metres(segment.fixes),
    )
