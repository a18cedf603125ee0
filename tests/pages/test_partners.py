"""What every portal promises of its partners: who asks is answered in one press, nobody is one unasked."""

import shutil
from typing import Any

import pytest
from playwright.async_api import Route, async_playwright
from tests.pages.shop import ORIGIN, Town, signed_in, token_of

from rt.contracts.authz import (
    AcceptPartner,
    AddPartner,
    AskPartner,
    BlockPartner,
    FindPartners,
    InvitePartner,
    OrganizationsPage,
    OrganizationView,
    UnblockPartner,
)
from rt.kernel.model.messages import Empty
from rt.pages.partners import Partners

PAGES = Partners("carrier", "recipient", orders="/orders?carrier_id={id}").pages()


def firm(standing: Any, **said: Any) -> OrganizationView:
    told: dict[str, Any] = {
        "id": f"org_{standing}",
        "name": f"Maison <i>{standing}</i>",
        "kind": "carrier",
        "country": "FR",
        "siret": "73282932000074",
        "vat": "",
        "email": "",
        "phone": "",
        "language": "fr",
        "guest": standing == "guest",
        "suspended": False,
        "standing": standing,
    }
    return OrganizationView(**(told | said))


def at_work(**said: Any) -> Town:
    town = Town()

    class Answers(dict[type, Any]):
        """Partners by what is asked of them."""

        def __getitem__(self, kind: type) -> Any:
            message = town.said[-1][1]
            if isinstance(message, FindPartners):
                shown = [message.standing] if message.standing else ["partner", "guest", "asked"]
                return OrganizationsPage(
                    items=[firm(one, **said) for one in shown], next="" if message.standing else "nx"
                )
            return super().__getitem__(kind)

    town.answers = Answers(
        {message: firm("partner") for message in (AskPartner, AcceptPartner, BlockPartner, UnblockPartner)}
        | {AddPartner: firm("asked"), InvitePartner: Empty()}
    )
    return town


async def test_who_asks_stands_first_and_each_partner_with_its_state() -> None:
    async with signed_in(at_work(), pages=PAGES) as client:
        whole = (await client.get("/partners", params={"kind": "carrier"})).text
        part = (await client.get("/partners", headers={"hx-request": "true"})).text
    assert "<html" not in part
    assert 'action="/partners/org_asks/accept"' in whole
    assert 'action="/partners/org_asks/block"' in whole
    assert "Maison &lt;i&gt;asks" in whole
    for state in ("Partenaire", "Sans compte", "Demandé"):
        assert state in part
    assert part.count("/invite") == 1
    assert "kind=carrier&amp;after=nx" in whole


async def test_on_a_phone_a_label_keeps_to_one_line_and_a_long_address_breaks() -> None:
    """Measured in a real browser: how a line breaks is the browser's word."""
    town = at_work(email="facturation.transports@verreries-de-lorraine-et-des-vosges.example")
    async with signed_in(town, pages=PAGES) as client, async_playwright() as played:
        launched = await played.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-background-networking"]
        )
        page = await launched.new_page(viewport={"width": 360, "height": 800})

        async def answered(route: Route) -> None:
            said = await client.get(route.request.url)
            await route.fulfill(
                status=said.status_code, body=said.content, content_type=said.headers.get("content-type", "")
            )

        await page.route("**/*", answered)
        await page.goto(f"{ORIGIN}/partners")
        shown = "td => { const s = getComputedStyle(td, '::before'); return [s.height, s.fontSize] }"
        height, size = await page.locator("td[data-label=E-mail]").first.evaluate(shown)
        assert float(height.removesuffix("px")) < 2 * float(size.removesuffix("px"))
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360
        await launched.close()


async def test_the_blocked_stand_apart_and_are_let_in_again() -> None:
    async with signed_in(at_work(), pages=PAGES) as client:
        text = (await client.get("/partners", params={"standing": "blocked"})).text
    assert 'action="/partners/org_blocked/unblock"' in text
    assert 'action="/partners/org_blocked/block"' not in text


@pytest.mark.parametrize(
    ("press", "message"),
    [
        ("ask", AskPartner(organization_id="org_x")),
        ("accept", AcceptPartner(organization_id="org_x")),
        ("block", BlockPartner(organization_id="org_x")),
        ("unblock", UnblockPartner(organization_id="org_x")),
        ("invite", InvitePartner(organization_id="org_x")),
    ],
)
async def test_one_press_is_one_word(press: str, message: Any) -> None:
    town = at_work()
    async with signed_in(town, pages=PAGES) as client:
        token = token_of((await client.get("/partners")).text)
        answer = await client.post(f"/partners/org_x/{press}", data={"_csrf": token, "_key": "k" * 32})
    assert (answer.status_code, answer.headers["location"]) == (303, "/partners")
    assert [(said, key) for _token, said, key in town.said][-1] == (message, "k" * 32)


@pytest.mark.parametrize(
    ("standing", "said"),
    [
        ("guest", "sans compte"),
        ("partner", "est votre partenaire."),
        ("asked", "votre demande lui est envoyée"),
        ("blocked", "ne peut pas être ajouté"),
    ],
)
async def test_adding_says_what_became_of_it(standing: str, said: str) -> None:
    town = at_work()
    town.answers[AddPartner] = firm(standing)
    async with signed_in(town, pages=PAGES) as client:
        token = token_of((await client.get("/partners/new")).text)
        typed = {"name": "X", "kind": "carrier", "email": "x@x.example", "country": "FR", "language": "fr"}
        answer = await client.post("/partners/new", data=typed | {"_csrf": token, "_key": "k" * 32})
        assert answer.status_code == 303
        assert said in (await client.get(answer.headers["location"])).text
