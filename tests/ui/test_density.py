"""How close rows stand: dense by default, airy by choice without JavaScript, tall under a finger."""

import pytest
from tests.pages.shop import ORIGIN, Town, signed_in, token_of
from tests.portals.screen import looking

DENSE = '<div class="shell dense">'
LOW_PX, TARGET_PX, TWO_LINES_PX = 28, 44, 60
HEIGHTS = "rows => Math.max(...rows.map(row => row.getBoundingClientRect().height))"


@pytest.mark.parametrize(("rows", "seen"), [("airy", False), ("dense", True), ("other", True)])
async def test_the_choice_is_kept_and_leads_back_to_the_list(rows: str, seen: bool) -> None:
    async with signed_in(Town()) as client:
        before = (await client.get("/gallery/table")).text
        typed = {"_csrf": token_of(before), "rows": rows, "back": "/gallery/table?q=a"}
        answer = await client.post("/density", data=typed)
        after = (await client.get("/gallery/table")).text
    assert (answer.status_code, answer.headers["location"]) == (303, "/gallery/table?q=a")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert (DENSE in before, DENSE in after) == (True, seen)


async def test_the_choice_leads_nobody_elsewhere_and_needs_the_proof_of_its_page() -> None:
    async with signed_in(Town()) as client:
        token = token_of((await client.get("/gallery/table")).text)
        away = await client.post("/density", data={"_csrf": token, "back": "//evil.example"})
        forged = await client.post("/density", data={"rows": "airy"})
    assert away.headers["location"] == "/gallery"
    assert forged.status_code == 403


@pytest.mark.parametrize(("touch", "airy"), [(False, False), (False, True), (True, False)])
async def test_rows_are_low_for_a_mouse_and_a_target_for_a_finger(touch: bool, airy: bool) -> None:
    size = {"width": 1440, "height": 900}
    async with signed_in(Town()) as client, looking(client, viewport=size, has_touch=touch) as page:
        await page.goto(f"{ORIGIN}/gallery/table")
        if airy:
            await page.get_by_role("button", name="Lignes aérées").click()
            await page.get_by_role("button", name="Lignes serrées").wait_for()
        height = await page.locator("#rows tbody tr").evaluate_all(HEIGHTS)
    assert height <= LOW_PX if not (touch or airy) else TARGET_PX <= height <= TWO_LINES_PX
