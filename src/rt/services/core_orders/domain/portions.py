"""How goods are parted among legs: packages with their part of the weight, exact to the last gram."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import structs

from rt.trade.goods import Goods


class Portion(msgspec.Struct, frozen=True, kw_only=True):
    """Packages of one goods line of an order, brought by a leg from one place to another.

    Weight in grams, volume in litres, value in cents: whole numbers, so that parts add up. `arrives_at` is
    when the leg may be there at the earliest.
    """

    line: int
    start: str
    end: str
    quantity: int
    grams: int
    litres: int
    pallets: int
    cents: int | None = None
    arrives_at: datetime | None = None

    def goods(self, of: Goods) -> Goods:
        """As a goods line of the leg."""
        return structs.replace(
            of,
            quantity=self.quantity,
            weight_kg=self.grams / 1000,
            volume_m3=self.litres / 1000,
            pallets=self.pallets,
            value_cents=self.cents,
        )


class Stock(NamedTuple):
    """What of a goods line stands at one place."""

    quantity: int = 0
    grams: int = 0
    litres: int = 0
    pallets: int = 0
    cents: int | None = None

    def part(self, quantity: int) -> "Stock":
        """The part of so many packages, rounded down; whoever takes all takes what rounding left."""

        def share(value: int) -> int:
            return value * quantity // self.quantity

        cents = None if self.cents is None else share(self.cents)
        return Stock(quantity, share(self.grams), share(self.litres), share(self.pallets), cents)

    def negated(self) -> "Stock":
        """What has to be brought for nothing to be missing."""
        return Stock(
            -self.quantity,
            -self.grams,
            -self.litres,
            -self.pallets,
            None if self.cents is None else -self.cents,
        )

    def plus(self, other: "Stock | Portion", sign: int = 1) -> "Stock":
        cents = None if other.cents is None else (self.cents or 0) + sign * other.cents
        return Stock(
            self.quantity + sign * other.quantity,
            self.grams + sign * other.grams,
            self.litres + sign * other.litres,
            self.pallets + sign * other.pallets,
            cents,
        )


def whole(line: Goods) -> Stock:
    """All of a goods line."""
    return Stock(
        line.quantity,
        round(line.weight_kg * 1000),
        round(line.volume_m3 * 1000),
        line.pallets,
        line.value_cents,
    )


def standing(line: int, goods: Goods, start: str, given: Iterable[Portion]) -> dict[str, Stock]:
    """Where the packages of a line stand once all that was given has been brought, by place."""
    stock = {start: whole(goods)}
    for one in (one for one in given if one.line == line):
        stock[one.start] = stock.get(one.start, Stock()).plus(one, -1)
        stock[one.end] = stock.get(one.end, Stock()).plus(one)
    return stock


def before(place: str, given: Iterable[Portion], line: int) -> set[str]:
    """The places that goods of a line come through before they are at this one, it included."""
    ways = [one for one in given if one.line == line]
    found, seen = {place}, set[str]()
    while fresh := found - seen:
        seen |= fresh
        found |= {one.start for one in ways if one.end in fresh}
    return found
