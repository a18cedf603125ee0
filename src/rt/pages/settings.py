"""Our card as partners see it, what one is told about, and one's own account."""

import asyncio
from collections.abc import Sequence

import msgspec
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
from rt.kernel.core.errors import Refusal
from rt.pages import numbers, sessions
from rt.pages.numbers import declarable
from rt.ui.asking import apart, attempt, key_of, signed_in_still, ticked, told, worded
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Handler, Visit, page


class Topic(msgspec.Struct, frozen=True):
    """What one may be told about, and by which channels one is."""

    code: str
    label: str
    possible: Sequence[str]
    channels: Sequence[str]
    fixed: bool


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
    topics: list[Topic]
    may_run: bool


def fixed(one: PreferenceView) -> bool:
    """Nothing to choose: it cannot be muted, and there is one way to be told."""
    return one.mandatory and len(one.possible) == 1


def label(one: PreferenceView) -> str:
    """The topic in the language of the page."""
    return one.label_en if language() == "en" else one.label_fr


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
            page(f"{self.path}/told", self.preferences, methods=("POST",)),
            *sessions.pages(self.path),
            *numbers.pages(self.path),
        ]

    async def settings(self, visit: Visit) -> Page | Response:
        return await self._shown(visit, "")

    async def preferences(self, visit: Visit) -> Response:
        """Keep what was changed, topic by topic; what one of them refuses is told, the others are kept."""
        there = {one.topic: one for one in (await visit.ask(FindPreferences())).items}
        refused = []
        for topic in ticked(visit, "topic"):
            message = worded(SetPreference, {"topic": topic, "channels": ticked(visit, f"channels-{topic}")})
            if (
                topic not in there
                or fixed(there[topic])
                or set(message.channels) == set(there[topic].channels)
            ):
                continue
            try:
                await visit.ask(message, key=f"{key_of(visit)[:60]}-{topic}")
            except Refusal as refusal:
                signed_in_still(refusal)
                refused.append(f"{label(there[topic])} : {told(refusal)}")
        if refused:
            return visit.go(f"{self.path}#told", " ".join(refused), kind="bad")
        return visit.go(f"{self.path}#told", _("Préférences enregistrées."))

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
            topics=[
                Topic(one.topic, label(one), one.possible, one.channels, fixed(one))
                for one in (preferences.items if preferences else [])
            ],
            may_run=visit.session.may("authz.write"),
        )
