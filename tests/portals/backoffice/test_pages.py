"""Every page of the back office: whole, in part, in both languages, each field labelled."""

import re

import msgspec
import pytest
from tests.portals.backoffice import town
from tests.portals.backoffice.town import ORDER, TRACE, Town, browser, signed_in
from tests.portals.plain import faults

from rt.contracts.admin_gateway import (
    AuditPage,
    BrokenView,
    DeadLettersPage,
    FindAnything,
    FindAudit,
    FindDeadLetters,
    FindFlags,
    FindTenants,
    FlagsView,
    FoundPage,
    FoundView,
    GetQueues,
    GetStatus,
    GetTimeline,
    TenantsPage,
    VerificationView,
    VerifyAudit,
)
from rt.contracts.authz import GetOrganization
from rt.contracts.notifications import MessagesPage, ReadMailbox
from rt.kernel.core.clock import held
from rt.kernel.core.errors import NotFound, Unavailable
from rt.ui.catalogues import check, folders
from rt.ui.formats import moment

PAGES = (
    "/",
    "/?q=CMD-24",
    f"/timelines/{ORDER}",
    f"/timelines/{ORDER}?unit=planning&order=newest",
    "/status",
    "/notice",
    "/queues",
    "/queues?state=dead&unit=palette",
    "/tenants",
    "/tenants?q=monts&after=cursor",
    "/tenants/org_monts0001",
    "/tenants/org_monts0001/erase",
    "/users",
    "/users/invite",
    "/audit",
    "/audit?q=org_monts0001&since=2026-11-01&until=2026-11-23",
    "/audit/verify",
    "/mailbox",
    "/mailbox?q=karim@transports-delmas.example",
    "/mailbox/msg_1?to=karim@transports-delmas.example",
    "/mailbox/msg_3",
    "/flags",
    "/flags/new",
    "/flags/dock_view",
    "/reference",
    "/reference?q=voucher",
    "/reference/palette",
    "/gallery/button",
)
IN_PARTS = (
    "/?q=CMD-24",
    f"/timelines/{ORDER}",
    "/status",
    "/queues",
    "/tenants",
    "/users",
    "/audit",
    "/mailbox",
    "/reference",
)
ABOUT_THE_PROGRAM = (
    "/timelines",
    "/queues",
    "/tenants",
    "/audit",
    "/mailbox",
    "/flags",
    "/reference",
    "/?q=",
)
"""Pages whose subject is what services call things."""
LIGHT = 100_000
"""Bytes that the public page may weigh with its style and script (unpacked)."""


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_renders_whole_in_both_languages(path: str) -> None:
    client, _token = await signed_in(Town())
    with held(town.AT):
        french = await client.get(path)
        english = await client.get(path, params={"lang": "en"} | dict(re.findall(r"[?&](\w+)=([^&]*)", path)))
    assert (french.status_code, english.status_code) == (200, 200)
    assert '<html lang="fr">' in french.text
    assert '<html lang="en">' in english.text
    codes = path.startswith(ABOUT_THE_PROGRAM)
    assert faults(french.text, codes) + faults(english.text, codes) == []


@pytest.mark.parametrize("path", IN_PARTS)
async def test_a_part_comes_without_its_frame(path: str) -> None:
    client, _token = await signed_in(Town())
    with held(town.AT):
        part = await client.get(path, headers={"hx-request": "true"})
    assert part.status_code == 200
    assert "<html" not in part.text


def test_every_sentence_is_in_both_languages() -> None:
    folder = next(folder for folder in folders() if folder.name == "backoffice")
    assert check(folder) == []


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/status"])
async def test_a_page_is_for_those_who_signed_in(path: str) -> None:
    answer = await browser(Town()).get(path)
    assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/login")


async def test_the_status_is_for_everybody_and_light() -> None:
    client = browser(Town())
    page = await client.get("/status")
    assert page.status_code == 200
    assert "tracking-ia" in page.text
    assert "/tenants" not in page.text
    files = re.findall(r'(?:src|href)="(/static/[^"#]+\.(?:css|js)[^"]*)"', page.text)
    weight = len(page.content) + sum([len((await client.get(file)).content) for file in files])
    assert weight < LIGHT


