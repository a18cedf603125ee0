"""What carrying an order emits: of its tour or estimated, for those who agreed on it; iLEAP for systems."""

from decimal import Decimal
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import Meta, structs
from tests.services.core_orders import make
from tests.services.core_orders.make import CARRIER, CLIENT, CONSIGNEE, LOGISTICIAN, PARTIES, SENDER, SHIPPER
from tests.services.core_orders.test_api import assigned, new, post
from tests.services.core_orders.test_legs import given_on, held_by, held_order, leg, subcontract

from rt.contracts.core_orders import PlanView
from rt.services.core_orders.domain.emitting import Figure, emissions_view, figure
from rt.services.core_orders.domain.ileap.footprints import Shipment, products
from rt.services.core_orders.domain.order import Order
from rt.trade.emissions import Emissions, Load, of_share, of_tour

DAY = make.MONDAY.date()
COMPANY = ("Transports Martin", CARRIER)


def share(order_id: str = "ord_1", others_kg: float = 6_000) -> Emissions:
    loads = [Load(order_id, 4_000, 60), Load("ord_2", others_kg, 100)]
    found = of_share(of_tour(190, loads, "rigid_19", DAY, basis="net"), order_id)
    assert found
    return found


def on_tour(order: Order, emissions: Emissions | None, tour_id: str = "tour_1") -> None:
    plan = PlanView(vehicle_plate="AB-123-CD", driver_name="Jo", tour_id=tour_id)
    order.planned_on_tour(make.author(CARRIER), plan, emissions=emissions)


def known(order: Order) -> Emissions:
    found = figure(order).emissions
    assert found
    return found


def test_without_a_tour_it_is_estimated_on_the_road_net():
    found = known(make.order("assigned"))
    assert (found.method, found.mass_kg) == ("estimate", 4_000)
    assert found.distance_basis.startswith("road net ")
    assert 55 < found.distance_km < 75  # Lyon 7e - Saint-Étienne
    assert found.grams == pytest.approx(found.tonne_km * 0.342 * 3_170 / 12.5)
    assert found.level == 1
    assert found.factor
    assert found.factor.vehicle_class == "artic_40"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"equipment": "rigid_12t"}, "rigid_12"),
        ({"requirements": ["temperature"]}, "artic_40_cold"),
        ({"equipment": "semi_reefer"}, "artic_40_cold"),
    ],
)
def test_the_vehicle_that_was_asked_for_decides_the_class(values, code):
    assert known(make.order("draft", **values)).factor.vehicle_class == code


def test_a_tours_share_holds_while_the_tour_does_and_follows_it():
    order = make.order("assigned")
    on_tour(order, share())
    assert known(order) == share()
    on_tour(order, share(others_kg=12_000))
    assert known(order) == share(others_kg=12_000), "another order joined, though nobody is told of the plan"
    order.unplanned(make.author(CARRIER), "tour_1")
    assert known(order).method == "estimate"
    order.plan_by_hand(make.author(CARRIER), PlanView(vehicle_plate="X1", driver_name=""))
    assert known(order).method == "estimate", "a truck named by hand is no tour"


def test_goods_that_changed_trucks_emitted_on_both_and_the_trucks_lose_nothing():
    order, other = make.order("assigned"), make.order("assigned")
    other.id = "ord_2"
    broken = of_tour(30, [Load("ord_1", 4_000, 30), Load("ord_2", 4_000, 30)], "rigid_19", DAY)
    rescue = of_tour(90, [Load("ord_1", 4_000, 40), Load("ord_2", 4_000, 20)], "artic_40", DAY)
    for one in (order, other):
        one.changed_trucks(make.author(CARRIER), "tour_1", of_share(broken, one.id))
        on_tour(one, of_share(rescue, one.id), "tour_2")
    parts = known(order), known(other)
    assert sum(one.grams for one in parts) == pytest.approx(broken.grams + rescue.grams, rel=1e-9)
    assert [(one.method, one.mass_kg, one.distance_km) for one in parts] == [
        ("tour", 4_000, pytest.approx(70)),
        ("tour", 4_000, pytest.approx(50)),
    ]
    order.changed_trucks(make.author(make.STRANGER), "tour_9", None)
    assert known(order) == parts[0]
    order.changed_trucks(make.author(CARRIER), "tour_1", None)
    assert known(order).method == "estimate", "of the first truck nothing is known"


