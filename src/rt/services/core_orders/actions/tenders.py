"""Orders offered to carriers and answered, one by one or many at once."""

from collections.abc import Awaitable, Callable
from typing import Any

from rt.contracts.core_orders import (
    AcceptTender,
    AssignCarrier,
    BulkCancel,
    BulkResult,
    BulkTender,
    BulkView,
    OrderView,
    RefuseTender,
    ReleaseCarrier,
    TenderOrder,
    WithdrawTender,
)
from rt.kernel.errors import ChangedMeanwhile, Refusal
from rt.kernel.ids import new_id
from rt.kernel.jobs import Timers
from rt.kernel.messages import Empty
from rt.kernel.tenancy import current_org
from rt.services.core_orders.actions.orders import shown
from rt.services.core_orders.adapters import Directory, hand
from rt.services.core_orders.domain.order import Order, OrderNotFound
from rt.services.core_orders.domain.states import Hand
from rt.services.core_orders.store import OrderStore


class Tenders:
    """What shippers and carriers do with offers."""

    def __init__(self, store: OrderStore, directory: Directory, timers: Timers) -> None:
        self._store = store
        self._directory = directory
        self._timers = timers

    async def tender(self, asked: TenderOrder) -> OrderView:
        return shown(await self._tender(asked, new_id("tnd")))

    async def accept(self, asked: AcceptTender) -> OrderView:
        offer = (seen := await self._store.orders.get(asked.order_id)).offer
        guest = None
        if offer is not None and offer.carrier_id == current_org():
            guest = await self._directory.guest(seen, await self._directory.card(offer.carrier_id))
        async with self._store.orders.change(asked.order_id) as order:
            order.accept(hand(), guest)
        return shown(order)

    async def refuse(self, asked: RefuseTender) -> Empty:
        by = hand()
        async with self._store.orders.everywhere.change(asked.order_id) as order:
            _require_part(order, by)
            order.refuse(by, asked.reason)
        return Empty()

    async def release(self, asked: ReleaseCarrier) -> Empty:
        by = hand()
        async with self._store.orders.everywhere.change(asked.order_id) as order:
            _require_part(order, by)
            order.release(by, asked.reason)
        return Empty()

    async def withdraw(self, asked: WithdrawTender) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.withdraw(hand(), asked.reason)
        return shown(order)

    async def assign(self, asked: AssignCarrier) -> OrderView:
        carrier = await self._directory.card(asked.carrier_id, "carrier_id")
        guest = await self._directory.guest(await self._store.orders.get(asked.order_id), carrier)
        async with self._store.orders.change(asked.order_id) as order:
            order.assign(hand(), carrier.id, carrier.name, asked.agreed_cents, guest)
        return shown(order)

    async def tender_many(self, asked: BulkTender) -> BulkView:
        await self._directory.card(asked.carrier_id, "carrier_id")
        ids = {order_id: new_id("tnd") for order_id in asked.order_ids}

        async def offer(order_id: str) -> object:
            word = TenderOrder(
                order_id=order_id,
                carrier_id=asked.carrier_id,
                price_cents=asked.price_cents,
                deadline=asked.deadline,
            )
            return await self._tender(word, ids[order_id])

        return await each(asked.order_ids, offer)

    async def cancel_many(self, asked: BulkCancel) -> BulkView:
        async def cancel(order_id: str) -> object:
            async with self._store.orders.change(order_id) as order:
                order.cancel(hand(), asked.reason)
            return order

        return await each(asked.order_ids, cancel)

    async def expire(self, payload: dict[str, Any]) -> None:
        """The deadline of an offer has come."""
        async with self._store.orders.change(payload["order_id"]) as order:
            order.expire(hand()._replace(source="timer"), payload["tender_id"])

    async def _tender(self, asked: TenderOrder, tender_id: str) -> Order:
        await self._store.orders.get(asked.order_id)
        carrier = await self._directory.card(asked.carrier_id, "carrier_id")
        link_token = await self._directory.tender_link(asked.order_id, carrier, asked.deadline)
        deadline = {"order_id": asked.order_id, "tender_id": tender_id}
        await self._timers.at(asked.deadline, "expire_tender", deadline)
        async with self._store.orders.change(asked.order_id) as order:
            order.tender(
                hand(),
                tender_id=tender_id,
                carrier_id=carrier.id,
                carrier_name=carrier.name,
                price_cents=asked.price_cents,
                deadline=asked.deadline,
                carrier_email=carrier.email,
                carrier_guest=carrier.guest,
                link_token=link_token,
            )
        return order


def _require_part(order: Order, by: Hand) -> None:
    """Strangers find nothing, though the order is read past the carrier's sight.

    It is read so because the change ends that sight, and a repeat must still find what it did.
    """
    if order.role_of(by.org_id) is None:
        raise OrderNotFound


async def each(order_ids: list[str], act: Callable[[str], Awaitable[object]]) -> BulkView:
    """Do it for each order, once; one refusal stops nothing."""
    results = []
    for order_id in dict.fromkeys(order_ids):
        try:
            await act(order_id)
        except ChangedMeanwhile:
            raise
        except Refusal as refused:
            fr, en = refused.says("fr"), refused.says("en")
            results.append(BulkResult(order_id=order_id, ok=False, code=refused.code, fr=fr, en=en))
        else:
            results.append(BulkResult(order_id=order_id, ok=True))
    return BulkView(results=results)
