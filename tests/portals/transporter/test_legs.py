"""Held orders given on: the way in a form, the legs that follow, the file that the holder keeps."""

from datetime import timedelta
from typing import Literal

import pytest
from lxml import html
from msgspec import structs
from tests.journeys.axe import RUN, SOURCE, WIDER
from tests.portals import screen
from tests.portals import world as worlds
from tests.portals.plain import faults
from tests.portals.transporter.world import BOURG, LYON, MORNING, World
from tests.portals.world import Browser, Organization

from rt.contracts.core_orders import (
    AcceptTender,
    CancelOrder,
    ConfirmOrder,
    CreateOrder,
    FileView,
    GetFile,
    OrderView,
    Stop,
)
from rt.portals.industry.app import build as industry_portal
from rt.trade.goods import Goods
from rt.trade.places import Site

HUB = {
    "hubs.0.site.name": "Plateforme de Mâcon",
    "hubs.0.site.address.street": "ZI des Bruyères",
    "hubs.0.site.address.postal_code": "71000",
    "hubs.0.site.address.city": "Mâcon",
    "hubs.0.site.contact.phone": "+33 3 85 00 00 00",
}


def typed_in(page: str) -> dict[str, str]:
    """What a browser posts of the form of the way, as it stands."""
    (form,) = [one for one in html.fromstring(page).forms if "trucks.0.stretch" in one.fields]
    return {name: value for name, value in form.form_values() if name not in ("then", "known")}


async def sub(world: World, name: str = "Transports Carnot") -> Organization:
    made = await world.organization(name, "carrier")
    await world.partners(world.carrier, made)
    return made


async def kept(world: World, order_id: str) -> FileView:
    await world.platform.settle()
    file: FileView = await world.ask(world.carrier, GetFile(order_id=order_id))
    return file


async def test_the_whole_goes_on_to_one_carrier_in_two_clicks(world: World, carrier: Browser) -> None:
    other = await sub(world)
    order = await world.assigned()
    page = await carrier.page(f"/orders/{order.order_id}")
    path = f"/orders/{order.order_id}/legs/new"
    assert f'href="{path}"' in page
    page = await carrier.page(path)
    assert faults(page) == []
    fields = typed_in(page)
    assert (fields["trucks.0.how"], fields["trucks.0.carrier_id"]) == ("offer", other.id)
    answer = await carrier.web.post(path, data=fields | {"trucks.0.buy_cents": "400"})
    assert answer.headers["location"].endswith(f"/orders/{order.order_id}#file"), answer.text
    file = await kept(world, order.order_id)
    (leg,) = file.legs
    assert (leg.state, leg.carrier_name, leg.cost_cents) == ("tendered", other.name, 40_000)
    assert (file.sold_cents, file.margin_cents, file.whole) == (48_500, 8_500, True)
    page = await carrier.page(f"/orders/{order.order_id}")
    assert faults(page) == []
    assert "85,00" in page
    assert "Dossier" in page


async def test_goods_change_trucks_at_a_place_whose_times_are_proposed(
    world: World, carrier: Browser
) -> None:
    other = await sub(world)
    order = await world.assigned()
    path = f"/orders/{order.order_id}/legs/new"
    fields = typed_in(await carrier.page(path))
    answer = await carrier.web.post(path, data=fields | {"then": "hub"})
    assert answer.status_code == 200
    assert faults(answer.text) == []
    fields = typed_in(answer.text)
    assert fields["hubs.0.from_at"] < fields["hubs.0.again_until_at"]
    answer = await carrier.web.post(path, data=fields | HUB | {"then": "times"})
    proposed = typed_in(answer.text)
    assert proposed["hubs.0.site.name"] == HUB["hubs.0.site.name"]
    times = [proposed[f"hubs.0.{name}"] for name in ("until_at", "again_until_at")]
    assert "2026-06-03T09:00" <= times[0] < times[1] < "2026-06-03T16:00"
    second = {"how": "give", "carrier_id": other.id, "buy_cents": "300"}
    said = {"trucks.0.how": "own"} | {f"trucks.1.{name}": value for name, value in second.items()}
    answer = await carrier.web.post(path, data=proposed | said)
    assert answer.status_code == 303, answer.text
    file = await kept(world, order.order_id)
    assert [(leg.state, leg.carrier_name, leg.delivery_city) for leg in file.legs] == [
        ("assigned", world.carrier.name, "Mâcon"),
        ("assigned", other.name, "Vénissieux"),
    ]
    page = await carrier.page(f"/orders/{order.order_id}")
    assert faults(page) == []


