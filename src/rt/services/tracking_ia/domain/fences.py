"""Arrivals and departures: a fence around each stop, wider on the way out, and a time to stand in it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import msgspec

from rt.services.tracking_ia.domain.motion import dense, driven_fixes
from rt.services.tracking_ia.domain.points import Fix, kmh_between, metres

ENTER_M = 200
LEAVE_M = 350
"""Wider than the way in, so that a fix at the gate does not leave and arrive again."""
DWELL = timedelta(minutes=2)
AWAY = timedelta(minutes=1)
USELESS_ACCURACY_M = 300
STANDING_KMH = 5
SHORTEST_STOP = timedelta(minutes=3)


class Crossing(msgspec.Struct, frozen=True):
    """When a fence was crossed, and how far from its middle the vehicle was then."""

    at: datetime
    distance_m: int


class Segment(msgspec.Struct, frozen=True):
    """A stretch of a track, driven or stood."""

    stop: bool
    fixes: tuple[Fix, ...]

    @property
    def duration(self) -> timedelta:
        return self.fixes[-1].at - self.fixes[0].at


def arrival(track: Sequence[Fix], place: tuple[float, float], after: datetime) -> Crossing | None:
    """The first time the vehicle came and stood for two minutes; passing by is no arrival.

    A single fix outside (a reflection on a hall) does not end a stay, being away for a minute does.
    """
    came: Fix | None = None
    out: Fix | None = None
    for fix in _usable(track, after):
        distance = metres(fix.place, place)
        if out is not None and fix.at - out.at >= AWAY:
            came = out = None
        if distance <= ENTER_M:
            out = None
            came = came or fix
            if fix.at - came.at >= DWELL:
                return Crossing(came.at, round(metres(came.place, place)))
        elif distance > LEAVE_M and came is not None:
            out = out or fix
    return None


def departure(track: Sequence[Fix], place: tuple[float, float], after: datetime) -> Crossing | None:
    """The first time after an arrival that the vehicle was beyond the wider fence for a minute."""
    out: Fix | None = None
    for fix in _usable(track, after):
        distance = metres(fix.place, place)
        if distance > LEAVE_M:
            out = out or fix
            if fix.at - out.at >= AWAY:
                return Crossing(out.at, round(metres(out.place, place)))
        elif distance <= ENTER_M:
            out = None
    return None


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


def _usable(track: Sequence[Fix], after: datetime) -> list[Fix]:
    return [
        fix
        for fix in track
        if fix.at >= after and (fix.accuracy_m is None or fix.accuracy_m <= USELESS_ACCURACY_M)
    ]
