"""Makes the tiles of roads_map anew from the road net: `python -m rt.trade.roads_map_build`, a minute.

The net has no classes: a main road is one that the fastest ways between large towns lead over. Local roads,
which the net only supposes, are not drawn.
"""

import gzip
import json
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.resources import files
from itertools import combinations, pairwise
from math import floor
from pathlib import Path

from rt.trade.distances import Point, great_circle_km
from rt.trade.gazetteer import ALIAS, TABLE
from rt.trade.roads import Access, access
from rt.trade.roads_local import LOCAL_KMH
from rt.trade.roads_map import ARCHIVE, MAIN_DEGREES, NEAR_DEGREES
from rt.trade.roads_net import ROAD, SECONDS, TENS, Net, road_net, seconds_of, way

LARGE, CITY, TOWN = 100_000, 60_000, 1_500
"""Inhabitants: between whom ways are main roads, who is named from afar, who is named at all."""
AS_FAR_KM = 260.0
"""Ways between large towns so far apart at most: farther ones lead over the same roads."""
COARSE, FINE = 12, 2
"""Thousandths of a degree that a line may be off."""
MOST_TOWNS = 60

Mille = tuple[int, int]
Town = tuple[str, float, float, int]


def build() -> dict[str, str]:
    """Each tile by its name."""
    net = road_net()
    towns = named()
    main = between_large(net, [one for one in towns if one[3] >= LARGE])
    drawn = {edge: edge in main for edge in roads(net)}
    tiles: dict[str, dict[str, list[object]]] = defaultdict(lambda: {"m": [], "r": [], "t": []})
    lines = chained([edge for edge, chief in drawn.items() if chief])
    for line in lines:
        for name, part in cut(simpler(points(net, line), COARSE), "main", MAIN_DEGREES):
            tiles[name]["m"].append(steps(part))
        for name, part in cut(simpler(points(net, line), FINE), "near", NEAR_DEGREES):
            tiles[name]["m"].append(steps(part))
    for line in chained([edge for edge, chief in drawn.items() if not chief]):
        for name, part in cut(simpler(points(net, line), FINE), "near", NEAR_DEGREES):
            tiles[name]["r"].append(steps(part))
    for label, latitude, longitude, people in towns:
        for level, degrees, least in (("main", MAIN_DEGREES, CITY), ("near", NEAR_DEGREES, TOWN)):
            name = tile_name(level, degrees, longitude, latitude)
            if people >= least and name in tiles and len(tiles[name]["t"]) < MOST_TOWNS:
                tiles[name]["t"].append([label, round(latitude, 3), round(longitude, 3), people])
    return {name: json.dumps(tile, ensure_ascii=False, separators=(",", ":")) for name, tile in tiles.items()}


def named() -> list[Town]:
    """Towns by their own names, the greatest first."""
    found: dict[tuple[str, str, str], Town] = {}
    table = gzip.decompress(files("rt.trade").joinpath(TABLE).read_bytes()).decode()
    for line in table.splitlines():
        _, country, latitude, longitude, people, codes, name = line.split("\t")
        if codes != ALIAS and people:
            district = codes[:2] if country == "FR" else f"{float(latitude):.0f} {float(longitude):.0f}"
            one = (name, float(latitude), float(longitude), int(people))
            known = found.setdefault((name, country, district), one)
            if one[3] > known[3]:  # the whole city, not one of its arrondissements
                found[name, country, district] = one
    return sorted(found.values(), key=lambda one: (-one[3], one[0]))


def between_large(net: Net, towns: list[Town]) -> set[tuple[int, int]]:
    """The pieces of road that fastest ways between large towns lead over."""
    nodes: dict[int, Point] = {}
    for _, latitude, longitude, _ in towns:
        found = access((latitude, longitude))
        if isinstance(found, Access):
            nodes.setdefault(found.node, (latitude, longitude))
    used: set[tuple[int, int]] = set()
    for (one, here), (other, there) in combinations(sorted(nodes.items()), 2):
        if great_circle_km(here, there) <= AS_FAR_KM:
            pieces, _ = way(net, one, other)
            used |= {
                (min(tail, head), max(tail, head)) for tail, head, arc in pieces if net.left[arc] == ROAD
            }
    return used


def roads(net: Net) -> Iterator[tuple[int, int]]:
    """Pieces of road that the source has: no ship, no shortcut, nothing that is only supposed."""
    for node in range(net.header.nodes):
        for arc in range(net.first[node], net.first[node + 1]):
            tens = net.cost[arc] & TENS
            if net.left[arc] == ROAD and net.cost[arc] >> SECONDS != seconds_of(tens, LOCAL_KMH):
                yield min(node, net.head[arc]), max(node, net.head[arc])


def chained(edges: Iterable[tuple[int, int]]) -> Iterator[list[int]]:
    """The edges as lines that are as long as they may be: each goes on where two meet."""
    around: dict[int, set[int]] = defaultdict(set)
    for one, other in edges:
        around[one].add(other)
        around[other].add(one)
    ends = [node for node in sorted(around) if len(around[node]) != 2]
    for start in [*ends, *sorted(around)]:
        while around[start]:
            line = [start]
            while around[line[-1]]:
                here = line[-1]
                to = min(around[here])
                around[here].discard(to)
                around[to].discard(here)
                line.append(to)
                if len(around[to]) != 1:
                    break
            yield line


def points(net: Net, line: list[int]) -> list[Mille]:
    return [(net.longitude[node], net.latitude[node]) for node in line]


def simpler(line: list[Mille], off: int) -> list[Mille]:
    """Douglas and Peucker: without the points that lie that near to the line."""
    kept, todo = {0, len(line) - 1}, [(0, len(line) - 1)]
    while todo:
        first, last = todo.pop()
        (x, y), (u, v) = line[first], line[last]
        length = ((u - x) ** 2 + (v - y) ** 2) ** 0.5 or 1e-9
        away = [abs((u - x) * (y - b) - (x - a) * (v - y)) / length for a, b in line[first + 1 : last]]
        if away and max(away) > off:
            farthest = first + 1 + away.index(max(away))
            kept.add(farthest)
            todo += [(first, farthest), (farthest, last)]
    return [line[n] for n in sorted(kept)]


def cut(line: list[Mille], level: str, degrees: int) -> Iterator[tuple[str, list[Mille]]]:
    """The parts of a line by tiles: each step lies in the tile of its middle."""
    part: list[Mille] = []
    here = ""
    for one, other in pairwise(line):
        name = tile_name(level, degrees, (one[0] + other[0]) / 2_000, (one[1] + other[1]) / 2_000)
        if name != here:
            if part:
                yield here, part
            here, part = name, [one]
        part.append(other)
    if part:
        yield here, part


def tile_name(level: str, degrees: int, longitude: float, latitude: float) -> str:
    return f"{level}_{floor(longitude / degrees) * degrees}_{floor(latitude / degrees) * degrees}"


def steps(line: list[Mille]) -> list[int]:
    found = [*line[0]]
    for (x, y), (u, v) in pairwise(line):
        found += [u - x, v - y]
    return found


def main() -> None:
    tiles = build()
    with zipfile.ZipFile(
        Path(__file__).with_name(ARCHIVE), "w", zipfile.ZIP_DEFLATED, compresslevel=9
    ) as archive:
        for name in sorted(tiles):
            archive.writestr(
                zipfile.ZipInfo(name, (2026, 11, 29, 0, 0, 0)), tiles[name], zipfile.ZIP_DEFLATED
            )


if __name__ == "__main__":
    main()