async def test_a_stretch_is_shared_by_two_trucks_package_by_package(world: World, carrier: Browser) -> None:
    order = await world.assigned()
    path = f"/orders/{order.order_id}/legs/new"
    fields = typed_in(await carrier.page(path))
    answer = await carrier.web.post(path, data=fields | {"then": "part:0"})
    fields = typed_in(answer.text)
    assert (fields["trucks.0.parts.0.quantity"], fields["trucks.1.parts.0.quantity"]) == ("6", "6")
    assert faults(answer.text) == []
    later = {"trucks.0.how": "later", "trucks.1.how": "later"}
    too_much = later | {"trucks.1.parts.0.quantity": "7"}
    answer = await carrier.web.post(path, data=fields | too_much)
    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//input[@name='trucks.1.parts.0.quantity'][@aria-invalid]")
    some = later | {"trucks.0.parts.0.quantity": "5", "trucks.1.parts.0.quantity": "4"}
    answer = await carrier.web.post(path, data=typed_in(answer.text) | some)
    assert answer.status_code == 303, answer.text
    file = await kept(world, order.order_id)
    assert [leg.quantity for leg in file.legs] == [5, 4]
    assert [one.quantity for one in file.loose] == [3]
    page = await carrier.page(f"/orders/{order.order_id}")
    assert "Reste à confier" in page
    assert f'href="{path}?from=0"' in page


async def test_what_is_wrong_stands_beside_the_field_where_it_was_typed(
    world: World, carrier: Browser
) -> None:
    order = await world.assigned()
    path = f"/orders/{order.order_id}/legs/new"
    answer = await carrier.web.post(path, data=typed_in(await carrier.page(path)) | {"then": "hub"})
    fields = typed_in(answer.text) | {"trucks.0.how": "later", "trucks.1.how": "later"}
    answer = await carrier.web.post(path, data=fields)
    assert answer.status_code == 422
    wrong = html.fromstring(answer.text).xpath("//*[@aria-invalid]/@name")
    assert set(wrong) == {f"hubs.0.site.{name}" for name in ("name", "address.postal_code", "address.city")}
    early = HUB | {"hubs.0.again_from_at": "2026-06-03T07:15", "hubs.0.again_until_at": "2026-06-03T07:20"}
    answer = await carrier.web.post(path, data=fields | early)
    wrong = html.fromstring(answer.text).xpath("//*[@aria-invalid]/@name")
    assert wrong == ["hubs.0.again_until_at"]
    assert (await kept(world, order.order_id)).legs == []


@pytest.mark.parametrize(
    "forged",
    [
        {"then": "join:7"},
        {"then": "part:7"},
        {"then": "drop:3"},
        {"then": "join:0"},
        {"trucks.0.stretch": "7"},
        {"trucks.0.stretch": "-1"},
        {"trucks.0.stretch": "", "then": "hub"},
        {"trucks.0.stretch": "7", "then": "part:0"},
        {"trucks.0": "x", "then": "hub"},
        {"trucks": "x", "then": "hub"},
        {"hubs.0": "x", "then": "hub"},
        {"hubs.0.site": "x", "then": "times"},
        {"trucks.5.how": "later", "then": "part:0"},
    ],
)
async def test_a_way_that_no_button_makes_is_no_fault_of_ours(
    world: World, carrier: Browser, forged: dict[str, str]
) -> None:
    order = await world.assigned()
    path = f"/orders/{order.order_id}/legs/new"
    fields = typed_in(await carrier.page(path)) | {"trucks.0.how": "later"}
    answer = await carrier.web.post(path, data=fields | forged)
    assert answer.status_code in (200, 422), answer.text
    file = await kept(world, order.order_id)
    assert file.legs == []


