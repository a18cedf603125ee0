"""What core_orders promises: who is told what, deadlines, and the facts that other units tell."""

import asyncio
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial

import pytest
from msgspec import structs
from tests.services.core_orders import make
from tests.services.core_orders.conftest import GUEST, partners
from tests.services.core_orders.make import CARRIER, CONSIGNEE, SHIPPER, STRANGER
from tests.services.core_orders.test_api import (
    accept,
    assigned,
    body,
    confirmed,
    offer,
    post,
    proven,
    tendered,
    version,
)

from rt.contracts.core_orders import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderInTransit,
    OrderLoading,
    OrderPlanned,
    OrderTendered,
    ProofAccepted,
    TenderAccepted,
    TenderLapsed,
    TenderRefused,
)
from rt.contracts.ecpmr import (
    DeliverySigned,
    DocumentAmended,
    DocumentIssued,
    GetPdf,
    ReserveFact,
    ReservesNoted,
    TakeoverSigned,
)
from rt.contracts.planning import TourPublished, TourStop, TourWithdrawn
from rt.contracts.tracking_ia import StopCorrected, StopReached
from rt.kernel.core.clock import ZONE, held, now
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.log.subscriptions import subscribe
from rt.kernel.model.entity import Entity
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.messages import Download, Event
from rt.kernel.service.service import ServiceContext, Unit, serve
from rt.kernel.storage.persistence import Collection
from rt.services.core_orders import app
from rt.services.core_orders.domain.carrying import plan_of
from rt.trade.emissions import Load, of_tour

TOLD = (
    *(OrderConfirmed, OrderTendered, TenderAccepted, TenderRefused, TenderLapsed, OrderPlanned, OrderLoading),
    *(OrderInTransit, OrderDelivered, ProofAccepted, OrderCancelled),
)


class Ear:
    """Units of these tests: notifications writes down what it hears, the others tell what they are told."""

    def __init__(self) -> None:
        self.heard: list[Event] = []
        self.emitters: dict[str, Collection[Entity]] = {}

    def builds(self) -> Iterator[Callable[[ServiceContext], Unit]]:
        for name in ("notifications", "planning", "tracking_ia", "ecpmr"):
            build = partial(self._build, name)
            build.__module__ = f"rt.services.{name}.app"
            yield build

    def _build(self, name: str, context: ServiceContext) -> Unit:
        self.emitters[name] = Collection(context.database, Entity, "emitters")
        subscriptions = (
            [subscribe(kind, self.handle, since="beginning") for kind in TOLD]
            if name == "notifications"
            else []
        )
        return Unit(
            name=name,
            serves=[serve(GetPdf, self.pdf)] if name == "ecpmr" else [],
            subscriptions=subscriptions,
        )

    async def pdf(self, asked: GetPdf) -> Download:
        content = f"note {asked.document_id} for {current_org()}".encode()
        return Download(content=content, media_type="application/pdf", filename="N1.pdf")

    async def handle(self, event: Event, envelope: EventEnvelope) -> None:
        self.heard.append(event)

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.heard]


@pytest.fixture
async def ear(platform) -> Ear:
    """core_orders, partners, and an ear and emitters at the places of the units it lives with."""
    ear = Ear()
    await platform.mount(app.build, partners, *ear.builds())
    return ear


@pytest.fixture
def orders(platform, ear):
    return platform


@pytest.fixture
def says(orders, ear, acting):
    """Have an organization tell events, as its planning, tracking or eCMR would; then let everybody hear."""

    async def say(org: str, *events: Event) -> None:
        with acting(orders.actor(org, id="usr_x", name="Exploitant")):
            for event in events:
                emitter = Entity(id=new_id("mth"))
                emitter.emit(event)
                await ear.emitters[event.topic.partition(".")[0]].add(emitter)
                await orders.settle()
        parked = orders.instance("core_orders").context.database["dead_letters"]
        assert await parked.count_documents({}) == 0

    return say


