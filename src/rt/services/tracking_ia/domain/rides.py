"""Which leg has the goods of an order that is given on, and so which truck is followed for it."""

from collections.abc import Sequence
from itertools import zip_longest

import msgspec

from rt.contracts.core_orders import LegSummary


class Ride(msgspec.Struct, frozen=True, kw_only=True):
    """The leg that has the goods of an order that is given on, and who carries it."""

    order_id: str
    carrier_id: str


def ride_of(legs: Sequence[LegSummary]) -> Ride | None:
    """Of the legs that trucks carry, the one under way; else the next one, else the last."""
    driven = [
        leg
        for leg, below in zip_longest(legs, legs[1:])
        if leg.carrier_id and (below is None or below.level <= leg.level)
    ]
    under_way = [leg for leg in driven if leg.state in ("loading", "in_transit")]
    to_come = [leg for leg in driven if leg.state in ("assigned", "planned")]
    found = next(iter([*under_way, *to_come, *driven[::-1]]), None)
    return Ride(order_id=found.order_id, carrier_id=found.carrier_id or "") if found else None