async def test_a_leg_called_off_leaves_its_goods_to_be_given_on_from_where_they_are(
    world: World, carrier: Browser
) -> None:
    order = await world.assigned()
    path = f"/orders/{order.order_id}/legs/new"
    answer = await carrier.web.post(path, data=typed_in(await carrier.page(path)) | {"then": "hub"})
    later = {"trucks.0.how": "later", "trucks.1.how": "later"}
    answer = await carrier.web.post(path, data=typed_in(answer.text) | HUB | later)
    assert answer.status_code == 303, answer.text
    file = await kept(world, order.order_id)
    second = file.legs[1]
    called_off = CancelOrder(order_id=second.order_id, version=second.version, reason="Plus de camion")
    await world.say(world.carrier, called_off)
    await kept(world, order.order_id)
    page = await carrier.page(f"/orders/{order.order_id}")
    assert "Confier ce qui attend à Plateforme de Mâcon" in page
    page = await carrier.page(path)
    assert faults(page) == []
    fields = typed_in(page) | {"trucks.0.how": "later"}
    assert fields["leaves_from_at"]
    answer = await carrier.web.post(path, data=fields)
    assert answer.status_code == 303, answer.text
    assert (await kept(world, order.order_id)).whole


async def test_who_may_only_read_has_no_button_to_sub_contract(world: World) -> None:
    order = await world.assigned()
    viewer = await world.colleague("viewer", "Nadia")
    browser = await world.browser(viewer.email)
    assert "/legs/new" not in await browser.page(f"/orders/{order.order_id}")


async def test_the_client_sees_who_carries_by_names_alone(world: World, carrier: Browser) -> None:
    other = await sub(world)
    order = await world.assigned()
    path = f"/orders/{order.order_id}/legs/new"
    fields = typed_in(await carrier.page(path))
    given = {"trucks.0.how": "give", "trucks.0.carrier_id": other.id, "trucks.0.buy_cents": "333"}
    assert (await carrier.web.post(path, data=fields | given)).status_code == 303
    await world.platform.settle()
    client = worlds.World(world.platform, world.links, "industry", industry_portal)
    browser = worlds.Browser(client.portal, "industry")
    await browser.sign_in(world.shipper.email)
    page = await browser.page(f"/orders/{order.order_id}")
    assert faults(page) == []
    assert "Qui transporte" in page
    assert other.name in page
    assert "333,00" not in page
    leg_id = (await kept(world, order.order_id)).legs[0].order_id
    page = await carrier.page(f"/orders/{leg_id}")
    assert f'<a href="/orders/{order.order_id}#file">{order.reference}</a>' in page


@pytest.mark.parametrize("width", [360, 768, 1440])
async def test_the_way_and_the_file_fit_every_screen_and_hinder_nobody(
    world: World, carrier: Browser, width: int
) -> None:
    other = await sub(world)
    order = await world.assigned()
    async with screen.looking(carrier.web, viewport={"width": width, "height": 900}) as page:

        async def looked_at(name: str) -> None:
            await screen.shot(page, f"{name}-{width}")
            assert await page.evaluate(WIDER) <= 0
            await page.add_script_tag(content=SOURCE.read_text())
            assert await page.evaluate(RUN, {}) == []

        await page.goto(f"{carrier.web.base_url}/orders/{order.order_id}/legs/new")
        await looked_at("way")
        await page.get_by_role("button", name="Ajouter une plateforme").press("Enter")
        for field, value in HUB.items():
            await page.fill(f"[name='{field}']", value)
        await page.get_by_role("button", name="Proposer les horaires").press("Enter")
        await page.get_by_role("button", name="Partager sur un camion de plus").last.press("Enter")
        await looked_at("hub")
        for truck, price in enumerate(("200", "90", "80")):
            await page.select_option(f"[name='trucks.{truck}.carrier_id']", other.id)
            await page.fill(f"[name='trucks.{truck}.buy_cents']", price)
        await page.get_by_role("button", name="Sous-traiter").last.press("Enter")
        await page.wait_for_selector("#file")
        await looked_at("file")


