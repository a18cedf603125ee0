"""A pasted mail or a PDF becomes an order once a human has read it over: doubts first, nothing before."""

from html.parser import HTMLParser
from typing import Any

import httpx
from tests.portals import screen
from tests.portals.transporter.test_entering import guest, read
from tests.portals.transporter.world import World
from tests.portals.world import Browser
from tests.services.core_orders.test_letters import pdf

from rt.contracts.core_orders import FindDocuments, FindOrders

LETTER = """Bonjour,

Chargement : Scierie du Revermont
4 route de la Forêt
01250 Ceyzériat
le mercredi 03/06/2026 entre 8h et 10h
Contact : M. Ferrand 04 74 11 11 11

Livraison : Bois et Charpentes
9 quai Perrache
69002 Lyon
le 04/06/2026 avant 16h

4 palettes de poutres, 1.250 kg
Prix convenu 480 €

Cordialement,
Luc
devis@revermont.example
"""
HERE = "/letters"
ORDER = "/letters/order"


class Filled(HTMLParser):
    """What a browser would post of the form of one address."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.action, self.values = action, {}
        self._inside, self._select, self._area = False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if tag == "form":
            self._inside = said.get("action") == self.action
        if not self._inside:
            return
        name, value = said.get("name") or "", said.get("value") or ""
        if tag == "input" and name and (said.get("type") != "checkbox" or "checked" in said):
            self.values.setdefault(name, []).append(value)
        elif tag == "select":
            self._select = name
            self.values[name] = []
        elif tag == "option" and self._select and ("selected" in said or not self.values[self._select]):
            self.values[self._select] = [value]
        elif tag == "textarea":
            self._area = name
            self.values[name] = [""]

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""


def filled(page: str) -> dict[str, Any]:
    form = Filled(ORDER)
    form.feed(page)
    return form.values


async def paste(carrier: Browser, text: str = LETTER, **more: Any) -> str:
    answer = await carrier.press(await carrier.page(HERE), HERE, text=text, **more)
    assert answer.status_code == 200, answer.text
    return answer.text


async def confirm(carrier: Browser, page: str, **typed: str) -> httpx.Response:
    return await carrier.web.post(ORDER, data=filled(page) | typed)


async def count(world: World) -> int:
    return len((await world.ask(world.carrier, FindOrders(owner_id=world.carrier.id, limit=200))).items)


async def test_a_pasted_mail_is_a_draft_once_it_was_read_over(world: World, carrier: Browser) -> None:
    client = await guest(world)
    before = await count(world)
    assert f'href="{HERE}"' in await carrier.page("/orders/new/places")
    page = await paste(carrier)
    assert await count(world) == before, "nothing is made before somebody confirms"
    assert page.index("doute") < page.index("1. Enlèvement</h2>")
    assert "deux lectures" in page, "why, in words"
    assert "ou bien : 1.25" in page
    assert "<s" in page, "the signature is shown as left out"
    assert page.index("Poids") < page.index("1. Enlèvement</h2>"), "the doubtful weight stands first"
    answer = await confirm(carrier, page, client_id=client.id)
    assert answer.status_code == 303, answer.text
    order = await read(world, answer.headers["location"])
    assert (order.state, order.client_id, order.sell_cents) == ("draft", client.id, 48_000)
    assert (order.pickup.address.postal_code, order.delivery.name) == ("01250", "Bois et Charpentes")
    assert (order.goods[0].pallets, order.goods[0].weight_kg) == (4, 1_250)
    assert await count(world) == before + 1


async def test_a_client_is_recognized_by_its_address(world: World, carrier: Browser) -> None:
    client = await guest(world)
    assert filled(await paste(carrier))["client_id"] == [client.id]


async def test_a_pdf_stays_with_the_order_that_it_asked_for(world: World, carrier: Browser) -> None:
    client = await guest(world)
    content = pdf("Chargement : 01000 Bourg-en-Bresse\nLivraison : 69002 Lyon\n4 palettes 900 kg de poutres")
    files = {"file": ("commande.pdf", content, "application/pdf")}
    page = (await carrier.press(await carrier.page(HERE), HERE, files=files)).text
    answer = await confirm(carrier, page, client_id=client.id, **{"goods.0.description": "Poutres"})
    assert answer.status_code == 303, answer.text
    order_id = answer.headers["location"].rsplit("/", 1)[-1]
    (document,) = (await world.ask(world.carrier, FindDocuments(order_id=order_id))).items
    assert (document.filename, document.kind) == ("commande.pdf", "letter")


async def test_what_is_wrong_comes_back_beside_the_letter_with_what_was_typed(
    world: World, carrier: Browser
) -> None:
    page = await paste(carrier)
    answer = await confirm(carrier, page, client_id="", **{"stops.0.site.name": "Scierie Neuve"})
    assert answer.status_code == 422
    assert "Choisissez pour qui vous transportez." in answer.text
    again = filled(answer.text)
    assert again["stops.0.site.name"] == ["Scierie Neuve"]
    assert "4 route de la Forêt" in answer.text
    answer = await confirm(carrier, answer.text, client_id=world.shipper.id)
    assert answer.status_code == 303, answer.text


async def test_several_orders_in_one_mail_are_said_and_read_one_by_one(
    world: World, carrier: Browser
) -> None:
    text = (
        "1) Enlèvement 67000 Strasbourg le 03/06/2026, livraison 57000 Metz le 04/06/2026, 4 palettes\n"
        "2) Enlèvement 67000 Strasbourg le 03/06/2026, livraison 51100 Reims le 04/06/2026, 7 palettes\n"
    )
    page = await paste(carrier, text)
    assert "Ce texte contient 2 commandes : voici la n° 1." in page
    assert filled(page)["stops.1.site.address.city"] == ["Metz"]
    page = (await carrier.press(page, HERE, order="2")).text
    assert filled(page)["stops.1.site.address.city"] == ["Reims"]


async def test_nothing_and_what_cannot_be_read_is_said(world: World, carrier: Browser) -> None:
    page = await carrier.page(HERE)
    assert "Collez un texte" in (await carrier.press(page, HERE, text="  ")).text
    files = {"file": ("photo.png", b"\x89PNG rest", "image/png")}
    assert 'role="alert"' in (await carrier.press(page, HERE, files=files)).text
    answer = await carrier.web.post(ORDER, data=filled(await paste(carrier)) | {"letter": "%%%"})
    assert answer.headers["location"] == HERE


async def test_one_tab_leads_from_doubt_to_doubt(world: World, carrier: Browser) -> None:
    async with screen.looking(carrier.web) as page:
        for width in (360, 768, 1440):
            await page.set_viewport_size({"width": width, "height": 900})
            await page.goto(f"{carrier.web.base_url}{HERE}")
            await page.locator("#text").fill(LETTER)
            await page.get_by_role("button", name="Lire la commande").click()
            await page.locator("#doubts").wait_for()
            assert await page.evaluate(screen.WIDER) <= 0
            doubts = await page.locator("section[aria-labelledby=doubts] [name]").evaluate_all(
                "all => all.map(one => one.name)"
            )
            await page.locator(f'[name="{doubts[0]}"]').focus()
            seen = [await page.evaluate("document.activeElement.name")]
            for _ in doubts[1:]:
                while await page.evaluate("document.activeElement.name") == seen[-1]:
                    await page.keyboard.press("Tab")
                seen.append(await page.evaluate("document.activeElement.name"))
            assert seen == doubts


async def test_a_mail_that_was_saved_as_a_file_stays_with_the_order(world: World, carrier: Browser) -> None:
    client = await guest(world)
    mail = f"From: Luc <devis@revermont.example>\nMIME-Version: 1.0\nSubject: Poutres\n\n{LETTER}".encode()
    files = {"file": ("demande.eml", mail, "application/octet-stream")}
    page = (await carrier.press(await carrier.page(HERE), HERE, files=files)).text
    answer = await confirm(carrier, page, client_id=client.id)
    order_id = answer.headers["location"].rsplit("/", 1)[-1]
    (document,) = (await world.ask(world.carrier, FindDocuments(order_id=order_id))).items
    assert (document.filename, document.media_type) == ("demande.eml", "message/rfc822")
    assert "Demande reçue" in await carrier.page(f"/orders/{order_id}")
