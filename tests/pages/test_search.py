"""What every portal promises of its search: anything by what is written on it, acts too, by keys alone."""

from typing import Any

import msgspec
import pytest
from playwright.async_api import Page, expect
from tests.pages.shop import ORIGIN, Town, browser, shop, signed_in
from tests.portals.industry import make
from tests.portals.plain import faults
from tests.portals.screen import looking, shot

from rt.contracts.authz import FindUsers, UsersPage
from rt.contracts.core_orders import FindOrders, OrdersPage
from rt.contracts.core_orders.summary import References
from rt.contracts.palette import FindVouchers
from rt.kernel.core.errors import Unavailable
from rt.pages import sources
from rt.pages.search import Act, Search
from rt.pages.team import Team
from rt.ui import gallery
from rt.ui.pages import Page as Shown
from rt.ui.visit import Visit, page

SEARCH = Search(
    sources.orders(),
    Team("viewer").source(),
    sources.vouchers(),
    acts=(
        Act(path="/orders/new", label="Nouvelle commande", needs="core_orders.write"),
        Act(path="/rules/new", label="Nouvelle consigne", needs="palette.write"),
    ),
)


class OrderPage(Shown):
    """One order, as bare as can be."""

    template = "ui/layouts/portal.html"


async def order(visit: Visit) -> Shown:
    return OrderPage(title=f"Commande {visit.path['order_id'][4:]}", crumbs=[("/orders", "Commandes")])


def at_work() -> Town:
    town = Town()
    row = make.row("in_transit", reference="D26-0041", vehicle_plate="GH-101-KL", order_id="ord_0041")
    row = msgspec.structs.replace(row, references=References(purchase_order="PO-7781"))
    town.answers = {
        FindOrders: OrdersPage(items=[row], next=""),
        FindUsers: UsersPage(items=[], next=""),
    }
    return town


def portal(town: Town) -> Any:
    return signed_in(town, search=SEARCH, pages=[*gallery.PAGES, page("/orders/{order_id}", order)])


async def test_what_is_found_tells_how_it_is_known_and_leads_to_its_page() -> None:
    async with portal(at_work()) as client:
        text = (await client.get("/search?q=PO-7781")).text
    assert 'href="/orders/ord_0041"' in text
    for known in ("D26-0041", "PO-7781", "GH-101-KL", "En transit"):
        assert known in text
    assert "Rien ne correspond" not in text
    assert faults(text) == []


async def test_kinds_that_the_person_may_not_read_are_not_asked_for() -> None:
    town = at_work()
    async with portal(town) as client:
        await client.get("/search?q=PO-7781")
    asked = {type(word) for _token, word, _key in town.said}
    assert asked & {FindOrders, FindVouchers, FindUsers} == {FindOrders}


async def test_one_letter_asks_nobody() -> None:
    town = at_work()
    async with portal(town) as client:
        await client.get("/search?q=P")
    assert not [word for _token, word, _key in town.said if isinstance(word, FindOrders)]


async def test_nothing_found_is_said_with_what_was_typed_and_harms_no_page() -> None:
    town = at_work()
    town.answers[FindOrders] = OrdersPage(items=[], next="")
    async with portal(town) as client:
        text = (await client.get("/search", params={"q": "<b>zz</b>"})).text
    assert "Rien ne correspond à « &lt;b&gt;zz&lt;/b&gt; »." in text


async def test_a_unit_that_does_not_answer_is_named_and_the_others_are_shown() -> None:
    town = at_work()
    town.answers[FindOrders] = Unavailable()
    async with portal(town) as client:
        text = (await client.get("/search?q=commande")).text
    assert "Sans réponse en ce moment : Commandes." in text
    assert 'href="/orders/new"' in text


@pytest.mark.parametrize("q", ["nouvelle commande", "NOUV", "Commande nouv"])
async def test_acts_are_found_by_their_words_where_the_person_may_do_them(q: str) -> None:
    async with portal(at_work()) as client:
        text = (await client.get("/search", params={"q": q})).text
    assert 'href="/orders/new"' in text
    assert "/rules/new" not in text


