"""An order that a client asks for by telephone: written, confirmed and carried by the carrier itself."""

import re
from typing import Any

import httpx
from tests.journeys.axe import RUN_OVER
from tests.portals import screen
from tests.portals import world as worlds
from tests.portals.transporter.world import World
from tests.portals.world import Browser, Organization

from rt.contracts.authz import AddPartner
from rt.contracts.core_orders import (
    CarryOrder,
    ConfirmOrder,
    CreateOrder,
    FindOrders,
    GetOrder,
    OrderView,
    SaveTemplate,
    TenderOrder,
)
from rt.portals.industry.app import build as industry_portal

NEW = "/orders/new/places"
FIRST = {
    "sell_cents": "480",
    "stops.0.kind": "pickup",
    "stops.0.site.name": "Scierie du Revermont",
    "stops.0.site.address.street": "4 route de la Forêt",
    "stops.0.site.address.postal_code": "01250",
    "stops.0.site.address.city": "Ceyzériat",
    "stops.0.site.address.country": "FR",
    "stops.0.site.contact.name": "Marc Ferrand",
    "stops.0.site.contact.phone": "+33 4 74 11 11 11",
    "stops.0.from_at": "2026-06-03T08:00",
    "stops.0.until_at": "2026-06-03T10:00",
    "stops.1.kind": "delivery",
    "stops.1.site.name": "Bois et Charpentes",
    "stops.1.site.address.street": "9 quai Perrache",
    "stops.1.site.address.postal_code": "69002",
    "stops.1.site.address.city": "Lyon",
    "stops.1.site.address.country": "FR",
    "stops.1.site.contact.name": "Nadia Belkacem",
    "stops.1.site.contact.phone": "+33 4 72 22 22 22",
    "stops.1.from_at": "2026-06-03T13:00",
    "stops.1.until_at": "2026-06-03T16:00",
    "consignee_name": "Bois et Charpentes",
}
GOODS = {
    "goods.0.description": "Poutres de sapin",
    "goods.0.quantity": "4",
    "goods.0.package_code": "PX",
    "goods.0.weight_kg": "6200",
    "goods.0.pallets": "4",
}


async def guest(world: World, name: str = "Scierie du Revermont") -> Organization:
    """A client without an account, whom the carrier wrote down."""
    email = f"devis@{name.split()[-1].lower()}.example"
    card = await world.ask(world.carrier, AddPartner(name=name, kind="shipper", email=email))
    return Organization(card.id, card.name, card.email, "")


async def written(carrier: Browser, client_id: str, **more: str) -> str:
    """A draft with places and goods, as the forms make it; the address of its page."""
    answer = await carrier.press(await carrier.page(NEW), NEW, client_id=client_id, **FIRST | more)
    assert answer.status_code == 303, answer.text
    goods = answer.headers["location"]
    answer = await carrier.press(await carrier.page(goods), goods, **GOODS)
    assert answer.headers["location"] == goods.replace("goods", "terms"), answer.text
    return goods.removesuffix("/write/goods")


async def press(carrier: Browser, here: str, act: str) -> httpx.Response:
    return await carrier.press(await carrier.page(here), f"{here}/{act}")


async def read(world: World, here: str, org: Organization | None = None) -> OrderView:
    seen: OrderView = await world.ask(org or world.carrier, GetOrder(order_id=here.rsplit("/", 1)[-1]))
    return seen


async def test_a_telephoned_order_is_written_confirmed_carried_and_waits_in_the_basket(
    world: World, carrier: Browser
) -> None:
    client = await guest(world)
    assert f'href="{NEW}"' in await carrier.page("/"), "one click from the front page"
    here = await written(carrier, client.id)
    answer = await press(carrier, here, "confirm")
    assert answer.headers["location"] == here
    page = await carrier.page(here)
    assert "Qui la transporte" in page
    assert page.index("Transporter nous-mêmes") < page.index("Confier à un sous-traitant")
    answer = await carrier.press(page, f"{here}/carry")
    assert answer.headers["location"] == here
    await world.platform.settle()
    order = await read(world, here)
    assert (order.state, order.carrier_id, order.client_id) == ("assigned", world.carrier.id, client.id)
    assert (order.shipper_id, order.sell_cents) == (client.id, 48_000)
    basket = await carrier.page("/planning/basket")
    assert order.reference in basket
    (job,) = re.findall(r'href="(/planning/jobs/[^"]+)"[^>]*>Affecter', basket)
    assert f"{client.name} → Bois et Charpentes" in await carrier.page(job)
    assert "Planifier" in await carrier.page(here)


