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
    CarryOrder,
    OrderView,
    ReadOrder,
    RefuseTender,
    ReleaseCarrier,
    TenderOrder,
    WithdrawTender,
)
from rt.kernel.core.errors import ChangedMeanwhile, Invalid, ReferenceUnknown, Refusal
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Empty
from rt.kernel.service.jobs import Timers
from rt.services.core_orders.actions.orders import shown
from rt.services.core_orders.adapters import Directory, author
from rt.services.core_orders.domain.order import Order, OrderNotFound
from rt.services.core_orders.domain.partners import Partner
from rt.services.core_orders.domain.states import Author
from rt.services.core_orders.store import OrderStore


class Tenders:
    """What owners and carriers do with offers."""

    def __init__(self, store: OrderStore, directory: Directory, timers: Timers) -> None:
        self._store = store
        self._directory = directory
        self._timers = timers

    async def tender(self, asked: TenderOrder) -> OrderView:
        tender_id = new_id("tnd")
        await self._store.orders.get(asked.order_id)
        carrier = await self._directory.partner(asked.carrier_id, "carrier_id")
        return shown(await self._tender(asked, carrier, tender_id, author()))

    async def accept(self, asked: AcceptTender) -> OrderView:
        seen = await self._store.orders.get(asked.order_id)
        guest = None
        if seen.offer is not None and seen.offer.carrier_id == current_org():
            guest = await self._directory.guest(seen, await self._directory.partner(current_org(), ""))
        async with self._store.orders.change(asked.order_id) as order:
            order.accept(author(), asked.tender_id, guest)
        return shown(order)

    async def refuse(self, asked: RefuseTender) -> Empty:
        by = author()
        async with self._store.orders.everywhere.change(asked.order_id) as order:
            _require_part(order, by)
            order.refuse(by, asked.tender_id, asked.reason)
        return Empty()

    async def release(self, asked: ReleaseCarrier) -> Empty:
        by = author(asked.version)
        async with self._store.orders.everywhere.change(asked.order_id) as order:
            _require_part(order, by)
            order.release(by, asked.reason)
        return Empty()

    async def withdraw(self, asked: WithdrawTender) -> OrderView:
        async with self._store.orders.change(asked.order_id) as order:
            order.withdraw(author(), asked.tender_id, asked.reason)
        return shown(order)

    async def assign(self, asked: AssignCarrier) -> OrderView:
        seen = await self._store.orders.get(asked.order_id)
        carrier = await self._directory.partner(asked.carrier_id, "carrier_id")
        guest = await self._directory.guest(seen, carrier)
        async with self._store.orders.change(asked.order_id) as order:
            order.assign(author(asked.version), carrier, asked.agreed_cents, guest)
        return shown(order)

    async def carry(self, asked: CarryOrder) -> OrderView:
        await self._store.orders.get(asked.order_id)
        owner = await self._directory.partner(current_org(), "")
        async with self._store.orders.change(asked.order_id) as order:
            order.carry(author(asked.version), owner)
        return shown(order)

    async def tender_many(self, asked: BulkTender) -> BulkView:
        carrier = await self._directory.partner(asked.carrier_id, "carrier_id")
        carrier.refuse_unaskable("carrier_id")
        await refuse_unknown(self._store, asked.orders)
        ids = {one.order_id: new_id("tnd") for one in asked.orders}

        async def offer(one: ReadOrder) -> object:
            message = TenderOrder(
                order_id=one.order_id,
                carrier_id=asked.carrier_id,
                price_cents=asked.price_cents,
                deadline=asked.deadline,
            )
            return await self._tender(message, carrier, ids[one.order_id], author(one.version))

        return await each(asked.orders, offer)

    async def cancel_many(self, asked: BulkCancel) -> BulkView:
        await refuse_unknown(self._store, asked.orders)

        async def cancel(one: ReadOrder) -> object:
            async with self._store.orders.change(one.order_id) as order:
                order.cancel(author(one.version), asked.reason)
            return order

        return await each(asked.orders, cancel)

    async def expire(self, payload: dict[str, Any]) -> None:
        """The deadline of an offer has come."""
        async with self._store.orders.change(payload["order_id"]) as order:
            order.expire(author()._replace(source="timer"), payload["tender_id"])

    async def _tender(self, asked: TenderOrder, carrier: Partner, tender_id: str, by: Author) -> Order:
        await self._store.orders.get(asked.order_id)
        link_token = await self._directory.tender_link(asked.order_id, tender_id, carrier, asked.deadline)
        deadline = {"order_id": asked.order_id, "tender_id": tender_id}
        await self._timers.at(asked.deadline, "expire_tender", deadline)
        async with self._store.orders.change(asked.order_id) as order:
            order.tender(
                by,
                tender_id=tender_id,
                carrier=carrier,
                price_cents=asked.price_cents,
                deadline=asked.deadline,
                link_token=link_token,
            )
        return order


async def refuse_unknown(store: OrderStore, orders: list[ReadOrder]) -> None:
    """Refuse the whole when it names an order that the organization does not see."""
    named = {one.order_id for one in orders}
    seen = await store.orders.find({"id": {"$in": list(named)}}, limit=len(named))
    unknown = named - {order.id for order in seen}
    wrong = [
        ReferenceUnknown(f"orders.{n}.order_id") for n, one in enumerate(orders) if one.order_id in unknown
    ]
    if wrong:
        raise Invalid.together(wrong)


def _require_part(order: Order, by: Author) -> None:
    """Strangers find nothing, though the order is read past the carrier's sight.

    It is read so because the change ends that sight, and a repeat must still find what it did.
    """
    if not order.roles_of(by):
        raise OrderNotFound


async def each(orders: list[ReadOrder], act: Callable[[ReadOrder], Awaitable[object]]) -> BulkView:
    """Do it for each order, once; one refusal stops nothing."""
    results = []
    for order_id in dict.fromkeys(one.order_id for one in orders):
        one = next(one for one in orders if one.order_id == order_id)
        try:
            await act(one)
        except ChangedMeanwhile:
            raise
        except Refusal as refused:
            fr, en = refused.says("fr"), refused.says("en")
            results.append(BulkResult(order_id=order_id, ok=False, code=refused.code, fr=fr, en=en))
        else:
            results.append(BulkResult(order_id=order_id, ok=True))
    return BulkView(results=results)
