"""The list of orders before the real units: sorted by its heads, narrowed by what the address says."""

import re
from datetime import timedelta

from tests.portals.transporter.world import DAY, MORNING, World
from tests.portals.world import Browser

from rt.contracts.core_orders import FindOrders


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