def tour(order_id: str, plate: str = "AB-123-CD", tour_id: str = "tour_1") -> TourPublished:
    def stop(kind: str, hours: int) -> TourStop:
        at = make.MONDAY + timedelta(hours=hours)
        return TourStop(
            order_id=order_id, shipper_id=SHIPPER, kind=kind, site=make.site(), planned_from=at,
            planned_until=at, weight_kg=1, pallets=1,
        )  # fmt: skip

    return TourPublished(
        tour_id=tour_id, carrier_id=CARRIER, vehicle_id="veh_1", vehicle_plate=plate, driver_id="drv_1",
        driver_user_id=None, driver_name="Jo", stops=[stop("pickup", 1), stop("delivery", 20)],
    )  # fmt: skip


def test_an_order_names_the_ships_between_its_own_stops_and_no_others() -> None:
    def by(stop: TourStop, name: str) -> TourStop:
        return structs.replace(stop, ferries=[name])

    (before, _), (pickup, delivery) = tour("ord_2").stops, tour("ord_1").stops
    stops = [by(before, "Nice–Bastia"), by(pickup, "Bastia–Livourne"), by(before, "Livourne–Olbia"), delivery]
    plan = plan_of(structs.replace(tour("ord_1"), stops=[*stops, by(before, "Olbia–Nice")]), "ord_1")
    assert plan.ferries == ["Livourne–Olbia"]


def reached(order_id: str, kind: str = "pickup") -> StopReached:
    return StopReached(
        order_id=order_id,
        kind=kind,
        at=make.MONDAY,
        distance_m=30,
        source="gps",
        tour_id="tour_1",
        site_name="x",
    )


def takeover(order_id: str) -> TakeoverSigned:
    return TakeoverSigned(
        document_id="cmr_1", order_id=order_id, number="N1", signed_at=make.MONDAY, reserves=0, by_name="Jo"
    )


def signed(order_id: str, *reserves: str) -> DeliverySigned:
    return DeliverySigned(
        document_id="cmr_1", order_id=order_id, number="N1", owner_id=SHIPPER, shipper_id=SHIPPER,
        carrier_id=CARRIER, consignee_id=CONSIGNEE, consignee_name="x", site_name="y",
        signed_at=make.MONDAY, by_name="Léa",
        reserves=[ReserveFact(line=0, text=text, photos=0) for text in reserves], pallets=[],
        content_hash=make.HASH, by_org_id=CARRIER,
    )  # fmt: skip


async def look(web, order_id: str):
    return (await web().get(f"/api/orders/{order_id}")).json()


async def test_the_timeline_is_told_once_and_in_order(orders, web, ear):
    order_id = await tendered(web())
    await accept(web(CARRIER), order_id)
    await post(web(CARRIER), f"{order_id}/plan", vehicle_plate="X1", driver_name="Jo")
    for step in ("loading", "in_transit", "delivered"):
        await post(web(CARRIER), f"{order_id}/progress", reached=step, with_reserves=step == "delivered")
    await post(web(), f"{order_id}/accept-proof", **await proven(web(CARRIER), order_id))
    await orders.settle()
    assert ear.names() == [
        *("OrderConfirmed", "OrderTendered", "TenderAccepted", "OrderPlanned", "OrderLoading"),
        *("OrderInTransit", "OrderDelivered", "ProofAccepted"),
    ]
    offered, planned, delivered = ear.heard[1], ear.heard[3], ear.heard[6]
    assert (offered.order.carrier_id, offered.carrier_guest, offered.link_token) == (CARRIER, False, "")
    assert (planned.vehicle_plate, planned.driver_name) == ("X1", "Jo")
    assert delivered.with_reserves
    assert delivered.order.pickup.latitude is not None


async def test_a_guest_carrier_is_told_of_its_offer_with_a_link(orders, web, ear):
    order_id = await tendered(web(), GUEST)
    await orders.settle()
    offered = ear.heard[-1]
    assert (offered.carrier_guest, offered.carrier_email) == (True, f"contact@{GUEST}.example")
    assert offered.link_token == f"accept_tender/{order_id}/{GUEST}/tender={await offer(web(), order_id)}"


