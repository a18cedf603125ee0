"""Fixes: which are believed, how they are packed, and the track that a set of them makes."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec

from rt.contracts.tracking_ia import PositionPoint, RefusedReason

EARTH_M = 6_371_008.8
"""Mean radius of the Earth (IUGG)."""
FUTURE = timedelta(minutes=5)
"""A device clock this much ahead is taken to be wrong."""
ZERO_ISLAND_DEG = 0.01
"""Receivers without a fix report 0, 0 in the Gulf of Guinea."""
WORST_ACCURACY_M = 5_000
IMPOSSIBLE_KMH = 200
IMPOSSIBLE_M = 500
"""Jumps below this are noise of the receiver whatever speed they imply."""


class Fix(msgspec.Struct, frozen=True, array_like=True):
    """One position as it is kept; `at_ms` counts from 1970 in UTC."""

    at_ms: int
    latitude: float
    longitude: float
    source: str
    speed_kmh: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    accuracy_m: float | None = None
    battery_percent: float | None = None

    @property
    def at(self) -> datetime:
        return datetime.fromtimestamp(self.at_ms / 1000, UTC)

    @property
    def place(self) -> tuple[float, float]:
        return self.latitude, self.longitude

    @property
    def key(self) -> tuple[str, int]:
        """One device is at one place at one time."""
        return self.source, self.at_ms


_packer = msgspec.msgpack.Encoder()
_unpacker = msgspec.msgpack.Decoder(list[Fix])


def pack(fixes: Sequence[Fix]) -> bytes:
    return _packer.encode(fixes)


def unpack(content: bytes) -> list[Fix]:
    return _unpacker.decode(content) if content else []


def doubt(point: PositionPoint, moment: datetime, oldest: datetime) -> RefusedReason | None:
    """Why a point is not believed, or None."""
    latitude, longitude = point.latitude, point.longitude
    if latitude is None or longitude is None:
        return "no_fix"
    if not (math.isfinite(latitude) and math.isfinite(longitude)):
        return "malformed"
    if abs(latitude) > 90 or abs(longitude) > 180:
        return "out_of_range"
    if abs(latitude) < ZERO_ISLAND_DEG and abs(longitude) < ZERO_ISLAND_DEG:
        return "zero_island"
    if point.accuracy_m is not None and point.accuracy_m > WORST_ACCURACY_M:
        return "no_fix"
    if point.at.tzinfo is None:
        return "malformed"
    if point.at > moment + FUTURE:
        return "future"
    return "too_old" if point.at < oldest else None


def fix_of(point: PositionPoint, source: str) -> Fix:
    """The fix of a point that is believed."""
    return Fix(
        at_ms=round(point.at.timestamp() * 1000),
        latitude=point.latitude or 0.0,
        longitude=point.longitude or 0.0,
        source=source,
        speed_kmh=_finite(point.speed_kmh),
        heading_deg=_finite(point.heading_deg),
        altitude_m=_finite(point.altitude_m),
        accuracy_m=_finite(point.accuracy_m),
        battery_percent=_finite(point.battery_percent),
    )


def merged(kept: Sequence[Fix], fresh: Iterable[Fix]) -> tuple[list[Fix], int]:
    """Both by time, each device and time once (the first kept stays), and how many were new."""
    by_key = {fix.key: fix for fix in kept}
    before = len(by_key)
    for fix in fresh:
        by_key.setdefault(fix.key, fix)
    return sorted(by_key.values(), key=lambda fix: (fix.at_ms, fix.source)), len(by_key) - before


def cleaned(fixes: Iterable[Fix]) -> list[Fix]:
    """The track without impossible jumps: it depends on the set of fixes alone, not on how they arrived.

    A fix that would need more than 200 km/h is left out, unless the next one agrees with it.
    """
    track: list[Fix] = []
    suspect: Fix | None = None
    for fix in sorted(fixes, key=lambda fix: (fix.at_ms, fix.source)):
        if not track or not _impossible(track[-1], fix):
            track.append(fix)
            suspect = None
        elif suspect is not None and not _impossible(suspect, fix):
            if len(track) == 1:
                track.clear()
            track += [suspect, fix]
            suspect = None
        else:
            suspect = fix
    return track


def metres(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance of two places in degrees (haversine)."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half_lat = (lat_b - lat_a) / 2
    half_lon = math.radians(b[1] - a[1]) / 2
    square = math.sin(half_lat) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin(half_lon) ** 2
    return 2 * EARTH_M * math.asin(min(1.0, math.sqrt(square)))


def driven_metres(track: Sequence[Fix]) -> float:
    return sum(metres(a.place, b.place) for a, b in pairwise(track))


def kmh_between(a: Fix, b: Fix) -> float:
    """Mean speed of the straight way between two fixes."""
    hours = abs(b.at_ms - a.at_ms) / 3_600_000
    return metres(a.place, b.place) / 1000 / hours if hours else math.inf


def plain_plate(plate: str) -> str:
    """A number plate as it is compared: letters and digits alone."""
    return "".join(sign for sign in plate.upper() if sign.isalnum())


def _impossible(a: Fix, b: Fix) -> bool:
    return metres(a.place, b.place) > IMPOSSIBLE_M and kmh_between(a, b) > IMPOSSIBLE_KMH


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
