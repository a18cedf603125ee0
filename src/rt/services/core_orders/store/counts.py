"""How many orders stand in each state, for the counters of views: exact where somebody works through them."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import get_args

from rt.contracts.core_orders import OrderState
from rt.kernel.core.clock import now
from rt.kernel.core.tenancy import current_org
from rt.kernel.storage.persistence import Collection
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.store.listing import ORDERS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_COUNTED = 2_000
"""Orders of one state that are counted whenever somebody asks."""
COUNTED_FOR = timedelta(minutes=10)
"""How old the number of more orders than that may be: nobody works through a view of so many."""
LARGE_KEPT = 10_000


class Counts:
    """Counted by the listing's index as far as that is quick; larger numbers are remembered for a while."""

    def __init__(self, orders: Collection[Order]) -> None:
        self._orders = orders
        self._large: dict[tuple[str, str, str], tuple[int, datetime]] = {}

    async def all(self) -> tuple[dict[OrderState, int], int]:
        """The orders in each state, and those with an open incident."""
        states: tuple[OrderState, ...] = get_args(OrderState)
        *found, incident = await asyncio.gather(
            *(self._of("state", state) for state in states), self._of("incident", current_org())
        )
        return {state: n for state, n in zip(states, found, strict=True) if n}, incident

    async def _of(self, name: str, value: str) -> int:
        key = (current_org(), name, value)
        counted, until = self._large.get(key, (0, EPOCH))
        if now() < until:
            return counted
        counted = await self._orders.count_rows(ORDERS, {name: value}, MOST_COUNTED)
        if counted < MOST_COUNTED:
            return counted
        counted = await self._orders.count_rows(ORDERS, {name: value})
        if len(self._large) > LARGE_KEPT:
            self._large.clear()
        self._large[key] = counted, now() + COUNTED_FOR
        return counted
