"""Every page of the carrier's portal: whole, in part, in both languages, each field labelled."""

import re
from collections.abc import Iterator

import pytest
from tests.conftest import TestPlatform
from tests.portals.plain import faults
from tests.portals.transporter.day import AT, Day
from tests.portals.transporter.world import BOURG, World
from tests.portals.world import Browser, Links

from rt.contracts.planning import OpeningHours
from rt.kernel.core.clock import held
from rt.ui.catalogues import check, folders

PAGES = (
    "/",
    "/orders",
    "/orders?view=incident&q={reference}",
    "/orders/{offered}",
    "/orders/{assigned}",
    "/orders/{moving}",
    "/orders/{assigned}/plan",
    "/orders/{moving}/incidents",
    "/orders/{assigned}/legs/new",
    "/register",
    "/orders/{moving}/incidents/{jam}/claim",
    "/orders/{moving}/cmr/{note}/link",
    "/orders/{assigned}/slots/pickup",
    "/orders/{assigned}/slots/delivery?day={day}",
    "/planning?day={day}",
    "/planning/plans/{plan}",
    "/planning/jobs/{job}?day={day}",
    "/planning/jobs/{job}?day={day}&vehicle_id={vehicle}&driver_id={other}",
    "/planning/tours/{draft}",
    "/planning/tours/{draft}/breakdown",
    "/fleet",
    "/fleet/new",
    "/fleet/{vehicle}",
    "/drivers",
    "/drivers/new",
    "/drivers/{driver}",
    "/drivers/{other}",
    "/live",
    "/slots",
    "/slots/{assigned}/{slot}",
    "/pallets",
    "/pallets/movements",
    "/pallets/movements/new",
    "/pallets/movements/{movement}/reverse",
    "/pallets/claims",
    "/pallets/claims/{claim}/dispute",
    "/pallets/claims/{own}/withdraw",
    "/devices",
    "/devices/new",
    "/pallets/vouchers",
    "/pallets/vouchers/new",
    "/pallets/vouchers/{voucher}/redeem",
    "/pallets/vouchers/{voucher}/withdraw",
    "/pallets/statements",
    "/pallets/statements/new",
    "/pallets/statements/{statement}",
    "/team",
    "/team/invite",
    "/settings",
)
IN_PARTS = (
    "/",
    "/orders",
    "/planning",
    "/planning/jobs/{job}",
    "/fleet",
    "/drivers",
    "/devices",
    "/live",
    "/slots",
    "/pallets",
    "/pallets/vouchers",
    "/pallets/statements",
    "/team",
    "/orders/{assigned}/slots/pickup",
)
LINKS = ("{l_tender}", "{l_docks}", "{l_slot}", "{l_statement}")
LIGHT = 100_000
"""Bytes that a page for people who come by a link may weigh with its style and script (unpacked)."""


@pytest.fixture(scope="module")
async def day(units: tuple[TestPlatform, Links]) -> Day:
    """What all tests here read and none changes."""
    return await Day(World(*units)).begin()


@pytest.fixture
def reader(day: Day) -> Browser:
    """The carrier's browser, in French again."""
    browser = day.world.anybody()
    browser.web.cookies.update(day.browser.web.cookies)
    return browser


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with held(AT):
        yield


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_renders_whole_in_both_languages(day: Day, reader: Browser, path: str) -> None:
    path = day(path)
    french = await reader.web.get(path)
    english = await reader.web.get(path, params={"lang": "en"} | dict(re.findall(r"[?&](\w+)=([^&]*)", path)))
    assert (french.status_code, english.status_code) == (200, 200)
    assert '<html lang="fr">' in french.text
    assert '<html lang="en">' in english.text
    assert faults(french.text) + faults(english.text) == []


