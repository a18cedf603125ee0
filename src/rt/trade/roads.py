"""How far, how long and over which ships by lorry: ways through a road net of Europe, as estimates.

The net is made by roads_build from OpenStreetMap's main roads (© OpenStreetMap contributors, ODbL 1.0, as
scgraph_data has them). It has no direction, no class and no truck limits: this is not navigation. Ways are
the fastest ones: minutes of driving and at sea together are the same both ways and never more than over a
third place. The kilometres are those of the fastest way. Where no road leads, NoRoad says so and why.
"""

from array import array
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import ceil, hypot, isfinite
from typing import Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from rt.trade.crossings import crossings, roadless
from rt.trade.distances import Point, great_circle_km
from rt.trade.roads_net import (
    NOWHERE,
    ROAD,
    SEA,
    SEA_MASK,
    SECONDS,
    TENS,
    Net,
    Piece,
    climb,
    packed_cost,
    road_net,
    seconds_of,
    way,
)

ACCESS_LIMIT_KM = 25.0
"""As the crow flies: farther from any road of the net a place has none."""
ACCESS_CIRCUITY = 1.3
ACCESS_KMH = 38
"""To the net and from it, and between places beside one node of it: towns, the first step of distances.py."""
KM_PER_DEGREE = 111.2
SIMPLER_DEGREES = 0.003
"""A path that is drawn may leave out what lies that near to its line."""

Reason = Literal["far_from_roads", "island_without_road", "no_link"]


class Ship(msgspec.Struct, frozen=True, kw_only=True):
    """A crossing on the way: its own kilometres, minutes with those of waiting, cost where one is known."""

    id: str
    name: str
    km: float
    minutes: float
    cost_cents: int | None
    verified: bool


class Road(msgspec.Struct, frozen=True, kw_only=True):
    """A way by lorry, an estimate: what is driven, and what is carried over water."""

    km: float
    driving_minutes: float
    ships: tuple[Ship, ...]
    countries: dict[str, float]
    """Kilometres driven in each, by the country of the nearest town."""
    path: tuple[Point, ...]
    basis: str

    @property
    def minutes(self) -> float:
        return self.driving_minutes + sum(ship.minutes for ship in self.ships)


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of a way alone: what `road` says without its course, much faster when asked again."""

    km: float
    driving_minutes: float
    sea_minutes: float

    @property
    def minutes(self) -> float:
        return self.driving_minutes + self.sea_minutes


class NoRoad(msgspec.Struct, frozen=True, kw_only=True):
    """No way by road and ship that the net knows; say so, and neither guess nor take the crow's."""

    reason: Reason
    fr: str
    en: str
    basis: str


class Matrix(msgspec.Struct, frozen=True, kw_only=True):
    """Between all pairs of places, the same both ways; NaN where `reached` is false: there is no road."""

    km: NDArray[np.float64]
    driving_minutes: NDArray[np.float64]
    sea_minutes: NDArray[np.float64]
    reached: NDArray[np.bool_]
    basis: str


class Access(msgspec.Struct, frozen=True):
    """The node of the net nearest to a place, and the way there."""

    node: int
    tens: int

    @property
    def cost(self) -> int:
        return packed_cost(seconds_of(self.tens, ACCESS_KMH), 0, self.tens)


def basis() -> str:
    """What distances stand on, to be shown beside them."""
    return f"road net {road_net().header.version}"


