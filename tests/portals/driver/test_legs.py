"""Two drivers of two houses carry one consignment: each sees its own drive, and they sign the handover."""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.conftest import TestPlatform
from tests.portals.delivery import FEURS, LYON
from tests.portals.driver.world import DAY, MORNING, Phone, World, queued, signing
from tests.portals.world import Links, Organization

from rt.contracts.core_orders import (
    AssignCarrier,
    GetOrder,
    LegAsked,
    LoadAsked,
    ReadOrder,
    Stop,
    Subcontract,
)
from rt.contracts.planning import AddDriver, AddVehicle, AssignJob, FindJobs, PublishTour
from rt.kernel.core.clock import held
from rt.trade.places import Address, Contact, Site

HUB = Site(
    name="Plateforme Givors",
    address=Address(street="1 quai", postal_code="69700", city="Givors"),
    contact=Contact(name="Quai", phone="+33 4 72 00 00 01"),
    latitude=45.59,
    longitude=4.77,
)
HOUR = timedelta(hours=1)
PRICES = ("31117", "29989", "48517")


class LegWorld(World):
    """The order is given on: Lucie of one house drives to a hub, Thomas of another from there."""

    houses: dict[str, Organization]
    legs: dict[str, str]

    async def begin(self) -> "LegWorld":
        await self.meet()
        await self.ordered(MORNING + 2 * HOUR, MORNING + 8 * HOUR)
        await self.assigned()
        self.houses = {
            "lucie": await self.organization("Transports Lucie", "carrier"),
            "thomas": await self.organization("Transports Thomas", "carrier"),
        }
        for house in self.houses.values():
            await self.partners(self.carrier, house)
        version = (await self.ask(self.carrier, GetOrder(order_id=self.order_id))).version
        load = LoadAsked(order_id=self.order_id, pickup_stop=0, delivery_stop=1)
        asked = [
            LegAsked(stops=[stop("pickup", FEURS, 2), stop("delivery", HUB, 4)], loads=[load]),
            LegAsked(stops=[stop("pickup", HUB, 5), stop("delivery", LYON, 8)], loads=[load]),
        ]
        read = [ReadOrder(order_id=self.order_id, version=version)]
        made = await self.say(self.carrier, Subcontract(orders=read, legs=asked))
        self.legs = dict(zip(self.houses, made.order_ids, strict=True))
        for (who, order_id), cents in zip(self.legs.items(), PRICES, strict=False):
            await self.given(who, order_id, int(cents))
        return self

    async def given(self, who: str, order_id: str, cents: int) -> None:
        """The leg is its house's, and on a published tour of the driver's."""
        house, name = self.houses[who], who.capitalize()
        version = (await self.ask(self.carrier, GetOrder(order_id=order_id))).version
        message = AssignCarrier(order_id=order_id, version=version, carrier_id=house.id, agreed_cents=cents)
        await self.say(self.carrier, message)
        (job,) = (await self.ask(house, FindJobs())).items
        user_id = await self.member(house.id, name, "driver", self.address(who))
        driver = await self.ask(house, AddDriver(name=name, user_id=user_id))
        truck = await self.ask(
            house,
            AddVehicle(
                plate=f"AB-12{len(who)}-CD",
                kind="rigid",
                capacity_kg=10_000,
                capacity_pallets=18,
                capacity_loading_metres=7.2,
                gross_weight_t=19,
                depot=FEURS,
            ),
        )
        on_tour = AssignJob(
            job_id=job.job_id, vehicle_id=truck.vehicle_id, driver_id=driver.driver_id, day=DAY
        )
        tour = await self.ask(house, on_tour)
        await self.say(house, PublishTour(tour_id=tour.tour_id, version=tour.version))


def stop(kind: Any, site: Site, hours: int) -> Stop:
    at: datetime = MORNING + hours * HOUR
    return Stop(kind=kind, site=site, from_at=at, until_at=at + 2 * HOUR)


@pytest.fixture
async def chain(units: tuple[TestPlatform, Links]) -> Any:
    with held(MORNING):
        yield await LegWorld(*units).begin()