async def test_an_unanswered_offer_expires_at_its_deadline_by_itself(orders, web, ear):
    order_id = await tendered(web())
    await orders.tick()
    assert (await look(web, order_id))["state"] == "tendered"
    with held(now() + timedelta(hours=5)):
        await orders.tick()
    order = await look(web, order_id)
    assert (order["state"], order["tenders"][0]["state"]) == ("confirmed", "expired")
    assert order["history"][-1]["source"] == "timer"
    assert ear.heard[-1].expired
    assert (await web(CARRIER).get(f"/api/orders/{order_id}")).status_code == 404


async def test_a_deadline_leaves_an_accepted_order_alone(orders, web, ear):
    order_id = await tendered(web())
    await accept(web(CARRIER), order_id)
    with held(now() + timedelta(hours=5)):
        await orders.tick()
    assert (await look(web, order_id))["state"] == "assigned"


async def test_a_published_tour_plans_the_order_and_a_withdrawn_one_gives_it_back(says, web, ear):
    order_id = await assigned(web())
    await says(CARRIER, tour(order_id))
    order = await look(web, order_id)
    assert order["state"] == "planned"
    assert order["plan"]["vehicle_plate"] == "AB-123-CD"
    assert order["plan"]["planned_delivery_at"] == "2026-11-24T03:00:00Z"
    assert order["history"][-1]["source"] == "planning"
    await says(CARRIER, tour(order_id, plate="EF-456-GH"))
    assert [e.vehicle_plate for e in ear.heard if isinstance(e, OrderPlanned)] == ["AB-123-CD", "EF-456-GH"]
    await says(CARRIER, TourWithdrawn(tour_id="tour_1", order_ids=[order_id]))
    assert (await look(web, order_id))["state"] == "assigned"


async def test_a_tour_says_whose_drive_an_order_is_and_the_other_drivers_find_nothing(says, web, orders):
    order_id = await assigned(web())
    path, rights = f"/api/orders/{order_id}", {"core_orders.read", "core_orders.write"}

    async def sees(driver: str) -> set[int]:
        async with orders.web("core_orders", orders.actor(CARRIER, rights, {"driver"}, driver)) as phone:
            return {(await phone.get(one)).status_code for one in (path, f"{path}/documents")}

    assert await sees("usr_jo") == await sees("usr_al") == {200}
    await says(CARRIER, structs.replace(tour(order_id), driver_user_id="usr_jo"))
    assert (await sees("usr_jo"), await sees("usr_al")) == ({200}, {404})
    async with orders.web("core_orders", orders.actor(CARRIER, rights, {"driver"}, "usr_al")) as phone:
        emitted = await phone.post(f"{path}/progress", json={"reached": "loading"})
    assert emitted.status_code in (403, 404)
    await says(CARRIER, TourWithdrawn(tour_id="tour_1", order_ids=[order_id]))
    await says(CARRIER, structs.replace(tour(order_id, tour_id="tour_2"), driver_user_id="usr_al"))
    assert (await sees("usr_jo"), await sees("usr_al"), await sees("usr_x")) == ({200}, {200}, {404})
    assert (await web(CARRIER).get(path)).status_code == 200


async def test_truck_takeover_and_delivery_carry_the_order_through(says, web, ear):
    order_id = await assigned(web())
    await says(CARRIER, tour(order_id), reached(order_id))
    assert (await look(web, order_id))["state"] == "loading"
    await says(
        SHIPPER, DocumentIssued(document_id="cmr_1", order_id=order_id, number="N1"), takeover(order_id)
    )
    assert (await look(web, order_id))["state"] == "in_transit"
    await says(SHIPPER, signed(order_id, "2 cartons mouillés"))
    order = await look(web, order_id)
    assert (order["state"], order["with_reserves"]) == ("delivered", True)
    assert [(one["kind"], one["ecpmr_document_id"]) for one in order["documents"]] == [("waybill", "cmr_1")]
    assert [line["source"] for line in order["history"]][-4:] == ["gps", "cmr", "cmr", "cmr"]


