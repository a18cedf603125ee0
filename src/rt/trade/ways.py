"""How far and how long by lorry from one place to another, whatever the net knows of them.

On the road net; as the crow flies, with its own factor, where the net has no road for a place that a lorry
does reach. Nobody else multiplies a straight line: what a figure stands on is its `basis`.
"""

from functools import lru_cache
from typing import NamedTuple

from rt.trade import roads
from rt.trade.distances import CROW_FLY, Point, driving_minutes, great_circle_km, road_km

NEAR_KM = 15.0
"""As the crow flies: nearer than that, where places come onto the net decides more than the road between."""


class Way(NamedTuple):
    """Kilometres driven, minutes at the wheel and on ships, and what they stand on."""

    km: float
    driving_minutes: float
    sea_minutes: float
    basis: str

    @property
    def minutes(self) -> float:
        return self.driving_minutes + self.sea_minutes


def way(start: Point, end: Point) -> Way:
    """Between two places that people know: the same both ways."""
    return _measured(*sorted((start, end)))


def onward(here: Point, end: Point) -> Way:
    """From a lorry, wherever on its road it is, to a place.

    The net is entered at its nearest node, which may lie behind: over a short way the crow's is taken if it
    is shorter, and the last kilometres do not grow.
    """
    if great_circle_km(here, end) > NEAR_KM:
        return way(here, end)
    return min(way(here, end), _crow(here, end))


@lru_cache(maxsize=16_384)
def _measured(start: Point, end: Point) -> Way:
    found = roads.leg(start, end)
    if isinstance(found, roads.NoRoad):
        return _crow(start, end)
    return Way(found.km, found.driving_minutes, found.sea_minutes, roads.basis())


def _crow(start: Point, end: Point) -> Way:
    km = road_km(start, end)
    return Way(km, float(driving_minutes(km)), 0.0, CROW_FLY)