async def test_a_client_with_an_account_follows_its_order_and_does_nothing_of_the_carriers(
    world: World, carrier: Browser
) -> None:
    here = await written(carrier, world.shipper.id)
    await press(carrier, here, "confirm")
    await press(carrier, here, "carry")
    await world.platform.settle()
    theirs = await read(world, here, world.shipper)
    assert (theirs.owned, theirs.sell_cents, theirs.agreed_cents) == (False, 48_000, None)
    industry = worlds.World(world.platform, world.links, "industry", industry_portal)
    client = Browser(industry.portal, "industry")
    await client.sign_in(world.shipper.email)
    listed = await client.page("/orders")
    assert theirs.reference in listed
    assert "480,00" in listed
    page = await client.page(here)
    assert "Transports Mabille" in page
    assert "480,00" in page[page.index("Prix du transport") :][:80]
    for act in ("carry", "cancel", "release", "duplicate", "template", "write/places", "tender"):
        assert f"{here}/{act}" not in page


async def test_an_order_is_for_whom_it_was_said_to_be(world: World, carrier: Browser) -> None:
    """Without a client neither written nor confirmed; the field says so."""
    page = await carrier.page(NEW)
    assert "Laiterie du Forez" in page
    assert "Négoce Express" not in page, "no partner of ours"
    answer = await carrier.press(page, NEW, client_id="", **FIRST)
    assert answer.status_code == 422
    assert "Choisissez pour qui vous transportez." in fault(answer.text, "client_id")
    assert 'value="Scierie du Revermont"' in answer.text, "what was typed stays"
    assert not world.ear.said(CreateOrder)
    made = await world.ask(world.carrier, CreateOrder(stops=(await world.read(await world.order())).stops))
    answer = await press(carrier, f"/orders/{made.order_id}", "confirm")
    assert "Choisissez pour qui vous transportez." in fault(answer.text, "client_id")
    assert not world.ear.said(ConfirmOrder)


def fault(page: str, name: str) -> str:
    """What is said to be wrong with a field."""
    found = re.search(f'id="f-{name}-fault">(.*?)</p>', page, re.DOTALL)
    return re.sub(r"<[^>]+>", "", found[1]) if found else ""


async def test_a_form_that_was_sent_and_changed_since_says_so(world: World, carrier: Browser) -> None:
    """The browser's way back leads to a page that was sent; sent as it was, it makes nothing anew."""
    page = await carrier.page(NEW)
    typed = FIRST | {"client_id": world.shipper.id}
    first, again = [await carrier.press(page, NEW, **typed) for _ in range(2)]
    assert first.headers["location"] == again.headers["location"]
    changed = typed | {"stops.0.site.name": "Scierie de Meillonnas"}
    answer = await carrier.press(page, NEW, **changed)
    assert answer.status_code == 422
    assert "Déjà envoyé, avec un autre contenu" in answer.text
    assert 'value="Scierie de Meillonnas"' in answer.text
    answer = await carrier.press(answer.text, NEW, **changed)
    assert answer.headers["location"] != first.headers["location"]


async def test_a_new_client_is_added_and_chosen(world: World, carrier: Browser) -> None:
    page = await carrier.page(NEW)
    (add,) = re.findall(r'href="(/partners/new[^"]+)"', page)
    add = add.replace("&amp;", "&")
    typed = {"name": "Scierie Bonnet", "kind": "shipper", "email": "devis@bonnet.example", "country": "FR"}
    answer = await carrier.press(await carrier.page(add), add, language="fr", **typed)
    page = await carrier.page(answer.headers["location"])
    assert re.search(r'<option value="[^"]+" selected>Scierie Bonnet · sans compte</option>', page)


