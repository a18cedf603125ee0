"""The operator's own people: found, invited, given a role, shut out."""

from datetime import datetime
from typing import get_args

import msgspec
from starlette.responses import Response

from rt.contracts.authz import ChangeRole, DisableUser, EnableUser, FindUsers, InviteUser, UserView
from rt.contracts.authz.users import Role
from rt.portals.backoffice.asking import pressed, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page

ROLES = ("platform_admin", "admin", "viewer")
"""Roles that a person of the operator may have."""


class Row(msgspec.Struct, kw_only=True):
    """A person in the list."""

    user_id: str
    name: str
    email: str
    role: str
    state: str
    second_factor: str
    joined_at: datetime | None
    myself: bool


class UsersListPage(Page):
    """The people."""

    template, part = "users.html", "_users.html"
    rows: list[Row]
    columns: list[Column]
    q: str
    more: str
    roles: list[Choice]
    may_run: bool


class InvitePage(Page):
    """An invitation."""

    template = "form.html"
    form: Form
    lead: str
    back: str


def row(one: UserView, me: str) -> Row:
    return Row(
        user_id=one.user_id,
        name=one.name,
        email=one.email,
        role=one.role,
        state=one.state,
        second_factor=_("Oui") if one.mfa else _("Non"),
        joined_at=one.joined_at,
        myself=one.user_id == me,
    )


def roles() -> list[Choice]:
    return [Choice(code, named("choice", code)) for code in ROLES]


async def users(visit: Visit) -> Page | Response:
    q, after = visit.query.get("q", "")[:80], visit.query.get("after", "")
    found = await visit.ask(FindUsers(q=q, after=after))
    return UsersListPage(
        title=_("Équipe de la plateforme"),
        rows=[row(one, visit.session.user_id) for one in found.items],
        columns=[
            Column(name="name", label=_("Nom")),
            Column(name="email", label=_("E-mail")),
            Column(name="role", label=_("Rôle"), kind="choice"),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="second_factor", label=_("Second facteur")),
            Column(name="joined_at", label=_("Arrivée"), kind="day", wide=True),
        ],
        q=q,
        more=f"/users?q={q}&after={found.next}" if found.next else "",
        roles=roles(),
        may_run=visit.session.may("authz.write"),
    )


async def invite(visit: Visit) -> Page | Response:
    form = visit.form(InviteUser, choices={"role": roles()}, submit=_("Envoyer l'invitation"))
    if visit.posted is not None and await form.submit():
        return visit.go("/users", _("Invitation envoyée"))
    return InvitePage(
        title=_("Inviter quelqu'un"),
        crumbs=[("/users", _("Équipe de la plateforme"))],
        form=form,
        lead=_("La personne reçoit un lien et choisit son mot de passe."),
        back="/users",
    )


async def role(visit: Visit) -> Response:
    chosen = typed(visit, "role")
    if chosen not in get_args(Role):
        return visit.go("/users", _("Choisissez un rôle."))
    word = msgspec.convert({"user_id": visit.path["user_id"], "role": chosen}, ChangeRole)
    return await pressed(visit, word, "/users", _("Rôle changé"))


async def disable(visit: Visit) -> Response:
    user_id = visit.path["user_id"]
    word = DisableUser(user_id=user_id)
    return await pressed(visit, word, "/users", _("Accès fermé"), undo=f"/users/{user_id}/enable")


async def enable(visit: Visit) -> Response:
    word = EnableUser(user_id=visit.path["user_id"])
    return await pressed(visit, word, "/users", _("Accès rouvert"))


PAGES = [
    page("/users", users, methods=("GET",)),
    page("/users/invite", invite),
    page("/users/{user_id}/role", role, methods=("POST",)),
    page("/users/{user_id}/disable", disable, methods=("POST",)),
    page("/users/{user_id}/enable", enable, methods=("POST",)),
]
