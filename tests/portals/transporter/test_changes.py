"""Changes of an order that was given: read beside it and answered, asked for in a form."""

from datetime import timedelta
from typing import Any

from lxml import html
from msgspec import structs
from tests.portals.transporter.world import World
from tests.portals.world import Browser

from rt.contracts.core_orders import AcceptChange, OrderView, ReportProgress, RequestChange
from rt.contracts.planning import PublishTour


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


async def agreed(world: World, order: OrderView, **said: Any) -> OrderView:
    """The order as it is once its carrier agreed to what its shipper asks for."""
    asked = RequestChange(order_id=order.order_id, version=order.version, reason="Accord", **said)
    after = await world.say(world.shipper, asked)
    (change,) = after.changes or []
    made: OrderView = await world.say(
        world.carrier, AcceptChange(order_id=order.order_id, change_id=change.change_id)
    )
    return made


async def test_a_price_asked_for_on_the_road_leaves_all_stops_where_they_are(
    world: World, carrier: Browser
) -> None:
    order = await world.assigned()
    pickup, delivery = order.stops
    order = await agreed(world, order, stops=[pickup, delivery, pickup, delivery])
    await world.say(world.carrier, ReportProgress(order_id=order.order_id, reached="in_transit"))
    path = f"/orders/{order.order_id}/changes/new"
    fields = typed_in(await carrier.page(path))
    answer = await carrier.web.post(path, data=fields | {"reason": "Attente", "agreed_cents": "490"})
    assert answer.status_code == 303, answer.text
    assert world.ear.latest(RequestChange).stops == order.stops
    change = (await world.read(order.order_id)).changes or []
    assert (change[-1].after.agreed_cents, change[-1].after.stops) == (49_000, None)
    await carrier.press(
        await carrier.page(f"/orders/{order.order_id}"),
        f"/orders/{order.order_id}/changes/{change[-1].change_id}/withdraw",
    )
    fields = typed_in(await carrier.page(path)) | {"stops.3.site.name": "Autre quai", "reason": "Client"}
    assert (await carrier.web.post(path, data=fields)).status_code == 303
    names = [stop.site.name for stop in world.ear.latest(RequestChange).stops or []]
    assert names == [*(stop.site.name for stop in order.stops[:3]), "Autre quai"]


async def test_whatever_a_change_would_make_otherwise_is_read_before_it_is_accepted(
    world: World, carrier: Browser
) -> None:
    order = await world.assigned()
    cold = structs.replace(
        order.goods[0], temperature_max_c=4, temperature_min_c=2, un_number="1845", value_cents=9_900_00
    )
    site = structs.replace(order.stops[1].site, instructions="Quai B, code 4417")
    stops = [order.stops[0], structs.replace(order.stops[1], site=site, lines=[0])]
    message = RequestChange(
        order_id=order.order_id,
        version=order.version,
        reason="Neige carbonique",
        goods=[cold],
        stops=stops,
        requirements=["adr", "temperature"],
    )
    await world.say(world.shipper, message)
    page = await carrier.page(f"/orders/{order.order_id}")
    for said in ("Numéro ONU", "1845", "Température maximale", "Quai B, code 4417", "9 900,00", "Consignes"):
        assert said in page.replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " "), said
    assert page.count(" → <b>") == 7


async def test_an_order_and_its_tour_say_what_they_emit_and_how_it_was_reckoned(
    world: World, carrier: Browser
) -> None:
    job = await world.job()
    page = await carrier.page(f"/orders/{job.order_id}")
    assert "estimation, sans tournée" in page
    assert "Comment ?" in page
    tour = await world.tour(job)
    page = await carrier.page(f"/planning/tours/{tour.tour_id}")
    assert "toute la tournée" in page
    assert f"{job.reference} : " in page
    await world.say(world.carrier, PublishTour(tour_id=tour.tour_id, version=tour.version))
    assert "part de la tournée" in await carrier.page(f"/orders/{job.order_id}")
