"""The people of our organization: invited, given a role, shut out and let in."""

from datetime import datetime

import msgspec
from starlette.responses import Response

from rt.contracts.authz import ChangeRole, DisableUser, EnableUser, FindUsers, InviteUser
from rt.contracts.authz.users import Role
from rt.portals.industry.asking import pressed, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import LANGUAGES, language
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page

ROLES: tuple[Role, ...] = ("admin", "dispatcher", "operator", "accountant", "viewer")
"""Roles of a shipper: it has no drivers, and platform administrators are the operator's alone."""


class PersonRow(msgspec.Struct, kw_only=True):
    """A member in the list."""

    user_id: str
    name: str
    email: str
    role: str
    state: str
    second: str
    joined_at: datetime | None
    myself: bool


class TeamPage(Page):
    """Members of the organization."""

    template, part = "team.html", "_team.html"
    rows: list[PersonRow]
    columns: list[Column]
    roles: list[Choice]
    q: str
    more: str
    may_run: bool


class InvitePage(Page):
    """Invite a person by mail."""

    template = "form.html"
    form: Form
    lead: str
    back: str = "/team"


def role_choices() -> list[Choice]:
    return [Choice(role, named("choice", role)) for role in ROLES]


async def team(visit: Visit) -> Page | Response:
    word = FindUsers(q=visit.query.get("q", "")[:80], after=visit.query.get("after", ""))
    found = await visit.ask(word)
    rows = [
        PersonRow(
            user_id=one.user_id,
            name=one.name,
            email=one.email,
            role=one.role,
            state=one.state,
            second=_("actif") if one.mfa else _("non"),
            joined_at=one.joined_at,
            myself=one.user_id == visit.session.user_id,
        )
        for one in found.items
    ]
    return TeamPage(
        title=_("Équipe"),
        rows=rows,
        columns=[
            Column(name="name", label=_("Nom")),
            Column(name="email", label=_("E-mail"), wide=True),
            Column(name="role", label=_("Rôle"), kind="choice"),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="second", label=_("Second facteur")),
            Column(name="joined_at", label=_("Depuis"), kind="day", wide=True),
        ],
        roles=role_choices(),
        q=word.q,
        more=f"/team?after={found.next}" if found.next else "",
        may_run=visit.session.may("authz.write"),
    )


async def invite(visit: Visit) -> Page | Response:
    form = visit.form(
        InviteUser,
        values={"role": "dispatcher", "language": language()},
        choices={
            "role": role_choices(),
            "language": [Choice(code, named("choice", code)) for code in LANGUAGES],
        },
        submit=_("Envoyer l'invitation"),
    )
    if visit.posted is not None and (user := await form.submit()):
        return visit.go("/team", _("Invitation envoyée à %(email)s.") % {"email": user.email})
    return InvitePage(
        title=_("Inviter quelqu'un"),
        crumbs=[("/team", _("Équipe"))],
        form=form,
        lead=_("La personne reçoit un lien et choisit son mot de passe."),
    )


async def role(visit: Visit) -> Response:
    word = msgspec.convert({"user_id": visit.path["user_id"], "role": typed(visit, "role")}, ChangeRole)
    return await pressed(visit, word, "/team", _("Rôle changé, avec effet immédiat."))


async def disable(visit: Visit) -> Response:
    user_id = visit.path["user_id"]
    word = DisableUser(user_id=user_id)
    return await pressed(visit, word, "/team", _("Accès fermé."), undo=f"/team/{user_id}/enable")


async def enable(visit: Visit) -> Response:
    user_id = visit.path["user_id"]
    word = EnableUser(user_id=user_id)
    return await pressed(visit, word, "/team", _("Accès rouvert."), undo=f"/team/{user_id}/disable")


PAGES = [
    page("/team", team, methods=("GET",)),
    page("/team/invite", invite),
    page("/team/{user_id}/role", role, methods=("POST",)),
    page("/team/{user_id}/disable", disable, methods=("POST",)),
    page("/team/{user_id}/enable", enable, methods=("POST",)),
]
