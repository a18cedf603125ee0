"""The optimiser asked from outside: a search that begins at once, and what becomes of its proposal."""

from collections.abc import Sequence

from rt.contracts.planning import (
    AcceptPlan,
    DiscardPlan,
    GetOptimisedPlan,
    Optimise,
    OptimisedPlanView,
    TourView,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists, ChangedMeanwhile, ReferenceUnknown
from rt.kernel.core.ids import new_id
from rt.kernel.service.jobs import Timers
from rt.kernel.storage.persistence import transaction
from rt.services.planning.domain.checks import conflicts
from rt.services.planning.domain.conflicts import AssignmentRefused
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.job import Job, JobNotFree
from rt.services.planning.domain.plan import RUNNING, Plan, PlanOutdated, SearchRunning, TourWouldDiffer
from rt.services.planning.domain.tour import Tour, new_tour
from rt.services.planning.store import PlanningStore

SEARCH = "search"
"""The timer that runs a search: it survives a restart."""


class Plans:
    """Proposals for a day."""

    def __init__(self, store: PlanningStore, timers: Timers) -> None:
        self._store = store
        self._timers = timers

    async def optimise(self, asked: Optimise) -> OptimisedPlanView:
        """A repeat of the same request, or of the same search while it runs, meets the plan that is there."""
        plan_id = new_id("pln")
        if kept := await self._store.plans.first({"id": plan_id}):
            return kept.view(now())
        await self._check(asked)
        if running := await self._running(asked):
            return running.view(now())
        plan = Plan(
            id=plan_id,
            day=asked.day,
            days=asked.days,
            budget_seconds=asked.budget_seconds,
            job_ids=list(asked.job_ids),
            turn=RUNNING,
        )
        await self._timers.at(now(), SEARCH, {"plan_id": plan_id})
        try:
            return (await self._store.plans.add(plan)).view(now())
        except AlreadyExists as error:
            raise ChangedMeanwhile from error

    async def get(self, asked: GetOptimisedPlan) -> OptimisedPlanView:
        return (await self._store.plans.get(asked.plan_id)).view(now())

    async def accept(self, asked: AcceptPlan) -> OptimisedPlanView:
        """All its tours become drafts, as they were shown, or none does."""
        plan = await self._store.plans.get(asked.plan_id)
        proposed = plan.tours if plan.state == "proposed" else []
        jobs = await self._store.jobs_of(plan.placed)
        if proposed:
            plan.need_read(asked.version)
            plan.need_unchanged(jobs)
        tours = [await self._tour(view, jobs) for view in proposed]
        try:
            async with transaction(self._store.database):
                async with self._store.plans.change(asked.plan_id) as plan:
                    plan.accept(asked.version)
                    _as_shown(proposed, tours)
                for tour in tours:
                    await self._store.tours.add(tour)
                    for job_id in tour.job_ids:
                        async with self._store.jobs.change(job_id) as job:
                            job.need_as_read(jobs[job_id])
                            job.plan(tour.id)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error
        return plan.view(now())

    async def discard(self, asked: DiscardPlan) -> OptimisedPlanView:
        async with self._store.plans.change(asked.plan_id) as plan:
            plan.discard(asked.version)
        return plan.view(now())

    async def _check(self, asked: Optimise) -> None:
        """Jobs that are named are ours, and free."""
        found = await self._store.jobs_of(asked.job_ids)
        if set(asked.job_ids) - set(found):
            raise ReferenceUnknown("job_ids")
        for job in found.values():
            if job.state != "unplanned":
                raise JobNotFree("job_ids", reference=job.reference, state=job.state)

    async def _running(self, asked: Optimise) -> Plan | None:
        """The same search, if it runs; another one is refused."""
        running = await self._store.plans.first({"turn": RUNNING})
        if running is not None and not running.asks_for(asked.day, asked.days, asked.job_ids):
            raise SearchRunning(day=f"{running.day:%d/%m/%Y}")
        return running

    async def _tour(self, view: TourView, jobs: dict[str, Job]) -> Tour:
        """The proposed tour as a draft, laid out and checked on what is true today."""
        vehicle = await self._store.vehicles.get(view.vehicle_id)
        crew = Crew(vehicle, await self._store.drivers.get(view.driver_id))
        tour = new_tour(new_id("tur"), crew, view.day)
        for stop in view.stops:
            job = jobs.get(stop.job_id)
            if job is None or job.state != "unplanned":
                raise JobNotFree(reference=stop.reference, state=job.state if job else "gone")
        stops = [jobs[stop.job_id].stops()[0 if stop.kind == "pickup" else 1] for stop in view.stops]
        tour.arrange(stops, crew)
        if against := conflicts(tour, crew, await self._store.around(view.day)):
            raise AssignmentRefused(against)
        tour.hold()
        return tour


def _as_shown(proposed: Sequence[TourView], tours: Sequence[Tour]) -> None:
    """Refuse drafts that would not run as they were read: a depot or a working day has changed."""
    differing = [
        TourWouldDiffer(name=view.vehicle_plate)
        for view, tour in zip(proposed, tours, strict=True)
        if [stop.starts_at for stop in view.stops] != [stop.starts_at for stop in tour.stops]
        or (view.starts_at, view.ends_at) != (tour.starts_at, tour.ends_at)
    ]
    if differing:
        raise PlanOutdated(differing)
