"""How many orders a shipper's dispatcher sees at once, measured in a real browser."""

from tests.portals import screen
from tests.portals.industry import make
from tests.portals.industry.test_flows import missing
from tests.portals.industry.town import ORIGIN, Town, signed_in

from rt.contracts.authz import FindPartners, GetListChoices, KeepListChoices, ListChoicesView, OwnView
from rt.contracts.core_orders import ConfirmOrder, CountFoundOrders, FindOrders, FoundCounts, OrdersPage
from rt.kernel.core.clock import held

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
    town.answers[CountFoundOrders] = FoundCounts(counts=[100, 100, 100])
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


async def test_what_is_chosen_is_counted_in_a_bar_that_stays_in_sight() -> None:
    town = long_list()
    client, _proof = await signed_in(town)
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 1440, "height": 900}) as page:
            await page.goto(f"{ORIGIN}/orders")
            await page.wait_for_load_state("networkidle")  # the island counts from then on
            bar = page.locator(".bulk")
            assert await bar.evaluate_all(screen.SEEN) == 0
            await page.locator("tbody input[type=checkbox] >> nth=2").press("Space")
            assert await bar.get_by_text("1 choisie", exact=True).count() == 1
            assert await bar.evaluate_all(screen.SEEN) == 1
            await screen.shot(page, "industry-chosen")
            await page.get_by_label("Tout choisir").press("Space")
            assert await bar.get_by_text("60 choisies").count() == 1
            await page.get_by_label("Tout choisir").press("Space")
            assert await page.locator("tbody input:checked").count() == 0
            assert await bar.evaluate_all(screen.SEEN) == 0
            await page.set_viewport_size({"width": 360, "height": 800})
            await page.locator("tbody input[type=checkbox] >> nth=0").press("Space")
            await screen.shot(page, "industry-chosen-360")
            assert await bar.evaluate_all(screen.SEEN) == 1
            assert await page.evaluate(screen.WIDER) <= 0


async def test_consignment_notes_are_chosen_all_at_once_and_counted() -> None:
    client, _proof = await signed_in(Town())
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 1440, "height": 900}) as page:
            await page.goto(f"{ORIGIN}/documents")
            await page.wait_for_load_state("networkidle")  # the island counts from then on
            rows = await page.locator("tbody tr").count()
            await page.get_by_label("Tout choisir").press("Space")
            assert await page.locator("tbody input:checked").count() == rows > 0
            bar = page.get_by_role("group", name="Pour les lettres cochées")
            assert "choisie" in await bar.inner_text()
            await bar.get_by_role("button", name="Lire d'affilée").press("Enter")
            await page.get_by_role("heading", name="Preuves à lire d'affilée").wait_for()


async def test_without_a_script_all_are_chosen_by_a_link_and_the_bar_stays_in_sight() -> None:
    client, _proof = await signed_in(long_list())
    with held(make.AT):
        async with screen.looking(
            client, viewport={"width": 1440, "height": 900}, java_script_enabled=False
        ) as page:
            await page.goto(f"{ORIGIN}/orders")
            await page.get_by_role("link", name="Tout choisir").click()
            assert await page.locator("tbody input:checked").count() == 60
            assert await page.get_by_text("60 choisies").count() == 1
            await page.get_by_label("Choisir D26-0000").press("Space")
            assert await page.locator("tbody input:checked").count() == 59


async def test_each_result_stands_in_its_row_the_refused_ones_first_and_chosen_again() -> None:
    town = long_list()
    refused = missing("goods")
    town.answers[ConfirmOrder] = lambda message: refused if message.order_id == "ord_1" else make.order()
    client, _proof = await signed_in(town)
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 1440, "height": 900}) as page:
            await page.goto(f"{ORIGIN}/orders?view=all&q=D26")
            rows = [
                row for row in town.answers[FindOrders].items if row.order_id in ("ord_0", "ord_1", "ord_2")
            ]
            for row in rows:
                await page.get_by_label(f"Choisir {row.reference}").press("Space")
            town.answers[FindOrders] = OrdersPage(items=rows, next="")
            await page.get_by_role("button", name="Confirmer").press("Enter")
            await page.get_by_text("1 commande n'a pas pu suivre").wait_for()
            await screen.shot(page, "industry-results")
            assert town.heard(FindOrders).order_ids == ["ord_0", "ord_1", "ord_2"]
            first = page.locator("tbody tr >> nth=0")
            assert "Mention manquante : goods." in await first.inner_text()
            assert await first.locator("input:checked").count() == 1
            assert await page.locator("tbody input:checked").count() == 1
            assert await first.get_by_role("button", name="Compléter").count() == 1
            back = page.get_by_role("link", name="Retour aux commandes")
            assert await back.get_attribute("href") == "/orders?view=all&q=D26"


