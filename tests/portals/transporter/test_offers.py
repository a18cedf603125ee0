"""Offers answered in the portal before the real services: what was read is what binds, and nothing else."""

import pytest
from tests.portals.transporter.world import World
from tests.portals.world import Browser, Organization, carried

from rt.contracts.core_orders import PlanOrder, WithdrawTender
from rt.kernel.core.errors import AskRefused

STRANGER = "Un expéditeur que vous ne connaissez pas"


async def taken_back(world: World, order_id: str, shipper: Organization | None = None) -> None:
    offer = (await world.read(order_id, shipper)).tender
    assert offer is not None
    await world.say(shipper or world.shipper, WithdrawTender(order_id=order_id, tender_id=offer.tender_id))


async def test_an_offer_is_accepted_at_the_price_that_stood_on_the_page(
    world: World, carrier: Browser
) -> None:
    order_id = await world.order()
    await world.offer(order_id, 50_000)
    page = await carrier.page("/")
    assert "500,00" in page
    assert STRANGER not in page
    await carrier.press(page, f"/offers/{order_id}/accept")
    assert "Offre acceptée" in await carrier.page("/")
    order = await world.read(order_id)
    assert (order.state, order.carrier_id, order.agreed_cents) == ("assigned", world.carrier.id, 50_000)


async def test_what_others_are_offered_of_ours_is_no_offer_to_us(world: World, carrier: Browser) -> None:
    order_id = await world.order(client_id=world.carrier.id)
    await world.offer(order_id, carrier=await world.guest())
    page = await carrier.page("/")
    assert f"/offers/{order_id}/accept" not in page
    assert order_id not in page


@pytest.mark.parametrize("where", ["/", "/orders/{order_id}"])
async def test_a_page_read_at_500_binds_nobody_at_300(world: World, carrier: Browser, where: str) -> None:
    order_id = await world.order()
    await world.offer(order_id, 50_000)
    old = await carrier.page(where.format(order_id=order_id))
    await taken_back(world, order_id)
    await world.offer(order_id, 30_000)
    for answer in ("accept", "refuse"):
        await carrier.press(old, f"/offers/{order_id}/{answer}", reason="Prix trop bas")
        assert "attend plus de réponse" in await carrier.page("/")
    order = await world.read(order_id)
    assert (order.state, order.tender and order.tender.price_cents) == ("tendered", 30_000)


async def test_of_several_ticked_offers_the_replaced_one_is_named_and_left(
    world: World, carrier: Browser
) -> None:
    first, second = await world.order(), await world.order()
    for order_id in (first, second):
        await world.offer(order_id, 50_000)
    old = await carrier.page("/")
    await taken_back(world, second)
    await world.offer(second, 30_000)
    answer = await carrier.web.post("/offers/accept", data=bulk(old) | {"order_id": [first, second]})
    reference = (await world.read(second)).reference
    assert f"{reference} n&#39;a pas été acceptée" in answer.text
    assert [(await world.read(one)).state for one in (first, second)] == ["assigned", "tendered"]


def bulk(page: str) -> dict[str, str | list[str]]:
    """What the form over the list carries unseen."""
    return dict(carried(page, "/offers/accept"))


async def test_whoever_is_unknown_is_said_to_be_and_once_blocked_offers_no_more(
    world: World, carrier: Browser
) -> None:
    order_id, other = await world.order(world.unknown), await world.order(world.unknown)
    await world.offer(order_id, 50_000, world.unknown)
    page = await carrier.page("/")
    assert STRANGER in page
    assert STRANGER in await carrier.page(f"/orders/{order_id}")
    await carrier.press(page, f"/offers/{order_id}/block")
    assert "Expéditeur bloqué" in await carrier.page("/")
    refused = await world.read(order_id, world.unknown)
    assert (refused.state, (refused.tenders or [])[0].state) == ("confirmed", "refused")
    with pytest.raises(AskRefused) as no:
        await world.offer(other, 50_000, world.unknown)
    assert no.value.code == "partner_refuses"


async def test_a_guest_answers_by_the_link_of_that_offer_and_no_older_one(world: World) -> None:
    order_id, artisan = await world.order(), await world.guest()
    await world.offer(order_id, 50_000, carrier=artisan)
    here = f"/l/{world.links.issued['accept_tender', order_id]}/tender/{order_id}"
    guest = world.anybody()
    old = await guest.page(here)
    await taken_back(world, order_id)
    await world.offer(order_id, 30_000, carrier=artisan)
    assert (await guest.web.get(here)).status_code == 404
    assert (await guest.press(old, f"{here}/accept")).status_code in (303, 404)
    assert (await world.read(order_id)).state == "tendered"
    now_here = f"/l/{world.links.issued['accept_tender', order_id]}/tender/{order_id}"
    page = await guest.page(now_here)
    assert "300,00" in page
    await guest.press(page, f"{now_here}/accept")
    order = await world.read(order_id)
    assert (order.state, order.agreed_cents) == ("assigned", 30_000)
    page = await guest.page(now_here)
    await guest.press(page, f"{now_here}/plan", vehicle_plate="ZZ-999-ZZ", driver_name="Paul")
    assert (await world.read(order_id)).state == "planned"
    odd = await guest.press(await guest.page(now_here), f"{now_here}/progress", reached="teleported")
    assert odd.status_code == 422


async def test_a_plan_that_delivers_before_it_loads_is_refused_beside_its_field(
    world: World, carrier: Browser
) -> None:
    order_id = await world.order()
    await world.offer(order_id, 50_000)
    await carrier.press(await carrier.page("/"), f"/offers/{order_id}/accept")
    here = f"/orders/{order_id}/plan"
    typed = {"planned_pickup_at": "2026-06-04T08:00", "planned_delivery_at": "2026-06-03T08:00"}
    page = await carrier.press(
        await carrier.page(here), here, vehicle_plate="AB-123-CD", driver_name="Lucie", **typed
    )
    assert page.status_code == 422
    assert 'id="f-planned_delivery_at-fault"' in page.text
    assert (await world.read(order_id)).state == "assigned"
    await world.say(world.carrier, PlanOrder(order_id=order_id, vehicle_plate="AB-123-CD"))
    assert (await world.read(order_id)).state == "planned"
