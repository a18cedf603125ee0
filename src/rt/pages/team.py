"""The people of an organization, the same in every portal: invited, given a role, shut out and let in."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.authz import ChangeRole, DisableUser, EnableUser, FindUsers, InviteUser, UserView
from rt.contracts.authz.users import Role
from rt.pages.search import EACH, Hit, Source, source, told
from rt.ui.asking import pressed, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked, named
from rt.ui.formats import LANGUAGES, language
from rt.ui.forms import FormPage
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page


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

    template, part = "pages/team.html", "pages/_team.html"
    path: str
    rows: list[PersonRow]
    columns: list[Column]
    roles: list[Choice]
    timeline: str
    q: str
    more: str
    may_run: bool


class Team:
    """The pages of a team below `path`; `roles` are those that its members may have, the usual one first.

    `story`: an address with `{user_id}` where what somebody did is told.
    """

    def __init__(
        self, *roles: Role, path: str = "/team", title: str = marked("Équipe"), timeline: str = ""
    ) -> None:
        self.roles, self.path, self.title, self.timeline = roles, path, title, timeline

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [
            page(self.path, self.team, methods=("GET",)),
            page(f"{self.path}/invite", self.invite),
            page(f"{self.path}/{{user_id}}/role", self.role, methods=("POST",)),
            page(f"{self.path}/{{user_id}}/disable", self.disable, methods=("POST",)),
            page(f"{self.path}/{{user_id}}/enable", self.enable, methods=("POST",)),
        ]

    def source(self) -> Source:
        """Its members, for a search: by name and e-mail."""
        return source(
            marked("Personnes"),
            "user",
            "authz.read",
            lambda q: FindUsers(q=q, limit=EACH),
            lambda one: Hit(
                label=one.name,
                detail=told(named("choice", one.role), one.email),
                href=f"{self.path}?{urlencode({'q': one.email})}",
            ),
        )

    async def team(self, visit: Visit) -> Page:
        message = FindUsers(q=visit.query.get("q", "")[:80], after=visit.query.get("after", ""))
        found = await visit.ask(message)
        return TeamPage(
            title=_(self.title),
            path=self.path,
            rows=[row(one, visit.session.user_id) for one in found.items],
            columns=[
                Column(name="name", label=_("Nom")),
                Column(name="email", label=_("E-mail"), wide=True),
                Column(name="role", label=_("Rôle"), kind="choice"),
                Column(name="state", label=_("État"), kind="state"),
                Column(name="second", label=_("Second facteur")),
                Column(name="joined_at", label=_("Depuis"), kind="day", wide=True),
            ],
            roles=self._choices(),
            timeline=self.timeline,
            q=message.q,
            more=f"{self.path}?{urlencode({'q': message.q, 'after': found.next})}" if found.next else "",
            may_run=visit.session.may("authz.write"),
        )

    async def invite(self, visit: Visit) -> Page | Response:
        form = visit.form(
            InviteUser,
            values={"role": self.roles[0], "language": language()},
            choices={
                "role": self._choices(),
                "language": [Choice(code, named("choice", code)) for code in LANGUAGES],
            },
            submit=_("Envoyer l'invitation"),
        )
        if visit.posted is not None and (user := await form.submit()):
            return visit.go(self.path, _("Invitation envoyée à %(email)s.") % {"email": user.email})
        return FormPage(
            title=_("Inviter quelqu'un"),
            crumbs=[(self.path, _(self.title))],
            form=form,
            lead=_("La personne reçoit un lien et choisit son mot de passe."),
            back=self.path,
        )

    async def role(self, visit: Visit) -> Response:
        chosen = next((role for role in self.roles if role == typed(visit, "role")), None)
        if chosen is None:
            return visit.go(self.path, _("Choisissez un rôle."), kind="bad")
        message = ChangeRole(user_id=visit.path["user_id"], role=chosen)
        return await pressed(visit, message, self.path, _("Rôle changé, avec effet immédiat."))

    async def disable(self, visit: Visit) -> Response:
        user_id = visit.path["user_id"]
        message, undo = DisableUser(user_id=user_id), f"{self.path}/{user_id}/enable"
        return await pressed(visit, message, self.path, _("Accès fermé."), undo=undo)

    async def enable(self, visit: Visit) -> Response:
        user_id = visit.path["user_id"]
        message, undo = EnableUser(user_id=user_id), f"{self.path}/{user_id}/disable"
        return await pressed(visit, message, self.path, _("Accès rouvert."), undo=undo)

    def _choices(self) -> list[Choice]:
        return [Choice(role, named("choice", role)) for role in self.roles]


def row(one: UserView, me: str) -> PersonRow:
    return PersonRow(
        user_id=one.user_id,
        name=one.name,
        email=one.email,
        role=one.role,
        state=one.state,
        second=_("actif") if one.mfa else _("non"),
        joined_at=one.joined_at,
        myself=one.user_id == me,
    )
