"""The note under which legs travel, as the office of whoever carries one of them reads it."""

from tests.portals.plain import faults
from tests.portals.transporter.test_legs import sub
from tests.portals.transporter.world import World
from tests.portals.world import Browser

from rt.contracts.core_orders import (
    AssignCarrier,
    GetOrder,
    LegAsked,
    LoadAsked,
    PlanOrder,
    ReadOrder,
    Subcontract,
)
from rt.contracts.ecpmr import FindDocuments


async def test_the_note_names_its_successive_carriers_and_a_leg_has_its_loading_list(
    world: World, carrier: Browser
) -> None:
    other, order = await sub(world), await world.assigned()
    whole = LoadAsked(order_id=order.order_id, pickup_stop=0, delivery_stop=1)
    asked = Subcontract(
        orders=[ReadOrder(order_id=order.order_id, version=order.version)],
        legs=[LegAsked(stops=order.stops, loads=[whole])],
    )
    (leg,) = (await world.say(world.carrier, asked)).order_ids
    version = (await world.ask(world.carrier, GetOrder(order_id=leg))).version
    await world.say(
        world.carrier, AssignCarrier(order_id=leg, version=version, carrier_id=other.id, agreed_cents=31_117)
    )
    await world.say(other, PlanOrder(order_id=leg, vehicle_plate="AA-001-AA"))
    (note,) = (await world.ask(other, FindDocuments(order_id=leg))).items
    page = await carrier.page(f"/orders/{order.order_id}/cmr/{note.document_id}")
    assert faults(page) == []
    assert "Transporteurs successifs" in page
    assert other.name in page
    theirs = Browser(world.portal, "transporter")
    await theirs.sign_in(other.email)
    page = await theirs.page(f"/orders/{leg}/cmr/{note.document_id}")
    assert f'href="/orders/{leg}/loading-list"' in page
    assert "31117" not in page
    assert "311,17" not in page
    paper = await theirs.web.get(f"/orders/{leg}/loading-list")
    assert (paper.status_code, paper.headers["content-type"]) == (200, "application/pdf")
    assert (await theirs.web.get(f"/orders/{leg}/cmr/{note.document_id}/link")).status_code == 200