@pytest.mark.parametrize("path", IN_PARTS)
async def test_a_part_comes_without_its_frame(day: Day, reader: Browser, path: str) -> None:
    part = await reader.web.get(day(path), headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text


@pytest.mark.parametrize("path", LINKS)
async def test_a_page_by_link_needs_no_account_and_is_light(day: Day, path: str) -> None:
    path = day(path)
    day.world.ear.heard.clear()
    browser = day.world.anybody()
    answer = await browser.web.get(path, follow_redirects=True)
    assert answer.status_code == 200
    assert {token for *_, token in day.world.ear.heard} == {path.split("/")[2]}
    asked = re.findall(r'(?:rel="stylesheet" href|<script[^>]* src)="([^"]+)"', answer.text)
    weight = len(answer.content) + sum([len((await browser.web.get(one)).content) for one in asked])
    assert weight < LIGHT
    assert "rt.js" not in answer.text
    assert faults(answer.text) == []


async def test_reading_a_link_changes_nothing(day: Day) -> None:
    day.world.ear.heard.clear()
    for path in LINKS:
        await day.world.anybody().web.get(day(path))
    assert {type(message).shape.method for message, *_ in day.world.ear.heard} == {"GET"}


@pytest.mark.parametrize("path", ["/", "/orders", "/planning", "/fleet", "/pallets/statements", "/team"])
async def test_pages_send_strangers_to_the_login(day: Day, path: str) -> None:
    answer = await day.world.anybody().web.get(path)
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


async def test_empty_lists_say_what_to_do(world: World, carrier: Browser) -> None:
    for path in ("/", "/orders", "/planning", "/fleet", "/drivers", "/slots", "/live", "/pallets"):
        assert 'class="state"' in await carrier.page(path), path


async def test_a_day_without_a_free_dock_says_what_the_site_asks_for(world: World, carrier: Browser) -> None:
    sunday = [OpeningHours(weekday=6, from_minute=480, until_minute=600)]
    said = "Appelez le quai : 04 74 00 00 00"
    await world.dock(world.shipper, BOURG, "Quai froid", hours=sunday, full_instructions=said)
    order_id = (await world.assigned()).order_id
    assert "Appelez le quai" in await carrier.page(f"/orders/{order_id}/slots/pickup")


async def test_an_order_is_shown_though_other_services_are_down(
    day: Day, units: tuple[TestPlatform, Links]
) -> None:
    world = World(*units)
    browser = await world.browser(day.world.carrier.email)
    world.down |= {"planning", "ecpmr", "tracking_ia"}
    page = await browser.page(day("/orders/{moving}"))
    assert "Le suivi ne répond pas" in page
    assert "Les quais ne répondent pas" in page
    assert "Les lettres de voiture ne répondent pas" in page


async def test_an_order_on_the_road_shows_its_eta_note_and_incident(day: Day, reader: Browser) -> None:
    page = await reader.page(day("/orders/{moving}"))
    assert "LV-2026-0" in page
    assert "Retard probable" in page
    assert "Bouchon sur l&#39;A6" in page
    assert day('action="/orders/{moving}/progress/delivered"') in page


async def test_the_inbox_shows_price_and_time_left_and_one_press_accepts(day: Day, reader: Browser) -> None:
    page = await reader.page("/")
    assert "485,00" in page
    assert "dans 30\u00a0min" in page
    assert day('action="/offers/{offered}/accept"') in page


async def test_who_may_only_read_sees_no_button_that_changes(day: Day) -> None:
    viewer = await day.world.colleague("viewer", "Nadia")
    browser = await day.world.browser(viewer.email)
    for path in (
        "/",
        "/orders/{offered}",
        "/orders/{assigned}",
        "/planning?day={day}",
        "/planning/tours/{draft}",
        "/fleet",
        "/team",
        "/pallets",
    ):
        page = await browser.page(day(path))
        forms = re.findall(r"<form[^>]*>", page)
        own = ('action="/logout"', 'action="/density"')
        changing = [form for form in forms if 'method="post"' in form and not any(one in form for one in own)]
        assert changing == [], path


async def test_a_whole_day_is_drawn_with_numbered_stops(day: Day, reader: Browser) -> None:
    page = await reader.page(day("/planning?day={day}"))
    assert page.count('role="listitem"') == (1 + 4) + (1 + 2)
    assert "Fromagerie de Bourg, Bourg-en-Bresse · CMD-" in page
    assert "GH-789-IJ" in page


async def test_a_saturday_names_its_ban_in_the_language_of_the_page(reader: Browser) -> None:
    assert "interdits du samedi" in await reader.page("/planning?day=2026-06-06")
    english = await reader.page("/planning?day=2026-06-06&lang=en")
    assert "banned from 22:00 on Saturdays" in english
    assert "interdits" not in english


async def test_a_check_shows_rule_figures_and_fix_in_the_language_of_the_page(
    day: Day, reader: Browser
) -> None:
    path = day("/planning/jobs/{job}?day={day}&vehicle_id={vehicle}&driver_id={other}")
    french = (await reader.web.get(path, headers={"hx-request": "true"})).text
    assert "GH-789-IJ porterait 12 pal pour 8 autorisés" in french
    assert "Unité : pal" not in french, "what the sentence says is not said again"
    assert "prenez un véhicule d&#39;au moins 12" in french
    english = await reader.page(path + "&lang=en")
    assert "GH-789-IJ would carry 12" in english
    assert "porterait" not in english


def test_no_sentence_of_the_portal_lacks_its_english() -> None:
    folder = next(f for f in folders() if f.name == "transporter")
    assert check(folder) == []
