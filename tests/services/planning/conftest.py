"""A planning service with a carrier, a site and what they say to it."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from tests.conftest import TestPlatform
from tests.services.planning import make

from rt.contracts import core_orders
from rt.contracts import planning as contract
from rt.contracts.authz import GetKeys, GetOrganization, GetUser, KeySetView, OrganizationView, UserView
from rt.contracts.core_orders import GetOrder
from rt.kernel.core.clock import held
from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.model.entity import Entity
from rt.kernel.service.service import Unit, serve
from rt.kernel.storage.persistence import Collection
from rt.services.planning.app import build

READ, WRITE = {"planning.read"}, {"planning.read", "planning.write"}


class Told(Entity):
    """Something of another service that tells what a test wants told."""


class Office:
    """One organization's user, asking by messages."""

    def __init__(self, platform, actor):
        self.platform = platform
        self.actor = actor
        self.client = platform.web("planning", actor)

    async def say(self, message, **headers):
        """The status and answer of a message."""
        shape = type(message).shape
        fields = msgspec.to_builtins(message)
        way = shape.route
        for name in shape.path_fields:
            way = way.replace("{" + name + "}", str(fields.pop(name)))
        given = {name: value for name, value in fields.items() if value is not None}
        where = {"params": given} if shape.method == "GET" else {"json": fields}
        answer = await self.client.request(shape.method, way, headers=headers, **where)
        is_json = "json" in answer.headers.get("content-type", "")
        return answer.status_code, answer.json() if is_json else answer

    async def get(self, message, **headers):
        """The answer of a message that must succeed."""
        status, answer = await self.say(message, **headers)
        assert status < 300, answer
        return answer

    async def refused(self, message, **headers):
        """The code of the refusal of a message that must be refused."""
        status, answer = await self.say(message, **headers)
        assert status >= 400, answer
        return answer["code"]


class World:
    """A platform with planning; core_orders and authz know what the test has put there and refuse the
    rest."""

    def __init__(self, platform: TestPlatform) -> None:
        self.platform = platform
        self.teller = None
        self.orders = {}
        self.members = {("carrier", "usr_anne")}
        self.standings = {}

    async def begin(self) -> "World":
        def orders(context):
            self.teller = Collection(context.database, Told, "outbox")
            return Unit(name="core_orders", serves=[serve(GetOrder, self._order)])

        def people(context):
            answers = [
                serve(GetUser, self._user),
                serve(GetOrganization, self._card),
                serve(GetKeys, self._keys),
            ]
            return Unit(name="authz", serves=answers)

        orders.__module__ = "rt.services.core_orders.app"
        people.__module__ = "rt.services.authz.app"
        await self.platform.mount(build, orders, people)
        self.carrier = self.office("carrier")
        self.site = self.office("consignee")
        return self

    async def _order(self, asked):
        if (current_org(), asked.order_id) not in self.orders:
            raise NotFound
        return self.orders[current_org(), asked.order_id]

    async def _user(self, asked):
        if (current_org(), asked.user_id) not in self.members:
            raise NotFound
        return UserView(
            user_id=asked.user_id, email="a@b.example", name="Anne", role="driver", state="active", mfa=False
        )

    async def _card(self, asked):
        standing = self.standings.get((current_org(), asked.organization_id))
        if asked.organization_id == current_org():
            standing = "self"
        if standing is None:
            raise NotFound
        return OrganizationView(
            id=asked.organization_id, name="X", kind="shipper", country="FR", siret="", vat="", email="",
            phone="", language="fr", guest=False, suspended=False, standing=standing,
        )  # fmt: skip

    async def _keys(self, asked):
        return KeySetView(keys=[])

    def office(self, org: str, rights: Iterable[str] = WRITE, **more: Any) -> Any:
        return Office(self.platform, self.platform.actor(org=org, rights=set(rights), **more))

    async def emit(self, event, org="shipper"):
        """Have core_orders tell an event and everybody hear it."""
        with acting_for(org):
            emitted = Told(id=new_id("told"))
            emitted.emit(event)
            await self.teller.add(emitted)
        await self.platform.settle()

    async def job(self, **more):
        """An accepted order in the carrier's basket."""
        order = make.order(**more)
        await self.emit(core_orders.TenderAccepted(order=order))
        page = await self.carrier.get(contract.FindJobs(q=order.reference))
        return next(one for one in page["items"] if one["order_id"] == order.order_id)

    async def crew(self, **more):
        driver = await self.carrier.get(contract.AddDriver(name="Anne Petit", **more.pop("driver", {})))
        built = make.vehicle()
        values = {
            "plate": built.plate, "kind": "rigid", "capacity_kg": 10_000, "capacity_pallets": 18,
            "capacity_loading_metres": 7.2, "gross_weight_t": 19, "depot": make.site("Paris"),
        }  # fmt: skip
        vehicle = await self.carrier.get(contract.AddVehicle(**(values | more)))
        return vehicle, driver

    async def tour(self, job=None, crew=None):
        """A draft with one job on it."""
        job = job or await self.job()
        vehicle, driver = crew or await self.crew()
        return await self.carrier.get(assign(job, vehicle, driver))

    async def plan(self, **more):
        """A search asked for and finished."""
        asked = contract.Optimise(**({"day": make.DAY, "days": 1, "budget_seconds": 0.5} | more))
        plan = await self.carrier.get(asked)
        await self.platform.tick()
        return await self.carrier.get(contract.GetOptimisedPlan(plan_id=plan["plan_id"]))

    async def dock(self, **more):
        weekdays = [contract.OpeningHours(weekday=n, from_minute=480, until_minute=720) for n in range(5)]
        values = {"name": "Quai 1", "site": make.site("Reims"), "hours": weekdays}
        return await self.site.get(contract.AddDock(**(values | more)))


def assign(job, vehicle, driver, **more):
    return contract.AssignJob(
        job_id=job["job_id"], vehicle_id=vehicle["vehicle_id"], driver_id=driver["driver_id"],
        **({"day": make.DAY} | more),
    )  # fmt: skip


def booking(job, dock, hour=8, long=0.5, **more):
    values = {
        "order_id": job["order_id"], "kind": "delivery", "dock_id": dock["dock_id"],
        "starts_at": make.at(hour), "ends_at": make.at(hour + long),
    }  # fmt: skip
    return contract.BookSlot(**(values | more))


@pytest.fixture
async def world(platform):
    with held(make.NOON_BEFORE):
        yield await World(platform).begin()
