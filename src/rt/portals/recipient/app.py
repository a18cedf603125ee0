"""The recipient's portal put together."""

from pathlib import Path

from starlette.types import ASGIApp

from rt.pages.portal import portal_app
from rt.portals.recipient.navigation import NAVIGATION, PAGES, SEARCH
from rt.ui.catalogues import marked
from rt.ui.portal import Portal
from rt.ui.visit import Connect


def build(*, connect: Connect, secret: str, secure: bool) -> ASGIApp:
    """The portal of those who receive, and of anyone who comes by a link to follow, verify or sign."""
    portal = Portal(
        name="recipient",
        title=marked("Destinataire"),
        folder=Path(__file__).parent,
        pages=PAGES,
        navigation=NAVIGATION,
    )
    return portal_app(portal, connect=connect, secret=secret, secure=secure, search=SEARCH)
