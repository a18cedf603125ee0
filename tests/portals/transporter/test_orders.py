"""The list of orders before the real units: sorted by its heads, narrowed by what the address says."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import quote

import httpx
import pytest
from tests.portals.transporter.world import DAY, MORNING, World
from tests.portals.world import Browser

from rt.contracts.authz import KeepListChoices
from rt.contracts.core_orders import FindOrders, References
from rt.portals.transporter.pages import offers


def references(page: str) -> list[str]:
    return re.findall(r"CMD-\d+(?=</a>)", page)


async def two(world: World) -> tuple[str, str]:
    """The references of two offers, for tomorrow and for the day after."""
    first, second = await world.offered(), await world.offered(begin=MORNING + timedelta(days=2))
    return first.reference, second.reference


async def test_a_head_sorts_the_list_up_and_then_down(world: World, carrier: Browser) -> None:
    sooner, later = await two(world)
    page = await carrier.page("/orders")
    assert sorted(references(page)) == [sooner, later]
    assert 'href="/orders?view=all&amp;sort=pickup"' in page
    up = await carrier.page("/orders?view=all&sort=pickup")
    assert references(up) == [sooner, later]
    assert 'aria-sort="ascending"' in up
    assert 'href="/orders?view=all&amp;sort=-pickup"' in up
    down = await carrier.page("/orders?view=all&sort=-pickup")
    assert references(down) == [later, sooner]
    assert 'aria-sort="descending"' in down


async def test_by_a_price_that_nobody_agreed_on_is_not_sorted(world: World, carrier: Browser) -> None:
    await two(world)
    assert "sort=price" not in await carrier.page("/orders")
    await world.assigned()
    assert "sort=price" in await carrier.page("/orders")


async def test_filters_hold_together_and_each_is_taken_away_by_a_link(world: World, carrier: Browser) -> None:
    sooner, later = await two(world)
    said = (
        f"/orders?view=to_answer&q=Forez&pickup_since={DAY + timedelta(days=1)}&owner_id={world.shipper.id}"
    )
    page = await carrier.page(said)
    assert references(page) == [later]
    asked = world.ear.latest(FindOrders)
    assert (asked.q, asked.state, asked.owner_id) == ("Forez", "tendered", world.shipper.id)
    away = re.findall(r'class="chip" href="([^"]+)"', page)
    assert len(away) == 2
    assert "Laiterie du Forez</b>" in page
    await carrier.page(said.replace("owner_id", "shipper_id"))
    assert world.ear.latest(FindOrders).owner_id == world.shipper.id, "as earlier views were kept"
    without = next(one for one in away if "pickup_since" not in one).replace("&amp;", "&")
    assert sorted(references(await carrier.page(without))) == [sooner, later]


async def test_a_town_is_looked_for_beside_what_is_searched(world: World, carrier: Browser) -> None:
    sooner, _later = await two(world)
    page = await carrier.page(f"/orders?view=all&q={sooner}&place=V%C3%A9nissieux")
    assert references(page) == [sooner]
    assert "Ville ou site : <b>Vénissieux</b>" in page
    assert references(await carrier.page(f"/orders?view=all&q={sooner}&place=Marseille")) == []


async def test_states_are_chosen_among_those_of_the_view(world: World, carrier: Browser) -> None:
    order = await world.assigned()
    await world.offered()
    page = await carrier.page("/orders?view=all&state=assigned&state=planned")
    assert references(page) == [order.reference]
    assert world.ear.latest(FindOrders).state == "assigned,planned"
    await carrier.page("/orders?view=to_answer&state=assigned")
    assert world.ear.latest(FindOrders).state == "tendered"


async def test_what_fits_no_filter_is_left_out(world: World, carrier: Browser) -> None:
    sooner, _later = await two(world)
    page = await carrier.page("/orders?pickup_since=demain&incident=peut-etre&sort=colour&plate=%00")
    assert sooner in references(page)
    assert 'class="chip"' not in page


async def test_the_filters_and_the_sort_go_into_the_file_too(world: World, carrier: Browser) -> None:
    sooner, later = await two(world)
    page = await carrier.page(f"/orders?sort=pickup&pickup_until={DAY}")
    (export,) = re.findall(r'href="(/orders\.csv[^"]*)"', page)
    told = await carrier.page(export.replace("&amp;", "&"))
    assert sooner in told
    assert later not in told


def heads(page: str) -> list[str]:
    found = re.findall(r"<th scope=\"col\"[^>]*>(.*?)</th>", page)
    return [re.sub(r"<[^>]+>", "", one) for one in found]


async def choose(carrier: Browser, do: str, order: list[str], show: list[str]) -> httpx.Response:
    page = await carrier.page("/lists/orders/columns")
    typed = {"do": do, "order": order, "show": show}
    return await carrier.press(page, "/lists/orders/columns", **typed)


async def test_columns_are_chosen_and_ordered_and_kept_for_the_person(world: World, carrier: Browser) -> None:
    await world.offered(references=References(purchase_order="BC-774"))
    assert "Commande client" not in heads(await carrier.page("/orders"))
    answer = await choose(
        carrier, "keep", ["purchase_order", "state", "client"], ["client", "purchase_order"]
    )
    assert answer.status_code == 303
    page = await carrier.page("/orders")
    assert heads(page)[1:] == ["Commande", "Commande client", "Client", "Action"], "the boxes stand first"
    assert "BC-774" in page
    told = (await carrier.page("/orders.csv")).splitlines()
    assert told[0].lstrip("\ufeff") == "Référence;Commande client;Donneur d'ordre;Client"
    again = await world.browser()
    assert heads(await again.page("/orders"))[2] == "Commande client"
    await choose(carrier, "usual", [], [])
    assert "Enlèvement" in heads(await carrier.page("/orders"))


async def test_a_column_is_moved_by_its_buttons_before_anything_is_kept(
    world: World, carrier: Browser
) -> None:
    answer = await choose(carrier, "up:client", ["state", "client", "price"], ["state", "price"])
    assert answer.status_code == 200
    assert re.findall(r'name="order" value="(\w+)"', answer.text) == ["client", "state", "price"]
    assert re.findall(r'name="show" value="(\w+)" checked', answer.text) == ["state", "price"]
    assert 'value="up:client" autofocus' in answer.text
    assert not world.ear.said(KeepListChoices)


async def test_a_view_of_ones_own_is_a_tab_with_a_counter_is_renamed_and_removed(
    world: World, carrier: Browser
) -> None:
    await two(world)
    page = await carrier.page(f"/orders?view=to_answer&pickup_since={DAY + timedelta(days=1)}")
    (there,) = re.findall(r'href="(/lists/orders/views\?[^"]+)"', page)
    form = await carrier.page(there.replace("&amp;", "&"))
    kept = await carrier.press(form, "/lists/orders/views", do="keep", name="Après-demain")
    page = await carrier.page(kept.headers["location"])
    assert 'aria-current="page">Après-demain<span class="count">1</span>' in page
    assert "Enregistrer cette vue" not in page
    mine = await carrier.page("/lists/orders/views")
    await carrier.press(mine, "/lists/orders/views", do="rename", view="Après-demain", name="Plus tard")
    assert 'Plus tard<span class="count">1</span>' in await carrier.page("/orders")
    mine = await carrier.page("/lists/orders/views")
    await carrier.press(mine, "/lists/orders/views", do="remove", view="Plus tard", name="Plus tard")
    assert "Plus tard" not in await carrier.page("/orders")


async def test_a_view_without_a_name_is_refused_in_words(world: World, carrier: Browser) -> None:
    form = await carrier.page("/lists/orders/views?view=all&q=Forez")
    answer = await carrier.press(form, "/lists/orders/views", do="keep", name=" ")
    page = await carrier.page(answer.headers["location"])
    assert 'class="toast bad"' in page or "toast" in page
    assert '/lists/orders/views"' not in page


VIEWS = "/lists/orders/views"
ODD_NAMES = (
    "<script>alert(1)</script>",
    'l\'"été" & co',
    "🚚" * 40,
    "{{ 7 * 7 }}",
    "%s %(name)s",
    "a/../b?c=d#e",
)


async def keep(carrier: Browser, name: str, query: str = "view=all") -> httpx.Response:
    return await carrier.press(
        await carrier.page(f"{VIEWS}?{query}"), VIEWS, do="keep", name=name, query=query
    )


def tabs(page: str) -> list[str]:
    """The names of one's own views, as they are written in the page."""
    return re.findall(
        r'href="/orders\?[^"]*"[^>]*>([^<]*)<', page[page.index('class="tabs') : page.index("toolbar")]
    )


