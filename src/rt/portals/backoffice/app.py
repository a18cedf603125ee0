"""The back office put together."""

from pathlib import Path

from starlette.types import ASGIApp

from rt.pages.portal import portal_app
from rt.portals.backoffice.navigation import NAVIGATION, SEARCH, pages
from rt.ui.catalogues import marked
from rt.ui.portal import Portal
from rt.ui.visit import Connect


def build(*, connect: Connect, secret: str, secure: bool) -> ASGIApp:
    """The portal of the platform's own people."""
    portal = Portal(
        name="backoffice",
        title=marked("Administration"),
        folder=Path(__file__).parent,
        pages=pages(),
        navigation=NAVIGATION,
    )
    return portal_app(portal, connect=connect, secret=secret, secure=secure, search=SEARCH)
