"""Changes of an order that was given: read beside it and answered, asked for in a form."""

from datetime import timedelta

from lxml import html
from msgspec import structs
from tests.portals.transporter.world import World
from tests.portals.world import Browser

from rt.contracts.core_orders import RequestChange


def typed_in(page: str) -> dict[str, str]:
    """What a browser posts of the form that asks for a reason, as it stands."""
    (form,) = [one for one in html.fromstring(page).forms if "reason" in one.fields]
    return dict(form.form_values())


async def test_a_change_asked_by_the_client_is_read_beside_the_order_and_accepted_by_one_press(
    world: World, carrier: Browser
) -> None:
    order = await world.assigned()
    later = [
        structs.replace(stop, from_at=stop.from_at + timedelta(days=2), until_at=None)
        for stop in order.stops
        if stop.from_at
    ]
    message = RequestChange(order_id=order.order_id, version=order.version, reason="Grève", stops=later)
    await world.say(world.shipper, message)
    page = await carrier.page(f"/orders/{order.order_id}")
    assert "Une modification attend votre réponse" in page
    assert "Grève" in page
    assert page.count(" → <b>") == 2, "two dates differ, both places stay"
    change = (await world.read(order.order_id)).changes or []
    path = f"/orders/{order.order_id}/changes/{change[0].change_id}"
    await carrier.press(page, f"{path}/accept")
    after = await world.read(order.order_id)
    assert [stop.from_at for stop in after.stops] == [stop.from_at for stop in later]
    assert "attend votre réponse" not in await carrier.page(f"/orders/{order.order_id}")


async def test_the_carrier_asks_for_a_change_in_a_form_that_keeps_what_it_does_not_show(
    world: World, carrier: Browser
) -> None:
    order = await world.assigned()
    page = await carrier.page(f"/orders/{order.order_id}/changes/new")
    fields = typed_in(page) | {"reason": "Camion plus petit", "goods.0.pallets": "4", "agreed_cents": "450"}
    answer = await carrier.web.post(f"/orders/{order.order_id}/changes/new", data=fields)
    assert answer.status_code == 303, answer.text
    asked = world.ear.latest(RequestChange)
    assert asked.goods
    assert (asked.agreed_cents, asked.goods[0].pallets) == (45_000, 4)
    assert asked.goods[0].length_cm == order.goods[0].length_cm
    assert [one.site for one in asked.stops or []] == [one.site for one in order.stops]
    (change,) = (await world.read(order.order_id)).changes or []
    assert (change.asked_by, change.for_me, change.after.stops) == ("carrier", True, None)
    page = await carrier.page(f"/orders/{order.order_id}")
    assert "Retirer la demande" in page
    await carrier.press(page, f"/orders/{order.order_id}/changes/{change.change_id}/withdraw")
    assert ((await world.read(order.order_id)).changes or [])[0].state == "withdrawn"


async def test_a_change_of_nothing_is_said_so(world: World, carrier: Browser) -> None:
    order = await world.assigned()
    path = f"/orders/{order.order_id}/changes/new"
    answer = await carrier.web.post(path, data=typed_in(await carrier.page(path)) | {"reason": "x"})
    assert "ne change rien" in answer.text
