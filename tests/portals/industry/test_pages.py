"""Every page of the shipper's portal: whole, in part, in both languages, each field labelled."""

import re

import pytest
from tests.portals.industry import make
from tests.portals.industry.town import Town, browser, signed_in
from tests.portals.plain import faults

from rt.contracts.core_orders import CountOrders, FindOrders, GetOrder, OrdersPage
from rt.contracts.ecpmr import DocumentsPage, FindDocuments
from rt.contracts.palette import BalancesView, GetBalances
from rt.contracts.planning import DocksPage, FindDocks, FindSlots, SlotsPage
from rt.contracts.tracking_ia import GetTrack
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Unavailable
from rt.ui.catalogues import check, folders

PAGES = (
    "/",
    "/?kind=late",
    "/orders",
    "/orders?view=incident&q=24107",
    "/orders/new",
    "/orders/new/places",
    "/orders/new/places?stops=3",
    "/orders/ord_1",
    "/orders/ord_1/write/places",
    "/orders/ord_1/write/goods",
    "/orders/ord_1/write/terms",
    "/orders/ord_1/tender",
    "/orders/ord_1/assign",
    "/orders/ord_1/cancel",
    "/orders/ord_1/release",
    "/orders/ord_1/reopen",
    "/orders/ord_1/incidents/inc_1/resolve",
    "/orders/ord_1/incidents/inc_1/claim",
    "/orders/ord_1/cmr/cmr_1",
    "/imports",
    "/imports/imp_1",
    "/letters",
    "/docks?day=2026-11-23",
    "/docks/places",
    "/docks/places/new",
    "/docks/places/dck_1",
    "/documents",
    "/documents/batch?id=cmr_1&id=cmr_2",
    "/pallets",
    "/pallets/movements",
    "/pallets/movements/new",
    "/pallets/movements/mov_1/reverse",
    "/pallets/claims",
    "/pallets/claims/mov_1/dispute",
    "/pallets/claims/mov_1/withdraw",
    "/pallets/policies",
    "/pallets/policies/new",
    "/pallets/vouchers",
    "/pallets/vouchers/new",
    "/pallets/vouchers/vou_1/redeem",
    "/pallets/vouchers/vou_1/withdraw",
    "/pallets/statements",
    "/pallets/statements/new",
    "/pallets/statements/sta_1",
    "/partners",
    "/partners/new",
    "/team",
    "/team/invite",
    "/settings",
)
IN_PARTS = (
    "/",
    "/orders",
    "/imports/imp_1",
    "/docks",
    "/documents",
    "/pallets",
    "/pallets/vouchers",
    "/pallets/statements",
    "/partners",
    "/team",
)


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_renders_whole_in_both_languages(path: str) -> None:
    client, _proof = await signed_in(Town())
    with held(make.AT):
        french = await client.get(path)
        english = await client.get(path + ("&" if "?" in path else "?") + "lang=en")
    assert (french.status_code, english.status_code) == (200, 200)
    assert '<html lang="fr">' in french.text
    assert '<html lang="en">' in english.text
    assert faults(french.text) + faults(english.text) == []


@pytest.mark.parametrize("path", IN_PARTS)
async def test_a_part_comes_without_its_frame(path: str) -> None:
    client, _proof = await signed_in(Town())
    part = await client.get(path, headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text


@pytest.mark.parametrize("path", ["/", "/orders", "/imports", "/docks", "/documents.zip?id=1", "/partners"])
async def test_pages_send_strangers_to_the_login(path: str) -> None:
    answer = await browser(Town()).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


async def test_empty_lists_say_what_to_do() -> None:
    town = Town()
    town.answers |= {
        FindOrders: OrdersPage(items=[], next=""),
        FindSlots: SlotsPage(items=[]),
        FindDocks: DocksPage(items=[]),
        FindDocuments: DocumentsPage(items=[]),
        GetBalances: BalancesView(items=[], as_of=make.AT),
    }
    client, _proof = await signed_in(town)
    for path in ("/", "/orders", "/orders/new", "/docks", "/docks/places", "/documents", "/pallets"):
        assert 'class="state"' in (await client.get(path)).text, path


async def test_an_order_is_shown_though_other_services_are_down() -> None:
    town = Town()
    town.answers[GetOrder] = make.order("in_transit")
    for message in (FindDocuments, FindSlots, GetTrack):
        town.answers[message] = Unavailable()
    client, _proof = await signed_in(town)
    page = await client.get("/orders/ord_1")
    assert page.status_code == 200
    assert "Le suivi ne répond pas" in page.text
    assert "Les lettres de voiture ne répondent pas" in page.text


async def test_the_day_says_which_part_it_could_not_ask() -> None:
    town = Town()
    town.answers |= {FindOrders: Unavailable(), CountOrders: Unavailable()}
    client, _proof = await signed_in(town)
    page = await client.get("/")
    assert page.status_code == 200
    assert "Sans réponse en ce moment : les commandes" in page.text


async def test_who_may_only_read_sees_no_button_that_changes() -> None:
    town = Town([f"{unit}.read" for unit in ("core_orders", "planning", "palette", "authz", "ecpmr")])
    town.answers[GetOrder] = make.order("draft", ("ConfirmOrder", "EditOrder", "CancelOrder", "AddDocument"))
    client, _proof = await signed_in(town)
    for path in (
        "/orders",
        "/docks?day=2026-11-23",
        "/docks/places",
        "/pallets",
        "/pallets/policies",
        "/team",
    ):
        page = (await client.get(path)).text
        posts = set(re.findall(r'<form method="post" action="([^"]+)"', page))
        assert posts <= {"/logout", "/density", "/orders/bulk"}, path
    order = (await client.get("/orders/ord_1")).text
    assert "/orders/ord_1/confirm" not in order
    assert 'name="verb"' not in (await client.get("/orders")).text


def test_no_sentence_of_the_portal_lacks_its_english() -> None:
    folder = next(f for f in folders() if f.name == "industry")
    assert check(folder) == []


async def test_what_fits_no_field_of_a_question_is_left_out_alone() -> None:
    town = Town()
    client, _proof = await signed_in(town)
    for wrong in ("q=" + "a" * 500, "limit=many", "limit=0"):
        answer = await client.get(f"/documents?state=signed&after=c2&{wrong}")
        assert answer.status_code == 200
        asked = town.heard(FindDocuments)
        assert (asked.after, asked.q, asked.limit) == ("c2", "", FindDocuments().limit), wrong