def grouped_in(page: str) -> dict[str, str | list[str]]:
    """What a browser posts of the form of a groupage, as it stands."""
    (form,) = [one for one in html.fromstring(page).forms if "stops.0.number" in one.fields]
    fields: dict[str, str | list[str]] = {"read": []}
    for name, value in form.form_values():
        if name == "read":
            fields["read"] = [*fields["read"], value]
        elif name != "then":
            fields[name] = value
    return fields


async def test_orders_ticked_in_the_list_travel_in_one_truck(world: World, carrier: Browser) -> None:
    other = await sub(world)
    one, two = await world.assigned(pallets=4), await world.assigned(pallets=12)
    page = await carrier.page("/orders?view=to_plan")
    token = html.fromstring(page).xpath("//form[@action='/orders/group']//input[@name='_csrf']/@value")[0]
    ticked = {"_csrf": token, "verb": "group", "order_id": [one.order_id, two.order_id]}
    answer = await carrier.web.post("/orders/group", data=ticked)
    path = answer.headers["location"].replace("http://transporter.localhost", "")
    page = await carrier.page(path)
    assert faults(page) == []
    assert "16 / 33" in page
    fields = grouped_in(page)
    assert [fields[f"stops.{n}.number"] for n in range(2)] == ["0", "1"], "the orders share both places"
    answer = await carrier.web.post(
        path, data=fields | {"buy_cents": "400", "vehicle": "rigid_12t", "then": "show"}
    )
    assert answer.status_code == 200, answer.text
    assert "16 / 15" in answer.text
    assert "100,00" in answer.text
    assert "385,00" in answer.text, "485 less a quarter of 400"
    given = {"vehicle": "semi_tautliner", "how": "give", "carrier_id": other.id}
    answer = await carrier.web.post(path, data=grouped_in(answer.text) | given)
    assert answer.status_code == 303, answer.text
    file = await kept(world, one.order_id)
    (leg,) = file.legs
    assert (leg.state, leg.carrier_name, leg.cost_cents) == ("assigned", other.name, 10_000)
    assert leg.shared_with == [two.reference]
    assert file.margin_cents == 38_500
    page = await carrier.page(f"/orders/{one.order_id}")
    assert "part au poids" in page
    assert faults(page) == []
    page = await carrier.page("/orders?view=legs")
    assert leg.reference in page
    assert one.reference not in page
    assert "Trajet d&#39;une autre commande" in page


async def test_goods_are_delivered_after_they_were_loaded(world: World, carrier: Browser) -> None:
    one, two = await world.assigned(pallets=4), await world.assigned(pallets=5)
    path = f"/legs/group?orders={one.order_id},{two.order_id}"
    fields = grouped_in(await carrier.page(path)) | {"how": "later"}
    answer = await carrier.web.post(path, data=fields | {"then": "down:0"})
    fields = grouped_in(answer.text) | {"how": "later"}
    assert [fields[f"stops.{n}.number"] for n in range(2)] == ["1", "0"]
    answer = await carrier.web.post(path, data=fields)
    assert answer.status_code == 422
    assert html.fromstring(answer.text).xpath("//*[@aria-invalid] | //*[@class='refusal']")