def road(start: Point, end: Point, *, path: bool = False) -> Road | NoRoad:
    """The fastest way; with `path` also its course, simplified for drawing."""
    here, there = access(start), access(end)
    if isinstance(here, NoRoad):
        return here
    if isinstance(there, NoRoad):
        return there
    net = road_net()
    if here.node == there.node:
        tens = _beside(start, end)
        country = {net.header.countries[net.country[here.node]]: tens / 100} if tens else {}
        straight = (start, end) if path else ()
        return _road(packed_cost(seconds_of(tens, ACCESS_KMH), 0, tens), (), country, straight)
    turned = start > end
    pieces, cost = way(net, *((there.node, here.node) if turned else (here.node, there.node)))
    if not pieces:
        return _no_link()
    if turned:
        pieces = [(head, tail, arc) for tail, head, arc in reversed(pieces)]
    ships = tuple(_ship(net, arc) for _, _, arc in pieces if net.left[arc] < ROAD)
    driven = _by_country(net, pieces, here, there)
    nodes = [pieces[0][0], *(head for _, head, _ in pieces)] if path else []
    course = _simplified([start, *(net.place(node) for node in nodes), end]) if path else ()
    return _road(cost + here.cost + there.cost, ships, driven, course)


def leg(start: Point, end: Point) -> Leg | NoRoad:
    """How far and how long, as `road` says it."""
    here, there = access(start), access(end)
    if isinstance(here, NoRoad):
        return here
    if isinstance(there, NoRoad):
        return there
    if here.node == there.node:
        tens = _beside(start, end)
        cost = packed_cost(seconds_of(tens, ACCESS_KMH), 0, tens)
    else:
        (up, up_costs), (down, down_costs) = _label(here.node), _label(there.node)
        at = np.searchsorted(up, down)
        met = up.take(at, mode="clip") == down
        if not met.any():
            return _no_link()
        cost = int((up_costs[at[met]] + down_costs[met]).min()) + here.cost + there.cost
    sea = cost >> SEA & SEA_MASK
    return Leg(km=(cost & TENS) / 100, driving_minutes=((cost >> SECONDS) - sea) / 60, sea_minutes=sea / 60)