async def test_each_driver_has_its_stops_with_the_note_that_travels(chain: LegWorld) -> None:
    for who, (takes, gives) in {
        "lucie": ("takeover", "handover"),
        "thomas": ("handover", "delivery"),
    }.items():
        day = await (await Phone(chain).sign_in(who)).day()
        (tour,) = day["day"]["tours"]
        assert {one["order_id"] for one in tour["stops"]} == {chain.legs[who]}
        (note,) = day["documents"]
        assert note["order_id"] == chain.order_id
        (own,) = [leg for leg in note["legs"] if leg["leg_id"] == chain.legs[who]]
        assert (own["takes"], own["gives"]) == (takes, gives)
        at = {one["kind"]: (one["site"]["name"], one["site"]["address"]["city"]) for one in tour["stops"]}
        assert at == {
            "pickup": (own["pickup_name"], own["pickup_city"]),
            "delivery": (own["delivery_name"], own["delivery_city"]),
        }
        told = json.dumps(day)
        assert not [price for price in PRICES if price in told]


async def test_two_phones_sign_takeover_handover_and_delivery_offline_and_the_legs_follow(
    chain: LegWorld,
) -> None:
    lucie, thomas = await Phone(chain).sign_in("lucie"), await Phone(chain).sign_in("thomas")
    (note,) = (await lucie.day())["documents"]
    first, second = chain.legs["lucie"], chain.legs["thomas"]

    def at(hours: float) -> str:
        return (MORNING + hours * HOUR).isoformat()

    def record(name: str, kind: str, leg: str, hours: float) -> dict[str, Any]:
        body = {"document_id": note["document_id"], "stop": kind, "happened_at": at(hours), "leg_id": leg}
        return queued(name, body)

    with held(MORNING + 10 * HOUR):
        told = [
            record("RecordArrival", "pickup", first, 2),
            queued("SignTakeover", signing(note, "sender", happened_at=at(2.4))),
            record("RecordDeparture", "pickup", first, 2.5),
            record("RecordArrival", "delivery", first, 4),
        ]
        assert [one["status"] for one in await lucie.say(*told)] == [200] * 4
        alone = signing(note, "carrier", happened_at=at(4.2), leg_id=second)
        alone.pop("countersignature")
        brought = queued("SignHandover", alone)
        assert [
            one["status"]
            for one in await lucie.say(brought, record("RecordDeparture", "delivery", first, 4.4))
        ] == [200, 200]
        taken = record("RecordArrival", "pickup", second, 5)
        assert [one["status"] for one in await thomas.say(taken)] == [200]
        said = signing(
            note,
            "carrier",
            happened_at=at(5.1),
            leg_id=second,
            reserves=[{"text": "3 cartons éventrés", "line": 1, "damaged_quantity": 3}],
        )
        said["countersignature"] |= {"party": "successor"}
        for _ in range(2):
            assert (await thomas.say(queued("SignHandover", said, id="handover-0001")))[0]["status"] == 200
        rest = [
            record("RecordDeparture", "pickup", second, 5.5),
            record("RecordArrival", "delivery", second, 8),
            queued("SignDelivery", signing(note, "consignee", happened_at=at(8.2))),
            record("RecordDeparture", "delivery", second, 8.5),
        ]
        assert [one["status"] for one in await thomas.say(*rest)] == [200] * 4
        for order_id in (chain.order_id, first, second):
            assert (await chain.say(chain.carrier, GetOrder(order_id=order_id))).state == "delivered"
        after = (await lucie.day())["documents"][0]
    assert after["held_by"] == second
    assert [one["given_over_at"] is not None for one in after["legs"]] == [True, True]
    assert [(one["stop"], one["leg_id"]) for one in after["times"]] == [
        ("pickup", ""),
        ("pickup", ""),
        ("delivery", first),
        ("delivery", first),
        ("pickup", second),
        ("pickup", second),
        ("delivery", ""),
        ("delivery", ""),
    ]
