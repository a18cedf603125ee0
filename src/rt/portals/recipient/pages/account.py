"""One's own account: password, and where one is signed in."""

from starlette.responses import Response

from rt.contracts.authz import ChangePassword, EndAllSessions, EndSession, FindSessions, SessionView
from rt.ui.asking import pressed
from rt.ui.catalogues import gettext as _
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class AccountPage(Page):
    """Password and sessions."""

    template = "account.html"
    form: Form
    sessions: list[SessionView]


async def account(visit: Visit) -> Page | Response:
    form = visit.form(ChangePassword, submit=_("Changer le mot de passe"))
    if visit.posted is not None and await form.submit() is not None:
        return visit.go("/account", _("Mot de passe changé, les autres sessions sont fermées."))
    sessions = await visit.ask(FindSessions())
    return AccountPage(title=_("Mon compte"), form=form, sessions=sessions.items)


async def end_one(visit: Visit) -> Response:
    word = EndSession(session_id=visit.path["session_id"])
    return await pressed(visit, word, "/account", _("Session fermée."))


async def end_others(visit: Visit) -> Response:
    return await pressed(visit, EndAllSessions(keep="current"), "/account", _("Les autres sont fermées."))


PAGES = [
    page("/account", account),
    page("/account/sessions/end", end_others, methods=("POST",)),
    page("/account/sessions/{session_id}/end", end_one, methods=("POST",)),
]
