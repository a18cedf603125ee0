"""The basket of accepted orders, and where each would fit."""

from typing import Any

from rt.contracts.planning import (
    CheckAssignment,
    CheckView,
    FindFits,
    FindJobs,
    FitsView,
    GetJob,
    GetJobOfOrder,
    JobsPage,
    JobView,
)
from rt.kernel.core.clock import now
from rt.services.planning.actions.computing import worked_out
from rt.services.planning.actions.placing import fit_of
from rt.services.planning.domain.beside import PlacesAsked, places
from rt.services.planning.domain.fleet import Crew, crews
from rt.services.planning.domain.job import Job
from rt.services.planning.store import JOBS, JobUnknown, PlanningStore
from rt.trade.calendars import paris_instant

LOOKING_SECONDS = 3.0
"""How long places are looked for: the most promising first."""


class Basket:
    """Jobs that wait for a truck."""

    def __init__(self, store: PlanningStore) -> None:
        self._store = store

    async def find(self, asked: FindJobs) -> JobsPage:
        named: dict[str, Any] = {"state": asked.state}
        if asked.day is not None:
            named["begins"] = {"$lt": paris_instant(asked.day, 24)}
            named["ends"] = {"$gte": paris_instant(asked.day, 0)}
        page = await self._store.jobs.rows(JOBS, named, q=asked.q, after=asked.after, limit=asked.limit)
        return JobsPage(items=[job.view(now()) for job in page.items], next=page.next)

    async def get(self, asked: GetJob) -> JobView:
        return (await self._store.jobs.get(asked.job_id)).view(now())

    async def of_order(self, asked: GetJobOfOrder) -> JobView:
        job = await self._store.job_of(asked.order_id)
        if job is None:
            raise JobUnknown
        return job.view(now())

    async def check(self, asked: CheckAssignment) -> CheckView:
        _, fit = await fit_of(self._store, asked, "")
        return CheckView(
            feasible=not fit.conflicts,
            conflicts=[one.conflict_view() for one in fit.conflicts],
            added_km=fit.added_km if fit.measured else None,
            added_minutes=fit.added_minutes,
            tour=fit.tour.view(fit.conflicts),
        )

    async def find_fits(self, asked: FindFits) -> FitsView:
        """Over the tours of the day and every crew that is free on it."""
        job = await self._store.jobs.get(asked.job_id)
        if against := job.obstacles(asked.day):
            return FitsView(items=[], against=[one.conflict_view() for one in against], complete=True)
        found = await worked_out(places, await self._question(job, asked))
        return FitsView(items=[fit.view() for fit in found.fits], against=[], complete=found.complete)

    async def _question(self, job: Job, asked: FindFits) -> PlacesAsked:
        vehicles, drivers = await self._store.fleet()
        others = await self._store.around(asked.day)
        known = {one.id: one for one in vehicles}
        named = {one.id: one for one in drivers}
        today = [
            (tour, Crew(known[tour.vehicle_id], named[tour.driver_id]))
            for tour in others
            if tour.day == asked.day and job.id not in tour.job_ids and not tour.handed_over
            and tour.vehicle_id in known and tour.driver_id in named
        ]  # fmt: skip
        since, until = paris_instant(asked.day, 0), paris_instant(asked.day, 24)
        busy = {
            taken for tour in others if tour.starts_at < until and tour.ends_at > since
            for taken in (tour.vehicle_id, tour.driver_id)
        }  # fmt: skip
        free = crews(
            [one for one in vehicles if one.id not in busy], [one for one in drivers if one.id not in busy],
            since, until,
        )  # fmt: skip
        return PlacesAsked(
            job=job,
            tours=today,
            free=free,
            day=asked.day,
            others=others,
            most=asked.limit,
            seconds=LOOKING_SECONDS,
        )