async def test_a_client_that_was_missing_is_added_and_chosen_where_it_was_missed(
    world: World, carrier: Browser
) -> None:
    stops = (await world.read(await world.order())).stops
    made = await world.ask(world.carrier, CreateOrder(stops=stops))
    answer = await press(carrier, f"/orders/{made.order_id}", "confirm")
    (add,) = re.findall(r'href="(/partners/new[^"]+)"', answer.text)
    add = add.replace("&amp;", "&")
    typed = {"name": "Scierie Bonnet", "kind": "shipper", "email": "devis@bonnet.example", "country": "FR"}
    answer = await carrier.press(await carrier.page(add), add, language="fr", **typed)
    page = await carrier.page(answer.headers["location"])
    assert re.search(r'<option value="[^"]+" selected>Scierie Bonnet · sans compte</option>', page)
    assert 'value="Fromagerie de Bourg"' in page


async def test_a_page_stands_under_the_nearest_entry_of_the_navigation(
    world: World, carrier: Browser
) -> None:
    for path in (NEW, "/orders"):
        page = await carrier.page(path)
        (side, *_others) = re.findall(r"<nav.*?</nav>", page, re.DOTALL)
        assert re.findall(r'href="([^"]+)" aria-current="page"', side) == [path]


async def test_an_order_is_written_by_the_keyboard_alone_on_every_screen(
    world: World, carrier: Browser
) -> None:
    """From the client on, field after field; Enter goes on, and presses none of the known places."""
    await world.offered()
    async with screen.looking(carrier.web) as page:
        for width in (360, 768, 1440):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.goto(f"{carrier.web.base_url}{NEW}")
            assert await page.evaluate(screen.WIDER) <= 0
            await page.locator("#f-client_id").focus()
            await page.keyboard.type("Laiterie")
            await page.keyboard.press("Tab")
            await page.keyboard.type("480")
            for name in ("stops.0", "stops.1"):
                while await page.evaluate("document.activeElement.name") != f"{name}.site.name":
                    await page.keyboard.press("Tab")
                await page.keyboard.type("Quai")
            await page.keyboard.press("Enter")
            heading = page.get_by_role("heading", name="Marchandise 1")
            await heading.wait_for()
            assert await page.evaluate(screen.WIDER) <= 0
            order = await newest(world)
            assert (order.client_id, order.sell_cents) == (world.shipper.id, 48_000)
            assert order.delivery.name == "Quai"


async def test_steps_and_packages_are_read_on_a_phone(world: World, carrier: Browser) -> None:
    here = await written(carrier, world.shipper.id)
    assert "Palette (PX)" in await carrier.page(f"{here}/write/goods")
    await press(carrier, here, "confirm")
    async with screen.looking(carrier.web, viewport={"width": 360, "height": 900}) as page:
        await page.goto(f"{carrier.web.base_url}{here}", wait_until="networkidle")
        assert not await page.evaluate(RUN_OVER)


async def newest(world: World) -> OrderView:
    """The order that the carrier wrote last."""
    found = await world.ask(world.carrier, FindOrders(owner_id=world.carrier.id, limit=1))
    return await read(world, f"/orders/{found.items[0].order_id}")


async def test_a_partner_is_added_for_no_page_elsewhere(world: World, carrier: Browser) -> None:
    add = "/partners/new?back=//elsewhere.example/"
    typed = {"name": "Scierie Bonnet", "kind": "shipper", "email": "devis@bonnet.example", "country": "FR"}
    answer = await carrier.press(await carrier.page(add), add, language="fr", **typed)
    assert answer.headers["location"] == "/partners?kind=shipper"


async def test_an_order_that_moved_meanwhile_is_not_carried(world: World, carrier: Browser) -> None:
    here = await written(carrier, world.shipper.id)
    await press(carrier, here, "confirm")
    page = await carrier.page(here)
    terms = f"{here}/write/terms"
    await carrier.press(await carrier.page(terms), terms, instructions="Bâche")
    answer = await carrier.press(page, f"{here}/carry")
    assert (await read(world, here)).state == "confirmed"
    assert 'class="toast" role="alert"' in await carrier.page(answer.headers["location"])
    assert world.ear.said(CarryOrder)


