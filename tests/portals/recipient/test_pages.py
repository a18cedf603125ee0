"""Every page of a recipient with an account: whole, in part, in both languages, each field labelled."""

import re

import pytest
from tests.portals.delivery import STROKES
from tests.portals.plain import faults
from tests.portals.recipient.world import MORNING, Browser, World
from tests.portals.world import carried

from rt.contracts.palette import (
    BookMovement,
    ConfirmMovement,
    FindStatements,
    GetBalances,
    GetMovement,
    MakeStatement,
)
from rt.ui.catalogues import check, folders

PAGES = (
    "/",
    "/deliveries",
    "/slots",
    "/docks/places",
    "/docks/places/new",
    "/pallets",
    "/deliveries/{order}",
    "/sign/{note}",
    "/pallets/statements/{statement}",
    "/pallets/claims",
    "/pallets/claims/{claim}/dispute",
    "/pallets/vouchers",
    "/pallets/vouchers/new",
)
IN_PARTS = ("/", "/deliveries", "/slots", "/pallets")


async def addresses(world: World) -> dict[str, str]:
    note = await world.taken_over()
    for quantity in (12, 5):
        claim = await world.say(
            world.shipper, BookMovement(partner_id=world.consignee.id, direction="given", quantity=quantity)
        )
        if quantity == 12:
            await world.say(world.consignee, ConfirmMovement(movement_id=claim.id))
    day = MORNING.date()
    await world.say(
        world.shipper,
        MakeStatement(partner_id=world.consignee.id, period_from=day.replace(day=1), period_until=day),
    )
    (statement,) = (await world.say(world.consignee, FindStatements())).items
    return {"order": world.order_id, "note": note.document_id, "statement": statement.id, "claim": claim.id}


async def test_every_page_renders_in_both_languages_with_labels_and_single_ids(browser: Browser) -> None:
    known = await addresses(browser.world)
    await browser.enter()
    for path in PAGES:
        here = path.format(**known)
        french, english = await browser.web.get(here), await browser.web.get(f"{here}?lang=en")
        await browser.web.get(f"{here}?lang=fr")
        assert (french.status_code, english.status_code) == (200, 200), here
        assert '<html lang="fr">' in french.text, here
        assert '<html lang="en">' in english.text, here
        assert faults(french.text) + faults(english.text) == [], here


async def test_parts_come_without_their_frame_and_strangers_sign_in(browser: Browser) -> None:
    for path in IN_PARTS:
        answer = await browser.web.get(path)
        assert answer.headers["location"].startswith("/login")
    await browser.enter()
    for path in IN_PARTS:
        part = await browser.web.get(path, headers={"hx-request": "true"})
        assert "<html" not in part.text, path
        assert part.status_code == 200


async def test_what_arrives_is_the_home_and_its_price_is_nobodys_business_here(browser: Browser) -> None:
    known = await addresses(browser.world)
    await browser.enter()
    home = (await browser.web.get("/")).text
    assert "CMD-7741" in home
    assert "Laiterie du Forez" in home
    page = (await browser.web.get(f"/deliveries/{known['order']}")).text
    assert "Pots de yaourt" in page
    assert f'href="/sign/{known["note"]}"' in page
    assert "485,17" not in home + page


async def test_a_recipient_with_an_account_signs_without_code_and_finds_it_in_the_history(
    browser: Browser,
) -> None:
    note = await browser.world.taken_over()
    await browser.enter()
    here = f"/sign/{note.document_id}"
    assert "Code à usage unique" not in (await browser.web.get(here)).text
    done = await browser.fill(here, do="sign", name="Julie Blanc", ink=STROKES)
    assert done.status_code == 303, done.text
    await browser.world.platform.settle()
    assert "C&#39;est signé" in (await browser.web.get(here)).text
    assert "CMD-7741" in (await browser.web.get("/deliveries")).text


async def test_a_statement_is_answered_line_by_line_and_a_contest_needs_its_reason(browser: Browser) -> None:
    known = await addresses(browser.world)
    await browser.enter()
    here = f"/pallets/statements/{known['statement']}"
    (line,) = set(re.findall(r'name="verdict\.([^"]+)"', (await browser.web.get(here)).text))
    bare = await browser.fill(here, **{f"verdict.{line}": "contested"})
    assert "Dites pourquoi vous contestez" in bare.text
    nothing = await browser.fill(here)
    assert "Choisissez une réponse" in nothing.text
    done = await browser.fill(here, **{f"verdict.{line}": "contested", f"comment.{line}": "8 reçues, pas 12"})
    assert done.status_code == 303
    assert "8 reçues, pas 12" in (await browser.web.get(here)).text


async def test_what_a_shipper_claims_counts_after_one_press_of_the_recipient(browser: Browser) -> None:
    known = await addresses(browser.world)
    await browser.enter()
    home = (await browser.web.get("/pallets")).text
    assert "1 déclaration attend votre réponse" in home
    assert "+5 attendent notre réponse" in home
    page = (await browser.web.get("/pallets/claims")).text
    press = f"/pallets/claims/{known['claim']}/confirm"
    assert page.count(f'action="{press}"') == 1
    done = await browser.web.post(press, data=carried(page, press))
    assert done.headers["location"] == "/pallets/claims"
    (balance,) = (await browser.world.say(browser.world.consignee, GetBalances())).items
    assert (balance.confirmed, balance.claimed_by_others) == (17, 0)


async def test_a_no_to_a_claim_reaches_who_claimed_it(browser: Browser) -> None:
    known = await addresses(browser.world)
    await browser.enter()
    here = f"/pallets/claims/{known['claim']}/dispute"
    assert (await browser.fill(here, reason="x")).status_code == 422
    assert (await browser.fill(here, reason="4 et non 5")).status_code == 303
    seen = await browser.world.say(browser.world.shipper, GetMovement(movement_id=known["claim"]))
    assert (seen.standing, seen.closed_reason) == ("disputed", "4 et non 5")


async def test_empty_lists_say_what_they_are_for(browser: Browser) -> None:
    await browser.enter(browser.world.shipper)
    for path in ("/deliveries", "/slots", "/pallets"):
        assert 'class="state"' in (await browser.web.get(path)).text, path


@pytest.mark.parametrize("name", ["recipient"])
def test_no_sentence_of_the_portal_lacks_its_english(name: str) -> None:
    folder = next(f for f in folders() if f.name == name)
    assert check(folder) == []