@pytest.mark.parametrize(
    "stale",
    [
        {"stops.1.number": None},
        {"stops.1.number": "0"},
        {"stops.2.number": "2"},
        {"stops.0": "x", "then": "near"},
    ],
)
async def test_stops_that_are_others_by_now_are_shown_anew(
    world: World, carrier: Browser, stale: dict[str, str | None]
) -> None:
    one, two = await world.assigned(pallets=4), await world.assigned(pallets=5)
    path = f"/legs/group?orders={one.order_id},{two.order_id}"
    fields = grouped_in(await carrier.page(path)) | {"how": "later"}
    if None in stale.values():
        fields = {name: value for name, value in fields.items() if not name.startswith("stops.1")}
    answer = await carrier.web.post(path, data=fields | {k: v for k, v in stale.items() if v is not None})
    assert answer.status_code == (200 if "then" in stale else 422), answer.text
    assert ("Les arrêts ont changé entre-temps" in answer.text) is ("then" not in stale)
    again = grouped_in(answer.text)
    assert [again[f"stops.{n}.number"] for n in range(2)] == ["0", "1"]
    assert again["stops.1.until_at"] == fields.get("stops.1.until_at", again["stops.1.until_at"])
    assert (await kept(world, one.order_id)).legs == []


async def test_what_is_not_held_is_not_put_together(world: World, carrier: Browser) -> None:
    held, offered = await world.assigned(), await world.offered()
    answer = await carrier.web.get(f"/legs/group?orders={held.order_id},{offered.order_id}")
    assert answer.headers["location"].endswith("/orders")


@pytest.mark.parametrize("width", [360, 768, 1440])
async def test_a_shared_truck_fits_every_screen(world: World, carrier: Browser, width: int) -> None:
    await sub(world)
    one, two = await world.assigned(pallets=4), await world.assigned(pallets=31)
    path = f"{carrier.web.base_url}/legs/group?orders={one.order_id},{two.order_id}"
    async with screen.looking(carrier.web, viewport={"width": width, "height": 900}) as page:
        await page.goto(path)
        await page.fill("[name='buy_cents']", "400")
        await page.get_by_role("button", name="Recalculer").press("Enter")
        await page.wait_for_load_state("networkidle")
        await page.add_script_tag(content=SOURCE.read_text())
        await screen.shot(page, f"group-{width}")
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
        await screen.shot(page, f"group-end-{width}")
        assert await page.evaluate(WIDER) <= 0
        assert await page.evaluate(RUN, {}) == []


async def test_what_was_given_for_hire_stands_in_the_register(world: World, carrier: Browser) -> None:
    assert "Aucune opération" in await carrier.page("/register")
    other = await sub(world)
    order = await world.assigned()
    path = f"/orders/{order.order_id}/legs/new"
    fields = typed_in(await carrier.page(path))
    given = {"trucks.0.how": "give", "trucks.0.carrier_id": other.id, "trucks.0.buy_cents": "333"}
    await carrier.web.post(path, data=fields | given)
    (leg,) = (await kept(world, order.order_id)).legs
    page = await carrier.page("/register")
    assert faults(page) == []
    for said in ("N° 1", other.name, "333,00", "Laiterie du Forez", "485,00", leg.reference):
        assert said in page, said
    answer = await carrier.web.get("/register.pdf")
    assert answer.content.startswith(b"%PDF")
    assert other.name in (await carrier.web.get("/register.csv")).text
    async with screen.looking(carrier.web, viewport={"width": 360, "height": 900}) as shown:
        for width in (360, 768, 1440):
            await shown.set_viewport_size({"width": width, "height": 900})
            await shown.goto(f"{carrier.web.base_url}/register")
            await screen.shot(shown, f"register-{width}")
            assert await shown.evaluate(WIDER) <= 0
            await shown.add_script_tag(content=SOURCE.read_text())
            assert await shown.evaluate(RUN, {}) == []


async def held_with_stops(world: World, stops: list[Stop], lines: int) -> OrderView:
    """An order of several places that the carrier has accepted."""
    goods = [Goods(description=f"Lot {n}", quantity=4, weight_kg=900, pallets=4) for n in range(lines)]
    asked = CreateOrder(stops=stops, goods=goods, consignee_name="Distri Rhône")
    made = await world.ask(world.shipper, asked)
    await world.say(world.shipper, ConfirmOrder(order_id=made.order_id))
    offered = await world.offer(made.order_id)
    assert offered.tender
    taken = AcceptTender(order_id=made.order_id, tender_id=offered.tender.tender_id)
    view: OrderView = await world.say(world.carrier, taken)
    return view