def test_a_truck_that_breaks_down_later_emits_less_for_what_it_had_delivered():
    order = make.order("delivered")
    order.plan = PlanView(vehicle_plate="AB-123-CD", driver_name="Jo", tour_id="tour_1")
    order.emissions = share()
    on_tour(order, share(others_kg=12_000))
    assert known(order) == share(others_kg=12_000)
    on_tour(order, share(others_kg=1), "tour_2")
    assert known(order) == share(others_kg=12_000), "another tour has no part in it any more"
    order.state = "invoiced"
    on_tour(order, share())
    assert known(order) == share(others_kg=12_000)


def test_a_tour_that_tells_nothing_leaves_the_estimate_and_a_strangers_tells_nothing():
    order = make.order("assigned")
    on_tour(order, None)
    assert known(order).method == "estimate"
    plan = PlanView(vehicle_plate="X", driver_name="", tour_id="tour_9")
    order.planned_on_tour(make.author(make.STRANGER), plan, emissions=share())
    assert known(order).method == "estimate"


def test_what_is_not_known_is_said_instead_of_guessed():
    assert figure(make.order("draft", goods=[make.goods(weight_kg=0)])) == Figure(None, "weight")
    nowhere = make.pickup(site=make.site("Nulle part", "Zzyzx", "99999"))
    assert figure(make.order("confirmed", stops=[nowhere, make.delivery()])) == Figure(None, "place")


def test_a_crossing_on_the_way_is_named_with_its_own_factor():
    dover = make.site("Quai", "Dover", "CT16 1JA")
    dover = structs.replace(dover, address=structs.replace(dover.address, country="GB"))
    found = known(make.order("confirmed", stops=[make.pickup(), make.delivery(site=dover)]))
    assert len(found.ships) == 1
    assert found.ships[0].name
    assert found.grams > found.tonne_km * found.grams_per_tonne_km


def test_the_law_wants_it_told_where_somebody_carries_for_others_from_or_to_france():
    def due(order: Order) -> bool:
        return emissions_view(order, Figure(None), make.author()).due

    assert due(make.order("assigned"))
    assert not due(make.order("confirmed"))
    own = make.order("assigned")
    own.carrier_id = SHIPPER
    assert not due(own)
    abroad = make.order("assigned")
    for stop in abroad.stops:
        place = structs.replace(stop.site.address, country="DE")
        abroad.stops = [
            structs.replace(one, site=structs.replace(one.site, address=place)) for one in abroad.stops
        ]
    assert not due(abroad)


def tree(*orders: Order) -> dict[str, Order]:
    return {one.id: one for one in orders}


def test_an_order_that_is_given_on_emits_what_its_legs_emit_for_it():
    whole = held_order()
    first, second = given_on([whole], leg("ord_1", 0, 1), leg("ord_1", 1, 3))
    found = figure(whole, tree(first, second)).emissions
    assert found
    assert found.method == "legs"
    assert found.grams == pytest.approx(known(first).grams + known(second).grams)
    assert [one.order_id for one in found.legs] == [first.id, second.id]
    first.carrier_id, first.state = CARRIER, "assigned"
    on_tour(first, share(first.id))
    found = figure(whole, tree(first, second)).emissions
    assert found
    assert found.grams == pytest.approx(share(first.id).grams + known(second).grams)
    client = emissions_view(whole, Figure(found), make.author(SHIPPER)).emissions
    assert client
    assert client.legs == [], "which orders the legs are is the holder's affair"
    holder = emissions_view(whole, Figure(found), make.author(CARRIER)).emissions
    assert holder == found


