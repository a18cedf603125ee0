"""Where the driver is signed in: a lost phone is shut out from here."""

from starlette.responses import Response

from rt.contracts.authz import EndAllSessions, EndSession, FindSessions, SessionView
from rt.ui.asking import pressed
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class AccountPage(Page):
    """One's devices; any may be signed out."""

    template = "account.html"
    sessions: list[SessionView]


async def account(visit: Visit) -> Page:
    found = await visit.ask(FindSessions())
    return AccountPage(title=_("Mes appareils"), sessions=found.items)


async def end_one(visit: Visit) -> Response:
    word = EndSession(session_id=visit.path["session_id"])
    return await pressed(visit, word, "/account", _("Appareil déconnecté."))


async def end_others(visit: Visit) -> Response:
    word = EndAllSessions(keep="current")
    return await pressed(visit, word, "/account", _("Les autres appareils sont déconnectés."))


PAGES = [
    page("/account", account, methods=("GET",)),
    page("/account/sessions/end", end_others, methods=("POST",)),
    page("/account/sessions/{session_id}/end", end_one, methods=("POST",)),
]
