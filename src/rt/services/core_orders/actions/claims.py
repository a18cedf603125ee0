"""What may be owed for an order, by when to claim it, and when the order is due."""

import asyncio
from datetime import datetime

from rt.contracts.core_orders import (
    ClaimView,
    DutyView,
    EstimateClaim,
    ExposuresView,
    ExposureView,
    FindExposures,
    GetDeliveryDuty,
    GetExposure,
)
from rt.contracts.tracking_ia import GetEta
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.kernel.service.client import Services
from rt.services.core_orders.adapters import author
from rt.services.core_orders.domain.claiming import estimate, exposure
from rt.services.core_orders.domain.duty import duty, ends, kilometres
from rt.services.core_orders.domain.order import Order, OrderNotFound
from rt.services.core_orders.domain.states import PARTIES
from rt.services.core_orders.store import OrderStore

FOLLOWED = ("planned", "loading", "in_transit")
"""While positions say when the order will be there."""


class Claims:
    """Estimates: nothing here changes an order."""

    def __init__(self, store: OrderStore, services: Services) -> None:
        self._store = store
        self._services = services
        self._measuring = asyncio.Lock()
        """Two first questions at once would read the road net twice."""

    async def exposure(self, asked: GetExposure) -> ExposureView:
        return exposure(await self._store.orders.get(asked.order_id), author())

    async def exposures(self, asked: FindExposures) -> ExposuresView:
        """In one read, as a list of offers asks for all that it shows."""
        named = list(dict.fromkeys(asked.order_ids))
        found = await self._store.orders.find({"id": {"$in": named}}, limit=max(len(named), 1))
        by = author()
        return ExposuresView(items=[exposure(one, by) for one in found if one.roles_of(by) & PARTIES])

    async def estimate(self, asked: EstimateClaim) -> ClaimView:
        return estimate(await self._store.orders.get(asked.order_id), asked, author(), now())

    async def duty(self, asked: GetDeliveryDuty) -> DutyView:
        """The road net is read beside the event loop, once in a process, when this is first asked."""
        order = await self._store.orders.get(asked.order_id)
        if not order.roles_of(author()):
            raise OrderNotFound
        places = ends(order)
        measured = None
        if places:
            async with self._measuring:
                measured = await asyncio.to_thread(kilometres, *places)
        pickup, delivery = await self._expected(order)
        return duty(order, measured, now(), eta_pickup=pickup, eta_delivery=delivery)

    async def _expected(self, order: Order) -> tuple[datetime | None, datetime | None]:
        """What positions say, to whom they are shown; the plan holds where they say nothing."""
        if order.state not in FOLLOWED:
            return None, None
        try:
            found = await self._services.ask(GetEta(order_id=order.id))
        except Refusal:
            return None, None
        by_kind = {one.kind: one.eta for one in found.items}
        return by_kind.get("pickup"), by_kind.get("delivery")
