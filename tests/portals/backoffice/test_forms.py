"""What a press in the back office says to the services: the right command, once, refused beside its field."""

import re
from typing import Any

import pytest
from tests.portals.backoffice import town
from tests.portals.backoffice.town import Town, signed_in

from rt.contracts.admin_gateway import (
    EraseTenant,
    ExportAudit,
    ExportTenant,
    FindAudit,
    ReplayDeadLetter,
    SetFlag,
    SetNotice,
)
from rt.contracts.authz import (
    ChangeRole,
    ConfirmIdentity,
    GetOrganization,
    RefuseIdentity,
    ResumeOrganization,
    SuspendOrganization,
)
from rt.contracts.notifications import ReadMailbox, ReplayMessage
from rt.kernel.core.errors import Conflict, Invalid


class NotYet(Conflict):
    fr = "La cause n'est pas levée."
    en = "The cause is still there."


class NameWrong(Invalid):
    fr = "Ce n'est pas le nom de l'organisation."
    en = "This is not the organization's name."


PRESSES = [
    ("/queues/let_1/replay", {}, ReplayDeadLetter(dead_letter_id="let_1")),
    ("/tenants/org_monts0001/resume", {}, ResumeOrganization(organization_id="org_monts0001")),
    (
        "/tenants/org_monts0001",
        {"reason": "Impayés depuis mars"},
        SuspendOrganization(organization_id="org_monts0001", reason="Impayés depuis mars"),
    ),
    ("/users/usr_hugo000001/role", {"role": "viewer"}, ChangeRole(user_id="usr_hugo000001", role="viewer")),
    ("/mailbox/msg_2/replay", {}, ReplayMessage(message_id="msg_2")),
    (
        "/flags/dock_view/switch",
        {},
        SetFlag(
            name="dock_view",
            on=False,
            description="La vue des quais par heure",
            organizations=["org_monts0001"],
            roles=["dispatcher"],
        ),
    ),
    (
        "/flags/new",
        {"name": "night_mode", "on": "on", "organizations": "org_a\norg_b", "roles": ["driver", "viewer"]},
        SetFlag(name="night_mode", on=True, organizations=["org_a", "org_b"], roles=["driver", "viewer"]),
    ),
    ("/notice", {"fr": "Maintenance à 22 h", "en": ""}, SetNotice(fr="Maintenance à 22 h")),
]


@pytest.mark.parametrize(
    ("path", "typed", "message"), PRESSES, ids=[type(message).__name__ for *_, message in PRESSES]
)
async def test_a_press_says_its_command_once_with_the_forms_key(
    path: str, typed: dict[str, str], message: object
) -> None:
    there = Town()
    client, token = await signed_in(there)
    answer = await client.post(path, data=typed | {"_csrf": token, "_key": "k-1"})
    assert answer.status_code == 303
    assert there.heard(type(message)) == message
    assert [key for said, key in zip(there.said, there.keys, strict=True) if said == message] == ["k-1"]


@pytest.mark.parametrize("path", [path for path, *_ in PRESSES])
async def test_a_form_from_elsewhere_changes_nothing(path: str) -> None:
    there = Town()
    client, _token = await signed_in(there)
    before = len(there.said)
    assert (await client.post(path, data={"_csrf": "forged"})).status_code == 403
    assert there.said[before:] == []


async def test_a_refused_replay_says_why_on_the_next_page() -> None:
    there = Town()
    there.answers[ReplayDeadLetter] = NotYet()
    client, token = await signed_in(there)
    await client.post("/queues/let_1/replay", data={"_csrf": token})
    assert "La cause n'est pas levée." in (await client.get("/queues")).text.replace("&#39;", "'")


async def test_suspending_wants_a_reason_and_can_be_undone() -> None:
    there = Town()
    client, token = await signed_in(there)
    short = await client.post("/tenants/org_monts0001", data={"_csrf": token, "reason": ""})
    assert short.status_code == 422
    assert re.search(r'id="[^"]*reason[^"]*-fault"', short.text)
    await client.post("/tenants/org_monts0001", data={"_csrf": token, "reason": "Impayés"})
    assert 'action="/tenants/org_monts0001/resume"' in (await client.get("/tenants/org_monts0001")).text


