"""A carrier's jobs as its orders come, change and go, with the tours and slots that they have."""

from rt.contracts.core_orders import OrderSummary
from rt.contracts.planning.tours import StopKind
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.storage.persistence import transaction
from rt.services.planning.domain.accepted import job_of
from rt.services.planning.domain.job import Job
from rt.services.planning.store import LIVE, MOST, PlanningStore

MOVED = "La commande a été modifiée. / The order was changed."
"""Why a slot is given back that a changed order no longer meets."""


class OrderJobs:
    """The jobs of the acting organization, which carries the orders."""

    def __init__(self, store: PlanningStore) -> None:
        self._store = store

    async def put(self, order: OrderSummary) -> None:
        """An order accepted anew renews its job."""
        known = await self._store.job_of(order.order_id)
        if known is None:
            await self._store.jobs.add(job_of(order, derived_id("job", current_org(), order.order_id)))
            return
        async with self._store.jobs.change(known.id) as job:
            job.renew(job_of(order, known.id))

    async def follow(self, order: OrderSummary) -> None:
        """The order reads otherwise: so does its job, on its tour too; slots it no longer meets go."""
        known = await self._store.job_of(order.order_id)
        if known is None or known.state == "cancelled":
            return
        fresh = job_of(order, known.id)
        try:
            await self._change(fresh, hold=True)
        except AlreadyExists:  # its crew is busy then: the tour shows it, and a person decides
            await self._change(fresh, hold=False)

    async def leave(self, order: OrderSummary) -> None:
        """It is carried without a tour."""
        job = await self._store.job_of(order.order_id)
        if job is None or job.state != "unplanned":
            return
        async with self._store.jobs.change(job.id) as stored:
            stored.leave()

    async def take_out(self, order: OrderSummary, reason: str) -> None:
        """The job goes, and its stops from its tour, unless its goods are on the road by then."""
        job = await self._store.job_of(order.order_id)
        if job is None or job.state == "cancelled":
            return
        try:
            await self._cancel(job, hold=True)
        except AlreadyExists:  # what is left runs into another tour of the crew, as the tour shows
            await self._cancel(job, hold=False)
        await self._give_slots_back(job, reason)

    async def _change(self, fresh: Job, hold: bool) -> None:
        async with transaction(self._store.database):
            left = await self._give_slots_back(fresh, MOVED, met=True)
            async with self._store.jobs.change(fresh.id) as job:
                job.take(fresh)
                for kind in left:
                    job.unbook(kind)
            if job.tour_id is not None:
                crew = await self._store.crew_of(await self._store.tours.get(job.tour_id))
                async with self._store.tours.change(job.tour_id) as tour:
                    tour.follow(job, crew, hold)

    async def _cancel(self, job: Job, hold: bool) -> None:
        async with transaction(self._store.database):
            async with self._store.jobs.change(job.id) as stored:
                tour_id = stored.tour_id
                stored.cancel()
            if tour_id is not None:
                async with self._store.tours.change(tour_id) as tour:
                    if tour.state in LIVE and not tour.fetched(job.id):
                        tour.let_go(job.id, await self._store.crew_of(tour), hold)

    async def _give_slots_back(self, job: Job, reason: str, *, met: bool = False) -> list[StopKind]:
        """Cancel the slots of the job and say of which stops; `met`: but those that it still meets.

        It leaves the lines of docks first: what it gives back is not its own to take.
        """
        await self._leave_lines(job, met)
        left: list[StopKind] = []
        booked = {"order_id": job.order_id, "state": "booked", "carrier_id": current_org()}
        for slot in await self._store.slots.find(booked, limit=MOST):
            if not (met and slot.meets(job)):
                async with self._store.slots.change(slot.id) as stored:
                    stored.cancel(reason)
                left.append(slot.kind)
        return left

    async def _leave_lines(self, job: Job, met: bool) -> None:
        """Wait at no dock any more; `met`: but where it still calls."""
        waiting = {"order_id": job.order_id, "state": "waiting", "carrier_id": current_org()}
        for one in await self._store.waitings.find(waiting, limit=MOST):
            if met:
                with acting_for(one.org_id):
                    dock = await self._store.docks.get(one.dock_id)
                if dock.at(job.pickup if one.kind == "pickup" else job.delivery):
                    continue
            await self._store.waitings.remove(one.id)
