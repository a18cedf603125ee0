"""The list of orders before the real units: sorted by its heads, narrowed by what the address says."""

import re
from datetime import timedelta

import httpx
from tests.portals.transporter.world import DAY, MORNING, World
from tests.portals.world import Browser

from rt.contracts.authz import KeepListChoices
from rt.contracts.core_orders import FindOrders, References


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
        f"/orders?view=to_answer&q=Forez&pickup_since={DAY + timedelta(days=1)}&shipper_id={world.shipper.id}"
    )
    page = await carrier.page(said)
    assert references(page) == [later]
    asked = world.ear.latest(FindOrders)
    assert (asked.q, asked.state, asked.shipper_id) == ("Forez", "tendered", world.shipper.id)
    away = re.findall(r'class="chip" href="([^"]+)"', page)
    assert len(away) == 2
    assert "Laiterie du Forez</b>" in page
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
    assert heads(page) == ["Commande", "Commande client", "Client", "Action"]
    assert "BC-774" in page
    told = (await carrier.page("/orders.csv")).splitlines()
    assert told[0].lstrip("\ufeff") == "Référence;Commande client;Donneur d'ordre"
    again = await world.browser()
    assert heads(await again.page("/orders"))[1] == "Commande client"
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