async def test_a_view_is_called_as_it_was_typed_and_runs_nothing(world: World, carrier: Browser) -> None:
    await world.offered()
    for name in ODD_NAMES:
        answer = await keep(carrier, name, "view=all&q=<b>%2520'\"")
        page = await carrier.page(answer.headers["location"])
        assert name in unescape(page)
        assert "<script>alert" not in page
        assert "<b>%" not in page
    for name in ODD_NAMES:
        await carrier.press(await carrier.page(VIEWS), VIEWS, do="remove", view=name, name=name)
    assert "Aucune vue à vous" in await carrier.page(VIEWS)


async def test_two_tabs_lose_no_view_of_each_other(world: World, carrier: Browser) -> None:
    await keep(carrier, "A", "view=all&q=aa")
    await keep(carrier, "B", "view=all&q=bb")
    stale = await carrier.page(VIEWS)
    await carrier.press(await carrier.page(VIEWS), VIEWS, do="rename", view="A", name="C")
    answer = await carrier.press(stale, VIEWS, do="rename", view="A", name="C")
    assert "n&#39;existe plus" in await carrier.page(answer.headers["location"])
    answer = await carrier.press(stale, VIEWS, do="rename", view="B", name="C")
    assert "porte déjà ce nom" in await carrier.page(answer.headers["location"])
    kept = re.findall(r'name="view" value="(\w)"', await carrier.page(VIEWS))
    assert kept == ["C", "B"]


