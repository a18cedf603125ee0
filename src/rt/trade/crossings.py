"""Which ships and shuttle trains carry lorries over water, how long that takes and what it costs.

The table is crossings.txt, beside this file: dated, to be mended there, and from memory where not `verified`.
"""

from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast

import msgspec

from rt.trade.distances import Point, great_circle_km

TABLE = "crossings.txt"


class Crossing(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the table: `minutes` on the way, `minutes_before` that a lorry has to be there earlier."""

    id: str
    kind: Literal["ferry", "shuttle", "bridge"]
    name: str
    start: Point
    end: Point
    minutes: int
    minutes_before: int
    cost_cents: int | None
    source: str
    read_on: date
    verified: bool

    @property
    def km(self) -> float:
        """From port to port as the crow flies: no kilometre of it is driven."""
        return round(great_circle_km(self.start, self.end), 1)

    @property
    def ends(self) -> tuple[Point, Point]:
        return self.start, self.end

    @property
    def seconds(self) -> int:
        return (self.minutes + self.minutes_before) * 60


class Roadless(msgspec.Struct, frozen=True, kw_only=True):
    """Land where the net has no road although the nearest one is not far, over water."""

    name: str
    box: tuple[float, ...]

    def holds(self, place: Point) -> bool:
        south, west, north, east = self.box
        return south <= place[0] <= north and west <= place[1] <= east


def crossings() -> dict[str, Crossing]:
    return _table()[0]


def roadless(place: Point) -> Roadless | None:
    """The land without a road on which the place lies."""
    return next((land for land in _table()[1] if land.holds(place)), None)


@lru_cache(maxsize=1)
def _table() -> tuple[dict[str, Crossing], tuple[Roadless, ...]]:
    found, lands = {}, []
    source, read_on, verified = "", date.min, False
    for line in files(__package__).joinpath(TABLE).read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.lstrip("=-").split("|")]
        if line.startswith("="):
            source, read_on, verified = cells[0], date.fromisoformat(cells[1]), cells[2] == "yes"
        elif line.startswith("-"):
            lands.append(Roadless(name=cells[1], box=tuple(map(float, cells[2].split()))))
        elif line and not line.startswith("#"):
            identity, kind, name, start, end, minutes, before, cents = cells
            found[identity] = Crossing(
                id=identity,
                kind=cast("Literal['ferry', 'shuttle', 'bridge']", kind),
                name=name,
                start=_point(start),
                end=_point(end),
                minutes=int(minutes or 0),
                minutes_before=int(before or 0),
                cost_cents=int(cents) if cents else None,
                source=source,
                read_on=read_on,
                verified=verified,
            )
    return found, tuple(lands)


def _point(written: str) -> Point:
    latitude, longitude = map(float, written.split())
    return latitude, longitude
