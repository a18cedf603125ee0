"""A search that was asked for, run when its timer wakes, and again after a restart."""

from datetime import datetime, timedelta
from typing import Any

import msgspec

from rt.contracts.planning import LeftOverView
from rt.kernel.core import offload
from rt.kernel.core.clock import now
from rt.kernel.core.ids import because
from rt.kernel.core.offload import ComputersBusy, TooMuchToCompute
from rt.kernel.service.jobs import Timers
from rt.services.planning.actions.plans import SEARCH
from rt.services.planning.domain.beside import unpacked
from rt.services.planning.domain.fleet import crews
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.plan import MOST_BEGINNINGS, Plan
from rt.services.planning.domain.search import SearchAsked, search
from rt.services.planning.store import MOST, PlanningStore, many
from rt.trade.calendars import paris_instant

MEMORY_MB = 1_024
"""Of the process that searches: 500 jobs, 500 crews and twelve sets of skills fit."""
AGAIN_SECONDS = 5
PATIENCE = timedelta(minutes=1)
"""How long a timer waits for the plan that it was set for."""


class Searching:
    """Runs what was asked for; one search of a unit at a time."""

    def __init__(self, store: PlanningStore, timers: Timers) -> None:
        self._store = store
        self._timers = timers

    async def run(self, payload: dict[str, Any]) -> None:
        """By the clock: never answered from an earlier run, so each write counts as its own."""
        with because(None):
            plan = await self._store.plans.first({"id": payload["plan_id"]})
            if plan is None:
                await self._later(payload)
            elif plan.state == "running":
                await self._run(plan, payload)

    async def _run(self, plan: Plan, payload: dict[str, Any]) -> None:
        if plan.begun >= MOST_BEGINNINGS:
            async with self._store.plans.change(plan.id) as stored:
                stored.lose("restarts")
            return
        async with self._store.plans.change(plan.id) as stored:
            stored.begin(now())
        jobs, beyond = await self._jobs(plan)
        asked = await self._question(plan, jobs)
        try:
            found = await offload.run(
                unpacked,
                search,
                SearchAsked,
                msgspec.msgpack.encode(asked),
                seconds=asked.longest,
                memory_mb=MEMORY_MB,
            )
        except ComputersBusy:
            async with self._store.plans.change(plan.id) as stored:
                stored.wait()
            await self._later(payload)
            return
        except TooMuchToCompute:
            found = None
        async with self._store.plans.change(plan.id) as stored:
            if stored.state != "running":
                return
            if found is None:
                stored.lose("size")
                return
            left = [
                LeftOverView(job_id=job.id, reference=job.reference, reasons=found.left_over[job.id])
                for job in jobs
                if job.id in found.left_over
            ]
            seen = {job.id: job.facts() for job in jobs}
            stored.beyond = beyond
            stored.propose(found.tours, left, seen, found.violations, found.seconds)

    async def _question(self, plan: Plan, jobs: list[Job]) -> SearchAsked:
        since, until = _horizon(plan)
        vehicles, drivers = await self._store.fleet()
        others = await self._store.live_tours(since, until)
        busy = {taken for tour in others for taken in (tour.vehicle_id, tour.driver_id)}
        free = crews(
            [one for one in vehicles if one.id not in busy],
            [one for one in drivers if one.id not in busy],
            since,
            until,
        )
        return SearchAsked(
            jobs=jobs, crews=free, others=others, day=plan.day, days=plan.days, seconds=plan.budget_seconds
        )

    async def _jobs(self, plan: Plan) -> tuple[list[Job], int]:
        """Those named that still wait, or the unplanned jobs whose pickup window touches the horizon.

        And how many of these there are beyond what one search takes.
        """
        if plan.job_ids:
            found = await self._store.jobs_of(plan.job_ids)
            return [job for job in found.values() if job.state == "unplanned"], 0
        since, until = _horizon(plan)
        where = {"state": "unplanned", "pickup_from": {"$lt": until}, "pickup_until": {"$gte": since}}
        jobs = await many(self._store.jobs, where, "pickup_from")
        beyond = await self._store.jobs.count(where) - len(jobs) if len(jobs) == MOST else 0
        return jobs, beyond

    async def _later(self, payload: dict[str, Any]) -> None:
        """Try again in a moment; a plan that never came is waited for no longer than its patience."""
        first = payload.get("first") or now().isoformat()
        if now() - datetime.fromisoformat(first) < PATIENCE or await self._there(payload):
            due = now() + timedelta(seconds=AGAIN_SECONDS)
            await self._timers.at(due, SEARCH, payload | {"first": first})

    async def _there(self, payload: dict[str, Any]) -> bool:
        return await self._store.plans.first({"id": payload["plan_id"]}) is not None


def _horizon(plan: Plan) -> tuple[datetime, datetime]:
    return paris_instant(plan.day, 0), paris_instant(plan.day + timedelta(days=plan.days), 0)
