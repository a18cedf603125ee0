"""Every page of the carrier's portal: whole, in part, in both languages, each field labelled."""

import re
from html.parser import HTMLParser

import pytest
from tests.portals.transporter import make
from tests.portals.transporter.town import Town, browser, signed_in

from rt.contracts.core_orders import FindOrders, GetOrder, OrdersPage
from rt.contracts.ecpmr import FindDocuments
from rt.contracts.palette import BalancesView, FindStatements, GetBalances, StatementsPage
from rt.contracts.planning import (
    DayCounts,
    DayView,
    DriversPage,
    FindDrivers,
    FindFreeSlots,
    FindSlots,
    FindVehicles,
    FreeSlotsView,
    GetPlan,
    SlotsPage,
    VehiclesPage,
)
from rt.contracts.tracking_ia import FleetPositions, FleetView, GetTrack
from rt.kernel.clock import held
from rt.kernel.errors import Unavailable
from rt.ui.catalogues import check, folders

PAGES = (
    "/",
    "/orders",
    "/orders?view=incident&q=24107",
    "/orders/ord_1",
    "/orders/ord_1/plan",
    "/orders/ord_1/incidents",
    "/orders/ord_1/slots/pickup",
    "/orders/ord_1/slots/delivery?day=2026-11-24",
    "/planning?day=2026-11-23",
    "/planning/plans/pla_1",
    "/planning/jobs/job_1?day=2026-11-23",
    "/planning/jobs/job_1?day=2026-11-23&vehicle_id=veh_1",
    "/planning/tours/tou_1",
    "/fleet",
    "/fleet/new",
    "/fleet/veh_1",
    "/drivers",
    "/drivers/new",
    "/drivers/drv_1",
    "/drivers/drv_2",
    "/live",
    "/slots",
    "/slots/ord_1/slo_1",
    "/pallets",
    "/pallets/movements",
    "/pallets/movements/new",
    "/pallets/movements/mov_1/reverse",
    "/pallets/claims",
    "/pallets/claims/mov_1/dispute",
    "/pallets/claims/mov_1/withdraw",
    "/devices",
    "/devices/new",
    "/pallets/vouchers",
    "/pallets/vouchers/new",
    "/pallets/vouchers/vou_1/redeem",
    "/pallets/vouchers/vou_1/withdraw",
    "/pallets/statements",
    "/pallets/statements/new",
    "/pallets/statements/sta_1",
    "/team",
    "/team/invite",
    "/settings",
)
IN_PARTS = (
    "/",
    "/orders",
    "/planning",
    "/planning/jobs/job_1",
    "/fleet",
    "/drivers",
    "/devices",
    "/live",
    "/slots",
    "/pallets",
    "/pallets/vouchers",
    "/pallets/statements",
    "/team",
    "/orders/ord_1/slots/pickup",
)
LINKS = ("/l/tok/tender/ord_1", "/l/tok/slots/ord_1", "/l/tok/slots/ord_1/slo_1", "/l/tok/statements/sta_1")
LIGHT = 100_000
"""Bytes that a page for people who come by a link may weigh with its style and script (unpacked)."""


