"""Our card as partners see it, what one is told about, and one's own account."""

import asyncio
from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.authz import (
    ChangePassword,
    DisableTotp,
    EditOrganization,
    FindSessions,
    GetOrganization,
    OrganizationView,
    SessionView,
    WhoAmI,
)
from rt.contracts.notifications import FindPreferences, PreferenceView, SetPreference
from rt.pages import numbers, sessions
from rt.pages.numbers import declarable
from rt.ui.asking import apart, attempt, pressed, ticked, worded
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Handler, Visit, page


class SettingsPage(Page):
    """Organization and account."""

    template = "pages/settings.html"
    path: str
    organization: OrganizationView
    card: Form
    password: Form
    second_off: Form
    mfa: bool
    sessions: list[SessionView]
    preferences: list[PreferenceView]
    english: bool
    may_run: bool


class Settings:
    """The pages of settings below `path`, with those of the organization's numbers."""

    def __init__(self, path: str = "/settings", title: str = marked("Réglages")) -> None:
        self.path, self.title = path, title

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        posted = [
            page(f"{self.path}/{name}", self._saying(name), methods=("POST",))
            for name in ("card", "password", "second-off")
        ]
        return [
            page(self.path, self.settings, methods=("GET",)),
            *posted,
            page(f"{self.path}/told/{{topic}}", self.preference, methods=("POST",)),
            *sessions.pages(self.path),
            *numbers.pages(self.path),
        ]

    async def settings(self, visit: Visit) -> Page | Response:
        return await self._shown(visit, "")

    async def preference(self, visit: Visit) -> Response:
        told = {"topic": visit.path["topic"], "channels": ticked(visit, "channels")}
        word = worded(SetPreference, told)
        return await pressed(visit, word, f"{self.path}#told", _("Préférence enregistrée."))

    def _saying(self, name: str) -> Handler:
        """The page when its form of this name was posted."""

        async def said(visit: Visit) -> Page | Response:
            return await self._shown(visit, name)

        return said

    async def _shown(self, visit: Visit, said: str) -> Page | Response:
        mine = GetOrganization(organization_id=visit.session.organization_id)
        signed_in, told_of = attempt(visit, FindSessions()), attempt(visit, FindPreferences())
        organization, who, open_sessions, preferences = await asyncio.gather(
            visit.ask(mine), visit.ask(WhoAmI()), signed_in, told_of
        )
        forms = {
            "card": visit.form(
                EditOrganization,
                version=organization.version,
                fixed={"organization_id": organization.id},
                values=organization,
                only=("name", *declarable(organization), "email", "phone", "country", "mfa_required"),
                submit=_("Enregistrer la fiche"),
                action=f"{self.path}/card",
            ),
            "password": visit.form(
                ChangePassword, submit=_("Changer le mot de passe"), action=f"{self.path}/password"
            ),
            "second-off": visit.form(DisableTotp, submit=_("Désactiver"), action=f"{self.path}/second-off"),
        }
        done = {
            "card": _("Fiche enregistrée."),
            "password": _("Mot de passe changé, les autres sessions sont fermées."),
            "second-off": _("Second facteur désactivé."),
        }
        if said and await forms[said].submit() is not None:
            return visit.go(self.path, done[said])
        for name, form in forms.items():
            if name != said:
                apart(form)
        return SettingsPage(
            title=_(self.title),
            path=self.path,
            organization=organization,
            card=forms["card"],
            password=forms["password"],
            second_off=forms["second-off"],
            mfa=who.mfa,
            sessions=open_sessions.items if open_sessions else [],
            preferences=preferences.items if preferences else [],
            english=language() == "en",
            may_run=visit.session.may("authz.write"),
        )