@pytest.mark.parametrize(("press", "message"), [("confirm", ConfirmIdentity), ("refuse", RefuseIdentity)])
async def test_numbers_are_judged_as_they_were_read(press: str, message: Any) -> None:
    """The form carries the numbers: another wish made meanwhile is not what is answered."""
    there = Town()
    client, token = await signed_in(there)
    listed = (await client.get("/tenants")).text
    assert "Numéros à confirmer" in listed
    page = (await client.get("/tenants/org_monts0001")).text
    assert f'href="/tenants/org_monts0001/identity/{press}"' in page
    assert "Kbis &lt;12&gt;" in page
    assert "/tenants/org_pirate0001" in page
    form = (await client.get(f"/tenants/org_monts0001/identity/{press}")).text
    assert 'value="73282932000074"' in form
    typed = {"_csrf": token, "siret": "73282932000074", "vat": "", "reason": "Kbis vu"}
    answer = await client.post(f"/tenants/org_monts0001/identity/{press}", data=typed)
    assert answer.status_code == 303
    said = there.heard(message)
    assert (said.siret, said.vat, said.reason) == ("73282932000074", "", "Kbis vu")


async def test_erasing_wants_the_name_and_tells_what_went() -> None:
    there = Town()
    there.answers[GetOrganization] = town.organization(suspended=True)
    client, token = await signed_in(there)
    erased = there.answers[EraseTenant]
    there.answers[EraseTenant] = NameWrong(field="name")
    typed = {"_csrf": token, "name": "Laiterie", "reason": "Fin de contrat"}
    wrong = await client.post("/tenants/org_monts0001/erase", data=typed)
    assert wrong.status_code == 422
    assert re.search(r'id="[^"]*name[^"]*-fault".*Ce n&#39;est pas le nom', wrong.text)
    there.answers[EraseTenant] = erased
    done = await client.post("/tenants/org_monts0001/erase", data=typed | {"name": "Laiterie des Monts"})
    assert "Tout est effacé" in done.text
    assert "1\u202f240" in done.text
    assert there.heard(EraseTenant).name == "Laiterie des Monts"


async def test_files_are_saved_not_shown() -> None:
    there = Town()
    client, _token = await signed_in(there)
    export = await client.get("/tenants/org_monts0001/export")
    assert export.headers["content-disposition"] == 'attachment; filename="org.jsonl"'
    assert there.heard(ExportTenant).organization_id == "org_monts0001"
    sheet = await client.get("/audit.csv?q=authz.organization.suspended")
    assert sheet.headers["content-type"].startswith("text/csv")
    assert there.heard(ExportAudit).did == "authz.organization.suspended"


@pytest.mark.parametrize(
    ("q", "field"),
    [
        ("org_monts0001", "org_id"),
        ("usr_camille01", "actor_id"),
        ("authz.organization.suspended", "did"),
        ("ord_7d1f0c22ab", "entity_id"),
    ],
)
async def test_one_search_box_of_the_audit_means_what_was_typed(q: str, field: str) -> None:
    there = Town()
    client, _token = await signed_in(there)
    await client.get("/audit", params={"q": q, "since": "2026-11-01", "until": "2026-11-02"})
    said = there.heard(FindAudit)
    assert getattr(said, field) == q
    assert said.since.isoformat() == "2026-10-31T23:00:00+00:00"
    assert said.until.isoformat() == "2026-11-02T23:00:00+00:00"


@pytest.mark.parametrize(
    ("q", "field"),
    [
        ("karim@x.example", "to"),
        ("+33612345678", "to"),
        ("ord_1", "order_id"),
        ("ecpmr.delivery.signed", "topic"),
    ],
)
async def test_one_search_box_of_the_mailbox_means_what_was_typed(q: str, field: str) -> None:
    there = Town()
    client, _token = await signed_in(there)
    await client.get("/mailbox", params={"q": q})
    assert getattr(there.heard(ReadMailbox), field) == q
