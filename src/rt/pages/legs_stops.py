"""Where one truck calls that carries goods of several orders, in which order, with what on board."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from msgspec import structs

from rt.contracts.core_orders import LineGiven, LoadAsked, OrderView, Stop
from rt.pages.legs_times import point_of, way_km
from rt.pages.legs_way import Waiting, last_stops
from rt.trade.loading import line_metres
from rt.trade.places import place_key

Lines = Mapping[int, int]
"""Packages by goods line."""


class Taken(NamedTuple):
    """What the truck takes of an order: all that waits at these places."""

    order: OrderView
    sources: Sequence[Waiting]

    @property
    def lines(self) -> dict[int, int]:
        return {line: quantity for one in self.sources for line, quantity in one.lines.items()}

    @property
    def share(self) -> float:
        """How much of the order's goods that is, by packages."""
        everything = sum(line.quantity for line in self.order.goods)
        return sum(self.lines.values()) / everything if everything else 1.0

    @property
    def grams(self) -> int:
        return round(self.order.weight_kg * self.share * 1000)


class Call(NamedTuple):
    """A stop of the truck, and which lines of which orders board or leave there."""

    stop: Stop
    changes: dict[str, set[int]]

    @property
    def loads(self) -> bool:
        return self.stop.kind == "pickup"


class Aboard(NamedTuple):
    """What is on the truck after a stop."""

    metres: float
    pallets: int
    weight_kg: float


def calls_of(taken: Sequence[Taken]) -> list[Call]:
    """Every stop once: orders that meet at one place at the same time share it; loading first."""
    found: dict[tuple[str, ...], Call] = {}
    for one in taken:
        for source in one.sources:
            stop = source.stop or Stop(kind="pickup", site=source.site)
            _join(found, stop, one.order.order_id, set(source.lines))
        for stop, lines in last_stops(one.order, one.lines):
            if lines:
                _join(found, stop, one.order.order_id, lines)
    return sorted(found.values(), key=lambda call: not call.loads)


def _join(found: dict[tuple[str, ...], Call], stop: Stop, order_id: str, lines: set[int]) -> None:
    key: tuple[str, ...] = (stop.kind, place_key(stop.site))
    known = found.get(key)
    if known is not None:
        first = _later(known.stop.from_at, stop.from_at)
        last = _earlier(known.stop.until_at, stop.until_at)
        if first and last and first > last:
            key, known = (*key, order_id), None
        else:
            stop = structs.replace(known.stop, from_at=first, until_at=last)
    changes = {**(known.changes if known else {})}
    changes[order_id] = changes.get(order_id, set()) | lines
    found[key] = Call(structs.replace(stop, lines=[]), changes)


def arranged(calls: Sequence[Call]) -> list[int]:
    """An order of the stops that is short by road: from each first pickup to the nearest that may be next.

    A delivery may be next once all that leaves there is on board. Where a town is not known, as they stand.
    """
    points = [point_of(call.stop.site) for call in calls]
    known = [one for one in points if one is not None]
    if len(known) < len(points):
        return list(range(len(calls)))
    km = [[way_km(here, there) if here != there else 0.0 for there in known] for here in known]
    ways = [_nearest(calls, km, n) for n, call in enumerate(calls) if call.loads]
    return min(ways, key=lambda way: length(way, km))


def length(way: Sequence[int], km: Sequence[Sequence[float]]) -> float:
    """Kilometres of a way over places, by what lies between each two."""
    return sum(km[here][there] for here, there in pairwise(way))


def _nearest(calls: Sequence[Call], km: Sequence[Sequence[float]], first: int) -> list[int]:
    way = [first]
    while len(way) < len(calls):
        left = [n for n in range(len(calls)) if n not in way]
        waiting = [calls[n] for n in left if calls[n].loads]
        ready = [n for n in left if calls[n].loads or not any(_meet(one, calls[n]) for one in waiting)]
        way.append(min(ready, key=lambda n: km[way[-1]][n]))
    return way


def _meet(pickup: Call, delivery: Call) -> bool:
    """Whether something boards at the one and leaves at the other."""
    return any(lines & pickup.changes.get(order, set()) for order, lines in delivery.changes.items())


def loads_of(taken: Sequence[Taken], calls: Sequence[Call]) -> list[LoadAsked]:
    """What the truck takes of each order, between which of its stops; of one load all that waits."""
    found = []
    for one in taken:
        order_id, lines = one.order.order_id, one.lines
        own = [
            (p, d, both)
            for p, start in enumerate(calls)
            for d, end in enumerate(calls)
            if start.loads
            and not end.loads
            and (both := start.changes.get(order_id, set()) & end.changes.get(order_id, set()))
        ]
        found += [
            LoadAsked(
                order_id=order_id,
                pickup_stop=p,
                delivery_stop=d,
                lines=[LineGiven(line=line, quantity=lines[line]) for line in sorted(both)]
                if len(own) > 1
                else [],
            )
            for p, d, both in own
        ]
    return found


def aboard(taken: Sequence[Taken], calls: Sequence[Call]) -> list[Aboard]:
    """What is on the truck after each stop; of a part of a line as much of its room and weight."""
    by_id = {one.order.order_id: one for one in taken}
    found, now = [], Aboard(0.0, 0, 0.0)
    for call in calls:
        sign = 1 if call.loads else -1
        for order_id, lines in call.changes.items():
            one = by_id[order_id]
            for line in lines:
                goods = one.order.goods[line]
                part = one.lines[line] / goods.quantity if goods.quantity else 1.0
                now = Aboard(
                    now.metres + sign * line_metres(goods) * part,
                    now.pallets + sign * round(goods.pallets * part),
                    now.weight_kg + sign * goods.weight_kg * part,
                )
        found.append(now)
    return found


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max(one, other) if one and other else one or other


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min(one, other) if one and other else one or other
