"""How many orders a shipper's dispatcher sees at once, measured in a real browser."""

from tests.portals import screen
from tests.portals.industry import make
from tests.portals.industry.town import ORIGIN, Town, signed_in

from rt.contracts.authz import GetListChoices, KeepListChoices, ListChoicesView, OwnView
from rt.contracts.core_orders import CountFoundOrders, FindOrders, FoundCount, OrdersPage
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
    views = [
        OwnView(name=name, query=f"q={name}") for name in ("Grand Est", "Retards Lyon", "Palettes à rendre")
    ]
    town.answers[GetListChoices] = ListChoicesView(list_name="orders", columns=[], views=views)
    town.answers[KeepListChoices] = town.answers[GetListChoices]
    town.answers[CountFoundOrders] = FoundCount(count=100)
    town.answers[FindOrders] = OrdersPage(items=rows, next="c")
    return town


async def test_a_long_list_of_orders_fits_every_screen() -> None:
    client, _proof = await signed_in(long_list())
    with held(make.AT):
        async with screen.looking(client) as page:
            await screen.read_as_a_list(page, f"{ORIGIN}/orders", "industry")


async def test_columns_are_chosen_by_key_alone() -> None:
    town = long_list()
    client, _proof = await signed_in(town)
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 1440, "height": 900}) as page:
            await page.goto(f"{ORIGIN}/orders")
            await page.get_by_role("link", name="Colonnes").press("Enter")
            await page.get_by_role("button", name="Monter Enlever le").press("Enter")
            await page.wait_for_load_state()
            focused = "document.activeElement.textContent.trim()"
            assert await page.evaluate(focused) == "Monter Enlever le"
            await page.get_by_label("Client", exact=True).press("Space")
            await screen.shot(page, "industry-columns")
            await page.get_by_role("button", name="Enregistrer").press("Enter")
            await page.get_by_role("heading", name="Commandes").wait_for()
            chosen = town.heard(KeepListChoices).columns
            assert chosen[:4] == ["state", "flags", "pickup_at", "pickup"]
            assert chosen[-1] == "client"


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


async def test_the_town_of_a_line_is_read_whole() -> None:
    client, _proof = await signed_in(long_list())
    cut = "all => all.filter(one => one.scrollHeight > one.clientHeight).map(one => one.textContent)"
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 1440, "height": 900}) as page:
            await page.goto(f"{ORIGIN}/orders")
            towns = page.locator("tbody .line", has_text="Bourg-en-Bresse")
            assert await towns.count() == 60
            assert await towns.evaluate_all(cut) == []


async def test_what_is_typed_in_a_filter_narrows_the_list_and_its_file_at_once() -> None:
    town = long_list()
    client, _proof = await signed_in(town)
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 1440, "height": 900}) as page:
            await page.goto(f"{ORIGIN}/orders")
            await page.keyboard.press("Tab")
            await page.get_by_text("Filtres", exact=True).focus()
            await page.keyboard.press("Enter")
            await page.get_by_label("Immatriculation").fill("GH-104-KL")
            await page.get_by_text("Immatriculation : GH-104-KL").wait_for()
            assert town.heard(FindOrders).plate == "GH-104-KL"
            await screen.shot(page, "industry-filters")
            export = await page.get_by_role("link", name="Exporter").get_attribute("href")
            assert export == "/orders.csv?view=all&plate=GH-104-KL"
            await page.get_by_role("link", name="Immatriculation : GH-104-KL").press("Enter")
            await page.get_by_text("Immatriculation : GH-104-KL").wait_for(state="detached")
            assert town.heard(FindOrders).plate == ""
