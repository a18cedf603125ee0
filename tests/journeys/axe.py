"""Axe-core in a page of a browser: what keeps somebody from using it, as sentences."""

from playwright.async_api import Page
from tests.journeys.conftest import ROOT

SOURCE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
RULES = {"label-content-name-mismatch": {"enabled": True}, "target-size": {"enabled": True}}
"""What axe leaves out by itself: said as it is read (WCAG 2.5.3), 24 px for a finger (WCAG 2.5.8)."""
RUN = """rules => axe.run(document, {rules, resultTypes: ["violations"], selectors: false})
  .then(found => found.violations.flatMap(
    rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`)))"""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
RUN_OVER = "[...document.querySelectorAll('.steps li')].some(one => one.scrollWidth > one.clientWidth + 1)"
WIDTHS = (1440, 360)


async def hindrances(page: Page, address: str) -> list[str]:
    """What axe finds at an address, on a desk and on a phone, and where it is wider than the window."""
    assert SOURCE.exists(), "axe-core is not installed: npm ci in web/"
    found = []
    await page.goto(address)
    await page.wait_for_load_state("networkidle")
    await page.evaluate(SOURCE.read_text())
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        here = list(await page.evaluate(RUN, RULES))
        if await page.evaluate(WIDER) > 0:
            here.append("wider than the window")
        if await page.evaluate(RUN_OVER):
            here.append("the names of steps run into one another")
        found += [f"{address} at {width}: {one}" for one in here]
    return found
