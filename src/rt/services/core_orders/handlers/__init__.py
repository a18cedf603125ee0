"""What core_orders does when planning, tracking and the consignment note speak: facts move orders forward."""

from collections.abc import Callable
from functools import partial

from rt.contracts.core_orders import DocumentKind
from rt.contracts.ecpmr import (
    DeliverySigned,
    DocumentAmended,
    DocumentIssued,
    ReservesNoted,
    TakeoverSigned,
)
from rt.contracts.planning import TourPublished, TourWithdrawn
from rt.contracts.tracking_ia import StopCorrected, StopReached
from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import derived_id
from rt.kernel.log.subscriptions import Subscription, subscribe
from rt.kernel.model.envelope import EventEnvelope
from rt.services.core_orders.domain.carrying import plan_of
from rt.services.core_orders.domain.kept import Document
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.domain.states import Author
from rt.services.core_orders.store import OrderStore
from rt.trade.emissions import of_share


class Handlers:
    """Each acts for the organization that emitted the event, and sees no more than it does."""

    def __init__(self, store: OrderStore) -> None:
        self._store = store

    async def plan(self, event: TourPublished, envelope: EventEnvelope) -> None:
        """Each order gets its vehicle, driver and times; one that changed trucks has those of the other."""
        await self._unplan(event.left, event.tour_id, envelope)
        by = _planner(envelope)
        gone = {stop.order_id for stop in event.stops if stop.transfer and stop.kind == "delivery"}
        for order_id in dict.fromkeys(stop.order_id for stop in event.stops if stop.order_id not in gone):
            plan, driver = plan_of(event, order_id), event.driver_user_id or ""
            share = of_share(event.emissions, order_id)
            rule = partial(Order.planned_on_tour, by=by, plan=plan, driver=driver, emissions=share)
            await self._change(order_id, rule)
        for order_id in sorted(gone):
            share = of_share(event.emissions, order_id)
            rule = partial(Order.changed_trucks, by=by, tour_id=event.tour_id, emissions=share)
            await self._change(order_id, rule)

    async def unplan(self, event: TourWithdrawn, envelope: EventEnvelope) -> None:
        await self._unplan(event.order_ids, event.tour_id, envelope)

    async def reached(self, event: StopReached, envelope: EventEnvelope) -> None:
        """The truck at the pickup: loading. At the delivery nothing is delivered yet."""
        by = Author("tracking_ia", "", envelope.org_id, "gps")
        if event.kind == "pickup":
            await self._change(event.order_id, lambda order: order.fact(by, "loading", event.at))

    async def corrected(self, event: StopCorrected, envelope: EventEnvelope) -> None:
        by = Author("tracking_ia", "", envelope.org_id, "gps")
        await self._change(
            event.order_id,
            lambda order: order.corrected(by, event.kind, event.what, event.before, event.after),
        )

    async def note_issued(self, event: DocumentIssued, envelope: EventEnvelope) -> None:
        await self._with_note(event, Author("ecpmr", "", envelope.org_id, "cmr"))

    async def taken_over(self, event: TakeoverSigned, envelope: EventEnvelope) -> None:
        by = Author("ecpmr", event.by_name, envelope.org_id, "cmr")

        def apply(order: Order, note: Document) -> None:
            note.reserves += event.reserves
            order.fact(by, "in_transit", event.signed_at)

        await self._with_note(event, by, apply)

    async def delivered(self, event: DeliverySigned, envelope: EventEnvelope) -> None:
        by = Author("ecpmr", event.by_name, envelope.org_id, "cmr")

        def apply(order: Order, note: Document) -> None:
            note.reserves += len(event.reserves)
            note.sign(event.signed_at, event.by_name, event.content_hash)
            order.fact(by, "delivered", event.signed_at)

        await self._with_note(event, by, apply)

    async def reserved(self, event: ReservesNoted, envelope: EventEnvelope) -> None:
        """Reserves of whoever signed later than the others."""
        by = Author("ecpmr", "", envelope.org_id, "cmr")

        def apply(order: Order, note: Document) -> None:
            note.reserves += event.reserves
            order.write(by, "reserves", event.number, at=event.noted_at)

        await self._with_note(event, by, apply)

    async def amended(self, event: DocumentAmended, envelope: EventEnvelope) -> None:
        """What the consignee signed reads otherwise now that all have agreed to it."""

        def apply(order: Order, note: Document) -> None:
            if note.signed_at and not event.to_sign:
                note.content_hash = event.content_hash

        await self._with_note(event, Author("ecpmr", "", envelope.org_id, "cmr"), apply)

    async def _unplan(self, order_ids: list[str], tour_id: str, envelope: EventEnvelope) -> None:
        for order_id in order_ids:
            await self._change(order_id, lambda order: order.unplanned(_planner(envelope), tour_id))

    async def _with_note(
        self,
        event: DocumentIssued | DocumentAmended | TakeoverSigned | DeliverySigned | ReservesNoted,
        by: Author,
        fact: Callable[[Order, Document], None] = lambda order, note: None,
    ) -> None:
        """Attach the consignment note, which any of its events may be the first to name."""

        def apply(order: Order) -> None:
            document_id = derived_id("doc", event.document_id)
            kind: DocumentKind = "cmr" if event.kind == "cmr" else "waybill"
            fact(order, order.attach_note(by, document_id, event.document_id, event.number, kind))

        await self._change(event.order_id, apply)

    async def _change(self, order_id: str, rule: Callable[[Order], None]) -> None:
        """Apply a rule, unless the teller has no part in the order (any more)."""
        try:
            async with self._store.orders.change(order_id) as order:
                rule(order)
        except NotFound:
            return


def _planner(envelope: EventEnvelope) -> Author:
    return Author(envelope.actor["id"], envelope.actor["name"], envelope.org_id, "planning")


def subscriptions(handlers: Handlers) -> list[Subscription]:
    """Which handler subscribes to what."""
    return [
        subscribe(TourPublished, handlers.plan, since="beginning"),
        subscribe(TourWithdrawn, handlers.unplan, since="beginning"),
        subscribe(StopReached, handlers.reached, since="beginning"),
        subscribe(StopCorrected, handlers.corrected, since="beginning"),
        subscribe(DocumentIssued, handlers.note_issued, since="beginning"),
        subscribe(TakeoverSigned, handlers.taken_over, since="beginning"),
        subscribe(DeliverySigned, handlers.delivered, since="beginning"),
        subscribe(ReservesNoted, handlers.reserved, since="beginning"),
        subscribe(DocumentAmended, handlers.amended, since="beginning"),
    ]