async def test_each_press_of_one_form_does_what_it_says(world: World, carrier: Browser) -> None:
    """Renamed, back, removed: the form that the browser kept has the key that it had."""
    await keep(carrier, "A")
    form = await carrier.page(VIEWS)
    await carrier.press(form, VIEWS, do="rename", view="A", name="B")
    await carrier.press(form, VIEWS, do="remove", view="B", name="B")
    assert "Aucune vue à vous" in await carrier.page(VIEWS)
    for name in "CD":
        await keep(carrier, name)
    form = await carrier.page(VIEWS)
    for name in "CDD":
        await carrier.press(form, VIEWS, do="remove", view=name, name=name)
    assert "Aucune vue à vous" in await carrier.page(VIEWS)
    form = await carrier.page("/lists/orders/columns")
    for do, show in (("keep", ["client"]), ("usual", []), ("keep", ["price"])):
        await carrier.press(form, "/lists/orders/columns", do=do, order=["client", "price"], show=show)
    assert "Client" not in heads(await carrier.page("/orders"))


async def test_a_view_of_what_is_no_more_is_read_as_far_as_it_can(world: World, carrier: Browser) -> None:
    order = await world.offered()
    long = "🚚" * 80
    for n, query in enumerate(
        (
            "view=all&state=renamed,tendered",
            "view=gone",
            "view=all&sort=colour",
            "&&=;;;%%%ZZ=%E9&view=all",
            "view=all&carrier_id=org_gone",
            "view=all&q=%00&place=%00",
            f"view=all&q={quote(long)}&place={quote(long[:40])}",
        )
    ):
        answer = await keep(carrier, f"Vue {n}", query)
        page = await carrier.page(answer.headers["location"])
        assert f"Vue {n}" in page, query
    page = await carrier.page("/orders")
    counters = re.findall(r'Vue (\d)<span class="count">(\d+)</span>', page)
    assert counters == [("0", "1"), ("1", "1"), ("2", "1"), ("3", "1"), ("4", "0"), ("5", "1"), ("6", "0")]
    assert order.reference in page
    assert "Partenaire introuvable</b>" in await carrier.page("/orders?view=all&carrier_id=org_gone")


async def test_an_address_that_a_machine_made_up_breaks_no_page(world: World, carrier: Browser) -> None:
    await world.offered()
    for said in (
        "q=" + "a" * 500,
        "q=%CC%81",
        "q=%00",
        "q=.*",
        "view=%3Cscript%3E",
        "after=x",
        "after=W10&after=W10",
        "sort=price&sort=price",
        "place=%00",
        "pickup_since=2026-02-29&pickup_until=9999-12-31&delivery_since=0001-01-01",
        "pickup_since=2026-12-31&pickup_until=2026-01-01",
        "incident=true&incident=false",
        "chosen=all&filters=1&filters=2&unknown=1",
    ):
        for path in ("/orders", "/orders.csv"):
            answer = await carrier.web.get(f"{path}?{said}")
            assert answer.status_code in (200, 422), f"{path}?{said}: {answer.status_code}"
            assert answer.status_code == 200 or "after" in said or "%00" in said, said


async def test_what_is_searched_among_offers_is_searched_on_the_next_page_too(
    world: World, carrier: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(offers, "SHOWN_AT_ONCE", 1)
    both = set(await two(world))
    page = await carrier.page("/?q=Forez&after=")
    (there,) = {unescape(one) for one in re.findall(r'href="(/[?][^"]*after=[^"]*)"', page)}
    assert "q=Forez" in there
    following = await carrier.page(there)
    assert [one for one in both if one in page and one not in following] != []
    assert [one for one in both if one in following and one not in page] != []
    assert (await carrier.web.get("/?q=" + "a" * 500)).status_code == 200
