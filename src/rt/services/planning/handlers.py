"""What planning does on others' events: accepted orders become jobs, cancelled ones go, slots set windows."""

from rt.contracts.core_orders import (
    ChainChanged,
    OrderAmended,
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
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.planning.actions.order_jobs import OrderJobs
from rt.services.planning.actions.waiting import WaitingList
from rt.services.planning.domain.slots import Slot
from rt.services.planning.store import PlanningStore

GIVEN_ON = "La commande est sous-traitée. / The order is given on."


class Handlers:
    """Keeps the carrier's basket and the site's waiting list as others change the world."""

    def __init__(self, store: PlanningStore, jobs: OrderJobs, waiting: WaitingList) -> None:
        self._store = store
        self._jobs = jobs
        self._waiting = waiting

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(TenderAccepted, self.fill_basket, since="beginning"),
            subscribe(OrderCancelled, self.empty_basket, since="beginning"),
            subscribe(TenderLapsed, self.empty_basket, since="beginning"),
            subscribe(OrderAmended, self.follow_order, since="beginning"),
            subscribe(ChainChanged, self.follow_legs, since="beginning"),
            subscribe(OrderPlanned, self.leave_plan, since="beginning"),
            subscribe(OrderLoading, self.leave_basket, since="beginning"),
            subscribe(OrderInTransit, self.leave_basket, since="beginning"),
            subscribe(OrderDelivered, self.leave_basket, since="beginning"),
            subscribe(SlotBooked, self.expect_truck, since="beginning"),
            subscribe(SlotChanged, self.follow_slot, since="beginning"),
        ]

    async def fill_basket(self, event: TenderAccepted, envelope: EventEnvelope) -> None:
        """A job in the carrier's organization."""
        if event.order.carrier_id is not None:
            with acting_for(event.order.carrier_id):
                await self._jobs.put(event.order)

    async def empty_basket(self, event: OrderCancelled | TenderLapsed, envelope: EventEnvelope) -> None:
        """Cancelled, or no longer this carrier's."""
        if event.order.carrier_id is not None:
            with acting_for(event.order.carrier_id):
                await self._jobs.take_out(event.order, event.reason)

    async def follow_order(self, event: OrderAmended, envelope: EventEnvelope) -> None:
        """Changed by consent: what was planned of it is laid out anew."""
        if event.order.carrier_id is not None:
            with acting_for(event.order.carrier_id):
                await self._jobs.follow(event.order)

    async def follow_legs(self, event: ChainChanged, envelope: EventEnvelope) -> None:
        """Others carry what its legs carry; called off, it is the carrier's own to plan again."""
        order = event.order
        if order.carrier_id is None or order.offered or event.dropped:
            return
        with acting_for(order.carrier_id):
            if order.legs:
                await self._jobs.take_out(order, GIVEN_ON)
            else:
                await self._jobs.put(order)

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
        if order.carrier_id is not None:
            with acting_for(order.carrier_id):
                await self._jobs.leave(order)
