"""Where somebody is signed in, and ending it: a lost phone is shut out from here."""

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.authz import EndAllSessions, EndSession
from rt.ui.asking import pressed
from rt.ui.catalogues import gettext as _
from rt.ui.visit import Visit, page


def pages(path: str) -> Sequence[Route]:
    """To be put among a portal's pages; the page at `path` shows the sessions below `#sessions`."""
    back = f"{path}#sessions"

    async def end_one(visit: Visit) -> Response:
        message = EndSession(session_id=visit.path["session_id"])
        return await pressed(visit, message, back, _("Session fermée."))

    async def end_others(visit: Visit) -> Response:
        message = EndAllSessions(keep="current")
        return await pressed(visit, message, back, _("Toutes les autres sessions sont fermées."))

    return [
        page(f"{path}/sessions/end", end_others, methods=("POST",)),
        page(f"{path}/sessions/{{session_id}}/end", end_one, methods=("POST",)),
    ]