EMPTY = {
    "/tenants": (FindTenants, TenantsPage(items=[]), "Aucune organisation"),
    "/audit": (FindAudit, AuditPage(items=[], next=""), "Le journal est vide"),
    "/mailbox": (ReadMailbox, MessagesPage(items=[]), "Aucun message n'est parti"),
    "/flags": (FindFlags, FlagsView(items=[]), "Aucune fonction à régler"),
    "/queues": (FindDeadLetters, DeadLettersPage(items=[], dead=0, waiting=0), "Rien n'est mis de côté"),
    "/?q=nothing": (FindAnything, FoundPage(items=[]), "Rien ne correspond"),
}


@pytest.mark.parametrize("path", EMPTY)
async def test_an_empty_list_says_what_it_is_for(path: str) -> None:
    message, answer, sentence = EMPTY[path]
    there = Town()
    there.answers[message] = answer
    client, _token = await signed_in(there)
    assert sentence in (await client.get(path)).text.replace("&#39;", "'")


async def test_a_platform_that_does_not_answer_leaves_the_first_page_standing() -> None:
    there = Town()
    there.answers |= {
        message: Unavailable() for message in (GetStatus, GetQueues, FindDeadLetters, FindAnything)
    }
    client, _token = await signed_in(there)
    assert "État inconnu" in (await client.get("/")).text
    assert "La recherche ne répond pas" in (await client.get("/?q=CMD-24107")).text
    assert "État inconnu" in (await client.get("/status")).text
    assert "Une partie ne répond pas" in (await client.get("/queues")).text


async def test_a_trace_leads_straight_to_its_timeline() -> None:
    client, _token = await signed_in(Town())
    answer = await client.get("/", params={"q": TRACE})
    assert answer.headers["location"] == f"/timelines/{TRACE}"


async def test_the_only_find_is_opened() -> None:
    there = Town()
    there.answers[FindAnything] = FoundPage(items=there.answers[FindAnything].items[:1])
    client, _token = await signed_in(there)
    assert (await client.get("/?q=CMD-24107")).headers["location"] == f"/timelines/{ORDER}"
    part = await client.get("/?q=CMD-24107", headers={"hx-request": "true"})
    assert "CMD-24107" in part.text


async def test_what_was_typed_stands_first_and_the_order_before_its_copies() -> None:
    there = Town()
    labels = "cave d'affinage, cmd-24107, quai nord, réception"
    copy, order = (
        FoundView(subject=subject, entity=entity, org_id="", label=labels, last_at=town.AT)
        for subject, entity in (("crd_00aa11bb", "notifications.orders"), (ORDER, "core_orders.orders"))
    )
    there.answers[FindAnything] = FoundPage(items=[copy, order])
    client, _token = await signed_in(there)
    found = (await client.get("/?q=cmd-24107")).text.replace("&#39;", "'")
    assert ">CMD-24107<" in found
    assert 'title="Cave d\'affinage · Quai nord"' in found
    assert found.index(f"/timelines/{ORDER}") < found.index("/timelines/crd_00aa11bb")


async def test_a_timeline_names_who_changed_what_and_leads_on() -> None:
    client, _token = await signed_in(Town())
    page = (await client.get(f"/timelines/{ORDER}")).text
    assert 'href="/tenants/org_delmas0001"' in page
    assert 'href="/timelines/tou_55aa22bb"' in page
    assert 'href="/mailbox/msg_1?to=karim%40transports-delmas.example' in page
    assert re.search(r"<td><code>state</code></td><td class=\"muted\">draft</td><td>confirmed</td>", page)


async def test_a_timeline_shows_one_service_when_asked_and_turns_round() -> None:
    client, _token = await signed_in(Town())
    one = (await client.get(f"/timelines/{ORDER}?unit=planning")).text
    assert "planning.tour.published" in one
    assert "core_orders.order.confirmed" not in one
    newest = (await client.get(f"/timelines/{ORDER}?order=newest")).text
    assert newest.index("order.cancelled") < newest.index("order.created")


