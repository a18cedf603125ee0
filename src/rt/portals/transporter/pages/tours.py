"""One tour: its stops in order, what is wrong with it, sending it to the driver and taking it back."""

from datetime import datetime
from typing import Any

from starlette.responses import Response

from rt.contracts.planning import ChangeCrew, GetPlan, GetTour, MoveStop, PublishTour, TourView, WithdrawTour
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import Refusal
from rt.pages.emissions import Carbon, of_tour
from rt.portals.transporter.drawing import (
    derogation_choices,
    derogation_text,
    driver_choices,
    gantt_rows,
    map_of,
    stops_text,
    window,
)
from rt.portals.transporter.pages.jobs import ConflictRow, conflict_rows, derogable
from rt.ui.asking import day_of, key_of, pressed, seen, signed_in_still, told, typed, version_seen
from rt.ui.catalogues import gettext as _
from rt.ui.forms import Form, FormPage
from rt.ui.gantt import GanttRow
from rt.ui.pages import Choice, Page
from rt.ui.visit import Visit, page


class TourPage(Page):
    """A vehicle's and driver's work of a day."""

    template = "tour.html"
    tour: TourView
    stops: str
    gantt: list[GanttRow]
    begins: datetime
    ends: datetime
    points: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    conflicts: list[ConflictRow]
    publish: Form
    derogable: bool
    derogation: str
    carbon: Carbon | None
    may_plan: bool


def publishing(visit: Visit, tour_id: str) -> Form:
    """Publish, with the reason of a derogation where one is needed."""
    return visit.form(
        PublishTour,
        fixed={"tour_id": tour_id, "version": seen(visit)},
        labels={"derogation": _("Motif de dérogation (interdiction de circuler seulement)")},
        choices={"derogation": derogation_choices()},
        submit=_("Publier avec dérogation"),
        action=f"/planning/tours/{tour_id}/publish",
    )


async def tour(visit: Visit) -> Page | Response:
    return await shown(visit, publishing(visit, visit.path["tour_id"]))


async def shown(visit: Visit, form: Form) -> TourPage:
    """The tour's page around the form that publishes it."""
    read = await visit.ask(GetTour(tour_id=visit.path["tour_id"]))
    begins, ends = window(day_of(read.starts_at), [read])
    points, lines = map_of([read])
    for mark in points:
        mark.pop("href", None)
    references = {stop.order_id: stop.reference for stop in read.stops}
    return TourPage(
        title=f"{read.vehicle_plate} · {read.driver_name}",
        crumbs=[(f"/planning?day={read.day}", _("Planning"))],
        tour=read,
        stops=stops_text(read),
        gantt=gantt_rows([], [], [read], linked=False),
        begins=begins,
        ends=ends,
        points=points,
        lines=lines,
        conflicts=conflict_rows(read.conflicts),
        publish=form,
        derogable=derogable(read.conflicts),
        derogation=derogation_text(read.derogation),
        carbon=of_tour(read.emissions, references) if read.emissions else None,
        may_plan=visit.session.may("planning.write"),
    )


async def publish(visit: Visit) -> Page | Response:
    tour_id = visit.path["tour_id"]
    form = publishing(visit, tour_id)
    done: TourView | None = await form.submit()
    if done is None:
        return await shown(visit, form)
    said = _("Tournée envoyée à %(driver)s, les clients sont prévenus.") % {"driver": done.driver_name}
    return visit.go(
        f"/planning/tours/{tour_id}", said, undo=f"/planning/tours/{tour_id}/withdraw?version={done.version}"
    )


async def withdraw(visit: Visit) -> Page | Response:
    read = await visit.ask(GetTour(tour_id=visit.path["tour_id"]))
    message = WithdrawTour(tour_id=read.tour_id, version=seen(visit), reason=typed(visit, "reason")[:300])
    said = _("Tournée retirée : ses commandes sont de retour dans le panier.")
    return await pressed(visit, message, f"/planning?day={read.day}", said)


async def crew(visit: Visit) -> Page | Response:
    """Another vehicle or driver for the whole tour."""
    read = await visit.ask(GetTour(tour_id=visit.path["tour_id"]))
    day = await visit.ask(GetPlan(day=read.day))
    here = f"/planning/tours/{read.tour_id}"
    form = visit.form(
        ChangeCrew,
        fixed={"tour_id": read.tour_id, "version": version_seen(visit) or read.version},
        version=read.version,
        values=read,
        only=("vehicle_id", "driver_id", *(("derogation",) if derogable(read.conflicts) else ())),
        labels={"vehicle_id": _("Véhicule"), "driver_id": _("Conducteur")},
        choices={
            "vehicle_id": [Choice(one.vehicle_id, one.plate) for one in day.vehicles if one.active],
            "driver_id": driver_choices(day.drivers),
            "derogation": derogation_choices(),
        },
        submit=_("Changer"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go(here, _("Équipage changé ; une tournée publiée est partie au conducteur."))
    return FormPage(
        title=_("Changer le véhicule ou le conducteur"),
        crumbs=[(f"/planning?day={read.day}", _("Planning")), (here, read.vehicle_plate)],
        form=form,
        lead=_("Refusé avec ses raisons si le véhicule ou le conducteur n'est pas libre ou ne convient pas."),
        back=here,
    )


async def move(visit: Visit) -> Page | Response:
    """Move a stop; both places stand in the address so that undoing is the same address turned round."""
    tour_id = visit.path["tour_id"]
    here = f"/planning/tours/{tour_id}"
    old, new = whole(visit.query.get("from", "")), whole(visit.query.get("to", ""))
    if old is None or new is None:
        return visit.go(here)
    message = MoveStop(tour_id=tour_id, version=seen(visit), position=old, to_position=new)
    try:
        moved = await visit.ask(message, key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        return visit.go(here, told(refusal), kind="bad")
    back = f"{here}/move?from={new}&to={old}&version={moved.version}"
    return visit.go(here, _("Arrêt déplacé."), undo=back)


PAGES = [
    page("/planning/tours/{tour_id}", tour, methods=("GET",)),
    page("/planning/tours/{tour_id}/publish", publish, methods=("POST",)),
    page("/planning/tours/{tour_id}/withdraw", withdraw, methods=("POST",)),
    page("/planning/tours/{tour_id}/crew", crew),
    page("/planning/tours/{tour_id}/move", move, methods=("POST",)),
]
