"""The driver's app in a real browser: a whole stop without network, killed in between, arrives in order."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image
from playwright.async_api import Browser, Dialog, Page, async_playwright, expect
from tests.pages.shop import PASSWORD
from tests.ui.driver_town import SITE, Depot, serving

PHONE = {"width": 390, "height": 844}
AT = "2026-11-22T09:00:00Z"
LINES = """all => all.map(one => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return [one.textContent.length, new Set([...range.getClientRects()].map(line => line.top)).size];
})"""
"""Of each element, how many letters it has on how many lines."""


@pytest.fixture(scope="module")
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as played:
        browser = await played.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        await browser.close()


@pytest.fixture
async def phone(chromium: Browser) -> AsyncIterator[Browser]:
    """The browser, in which each test makes a context of its own: nothing is shared but the program."""
    yield chromium
    for context in chromium.contexts:
        await context.close()


async def sign_in(page: Page, base: str) -> None:
    await page.goto(f"{base}/login")
    await page.fill("[name=email]", "karim@morel.example")
    await page.fill("[name=password]", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_selector(".stop-link")
    await page.evaluate("navigator.serviceWorker.ready")
    await page.wait_for_function("caches.match('/', { ignoreVary: true }).then(Boolean)")
    await page.wait_for_function(
        "caches.match('/static/built/driver.js', { ignoreSearch: true, ignoreVary: true }).then(Boolean)"
    )


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


def picture() -> bytes:
    made = BytesIO()
    Image.new("RGB", (2600, 1300), "red").save(made, "JPEG")
    return made.getvalue()


async def test_a_stop_done_without_network_arrives_whole_and_in_order(phone: Browser) -> None:
    depot = Depot()
    with serving(depot.app()) as base:
        context = await phone.new_context(viewport=PHONE, locale="fr-FR")
        page = await context.new_page()
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if "Policy" in line.text else None)
        await sign_in(page, base)
        await context.set_offline(True)
        await page.reload()
        await page.click(".stop-link >> nth=0")
        await page.click("text=Je suis arrivé")
        await page.click("text=Faire signer")
        await page.click("text=Ajouter une réserve")
        await page.fill("textarea", "3 cartons mouillés, palette 2")
        shot = {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": picture()}
        await page.set_input_files("input[type=file]", files=[shot])
        await page.wait_for_selector(".photos img")
        await draw_on(page)
        await page.reload()
        await expect(page.locator("textarea")).to_have_value("3 cartons mouillés, palette 2")
        await expect(page.locator(".photos img")).to_have_count(1)
        await page.click("text=Valider")
        await page.click("text=Je repars")
        await page.wait_for_selector("text=Reparti à")
        assert depot.commands == []
        await context.set_offline(False)
        await expect(page.locator("#driver-sync")).to_contain_text("Tout est envoyé")
        names = [command["name"] for command in depot.commands]
        assert names == ["RecordArrival", "SignTakeover", "RecordDeparture"]
        signing = depot.commands[1]
        assert signing["body"]["content_hash"] == "ab" * 32
        assert signing["happened_at"] < signing["sent_at"]
        assert signing["body"]["reserves"][0]["photo_ids"] == list(depot.photos)
        assert signing["body"]["signature"]["image"].startswith("M")
        assert complaints == []


async def test_a_refused_entry_is_shown_in_words_and_waits_for_the_driver(phone: Browser) -> None:
    depot = Depot()
    depot.refusing.add("RecordArrival")
    with serving(depot.app()) as base:
        page = await (await phone.new_context(viewport=PHONE, locale="fr-FR")).new_page()
        await sign_in(page, base)
        await page.click(".stop-link >> nth=0")
        await page.click("text=Je suis arrivé")
        await page.click("#driver-tabs >> text=Mes saisies")
        await expect(page.locator("#driver")).to_contain_text("Déjà signé.")
        depot.refusing.clear()
        await page.click("text=Réessayer")
        await expect(page.locator("#driver-sync")).to_contain_text("Tout est envoyé")
        assert [command["name"] for command in depot.commands] == ["RecordArrival"]


async def test_signing_out_leaves_nothing_on_the_phone(phone: Browser) -> None:
    depot = Depot()
    with serving(depot.app()) as base:
        page = await (await phone.new_context(viewport=PHONE, locale="fr-FR")).new_page()
        await sign_in(page, base)
        assert len(await page.evaluate("indexedDB.databases()")) == 1
        await page.click("#driver-tabs >> text=Langue")
        await page.click("text=Se déconnecter")
        await page.wait_for_selector("[name=password]")
        kept = "caches.keys().then((names) => names.filter((name) => name.startsWith('rt-pages-')))"
        for name in await page.evaluate(kept):
            held = await page.evaluate(
                f"caches.open('{name}').then((c) => c.keys()).then((k) => k.map((r) => r.url))"
            )
            assert [url for url in held if not url.endswith("/login")] == []
        databases: list[object] = await page.evaluate("indexedDB.databases()")
        for _turn in range(50):
            if not databases:
                break
            await asyncio.sleep(0.05)
            databases = await page.evaluate("indexedDB.databases()")
        assert databases == []


@pytest.mark.parametrize("width", [320, 360, 768, 1440])
async def test_an_officer_reads_words_not_letters(phone: Browser, width: int) -> None:
    """The page is handed out of the window at the roadside: labels of the law are long, phones are narrow."""
    depot = Depot()
    depot.notes[0] |= {
        "state": "delivered",
        "signatures": [
            {"party": "consignee", "name": "P. Morel", "step": "delivery", "happened_at": AT, "way": "link"}
        ],
    }
    with serving(depot.app()) as base:
        size = {"width": width, "height": 740}
        page = await (await phone.new_context(viewport=size, locale="fr-FR")).new_page()
        await sign_in(page, base)
        await page.click("#driver-tabs >> text=Contrôle")
        await expect(page.locator("h2").first).to_have_text("Lettre de voiture nationale LV-1")
        for length, lines in await page.locator(".facts dt, .facts dd").evaluate_all(LINES):
            assert length / lines >= min(length, 8), f"{lines} lines for {length} letters"
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        told = await page.locator(".facts").first.inner_text()
        assert "P. Morel" in told
        assert "par lien et code" in told
        assert "Aucune réserve notée" in told


async def test_unusual_pallets_are_asked_about_before_they_are_queued(phone: Browser) -> None:
    depot = Depot()
    with serving(depot.app()) as base:
        context = await phone.new_context(viewport=PHONE, locale="fr-FR")
        page = await context.new_page()
        await sign_in(page, base)
        await context.set_offline(True)
        await page.click(".stop-link >> nth=0")
        await page.click("text=Je suis arrivé")
        await page.click("text=Faire signer")
        await page.get_by_label("Laissées").fill("400")
        await draw_on(page)
        asked: list[str] = []

        async def answer(dialog: Dialog) -> None:
            asked.append(dialog.message)
            await (dialog.dismiss() if len(asked) == 1 else dialog.accept())

        page.on("dialog", answer)
        await page.click("text=Valider")
        await page.click("text=Valider")
        await page.click("text=Je repars")
        await context.set_offline(False)
        await expect(page.locator("#driver-sync")).to_contain_text("Tout est envoyé")
        assert asked == ["400 palettes pour 18 sur la lettre de voiture : est-ce bien le nombre ?"] * 2
        (signing,) = [one["body"] for one in depot.commands if one["name"] == "SignTakeover"]
        assert (signing["pallets"][0]["delivered"], signing["pallets_confirmed"]) == (400, True)


async def test_scribbling_on_one_spot_is_no_signature(phone: Browser) -> None:
    depot = Depot()
    with serving(depot.app()) as base:
        context = await phone.new_context(viewport=PHONE, locale="fr-FR")
        page = await context.new_page()
        await sign_in(page, base)
        await context.set_offline(True)
        await page.click(".stop-link >> nth=0")
        await page.click("text=Je suis arrivé")
        await page.click("text=Faire signer")
        pad = page.locator(".pad > svg").first
        await pad.scroll_into_view_if_needed()
        box = await pad.bounding_box()
        assert box is not None
        await page.mouse.move(box["x"] + 60, box["y"] + 60)
        await page.mouse.down()
        for turn in range(40):
            await page.mouse.move(box["x"] + 60 + turn % 2 * 3, box["y"] + 60)
        await page.mouse.up()
        await page.click("text=Valider")
        await page.wait_for_selector("text=La signature manque.")
        await context.set_offline(False)
        await expect(page.locator("#driver-sync")).to_contain_text("Tout est envoyé")
        assert [one["name"] for one in depot.commands] == ["RecordArrival"]


async def test_a_phone_with_a_wrong_clock_says_so_and_sends_the_right_time(phone: Browser) -> None:
    depot = Depot()
    depot.phone_ahead = timedelta(hours=3)
    with serving(depot.app()) as base:
        context = await phone.new_context(viewport=PHONE, locale="fr-FR")
        page = await context.new_page()
        await sign_in(page, base)
        await expect(page.locator("#driver-sync")).to_contain_text("L'heure du téléphone est fausse")
        await context.set_offline(True)
        await page.click(".stop-link >> nth=0")
        await page.click("text=Je suis arrivé")
        await expect(page.locator("#driver-sync")).to_contain_text("1 à envoyer")
        await context.set_offline(False)
        await expect(page.locator("#driver-sync")).to_contain_text("Tout est envoyé")
        (arrival,) = depot.commands
        said = datetime.fromisoformat(arrival["happened_at"])
        corrected = datetime.fromisoformat(arrival["body"]["happened_at"])
        assert abs(said - corrected - depot.phone_ahead) < timedelta(minutes=2)


async def test_a_driver_who_takes_goods_from_another_signs_the_handover_on_a_small_phone(
    phone: Browser,
) -> None:
    """Without network, in a window 360 pixels wide: two big buttons, no pallets, nothing cut."""
    depot = Depot()
    leg = {
        "leg_id": "1",
        "carrier_name": "Transports Morel",
        "pickup_name": SITE["name"],
        "pickup_city": "Lyon",
        "delivery_name": "Caves du Rhône",
        "delivery_city": "Lyon",
        "takes": "handover",
        "gives": "delivery",
        "next_leg_id": "",
        "taken_over_at": None,
        "given_over_at": None,
        "handover_hash": "",
    }
    before = leg | {
        "leg_id": "0",
        "carrier_name": "Transports Loire",
        "takes": "takeover",
        "gives": "handover",
    }
    note = depot.notes[0] | {"order_id": "parent", "state": "in_transport"}
    depot.notes = [note | {"legs": [before | {"next_leg_id": "1"}, leg], "held_by": "0"}]
    with serving(depot.app()) as base:
        context = await phone.new_context(viewport={"width": 360, "height": 740}, locale="fr-FR")
        page = await context.new_page()
        await sign_in(page, base)
        await context.set_offline(True)
        await page.locator(".stop-link").first.click()
        await expect(page.get_by_text("Transports Loire")).to_be_visible()
        await page.get_by_role("button", name="Je suis arrivé").click()
        await page.get_by_role("link", name="Reprendre au transporteur").click()
        await expect(page.get_by_role("heading", name="Palettes")).to_have_count(0)
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await page.fill("input[type=text] >> nth=0", "Karim de la Loire")
        for pad in await page.locator(".pad > svg").all():
            await pad.scroll_into_view_if_needed()
            box = await pad.bounding_box()
            assert box is not None
            await page.mouse.move(box["x"] + 30, box["y"] + 60)
            await page.mouse.down()
            await page.mouse.move(box["x"] + 200, box["y"] + 90, steps=4)
            await page.mouse.up()
        await page.get_by_role("button", name="Valider").click()
        await expect(page.get_by_role("button", name="Je repars")).to_be_visible()
        await context.set_offline(False)
        await expect(page.locator("#driver-sync")).to_contain_text("Tout est envoyé")
    told = [(one["name"], one["body"].get("leg_id")) for one in depot.commands]
    assert told == [("RecordArrival", "1"), ("SignHandover", "1")]
    said = depot.commands[1]["body"]
    assert (said["signature"]["party"], said["countersignature"]["party"]) == ("carrier", "successor")
    assert "pallets" not in said
