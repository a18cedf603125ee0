"""The driver's portal put together."""

from pathlib import Path

from starlette.types import ASGIApp

from rt.pages.portal import portal_app
from rt.portals.driver.pages import account, day, queue, recordings
from rt.ui.catalogues import marked
from rt.ui.portal import Portal
from rt.ui.visit import Connect


def build(*, connect: Connect, secret: str, secure: bool) -> ASGIApp:
    """The app of drivers: installed on the phone, whole without network."""
    portal = Portal(
        name="driver",
        title=marked("Conducteur"),
        folder=Path(__file__).parent,
        pages=[*day.PAGES, *queue.PAGES, *recordings.PAGES, *account.PAGES],
        field=True,
        offline=True,
    )
    return portal_app(portal, connect=connect, secret=secret, secure=secure)