def test_legs_side_by_side_carry_the_order_once():
    """Of 4 t on two trucks neither the greater part nor twice the way is told."""
    dover = make.site("Quai", "Dover", "CT16 1JA")
    dover = structs.replace(dover, address=structs.replace(dover.address, country="GB"))
    for end in (make.delivery().site, dover):
        ends = [make.pickup(), make.delivery(site=end)]
        whole = held_order(goods=[make.goods(quantity=10)], stops=ends)
        asked = [structs.replace(leg("ord_1", 0, 3, lines={0: n}), stops=ends) for n in (3, 7)]
        found = figure(whole, tree(*given_on([whole], *asked))).emissions
        alone = known(make.order("confirmed", stops=ends))
        assert (found.mass_kg, found.distance_km) == (4_000, pytest.approx(alone.distance_km))
        assert found.grams == pytest.approx(alone.grams)
        footprint, *categories = [one.extensions[0].read for one in read(Shipment(whole, found))]
        intensity = {one.toc_id: float(one.wtw) for one in categories}
        assert len({one.tce_id for one in footprint.tces}) == len(footprint.tces) == 1 + len(alone.ships)
        for stage in footprint.tces:
            reckoned = intensity[stage.toc_id] * float(stage.transport_activity)
            assert float(stage.wtw) == pytest.approx(reckoned, rel=1e-3)


def test_a_leg_that_carries_several_orders_is_shared_among_them_and_nothing_is_lost():
    one, other = held_order("ord_1"), held_order("ord_2", goods=[make.goods(weight_kg=1_000)])
    asked = leg("ord_1", 0, 3)
    asked = structs.replace(asked, loads=[*asked.loads, structs.replace(asked.loads[0], order_id="ord_2")])
    (truck,) = given_on([one, other], asked)
    parts = [figure(order, tree(truck)).emissions for order in (one, other)]
    assert sum(part.grams for part in parts) == pytest.approx(known(truck).grams, rel=1e-6)
    assert parts[0].grams == pytest.approx(4 * parts[1].grams, rel=1e-6)


def test_a_place_that_is_not_known_gives_no_order_of_the_leg_a_share_for_nothing():
    nowhere = make.delivery(site=make.site("Nulle part", "Zzyzx", "99999"))
    one, other = held_order("ord_1"), held_order("ord_2", stops=[make.pickup(), nowhere])
    asked = leg("ord_1", 0, 3)
    loads = [
        structs.replace(asked.loads[0], delivery_stop=2),
        structs.replace(asked.loads[0], order_id="ord_2"),
    ]
    asked = structs.replace(asked, stops=[make.pickup(), nowhere, make.delivery()], loads=loads)
    (truck,) = given_on([one, other], asked)
    parts = [figure(order, tree(truck)).emissions for order in (one, other)]
    assert [part.grams for part in parts] == [pytest.approx(known(truck).grams / 2)] * 2, "4 t each"
    assert parts[0].distance_km == pytest.approx(known(truck).distance_km)


def test_legs_that_do_not_bring_all_goods_all_the_way_leave_the_estimate():
    whole = held_order()
    (first,) = given_on([whole], leg("ord_1", 0, 1))
    assert figure(whole, tree(first)).emissions.method == "estimate"
    assert figure(whole).emissions.method == "estimate", "nor those that nobody read"


@pytest.mark.parametrize(
    ("org", "status"),
    [(SHIPPER, 200), (CLIENT, 200), (CARRIER, 200), (SENDER, 403), (CONSIGNEE, 403), (LOGISTICIAN, 403),
     (make.STRANGER, 404)],
)  # fmt: skip
async def test_it_is_told_to_those_who_agreed_on_the_transport(web, org, status):
    order_id = await assigned(web(), **PARTIES)
    answer = await web(org).get(f"/api/orders/{order_id}/emissions")
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["due"]
        assert answer.json()["emissions"]["grams"] > 10_000


async def test_a_driver_is_not_told(web):
    order_id = await assigned(web())
    driver = web(CARRIER, roles={"driver"})
    assert (await driver.get(f"/api/orders/{order_id}/emissions")).status_code == 403


# As the published schemas have it (sine-fdn/impact-protocols, ileap-data-model, c8bce89 of June 2026) and the
# tables of the Technical Specifications 1.0.0 (27 May 2025). Every property that is not named is refused.
Number = Annotated[str, Meta(pattern=r"^-?\d+(\.\d+)?$")]
Positive = Annotated[str, Meta(pattern=r"^\d+(\.\d+)?$")]
Text = Annotated[str, Meta(min_length=1)]
Urns = Annotated[list[Annotated[str, Meta(pattern="^[uU][rR][nN]:")]], Meta(min_length=1)]
Moment = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")]


