"""How many orders a shipper's dispatcher sees at once, measured in a real browser."""

from tests.portals import screen
from tests.portals.industry import make
from tests.portals.industry.town import ORIGIN, Town, signed_in

from rt.contracts.core_orders import FindOrders, OrdersPage
from rt.kernel.clock import held

STATES = ("draft", "confirmed", "tendered", "assigned", "loading", "in_transit", "delivered")


def long_list() -> Town:
    town = Town()
    rows = [
        make.row(
            STATES[n % 7],
            order_id=f"ord_{n}",
            reference=f"D26-{n:04d}",
            incident_open=n % 9 == 5,
            vehicle_plate=f"GH-{100 + n}-KL" if n % 7 > 3 else "",
            agreed_cents=48_500 + 1_000 * n if n % 7 > 2 else None,
            currency="EUR",
            weight_kg=11_400.0,
            with_reserves=n % 14 == 6,
            consignee_name="Distribution alimentaire du Grand Lyon et du Rhône",
        )
        for n in range(60)
    ]
    town.answers[FindOrders] = OrdersPage(items=rows, next="c")
    return town


async def test_a_long_list_of_orders_fits_every_screen() -> None:
    client, _proof = await signed_in(long_list())
    with held(make.AT):
        async with screen.looking(client) as page:
            await screen.read_as_a_list(page, f"{ORIGIN}/orders", "industry")


async def test_a_line_that_is_cut_shows_whole_in_the_row_that_has_the_focus() -> None:
    client, _proof = await signed_in(long_list())
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 1440, "height": 900}) as page:
            await page.goto(f"{ORIGIN}/orders")
            line = page.locator("tbody tr:nth-child(2) .line", has_text="Distribution")
            assert await line.evaluate("one => one.scrollHeight > one.clientHeight")
            assert str(await line.get_attribute("title")).endswith("et du Rhône")
            await page.locator("tbody tr:nth-child(1) a >> nth=-1").focus()
            await page.keyboard.press("Tab")
            assert await line.evaluate("one => one.scrollHeight <= one.clientHeight")
