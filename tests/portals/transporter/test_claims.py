"""What an offer may cost and an incident may bring, as carrier and owner read it, before the real units."""

from html import unescape

from msgspec import structs
from tests.portals.screen import OUTSIDE, WIDER, looking, shot
from tests.portals.transporter.world import LYON, MORNING, World
from tests.portals.world import Browser, Organization, carried

from rt.contracts.core_orders import (
    AcceptTender,
    ExposureView,
    LawView,
    OrderView,
    ReportIncident,
    ReportProgress,
    Stop,
)
from rt.portals.transporter.pages.offers import owed_text
from rt.trade.goods import Goods
from rt.trade.places import Address, Site

CHEESE = [
    Goods(description="Comté en meules", quantity=12, weight_kg=6_000, pallets=12, value_cents=90_000_00)
]
WIDTHS = (360, 768, 1440)
SPILLED = "all => all.filter(one => one.scrollWidth > one.clientWidth).length"


def plain(page: str) -> str:
    return unescape(page).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


async def hurt(world: World, kind: str = "damage") -> tuple[str, str]:
    """An order that we carried, with an incident that its owner shares: the page of what it may cost."""
    order = await world.assigned(goods=CHEESE)
    for reached in ("in_transit", "delivered"):
        await world.say(world.carrier, ReportProgress(order_id=order.order_id, reached=reached))
    told = ReportIncident(order_id=order.order_id, kind=kind, text="Deux meules écrasées", shared=True)
    after: OrderView = await world.say(world.shipper, told)
    here = f"/orders/{order.order_id}"
    return here, f"{here}/incidents/{after.incidents[0].incident_id}/claim"


async def test_an_offer_says_what_it_may_cost_beside_the_value(world: World, carrier: Browser) -> None:
    offer = await world.offered(goods=CHEESE)
    page = plain(await carrier.page(f"/orders/{offer.order_id}"))
    # 6 t × 20 €/kg = 120 000 €; 6 t × 3 200 € = 19 200 €
    assert "En cas de perte totale vous devez au plus 19 200,00 €" in page
    assert "6 t (envoi) × 3 200,00 € = 19 200,00 €" in page
    assert "Valeur déclarée de la marchandise : 90 000,00 €" in page
    taken = await world.assigned(goods=CHEESE)
    assert "vous devez au plus" not in plain(await carrier.page(f"/orders/{taken.order_id}"))


async def test_the_inbox_says_it_of_every_offer(world: World, carrier: Browser) -> None:
    await world.offered(goods=CHEESE)
    await world.offered(pallets=4)
    page = plain(await carrier.page("/"))
    assert "Risque : 19 200 € · déclaré 90 000 €" in page
    # 2 t in 4 packages: 4 × 1 000 €.
    assert "Risque : 4 000 €" in page


def test_abroad_the_price_that_is_refunded_is_a_part_of_the_risk() -> None:
    law = LawView(regime="cmr", fr="", en="", verified=False)
    found = ExposureView(
        order_id="ord_1", law=law, weight_kg=100, packages=1, cents=1_000_01, bounds=[], refunded_cents=800_00
    )
    assert plain(owed_text(found)) == "Risque : 1 801 €"
    assert plain(owed_text(structs.replace(found, refunded_cents=None))) == "Risque : 1 001 €"


async def test_a_guest_reads_it_by_its_link(world: World, carrier: Browser) -> None:
    order_id = await world.order(goods=CHEESE)
    await world.offer(order_id, carrier=await world.guest())
    link = world.links.issued["accept_tender", order_id]
    page = plain(await carrier.page(f"/l/{link}/tender/{order_id}"))
    assert "vous devez au plus 19 200,00 €" in page
    assert "Valeur déclarée de la marchandise : 90 000,00 €" in page


async def test_a_law_that_is_not_known_is_said_instead_of_a_sum(world: World, carrier: Browser) -> None:
    island = Site(
        name="Le Port",
        address=Address(street="1 quai", postal_code="97420", city="Le Port"),
        contact=LYON.contact,
    )
    begin = MORNING
    stops = [
        Stop(kind="pickup", site=LYON, from_at=begin, until_at=begin),
        Stop(kind="delivery", site=island, from_at=begin, until_at=begin),
    ]
    order = await world.offered(stops=stops)
    page = plain(await carrier.page(f"/orders/{order.order_id}"))
    assert "Outre-mer (FR → RE)" in page
    assert "vous devez au plus" not in page


async def test_one_press_says_how_much_and_until_when(world: World, carrier: Browser) -> None:
    here, claim = await hurt(world)
    assert f'href="{claim}"' in await carrier.page(here)
    page = plain(await carrier.page(claim))
    assert "19 200,00 € au plus" in page
    # Delivered on Tuesday, 2 June 2026: the third day is Friday.
    assert "jusqu'au 5 juin 2026 inclus" in page
    assert "3 jours" in page
    answer = await carrier.press(page, claim, loss_cents="3 000", weight_kg="80", packages="2", harm="damage")
    assert "1 600,00 € au plus" in plain(answer.text)
    assert "80 kg × 20 €/kg = 1 600,00 €" in plain(answer.text)
    wrong = await carrier.press(page, claim, weight_kg="9 000")
    assert wrong.status_code == 422
    assert "6 000 kg" in plain(wrong.text)


