"""The scenario in a real browser across five portals, the phone offline in its middle; both ways to run."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect
from tests.journeys.axe import hindrances
from tests.journeys.conftest import ROOT, RunningPlatform, Start

from rt.ops import world
from rt.ops.actors import OPEN_SESAME, Caller, Stage, wait_for
from rt.ops.demo import COLUMNS

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
PICTURES = ROOT / "docs" / "pictures"
TOMORROW = datetime.now(world.PARIS).date() + timedelta(days=1)


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as played:
        launched = await played.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
        )
        yield launched
        await launched.close()


class People:
    """Who takes part: signed in over HTTP for what a screen does not show, by mail for their accounts."""

    def __init__(self, platform: RunningPlatform) -> None:
        self.stage = Stage(platform.edge, "journey")
        self.shipper = world.open_firm(self.stage, world.SHIPPERS[0])
        self.carrier = world.open_firm(self.stage, world.CARRIERS[0])
        self.recipient = world.open_firm(self.stage, world.OTHERS[3])
        world.befriend(self.shipper, self.carrier, self.recipient)
        email = world.driver_email(world.CARRIERS[0], world.DRIVERS[0])
        self.driver = self.stage.invite(self.carrier, email, world.DRIVERS[0], "driver")
        always = [{"weekday": day, "from_minute": 0, "until_minute": 1440} for day in range(7)]
        driver = {"name": world.DRIVERS[0], "user_id": self.driver.user, "hours": always}
        driver_id = self.carrier.post("/api/planning/drivers", driver)["driver_id"]
        van = {  # under 7.5 t: no driving ban whatever day tomorrow is
            "plate": "AR-417-RT",
            "kind": "rigid",
            "capacity_kg": 4_000,
            "capacity_pallets": 12,
            "capacity_loading_metres": 6.0,
            "gross_weight_t": 7.5,
            "depot": world.PICKUPS[0].as_site(),
            "usual_driver_id": driver_id,
        }
        self.carrier.post("/api/planning/vehicles", van)


@pytest.mark.xdist_group("journeys")
@pytest.mark.parametrize("options", [(), ("--processes",)], ids=["all_in_one", "processes"])
async def test_an_order_travels_through_five_portals(
    start_platform: Start, browser: Browser, tmp_path: Path, options: tuple[str, ...]
) -> None:
    platform = start_platform(*options)
    people = People(platform)
    seen = Album(PICTURES if os.environ.get("RT_PICTURES") and not options else tmp_path)
    order_id = await shipper_imports(platform, browser, people.shipper, tmp_path, seen)
    await carrier_accepts_and_plans(platform, browser, people.carrier, order_id, seen)
    await driver_loads_and_delivers_offline(platform, browser, people, order_id, seen)
    await recipient_follows(platform, browser, people, order_id, seen)
    await shipper_accepts_the_proof(platform, browser, people.shipper, order_id, seen)
    await operator_reads_the_story(platform, browser, order_id, seen)
    if not options:
        await everybody_can_use_every_page(platform, browser, order_id)


class Album:
    """The pictures of the scenario, for the README."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def take(self, page: Page, name: str) -> None:
        await page.wait_for_timeout(300)
        await page.screenshot(path=self.folder / f"{name}.png")


