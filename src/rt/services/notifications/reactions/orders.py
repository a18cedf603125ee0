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
from rt.kernel.bus import Listener, Told
from rt.kernel.errors import AlreadyExists
from rt.kernel.unit import hear
from rt.services.notifications.actions.telling import About, Teller
from rt.services.notifications.domain.letters import orders as letters
from rt.services.notifications.domain.letters.layout import Written
from rt.services.notifications.store import NotificationsStore, OrderCard, card_id


class Orders:
    """Who is told what about an order."""

    def __init__(self, teller: Teller, store: NotificationsStore) -> None:
        self._teller = teller
        self._store = store

    def heard(self) -> list[Listener]:
        return [
            hear(OrderConfirmed, self.confirmed, since="now"),
            hear(TenderAccepted, self.given, since="now"),
            hear(OrderPlanned, self.planned, since="now"),
            hear(OrderLoading, self.loading, since="now"),
            hear(OrderInTransit, self.in_transit, since="now"),
            hear(OrderDelivered, self.delivered, since="now"),
            hear(ProofAccepted, self.proof, since="now"),
            hear(OrderCancelled, self.cancelled, since="now"),
            hear(IncidentReported, self.incident, since="now"),
        ]

    async def confirmed(self, event: OrderConfirmed, told: Told) -> None:
        await self._know(event.order)

    async def given(self, event: TenderAccepted, told: Told) -> None:
        await self._know(event.order)

    async def planned(self, event: OrderPlanned, told: Told) -> None:
        letter = letters.Planned(
            order=event.order,
            vehicle_plate=event.vehicle_plate,
            planned_pickup_at=event.planned_pickup_at,
            planned_delivery_at=event.planned_delivery_at,
        )
        await self._tell(told, letter, event.order, event.order.shipper_id)

    async def loading(self, event: OrderLoading, told: Told) -> None:
        letter = letters.Loading(order=event.order)
        await self._tell(told, letter, event.order, event.order.shipper_id)

    async def in_transit(self, event: OrderInTransit, told: Told) -> None:
        order = event.order
        await self._tell(told, letters.InTransit(order=order), order, order.shipper_id, order.consignee_id)

    async def delivered(self, event: OrderDelivered, told: Told) -> None:
        letter = letters.Delivered(order=event.order, with_reserves=event.with_reserves)
        await self._tell(told, letter, event.order, event.order.shipper_id)

    async def proof(self, event: ProofAccepted, told: Told) -> None:
        letter = letters.ProofTaken(order=event.order)
        await self._tell(told, letter, event.order, event.order.carrier_id)

    async def cancelled(self, event: OrderCancelled, told: Told) -> None:
        letter = letters.Cancelled(order=event.order, reason=event.reason)
        await self._tell(told, letter, event.order, event.order.carrier_id, event.order.consignee_id)

    async def incident(self, event: IncidentReported, told: Told) -> None:
        """The owner always hears of it; the partners when it is shared; not whoever reported it."""
        order = event.order
        letter = letters.Incident(order=order, kind=event.kind, text=event.text)
        parties = [order.shipper_id]
        if event.shared:
            parties += [party for party in (order.carrier_id, order.consignee_id) if party]
        told_of = [party for party in parties if party != event.reported_by_id]
        await self._tell(told, letter, order, *told_of)

    async def _tell(
        self, told: Told, letter: Written, order: OrderSummary, *organizations: str | None
    ) -> None:
        about = About(object_id=order.order_id, order_id=order.order_id)
        for organization in dict.fromkeys(organizations):
            await self._teller.organization(told, letter, organization, about, f"/orders/{order.order_id}")

    async def _know(self, order: OrderSummary) -> None:
        """Keep the order's name and parties for events that name the order alone."""
        card = OrderCard(
            id=card_id(order.order_id),
            org_id=order.shipper_id,
            reference=order.reference,
            shipper_id=order.shipper_id,
            carrier_id=order.carrier_id or "",
            consignee_email=order.consignee_email,
        )
        try:
            await self._store.orders.add(card)
        except AlreadyExists:
            async with self._store.orders.everywhere.change(card.id) as kept:
                kept.reference, kept.carrier_id = card.reference, card.carrier_id
                kept.consignee_email = card.consignee_email