async def test_the_letter_is_the_owners_to_write(world: World, carrier: Browser) -> None:
    order_id, alpine = await world.order(world.carrier, goods=CHEESE), await sub(world)
    offer = (await world.offer(order_id, shipper=world.carrier, carrier=alpine)).tender
    assert offer is not None
    await world.say(alpine, AcceptTender(order_id=order_id, tender_id=offer.tender_id))
    told = ReportIncident(order_id=order_id, kind="missing", text="Une palette manque", shared=True)
    after: OrderView = await world.say(world.carrier, told)
    claim = f"/orders/{order_id}/incidents/{after.incidents[0].incident_id}/claim"
    page = await carrier.page(claim)
    assert f'formaction="{claim}/letter/fr"' in page
    typed = carried(page, claim) | {"loss_cents": "3000", "weight_kg": "80", "packages": "1"}
    french = plain((await carrier.web.post(f"{claim}/letter/fr", data=typed)).text)
    assert "mise en demeure de livrer" in french
    assert "Lettre recommandée avec avis de réception" in french
    assert "Une palette manque" in french
    english = plain((await carrier.web.post(f"{claim}/letter/en", data=typed)).text)
    assert "Registered letter" in english
    assert "EUR 1,600.00" in english
    _here, theirs = await hurt(world)
    assert "/letter/fr" not in await carrier.page(theirs)


async def sub(world: World) -> Organization:
    made = await world.organization("Sous-traitant Alpin", "carrier")
    await world.partners(world.carrier, made)
    return made


async def test_an_order_says_when_it_is_due_and_warns_in_time(world: World, carrier: Browser) -> None:
    coming = await world.assigned()
    page = plain(await carrier.page(f"/orders/{coming.order_id}"))
    assert "date légale, si rien n'était convenu" in page
    assert "Le chargement est en retard" not in page
    late = await world.assigned(begin=MORNING.replace(hour=1))
    page = plain(await carrier.page(f"/orders/{late.order_id}"))
    assert "Le chargement est en retard" in page
    assert "Un autre transporteur peut être pris sans préavis à partir du 2 juin 2026 07:00" in page


async def test_enter_reckons_and_a_letter_is_printed_alone(world: World, carrier: Browser) -> None:
    order_id, alpine = await world.order(world.carrier, goods=CHEESE), await sub(world)
    offer = (await world.offer(order_id, shipper=world.carrier, carrier=alpine)).tender
    assert offer is not None
    await world.say(alpine, AcceptTender(order_id=order_id, tender_id=offer.tender_id))
    told = ReportIncident(order_id=order_id, kind="damage", text="Choc", shared=True)
    after: OrderView = await world.say(world.carrier, told)
    claim = f"/orders/{order_id}/incidents/{after.incidents[0].incident_id}/claim"
    async with looking(carrier.web) as screen:
        await screen.goto(f"{carrier.web.base_url}{claim}")
        await screen.get_by_label("Poids brut concerné").fill("80")
        await screen.get_by_label("Poids brut concerné").press("Enter")
        await screen.get_by_text("1 600,00 € au plus").wait_for()
        await screen.get_by_role("button", name="Lettre recommandée, en français").click()
        await screen.emulate_media(media="print")
        assert await screen.locator("article.letter").is_visible()
        assert await screen.locator(".mast:visible, .foot:visible, .noprint:visible").count() == 0


async def test_hostile_and_endless_names_stay_text_within_the_letter(world: World, carrier: Browser) -> None:
    endless, tag = "Ä" * 80, "<img src=x onerror=alert(1)>"
    goods = [structs.replace(CHEESE[0], description=endless)]
    order_id, alpine = await world.order(world.carrier, goods=goods), await sub(world)
    offer = (await world.offer(order_id, shipper=world.carrier, carrier=alpine)).tender
    assert offer is not None
    await world.say(alpine, AcceptTender(order_id=order_id, tender_id=offer.tender_id))
    told = ReportIncident(order_id=order_id, kind="missing", text=f"{tag} {endless * 3}", shared=True)
    after: OrderView = await world.say(world.carrier, told)
    claim = f"/orders/{order_id}/incidents/{after.incidents[0].incident_id}/claim"
    typed = carried(await carrier.page(claim), claim) | {"loss_cents": "3000", "weight_kg": "80"}
    for language in ("fr", "en"):
        letter = (await carrier.web.post(f"{claim}/letter/{language}", data=typed)).text
        assert tag not in letter
        assert "&lt;img src=x onerror=alert(1)&gt;" in letter
    async with looking(carrier.web, viewport={"width": 360, "height": 900}) as screen:
        await screen.goto(f"{carrier.web.base_url}{claim}")
        await screen.get_by_role("button", name="Lettre recommandée, en français").click()
        await screen.locator("article.letter").wait_for()
        assert await screen.evaluate(WIDER) == 0
        assert await screen.locator("article :is(p, h1)").evaluate_all(SPILLED) == 0
        await shot(screen, "claims-letter-360")


async def test_nothing_is_cut_off_on_any_screen(world: World, carrier: Browser) -> None:
    offer = await world.offered(goods=CHEESE)
    here, claim = await hurt(world)
    async with looking(carrier.web) as screen:
        for name, path in (
            ("inbox", "/"),
            ("offer", f"/orders/{offer.order_id}"),
            ("incident", here),
            ("claim", claim),
        ):
            for width in WIDTHS:
                await screen.set_viewport_size({"width": width, "height": 900})
                await screen.goto(f"{carrier.web.base_url}{path}")
                assert await screen.evaluate(WIDER) == 0, (name, width)
                assert await screen.locator("main :is(p, li, button)").evaluate_all(OUTSIDE) == 0, (
                    name,
                    width,
                )
                await shot(screen, f"claims-{name}-{width}")
