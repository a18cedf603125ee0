"""Our card as partners see it, and one's own account: password, second factor, sessions."""

import asyncio

from starlette.responses import Response

from rt.contracts.authz import (
    ChangePassword,
    DisableTotp,
    EditOrganization,
    EndAllSessions,
    EndSession,
    FindSessions,
    GetOrganization,
    OrganizationView,
    SessionView,
    WhoAmI,
)
from rt.pages.numbers import declarable
from rt.portals.transporter.asking import edited, said_here
from rt.ui.asking import attempt, pressed
from rt.ui.catalogues import gettext as _
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class SettingsPage(Page):
    """Organization and account."""

    template = "settings.html"
    organization: OrganizationView
    card: Form
    password: Form
    second_off: Form
    mfa: bool
    sessions: list[SessionView]
    may_run: bool


async def settings(visit: Visit) -> Page | Response:
    return await shown(visit, "")


async def shown(visit: Visit, said: str) -> Page | Response:
    """The page; `said` names the form that was posted to it."""
    mine = GetOrganization(organization_id=visit.session.organization_id)
    open_sessions = attempt(visit, FindSessions())
    organization, who, sessions = await asyncio.gather(visit.ask(mine), visit.ask(WhoAmI()), open_sessions)
    card = edited(
        visit,
        EditOrganization,
        organization.version,
        posted=said == "card",
        fixed={"organization_id": organization.id},
        values=organization,
        only=("name", *declarable(organization), "email", "phone", "country", "mfa_required"),
        submit=_("Enregistrer la fiche"),
        action="/settings/card",
    )
    password = said_here(
        visit,
        ChangePassword,
        posted=said == "password",
        submit=_("Changer le mot de passe"),
        action="/settings/password",
    )
    second_off = said_here(
        visit,
        DisableTotp,
        posted=said == "second-off",
        submit=_("Désactiver"),
        action="/settings/second-off",
    )
    done = {
        "card": (card, _("Fiche enregistrée.")),
        "password": (password, _("Mot de passe changé, les autres sessions sont fermées.")),
        "second-off": (second_off, _("Second facteur désactivé.")),
    }
    if said and await done[said][0].submit() is not None:
        return visit.go("/settings", done[said][1])
    return SettingsPage(
        title=_("Réglages"),
        organization=organization,
        card=card,
        password=password,
        second_off=second_off,
        mfa=who.mfa,
        sessions=sessions.items if sessions else [],
        may_run=visit.session.may("authz.write"),
    )


async def card(visit: Visit) -> Page | Response:
    return await shown(visit, "card")


async def password(visit: Visit) -> Page | Response:
    return await shown(visit, "password")


async def second_off(visit: Visit) -> Page | Response:
    return await shown(visit, "second-off")


async def end_session(visit: Visit) -> Page | Response:
    word = EndSession(session_id=visit.path["session_id"])
    return await pressed(visit, word, "/settings#sessions", _("Session fermée."))


async def end_others(visit: Visit) -> Page | Response:
    word = EndAllSessions(keep="current")
    return await pressed(visit, word, "/settings#sessions", _("Toutes les autres sessions sont fermées."))


PAGES = [
    page("/settings", settings, methods=("GET",)),
    page("/settings/card", card, methods=("POST",)),
    page("/settings/password", password, methods=("POST",)),
    page("/settings/second-off", second_off, methods=("POST",)),
    page("/settings/sessions/end", end_others, methods=("POST",)),
    page("/settings/sessions/{session_id}/end", end_session, methods=("POST",)),
]
