"""How fast the road net answers, what memory it takes, how far it is off; beside the crow and a plain search.

    python -m benchmarks.roads

Baselines of the same run: `crow-fly` is `distances.road_km` for each pair (what stood before), `plain search`
is Dijkstra over the same pieces of road. Times on a shared machine are good for their ratios. Distances are
those of tests/trade/road_distances.csv: every second row was calibrated on, the others are held out.
"""

import csv
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from heapq import heappop, heappush
from pathlib import Path

from rt.trade import roads
from rt.trade.distances import Point, road_km
from rt.trade.gazetteer import locate
from rt.trade.roads_net import ROAD, Net, road_net

TABLE = Path(__file__).parents[1] / "tests" / "trade" / "road_distances.csv"
PLACES, PAIRS, ROUNDS = 200, 100, 5
AIMED_AT = {"matrix of 200, s": 2.0, "two places, ms": 5.0, "memory, MB": 25.0}
RESIDENT = """
import numpy, msgspec, lzma, sys
from rt.trade import roads
from rt.trade.roads_net import road_net
def resident(): return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6
before = resident(); road_net(); print(resident() - before)
"""


def somewhere(chance: random.Random) -> Point:
    return chance.uniform(43.5, 49.5), chance.uniform(-0.5, 7.0)


def seconds(act: Callable[[], object]) -> float:
    """The median of some rounds."""
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        act()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def plain(net: Net) -> list[dict[int, int]]:
    graph: list[dict[int, int]] = [{} for _ in net.country]
    for arc, left in enumerate(net.left):
        if left <= ROAD:
            tail, head = net.tail(arc), net.head[arc]
            graph[tail][head] = graph[head][tail] = net.cost[arc]
    return graph


def searched(graph: list[dict[int, int]], start: int, end: int) -> int | None:
    best, queue = {start: 0}, [(0, start)]
    while queue:
        cost, node = heappop(queue)
        if node == end:
            return cost
        if cost == best[node]:
            for head, more in graph[node].items():
                if head not in best or cost + more < best[head]:
                    best[head] = cost + more
                    heappush(queue, (cost + more, head))
    return None


def errors(measure: Callable[[Point, Point], float]) -> tuple[list[float], list[float]]:
    """How far off, of the rows calibrated on and of those held out."""
    found: tuple[list[float], list[float]] = ([], [])
    with TABLE.open(encoding="utf-8") as opened:
        for n, row in enumerate(csv.DictReader(opened)):
            start, end = (locate("", row[one], row[f"{one}_country"]) for one in ("start", "end"))
            if start and end:
                found[n % 2].append(abs(measure(start, end) / float(row["km"]) - 1))
    return found


def by_road(start: Point, end: Point) -> float:
    found = roads.road(start, end)
    if isinstance(found, roads.NoRoad):
        raise LookupError(found.en)
    return found.km


def main() -> None:
    chance = random.Random(7)
    begun = time.perf_counter()
    net = road_net()
    print(f"read in {time.perf_counter() - begun:.2f} s: {net.header.nodes} nodes, {net.header.arcs} arcs")
    places = [somewhere(chance) for _ in range(PLACES)]
    pairs = [(somewhere(chance), somewhere(chance)) for _ in range(PAIRS)]
    crow = seconds(lambda: [road_km(a, b) for a in places for b in places])
    table = seconds(lambda: roads.matrix(places))
    one = seconds(lambda: [roads.road(a, b) for a, b in pairs]) / PAIRS
    graph = plain(net)
    ends = [(roads.access(a), roads.access(b)) for a, b in pairs[:5]]
    nodes = [(a.node, b.node) for a, b in ends if isinstance(a, roads.Access) and isinstance(b, roads.Access)]
    begun = time.perf_counter()
    for start, end in nodes:
        searched(graph, start, end)
    search = (time.perf_counter() - begun) / len(nodes)
    alone = subprocess.run([sys.executable, "-c", RESIDENT], capture_output=True, text=True, check=True)
    measured = {
        "matrix of 200, s": (table, f"{table / crow:.1f} x crow-fly ({crow:.2f} s)"),
        "two places, ms": (one * 1000, f"1/{search / one:.0f} of a plain search ({search * 1000:.0f} ms)"),
        "memory, MB": (float(alone.stdout), "resident, after reading"),
    }
    for name, (value, beside) in measured.items():
        print(f"{name:<18} {value:7.2f}  aimed at {AIMED_AT[name]:5.1f}  {beside}")
    for name, measure in (("road net", by_road), ("crow-fly", road_km)):
        for half, off in zip(("calibrated on", "held out"), errors(measure), strict=True):
            worst = sorted(off)
            print(
                f"{name:<9} {half:<14} {len(off)} rows: median {statistics.median(off):.1%},"
                f" nine of ten {worst[int(len(off) * 0.9)]:.1%}, worst {worst[-1]:.1%},"
                f" over 8 %: {sum(one > 0.08 for one in off)}"
            )


if __name__ == "__main__":
    main()
