"""A carrier's day among the orders of `lists.py`: its fleet, basket, tours on the road and their positions.

Vehicles, drivers, jobs and tours are made and checked by planning's own rules; the orders on tour are stored
ones, given sites and times of today. Publishing the tours is heard by all units, so that orders are planned,
followed and watched as ever; positions come in as drivers' phones send them. The trail beside it is copies of
one event that these tours emitted, numbered before the first, so that nobody hears them.
"""

import asyncio
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import msgspec
from tests.conftest import TestPlatform

from rt.contracts.planning import WorkingHours
from rt.contracts.tracking_ia import RecordPositions
from rt.kernel.core.clock import now
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.event_log import EVENT_LOG
from rt.kernel.service.client import Services
from rt.services.authz.domain.roles import RIGHTS
from rt.services.core_orders.domain.line import OrderLine
from rt.services.core_orders.store import OrderStore
from rt.services.planning.domain.accepted import job_of
from rt.services.planning.domain.fleet import Crew, Driver, Vehicle
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.tour import Tour, new_tour
from rt.services.planning.store import PlanningStore
from rt.trade.places import Address, Site
from rt.trade.zones import PARIS, day_at

CREWS, TOURS, BASKET = 200, 150, 3_000
COMING = 100
"""Orders on tour that go to the measured recipient."""
FIXES = 240
"""Positions of each truck: two hours, one every 30 seconds."""
LATELY = 10
"""Of these come after the rest was judged: as many as tracking has to read on from a mark on average."""
DEPOT = Site(
    name="Dépôt", address=Address(city="Paris", postal_code="75001"), latitude=48.8566, longitude=2.3522
)
BATCH = 1_000


