"""From the front page into a portal by one press in a real browser, which keeps the session at that host."""

import os
import shutil

import pytest
from playwright.async_api import async_playwright, expect
from tests.journeys.conftest import Start

from rt.ops import world
from rt.ops.actors import Stage

pytestmark = pytest.mark.xdist_group("journeys")


async def test_two_people_enter_two_portals_by_one_press_each(start_platform: Start) -> None:
    platform = start_platform("--demo")
    world.open_firm(Stage(platform.edge, world.RUN), world.SHIPPERS[0])  # or wait until the demonstration has
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    async with async_playwright() as played:
        browser = await played.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-background-networking"]
        )
        page = await browser.new_page(locale="fr-FR")
        for name, portal, heading in (
            ("Camille Perrin", "industry", "Aujourd'hui"),
            ("Administration", "admin", "Rechercher"),
        ):
            await page.goto(f"http://localhost:{platform.port}/")
            await page.get_by_role("button", name=f"Entrer comme {name}").click()
            await expect(page.get_by_role("heading", level=1, name=heading)).to_be_visible()
            assert page.url.startswith(platform.portal(portal))
            await page.reload()
            await expect(page.get_by_role("button", name="Se déconnecter")).to_be_visible()
        await browser.close()
