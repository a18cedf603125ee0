"""A portal with what all of them have: signing in, the status page, and what the platform tells everybody."""

from pathlib import Path

from starlette.applications import Starlette

from rt.pages import news, notices, signin, status
from rt.pages.search import PATH, Search
from rt.ui.portal import Portal, Surroundings, framed_app
from rt.ui.session import Seal
from rt.ui.visit import Connect

FOLDER = Path(__file__).parent


def portal_app(
    portal: Portal, *, connect: Connect, secret: str, secure: bool = True, search: Search | None = None
) -> Starlette:
    """The portal as an app. `connect` gives services for a token; `secret` seals the sessions.

    `search` looks through everything that the portal shows.

    `secure=False` only for development over http: the session cookie then has no `__Host-` prefix.
    """
    around = Surroundings(
        renew=signin.renewal(connect),
        announced=news.News(connect).items,
        routes=[
            signin.LEAVING,
            *(() if portal.public else (*signin.PAGES, *notices.PAGES)),
            *news.PAGES,
            *status.PAGES,
            *(search.pages() if search else ()),
        ],
        search=PATH if search else "",
        notices="" if portal.public else notices.PATH,
        templates={"pages": FOLDER / "templates"},
    )
    return framed_app(portal, around, connect=connect, seal=Seal(secret, secure=secure))
