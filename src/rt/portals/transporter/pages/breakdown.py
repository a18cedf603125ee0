"""A truck breaks down on its tour: another one takes over what is left, and what is on board."""

from datetime import timedelta

from starlette.responses import Response

from rt.contracts.planning import GetPlan, GetTour, SplitTour, TourView
from rt.kernel.core.clock import now
from rt.portals.transporter.drawing import derogation_choices, driver_choices
from rt.ui.asking import version_seen
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.formats import clock_time
from rt.ui.forms import FormPage
from rt.ui.pages import Choice, Page
from rt.ui.visit import Visit, page

SOON = timedelta(hours=1)
"""When the goods change trucks, unless somebody says otherwise."""


async def breakdown(visit: Visit) -> Page | Response:
    """Which stop is next, who comes, and where and when the goods change trucks."""
    read = await visit.ask(GetTour(tour_id=visit.path["tour_id"]))
    day = await visit.ask(GetPlan(day=read.day))
    here = f"/planning/tours/{read.tour_id}"
    form = visit.form(
        SplitTour,
        fixed={"tour_id": read.tour_id, "version": version_seen(visit) or read.version},
        version=read.version,
        values=_usual(read),
        only=(
            *("position", "vehicle_id", "driver_id", "site.name", "site.address.street"),
            *("site.address.postal_code", "site.address.city", "site.address.country", "at"),
            *("late", "derogation"),
        ),
        labels={
            "position": _("Prochain arrêt, pour l'autre camion"),
            "vehicle_id": _("Véhicule qui reprend"),
            "driver_id": _("Conducteur qui reprend"),
            "site.name": _("Lieu du transbordement"),
            "at": _("Transbordement à partir de"),
            "late": _("Accepter les créneaux qui seront manqués"),
        },
        choices={
            "position": [Choice(str(stop.position), _stop(read, stop.position)) for stop in read.stops[1:]],
            "vehicle_id": [
                Choice(one.vehicle_id, one.plate)
                for one in day.vehicles
                if one.active and one.vehicle_id != read.vehicle_id
            ],
            "driver_id": driver_choices(day.drivers),
            "derogation": derogation_choices(),
        },
        submit=_("Confier la suite à ce camion"),
    )
    if visit.posted is not None and (fresh := await form.submit()) is not None:
        said = _("%(plate)s reprend la tournée ; les deux conducteurs sont prévenus.")
        return visit.go(f"/planning/tours/{fresh.tour_id}", said % {"plate": fresh.vehicle_plate})
    return FormPage(
        title=_("Panne : un autre camion reprend"),
        crumbs=[(f"/planning?day={read.day}", _("Planning")), (here, read.vehicle_plate)],
        form=form,
        lead=_(
            "Ce que le camion a déjà livré reste fait. Ce qui est à bord change de camion au lieu indiqué."
        ),
        back=here,
    )


def _usual(tour: TourView) -> dict[str, object]:
    """The first stop ahead by the plan; the place is where that stop is, until somebody says where."""
    ahead = next((one for one in tour.stops[1:] if one.arrives_at > now()), tour.stops[-1])
    address = ahead.site.address
    return {
        "position": ahead.position,
        "site": {
            "name": "",
            "address": {
                "postal_code": address.postal_code,
                "city": address.city,
                "country": address.country,
            },
        },
        "at": now() + SOON,
    }


def _stop(tour: TourView, position: int) -> str:
    stop = tour.stops[position]
    kind = _("Transbordement") if stop.transfer else named("choice", stop.kind)
    return f"{position + 1}. {kind} · {stop.site.name} · {clock_time(stop.arrives_at)}"


PAGES = [page("/planning/tours/{tour_id}/breakdown", breakdown)]