async def test_the_current_tab_is_in_sight_on_a_phone_and_a_shadow_says_that_there_are_more() -> None:
    client, _proof = await signed_in(long_list())
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 360, "height": 800}) as page:
            await page.goto(f"{ORIGIN}/orders?view=incident")
            current = page.locator(".tabs [aria-current]")
            await page.wait_for_function("document.querySelector('.tabs').scrollLeft > 0")
            assert await current.evaluate_all(screen.SEEN) == 1
            await screen.shot(page, "industry-tabs-360")
            shadows = await page.locator(".tabs").evaluate(
                "one => getComputedStyle(one).backgroundAttachment"
            )
            assert shadows == "local, local, scroll, scroll"
            assert await page.evaluate(screen.WIDER) <= 0


async def test_a_line_that_is_cut_shows_whole_in_the_row_that_has_the_focus() -> None:
    client, _proof = await signed_in(long_list())
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 1440, "height": 900}) as page:
            await page.goto(f"{ORIGIN}/orders")
            line = page.locator("tbody tr:nth-child(2) .rest", has_text="Distribution")
            assert await line.evaluate("one => one.scrollHeight > one.clientHeight")
            title = await line.locator("..").get_attribute("title")
            assert str(title).endswith("et du Rhône")
            await page.locator("tbody tr:nth-child(1) a >> nth=-1").focus()
            await page.keyboard.press("Tab")
            assert await line.evaluate("one => one.scrollHeight <= one.clientHeight")


async def test_what_was_typed_stays_when_the_filters_open_and_they_stay_open() -> None:
    town = long_list()
    client, _proof = await signed_in(town)
    with held(make.AT):
        async with screen.looking(client, viewport={"width": 1440, "height": 900}) as page:
            await page.goto(f"{ORIGIN}/orders?view=all&plate=GH-104-KL")
            await page.get_by_role("searchbox").fill("D26-00")
            await page.wait_for_url("**q=D26-00**")
            await page.get_by_role("link", name="Filtres", exact=True).press("Enter")
            await page.wait_for_url("**filters=1**")
            await page.get_by_label("Ville ou site").fill("Metz")
            await page.wait_for_url("**place=Metz**")
            assert town.heard(FindOrders).q == "Metz D26-00"
            assert town.heard(FindOrders).plate == "GH-104-KL"
            asked = [message for message in town.said if isinstance(message, FindPartners)]
            assert len(asked) == 1
            await page.reload()
            assert await page.get_by_label("Ville ou site").input_value() == "Metz"
            assert await page.get_by_role("link", name="Filtres", exact=True).count() == 0


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
            await page.wait_for_url("**filters=1**")
            await page.get_by_label("Immatriculation").fill("GH-104-KL")
            await page.get_by_text("Immatriculation : GH-104-KL").wait_for()
            assert town.heard(FindOrders).plate == "GH-104-KL"
            await screen.shot(page, "industry-filters")
            export = await page.get_by_role("link", name="Exporter").get_attribute("href")
            assert export == "/orders.csv?view=all&plate=GH-104-KL"
            await page.goto(f"{ORIGIN}/orders?view=all&q=D26&plate=GH-104-KL&incident=true")
            assert await page.locator("tbody tr").evaluate_all(screen.SEEN) >= 25
            await page.get_by_role("link", name="Immatriculation : GH-104-KL").press("Enter")
            await page.get_by_text("Immatriculation : GH-104-KL").wait_for(state="detached")
            assert town.heard(FindOrders).plate == ""
