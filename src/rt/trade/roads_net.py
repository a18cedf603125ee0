"""A road net contracted for fast ways: how it is laid out, read, climbed and unpacked.

Its nodes are numbered from the least to the most important, and arcs lead to more important ones alone;
the way between two nodes climbs from both until it meets. Made by roads_contract, written by roads_build.
"""

import lzma
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from heapq import heappop, heappush
from importlib.resources import files
from itertools import accumulate, pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

from rt.trade.distances import Point

NET = "roads.xz"
"""A line that says what it is, then columns of numbers: see `road_net`."""
SECONDS, SEA = 43, 23
"""Bits of a cost: seconds, of them at sea, tens of metres driven. One number adds and compares as a row."""
SEA_MASK = (1 << SECONDS - SEA) - 1
TENS = (1 << SEA) - 1
NOWHERE = (1 << 63) - 1
FARTHEST = NOWHERE >> 1
"""No climb goes on for 145 hours: what two of them add up to fits into 64 bits, and no way is that long."""
ROAD = -1

Piece = tuple[int, int, int]
"""From node, to node, arc."""


class Header(msgspec.Struct, frozen=True, kw_only=True):
    """What the net was made of."""

    version: str
    source_sha256: str
    crossings_sha256: str
    crossings: list[tuple[str, int]]
    countries: list[str]
    nodes: int
    arcs: int
    joined: int
    mended: int


class Net(msgspec.Struct, frozen=True, kw_only=True):
    """The net as columns: nodes from the least to the most important, of each the arcs that rise from it."""

    header: Header
    latitude: "array[int]"
    longitude: "array[int]"
    country: bytes
    first: "array[int]"
    head: "array[int]"
    cost: "array[int]"
    left: "array[int]"
    """ROAD for a piece of road, less for a crossing, else the arc from the shortcut's middle to its tail."""
    right: "array[int]"
    by_latitude: NDArray[np.int32]
    latitudes: NDArray[np.float32]
    longitudes: NDArray[np.float32]

    def tail(self, arc: int) -> int:
        return bisect_right(self.first, arc) - 1

    def place(self, node: int) -> Point:
        return self.latitude[node] / 1000, self.longitude[node] / 1000


@lru_cache(maxsize=1)
def road_net() -> Net:
    """Read when first asked, 13 MB; column by column, so that reading takes little more than what is kept.

    Arrays and not numpy's: single numbers come out of them several times faster.
    """
    raw = lzma.decompress(files(__package__).joinpath(NET).read_bytes())
    at = raw.index(b"\n") + 1
    header = msgspec.json.decode(raw[: at - 1], type=Header)
    columns = []
    for kind, size in [("i", header.nodes)] * 2 + [("B", header.nodes), ("H", header.nodes)]:
        columns.append(_column(raw, at, kind, size))
        at += size * columns[-1].itemsize
    latitude, longitude, country, ups = columns
    head = _column(raw, at, "i", header.arcs)
    tens = _column(raw, at + 4 * header.arcs, "i", header.arcs)
    kmh = _column(raw, at + 8 * header.arcs, "B", header.arcs)
    left = _column(raw, at + 9 * header.arcs, "i", header.arcs)
    del raw
    first = array("i", accumulate(ups, initial=0))
    right, cost = array("i"), array("q")
    for node, (begin, end) in enumerate(pairwise(first)):
        for arc in range(begin, end):
            head[arc] += node
            over = left[arc]
            left[arc], other, taken = ROAD, ROAD, 0
            if over > 0:  # a shortcut's halves come before it: its middle is less important
                middle = node - over
                half = head.index(node, first[middle], first[middle + 1])
                other = head.index(head[arc], first[middle], first[middle + 1])
                left[arc], taken = half, cost[half] + cost[other]
            elif over < 0:
                seconds = header.crossings[-over - 1][1]
                left[arc], taken = ROAD + over, packed_cost(seconds, seconds, 0)
            else:
                taken = packed_cost(seconds_of(tens[arc], kmh[arc]), 0, tens[arc])
            right.append(other)
            cost.append(taken)
    degrees = np.frombuffer(latitude, np.int32)
    by_latitude = np.argsort(degrees, kind="stable").astype(np.int32)
    return Net(
        header=header,
        latitude=latitude,
        longitude=longitude,
        country=country.tobytes(),
        first=first,
        head=head,
        cost=cost,
        left=left,
        right=right,
        by_latitude=by_latitude,
        latitudes=(degrees[by_latitude] / 1000).astype(np.float32),
        longitudes=(np.frombuffer(longitude, np.int32)[by_latitude] / 1000).astype(np.float32),
    )


def _column(raw: bytes, at: int, kind: str, size: int) -> "array[int]":
    found = array(kind)
    found.frombytes(memoryview(raw)[at : at + size * found.itemsize])
    return found


def packed_cost(seconds: int, sea_seconds: int, tens_of_metres: int) -> int:
    return seconds << SECONDS | sea_seconds << SEA | tens_of_metres


def seconds_of(tens_of_metres: int, kmh: int) -> int:
    """Rounded up: what is rounded up stays shorter than its detours."""
    return -(-tens_of_metres * 36 // kmh)


def way(net: Net, here: int, there: int) -> tuple[list[Piece], int]:
    """The pieces of the fastest way between two nodes, in order, and its cost; none if there is none."""
    (up, came), (down, went) = climb(net, here), climb(net, there)
    top = min(
        (node for node in up if node in down), key=lambda node: (up[node] + down[node], node), default=None
    )
    if top is None:
        return [], 0
    pieces: list[Piece] = []
    for arc in reversed(_arcs(net, came, top)):
        pieces += _pieces(net, arc, rising=True)
    for arc in _arcs(net, went, top):
        pieces += _pieces(net, arc, rising=False)
    return pieces, up[top] + down[top]


def climb(net: Net, start: int) -> tuple[dict[int, int], dict[int, int]]:
    """What more important nodes cost from one, and the arc by which each was reached.

    A node that a more important one reaches more cheaply is on no cheapest way: it is left where it is.
    """
    first, head, cost = net.first, net.head, net.cost
    best, came = {start: 0}, dict[int, int]()
    queue = [(0, start)]
    while queue:
        so_far, node = heappop(queue)
        if so_far > best[node]:
            continue
        begin, end = first[node], first[node + 1]
        heads, costs = head[begin:end], cost[begin:end]
        for to, more in zip(heads, costs, strict=True):
            if to in best and best[to] + more < so_far:
                break
        else:
            for arc, (to, more) in enumerate(zip(heads, costs, strict=True), begin):
                total = so_far + more
                if total < best.get(to, FARTHEST):
                    best[to], came[to] = total, arc
                    heappush(queue, (total, to))
    return best, came


def _arcs(net: Net, came: dict[int, int], node: int) -> list[int]:
    """The arcs down from a node to where the climb began."""
    arcs = []
    while node in came:
        arcs.append(came[node])
        node = net.tail(came[node])
    return arcs


def _pieces(net: Net, arc: int, *, rising: bool) -> Iterator[Piece]:
    """What a shortcut stands for, from its tail to its head if rising, else the other way."""
    todo = [(arc, rising)]
    while todo:
        one, up = todo.pop()
        left, right = net.left[one], net.right[one]
        if left <= ROAD:
            tail, head = net.tail(one), net.head[one]
            yield (tail, head, one) if up else (head, tail, one)
        else:
            # Both halves rise from the middle: to the tail of the shortcut, and to its head.
            todo += [(right, True), (left, False)] if up else [(left, True), (right, False)]
