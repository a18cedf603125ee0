"""What is recorded of the driver's day, for the driver alone, and the switch that pauses it."""

from datetime import date, timedelta
from typing import Any

from starlette.responses import Response

from rt.contracts.tracking_ia import EndDuty, MyTrack, MyTrackView, PauseDuty, StartDuty
from rt.kernel.core.clock import today
from rt.kernel.core.errors import NotFound
from rt.kernel.model.messages import Command
from rt.ui.asking import day_asked, pressed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

SWITCHES: dict[str, type[Command[Any]]] = {"start": StartDuty, "pause": PauseDuty, "end": EndDuty}
DRAWN = 400
"""Points of the way on the map at most; more only make the page heavy."""


class RecordingsPage(Page):
    """The positions of one day, why they are kept and for how long."""

    template = "recordings.html"
    track: MyTrackView
    why: str
    day: date
    before: str
    after: str
    lines: list[dict[str, Any]]
    points: list[dict[str, Any]]


async def recordings(visit: Visit) -> Page:
    day = day_asked(visit) or today()
    track = await visit.ask(MyTrack(day=day))
    step = max(1, len(track.points) // DRAWN)
    way = [[p.latitude, p.longitude] for p in track.points[::step]]
    ends = [track.points[0], track.points[-1]] if track.points else []
    return RecordingsPage(
        title=_("Mes enregistrements"),
        track=track,
        why=track.why_fr if language() == "fr" else track.why_en,
        day=day,
        before=f"/recordings?day={day - timedelta(days=1)}",
        after=f"/recordings?day={day + timedelta(days=1)}" if day < today() else "",
        lines=[{"points": way, "label": _("Trajet enregistré")}] if way else [],
        points=[
            {"lat": p.latitude, "lon": p.longitude, "label": label, "tone": "note", "href": "", "glyph": mark}
            for p, label, mark in zip(
                ends, (_("Première position"), _("Dernière position")), ("A", "B"), strict=False
            )
        ],
    )


async def switch(visit: Visit) -> Response:
    """Start, pause or end duty: one press, refused in words on the same page."""
    if visit.path["duty"] not in SWITCHES:
        raise NotFound()
    message = SWITCHES[visit.path["duty"]]()
    return await pressed(visit, message, "/recordings", _("C'est noté."))


PAGES = [
    page("/recordings", recordings, methods=("GET",)),
    page("/recordings/{duty}", switch, methods=("POST",)),
]