class Said(msgspec.Struct, forbid_unknown_fields=True, rename="camel"):
    pass


class Place(Said):
    city: str
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    zip: str = ""
    lat: Number = "0"
    lng: Number = "0"


class Stage(Said):
    tce_id: str
    toc_id: str
    shipment_id: str
    consignment_id: str
    mass: Number
    distance: Annotated[dict[Literal["actual", "gcd", "sfd"], Number], Meta(min_length=1)]
    transport_activity: Number
    wtw: Number = msgspec.field(name="co2eWTW")
    ttw: Number = msgspec.field(name="co2eTTW")
    origin: Place | None = None
    destination: Place | None = None


class Footprint(Said):
    mass: str
    shipment_id: str
    tces: Annotated[list[Stage], Meta(min_length=1)]
    volume: str = "0"


class Energy(Said):
    energy_carrier: Literal["Diesel", "HFO", "Electric"]
    relative_share: Number
    wtw: Number = msgspec.field(name="emissionFactorWTW")
    ttw: Number = msgspec.field(name="emissionFactorTTW")


class Category(Said):
    toc_id: str
    mode: Literal["Road", "Rail", "Air", "Sea", "InlandWaterway"]
    energy_carriers: Annotated[list[Energy], Meta(min_length=1)]
    wtw: Number = msgspec.field(name="co2eIntensityWTW")
    ttw: Number = msgspec.field(name="co2eIntensityTTW")
    unit: Literal["TEUkm", "tkm"] = msgspec.field(name="transportActivityUnit")
    description: str = ""
    temperature_control: Literal["ambient", "refrigerated", "mixed"] = "ambient"


class Pcf(Said):
    declared_unit: Literal["ton kilometer"]
    unitary_product_amount: Positive
    excluding: Positive = msgspec.field(name="pCfExcludingBiogenic")
    fossil_ghg_emissions: Positive
    fossil_carbon_content: Positive
    biogenic_carbon_content: Positive
    characterization_factors: Literal["AR5", "AR6"]
    ipcc_characterization_factors_sources: Annotated[list[str], Meta(min_length=1)]
    cross_sectoral_standards_used: list[str]
    boundary_processes_description: str
    reference_period_start: Moment
    reference_period_end: Moment
    exempted_emissions_percent: Annotated[float, Meta(ge=0, le=5)]
    exempted_emissions_description: str
    packaging_emissions_included: Literal[False] | bool
    primary_data_share: Annotated[float, Meta(ge=0, le=100)]


class Extension(Said):
    spec_version: Literal["2.0.0"]
    data_schema: Annotated[
        str, Meta(pattern=r"^https://api\.ileap\.sine\.dev/(shipment-footprint|toc)\.json$")
    ]
    documentation: Literal["https://sine-fdn.github.io/ileap-extension/"]
    data: dict[str, Any]

    @property
    def read(self) -> Footprint | Category:
        kind = Footprint if "shipment" in self.data_schema else Category
        return msgspec.convert(self.data, kind)


