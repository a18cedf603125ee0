"""The basket and the tours made of it by hand, each step checked against every rule."""

import re
from datetime import timedelta
from typing import Any

from rt.contracts.planning import (
    AssignJob,
    CheckAssignment,
    CheckView,
    DayView,
    FindFits,
    FindJobs,
    FitsView,
    FitView,
    GetPlan,
    GetTour,
    JobsPage,
    JobView,
    MoveStop,
    MyDay,
    MyDayView,
    PublishTour,
    TourView,
    UnassignJob,
    WithdrawTour,
)
from rt.kernel.clock import now
from rt.kernel.errors import AlreadyExists, ChangedMeanwhile, Invalid, NotFound
from rt.kernel.identity import current_actor
from rt.kernel.ids import new_id
from rt.kernel.persistence import together
from rt.services.planning.domain.checks import conflicts
from rt.services.planning.domain.conflicts import AssignmentRefused, DerogationUnknown
from rt.services.planning.domain.fits import Fit, best_fit, fits
from rt.services.planning.domain.fleet import Crew, crews
from rt.services.planning.domain.job import Job, JobNotFree
from rt.services.planning.domain.tour import Tour, move, new_tour
from rt.services.planning.store import LIVE, MOST, PlanningStore, TourUnknown
from rt.trade.calendars import paris_day, paris_instant
from rt.trade.truck_bans import bans, derogation_of, seasons_known

SEARCHED = ("reference", "shipper_name", "consignee_name", "pickup.address.city", "delivery.address.city")
HEAVY_KG = 40_000
"""Weight for which a day's driving bans are shown."""


class CrewMissing(Invalid):
    fr = "Indiquez une tournée, ou un véhicule, un conducteur et un jour."
    en = "Name a tour, or a vehicle, a driver and a day."


class DriverNotTied(NotFound):
    fr = "Aucun conducteur n'est rattaché à votre compte. Demandez à l'exploitation de le faire."
    en = "No driver is tied to your account. Ask your dispatcher to do it."


