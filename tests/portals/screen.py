"""What somebody sees of a list: a portal in a real browser of any size, asked in the process."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.async_api import Page, Route, async_playwright

SIZES = ((1440, 900, 25), (1920, 1080, 30))
"""Width, height, and how many rows of a long list have to be seen whole."""
FORWARDED = ("accept", "content-type", "x-csrf-token")
WIDTHS = (360, 768, 1440, 1920)
SEEN = """all => all.filter(one => {
  const box = one.getBoundingClientRect();
  const front = document.elementFromPoint(box.right - 10, box.bottom - 4);
  return box.height > 0 && box.top >= 0 && box.bottom <= innerHeight && one.contains(front);
}).length"""
"""How many elements stand whole inside the window, with nothing before them."""
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = "all => all.filter(one => one.getBoundingClientRect().right > innerWidth).length"


@asynccontextmanager
async def looking(client: httpx.AsyncClient, **context: Any) -> AsyncIterator[Page]:
    """A page of a browser whose every request the client answers, with the client's cookies."""
    async with async_playwright() as played:
        browser = await played.chromium.launch(
            executable_path=os.environ.get("CHROMIUM") or shutil.which("chromium"),
            args=["--no-sandbox", "--disable-background-networking"],
        )
        page = await browser.new_page(**context)

        async def answered(route: Route) -> None:
            asked = route.request
            headers = {name: asked.headers[name] for name in FORWARDED if name in asked.headers}
            headers |= {name: value for name, value in asked.headers.items() if name.startswith("hx-")}
            said = await client.request(
                asked.method, asked.url, content=asked.post_data, headers=headers, follow_redirects=True
            )
            await route.fulfill(
                status=said.status_code, body=said.content, content_type=said.headers.get("content-type", "")
            )

        await page.route("**/*", answered)
        yield page
        await browser.close()


async def shot(page: Page, name: str) -> None:
    """A picture of the window for people, where SHOTS names a folder."""
    if folder := os.environ.get("SHOTS"):
        await page.screenshot(path=Path(folder) / f"{name}.png")


FIRST_LINE = """all => {
  const top = one => one.getBoundingClientRect().top;
  const first = Math.min(...[...document.querySelectorAll('.head :is(h1, a, button)')].map(top));
  return all.every(one => top(one) < first + 20);
}"""
"""Whether elements stand in the first line of the page's head."""
CUT = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"


async def read_as_a_list(page: Page, address: str, name: str) -> None:
    """A long list fits screens of every size: rows enough, no page wider than its window, no tab lost.

    The main act stands in the line of the title, and no city is cut.
    """
    for width, height, rows in SIZES:
        await page.set_viewport_size({"width": width, "height": height})
        await page.goto(address)
        await shot(page, f"{name}-{width}")
        assert await page.locator("tbody tr").evaluate_all(SEEN) >= rows
        assert await page.evaluate(WIDER) <= 0
        await page.mouse.move(width / 2, height / 2)
        await page.evaluate("scrollTo(0, document.body.scrollHeight)")
        assert await page.locator("thead th >> nth=1").evaluate_all(SEEN) == 1
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 900})
        await page.goto(address)
        await shot(page, f"{name}-{width}-900")
        assert await page.evaluate(WIDER) <= 0, width
        assert await page.locator("tbody tr >> nth=0").evaluate("row => getComputedStyle(row).display") == (
            "table-row" if width > 600 else "grid"
        )
        if width > 600:
            assert await page.locator(".head .primary").evaluate_all(FIRST_LINE), width
            assert await page.locator(".place .kept").count()
            assert await page.locator(".place .kept").evaluate_all(CUT) == [], width
            assert await page.locator(".tabs a").evaluate_all(OUTSIDE) == 0
            assert await page.locator("thead th").evaluate_all(OUTSIDE) == 0
