"""What every portal promises of its settings: one form at a time, at the address that the portal chose."""

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
from rt.kernel.errors import Unavailable
from rt.kernel.messages import Empty
from rt.pages.settings import Settings

PAGES = Settings("/account", "Mon compte").pages()


@pytest.fixture
def town() -> Town:
    town = Town()
    card = view(OrganizationView, id="org_a", name="Verreries de la Loire", version=7)
    told = PreferenceView(
        topic="tender.lapsed",
        label_fr="Offres reçues",
        label_en="Offers",
        channels=["email"],
        possible=["email", "push"],
        mandatory=False,
    )
    town.answers |= {
        GetOrganization: card,
        FindSessions: view(SessionsView),
        FindPreferences: PreferencesView(items=[told]),
        SetPreference: told,
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
    assert [word for _token, word, _key in town.said if isinstance(word, ChangePassword)] == [
        ChangePassword(**typed)
    ]
    assert short.status_code == 422
    assert 'value="Verreries de la Loire"' in short.text, "what was not posted stays as it is"


async def test_what_one_is_told_about_is_chosen_by_topic(town: Town) -> None:
    async with signed_in(town, pages=PAGES) as client:
        shown = (await client.get("/account")).text
        proof = {"_csrf": token_of(shown), "_key": "k" * 32}
        done = await client.post("/account/told/tender.lapsed", data=proof | {"channels": ["email", "push"]})
        await client.post("/account/sessions/end", data=proof)
    assert "Offres reçues" in shown
    assert done.headers["location"] == "/account#told"
    words = [word for _token, word, _key in town.said]
    assert SetPreference(topic="tender.lapsed", channels=["email", "push"]) in words
    assert EndAllSessions(keep="current") in words


async def test_the_account_is_there_though_nobody_knows_what_one_is_told(town: Town) -> None:
    town.answers[FindPreferences] = Unavailable()
    async with signed_in(town, pages=PAGES) as client:
        shown = await client.get("/account")
    assert shown.status_code == 200
    assert "Les préférences ne répondent pas" in shown.text
