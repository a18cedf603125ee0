"""Where the driver is signed in: a lost phone is shut out from here."""

from rt.contracts.authz import FindSessions, SessionView
from rt.pages import sessions
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


PAGES = [page("/account", account, methods=("GET",)), *sessions.pages("/account")]
