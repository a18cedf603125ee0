"""What the tracking service does on others' events: tours are watched, orders followed."""

from datetime import datetime

from rt.contracts.core_orders import (
    ChainChanged,
    OrderAmended,
    OrderCancelled,
    OrderDelivered,
    OrderInTransit,
    OrderLoading,
    OrderPlanned,
    OrderSummary,
)
from rt.contracts.ecpmr import DeliverySigned, HandoverSigned, TakeoverSigned
from rt.contracts.planning import TourPublished, TourWithdrawn
from rt.contracts.tracking_ia import OrderPhase, StopKind
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.tracking_ia.actions.shares import Shares
from rt.services.tracking_ia.domain.order import FollowedOrder, followed
from rt.services.tracking_ia.domain.rides import ride_of
from rt.services.tracking_ia.domain.watch import watched
from rt.services.tracking_ia.store import TrackingStore


class Handlers:
    """Keeps watches and followed orders in step with planning, orders and consignment notes."""

    def __init__(self, store: TrackingStore, shares: Shares) -> None:
        self._store = store
        self._shares = shares

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(TourPublished, self.watch_tour, since="beginning"),
            subscribe(TourWithdrawn, self.forget_tour, since="beginning"),
            subscribe(OrderPlanned, self.follow_order, since="beginning"),
            subscribe(OrderAmended, self.order_amended, since="beginning"),
            subscribe(ChainChanged, self.chain_changed, since="beginning"),
            subscribe(OrderLoading, self.order_loading, since="beginning"),
            subscribe(OrderInTransit, self.order_in_transit, since="beginning"),
            subscribe(OrderDelivered, self.order_delivered, since="beginning"),
            subscribe(OrderCancelled, self.order_cancelled, since="beginning"),
            subscribe(TakeoverSigned, self.takeover_signed, since="beginning"),
            subscribe(HandoverSigned, self.handover_signed, since="beginning"),
            subscribe(DeliverySigned, self.delivery_signed, since="beginning"),
        ]

    async def watch_tour(self, event: TourPublished, envelope: EventEnvelope) -> None:
        watch_id = derived_id("wat", event.carrier_id, event.tour_id)
        with acting_for(event.carrier_id):
            if await self._store.watches.first({"id": watch_id}) is None:
                await self._store.watches.add(watched(event, watch_id))
            else:
                async with self._store.watches.change(watch_id) as watch:
                    watch.replan(event)
        self._store.known_watches.forget_if(lambda key, _: key[0] == event.carrier_id)

    async def forget_tour(self, event: TourWithdrawn, envelope: EventEnvelope) -> None:
        watch = await self._store.watches.first({"tour_id": event.tour_id})
        if watch is None:
            return
        async with self._store.watches.change(watch.id) as changed:
            changed.withdraw()

    async def follow_order(self, event: OrderPlanned, envelope: EventEnvelope) -> None:
        """The consignee gets a link as soon as the order is planned; planned anew, the same link goes on."""
        planned = event.planned_delivery_at or event.planned_pickup_at
        fresh = followed(event.order, derived_id("fol", event.order.order_id), envelope.at, planned)
        with acting_for(event.order.owner_id):
            known = await self._store.order(event.order.order_id)
            if known is None:
                fresh.move("planned", envelope.at)
                fresh = await self._store.orders.add(fresh)
            else:
                async with self._store.orders.change(known.id) as order:
                    order.replan(fresh)
            await self._shares.running(fresh)

    async def order_amended(self, event: OrderAmended, envelope: EventEnvelope) -> None:
        """Other sites and times; the tour, where there is one, tells itself how it is driven now."""
        order_id = event.order.order_id
        with acting_for(event.order.owner_id):
            known = await self._store.order(order_id)
            if known is not None:
                async with self._store.orders.change(known.id) as order:
                    order.replan(followed(event.order, known.id, envelope.at, known.planned_until))

    async def chain_changed(self, event: ChainChanged, envelope: EventEnvelope) -> None:
        """Another truck has the goods, or will have them."""
        with acting_for(event.order.owner_id):
            known = await self._store.order(event.order.order_id)
            if known is not None:
                async with self._store.orders.change(known.id) as order:
                    order.ride = ride_of(event.order.legs)

    async def order_loading(self, event: OrderLoading, envelope: EventEnvelope) -> None:
        await self._ordered(event.order, "loading", envelope)

    async def order_in_transit(self, event: OrderInTransit, envelope: EventEnvelope) -> None:
        await self._ordered(event.order, "in_transit", envelope)

    async def order_delivered(self, event: OrderDelivered, envelope: EventEnvelope) -> None:
        await self._ordered(event.order, "delivered", envelope)

    async def order_cancelled(self, event: OrderCancelled, envelope: EventEnvelope) -> None:
        await self._ordered(event.order, "cancelled", envelope)

    async def takeover_signed(self, event: TakeoverSigned, envelope: EventEnvelope) -> None:
        order = await self._store.order(event.order_id)
        if order is not None:
            await self._move(order, "in_transit", event.signed_at)
        await self._signed(event.leg_id or event.order_id, "pickup", event.signed_at)

    async def handover_signed(self, event: HandoverSigned, envelope: EventEnvelope) -> None:
        await self._signed(event.from_leg_id, "delivery", event.signed_at)
        await self._signed(event.to_leg_id, "pickup", event.signed_at)

    async def delivery_signed(self, event: DeliverySigned, envelope: EventEnvelope) -> None:
        order = await self._store.order(event.order_id)
        if order is not None:
            await self._move(order, "delivered", event.signed_at)
        await self._signed(event.leg_id or event.order_id, "delivery", event.signed_at)

    async def _ordered(self, summary: OrderSummary, phase: OrderPhase, envelope: EventEnvelope) -> None:
        with acting_for(summary.owner_id):
            order = await self._store.order(summary.order_id)
            if order is not None:
                await self._move(order, phase, envelope.at)

    async def _move(self, order: FollowedOrder, phase: OrderPhase, at: datetime) -> None:
        async with self._store.orders.change(order.id) as changed:
            changed.move(phase, at)

    async def _signed(self, order_id: str, kind: StopKind, at: datetime) -> None:
        """At the stop of the truck that was there: of an order that is given on it calls for the leg."""
        order = await self._store.orders.everywhere.first({"order_id": order_id})
        if order is None or not order.carrier_id:
            return
        with acting_for(order.carrier_id):
            watch = await self._store.watch_of_order(order_id, kind)
            if watch is not None:
                async with self._store.watches.change(watch.id) as changed:
                    changed.signed(order_id, kind, at)