def at(site: Site, kind: Literal["pickup", "delivery"], hours: float, *lines: int) -> Stop:
    """A stop of some lines, that many hours after six in the morning."""
    begin = MORNING + timedelta(days=1, hours=hours)
    return Stop(kind=kind, site=site, from_at=begin, until_at=begin + timedelta(hours=2), lines=list(lines))


def elsewhere(name: str, code: str, city: str) -> Site:
    return structs.replace(
        LYON,
        name=name,
        address=structs.replace(LYON.address, postal_code=code, city=city),
        latitude=None,
        longitude=None,
    )


AMBERIEU = elsewhere("Dépôt d'Ambérieu", "01500", "Ambérieu-en-Bugey")
GIVORS = elsewhere("Entrepôt de Givors", "69700", "Givors")


async def test_goods_of_several_places_meet_at_a_hub_and_part_again(world: World, carrier: Browser) -> None:
    stops = [
        at(BOURG, "pickup", 1, 0),
        at(AMBERIEU, "pickup", 2, 1),
        at(LYON, "delivery", 9, 0),
        at(GIVORS, "delivery", 10, 1),
    ]
    order = await held_with_stops(world, stops, 2)
    path = f"/orders/{order.order_id}/legs/new"
    answer = await carrier.web.post(path, data=typed_in(await carrier.page(path)) | {"then": "hub"})
    later = {"trucks.0.how": "later", "trucks.1.how": "later"}
    answer = await carrier.web.post(path, data=typed_in(answer.text) | HUB | later)
    assert answer.status_code == 303, answer.text
    file = await kept(world, order.order_id)
    assert file.whole
    first, second = [await world.read(leg.order_id, world.carrier) for leg in file.legs]
    assert [(one.site.name, one.lines) for one in first.stops] == [
        (BOURG.name, [0]),
        (AMBERIEU.name, [1]),
        (HUB["hubs.0.site.name"], [0, 1]),
    ]
    assert [one.site.name for one in second.stops] == [HUB["hubs.0.site.name"], LYON.name, GIVORS.name]


async def test_one_truck_calls_where_its_orders_do_the_short_way(world: World, carrier: Browser) -> None:
    near = await held_with_stops(world, [at(AMBERIEU, "pickup", 2), at(LYON, "delivery", 9)], 1)
    far = await held_with_stops(world, [at(BOURG, "pickup", 1), at(GIVORS, "delivery", 10)], 1)
    path = f"/legs/group?orders={near.order_id},{far.order_id}"
    page = await carrier.page(path)
    assert faults(page) == []
    heads = [one.text_content() for one in html.fromstring(page).xpath("//ol//p/span/b")]
    assert heads == [
        "1. Enlèvement · Fromagerie de Bourg",
        "2. Enlèvement · Dépôt d'Ambérieu",
        "3. Livraison · Plateforme Distri Rhône",
        "4. Livraison · Entrepôt de Givors",
    ]
    answer = await carrier.web.post(path, data=grouped_in(page) | {"how": "later"})
    assert answer.status_code == 303, answer.text
    (leg,) = (await kept(world, far.order_id)).legs
    assert (leg.pickup_city, leg.delivery_city) == ("Bourg-en-Bresse", "Givors")
    assert (await kept(world, near.order_id)).whole


async def test_places_of_one_name_in_two_countries_are_two_stops(world: World, carrier: Browser) -> None:
    abroad = structs.replace(GIVORS, address=structs.replace(GIVORS.address, country="BE"))
    one = await held_with_stops(world, [at(BOURG, "pickup", 1), at(GIVORS, "delivery", 9)], 1)
    two = await held_with_stops(world, [at(BOURG, "pickup", 1), at(abroad, "delivery", 9)], 1)
    page = await carrier.page(f"/legs/group?orders={one.order_id},{two.order_id}")
    assert len(html.fromstring(page).xpath("//ol//p/span/b")) == 3