class Fields(HTMLParser):
    """Collects ids, labels and fields of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[dict[str, str | None]] = []
        self.open_labels = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if told.get("id"):
            self.ids.append(str(told["id"]))
        if tag == "label":
            self.open_labels += 1
            self.labelled.add(str(told.get("for")))
        if tag in ("input", "select", "textarea") and told.get("type") != "hidden":
            self.fields.append(told | {"inside": "yes" if self.open_labels else ""})

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.open_labels -= 1


def read(html: str) -> Fields:
    fields = Fields()
    fields.feed(html)
    return fields


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_renders_whole_in_both_languages(path: str) -> None:
    client, _token = await signed_in(Town())
    with held(make.AT):
        french = await client.get(path)
        english = await client.get(path, params={"lang": "en"} | dict(re.findall(r"[?&](\w+)=([^&]*)", path)))
    assert (french.status_code, english.status_code) == (200, 200)
    assert '<html lang="fr">' in french.text
    assert '<html lang="en">' in english.text
    assert "<h1>" in french.text


@pytest.mark.parametrize("path", [*PAGES, *LINKS])
async def test_each_field_has_a_label_and_no_id_stands_twice(path: str) -> None:
    client, _token = await signed_in(Town())
    with held(make.AT):
        found = read((await client.get(path)).text)
    unlabelled = [f for f in found.fields if not f["inside"] and str(f.get("id")) not in found.labelled]
    assert unlabelled == []
    assert sorted(found.ids) == sorted(set(found.ids))


@pytest.mark.parametrize("path", IN_PARTS)
async def test_a_part_comes_without_its_frame(path: str) -> None:
    client, _token = await signed_in(Town())
    with held(make.AT):
        part = await client.get(path, headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text


@pytest.mark.parametrize("path", LINKS)
async def test_a_page_by_link_needs_no_account_and_is_light(path: str) -> None:
    town = Town()
    with held(make.AT):
        page = await browser(town).get(path)
    assert page.status_code == 200
    assert set(town.tokens) == {"tok"}
    assert len(page.content) < LIGHT / 3
    assert "rt.js" not in page.text


async def test_reading_a_link_changes_nothing() -> None:
    town = Town()
    for path in LINKS:
        await browser(town).get(path)
    assert {type(word).word.method for word in town.said} == {"GET"}


@pytest.mark.parametrize("path", ["/", "/orders", "/planning", "/fleet", "/pallets/statements", "/team"])
async def test_pages_send_strangers_to_the_login(path: str) -> None:
    answer = await browser(Town()).get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


async def test_empty_lists_say_what_to_do() -> None:
    town = Town()
    town.answers |= {
        FindOrders: OrdersPage(items=[], next=""),
        GetPlan: DayView(
            day=make.DAY,
            vehicles=[],
            drivers=[],
            tours=[],
            unplanned=[],
            driving_bans=[],
            counts=DayCounts(vehicles=0, drivers=0, tours=0, unplanned=0),
        ),
        FindVehicles: VehiclesPage(items=[]),
        FindDrivers: DriversPage(items=[]),
        FindSlots: SlotsPage(items=[]),
        FleetPositions: FleetView(items=[]),
        GetBalances: BalancesView(items=[], as_of=make.AT),
        FindStatements: StatementsPage(items=[], next=""),
        FindFreeSlots: FreeSlotsView(
            day=make.DAY, items=[], instructions="Appelez le quai : 04 74 00 00 00", next_free_day=make.DAY
        ),
    }
    client, _token = await signed_in(town)
    for path in ("/", "/orders", "/planning", "/fleet", "/drivers", "/slots", "/live", "/pallets"):
        page = await client.get(path)
        assert 'class="state"' in page.text, path
    full = await client.get("/orders/ord_1/slots/pickup")
    assert "Appelez le quai" in full.text


async def test_an_order_is_shown_though_other_services_are_down() -> None:
    town = Town()
    town.answers[GetOrder] = make.order("in_transit")
    for word in (FindDocuments, FindSlots, GetTrack):
        town.answers[word] = Unavailable()
    client, _token = await signed_in(town)
    page = await client.get("/orders/ord_1")
    assert page.status_code == 200
    assert "Le suivi ne répond pas" in page.text
    assert "Les quais ne répondent pas" in page.text
    assert "Les lettres de voiture ne répondent pas" in page.text


async def test_an_order_on_the_road_shows_its_eta_note_and_incident() -> None:
    town = Town()
    town.answers[GetOrder] = make.order("in_transit", ["ReportProgress"])
    client, _token = await signed_in(town)
    with held(make.AT):
        page = (await client.get("/orders/ord_1")).text
    assert "LV-2026-000107" in page
    assert "Retard probable" in page
    assert "Bouchon sur l&#39;A6" in page
    assert 'action="/orders/ord_1/progress/delivered"' in page


async def test_the_inbox_shows_price_and_time_left_and_one_press_accepts() -> None:
    client, _token = await signed_in(Town())
    with held(make.AT):
        page = (await client.get("/")).text
    assert "485,00" in page
    assert "dans 3 heures" in page
    assert 'action="/offers/ord_1/accept"' in page


async def test_who_may_only_read_sees_no_button_that_changes() -> None:
    town = Town([f"{unit}.read" for unit in ("core_orders", "planning", "palette", "authz", "tracking_ia")])
    town.answers[GetOrder] = make.order("assigned")
    client, _token = await signed_in(town)
    for path in ("/", "/orders/ord_1", "/planning", "/planning/tours/tou_1", "/fleet", "/team", "/pallets"):
        page = (await client.get(path)).text
        actions = {a for a in re.findall(r'action="([^"]+)"', page) if 'method="get"' not in a}
        assert {a for a in actions if a not in ("/logout", path, "/planning")} == set(), path


async def test_a_whole_day_is_drawn_with_numbered_stops_and_the_ban() -> None:
    client, _token = await signed_in(Town())
    page = (await client.get("/planning?day=2026-11-23")).text
    assert page.count('role="listitem"') == 2 * (1 + 3)
    assert "Fromagerie de Bourg, Bourg-en-Bresse · CMD-24102" in page
    assert "de samedi 22:00" in page
    assert "GH-789-IJ" in page


async def test_a_check_shows_rule_figures_and_fix_in_the_language_of_the_page() -> None:
    client, _token = await signed_in(Town())
    path = "/planning/jobs/job_1?day=2026-11-23&vehicle_id=veh_1"
    french = (await client.get(path, headers={"hx-request": "true"})).text
    assert "34 palettes dépassent" in french
    assert " : 33" in french
    assert "Prenez un véhicule plus grand" in french
    english = (await client.get(path + "&lang=en")).text
    assert "34 pallets exceed" in english
    assert "34 palettes" not in english


def test_no_sentence_of_the_portal_lacks_its_english() -> None:
    folder = next(f for f in folders() if f.name == "transporter")
    assert check(folder) == []
