"""Where fleet, jobs, tours, proposals, docks and slots are kept."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from rt.kernel.core.errors import NotFound
from rt.kernel.model.entity import Entity
from rt.kernel.storage.listing import Filter, Listing
from rt.kernel.storage.persistence import Collection, Database, Index
from rt.services.planning.domain.docks import LONGEST_SLOT, Dock
from rt.services.planning.domain.fleet import Crew, Driver, Vehicle
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.plan import Plan
from rt.services.planning.domain.slots import Slot, Waiting
from rt.services.planning.domain.tour import Tour
from rt.trade.calendars import paris_instant

E = TypeVar("E", bound=Entity)
LIVE = ["draft", "published"]
MOST = 500
"""Vehicles, tours or jobs that one organization has on one day."""
AT_A_TIME = 100
LONGEST_TOUR = timedelta(days=10)


VEHICLES = Listing(Vehicle, {"plate": "plate"}, {"active": Filter("active", first=True)})
DRIVERS = Listing(Driver, {"name": "name"}, {"active": Filter("active", first=True)})
JOBS = Listing(
    Job,
    {"pickup": "pickup_from"},
    {"state": Filter("state", first=True), "begins": "pickup_from", "ends": "pickup_until"},
)
DOCKS = Listing(Dock, {"name": "name"})
SLOTS = Listing(
    Slot,
    {"latest": "-starts_at"},
    {
        "day": Filter("day", first=True),
        "dock_id": Filter("dock_id", first=True),
        "order_id": Filter("order_id", first=True),
    },
)


class VehicleUnknown(NotFound):
    fr = "Véhicule introuvable."
    en = "Vehicle not found."


class DriverUnknown(NotFound):
    fr = "Conducteur introuvable."
    en = "Driver not found."


class JobUnknown(NotFound):
    fr = "Commande à planifier introuvable."
    en = "Job not found."


class TourUnknown(NotFound):
    fr = "Tournée introuvable."
    en = "Tour not found."


class PlanUnknown(NotFound):
    fr = "Proposition introuvable."
    en = "Proposal not found."


class DockUnknown(NotFound):
    fr = "Quai introuvable."
    en = "Dock not found."


class SlotUnknown(NotFound):
    fr = "Créneau introuvable."
    en = "Slot not found."


class PlanningStore:
    """Collections of the service. Docks, slots and waiting places are seen by site and carrier.

    Three indexes are rules: an organization has one search at a time, no two tours hold the same job or the
    same half hour of a vehicle or driver, and no two slots hold the same step of a door.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.vehicles = Collection(
            database,
            Vehicle,
            "vehicles",
            Index("plate", unique=True),
            missing=VehicleUnknown,
            listings=(VEHICLES,),
        )
        self.drivers = Collection(
            database, Driver, "drivers", Index("user_id"), missing=DriverUnknown, listings=(DRIVERS,)
        )
        self.jobs = Collection(
            database,
            Job,
            "jobs",
            Index("order_id", unique=True),
            missing=JobUnknown,
            listings=(JOBS,),
        )
        self.tours = Collection(
            database,
            Tour,
            "tours",
            Index("holds", unique=True),
            Index("starts_at"),
            Index("driver_user_id", "starts_at"),
            Index("state", "ends_at", everywhere=True),
            missing=TourUnknown,
        )
        self.plans = Collection(
            database,
            Plan,
            "plans",
            Index("turn", unique=True),
            Index("changed_at", everywhere=True),
            missing=PlanUnknown,
        )
        self.docks = Collection(database, Dock, "docks", shared=True, missing=DockUnknown, listings=(DOCKS,))
        self.slots = Collection(
            database,
            Slot,
            "slots",
            Index("cells", unique=True, everywhere=True),
            shared=True,
            missing=SlotUnknown,
            listings=(SLOTS,),
        )
        self.waitings = Collection(
            database,
            Waiting,
            "waitings",
            Index("key", unique=True, everywhere=True),
            Index("dock_id", "created_at"),
            shared=True,
        )

    async def live_tours(self, since: datetime, until: datetime) -> list[Tour]:
        """Drafts and published tours that touch that time."""
        touching = {
            "state": {"$in": LIVE},
            "starts_at": {"$lt": until, "$gt": since - LONGEST_TOUR},
            "ends_at": {"$gt": since},
        }
        return await many(self.tours, touching, "starts_at")

    async def tours_of(self, since: datetime, until: datetime) -> int:
        """How many tours touch that time, those that are done among them."""
        return await self.tours.count(
            {
                "state": {"$in": [*LIVE, "done"]},
                "starts_at": {"$lt": until, "$gt": since - LONGEST_TOUR},
                "ends_at": {"$gt": since},
            }
        )

    async def around(self, day: date) -> list[Tour]:
        """Live tours that a tour beginning on that day could meet."""
        return await self.live_tours(paris_instant(day, 0), paris_instant(day, 0) + LONGEST_TOUR)

    async def crew_of(self, tour: Tour) -> Crew:
        return Crew(await self.vehicles.get(tour.vehicle_id), await self.drivers.get(tour.driver_id))

    async def fleet(self) -> tuple[list[Vehicle], list[Driver]]:
        """Everything in service."""
        on = {"active": True}
        return await many(self.vehicles, on, "plate"), await many(self.drivers, on, "name")

    async def job_of(self, order_id: str) -> Job | None:
        return await self.jobs.first({"order_id": order_id})

    async def jobs_of(self, ids: Sequence[str]) -> dict[str, Job]:
        found = await many(self.jobs, {"id": {"$in": list(ids)}}, "pickup_from")
        return {job.id: job for job in found}

    async def taken(self, dock: Dock, day: date) -> set[str]:
        """Cells of a dock that are held that day or over its midnights; asked for its site."""
        since, until = dock.bounds(day)
        held = {"dock_id": dock.id, "starts_at": {"$lt": until + LONGEST_SLOT, "$gte": since - LONGEST_SLOT}}
        later = {"ends_at": {"$gt": since}}
        found = await self.slots.aggregate([{"$match": held | later}, {"$project": {"cells": 1}}])
        return {cell for slot in found for cell in slot["cells"]}


async def many(collection: Collection[E], where: Mapping[str, Any], sort: str) -> list[E]:
    """Up to MOST of them, some at a time: a hundred tours, the largest, keep the loop for some 20 ms."""
    found: list[E] = []
    async for one in collection.each(where, sort, AT_A_TIME):
        found.append(one)
        if len(found) == MOST:
            break
    return found
