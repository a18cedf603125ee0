"""What carrying orders emits: asked for one, and for those of some days as iLEAP has them."""

import asyncio
from collections.abc import Mapping, Sequence

import msgspec

from rt.contracts.core_orders import OrderFilters
from rt.contracts.core_orders.emissions import EmissionsView, FindFootprints, GetEmissions
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Download
from rt.services.core_orders.adapters import Directory, author
from rt.services.core_orders.domain.emitting import Figure, emissions_view, figure, may_know, need_party
from rt.services.core_orders.domain.ileap.footprints import Shipment, products
from rt.services.core_orders.domain.order import Order, OrderNotFound
from rt.services.core_orders.domain.parted import DEEPEST
from rt.services.core_orders.store import OrderStore
from rt.services.core_orders.store.listing import asked_for

DELIVERED = "delivered,pod_ok,invoiced,closed"
"""States of what has emitted what it will."""


class EmissionFigures:
    """Answers without changing anything; the road net is read beside the event loop, once in a process."""

    def __init__(self, store: OrderStore, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    async def get(self, asked: GetEmissions) -> EmissionsView:
        order = await self._store.orders.get(asked.order_id)
        roles = order.roles_of(author())
        if not roles:
            raise OrderNotFound
        need_party(roles)
        found = await asyncio.to_thread(figure, order, await self._legs([order]))
        return emissions_view(order, found, author())

    async def footprints(self, asked: FindFootprints) -> Download:
        period = OrderFilters(state=DELIVERED, delivery_since=asked.since, delivery_until=asked.until)
        page = await self._store.search(
            asked_for(period), q="", sort="delivery", after=asked.after, limit=asked.limit
        )
        by, wanted = author(), [one.id for one in page.items]
        read = await self._store.orders.find({"id": {"$in": wanted}}, limit=len(wanted)) if wanted else []
        orders = sorted((one for one in read if may_know(one, by)), key=lambda one: wanted.index(one.id))
        figures = await asyncio.to_thread(_figures, orders, await self._legs(orders))
        known = [
            Shipment(one, found) for one, (found, _) in figures if found and found.tonne_km and found.grams
        ]
        kept = {one.order.id for one in known}
        left_out = [
            {"shipmentId": one.id, "reason": found.lacking or "distance"}
            for one, found in figures
            if one.id not in kept
        ]
        company = await self._directory.own_name(), current_org()
        body = {
            "data": products(known, asked.since, asked.until, company),
            "leftOut": left_out,
            "next": page.next,
        }
        return Download(
            content=msgspec.json.encode(body), media_type="application/json", filename="footprints.json"
        )

    async def _legs(self, orders: Sequence[Order]) -> dict[str, Order]:
        """The legs of these orders and theirs, whoever owns them: their figures are told, they are not."""
        found: dict[str, Order] = {}
        level = orders
        for _ in range(DEEPEST):
            wanted = {leg.order_id for one in level if one.given_on for leg in one.legs if leg.stands}
            if not (fresh := sorted(wanted - found.keys())):
                break
            level = await self._store.orders.everywhere.find({"id": {"$in": fresh}}, limit=len(fresh))
            found |= {one.id: one for one in level}
        return found


def _figures(orders: Sequence[Order], legs: Mapping[str, Order]) -> list[tuple[Order, Figure]]:
    return [(order, figure(order, legs)) for order in orders]
