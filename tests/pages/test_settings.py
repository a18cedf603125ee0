"""What every portal promises of its settings: one form at a time, at the address that the portal chose."""

import msgspec
import pytest
from tests.pages.shop import Town, signed_in, token_of
from tests.portals.industry.make import view

from rt.contracts.authz import (
    ChangePassword,
    EndAllSessions,
    FindSessions,
    GetOrganization,
    OrganizationView,
    SessionsView,
)
from rt.contracts.notifications import FindPreferences, PreferencesView, PreferenceView, SetPreference
from rt.kernel.core.errors import Unavailable
from rt.kernel.model.messages import Empty
from rt.pages.settings import Settings

PAGES = Settings("/account", "Mon compte").pages()
TOLD = PreferenceView(
    topic="tender.lapsed",
    label_fr="Offres reçues",
    label_en="Offers",
    channels=["email"],
    possible=["email", "push"],
    mandatory=False,
)


@pytest.fixture
def town() -> Town:
    town = Town()
    card = view(OrganizationView, id="org_a", name="Verreries de la Loire", version=7)
    town.answers |= {
        GetOrganization: card,
        FindSessions: view(SessionsView),
        FindPreferences: PreferencesView(items=[TOLD]),
        SetPreference: TOLD,
        ChangePassword: Empty(),
        EndAllSessions: Empty(),
    }
    return town


async def test_each_form_of_the_page_is_said_alone(town: Town) -> None:
    async with signed_in(town, pages=PAGES) as client:
        shown = (await client.get("/account")).text
        proof = {"_csrf": token_of(shown), "_key": "k" * 32}
        typed = {"current_password": "correct horse battery", "new_password": "battery horse correct"}
        changed = await client.post("/account/password", data=proof | typed)
        short = await client.post("/account/password", data=proof | {"current_password": "x"})
    assert "<h1>Mon compte</h1>" in shown
    assert 'action="/account/card"' in shown
    assert changed.headers["location"] == "/account"
    assert [message for _token, message, _key in town.said if isinstance(message, ChangePassword)] == [
        ChangePassword(**typed)
    ]
    assert short.status_code == 422
    assert 'value="Verreries de la Loire"' in short.text, "what was not posted stays as it is"


async def test_what_one_is_told_about_is_chosen_at_once_and_only_what_changed_is_said(town: Town) -> None:
    kept = msgspec.structs.replace(TOLD, topic="order.late", label_fr="Retards")
    always = msgspec.structs.replace(TOLD, topic="user.invited", possible=["email"], mandatory=True)
    town.answers[FindPreferences] = PreferencesView(items=[TOLD, kept, always])
    async with signed_in(town, pages=PAGES) as client:
        shown = (await client.get("/account")).text
        ticked = {
            "topic": ["tender.lapsed", "order.late", "user.invited", "unknown.topic"],
            "channels-tender.lapsed": ["email", "push"],
            "channels-order.late": "email",
        }
        proof = {"_csrf": token_of(shown), "_key": "k" * 32}
        done = await client.post("/account/told", data=proof | ticked)
        await client.post("/account/sessions/end", data=proof)
    assert "Offres reçues" in shown
    assert shown.count('action="/account/told"') == 1
    assert shown.count("disabled") == 1, "what cannot be muted and has one channel is no choice"
    assert done.headers["location"] == "/account#told"
    contract = [message for _token, message, _key in town.said]
    assert [message for message in contract if isinstance(message, SetPreference)] == [
        SetPreference(topic="tender.lapsed", channels=["email", "push"])
    ]
    assert EndAllSessions(keep="current") in contract


async def test_a_refused_choice_is_told_with_its_topic(town: Town) -> None:
    town.answers[SetPreference] = Unavailable()
    async with signed_in(town, pages=PAGES) as client:
        shown = (await client.get("/account")).text
        proof = {"_csrf": token_of(shown), "_key": "k" * 32}
        await client.post("/account/told", data=proof | {"topic": "tender.lapsed"})
        after = (await client.get("/account")).text
    assert "Offres reçues : " in after


async def test_the_account_is_there_though_nobody_knows_what_one_is_told(town: Town) -> None:
    town.answers[FindPreferences] = Unavailable()
    async with signed_in(town, pages=PAGES) as client:
        shown = await client.get("/account")
    assert shown.status_code == 200
    assert "Les préférences ne répondent pas" in shown.text
