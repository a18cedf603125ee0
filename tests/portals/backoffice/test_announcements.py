"""Maintenance and incidents in the back office: announced, called off, ticked, told, resolved by forms."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.portals.backoffice.town import AT, Town, signed_in
from tests.portals.plain import faults

from rt.contracts.admin_gateway import (
    AcknowledgeOutage,
    AnnounceWindow,
    CancelWindow,
    EndWindow,
    FindOutages,
    FindWindows,
    GetOutage,
    OpenOutage,
    OutagesPage,
    OutageView,
    PostOutageUpdate,
    ResolveOutage,
    StepView,
    TickStep,
    UpdateView,
    WindowsPage,
    WindowView,
)
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Invalid

SUNDAY = datetime(2026, 12, 6, 2, 0, tzinfo=UTC)
PAGES = (
    "/maintenance",
    "/maintenance/new",
    "/maintenance/win_0001/cancel",
    "/incidents",
    "/incidents?all=1",
    "/incidents/new",
    "/incidents/inc_0001",
    "/incidents/inc_0001/tell",
    "/incidents/inc_0001/resolve",
)


def window(**changed: Any) -> WindowView:
    told: dict[str, Any] = {
        "window_id": "win_0001",
        "kind": "regular",
        "state": "announced",
        "starts_at": SUNDAY,
        "ends_at": SUNDAY + timedelta(hours=4),
        "fr": "Mise à jour de la base.",
        "en": "Database update.",
        "units": ["core_orders"],
        "reason": "",
        "short_notice": False,
        "announced_at": AT,
        "foreseen_at": None,
        "ended_at": None,
        "cancelled_because": "",
    }
    return WindowView(**(told | changed))


def incident(**changed: Any) -> OutageView:
    told: dict[str, Any] = {
        "incident_id": "inc_0001",
        "severity": "p1",
        "state": "acknowledged",
        "title_fr": "Les commandes ne s'enregistrent pas",
        "title_en": "Orders are not recorded",
        "units": [],
        "steps": [
            StepView(step="page_on_call", state="done", may_skip=False, at=AT, by="Sophie Renard"),
            StepView(step="open_channel", state="to_do", may_skip=False),
            StepView(step="investigate", state="to_do", may_skip=False),
            StepView(step="roll_back", state="to_do", may_skip=True),
            StepView(step="post_mortem", state="to_do", may_skip=False),
        ],
        "updates": [UpdateView(at=AT, fr="Cause trouvée.", en="Cause found.")],
        "opened_at": AT,
        "opened_by": "Sophie Renard",
        "acknowledged_at": AT,
        "resolved_at": None,
        "closed_at": None,
        "level": "l3",
        "answer_due_at": AT + timedelta(minutes=30),
        "post_mortem_due_at": None,
    }
    return OutageView(**(told | changed))


def town(**changed: Any) -> Town:
    made = Town()
    windows = [window(), window(window_id="win_0002", state="under_way", kind="urgent", reason="faille")]
    made.answers |= {
        FindWindows: WindowsPage(items=windows, next_starts_at=SUNDAY, next_ends_at=SUNDAY),
        FindOutages: OutagesPage(items=[incident(**changed)]),
        GetOutage: incident(**changed),
        **{message: window() for message in (AnnounceWindow, CancelWindow, EndWindow)},
        **{
            message: incident()
            for message in (OpenOutage, AcknowledgeOutage, TickStep, PostOutageUpdate, ResolveOutage)
        },
    }
    return made


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_whole_in_both_languages_with_every_field_labelled(path: str) -> None:
    client, _token = await signed_in(town())
    with held(AT):
        french = await client.get(path)
        english = await client.get(path, params={"lang": "en"} | dict(re.findall(r"[?&](\w+)=([^&]*)", path)))
    assert (french.status_code, english.status_code) == (200, 200)
    assert faults(french.text, codes=True) + faults(english.text, codes=True) == []


@pytest.mark.parametrize("path", PAGES)
async def test_who_may_only_read_sees_no_button(path: str) -> None:
    there = town()
    there.rights = ["admin_gateway.read"]
    client, _token = await signed_in(there)
    with held(AT):
        page = (await client.get(path)).text
    if path in ("/maintenance", "/incidents", "/incidents/inc_0001"):
        assert 'action="/incidents/' not in page
        assert "/maintenance/new" not in page
        assert "/incidents/new" not in page


async def test_a_window_is_announced_and_a_refusal_stands_beside_its_field() -> None:
    there = town()
    client, token = await signed_in(there)
    form = {
        "_csrf": token,
        "kind": "urgent",
        "starts_at": "2026-12-06T03:00",
        "ends_at": "2026-12-06T07:00",
        "fr": "Mise à jour de la base.",
        "en": "Database update.",
        "units": ["authz", "planning"],
        "reason": "faille",
    }
    done = await client.post("/maintenance/new", data=form)
    assert (done.status_code, done.headers["location"]) == (303, "/maintenance")
    said = there.heard(AnnounceWindow)
    assert (said.starts_at.astimezone(UTC), said.units) == (SUNDAY, ["authz", "planning"])
    there.answers[AnnounceWindow] = Invalid(field="starts_at")
    refused = await client.post("/maintenance/new", data=form)
    assert refused.status_code == 422
    assert re.search('id="[^"]*starts_at-fault"', refused.text)


async def test_the_next_regular_window_is_proposed() -> None:
    client, _token = await signed_in(town())
    page = (await client.get("/maintenance/new")).text
    assert 'value="2026-12-06T03:00"' in page


async def test_windows_are_called_off_and_ended() -> None:
    there = town()
    client, token = await signed_in(there)
    off = await client.post("/maintenance/win_0001/cancel", data={"_csrf": token, "reason": "report demandé"})
    over = await client.post("/maintenance/win_0002/end", data={"_csrf": token, "_key": "k"})
    assert (off.status_code, over.status_code) == (303, 303)
    assert there.heard(CancelWindow).reason == "report demandé"
    assert there.heard(EndWindow).window_id == "win_0002"
    assert (await client.get("/maintenance/win_0404/cancel")).status_code == 404


async def test_an_incident_is_worked_on_by_buttons_and_forms() -> None:
    there = town(state="open", acknowledged_at=None)
    client, token = await signed_in(there)
    here = "/incidents/inc_0001"
    proof = {"_csrf": token, "_key": "k"}
    opened = {"severity": "p2", "title_fr": "Commandes lentes", "title_en": "Slow orders"}
    assert (await client.post("/incidents/new", data=proof | opened)).headers["location"] == here
    await client.post(f"{here}/acknowledge", data=proof)
    await client.post(f"{here}/steps/roll_back", data=proof | {"skipped": "1"})
    assert there.heard(TickStep).skipped
    await client.post(f"{here}/steps/post_mortem", data=proof | {"note": "docs/pm.md"})
    assert there.heard(TickStep).note == "docs/pm.md"
    assert (await client.post(f"{here}/steps/nonsense", data=proof)).status_code == 404
    words = {"fr": "Cause trouvée.", "en": "Cause found."}
    await client.post(f"{here}/tell", data=proof | words)
    await client.post(f"{here}/resolve", data=proof | words)
    for message in (OpenOutage, AcknowledgeOutage, PostOutageUpdate, ResolveOutage):
        assert there.heard(message)


async def test_the_next_step_and_its_deadline_stand_in_the_list() -> None:
    for changed, words in (
        ({"state": "open", "acknowledged_at": None}, "Prendre en charge"),
        ({}, "Ouvrir un canal d&#39;incident"),
        (
            {
                "state": "resolved",
                "resolved_at": AT,
                "post_mortem_due_at": AT + timedelta(hours=48),
                "steps": [StepView(step="post_mortem", state="to_do", may_skip=False)],
            },
            "Écrire le bilan dans les 48 heures",
        ),
    ):
        client, _token = await signed_in(town(**changed))
        with held(AT):
            assert words in (await client.get("/incidents")).text