async def test_reserves_told_late_stand_on_an_order_that_was_delivered_by_hand(says, web):
    """“Livrée sans réserve” never stands beside a reserve, whoever speaks first."""
    order_id = await assigned(web())
    await post(web(CARRIER), f"{order_id}/progress", reached="delivered")
    await says(SHIPPER, signed(order_id, "2 cartons mouillés"))
    order = await look(web, order_id)
    assert (order["with_reserves"], order["proof"]["reserves"]) == (True, 1)
    later = ReservesNoted(
        document_id="cmr_1", order_id=order_id, number="N1", step="delivery", noted_at=make.MONDAY, reserves=2
    )
    await says(CARRIER, later)
    order = await look(web, order_id)
    assert (order["proof"]["reserves"], order["history"][-1]["what"]) == (3, "reserves")


async def test_a_proof_is_accepted_as_the_note_stands_after_all_agreed_to_its_amendment(says, web):
    order_id = await assigned(web())
    await says(SHIPPER, signed(order_id))
    amended = DocumentAmended(
        document_id="cmr_1", order_id=order_id, number="N1", version=2, changed=["vehicle_plate"],
        to_sign=["carrier"], content_hash=make.HASH,
    )  # fmt: skip
    await says(SHIPPER, amended)
    assert (await look(web, order_id))["proof"]["content_hash"] == make.HASH
    await says(SHIPPER, structs.replace(amended, to_sign=[], content_hash="b" * 64))
    proof = (await look(web, order_id))["proof"]
    assert proof["content_hash"] == "b" * 64
    named = {name: proof[name] for name in ("document_id", "content_hash")}
    stale = await web().post(f"/api/orders/{order_id}/accept-proof", json=named | {"content_hash": make.HASH})
    assert stale.json()["code"] == "proof_changed"
    assert (await post(web(), f"{order_id}/accept-proof", **named))["state"] == "pod_ok"


async def test_the_note_is_read_from_ecpmr_on_behalf_of_its_reader(says, web):
    order_id = await assigned(web())
    await says(SHIPPER, DocumentIssued(document_id="cmr_1", order_id=order_id, number="N1"))
    document = (await look(web, order_id))["documents"][0]["document_id"]
    path = f"/api/orders/{order_id}/documents/{document}"
    assert (await web(CARRIER).get(path)).content == f"note cmr_1 for {CARRIER}".encode()
    elsewhere = await web().get(f"{path}/url")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (409, "note_kept_elsewhere")


async def test_facts_that_come_out_of_order_carry_it_forward_and_never_back(says, web, ear):
    order_id = await assigned(web())
    await says(CARRIER, tour(order_id))
    await says(SHIPPER, signed(order_id))
    await says(SHIPPER, takeover(order_id))
    await says(CARRIER, reached(order_id), tour(order_id, plate="LATE"))
    order = await look(web, order_id)
    assert (order["state"], order["plan"]["vehicle_plate"]) == ("delivered", "AB-123-CD")
    whats = [line["what"] for line in order["history"]]
    assert whats[-3:] == ["delivered", "in_transit_late", "loading_late"]
    assert "OrderInTransit" not in ear.names()


async def test_a_time_that_was_told_wrongly_is_put_right_in_the_history_and_moves_nothing(says, web):
    order_id = await assigned(web())
    await says(CARRIER, tour(order_id), reached(order_id))
    emitted = {"order_id": order_id, "kind": "pickup", "tour_id": "tour_1", "site_name": "x"}
    later = make.MONDAY + timedelta(minutes=80)
    put_right = StopCorrected(what="departure", before=make.MONDAY, after=later, **emitted)
    never = StopCorrected(what="arrival", before=make.MONDAY, after=None, **emitted)
    await says(STRANGER, put_right)
    await says(CARRIER, put_right, never)
    order = await look(web, order_id)
    begin, end = (f"{at.astimezone(ZONE):%d/%m %H:%M}" for at in (make.MONDAY, later))
    assert order["state"] == "loading"
    assert [(line["what"], line["note"]) for line in order["history"]][-2:] == [
        ("pickup_departure_corrected", f"{begin} → {end}"),
        ("pickup_arrival_corrected", f"{begin} → —"),
    ]


