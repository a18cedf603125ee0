"""Arrivals and departures: a fence around each stop, wider on the way out, and a time to stand in it."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TypeVar

import msgspec

from rt.services.tracking_ia.domain.motion import dense, driven_fixes
from rt.services.tracking_ia.domain.points import DEGREE_M, Fix, kmh_between, metres

ENTER_M = 200
LEAVE_M = 350
"""Wider than the way in, so that a fix at the gate does not leave and arrive again."""
DWELL = timedelta(minutes=2)
AWAY = timedelta(minutes=1)
SILENCE = timedelta(minutes=5)
"""After so long without a position a departure is no longer seen: the vehicle was last known to be there."""
USELESS_ACCURACY_M = 300
STANDING_KMH = 5
SHORTEST_STOP = timedelta(minutes=3)


class Crossing(msgspec.Struct, frozen=True):
    """When a fence was crossed, and how far from its middle the vehicle was then.

    `elsewhere_at` of a departure: when the vehicle was first seen outside.
    """

    at: datetime
    distance_m: int
    elsewhere_at: datetime | None = None


class Segment(msgspec.Struct, frozen=True):
    """A stretch of a track, driven or stood."""

    stop: bool
    fixes: tuple[Fix, ...]

    @property
    def duration(self) -> timedelta:
        return self.fixes[-1].at - self.fixes[0].at


class Fence(msgspec.Struct):
    """A place, looked at from a moment on."""

    place: tuple[float, float]
    since_ms: float
    seen: Crossing | None = None
    north: float = 0.0
    east: float = 0.0

    def __post_init__(self) -> None:
        """Most of a day is spent elsewhere: a look at the degrees saves measuring the way."""
        self.north = LEAVE_M * 1.01 / DEGREE_M
        self.east = self.north / max(0.01, math.cos(math.radians(self.place[0])))

    def distance(self, fix: Fix) -> float | None:
        """Metres to the place; where that is more than the wider fence, how much is open. None: of no use."""
        if fix.at_ms < self.since_ms or (fix.accuracy_m is not None and fix.accuracy_m > USELESS_ACCURACY_M):
            return None
        place = self.place
        if abs(fix.latitude - place[0]) > self.north or abs(fix.longitude - place[1]) > self.east:
            return math.inf
        return metres(fix.place, place)


class Coming(Fence):
    """The first time the vehicle came and stood for two minutes; passing by is no arrival.

    A single fix outside (a reflection on a hall) does not end a stay, being away for a minute does.
    """

    came: tuple[Fix, float] | None = None
    out: Fix | None = None

    def take(self, fix: Fix) -> bool:
        """Whether the next fix of the track shows it."""
        distance = self.distance(fix)
        if distance is None:
            return False
        if self.out is not None and _lasted(self.out, fix, AWAY):
            self.came = self.out = None
        if distance <= ENTER_M:
            self.out = None
            self.came = self.came or (fix, distance)
            if _lasted(self.came[0], fix, DWELL):
                self.seen = Crossing(self.came[0].at, round(self.came[1]))
        elif distance > LEAVE_M and self.came is not None:
            self.out = self.out or fix
        return self.seen is not None


class Going(Fence):
    """The first time after an arrival that the vehicle was beyond the wider fence for a minute.

    Where it was not seen leaving, it left when it was last seen there.
    """

    inside: Fix | None = None
    out: Fix | None = None

    def take(self, fix: Fix) -> bool:
        """Whether the next fix of the track shows it."""
        distance = self.distance(fix)
        if distance is None:
            return False
        if distance > LEAVE_M:
            self.out = self.out or fix
            if _lasted(self.out, fix, AWAY):
                silent = self.inside is not None and _lasted(self.inside, self.out, SILENCE)
                last = self.inside if silent and self.inside else self.out
                self.seen = Crossing(last.at, round(metres(last.place, self.place)), self.out.at)
            return self.seen is not None
        if distance <= ENTER_M:
            self.out = None
        if self.out is None:
            self.inside = fix
        return False


F = TypeVar("F", Coming, Going)


def looked(fence: F, track: Sequence[Fix]) -> F:
    """A fence as the fixes of a track leave it; it looks no further than what it waits for."""
    for fix in track:
        if fence.take(fix):
            break
    return fence


def ms_of(moment: datetime | None) -> float:
    return -math.inf if moment is None else round(moment.timestamp() * 1000)


def arrival(track: Sequence[Fix], place: tuple[float, float], after: datetime | None) -> Crossing | None:
    return looked(Coming(place, ms_of(after)), track).seen


def departure(track: Sequence[Fix], place: tuple[float, float], after: datetime) -> Crossing | None:
    return looked(Going(place, ms_of(after)), track).seen


def segments(track: Sequence[Fix]) -> list[Segment]:
    """The track cut into trips and stops; stops shorter than three minutes are part of the trip.

    Where fixes are dense, walking around the delivery counts as standing; elsewhere speed decides.
    """
    if len(track) < 2:
        return []
    standing = _standing(track)
    runs: list[tuple[bool, list[Fix]]] = []
    for stands, (a, b) in zip(standing, pairwise(track), strict=True):
        if runs and runs[-1][0] == stands:
            runs[-1][1].append(b)
        else:
            runs.append((stands, [a, b]))
    joined: list[tuple[bool, list[Fix]]] = []
    for stands, fixes in runs:
        stop = stands and fixes[-1].at - fixes[0].at >= SHORTEST_STOP
        if joined and joined[-1][0] == stop:
            joined[-1][1].extend(fixes[1:])
        else:
            joined.append((stop, list(fixes)))
    return [Segment(stop, tuple(fixes)) for stop, fixes in joined]


def _standing(track: Sequence[Fix]) -> list[bool]:
    """For each step of the track, whether the vehicle stood meanwhile."""
    if dense(track):
        return [not driven for driven in driven_fixes(track)[1:]]
    return [kmh_between(a, b) < STANDING_KMH for a, b in pairwise(track)]


def _lasted(since: Fix, until: Fix, length: timedelta) -> bool:
    return until.at_ms - since.at_ms >= length.total_seconds() * 1000
