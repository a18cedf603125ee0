"""Tours made of the basket by hand, each step checked against every rule, and the day that they make."""

import asyncio
from collections.abc import Mapping, Sequence
from copy import copy
from datetime import timedelta

from msgspec import structs

from rt.contracts.planning import (
    AssignJob,
    ChangeCrew,
    DayCounts,
    DayView,
    GetPlan,
    GetTour,
    JobView,
    MoveStop,
    MyDay,
    MyDayView,
    PublishTour,
    TourView,
    UnassignJob,
    WithdrawTour,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists, ChangedMeanwhile, NotFound, ReferenceUnknown
from rt.kernel.storage.persistence import transaction
from rt.services.planning.actions.computing import Verdicts
from rt.services.planning.actions.placing import fit_of, known
from rt.services.planning.domain.checks import conflicts
from rt.services.planning.domain.conflicts import AssignmentRefused
from rt.services.planning.domain.fleet import Crew, Driver, Vehicle
from rt.services.planning.domain.job import HORIZON, Job, JobNotFree
from rt.services.planning.domain.sequence import move
from rt.services.planning.domain.tour import Tour
from rt.services.planning.store import AT_A_TIME, LIVE, MOST, PlanningStore, TourUnknown, many
from rt.trade.calendars import paris_day, paris_instant
from rt.trade.truck_bans import bans, seasons_known

HEAVY_KG = 40_000
"""Weight for which a day's driving bans are shown."""
MOST_SHOWN = 200
"""Jobs of the basket beside the day."""
SEASONS_UNKNOWN = (
    "Samedis d'été et d'hiver pas encore publiés : à vérifier.",
    "Summer and winter Saturdays are not published yet: to be checked.",
)


class DriverNotTied(NotFound):
    fr = "Aucun conducteur n'est rattaché à votre compte. Demandez à l'exploitation de le faire."
    en = "No driver is tied to your account. Ask your dispatcher to do it."


class Tours:
    """Tours and the day."""

    def __init__(self, store: PlanningStore) -> None:
        self._store = store
        self._verdicts = Verdicts()

    async def assign(self, asked: AssignJob) -> TourView:
        job, fit = await fit_of(self._store, asked, known(asked.derogation))
        if job.tour_id == fit.tour.id:
            return (await self._store.tours.get(job.tour_id)).view()
        if fit.conflicts:
            raise AssignmentRefused(fit.conflicts)
        fit.tour.derogation = asked.derogation or fit.tour.derogation
        fit.tour.hold()
        try:
            async with transaction(self._store.database):
                if asked.tour_id:
                    async with self._store.tours.change(asked.tour_id) as tour:
                        tour.need_live()
                        before = copy(tour)
                        _become(tour, fit.tour)
                        tour.changed(before)
                else:
                    tour = await self._store.tours.add(fit.tour)
                async with self._store.jobs.change(job.id) as stored:
                    stored.need_as_read(job)
                    stored.plan(tour.id)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error
        return tour.view()

    async def unassign(self, asked: UnassignJob) -> JobView:
        """From the tour that is named; off it already is fine. A tour may have one that was cancelled."""
        job = await self._store.jobs.get(asked.job_id)
        seen = await self._store.tours.first({"id": asked.tour_id})
        if seen is None:
            raise ReferenceUnknown("tour_id")
        if job.tour_id is None and job.id not in seen.holds:
            return job.view(now())
        if job.tour_id not in (None, asked.tour_id):
            raise JobNotFree("tour_id", reference=job.reference, state=job.state)
        try:
            freed = await self._free(job, asked.tour_id, hold=True)
        except AlreadyExists:  # what is left runs into another tour of the crew, as the tour shows
            freed = await self._free(job, asked.tour_id, hold=False)
        return freed.view(now())

    async def move_stop(self, asked: MoveStop) -> TourView:
        seen = await self._store.tours.get(asked.tour_id)
        crew, others = await self._store.crew_of(seen), await self._store.around(seen.day)
        try:
            async with self._store.tours.change(asked.tour_id) as tour:
                tour.need_read(asked.version)
                tour.need_live()
                before = copy(tour)
                tour.arrange(move(tour.stops, asked.position, asked.to_position), crew)
                self._settle(tour, before, crew, others, asked.derogation)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error
        return tour.view()

    async def change_crew(self, asked: ChangeCrew) -> TourView:
        seen = await self._store.tours.get(asked.tour_id)
        vehicle = await self._store.vehicles.first({"id": asked.vehicle_id})
        driver = await self._store.drivers.first({"id": asked.driver_id})
        if vehicle is None or driver is None:
            raise ReferenceUnknown("vehicle_id" if vehicle is None else "driver_id")
        crew, others = Crew(vehicle, driver), await self._store.around(seen.day)
        try:
            async with self._store.tours.change(asked.tour_id) as tour:
                tour.need_read(asked.version)
                tour.need_live()
                before = copy(tour)
                tour.man(crew)
                tour.arrange(tour.stops, crew)
                self._settle(tour, before, crew, others, asked.derogation)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error
        return tour.view()

    async def publish(self, asked: PublishTour) -> TourView:
        seen = await self._store.tours.get(asked.tour_id)
        crew, others = await self._store.crew_of(seen), await self._store.around(seen.day)
        try:
            async with self._store.tours.change(asked.tour_id) as tour:
                tour.need_read(asked.version)
                tour.need_draft()
                tour.derogation = known(asked.derogation) or tour.derogation
                tour.driver_name, tour.driver_user_id = crew.driver.name, crew.driver.user_id
                tour.vehicle_plate = crew.vehicle.plate
                if against := conflicts(tour, crew, others, tour.derogation):
                    raise AssignmentRefused(against)
                tour.publish()
        except AlreadyExists as error:
            raise ChangedMeanwhile from error
        return tour.view()

    async def withdraw(self, asked: WithdrawTour) -> TourView:
        async with transaction(self._store.database):
            async with self._store.tours.change(asked.tour_id) as tour:
                tour.need_read(asked.version)
                tour.withdraw()
            for job_id in tour.job_ids:
                async with self._store.jobs.change(job_id) as job:
                    if job.tour_id == tour.id:
                        job.free()
        return tour.view()

    async def get(self, asked: GetTour) -> TourView:
        """A tour; a driver sees the own ones alone, once they are published."""
        tour = await self._store.tours.get(asked.tour_id)
        actor = current_actor()
        own = tour.driver_user_id == actor.id and tour.state in ("published", "done")
        if actor.roles == frozenset({"driver"}) and not own:
            raise TourUnknown
        met = await self._store.live_tours(tour.starts_at, tour.ends_at)
        (shown,) = await self._seen([tour], met, {}, {})
        measured = shown.distance_km is not None
        return structs.replace(shown, emissions=tour.emissions() if measured else None)

    async def day(self, asked: GetPlan) -> DayView:
        since, until = paris_instant(asked.day, 0), paris_instant(asked.day, 24)
        done = {
            "state": "done",
            "starts_at": {"$lt": until, "$gt": since - HORIZON},
            "ends_at": {"$gt": since},
        }
        waiting = {"state": "unplanned", "pickup_from": {"$lt": until}}
        store = self._store
        (vehicles, drivers), tours, over, basket = await asyncio.gather(
            store.fleet(),
            store.live_tours(since, until),
            many(store.tours, done, "starts_at"),
            store.jobs.find(waiting, sort="pickup_from", limit=MOST_SHOWN),
        )
        in_service, on_duty, in_all, unplanned = await asyncio.gather(
            store.vehicles.count({"active": True}),
            store.drivers.count({"active": True}),
            store.tours_of(since, until),
            store.jobs.count(waiting),
        )
        ends = max((tour.ends_at for tour in tours), default=until)
        later = await store.live_tours(until, ends) if ends > until else []
        tours += over
        forbidden = bans(since, until, HEAVY_KG)
        words = [(ban.fr, ban.en) for ban in forbidden if ban.starts_at < until]
        if not seasons_known(asked.day.year):
            words.append(SEASONS_UNKNOWN)
        known_vehicles = {one.id: one for one in vehicles}
        known_drivers = {one.id: one for one in drivers}
        return DayView(
            day=asked.day,
            vehicles=[one.view() for one in vehicles],
            drivers=[one.view() for one in drivers],
            tours=await self._seen(tours[:MOST], later, known_vehicles, known_drivers),
            unplanned=[job.view(now()) for job in basket],
            counts=DayCounts(vehicles=in_service, drivers=on_duty, tours=in_all, unplanned=unplanned),
            driving_bans=[fr for fr, _en in words],
            driving_bans_en=[en for _fr, en in words],
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

    async def _free(self, job: Job, tour_id: str, hold: bool) -> Job:
        async with transaction(self._store.database):
            async with self._store.jobs.change(job.id) as stored:
                if stored.tour_id != job.tour_id:
                    raise ChangedMeanwhile
                stored.free()
            async with self._store.tours.change(tour_id) as tour:
                tour.let_go(job.id, await self._store.crew_of(tour), hold)
        return stored

    def _settle(self, tour: Tour, before: Tour, crew: Crew, others: list[Tour], derogation: str) -> None:
        """The tour as it was laid out anew, unless a rule stands against it."""
        tour.derogation = known(derogation) or tour.derogation
        if against := conflicts(tour, crew, others, tour.derogation):
            raise AssignmentRefused(against)
        tour.hold()
        tour.changed(before)

    async def _seen(
        self,
        tours: Sequence[Tour],
        others: list[Tour],
        vehicles: Mapping[str, Vehicle],
        drivers: Mapping[str, Driver],
    ) -> list[TourView]:
        """Tours with what stands against them now: a driver fallen ill shows on the plan."""
        live = [tour for tour in tours if tour.state in LIVE and tour.stops]
        crews = []
        for tour in live:
            vehicle, driver = vehicles.get(tour.vehicle_id), drivers.get(tour.driver_id)
            crews.append(Crew(vehicle, driver) if vehicle and driver else await self._store.crew_of(tour))
        against = await self._verdicts.of(list(zip(live, crews, strict=True)), others)
        views = []
        for number, tour in enumerate(tours):
            if number % AT_A_TIME == 0:
                await asyncio.sleep(0)
            views.append(tour.view(against.get(tour.id, ())))
        return views


def _become(tour: Tour, wanted: Tour) -> None:
    """The stored tour takes what was laid out on its copy, unless it has moved on since."""
    if tour.version != wanted.version:
        raise ChangedMeanwhile
    tour.stops, tour.drives, tour.holds = wanted.stops, wanted.drives, wanted.holds
    tour.starts_at, tour.ends_at = wanted.starts_at, wanted.ends_at
    tour.distance_km, tour.driving_minutes = wanted.distance_km, wanted.driving_minutes
    tour.distance_basis, tour.emission_class = wanted.distance_basis, wanted.emission_class
    tour.derogation, tour.ferries_home = wanted.derogation, wanted.ferries_home