class Product(Said):
    id: Annotated[str, Meta(pattern="^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
    spec_version: Annotated[str, Meta(pattern=r"^\d+\.\d+\.\d+(-\d{8})?$")]
    version: Annotated[int, Meta(ge=0, le=2_147_483_647)]
    created: Moment
    status: Literal["Active", "Deprecated"]
    company_name: Text
    company_ids: Urns
    product_description: str
    product_ids: Urns
    product_category_cpc: Literal["83117"]
    product_name_company: Text
    comment: str
    pcf: Pcf
    extensions: Annotated[list[Extension], Meta(min_length=1, max_length=1)]


def read(*shipments: Shipment) -> list[Product]:
    said = msgspec.json.encode(products(shipments, DAY, DAY, COMPANY))
    return msgspec.json.decode(said, type=list[Product])


def test_a_footprint_is_what_the_specification_says():
    order = make.order("assigned", goods=[make.goods(volume_m3=12.5)])
    shipment, category = read(Shipment(order, known(order)))
    footprint, toc = shipment.extensions[0].read, category.extensions[0].read
    assert isinstance(footprint, Footprint)
    assert isinstance(toc, Category)
    (stage,) = footprint.tces
    assert (footprint.mass, footprint.volume, footprint.shipment_id) == ("4000", "12.5", "ord_1")
    assert Decimal(stage.transport_activity) == Decimal(stage.mass) * Decimal(stage.distance["sfd"]) / 1000
    assert shipment.pcf.unitary_product_amount == stage.transport_activity
    assert shipment.pcf.excluding == shipment.pcf.fossil_ghg_emissions == stage.wtw
    assert float(stage.wtw) == pytest.approx(known(order).grams / 1000)
    assert toc.toc_id == stage.toc_id == "artic_40-2017-06-01"
    assert float(toc.wtw) == pytest.approx(0.0867, abs=1e-4)
    assert float(toc.wtw) * float(stage.transport_activity) == pytest.approx(float(stage.wtw), rel=1e-3)
    assert (stage.origin.city, stage.destination.zip) == ("Lyon", "42000")


def test_a_tour_is_a_category_of_its_own_and_a_ship_a_stage_of_its_own():
    order = make.order("assigned")
    on_tour(order, share())
    shipment, category = read(Shipment(order, known(order)))
    assert float(category.extensions[0].read.wtw) * 240 == pytest.approx(
        float(shipment.pcf.excluding), rel=1e-4
    )
    dover = make.site("Quai", "Dover", "CT16 1JA")
    dover = structs.replace(dover, address=structs.replace(dover.address, country="GB"))
    abroad = make.order("confirmed", stops=[make.pickup(), make.delivery(site=dover)])
    shipment, *categories = read(Shipment(abroad, known(abroad)))
    stages = shipment.extensions[0].read.tces
    assert len(stages) == len(categories) == 2
    assert {one.toc_id for one in stages} == {one.extensions[0].read.toc_id for one in categories}
    assert sum(float(one.wtw) for one in stages) == pytest.approx(known(abroad).grams / 1000, rel=1e-5)


async def test_the_footprints_of_some_days_are_those_of_what_was_delivered_then(web):
    delivered = await assigned(web(), **PARTIES)
    for step in ("loading", "in_transit", "delivered"):
        await post(web(CARRIER), f"{delivered}/progress", reached=step)
    nowhere = make.pickup(site=make.site("Nulle part", "Zzyzx", "99999"))
    unplaced = await assigned(web(), **PARTIES, stops=[nowhere, make.delivery()])
    await post(web(CARRIER), f"{unplaced}/progress", reached="delivered")
    await assigned(web(), **PARTIES)
    await new(web())
    path = "/api/orders/ileap/footprints"

    async def found(org: str, **days: str) -> dict[str, Any]:
        asked = {"since": "2026-11-24", "until": "2026-11-24", **days}
        answer = await web(org).get(path, params=asked)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("application/json")
        return answer.json()

    for org in (SHIPPER, CLIENT, CARRIER):
        body = await found(org)
        footprints = msgspec.convert(body["data"], list[Product])
        assert [one.extensions[0].data.get("shipmentId") for one in footprints] == [delivered, None]
        assert body["leftOut"] == [{"shipmentId": unplaced, "reason": "place"}]
        assert footprints[0].company_name == f"Maison {org}"
        assert body["next"] == ""
    for org in (CONSIGNEE, SENDER):
        assert (await found(org))["data"] == []
    assert (await found(SHIPPER, since="2026-11-25", until="2026-11-30"))["data"] == []


async def test_the_client_reads_the_sum_of_legs_that_it_may_not_read(web):
    order_id, version = await held_by(web)
    made = await subcontract(web, [(order_id, version)], leg(order_id, 0, 1), leg(order_id, 1, 3))
    path = f"/api/orders/{order_id}/emissions"
    told = (await web().get(path)).json()["emissions"]
    assert (told["method"], told["legs"]) == ("legs", [])
    file = (await web(CARRIER).get(path)).json()["emissions"]
    assert [one["order_id"] for one in file["legs"]] == made.json()["order_ids"]
    assert told["grams"] == file["grams"] == pytest.approx(sum(one["grams"] for one in file["legs"]))
