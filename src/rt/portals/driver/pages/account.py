"""Where the driver is signed in: a lost phone is shut out from here."""

from starlette.responses import Response

from rt.contracts.authz import EndAllSessions, EndSession, FindSessions, SessionView
from rt.kernel.errors import Refusal
from rt.kernel.messages import Command, Empty
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

SIGNED_OUT = 401


class AccountPage(Page):
    """One's devices; any may be signed out."""

    template = "account.html"
    sessions: list[SessionView]


async def account(visit: Visit) -> Page:
    found = await visit.ask(FindSessions())
    return AccountPage(title=_("Mes appareils"), sessions=found.items)


async def end_one(visit: Visit) -> Response:
    return await ended(visit, EndSession(session_id=visit.path["session_id"]), _("Appareil déconnecté."))


async def end_others(visit: Visit) -> Response:
    return await ended(visit, EndAllSessions(keep="current"), _("Les autres appareils sont déconnectés."))


async def ended(visit: Visit, word: Command[Empty], done: str) -> Response:
    try:
        await visit.ask(word, key=str(visit.posted.get("_key", "")) if visit.posted is not None else "")
    except Refusal as refusal:
        if refusal.status == SIGNED_OUT:
            raise
        return visit.go("/account", refusal.says(language()))
    return visit.go("/account", done)


PAGES = [
    page("/account", account, methods=("GET",)),
    page("/account/sessions/end", end_others, methods=("POST",)),
    page("/account/sessions/{session_id}/end", end_one, methods=("POST",)),
]