async def test_who_hands_the_goods_over_may_be_another(world: World, carrier: Browser) -> None:
    client = await guest(world)
    here = await written(carrier, client.id, shipper_id=world.shipper.id)
    order = await read(world, here)
    assert (order.client_id, order.shipper_id) == (client.id, world.shipper.id)
    assert "Laiterie du Forez" in await carrier.page(here)
    places = f"{here}/write/places"
    page = await carrier.page(places)
    assert f'<option value="{world.shipper.id}" selected>' in page
    again = {name: value for name, value in FIRST.items() if "country" not in name}
    await carrier.press(page, places, client_id=client.id, shipper_id="", **again)
    assert (await read(world, here)).shipper_id == client.id
    assert '<option value="" selected>Le client lui-même' in await carrier.page(places), "whoever it becomes"


async def test_our_orders_are_a_view_with_client_and_price(world: World, carrier: Browser) -> None:
    theirs = await world.offered()
    client = await guest(world)
    ours = await read(world, await written(carrier, client.id))
    page = await carrier.page("/orders?view=ours")
    assert world.ear.latest(FindOrders).owner_id == world.carrier.id
    assert 'aria-current="page">Nos commandes<span class="count">1</span>' in page
    assert ours.reference in page
    assert theirs.reference not in page
    assert client.name in page
    assert "480,00" in page


async def test_an_offer_of_our_own_is_not_answered_by_us(world: World, carrier: Browser) -> None:
    other = await world.organization("Transports Delmas", "carrier")
    await world.partners(world.carrier, other)
    here = await written(carrier, world.shipper.id)
    await press(carrier, here, "confirm")
    page = await carrier.page(f"{here}/tender")
    assert f'value="{other.id}"' in page
    assert f'value="{world.carrier.id}"' not in page
    typed: dict[str, Any] = {"carrier_id": other.id, "price_cents": "400", "deadline": "2026-06-02T12:00"}
    answer = await carrier.press(page, f"{here}/tender", **typed)
    assert answer.headers["location"] == here
    assert world.ear.said(TenderOrder)
    assert (await read(world, here)).reference not in await carrier.page("/")
    seen = await read(world, here, other)
    assert (seen.sell_cents, seen.client_id) == (None, None)


async def test_an_order_is_written_from_a_model_or_again(world: World, carrier: Browser) -> None:
    client = await guest(world)
    here = await written(carrier, client.id)
    order_id = here.rsplit("/", 1)[-1]
    answer = await carrier.press(await carrier.page(here), f"{here}/template", name="")
    assert 'class="toast" role="alert"' in await carrier.page(answer.headers["location"])
    await world.ask(world.carrier, SaveTemplate(order_id=order_id, name="Poutres du mercredi"))
    page = await carrier.page("/orders/new")
    assert "Poutres du mercredi" in page
    answer = await carrier.press(page, f"{here}/duplicate")
    again = await read(world, answer.headers["location"])
    assert (again.client_id, again.sell_cents, again.state) == (client.id, 48_000, "draft")


async def test_a_sheet_makes_drafts_for_one_client(world: World, carrier: Browser) -> None:
    client = await guest(world)
    sheet = (await carrier.page("/imports/template.csv")).encode()
    page = await carrier.page("/imports")
    answer = await carrier.press(page, "/imports", files={"file": ("semaine.csv", sheet, "text/csv")})
    here = answer.headers["location"]
    page = await carrier.page(here)
    for nobody in ("org_nobody", "Scierie"):
        answer = await carrier.press(page, f"{here}/commit", client_id=nobody)
        page = await carrier.page(answer.headers["location"])
        assert f"{here}/commit" in page, "nothing was taken in, and it can be said again"
    answer = await carrier.press(page, f"{here}/commit", client_id=client.id)
    page = await carrier.page(answer.headers["location"])
    assert "Commandes créées : 1, mises à jour : 0." in page
    (order,) = re.findall(r'href="(/orders/ord_[^"]+)"', page)
    assert (await read(world, order)).client_id == client.id
    (drafts,) = re.findall(r'href="(/orders\?view=draft)"', page)
    assert order in await carrier.page(drafts)


async def test_who_only_reads_is_offered_no_new_order(world: World) -> None:
    viewer = await world.colleague("viewer")
    page = await (await world.browser(viewer.email)).page("/orders")
    assert NEW not in page
