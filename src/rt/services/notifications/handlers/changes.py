"""Events of changes that were asked for: who has to answer is asked, who asked hears the answer."""

from collections.abc import Sequence

from rt.contracts.core_orders import ChangeClosed, ChangeRequested, ChangingRole, OrderAmended, OrderSummary
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.notifications.domain.templates import changes
from rt.services.notifications.handlers.orders import Orders


class Changes:
    """Who is told of a change of an order."""

    def __init__(self, orders: Orders) -> None:
        self._orders = orders

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(ChangeRequested, self.change_requested, since="now"),
            subscribe(ChangeClosed, self.change_closed, since="now"),
            subscribe(OrderAmended, self.amended, since="now"),
        ]

    async def change_requested(self, event: ChangeRequested, envelope: EventEnvelope) -> None:
        template = changes.Requested(order=event.order, asked_by=event.asked_by, reason=event.reason)
        await self._orders.tell(envelope, template, event.order, *_named(event.order, event.asked_of))

    async def change_closed(self, event: ChangeClosed, envelope: EventEnvelope) -> None:
        """Whoever asked hears a refusal, whoever was asked that nothing is to be answered any more."""
        told = event.asked_of if event.outcome == "withdrawn" else [event.asked_by]
        template = changes.Closed(order=event.order, outcome=event.outcome, reason=event.reason)
        await self._orders.tell(envelope, template, event.order, *_named(event.order, told))

    async def amended(self, event: OrderAmended, envelope: EventEnvelope) -> None:
        """Those who agreed hear that it holds; at the stops they hear what of it is not a price."""
        order = event.order
        await self._orders.know(order)
        agreed = _named(order, event.between)
        at_the_stops = (order.shipper_id, order.supplier_id, order.consignee_id, order.logistician_id)
        await self._orders.tell(envelope, changes.Amended(order=order, parts=event.parts), order, *agreed)
        if parts := [one for one in event.parts if one != "price"]:
            others = [one for one in at_the_stops if one not in agreed]
            await self._orders.tell(envelope, changes.Amended(order=order, parts=parts), order, *others)


def _named(order: OrderSummary, roles: Sequence[ChangingRole]) -> list[str | None]:
    """The organizations that play these parts."""
    playing = {"owner": order.owner_id, "client": order.client_id, "carrier": order.carrier_id}
    return [playing[role] for role in roles]