async def test_htmx_and_the_dialog_get_the_results_alone() -> None:
    async with portal(at_work()) as client:
        text = (await client.get("/search?q=PO-7781", headers={"hx-request": "true"})).text
    assert "D26-0041" in text
    assert "<html" not in text


async def test_visitors_see_no_search_and_are_sent_to_sign_in() -> None:
    async with browser(shop(at_work(), search=SEARCH)) as client:
        assert "data-finder" not in (await client.get("/login")).text
        assert (await client.get("/search?q=PO-7781")).headers["location"].startswith("/login")


async def opened(window: Page) -> None:
    await window.goto(f"{ORIGIN}/gallery")
    await window.keyboard.press("Control+k")
    await expect(window.get_by_role("combobox", name="Rechercher")).to_be_focused()


async def test_by_keyboard_alone_something_is_found_and_opened() -> None:
    async with (
        portal(at_work()) as client,
        looking(client, viewport={"width": 1440, "height": 900}) as window,
    ):
        await opened(window)
        await window.keyboard.type("commande")
        first = window.get_by_role("option", name="D26-0041")
        await expect(first).to_have_attribute("aria-selected", "true")
        await shot(window, "finder-1440")
        await window.keyboard.press("ArrowDown")
        await expect(first).to_have_attribute("aria-selected", "false")
        chosen = window.get_by_role("option", name="Nouvelle commande")
        await expect(chosen).to_have_attribute("aria-selected", "true")
        box = window.locator("dialog input")
        assert await box.get_attribute("aria-activedescendant") == await chosen.get_attribute("id")
        await window.keyboard.press("ArrowUp")
        await window.keyboard.press("Enter")
        await window.wait_for_url(f"{ORIGIN}/orders/ord_0041")


async def test_escape_closes_the_dialog_and_the_focus_is_back_where_it_was() -> None:
    town = at_work()
    town.answers[FindOrders] = OrdersPage(items=[], next="")
    async with portal(town) as client, looking(client, viewport={"width": 360, "height": 740}) as window:
        await window.goto(f"{ORIGIN}/gallery")
        link = window.locator("a[data-finder]").first
        await link.focus()
        await window.keyboard.press("Enter")
        await expect(window.locator("dialog input")).to_be_focused()
        await window.keyboard.type("zzz")
        await expect(window.locator("dialog [role=status]")).to_have_text("Rien ne correspond à « zzz ».")
        await shot(window, "finder-360")
        for _ in range(4):
            await window.keyboard.press("Tab")
            assert await window.evaluate(
                "document.activeElement === document.body || !!document.activeElement.closest('dialog')"
            )
        await window.keyboard.press("Escape")
        await expect(window.locator("dialog")).to_have_count(0)
        await expect(link).to_be_focused()


async def test_one_escape_closes_the_dialog_though_something_is_typed() -> None:
    async with portal(at_work()) as client, looking(client) as window:
        await opened(window)
        await window.keyboard.type("zzz")
        await window.keyboard.press("Escape")
        await expect(window.locator("dialog")).to_have_count(0)


async def test_what_was_opened_lately_stands_first_until_the_person_signs_out() -> None:
    async with portal(at_work()) as client, looking(client, viewport={"width": 768, "height": 900}) as window:
        await window.goto(f"{ORIGIN}/orders/ord_0041")
        await opened(window)
        await expect(window.get_by_role("group", name="Ouverts récemment")).to_contain_text("Commande 0041")
        await shot(window, "finder-768")
        kept = "Object.keys(localStorage).filter(name => name.startsWith('rt-recent-')).length"
        assert await window.evaluate(kept) == 1
        await window.keyboard.press("Escape")
        await window.evaluate("document.querySelector('form[data-logout]').requestSubmit()")
        await expect(window.locator("input[name=password]")).to_be_visible()
        assert await window.evaluate(kept) == 0