class Tours:
    """Jobs, tours and the day."""

    def __init__(self, store: PlanningStore) -> None:
        self._store = store

    async def find_jobs(self, asked: FindJobs) -> JobsPage:
        where: dict[str, Any] = {"state": asked.state}
        if asked.day is not None:
            where["pickup_from"] = {"$lt": paris_instant(asked.day, 24)}
            where["pickup_until"] = {"$gte": paris_instant(asked.day, 0)}
        if asked.q:
            match = {"$regex": re.escape(asked.q), "$options": "i"}
            where["$or"] = [{name: match} for name in SEARCHED]
        page = await self._store.jobs.page(where, sort="pickup_from", after=asked.after, limit=asked.limit)
        return JobsPage(items=[job.view() for job in page.items], next=page.next)

    async def check(self, asked: CheckAssignment) -> CheckView:
        _, fit = await self._fit(asked, "")
        return CheckView(
            feasible=not fit.conflicts,
            conflicts=[one.conflict_view() for one in fit.conflicts],
            added_km=fit.added_km,
            added_minutes=fit.added_minutes,
            tour=fit.tour.view(fit.conflicts),
        )

    async def find_fits(self, asked: FindFits) -> FitsView:
        """Over the draft tours of the day and every crew that is free on it."""
        job = await self._store.jobs.get(asked.job_id)
        vehicles, drivers = await self._store.fleet()
        others = await self._store.around(asked.day)
        known = {one.id: one for one in vehicles}
        named = {one.id: one for one in drivers}
        today = [
            (tour, Crew(known[tour.vehicle_id], named[tour.driver_id]))
            for tour in others
            if tour.day == asked.day and tour.state == "draft" and job.id not in tour.job_ids
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
        found = fits(job, today, free, asked.day, others)[: asked.limit]
        return FitsView(items=[_fit_view(fit) for fit in found])

    async def assign(self, asked: AssignJob) -> TourView:
        job, fit = await self._fit(asked, _known(asked.derogation))
        if job.tour_id == fit.tour.id:
            return (await self._store.tours.get(job.tour_id)).view()
        if fit.conflicts:
            raise AssignmentRefused(fit.conflicts)
        fit.tour.derogation = asked.derogation or fit.tour.derogation
        fit.tour.hold()
        try:
            async with together(self._store.database):
                if asked.tour_id:
                    async with self._store.tours.change(asked.tour_id) as tour:
                        tour.need_draft()
                        _become(tour, fit.tour)
                else:
                    tour = await self._store.tours.add(fit.tour)
                async with self._store.jobs.change(job.id) as stored:
                    stored.plan(tour.id)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error
        return tour.view()

    async def unassign(self, asked: UnassignJob) -> JobView:
        job = await self._store.jobs.get(asked.job_id)
        if job.tour_id is None:
            return job.view()
        crew = await self._store.crew_of(await self._store.tours.get(job.tour_id))
        async with together(self._store.database):
            async with self._store.tours.change(job.tour_id) as tour:
                tour.need_draft()
                tour.take(tour.without_stops_of(job.id), crew)
                if not tour.stops:
                    tour.withdraw()
            async with self._store.jobs.change(job.id) as stored:
                stored.free()
        return stored.view()

    async def move_stop(self, asked: MoveStop) -> TourView:
        seen = await self._store.tours.get(asked.tour_id)
        crew, others = await self._store.crew_of(seen), await self._store.around(seen.day)
        try:
            async with self._store.tours.change(asked.tour_id) as tour:
                tour.need_draft()
                tour.take(move(tour.stops, asked.position, asked.to_position), crew)
                tour.derogation = _known(asked.derogation) or tour.derogation
                if against := conflicts(tour, crew, others, tour.derogation):
                    raise AssignmentRefused(against)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error
        return tour.view()

    async def publish(self, asked: PublishTour) -> TourView:
        seen = await self._store.tours.get(asked.tour_id)
        crew, others = await self._store.crew_of(seen), await self._store.around(seen.day)
        async with self._store.tours.change(asked.tour_id) as tour:
            tour.need_draft()
            tour.derogation = _known(asked.derogation) or tour.derogation
            tour.driver_name, tour.driver_user_id = crew.driver.name, crew.driver.user_id
            tour.vehicle_plate = crew.vehicle.plate
            if against := conflicts(tour, crew, others, tour.derogation):
                raise AssignmentRefused(against)
            tour.publish()
        return tour.view()

    async def withdraw(self, asked: WithdrawTour) -> TourView:
        async with together(self._store.database):
            async with self._store.tours.change(asked.tour_id) as tour:
                tour.withdraw()
            for job_id in tour.job_ids:
                async with self._store.jobs.change(job_id) as job:
                    if job.tour_id == tour.id:
                        job.free()
        return tour.view()

    async def get(self, asked: GetTour) -> TourView:
        """A tour; a driver sees the own ones alone."""
        tour = await self._store.tours.get(asked.tour_id)
        actor = current_actor()
        if only_driver() and tour.driver_user_id != actor.id:
            raise TourUnknown
        return await self._seen(tour, await self._store.around(tour.day))

    async def day(self, asked: GetPlan) -> DayView:
        since, until = paris_instant(asked.day, 0), paris_instant(asked.day, 24)
        vehicles, drivers = await self._store.fleet()
        tours = await self._store.live_tours(since, until)
        done = {"state": "done", "starts_at": {"$lt": until}, "ends_at": {"$gt": since}}
        tours += await self._store.tours.find(done, sort="starts_at", limit=MOST)
        around = await self._store.around(asked.day)
        basket = await self._store.jobs.find(
            {"state": "unplanned", "pickup_from": {"$lt": until}}, sort="pickup_from", limit=MOST
        )
        forbidden = bans(since, until, HEAVY_KG)
        words = [ban.fr for ban in forbidden if ban.starts_at < until]
        if not seasons_known(asked.day.year):
            words.append("Samedis d'été et d'hiver pas encore publiés : à vérifier.")
        return DayView(
            day=asked.day,
            vehicles=[one.view() for one in vehicles],
            drivers=[one.view() for one in drivers],
            tours=[await self._seen(tour, around) for tour in tours],
            unplanned=[job.view() for job in basket],
            driving_bans=words,
        )

    async def my_day(self, asked: MyDay) -> MyDayView:
        """For the user that a driver is tied to, whatever else the user may do."""
        driver = await self._store.drivers.first({"user_id": current_actor().id})
        if driver is None:
            raise DriverNotTied
        today = paris_day(now())
        found = await self._store.tours.find(
            {
                "driver_user_id": driver.user_id,
                "state": "published",
                "starts_at": {"$lt": paris_instant(today + timedelta(days=2), 0)},
                "ends_at": {"$gt": paris_instant(today, 0)},
            },
            sort="starts_at",
        )
        return MyDayView(driver_id=driver.id, driver_name=driver.name, tours=[tour.view() for tour in found])

    async def _seen(self, tour: Tour, others: list[Tour]) -> TourView:
        """A tour with what stands against it now: a driver fallen ill shows on the plan."""
        if tour.state not in LIVE or not tour.stops:
            return tour.view()
        crew = await self._store.crew_of(tour)
        return tour.view(conflicts(tour, crew, others, tour.derogation))

    async def _fit(self, asked: CheckAssignment | AssignJob, derogation: str) -> tuple[Job, Fit]:
        job = await self._store.jobs.get(asked.job_id)
        if asked.tour_id:
            tour = await self._store.tours.get(asked.tour_id)
            tour.need_draft()
            crew = await self._store.crew_of(tour)
        elif asked.vehicle_id and asked.driver_id and asked.day:
            vehicle = await self._store.vehicles.get(asked.vehicle_id)
            crew = Crew(vehicle, await self._store.drivers.get(asked.driver_id))
            tour = new_tour(new_id("tur"), crew, asked.day)
        else:
            raise CrewMissing("vehicle_id")
        if job.tour_id not in (None, tour.id) or job.state == "cancelled":
            raise JobNotFree(reference=job.reference, state=job.state)
        others = await self._store.around(tour.day)
        fit = best_fit(
            job, tour, crew, others,
            pickup_position=asked.pickup_position, delivery_position=asked.delivery_position,
            derogation=derogation,
        )  # fmt: skip
        return job, fit


def only_driver() -> bool:
    """Whether the actor is a driver and nothing more in the office."""
    return current_actor().roles == frozenset({"driver"})


def _become(tour: Tour, wanted: Tour) -> None:
    """The stored tour takes what was laid out on its copy, unless it has moved on since."""
    if tour.version != wanted.version:
        raise ChangedMeanwhile
    tour.stops, tour.drives, tour.holds = wanted.stops, wanted.drives, wanted.holds
    tour.starts_at, tour.ends_at = wanted.starts_at, wanted.ends_at
    tour.distance_km, tour.driving_minutes = wanted.distance_km, wanted.driving_minutes
    tour.derogation = wanted.derogation


def _known(derogation: str) -> str:
    if derogation and derogation_of(derogation) is None:
        raise DerogationUnknown(field="derogation", given=derogation[:60])
    return derogation


def _fit_view(fit: Fit) -> FitView:
    return FitView(
        vehicle_id=fit.crew.vehicle.id,
        vehicle_plate=fit.crew.vehicle.plate,
        driver_id=fit.crew.driver.id,
        driver_name=fit.crew.driver.name,
        tour_id="" if fit.tour.id == "new" else fit.tour.id,
        pickup_position=fit.pickup_position,
        delivery_position=fit.delivery_position,
        added_km=fit.added_km,
        added_minutes=fit.added_minutes,
        feasible=not fit.conflicts,
        conflicts=[one.conflict_view() for one in fit.conflicts],
    )
