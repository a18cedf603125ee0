"""The optimiser asked from outside: a proposal, then accepted or put aside."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from rt.contracts.planning import (
    AcceptPlan,
    DiscardPlan,
    GetOptimisedPlan,
    LeftOverView,
    Optimise,
    OptimisedPlanView,
    TourView,
)
from rt.kernel.errors import AlreadyExists, ChangedMeanwhile, TooMany
from rt.kernel.ids import new_id
from rt.kernel.persistence import together
from rt.services.planning.domain.checks import conflicts
from rt.services.planning.domain.conflicts import AssignmentRefused
from rt.services.planning.domain.fleet import Crew, Driver, Vehicle, crews
from rt.services.planning.domain.job import Job, JobNotFree
from rt.services.planning.domain.plan import Plan
from rt.services.planning.domain.planner import Proposal, propose
from rt.services.planning.domain.tour import Tour, new_tour
from rt.services.planning.domain.verifier import Violation, violations
from rt.services.planning.store import MOST, JobUnknown, PlanningStore
from rt.trade.calendars import paris_instant

AT_ONCE, MOST_WAITING = 1, 4
"""Searches of one process at the same time (each uses two cores), and how many may stand in line."""


class OptimiserBusy(TooMany):
    fr = "Plusieurs optimisations sont déjà en attente. Réessayez dans {seconds} s."
    en = "Several optimisations are already waiting. Try again in {seconds} s."


class Plans:
    """Proposals for a day."""

    def __init__(self, store: PlanningStore) -> None:
        self._store = store
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def optimise(self, asked: Optimise) -> OptimisedPlanView:
        """A repeat of the same request finds the proposal that the first one kept, and searches nothing."""
        plan_id = new_id("pln")
        if kept := await self._store.plans.first({"id": plan_id}):
            return kept.view()
        since = paris_instant(asked.day, 0)
        until = paris_instant(asked.day + timedelta(days=asked.days), 0)
        jobs = await self._jobs(asked)
        vehicles, drivers = await self._store.fleet()
        others = await self._store.live_tours(since, until)
        busy = {taken for tour in others for taken in (tour.vehicle_id, tour.driver_id)}
        free = crews(
            [one for one in vehicles if one.id not in busy],
            [one for one in drivers if one.id not in busy],
            since,
            until,
        )
        began = time.monotonic()
        proposal = await self._in_thread(asked, jobs, free, others)
        plan = Plan(
            id=plan_id,
            day=asked.day,
            tours=[tour.view() for tour in proposal.tours],
            left_over=_left_over(jobs, proposal),
            seconds=round(time.monotonic() - began, 2),
            violations=len(_verify(proposal.tours, vehicles, drivers)),
        )
        return (await self._store.plans.add(plan)).view()

    async def get(self, asked: GetOptimisedPlan) -> OptimisedPlanView:
        return (await self._store.plans.get(asked.plan_id)).view()

    async def accept(self, asked: AcceptPlan) -> OptimisedPlanView:
        """All its tours become drafts, or none does."""
        plan = await self._store.plans.get(asked.plan_id)
        proposed = plan.tours if plan.state == "proposed" else []
        tours = [await self._tour(view) for view in proposed]
        try:
            async with together(self._store.database):
                async with self._store.plans.change(asked.plan_id) as plan:
                    plan.accept()
                for tour in tours:
                    await self._store.tours.add(tour)
                    for job_id in tour.job_ids:
                        async with self._store.jobs.change(job_id) as job:
                            job.plan(tour.id)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error
        return plan.view()

    async def discard(self, asked: DiscardPlan) -> OptimisedPlanView:
        async with self._store.plans.change(asked.plan_id) as plan:
            plan.discard()
        return plan.view()

    async def _jobs(self, asked: Optimise) -> list[Job]:
        """Those named, or every unplanned job whose pickup window touches the horizon."""
        if asked.job_ids:
            found = await self._store.jobs_of(asked.job_ids)
            if set(asked.job_ids) - set(found):
                raise JobUnknown("job_ids")
            for job in found.values():
                if job.state != "unplanned":
                    raise JobNotFree("job_ids", reference=job.reference, state=job.state)
            return list(found.values())
        since = paris_instant(asked.day, 0)
        until = paris_instant(asked.day + timedelta(days=asked.days), 0)
        where = {"state": "unplanned", "pickup_from": {"$lt": until}, "pickup_until": {"$gte": since}}
        return await self._store.jobs.find(where, sort="pickup_from", limit=MOST)

    async def _in_thread(
        self, asked: Optimise, jobs: list[Job], free: list[Crew], others: list[Tour]
    ) -> Proposal:
        """Search beside the event loop: PyVRP works without the interpreter lock."""
        if self._waiting >= MOST_WAITING:
            raise OptimiserBusy(retry_after=30, seconds=30)
        self._waiting += 1
        try:
            async with self._turn:
                return await asyncio.to_thread(
                    propose,
                    jobs,
                    free,
                    asked.day,
                    days=asked.days,
                    seconds=asked.budget_seconds,
                    others=others,
                )
        finally:
            self._waiting -= 1

    async def _tour(self, view: TourView) -> Tour:
        """The proposed tour as a draft, laid out and checked on what is true today."""
        vehicle = await self._store.vehicles.get(view.vehicle_id)
        crew = Crew(vehicle, await self._store.drivers.get(view.driver_id))
        jobs = await self._store.jobs_of([stop.job_id for stop in view.stops])
        tour = new_tour(new_id("tur"), crew, view.day)
        for stop in view.stops:
            job = jobs.get(stop.job_id)
            if job is None or job.state != "unplanned":
                raise JobNotFree(reference=stop.reference, state=job.state if job else "gone")
        stops = [jobs[stop.job_id].stops()[0 if stop.kind == "pickup" else 1] for stop in view.stops]
        tour.take(stops, crew)
        if against := conflicts(tour, crew, await self._store.around(view.day)):
            raise AssignmentRefused(against)
        return tour


def _left_over(jobs: Sequence[Job], proposal: Proposal) -> list[LeftOverView]:
    return [
        LeftOverView(
            job_id=job.id,
            reference=job.reference,
            reasons=[one.conflict_view() for one in proposal.left_over[job.id]],
        )
        for job in jobs
        if job.id in proposal.left_over
    ]


def _verify(tours: Sequence[Tour], vehicles: Sequence[Vehicle], drivers: Sequence[Driver]) -> list[Violation]:
    return violations(tours, {one.id: one for one in vehicles}, {one.id: one for one in drivers})