async def test_a_timeline_that_goes_on_says_so_and_leads_to_what_was_before() -> None:
    there = Town()
    client, _token = await signed_in(there)
    assert "Faits plus anciens" not in (await client.get(f"/timelines/{ORDER}")).text
    there.answers[GetTimeline] = msgspec.structs.replace(there.answers[GetTimeline], next="evt_7")
    page = (await client.get(f"/timelines/{ORDER}?unit=planning&order=newest")).text
    assert f'href="/timelines/{ORDER}?unit=planning&amp;order=newest&amp;after=evt_7"' in page
    older = (await client.get(f"/timelines/{ORDER}?after=evt_7")).text
    assert there.heard(GetTimeline).after == "evt_7"
    assert f'href="/timelines/{ORDER}?unit="' in older[older.index('aria-label="Pages"') :]


async def test_a_timeline_goes_without_the_mailbox() -> None:
    there = Town()
    there.answers[ReadMailbox] = NotFound()
    client, _token = await signed_in(there)
    page = (await client.get(f"/timelines/{ORDER}")).text.replace("&#39;", "'")
    assert "n'est ouverte qu'en développement" in page


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        (VerificationView(intact=True, lines=42, unsealed=1, broken=[], vouched=42), "Le journal est intact"),
        (
            VerificationView(
                intact=False,
                lines=42,
                unsealed=0,
                broken=[BrokenView(partition="palette.3", seq=17)],
                vouched=0,
            ),
            "à partir de la ligne 17",
        ),
    ],
)
async def test_the_chain_gets_a_plain_verdict(verdict: VerificationView, sentence: str) -> None:
    there = Town()
    there.answers[VerifyAudit] = verdict
    client, _token = await signed_in(there)
    assert sentence in (await client.get("/audit/verify")).text


async def test_what_people_typed_is_never_markup() -> None:
    client, _token = await signed_in(Town())
    page = (await client.get("/audit")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


async def test_a_letter_runs_nothing_and_its_links_open_beside() -> None:
    client, _token = await signed_in(Town())
    page = await client.get("/mailbox/msg_1")
    assert page.headers["content-security-policy"].endswith("; frame-src 'self'")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    address = re.findall(r'<iframe src="([^"]+)"', page.text)[0].replace("&amp;", "&")
    letter = await client.get(address)
    policy = letter.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert '<head><base target="_blank">' in letter.text


async def test_a_message_nobody_sent_is_not_there() -> None:
    client, _token = await signed_in(Town())
    assert (await client.get("/mailbox/msg_9")).status_code == 404


async def test_numbers_of_objects_say_of_when_they_are() -> None:
    client, _token = await signed_in(Town())
    for path in ("/tenants", "/tenants/org_monts0001"):
        assert f"omptés le {moment(town.AT)}." in (await client.get(path)).text


async def test_a_suspended_organization_can_come_back_or_be_erased() -> None:
    there = Town()
    there.answers[GetOrganization] = town.organization(suspended=True)
    client, _token = await signed_in(there)
    page = (await client.get("/tenants/org_monts0001")).text
    assert "/tenants/org_monts0001/resume" in page
    assert "/tenants/org_monts0001/erase" in page
    assert 'name="reason"' not in page


async def test_the_operators_own_organization_is_out_of_reach() -> None:
    client, _token = await signed_in(Town())
    page = (await client.get("/tenants/org_operator")).text
    assert 'name="reason"' not in page
    assert (await client.get("/tenants/org_operator/erase")).status_code == 404


async def test_all_that_is_put_aside_is_counted_and_reached_page_after_page() -> None:
    there = Town()
    client, _token = await signed_in(there)
    page = (await client.get("/queues?state=dead&unit=palette")).text
    assert "251" in page
    assert "/queues?state=dead&amp;unit=palette&amp;after=let_2" in page
    await client.get("/queues?state=dead&unit=palette&after=let_2")
    asked = there.heard(FindDeadLetters)
    assert (asked.state, asked.unit, asked.after) == ("dead", "palette", "let_2")
