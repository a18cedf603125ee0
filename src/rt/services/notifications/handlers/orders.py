"""Events of an order's life: planned, loaded, on its way, delivered, cancelled, gone wrong."""

from rt.contracts.core_orders import (
    IncidentReported,
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderInTransit,
    OrderLoading,
    OrderPlanned,
    OrderSummary,
    ProofAccepted,
    TenderAccepted,
)
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.notifications.actions.notifying import About, Notifier, teller
from rt.services.notifications.domain.templates import orders as templates
from rt.services.notifications.domain.templates.layout import Written
from rt.services.notifications.store import NotificationsStore, OrderCard, card_id


class Orders:
    """Who is told what about an order."""

    def __init__(self, notifier: Notifier, store: NotificationsStore) -> None:
        self._notifier = notifier
        self._store = store

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(OrderConfirmed, self.confirmed, since="now"),
            subscribe(TenderAccepted, self.given, since="now"),
            subscribe(OrderPlanned, self.planned, since="now"),
            subscribe(OrderLoading, self.loading, since="now"),
            subscribe(OrderInTransit, self.in_transit, since="now"),
            subscribe(OrderDelivered, self.delivered, since="now"),
            subscribe(ProofAccepted, self.proof, since="now"),
            subscribe(OrderCancelled, self.cancelled, since="now"),
            subscribe(IncidentReported, self.incident, since="now"),
        ]

    async def confirmed(self, event: OrderConfirmed, envelope: EventEnvelope) -> None:
        await self.know(event.order)

    async def given(self, event: TenderAccepted, envelope: EventEnvelope) -> None:
        await self.know(event.order)

    async def planned(self, event: OrderPlanned, envelope: EventEnvelope) -> None:
        template = templates.Planned(
            order=event.order,
            vehicle_plate=event.vehicle_plate,
            planned_pickup_at=event.planned_pickup_at,
            planned_delivery_at=event.planned_delivery_at,
        )
        await self.tell(envelope, template, event.order, *_waiting(event.order))

    async def loading(self, event: OrderLoading, envelope: EventEnvelope) -> None:
        template = templates.Loading(order=event.order)
        await self.tell(envelope, template, event.order, *_waiting(event.order))

    async def in_transit(self, event: OrderInTransit, envelope: EventEnvelope) -> None:
        order = event.order
        await self.tell(
            envelope, templates.InTransit(order=order), order, *_waiting(order), order.consignee_id
        )

    async def delivered(self, event: OrderDelivered, envelope: EventEnvelope) -> None:
        template = templates.Delivered(order=event.order, with_reserves=event.with_reserves)
        await self.tell(envelope, template, event.order, *_waiting(event.order))

    async def proof(self, event: ProofAccepted, envelope: EventEnvelope) -> None:
        """Both who is paid by the owner and the owner, whose client may have accepted it, can invoice now."""
        order = event.order
        template = templates.ProofTaken(order=order)
        await self.tell(envelope, template, order, order.owner_id, order.carrier_id)

    async def cancelled(self, event: OrderCancelled, envelope: EventEnvelope) -> None:
        template = templates.Cancelled(order=event.order, reason=event.reason)
        order = event.order
        named = (*_sending(order), order.carrier_id, order.consignee_id)
        await self.tell(envelope, template, order, *(one for one in named if one != order.owner_id))

    async def incident(self, event: IncidentReported, envelope: EventEnvelope) -> None:
        """The owner always hears of it; the partners when it is shared; not whoever reported it."""
        order = event.order
        template = templates.Incident(order=order, kind=event.kind, text=event.text)
        parties = [order.owner_id]
        if event.shared:
            named = (*_sending(order), order.carrier_id, order.consignee_id)
            parties += [party for party in named if party]
        told_of = [party for party in parties if party != event.reported_by_id]
        await self.tell(envelope, template, order, *told_of)

    async def tell(
        self, envelope: EventEnvelope, template: Written, order: OrderSummary, *organizations: str | None
    ) -> None:
        """Of a leg hear those between whom it is: the others hear of the order that it carries."""
        about = About(object_id=order.order_id, order_id=order.order_id)
        named = [one for one in organizations if one != teller(envelope)]
        if order.parents:
            named = [one for one in named if one in (order.owner_id, order.carrier_id)]
        for organization in dict.fromkeys(named):
            await self._notifier.organization(
                envelope, template, organization, about, f"/orders/{order.order_id}"
            )

    async def know(self, order: OrderSummary) -> None:
        """Keep the order's name and parties for events that name the order alone."""
        card = OrderCard(
            id=card_id(order.order_id),
            org_id=order.owner_id,
            reference=order.reference,
            shipper_id=order.owner_id if order.parents else order.shipper_id,
            carrier_id=order.carrier_id or "",
            consignee_email=order.consignee_email,
        )
        try:
            await self._store.orders.add(card)
        except AlreadyExists:
            async with self._store.orders.everywhere.change(card.id) as kept:
                kept.reference, kept.carrier_id = card.reference, card.carrier_id
                kept.consignee_email = card.consignee_email


def _sending(order: OrderSummary) -> tuple[str, ...]:
    """Who runs the order, who asked for it and who hands the goods over."""
    return order.owner_id, order.client_id, order.shipper_id


def _waiting(order: OrderSummary) -> list[str]:
    """Those of them to whom the carriage is news: who carries the goods does not wait for them."""
    return [one for one in _sending(order) if one != order.carrier_id]