async def enter(context: BrowserContext, platform: RunningPlatform, portal: str, email: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{platform.portal(portal)}/login")
    await page.fill("[name=email]", email)
    await page.fill("[name=password]", OPEN_SESAME)
    await page.click("button[type=submit]")
    await page.wait_for_url(lambda url: "/login" not in url)
    return page


def sheet() -> str:
    """Two orders of tomorrow as a French spreadsheet holds them."""
    rows = [COLUMNS]
    for number, place in enumerate(world.DELIVERIES[:2], 1):
        pickup, day = world.PICKUPS[0], TOMORROW.strftime("%d/%m/%Y")
        cells = [f"NAV-{number}", pickup.site, pickup.street, pickup.postal_code, pickup.city]
        cells += [f"{day} 06:00", f"{day} 14:00", place.site, place.street, place.postal_code, place.city]
        cells += [f"{day} 07:00", f"{day} 20:00", "Quai expédition", "+33 4 74 00 00 01", "Réception"]
        cells += [
            "+33 4 72 00 00 02",
            f"reception{number}@exemple.example",
            "Fromages affinés",
            "3",
            "3",
            "900",
        ]
        rows.append(";".join(cells))
    return "\n".join(rows) + "\n"


async def shipper_imports(
    platform: RunningPlatform, browser: Browser, shipper: Caller, tmp_path: Path, seen: Album
) -> str:
    """Imports a sheet, confirms an order, offers it to a carrier, all on screen."""
    context = await browser.new_context(viewport=DESK, locale="fr-FR")
    page = await enter(context, platform, "industry", world.SHIPPERS[0].email)
    path = tmp_path / "commandes.csv"
    path.write_text(sheet())
    await page.goto(f"{platform.portal('industry')}/imports")
    await page.set_input_files("input[type=file]", path)
    await page.click("form[action='/imports'] button[type=submit], form[action='/imports'] button.primary")
    await page.wait_for_url("**/imports/*")
    await expect(page.locator("body")).to_contain_text("NAV-1")
    await seen.take(page, "1-import")
    await page.click("form[action$='/commit'] button")
    await page.wait_for_load_state("networkidle")
    order_id = str(shipper.get("/api/orders", q="NAV-1")["items"][0]["order_id"])
    await page.goto(f"{platform.portal('industry')}/orders/{order_id}")
    await page.click("form[action$='/confirm'] button")
    await page.goto(f"{platform.portal('industry')}/orders/{order_id}/tender")
    await page.fill("[name=price_cents]", "415,00")
    await page.click("main form:not([action='/density']) button[type=submit]")
    wait_for(lambda: shipper.get(f"/api/orders/{order_id}")["state"] == "tendered", "the offer")
    await context.close()
    return order_id


async def carrier_accepts_and_plans(
    platform: RunningPlatform, browser: Browser, carrier: Caller, order_id: str, seen: Album
) -> None:
    """Accepts in the inbox, has the day optimised, publishes the tour."""
    context = await browser.new_context(viewport=DESK, locale="fr-FR")
    page = await enter(context, platform, "transporter", world.CARRIERS[0].email)
    await seen.take(page, "2-offers")
    await page.click(f"form[action='/offers/{order_id}/accept'] button")
    wait_for(lambda: carrier.get("/api/planning/jobs")["items"], "the job in the basket")
    await page.goto(f"{platform.portal('transporter')}/planning?day={TOMORROW}")
    await page.click("form[action^='/planning/optimise'] button")
    await page.wait_for_url("**/planning/plans/*", timeout=60_000)
    await page.click("form[action*='/accept'] button")
    await page.wait_for_url(lambda url: "/plans/" not in url)
    await page.goto(f"{platform.portal('transporter')}/planning?day={TOMORROW}")
    await page.click("form[action^='/planning/publish'] button")
    await page.wait_for_load_state("networkidle")
    await seen.take(page, "3-planning")
    wait_for(lambda: carrier.get(f"/api/orders/{order_id}")["state"] == "planned", "the order to be planned")
    await context.close()


async def driver_loads_and_delivers_offline(
    platform: RunningPlatform, browser: Browser, people: People, order_id: str, seen: Album
) -> None:
    """Loads and delivers with no network, the app killed in between; everything arrives, in order, once."""
    driver = people.driver
    wait_for(lambda: driver.get("/api/ecpmr/day", order_ids=order_id)["items"], "the consignment note")
    context = await browser.new_context(viewport=PHONE, locale="fr-FR")
    email = world.driver_email(world.CARRIERS[0], world.DRIVERS[0])
    page = await enter(context, platform, "driver", email)
    await page.wait_for_selector(".stop-link")
    await page.evaluate("navigator.serviceWorker.ready")
    await page.wait_for_function("caches.match('/', { ignoreVary: true }).then(Boolean)")
    await page.wait_for_function(
        "caches.match('/static/built/driver.js', { ignoreSearch: true, ignoreVary: true }).then(Boolean)"
    )
    await context.set_offline(True)
    await page.reload()
    await seen.take(page, "4-driver-day")
    await page.click(".stop-link >> nth=0")
    await page.click("text=Je suis arrivé")
    await page.click("text=Faire signer")
    await draw_on(page)
    await page.reload()
    await seen.take(page, "5-driver-signing")
    await page.click("text=Valider")
    await page.click("text=Je repars")
    await page.wait_for_selector("text=Reparti à")
    assert driver.get("/api/ecpmr/day", order_ids=order_id)["items"][0]["state"] == "new"
    await context.set_offline(False)
    await expect(page.locator("#driver-sync")).to_contain_text("Tout est envoyé", timeout=30_000)
    wait_for(lambda: people.shipper.get(f"/api/orders/{order_id}")["state"] == "in_transit", "the loading")
    await page.goto(platform.portal("driver"))
    await page.click(".stop-link >> nth=0")
    await page.click("text=Je suis arrivé")
    await page.click("text=Faire signer")
    await page.click("text=Ajouter une réserve")
    await page.fill("textarea", "2 cartons écrasés, palette 3, angle avant gauche")
    await draw_on(page)
    await page.click("text=Valider")
    await expect(page.locator("#driver-sync")).to_contain_text("Tout est envoyé", timeout=30_000)
    wait_for(lambda: people.shipper.get(f"/api/orders/{order_id}")["state"] == "delivered", "the delivery")
    await context.close()


async def recipient_follows(
    platform: RunningPlatform, browser: Browser, people: People, order_id: str, seen: Album
) -> None:
    """Opens the public link of the mail, without account."""
    url = people.shipper.post(f"/api/tracking/orders/{order_id}/share")["url"]
    context = await browser.new_context(viewport=PHONE, locale="fr-FR")
    page = await context.new_page()
    await page.goto(platform.portal("recipient") + "/follow/" + url.rpartition("/")[2])
    await expect(page.locator("body")).to_contain_text("NAV-1")
    await expect(page.locator("body")).not_to_contain_text(world.DRIVERS[0])
    await seen.take(page, "6-follow")
    await context.close()


async def shipper_accepts_the_proof(
    platform: RunningPlatform, browser: Browser, shipper: Caller, order_id: str, seen: Album
) -> None:
    context = await browser.new_context(viewport=DESK, locale="fr-FR")
    page = await enter(context, platform, "industry", world.SHIPPERS[0].email)
    await page.goto(f"{platform.portal('industry')}/orders/{order_id}")
    await seen.take(page, "7-delivered")
    await page.click("form[action$='/accept-proof'] button")
    wait_for(lambda: shipper.get(f"/api/orders/{order_id}")["state"] == "pod_ok", "the accepted proof")
    movements = shipper.get("/api/palettes/movements", order_id=order_id)["items"]
    assert len(movements) == 1
    await context.close()


async def operator_reads_the_story(
    platform: RunningPlatform, browser: Browser, order_id: str, seen: Album
) -> None:
    context = await browser.new_context(viewport=DESK, locale="fr-FR")
    page = await enter(context, platform, "admin", world.ADMIN_EMAIL)
    await page.goto(f"{platform.portal('admin')}/timelines/{order_id}")
    for service in ("core_orders", "ecpmr", "planning"):
        await expect(page.locator("main")).to_contain_text(service)
    await seen.take(page, "8-story")
    await page.goto(f"{platform.portal('admin')}/audit/verify")
    await context.close()


BESIDE_NAVIGATION = {
    "industry": "/orders/{order} /orders/new /imports /lists/orders/columns /partners/new /team/invite"
    " /notices /search?q=NAV /documents?state= /settings/numbers",
    "transporter": "/orders/{order} /orders/new /imports /planning?day={day}"
    " /fleet/new /drivers/new /devices/new",
    "recipient": "/deliveries/{order} /docks/places/new",
    "admin": "/timelines/{order} /incidents/new /maintenance/new",
    "driver": "/ /#/officer /#/mine /#/language /recordings /account",
}
"""By portal: what is looked at beside everything that its navigation leads to."""
SHOWROOM = "/gallery"
"""Every component stands there beside the page's own of the same name."""


async def everybody_can_use_every_page(platform: RunningPlatform, browser: Browser, order_id: str) -> None:
    """No page hinders who cannot see, hear or point, nor is pushed sideways on a phone."""
    people = {
        "industry": world.SHIPPERS[0].email,
        "transporter": world.CARRIERS[0].email,
        "recipient": world.OTHERS[3].email,
        "admin": world.ADMIN_EMAIL,
        "driver": world.driver_email(world.CARRIERS[0], world.DRIVERS[0]),
    }

    async def looked_through(portal: str, email: str) -> list[str]:
        context = await browser.new_context(viewport=DESK, locale="fr-FR")
        page = await enter(context, platform, portal, email)
        links = page.locator("header.side nav a")
        paths = [str(await one.get_attribute("href")) for one in await links.all()]
        more = [path.format(order=order_id, day=TOMORROW) for path in BESIDE_NAVIGATION[portal].split()]
        found = []
        for path in (*paths, *more):
            if path != SHOWROOM:
                found += await hindrances(page, platform.portal(portal) + path)
        await context.close()
        return found

    assert await asyncio.gather(*(looked_through(*one) for one in people.items())) == [[]] * len(people)


async def draw_on(page: Page) -> None:
    pad = page.locator(".pad > svg").first
    await pad.scroll_into_view_if_needed()
    box = await pad.bounding_box()
    assert box is not None
    await page.mouse.move(box["x"] + 30, box["y"] + 60)
    await page.mouse.down()
    await page.mouse.move(box["x"] + 150, box["y"] + 20, steps=4)
    await page.mouse.move(box["x"] + 260, box["y"] + 90, steps=4)
    await page.mouse.up()
