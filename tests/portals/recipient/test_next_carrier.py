"""The carrier of the next leg, which has no account, takes the goods over by its link."""

from datetime import timedelta

import pytest
from msgspec import structs
from tests.conftest import TestPlatform
from tests.portals.delivery import FEURS, LYON, STROKES
from tests.portals.driver.test_legs import HUB, stop
from tests.portals.recipient.world import MORNING, Browser, World
from tests.portals.world import Links, Organization

from rt.contracts.core_orders import (
    AssignCarrier,
    GetOrder,
    LegAsked,
    LoadAsked,
    PlanOrder,
    ReadOrder,
    Subcontract,
)
from rt.contracts.ecpmr import DocumentView, MakeSigningLink, SignatureGiven, SignTakeover
from rt.kernel.core.clock import held, now

OTHER_HUB = structs.replace(HUB, name="Plateforme Vienne")


async def brought(world: World) -> tuple[DocumentView, Organization, Organization]:
    """The note once the first of three carriers has the goods, and who takes them on from two hubs."""
    await world.meet()
    hour = timedelta(hours=1)
    await world.ordered(MORNING + hour, MORNING + 8 * hour)
    await world.assigned()
    version = (await world.ask(world.carrier, GetOrder(order_id=world.order_id))).version
    load = LoadAsked(order_id=world.order_id, pickup_stop=0, delivery_stop=1)
    asked = [
        LegAsked(stops=[stop("pickup", FEURS, 2), stop("delivery", HUB, 4)], loads=[load]),
        LegAsked(stops=[stop("pickup", HUB, 5), stop("delivery", OTHER_HUB, 6)], loads=[load]),
        LegAsked(stops=[stop("pickup", OTHER_HUB, 7), stop("delivery", LYON, 8)], loads=[load]),
    ]
    read = [ReadOrder(order_id=world.order_id, version=version)]
    made = await world.say(world.carrier, Subcontract(orders=read, legs=asked))
    houses = [await world.organization(f"Transports {n}", "carrier") for n in ("Un", "Deux", "Trois")]
    for house, order_id in zip(houses, made.order_ids, strict=True):
        await world.partners(world.carrier, house)
        version = (await world.ask(world.carrier, GetOrder(order_id=order_id))).version
        given = AssignCarrier(order_id=order_id, version=version, carrier_id=house.id, agreed_cents=31_117)
        await world.say(world.carrier, given)
        await world.say(house, PlanOrder(order_id=order_id, vehicle_plate="AB-123-CD"))
    note = await world.note()
    signature = SignatureGiven(party="carrier", name="Lucie Martin", image=STROKES)
    took = SignTakeover(
        document_id=note.document_id,
        content_hash=note.content_hash,
        happened_at=now(),
        signature=signature,
    )
    taken: DocumentView = await world.say(houses[0], took)
    return taken, houses[1], houses[2]


@pytest.fixture
async def next_carrier(units: tuple[TestPlatform, Links]) -> World:
    return World(*units)


async def test_the_next_carrier_takes_over_by_link_with_its_reserves(next_carrier: World) -> None:
    world = next_carrier
    with held(MORNING):
        note, second, third = await brought(world)
        browser = Browser(world)
        await world.say(
            world.carrier,
            MakeSigningLink(document_id=note.document_id, party="successor", email=second.email),
        )
        token = await world.emitted("ecpmr.link.sent", "token")
        here = f"/l/{token}/takeover/{note.document_id}"
        page = (await browser.web.get(here)).text
        assert "Reprise à signer" in page
        assert "Palettes échangées" not in page
        await browser.fill(here, do="code")
        filled = {"do": "sign", "name": "Nadia Roux", "code": await world.code(), "ink": STROKES}
        reserve = {"text.1": "3 cartons éventrés sur la palette du fond", "damaged.1": "3"}
        done = await browser.fill(here, **filled, **reserve)
        assert done.status_code == 303, done.text
        page = (await browser.web.get(here)).text
        assert "Nadia Roux" in page
        assert "3 cartons éventrés" in page
        after = await world.note()
        assert after.held_by == after.legs[1].leg_id
        further = MakeSigningLink(document_id=note.document_id, party="successor", email=third.email)
        await world.say(world.carrier, further)
        token = await world.emitted("ecpmr.link.sent", "token")
        there = f"/l/{token}/takeover/{note.document_id}"
        assert "Réserve déjà notée" not in (await browser.web.get(there)).text
        await browser.fill(there, do="code")
        filled = {"do": "sign", "name": "Omar Petit", "code": await world.code(), "ink": STROKES}
        assert (await browser.fill(there, **filled)).status_code == 303
        first, last = [(await browser.web.get(one)).text for one in (here, there)]
        assert ("Nadia Roux" in first, "Omar Petit" in first, "3 cartons éventrés" in first) == (1, 0, 1)
        assert ("Nadia Roux" in last, "Omar Petit" in last, "3 cartons éventrés" in last) == (0, 1, 0)
    assert [(one.step, one.by_party) for one in after.reserves_made] == [("handover", "successor")]
