"""Fixes: which are believed, how they are packed, and the track that a set of them makes."""

import math
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import msgspec

from rt.contracts.tracking_ia import PositionPoint, TrackPoint
from rt.services.tracking_ia.domain.reading import Doubt, known

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
DEGREE_M = EARTH_M * math.pi / 180
"""Metres of a degree of latitude; of longitude they are fewer."""
LOWEST_M, HIGHEST_M = -500, 9_000
FASTEST_KMH = 300
COARSE_DIGITS = 2
"""Decimals of degrees shown to whoever has the link: about one kilometre."""


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
        """One device is at one place in one second."""
        return self.source, self.at_ms // 1000

    @property
    def rank(self) -> tuple[float, ...]:
        """Which of several fixes of one device and second is kept, whichever came first: the lowest."""
        said = (self.accuracy_m, self.latitude, self.longitude, self.speed_kmh, self.heading_deg)
        rest = (self.altitude_m, self.battery_percent)
        return self.at_ms, *(math.inf if figure is None else figure for figure in (*said, *rest))

    def view(self) -> TrackPoint:
        """As a point of a line."""
        return TrackPoint(
            at=self.at,
            latitude=self.latitude,
            longitude=self.longitude,
            speed_kmh=self.speed_kmh,
            heading_deg=self.heading_deg,
        )


_packer = msgspec.msgpack.Encoder()
_unpacker = msgspec.msgpack.Decoder(list[Fix])
_one = msgspec.msgpack.Decoder(Fix)
ARRAY_32 = b"\xdd"
"""MessagePack: an array, its length in four bytes."""


def pack(fixes: Sequence[Fix]) -> bytes:
    return _packer.encode(fixes)


def unpack(content: bytes) -> list[Fix]:
    return _unpacker.decode(content) if content else []


def packed(fix: Fix) -> bytes:
    return _packer.encode(fix)


def unpacked(content: bytes) -> Fix:
    return _one.decode(content)


def joined(contents: Sequence[bytes]) -> bytes:
    """Fixes that were packed one by one, as `pack` would have packed them together."""
    return ARRAY_32 + len(contents).to_bytes(4, "big") + b"".join(contents)


def better(fresh: bytes, kept: bytes) -> bool:
    """Whether a packed fix takes the place of another of its device and second."""
    return fresh != kept and unpacked(fresh).rank < unpacked(kept).rank


def doubt(point: PositionPoint, moment: datetime, oldest: datetime) -> Doubt | None:
    """Why a point is not believed, or None."""
    latitude, longitude = point.latitude, point.longitude
    if latitude is None or longitude is None:
        return Doubt("no_fix")
    for degrees, limit in ((latitude, 90), (longitude, 180)):
        if not math.isfinite(degrees):
            return Doubt("malformed", f"{degrees}")
        if abs(degrees) > limit:
            return Doubt("out_of_range", f"{degrees:g}")
    if abs(latitude) < ZERO_ISLAND_DEG and abs(longitude) < ZERO_ISLAND_DEG:
        return Doubt("zero_island")
    if point.accuracy_m is not None and point.accuracy_m > WORST_ACCURACY_M:
        return Doubt("no_fix", f"± {point.accuracy_m:.0f} m")
    if point.at.tzinfo is None:
        return Doubt("malformed", point.at.isoformat())
    if point.at > moment + FUTURE:
        return Doubt("future", point.at.isoformat())
    return Doubt("too_old", point.at.isoformat()) if point.at < oldest else None


def fix_of(point: PositionPoint, source: str) -> Fix:
    """The fix of a point that is believed; what else it says only where that can be true."""
    return Fix(
        at_ms=round(point.at.timestamp() * 1000),
        latitude=point.latitude or 0.0,
        longitude=point.longitude or 0.0,
        source=source,
        speed_kmh=known(point.speed_kmh, 0, FASTEST_KMH),
        heading_deg=known(point.heading_deg, 0, 360),
        altitude_m=known(point.altitude_m, LOWEST_M, HIGHEST_M),
        accuracy_m=known(point.accuracy_m, 0, WORST_ACCURACY_M),
        battery_percent=known(point.battery_percent, 0, 100),
    )


def merged(kept: Sequence[Fix], fresh: Iterable[Fix]) -> list[Fix]:
    """Both by time, of each device and second one: the same whichever came first."""
    by_key = {fix.key: fix for fix in kept}
    for fix in fresh:
        before = by_key.get(fix.key)
        if before is None or fix.rank < before.rank:
            by_key[fix.key] = fix
    return sorted(by_key.values(), key=in_time)


class Line(msgspec.Struct):
    """A track as far as it goes, fix by fix in the order of time.

    A fix that would need more than 200 km/h is left out, unless the next one agrees with it. `begun_anew`:
    the first of all did not agree with the two that followed, and is left out.
    """

    last: Fix | None = None
    suspect: Fix | None = None
    alone: bool = False
    begun_anew: bool = False

    def take(self, fix: Fix) -> tuple[Fix, ...]:
        """The fixes that are believed now."""
        last, suspect = self.last, self.suspect
        if last is None or not _impossible(last, fix):
            self.alone = last is None
            self.last, self.suspect = fix, None
            return (fix,)
        if suspect is not None and not _impossible(suspect, fix):
            self.begun_anew, self.alone = self.alone, False
            self.last, self.suspect = fix, None
            return suspect, fix
        self.suspect = fix
        return ()


def in_time(fix: Fix) -> tuple[int, str]:
    return fix.at_ms, fix.source


def cleaned(fixes: Iterable[Fix]) -> list[Fix]:
    """The track without impossible jumps: it depends on the set of fixes alone, not on how they arrived."""
    return drawn_by(Line(), fixes)


def drawn_by(line: Line, fixes: Iterable[Fix]) -> list[Fix]:
    """The track that a line makes of fixes; the line goes on from its end."""
    track: list[Fix] = []
    for fix in sorted(fixes, key=in_time):
        believed = line.take(fix)
        if line.begun_anew:
            track.clear()
            line.begun_anew = False
        track += believed
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


def _impossible(a: Fix, b: Fix) -> bool:
    """A jump of more than 500 m at more than 200 km/h; the way is measured only where it may be so far."""
    limit = max(IMPOSSIBLE_M, abs(b.at_ms - a.at_ms) * IMPOSSIBLE_KMH / 3_600) / DEGREE_M
    east, north = b.longitude - a.longitude, b.latitude - a.latitude
    if east * east + north * north <= limit * limit:
        return False
    return metres(a.place, b.place) > IMPOSSIBLE_M and kmh_between(a, b) > IMPOSSIBLE_KMH


def coarse(place: tuple[float, float]) -> tuple[float, float]:
    """A place to about one kilometre."""
    return round(place[0], COARSE_DIGITS), round(place[1], COARSE_DIGITS)
