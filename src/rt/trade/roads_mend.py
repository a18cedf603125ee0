"""Mends a net of roads that has gaps: joins what lies next to each other, and ends that look at each other.

Used by roads_build alone. Edges are lengths in km by node, the same both ways.
"""

import math
from collections import Counter
from heapq import heappop, heappush

from rt.trade.distances import Point, great_circle_km
from rt.trade.roads_grid import Grid

Edges = list[dict[int, float]]

SMALLEST_LAND = 8
"""Nodes; what is smaller and reached by nothing is a scrap of the source, not a road to start on."""
SAME_LAND_KM = 1.0
"""Scraps that near to other roads belong to them: a road of a lower class or a bridge joins them."""
GAP_KM = 4.0
"""Two road ends that face each other over less than that are one road, cut in the source."""
NEXT_LAND_KM = 4.0
"""Larger pieces cut off by less than that lack a bridge, a tunnel or a road of a lower class."""
ISLAND_STATES = ("CY", "MT")
FJORD, FJORD_KM, WIDEST_FJORD_KM = "fjord", 2.2, 8.0
"""In Norway wider gaps are fjords, over which ferries go."""
SHORTEST_GAP_KM, SHORT_GAP_KM = 0.05, 2.0
"""An end that faces another road over less than the second ends there."""
FACING, FACING_ONE = 0.7, 0.8
"""Cosines of how far past each other the ends of a cut road may look, and an end past a road."""
DETOUR_OF_A_GAP = 5
"""Only where the way round is that many times as long is something missing."""


def lands(edges: Edges) -> list[int]:
    """For each node a number that all nodes share that roads join."""
    found = [-1] * len(edges)
    for start in range(len(edges)):
        if found[start] < 0:
            found[start], todo = start, [start]
            while todo:
                for head in edges[todo.pop()]:
                    if found[head] < 0:
                        found[head] = start
                        todo.append(head)
    return found


def join_lands(
    places: list[Point], edges: Edges, country: list[str], within_km: float, smallest: int
) -> tuple[int, list[tuple[int, int]]]:
    """Join every land but the largest to what lies next to it: how many, and the fjords that ships cross."""
    land = lands(edges)
    size = Counter(land)
    largest = size.most_common(1)[0][0]
    grid = Grid(places, 50)
    pairs = []
    for n, own in enumerate(land):
        if (
            own != largest
            and size[own] >= smallest
            and country[n] not in ISLAND_STATES
            and not _messina(places[n])
        ):
            reach_km = WIDEST_FJORD_KM if country[n] == "NO" and within_km > FJORD_KM else within_km
            for other in grid.near(places[n], math.ceil(reach_km / 2.2)):
                km = great_circle_km(places[n], places[other])
                if land[other] != own and size[land[other]] >= smallest and km <= reach_km:
                    pairs.append((km, n, other))
    joined, fjords = 0, []
    merged = {own: own for own in land}

    def of(own: int) -> int:
        while merged[own] != own:
            own = merged[own]
        return own

    for km, one, other in sorted(pairs):
        if of(land[one]) != of(land[other]):
            merged[of(land[one])] = of(land[other])
            if km > FJORD_KM and country[one] == "NO":
                fjords.append((one, other))
            else:
                edges[one][other] = edges[other][one] = round(max(km, 0.05) * 1.3, 3)
                joined += 1
    return joined, fjords


def _messina(place: Point) -> bool:
    return 37.9 < place[0] < 38.35 and 15.2 < place[1] < 15.75


def mend_gaps(places: list[Point], edges: Edges, country: list[str]) -> int:
    """Join the ends of roads that were cut to what they look at; first those that look at each other."""
    ends = [n for n, heads in enumerate(edges) if len(heads) == 1]
    looks = {n: _direction(places[next(iter(edges[n]))], places[n])[0] for n in ends}
    facing, others = [], []
    grid, among_ends = Grid(places, 50), Grid(places, 20, iter(ends))
    for one in ends:
        for other in among_ends.near(places[one], 1):
            across, km = _direction(places[one], places[other])
            facing_both = min(_along(looks[one], across), -_along(looks[other], across)) > FACING
            if other > one and SHORTEST_GAP_KM <= km <= GAP_KM and facing_both:
                facing.append((km, one, other))
        for other in grid.near(places[one], 1):
            across, km = _direction(places[one], places[other])
            if SHORTEST_GAP_KM <= km <= SHORT_GAP_KM and _along(looks[one], across) > FACING_ONE:
                others.append((km, one, other))
    mended, used = 0, set[int]()
    for km, one, other in sorted(facing) + sorted(others):
        fjord = country[one] == "NO" and km > SAME_LAND_KM
        if fjord or one in used or _reaches(edges, one, other, DETOUR_OF_A_GAP * max(km, SAME_LAND_KM)):
            continue
        used |= {one, other} if len(edges[other]) == 1 else {one}
        edges[one][other] = edges[other][one] = round(km * 1.05, 3)
        mended += 1
    return mended


def _along(look: complex, across: complex) -> float:
    """Cosine between two directions; 0 where one is unknown."""
    return (look * across.conjugate()).real


def _direction(start: Point, end: Point) -> tuple[complex, float]:
    """Where the end lies, as a number of length 1, and how many kilometres away."""
    east = math.radians(end[1] - start[1]) * math.cos(math.radians(start[0])) * 6371
    there = complex(east, math.radians(end[0] - start[0]) * 6371)
    return (there / abs(there) if there else 0j), abs(there)


def _reaches(edges: Edges, start: int, end: int, within_km: float) -> bool:
    best, queue = {start: 0.0}, [(0.0, start)]
    while queue:
        km, node = heappop(queue)
        if node == end:
            return True
        for head, more in edges[node].items():
            if km + more < min(within_km, best.get(head, math.inf)):
                best[head] = km + more
                heappush(queue, (km + more, head))
    return False