async def test_the_truck_at_the_delivery_has_not_delivered(says, web):
    order_id = await assigned(web())
    await says(CARRIER, tour(order_id), reached(order_id, "delivery"))
    assert (await look(web, order_id))["state"] == "planned"


async def test_what_strangers_tell_about_an_order_changes_nothing(says, web):
    order_id = await assigned(web())
    before = await look(web, order_id)
    await says(STRANGER, tour(order_id), reached(order_id), takeover(order_id), signed(order_id))
    await says(CONSIGNEE, tour(order_id))
    assert await look(web, order_id) == before


async def test_a_cancelled_order_tells_the_carrier_it_had(orders, web, ear):
    order_id = await tendered(web())
    await post(web(), f"{order_id}/cancel", version=await version(web(), order_id), reason="client parti")
    await orders.settle()
    assert (ear.heard[-1].order.carrier_id, ear.heard[-1].reason) == (CARRIER, "client parti")


async def test_numbers_are_unique_when_many_create_at_once(orders, web):
    answers = await asyncio.gather(*(web().post("/api/orders", json=body()) for _ in range(60)))
    numbers = [answer.json()["reference"] for answer in answers]
    assert len(set(numbers)) == 60


async def test_a_confirmed_order_is_in_the_consignees_sight_and_a_draft_is_not(orders, web):
    draft = (await web().post("/api/orders", json=body())).json()["order_id"]
    assert (await web(CONSIGNEE).get(f"/api/orders/{draft}")).status_code == 404
    firm = await confirmed(web())
    assert (await web(CONSIGNEE).get(f"/api/orders/{firm}")).status_code == 200


async def test_a_published_tour_says_what_the_order_emits_and_nothing_of_the_others(says, web, ear):
    order_id = await assigned(web())
    loads = [Load(order_id, 4_000, 60), Load("ord_of_another", 6_000, 100)]
    emissions = of_tour(190, loads, "rigid_19", make.MONDAY.date(), basis="net")
    await says(CARRIER, structs.replace(tour(order_id), emissions=emissions))
    answer = (await web().get(f"/api/orders/{order_id}/emissions")).json()["emissions"]
    assert (answer["method"], answer["grams"]) == ("tour", emissions.shares[0].grams)
    assert "190" not in json.dumps(answer), "how far the truck goes for others is the carrier's affair"
    more = of_tour(230, [*loads, Load("ord_3", 500, 40)], "rigid_19", make.MONDAY.date(), basis="net")
    await says(CARRIER, structs.replace(tour(order_id), emissions=more, again=True))
    answer = (await web().get(f"/api/orders/{order_id}/emissions")).json()["emissions"]
    assert answer["grams"] == more.shares[0].grams
    assert [type(one) for one in ear.heard].count(OrderPlanned) == 1


async def test_goods_that_change_trucks_keep_what_the_first_tour_emitted_for_them(says, web):
    order_id, day = await assigned(web()), make.MONDAY.date()
    broken = of_tour(30, [Load(order_id, 4_000, 30)], "rigid_19", day)
    rescue = of_tour(50, [Load(order_id, 4_000, 40)], "rigid_19", day)
    await says(CARRIER, structs.replace(tour(order_id), emissions=of_tour(70, [], "rigid_19", day)))
    first, last = tour(order_id).stops
    off, on = (structs.replace(first, kind=kind, transfer=True) for kind in ("delivery", "pickup"))
    await says(CARRIER, structs.replace(tour(order_id), stops=[first, off], emissions=broken, again=True))
    await says(CARRIER, structs.replace(tour(order_id, "R1", "tour_2"), stops=[on, last], emissions=rescue))
    answer = (await web().get(f"/api/orders/{order_id}/emissions")).json()["emissions"]
    assert answer["grams"] == pytest.approx(broken.grams + rescue.grams)