class Fleet:
    """What of a carrier is put beside its orders."""

    def __init__(self, platform: TestPlatform, carrier: str, recipient: str) -> None:
        self.platform, self.carrier, self.recipient = platform, carrier, recipient
        self.planning = PlanningStore(platform.database("planning"))
        self.orders = OrderStore(platform.database("core_orders"))
        self.chance = random.Random(7)
        self.begun = now() - timedelta(hours=2)
        self.tours: list[Tour] = []

    async def begin(self) -> None:
        """All of it, and what the units make of it; they keep their leases however long that takes."""
        keeping = asyncio.create_task(self.platform.leases.run())
        try:
            await self._begin()
        finally:
            keeping.cancel()

    async def _begin(self) -> None:
        with acting_for(self.carrier):
            crews = [await self._crew(n) for n in range(CREWS)]
            jobs = await self._jobs()
            for n, crew in enumerate(crews[:TOURS]):
                self.tours.append(await self._tour(crew, list(jobs[n::TOURS])))
            await self._basket()
        self.platform.instances["planning"].outbox.scan()
        await self.platform.settle()
        for sent in (slice(FIXES - LATELY), slice(FIXES - LATELY, FIXES)):
            for tour in self.tours:
                await self._drive(tour, sent)
            await self.platform.settle()

    async def _crew(self, n: int) -> Crew:
        """A van that no Sunday keeps off the road, and a driver who began an hour before the first stop."""
        begins = (self.begun - timedelta(hours=1)).astimezone(PARIS)
        minute = begins.hour * 60 + begins.minute
        until = min(minute + 13 * 60, 24 * 60 - 1)
        hours = [WorkingHours(weekday=day, from_minute=minute, until_minute=until) for day in range(7)]
        driver = Driver(
            id=f"drv_fleet{n:04d}",
            org_id=self.carrier,
            name=f"Conducteur {n}",
            user_id=f"usr_fleet{n:04d}",
            hours=hours,
        )
        vehicle = Vehicle(
            id=f"veh_fleet{n:04d}",
            org_id=self.carrier,
            plate=f"AB-{n:03d}-FL",
            kind="rigid",
            capacity_kg=20_000,
            capacity_pallets=60,
            capacity_loading_metres=20,
            gross_weight_t=3.5,
            depot=DEPOT,
            usual_driver_id=driver.id,
        )
        return Crew(await self.planning.vehicles.add(vehicle), await self.planning.drivers.add(driver))

    def _site(self, n: int) -> Site:
        """Somewhere within an hour of the depot."""
        return Site(
            name=f"Magasin {n}",
            address=Address(city="Paris", postal_code=f"750{n % 20 + 1:02d}"),
            latitude=48.8566 + self.chance.uniform(-0.15, 0.15),
            longitude=2.3522 + self.chance.uniform(-0.2, 0.2),
        )

    async def _jobs(self) -> list[Job]:
        """Three or four stored orders for each tour, to be done today, as planning keeps them."""
        stored = self.platform.database("core_orders")["core_orders.orders"]
        where = {"carrier_id": self.carrier, "state": "closed"}
        found = await stored.find(where, {"stops": 1, "seen_by": 1}).limit(TOURS * 7 // 2).to_list()
        jobs = []
        for n, one in enumerate(found):
            pickup, delivery = one["stops"]
            until = self.begun + timedelta(hours=12)
            times = {"from_at": self.begun, "until_at": until}
            changed: dict[str, Any] = {
                "state": "assigned",
                "pickup_at": self.begun,
                "delivery_at": self.begun,
                "stops": [
                    pickup | times | {"site": _stored(DEPOT)},
                    delivery | times | {"site": _stored(self._site(n))},
                ],
            }
            if n < COMING:
                parts = [*one["seen_by"][:2], self.recipient]
                changed |= {"consignee_id": self.recipient, "seen_by": parts}
            await stored.update_one({"_id": one["_id"]}, {"$set": changed})
            order: OrderLine = await self.orders.orders.get(one["_id"])
            jobs.append(await self._job(order, f"job_tour{n:05d}"))
        return jobs

    async def _job(self, order: Any, id: str) -> Job:
        job = job_of(order.summary_view(), id)
        job.org_id = self.carrier
        return await self.planning.jobs.add(job)

    async def _tour(self, crew: Crew, jobs: list[Job]) -> Tour:
        """Pick all up at the depot, then bring them one by one; sent to the driver."""
        tour = new_tour(f"tou_{crew.vehicle.id[4:]}", crew, day_at(self.begun))
        pairs = [job.stops() for job in jobs]
        tour.arrange([*(pickup for pickup, _ in pairs), *(delivery for _, delivery in pairs)], crew)
        tour.hold()
        tour.publish()
        for job in jobs:
            async with self.planning.jobs.change(job.id) as stored:
                stored.plan(tour.id)
        return await self.planning.tours.add(tour)

    async def _basket(self) -> None:
        """Jobs of other orders that wait, to be picked up today or in the days after."""
        stored = self.platform.database("core_orders")["core_orders.orders"]
        where = {"carrier_id": self.carrier, "state": "closed"}
        async for one in stored.find(where, {"_id": 1}).limit(BASKET):
            job = job_of((await self.orders.orders.get(one["_id"])).summary_view(), f"job_{one['_id'][4:]}")
            later = self.begun + timedelta(hours=self.chance.randrange(72))
            job.org_id, job.delivery = self.carrier, self._site(self.chance.randrange(1_000))
            job.pickup_from, job.pickup_until = later, later + timedelta(hours=4)
            job.delivery_from, job.delivery_until = later, later + timedelta(hours=12)
            await self.planning.jobs.add(job)

    async def _drive(self, tour: Tour, some: slice) -> None:
        """Some of what the driver's phone sends: from the depot towards the second delivery."""
        rights = set(RIGHTS["driver"])
        actor = self.platform.actor(self.carrier, rights, {"driver"}, tour.driver_user_id or "")
        phone = Services(self.platform.keys.of("portal_transporter"), self.platform.client_of)
        goal = tour.stops[-1].site
        points = []
        for n in range(FIXES):
            share = max(0.0, n / FIXES - 0.7) / 2
            points.append(
                {
                    "at": self.begun + timedelta(hours=2, seconds=-30 * (FIXES - n)),
                    "latitude": _between(DEPOT.latitude, goal.latitude, share),
                    "longitude": _between(DEPOT.longitude, goal.longitude, share),
                    "speed_kmh": 40.0,
                }
            )
        sent = RecordPositions(points=points[some])
        told = await phone.using(self.platform.token(actor)).ask(sent, key=f"drive {tour.id} {some.start}")
        assert told.new == len(sent.points), told


def _between(one: float | None, other: float | None, share: float) -> float:
    return (one or 0) + ((other or 0) - (one or 0)) * share


def _stored(site: Site) -> dict[str, Any]:
    kept: dict[str, Any] = msgspec.to_builtins(site)
    return kept


async def trail(platform: TestPlatform, org_ids: list[str], count: int) -> None:
    """So many lines of the audit trail, a tenth of them of each of some organizations in turn."""
    log = platform.database("kernel")[EVENT_LOG]
    model = await log.find_one({"topic": "core_orders.order.planned"})
    assert model is not None
    batch = []
    for n, line in enumerate(_lines(model, org_ids, count), start=1):
        batch.append(line)
        if len(batch) == BATCH or n == count:
            await log.insert_many(batch, ordered=False)
            batch = []


def _lines(model: dict[str, Any], org_ids: list[str], count: int) -> Iterator[dict[str, Any]]:
    begun: datetime = now() - timedelta(days=300)
    for n in range(count):
        order_id, reference = f"ord_{n:016x}", f"2026-{n:07d}"
        org_id = org_ids[n % 10] if n % 10 < len(org_ids) else f"org_ship_{n % 2_000}"
        yield {
            **model,
            "_id": f"evt_{n:024x}",
            "partition": f"core_orders.{n % 8}",
            "seq": -1 - n // 8,
            "at": begun + timedelta(days=300) * n / count,
            "org_id": org_id,
            "entity_id": order_id,
            "ids": [order_id, org_id, *model["ids"][:4]],
            "labels": [reference, f"bk{n:07d}"],
        }
