"""Our card as partners see it, what one is told about, and one's own password and sessions."""

import asyncio

from starlette.responses import Response

from rt.contracts.authz import (
    ChangePassword,
    EditOrganization,
    EndAllSessions,
    EndSession,
    FindSessions,
    GetOrganization,
    OrganizationView,
    SessionView,
    WhoAmI,
)
from rt.contracts.notifications import FindPreferences, PreferenceView, SetPreference
from rt.pages.numbers import declarable
from rt.portals.industry.asking import apart, ticked
from rt.ui.asking import attempt, pressed, worded
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class SettingsPage(Page):
    """Organization and account."""

    template = "settings.html"
    organization: OrganizationView
    card: Form
    password: Form
    mfa: bool
    sessions: list[SessionView]
    preferences: list[PreferenceView]
    english: bool
    may_run: bool


async def settings(visit: Visit) -> Page | Response:
    return await shown(visit, "")


async def card(visit: Visit) -> Page | Response:
    return await shown(visit, "card")


async def password(visit: Visit) -> Page | Response:
    return await shown(visit, "password")


async def shown(visit: Visit, said: str) -> Page | Response:
    """The page; `said` names the form that was posted to it."""
    mine = GetOrganization(organization_id=visit.session.organization_id)
    open_sessions, told_of = attempt(visit, FindSessions()), attempt(visit, FindPreferences())
    organization, who, sessions, preferences = await asyncio.gather(
        visit.ask(mine), visit.ask(WhoAmI()), open_sessions, told_of
    )
    card_form = visit.form(
        EditOrganization,
        version=organization.version,
        fixed={"organization_id": organization.id},
        values=organization,
        only=("name", *declarable(organization), "email", "phone", "country", "mfa_required"),
        submit=_("Enregistrer la fiche"),
        action="/settings/card",
    )
    password_form = visit.form(
        ChangePassword, submit=_("Changer le mot de passe"), action="/settings/password"
    )
    if said == "card" and await card_form.submit() is not None:
        return visit.go("/settings", _("Fiche enregistrée."))
    if said == "password" and await password_form.submit() is not None:
        return visit.go("/settings", _("Mot de passe changé, les autres sessions sont fermées."))
    return SettingsPage(
        title=_("Réglages"),
        organization=organization,
        card=card_form if said == "card" else apart(card_form),
        password=password_form if said == "password" else apart(password_form),
        mfa=who.mfa,
        sessions=sessions.items if sessions else [],
        preferences=preferences.items if preferences else [],
        english=language() == "en",
        may_run=visit.session.may("authz.write"),
    )


async def preference(visit: Visit) -> Response:
    told = {"topic": visit.path["topic"], "channels": ticked(visit, "channels")}
    word = worded(SetPreference, told)
    return await pressed(visit, word, "/settings#told", _("Préférence enregistrée."))


async def end_session(visit: Visit) -> Response:
    word = EndSession(session_id=visit.path["session_id"])
    return await pressed(visit, word, "/settings#sessions", _("Session fermée."))


async def end_others(visit: Visit) -> Response:
    word = EndAllSessions(keep="current")
    return await pressed(visit, word, "/settings#sessions", _("Toutes les autres sessions sont fermées."))


PAGES = [
    page("/settings", settings, methods=("GET",)),
    page("/settings/card", card, methods=("POST",)),
    page("/settings/password", password, methods=("POST",)),
    page("/settings/told/{topic}", preference, methods=("POST",)),
    page("/settings/sessions/end", end_others, methods=("POST",)),
    page("/settings/sessions/{session_id}/end", end_session, methods=("POST",)),
]
