"""What planning does on others' events: accepted orders become jobs, cancelled ones go, slots set windows."""

from rt.contracts.core_orders import (
    OrderCancelled,
    OrderDelivered,
    OrderInTransit,
    OrderLoading,
    OrderPlanned,
    OrderSummary,
    TenderAccepted,
    TenderLapsed,
)
from rt.contracts.planning import SlotBooked, SlotChanged
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.kernel.storage.persistence import transaction
from rt.services.planning.actions.waiting import WaitingList
from rt.services.planning.domain.accepted import job_of
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.slots import Slot
from rt.services.planning.store import MOST, PlanningStore


class Handlers:
    """Keeps the carrier's basket and the site's waiting list as others change the world."""

    def __init__(self, store: PlanningStore, waiting: WaitingList) -> None:
        self._store = store
        self._waiting = waiting

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(TenderAccepted, self.fill_basket, since="beginning"),
            subscribe(OrderCancelled, self.empty_basket, since="beginning"),
            subscribe(TenderLapsed, self.empty_basket, since="beginning"),
            subscribe(OrderPlanned, self.leave_plan, since="beginning"),
            subscribe(OrderLoading, self.leave_basket, since="beginning"),
            subscribe(OrderInTransit, self.leave_basket, since="beginning"),
            subscribe(OrderDelivered, self.leave_basket, since="beginning"),
            subscribe(SlotBooked, self.expect_truck, since="beginning"),
            subscribe(SlotChanged, self.follow_slot, since="beginning"),
        ]

    async def fill_basket(self, event: TenderAccepted, envelope: EventEnvelope) -> None:
        """A job in the carrier's organization; an order accepted anew renews its job."""
        order = event.order
        if order.carrier_id is None:
            return
        with acting_for(order.carrier_id):
            known = await self._store.job_of(order.order_id)
            if known is None:
                await self._store.jobs.add(job_of(order, derived_id("job", order.carrier_id, order.order_id)))
                return
            async with self._store.jobs.change(known.id) as job:
                job.renew(job_of(order, known.id))

    async def empty_basket(self, event: OrderCancelled | TenderLapsed, envelope: EventEnvelope) -> None:
        """Cancelled, or no longer this carrier's: the job goes, from a draft its stops too.

        A published tour keeps them until it is withdrawn.
        """
        if event.order.carrier_id is None:
            return
        with acting_for(event.order.carrier_id):
            job = await self._store.job_of(event.order.order_id)
            if job is None or job.state == "cancelled":
                return
            await self._take_off(job)
            await self._give_slots_back(event.order, event.reason)

    async def leave_plan(self, event: OrderPlanned, envelope: EventEnvelope) -> None:
        """Planned by hand; an echo of a tour of ours may come after that tour was withdrawn."""
        if not event.tour_id:
            await self._leave(event.order)

    async def leave_basket(
        self, event: OrderLoading | OrderInTransit | OrderDelivered, envelope: EventEnvelope
    ) -> None:
        """Carried already, without a tour: nothing is left to plan."""
        await self._leave(event.order)

    async def expect_truck(self, event: SlotBooked, envelope: EventEnvelope) -> None:
        """The slot is the job's window from now on."""
        with acting_for(envelope.org_id):
            slot = await self._store.slots.get(event.slot_id)
        await self._set_window(slot)

    async def follow_slot(self, event: SlotChanged, envelope: EventEnvelope) -> None:
        """Windows follow the slot; what it has left free goes to those who wait."""
        with acting_for(envelope.org_id):
            slot = await self._store.slots.get(event.slot_id)
        await self._set_window(slot)
        with acting_for(envelope.org_id):
            await self._waiting.seat(slot.dock_id)

    async def _set_window(self, slot: Slot) -> None:
        if not slot.carrier_id:
            return
        with acting_for(slot.carrier_id):
            known = await self._store.job_of(slot.order_id)
            if known is None:
                return
            async with self._store.jobs.change(known.id) as job:
                if slot.state in ("cancelled", "no_show"):
                    job.unbook(slot.kind)
                else:
                    job.book(slot.kind, slot.starts_at)

    async def _leave(self, order: OrderSummary) -> None:
        if order.carrier_id is None:
            return
        with acting_for(order.carrier_id):
            job = await self._store.job_of(order.order_id)
            if job is None or job.state != "unplanned":
                return
            async with self._store.jobs.change(job.id) as stored:
                stored.leave()

    async def _take_off(self, job: Job) -> None:
        async with transaction(self._store.database):
            if job.tour_id is not None:
                crew = await self._store.crew_of(await self._store.tours.get(job.tour_id))
                async with self._store.tours.change(job.tour_id) as tour:
                    if tour.state == "draft":
                        tour.take(tour.without_stops_of(job.id), crew)
                        if not tour.stops:
                            tour.withdraw()
            async with self._store.jobs.change(job.id) as stored:
                stored.cancel()

    async def _give_slots_back(self, order: OrderSummary, reason: str) -> None:
        booked = {"order_id": order.order_id, "state": "booked", "carrier_id": order.carrier_id}
        for slot in await self._store.slots.find(booked, limit=MOST):
            async with self._store.slots.change(slot.id) as stored:
                stored.cancel(reason)
