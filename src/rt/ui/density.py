"""How close the rows of lists stand: dense, or airy by a choice that is kept like the language."""

from collections.abc import Mapping

from starlette.responses import Response

from rt.ui.pages import Page
from rt.ui.visit import Visit, page

COOKIE = "rt_rows"
AIRY = "airy"
YEAR_S = 365 * 24 * 3600


def dense(cookies: Mapping[str, str]) -> bool:
    """Whether rows stand close; touch screens and narrow ones make them tall all the same (rt.css)."""
    return cookies.get(COOKIE) != AIRY


async def choose(visit: Visit) -> Page | Response:
    """Keep the choice and go back to the list."""
    posted: Mapping[str, object] = visit.posted or {}
    answer = visit.go(str(posted.get("back", "")))
    chosen = AIRY if posted.get("rows") == AIRY else "dense"
    answer.set_cookie(COOKIE, chosen, max_age=YEAR_S, secure=visit.seal.secure, httponly=True, samesite="lax")
    return answer


PAGES = [page("/density", choose, methods=("POST",))]
