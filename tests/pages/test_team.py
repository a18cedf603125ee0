"""What every portal promises of its team, and of what is typed again: a mistyped password ends no session."""

import re

import pytest
from tests.pages.shop import Town, signed_in, token_of

from rt.contracts.authz import (
    ChangePassword,
    ChangeRole,
    DisableTotp,
    DisableUser,
    EnableUser,
    FindUsers,
    InviteUser,
    UsersPage,
    UserView,
)
from rt.kernel.core.errors import Conflict, Unauthorized
from rt.kernel.model.messages import Command
from rt.pages.team import Team
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

LUCIE = UserView(
    user_id="usr_lucie",
    email="lucie@verreries.example",
    name="Lucie <b>Roux</b>",
    role="operator",
    state="active",
    mfa=False,
)
CLAIRE = UserView(
    user_id="usr_1",
    email="claire@verreries.example",
    name="Claire Dubois",
    role="viewer",
    state="active",
    mfa=True,
)
TEAM = Team("dispatcher", "operator", "viewer", path="/people", timeline="/timelines/{user_id}")


class WrongPassword(Unauthorized):
    """As authz refuses a password that was typed again."""


class CodeWrong(Unauthorized):
    """As authz refuses a code."""

    fr = "Ce code n'est pas valable."


class LastAdministrator(Conflict):
    """As authz refuses to leave nobody in charge."""

    fr = "Il faut un administrateur."


class AgainPage(Page):
    """A form in which something is typed again."""

    template = "ui/pages/form.html"
    form: Form
    lead: str = ""
    back: str = "/people"


def at_work() -> Town:
    town = Town()
    town.answers = {
        FindUsers: UsersPage(items=[LUCIE, CLAIRE], next="nx"),
        InviteUser: LUCIE,
        ChangeRole: LUCIE,
        DisableUser: LUCIE,
        EnableUser: LUCIE,
    }
    return town


async def test_a_team_is_shown_whole_and_in_part_and_nobody_shuts_themselves_out() -> None:
    async with signed_in(at_work(), pages=TEAM.pages()) as client:
        whole = (await client.get("/people", params={"q": "é&x"})).text
        part = (await client.get("/people", headers={"hx-request": "true"})).text
    assert "<html" in whole
    assert "<html" not in part
    for text in (whole, part):
        assert "Lucie &lt;b&gt;Roux" in text
        assert 'action="/people/usr_lucie/disable"' in text
        assert 'href="/timelines/usr_lucie"' in text
        assert "/people/usr_1/disable" not in text
    assert "/people?q=%C3%A9%26x&amp;after=nx" in whole


@pytest.mark.parametrize(
    ("path", "typed", "message"),
    [
        ("/people/usr_lucie/role", {"role": "viewer"}, ChangeRole(user_id="usr_lucie", role="viewer")),
        ("/people/usr_lucie/disable", {}, DisableUser(user_id="usr_lucie")),
        ("/people/usr_lucie/enable", {}, EnableUser(user_id="usr_lucie")),
        (
            "/people/invite",
            {"email": "leo@verreries.example", "name": "Léo", "role": "dispatcher", "language": "fr"},
            InviteUser(email="leo@verreries.example", name="Léo", role="dispatcher"),
        ),
    ],
)
async def test_members_are_invited_given_a_role_shut_out_and_let_in(
    path: str, typed: dict[str, str], message: Command[UserView]
) -> None:
    town = at_work()
    async with signed_in(town, pages=TEAM.pages()) as client:
        form = await client.get("/people/invite")
        typed = typed | {"_csrf": token_of(form.text), "_key": "k" * 32}
        answer = await client.post(path, data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, "/people")
    assert [(said, key) for _token, said, key in town.said][-1] == (message, "k" * 32)


async def test_a_role_that_this_portal_does_not_give_is_not_said() -> None:
    town = at_work()
    async with signed_in(town, pages=TEAM.pages()) as client:
        token = token_of((await client.get("/people")).text)
        for role in ("platform_admin", "king", ""):
            await client.post("/people/usr_lucie/role", data={"_csrf": token, "role": role})
            assert "Choisissez un rôle." in (await client.get("/people")).text
    assert not any(isinstance(message, ChangeRole) for _token, message, _key in town.said)


async def test_a_refused_press_is_told_and_an_ended_session_signs_in_again() -> None:
    town = at_work()
    async with signed_in(town, pages=TEAM.pages()) as client:
        token = token_of((await client.get("/people")).text)
        town.answers[DisableUser] = LastAdministrator()
        await client.post("/people/usr_lucie/disable", data={"_csrf": token})
        assert "Il faut un administrateur." in (await client.get("/people")).text
        town.answers[DisableUser] = Unauthorized()
        answer = await client.post("/people/usr_lucie/disable", data={"_csrf": token})
        assert answer.headers["location"] == "/login"


async def change_password(visit: Visit) -> Page:
    form = visit.form(ChangePassword)
    if visit.posted is not None:
        await form.submit()
    return AgainPage(title="Mot de passe", form=form)


async def give_up_second_factor(visit: Visit) -> Page:
    form = visit.form(DisableTotp)
    if visit.posted is not None:
        await form.submit()
    return AgainPage(title="Second facteur", form=form)


@pytest.mark.parametrize(
    ("path", "message", "refusal", "field", "sentence"),
    [
        (
            "/password",
            ChangePassword,
            WrongPassword("password"),
            "current_password",
            "pas votre mot de passe actuel",
        ),
        ("/second", DisableTotp, WrongPassword("password"), "password", "pas votre mot de passe actuel"),
        ("/second", DisableTotp, CodeWrong("code"), "code", "pas valable"),
    ],
)
async def test_what_is_mistyped_is_told_beside_its_field_and_ends_no_session(
    path: str, message: type, refusal: Unauthorized, field: str, sentence: str
) -> None:
    town = at_work()
    town.answers[message] = refusal
    pages = [page("/password", change_password), page("/second", give_up_second_factor)]
    async with signed_in(town, pages=pages) as client:
        token = token_of((await client.get(path)).text)
        typed = {"current_password": "no", "new_password": "encore une nuit de route", "password": "no"}
        answer = await client.post(path, data=typed | {"code": "123456", "_csrf": token})
        assert answer.status_code == 422
        found = re.search(rf'id="f-{field}-fault">(.*?)</p>', answer.text)
        assert found is not None
        assert sentence in found[1]
        assert (await client.get(path)).status_code == 200


async def test_an_ended_session_is_still_led_to_sign_in_from_a_form() -> None:
    town = at_work()
    town.answers[ChangePassword] = Unauthorized()
    async with signed_in(town, pages=[page("/password", change_password)]) as client:
        typed = {"current_password": "yes", "new_password": "encore une nuit de route"}
        token = token_of((await client.get("/password")).text)
        answer = await client.post("/password", data=typed | {"_csrf": token})
    assert answer.headers["location"] == "/login"
