"""Roads between neighbouring towns, which a net of main roads lacks; used by roads_build alone.

They are guessed, not drawn: towns next to each other (Gabriel's neighbours) have a road between them wherever
the main roads lead from one to the other without a great detour; else water or a mountain lies between.
"""

import gzip
import math
from collections.abc import Iterator
from heapq import heappop, heappush
from importlib.resources import files

import msgspec

from rt.trade.crossings import roadless
from rt.trade.distances import Point, great_circle_km
from rt.trade.gazetteer import ALIAS
from rt.trade.gazetteer import TABLE as GAZETTEER
from rt.trade.roads_grid import Grid
from rt.trade.roads_mend import Edges, lands

NEXT_TOWN_KM = 7.0
"""As the crow flies; towns farther apart have others between them, or a main road."""
CANDIDATES = 16
DETOUR_KM, DETOUR_RATIO = 15.0, 2.0
"""How much longer by the main roads it may be, at most, for a local road to be likely."""
CUT_DETOUR_KM = 45.0
"""Neighbours that far by road: the source lacks one, but for shores and for these waters and heights."""
SHORES = ("NO", "SE", "FI", "DK", "IS", "FO", "GB", "IE", "GR", "HR", "NL", "TR")
BARRIERS = (
    (46.1, 6.0, 46.6, 7.0),  # lake Geneva
    (47.4, 8.8, 47.9, 9.9),  # lake Constance
    (45.4, 8.3, 46.3, 10.95),  # the Italian lakes
    (46.55, 6.5, 47.4, 8.95),  # the Swiss lakes
    (44.4, -1.35, 45.75, -0.5),  # Gironde, Arcachon
    (49.3, -0.05, 49.55, 0.7),  # the mouth of the Seine
    (45.6, 5.75, 46.0, 6.35),  # Annecy, Le Bourget
    (43.9, 6.2, 46.1, 7.9),  # western Alps
    (45.8, 7.0, 47.5, 13.5),  # central and eastern Alps
    (42.2, -1.0, 43.1, 2.4),  # Pyrenees
)

LOCAL_CIRCUITY, LOCAL_KMH = 1.3, 45
"""Calibrated by nobody: the usual planning value, and a lorry's pace through villages."""
INHABITANTS_IN_FRANCE, INHABITANTS_ABROAD = 500, 3_000
FARTHEST_FROM_ROADS_KM = 20.0


class LocalTown(msgspec.Struct, frozen=True):
    """A town as the gazetteer places it, so that an address found there stands on the net."""

    place: Point
    country: str


class LocalRoad(msgspec.Struct, frozen=True):
    """Between two nodes; those from the number of main nodes on are towns."""

    one: int
    other: int
    crow_km: float


def towns() -> list[LocalTown]:
    """Those of the gazetteer that are large enough, once for each position."""
    found: dict[Point, LocalTown] = {}
    raw = gzip.decompress(files("rt.trade").joinpath(GAZETTEER).read_bytes()).decode()
    for line in raw.splitlines():
        _, country, latitude, longitude, people, codes, _ = line.split("\t")
        place = float(latitude), float(longitude)
        enough = INHABITANTS_IN_FRANCE if country == "FR" else INHABITANTS_ABROAD
        if codes != ALIAS and int(people) >= enough and roadless(place) is None:
            found.setdefault(place, LocalTown(place, country))
    return list(found.values())


def local_roads(places: list[Point], edges: Edges, added: list[LocalTown]) -> Iterator[LocalRoad]:
    """Roads from the towns, which come after the places, to their neighbours.

    The source cuts main roads here and there: what was found in one round is a way round the cut in the next,
    and where even so the neighbours are far from each other, the cut itself is closed.
    """
    main = len(places)
    everything = [*places, *(town.place for town in added)]
    grid = Grid(everything, 20)
    known: Edges = [dict(heads) for heads in edges] + [{} for _ in added]
    left: dict[int, list[tuple[float, int]]] = {}
    for n in range(main, len(everything)):
        if (anchor := _anchor(everything, grid, main, n)) is not None:
            crow = great_circle_km(everything[n], everything[anchor])
            known[n][anchor] = known[anchor][n] = LOCAL_CIRCUITY * crow
            left[n] = [(km, other) for km, other in _neighbours(everything, grid, n) if other != anchor]
            yield LocalRoad(n, anchor, crow)
    for cut in (False, False, False, True, False, False):
        land = lands(known) if cut else []
        found = []
        for n, near in left.items():
            tried = near
            if cut:
                tried = [one for one in near if land[one[1]] == land[n]] if _inland(added[n - main]) else []
            ways = _within(known, n, CUT_DETOUR_KM if cut else _likely(NEXT_TOWN_KM)) if tried else {}
            likely = [
                (crow, other)
                for crow, other in tried
                if (other not in ways if cut else ways.get(other, math.inf) <= _likely(crow))
            ]
            found += [LocalRoad(n, other, crow) for crow, other in likely]
            left[n] = [one for one in near if one not in likely]
        for road in found:
            known[road.one][road.other] = known[road.other][road.one] = LOCAL_CIRCUITY * road.crow_km
        yield from found


def _inland(town: LocalTown) -> bool:
    y, x = town.place
    return town.country not in SHORES and not any(s <= y <= n and w <= x <= e for s, w, n, e in BARRIERS)


def _likely(crow_km: float) -> float:
    """How long the way round may be where there is a road."""
    return DETOUR_KM + DETOUR_RATIO * crow_km


def _anchor(everything: list[Point], grid: Grid, main: int, town: int) -> int | None:
    """The main node nearest to a town, if there is one not far."""
    for reach in (1, 4):
        near = [n for n in grid.near(everything[town], reach) if n < main]
        if near:
            nearest = min(near, key=lambda n: great_circle_km(everything[town], everything[n]))
            km = great_circle_km(everything[town], everything[nearest])
            if km <= min(reach * 2.5, FARTHEST_FROM_ROADS_KM) or reach == 4:
                return nearest if km <= FARTHEST_FROM_ROADS_KM else None
    return None


def _neighbours(everything: list[Point], grid: Grid, town: int) -> list[tuple[float, int]]:
    """Those in whose circle over the straight line between the two nothing else lies, nearest first."""
    here = everything[town]
    narrow = math.cos(math.radians(here[0]))

    def flat(place: Point) -> complex:
        return complex((place[1] - here[1]) * narrow, place[0] - here[0]) * 111.2

    near = sorted(
        (abs(spot), n, spot) for n in grid.near(here, 2) if n != town and abs(spot := flat(everything[n])) > 0
    )[:CANDIDATES]
    return [
        (crow, n)
        for crow, n, spot in near
        if crow <= NEXT_TOWN_KM
        and not any(abs(other - spot / 2) < crow / 2 - 1e-9 for _, m, other in near if m != n)
    ]


def _within(edges: Edges, start: int, reach_km: float) -> dict[int, float]:
    """What lies within so many kilometres of main road."""
    best, queue = {start: 0.0}, [(0.0, start)]
    while queue:
        km, node = heappop(queue)
        if km == best[node]:
            for head, more in edges[node].items():
                if km + more <= reach_km and km + more < best.get(head, math.inf):
                    best[head] = km + more
                    heappush(queue, (km + more, head))
    return best