@lru_cache(maxsize=4_096)
def _label(node: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """What a climb reaches, by node; kept for places that are asked for again, 1.5 kB each."""
    climbed, _ = climb(road_net(), node)
    nodes = sorted(climbed)
    return np.array(nodes, np.int32), np.array([climbed[one] for one in nodes], np.int64)


def matrix(places: Sequence[Point]) -> Matrix:
    """Between all pairs, as `road` says it."""
    net, size = road_net(), len(places)
    found = [access(place) for place in places]
    starts = [(n, one) for n, one in enumerate(found) if isinstance(one, Access)]
    best = np.full((size, size), NOWHERE, np.int64)
    legs = np.zeros(size, np.int64)
    nodes, owners, costs = array("i"), array("i"), array("q")
    for n, one in starts:
        legs[n] = one.cost
        climbed, _ = climb(net, one.node)
        nodes.extend(climbed.keys())
        costs.extend(climbed.values())
        owners.extend([n] * len(climbed))
    order = np.argsort(np.frombuffer(nodes, np.intc), kind="stable") if nodes else np.zeros(0, np.intp)
    met, owner = np.array(nodes, np.intc)[order], np.array(owners, np.intc)[order]
    cost = np.array(costs, np.int64)[order]
    cuts = np.flatnonzero(np.diff(met)) + 1
    for first, last in pairwise([0, *cuts.tolist(), len(met)]):
        if last - first > 1:
            own, up = owner[first:last], cost[first:last]
            pairs = np.ix_(own, own)
            best[pairs] = np.minimum(best[pairs], up[:, None] + up)
    reached = best < NOWHERE
    best = np.where(reached, best + legs[:, None] + legs, 0)
    for n, one in starts:
        for m, other in starts:
            if one.node == other.node:
                tens = _beside(places[n], places[m])
                best[n, m] = packed_cost(seconds_of(tens, ACCESS_KMH), 0, tens)
                reached[n, m] = True
    sea = (best >> SEA) & SEA_MASK
    return Matrix(
        km=np.where(reached, (best & TENS) / 100, np.nan),
        driving_minutes=np.where(reached, ((best >> SECONDS) - sea) / 60, np.nan),
        sea_minutes=np.where(reached, sea / 60, np.nan),
        reached=reached,
        basis=basis(),
    )


@lru_cache(maxsize=4_096)
def access(place: Point) -> Access | NoRoad:
    """Where the place comes onto the net, and how far that is; NoRoad if that is too far, or over water."""
    if land := roadless(place):
        return NoRoad(
            reason="island_without_road",
            fr=f"Pas de route dans le réseau : {land.name}.",
            en=f"No road in the net: {land.name}.",
            basis=basis(),
        )
    if all(map(isfinite, place)) and (found := _nearest(road_net(), place)):
        return found
    return NoRoad(
        reason="far_from_roads",
        fr=f"Pas de route à moins de {ACCESS_LIMIT_KM:.0f} km dans le réseau.",
        en=f"No road of the net within {ACCESS_LIMIT_KM:.0f} km.",
        basis=basis(),
    )


def _nearest(net: Net, place: Point) -> Access | None:
    reach = ACCESS_LIMIT_KM / KM_PER_DEGREE
    low, high = np.searchsorted(net.latitudes, (place[0] - reach, place[0] + reach))
    north = net.latitudes[low:high] - place[0]
    east = (net.longitudes[low:high] - place[1]) * np.cos(np.radians(place[0]))
    apart = north * north + east * east
    if not apart.size:
        return None
    node = int(net.by_latitude[low + int(np.argmin(apart))])
    km = great_circle_km(place, net.place(node))
    return Access(node, _tens(km)) if km <= ACCESS_LIMIT_KM else None


def _no_link() -> NoRoad:
    return NoRoad(
        reason="no_link",
        fr="Ni route ni traversée connue ne relie ces lieux.",
        en="Neither a road nor a known crossing joins these places.",
        basis=basis(),
    )


def _tens(crow_km: float) -> int:
    return ceil(crow_km * ACCESS_CIRCUITY * 100)


def _beside(start: Point, end: Point) -> int:
    """Tens of metres between places that come onto the net at the same node."""
    return _tens(great_circle_km(start, end))


def _road(cost: int, ships: tuple[Ship, ...], countries: dict[str, float], path: tuple[Point, ...]) -> Road:
    sea = cost >> SEA & SEA_MASK
    return Road(
        km=(cost & TENS) / 100,
        driving_minutes=((cost >> SECONDS) - sea) / 60,
        ships=ships,
        countries=countries,
        path=path,
        basis=basis(),
    )


def _ship(net: Net, arc: int) -> Ship:
    identity, seconds = net.header.crossings[ROAD - 1 - net.left[arc]]
    known = crossings()[identity]
    return Ship(
        id=identity,
        name=known.name,
        km=known.km,
        minutes=seconds / 60,
        cost_cents=known.cost_cents,
        verified=known.verified,
    )


def _by_country(net: Net, pieces: list[Piece], here: Access, there: Access) -> dict[str, float]:
    """Kilometres: a piece over a border counts half on each side, the way to the net where it begins."""
    tens: dict[int, float] = {}
    for access_leg in (here, there):
        own = net.country[access_leg.node]
        tens[own] = tens.get(own, 0) + access_leg.tens
    for tail, head, arc in pieces:
        for node in (tail, head):
            own = net.country[node]
            tens[own] = tens.get(own, 0) + (net.cost[arc] & TENS) / 2
    return {net.header.countries[own]: round(part / 100, 2) for own, part in tens.items() if part}


def _simplified(course: list[Point]) -> tuple[Point, ...]:
    """Douglas and Peucker, in degrees: for drawing alone."""
    kept, todo = {0, len(course) - 1}, [(0, len(course) - 1)]
    while todo:
        first, last = todo.pop()
        (y, x), (v, u) = course[first], course[last]
        length = hypot(v - y, u - x) or 1e-9
        off = [abs((u - x) * (y - b) - (x - a) * (v - y)) / length for b, a in course[first + 1 : last]]
        if off and max(off) > SIMPLER_DEGREES:
            farthest = first + 1 + off.index(max(off))
            kept.add(farthest)
            todo += [(first, farthest), (farthest, last)]
    return tuple(course[n] for n in sorted(kept))
