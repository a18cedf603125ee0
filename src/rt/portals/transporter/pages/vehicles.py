"""The fleet: vehicles, what they carry, when they are in the workshop."""

from collections.abc import Sequence
from typing import Any, get_args
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.core_orders.vocabulary import Requirement
from rt.contracts.planning import (
    AddVehicle,
    DriverView,
    EditVehicle,
    FindDrivers,
    FindVehicles,
    GetVehicle,
    VehicleView,
)
from rt.kernel.core.clock import now
from rt.portals.transporter.drawing import driver_choices
from rt.ui.asking import attempt, pressed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.fields import Input
from rt.ui.formats import number, span
from rt.ui.forms import Form
from rt.ui.pages import Choice, Column, Page
from rt.ui.visit import Visit, page

EQUIPMENT: tuple[str, ...] = get_args(Requirement)
FIELDS = (
    "plate",
    "kind",
    "capacity_kg",
    "capacity_pallets",
    "capacity_loading_metres",
    "gross_weight_t",
    "usual_driver_id",
    "equipment",
    "depot.name",
    "depot.address",
    "depot.latitude",
    "depot.longitude",
)
MAINTENANCE_ROWS = 2
"""Empty lines offered below the known workshop stays, so that one can be added without JavaScript."""


class VehicleRow(msgspec.Struct, kw_only=True):
    """A vehicle in the list."""

    vehicle_id: str
    plate: str
    kind: str
    carries: str
    driver: str
    away: str
    state: str


class VehiclesPage(Page):
    """The fleet by plate."""

    template, part = "vehicles.html", "_vehicles.html"
    rows: list[VehicleRow]
    columns: list[Column]
    q: str
    more: str
    may_plan: bool
    may_track: bool


class VehiclePage(Page):
    """One vehicle, to be added or changed."""

    template = "vehicle.html"
    form: Form
    vehicle: VehicleView | None

    @property
    def stays(self) -> list[Input]:
        """The fields of the stays in the workshop, three to a line."""
        return [one for one in self.form.inputs if one.name.startswith("maintenance.")]


def away_text(periods: Sequence[Any]) -> str:
    """The absence that runs or comes next."""
    ahead = sorted((p for p in periods if p.ends_at > now()), key=lambda p: p.starts_at)
    if not ahead:
        return ""
    return " · ".join(t for t in (span(ahead[0].starts_at, ahead[0].ends_at), ahead[0].reason) if t)


async def vehicles(visit: Visit) -> Page | Response:
    message = FindVehicles(q=visit.query.get("q", "")[:80], after=visit.query.get("after", ""))
    found = await visit.ask(message)
    names = {driver.driver_id: driver.name for driver in await all_drivers(visit)}
    rows = [
        VehicleRow(
            vehicle_id=v.vehicle_id,
            plate=v.plate,
            kind=v.kind,
            carries=_("%(t)s t · %(p)s pal. · %(m)s ml")
            % {
                "t": number(v.capacity_kg / 1000),
                "p": number(v.capacity_pallets),
                "m": number(v.capacity_loading_metres),
            },
            driver=names.get(v.usual_driver_id or "", ""),
            away=away_text(v.maintenance),
            state="active" if v.active else "disabled",
        )
        for v in found.items
    ]
    return VehiclesPage(
        title=_("Flotte"),
        rows=rows,
        columns=[
            Column(name="plate", label=_("Immatriculation")),
            Column(name="kind", label=_("Type"), kind="choice"),
            Column(name="carries", label=_("Capacité")),
            Column(name="driver", label=_("Conducteur habituel")),
            Column(name="away", label=_("Atelier")),
            Column(name="state", label=_("État"), kind="state"),
        ],
        q=message.q,
        more=f"/fleet?{urlencode({'q': message.q, 'after': found.next})}" if found.next else "",
        may_plan=visit.session.may("planning.write"),
        may_track=visit.session.may("tracking_ia.read"),
    )


async def drivers_offered(visit: Visit) -> list[Choice]:
    """Drivers for the choice of the usual one."""
    return [Choice("", "—"), *driver_choices(await all_drivers(visit))]


async def all_drivers(visit: Visit) -> list[DriverView]:
    """Every driver, page after page; those that answered when planning stops answering."""
    drivers: list[DriverView] = []
    after = ""
    while True:
        found = await attempt(visit, FindDrivers(after=after, limit=200))
        drivers += found.items if found else []
        after = found.next if found else ""
        if not after:
            return drivers


def equipment_offered() -> list[Choice]:
    """Equipment in the words of the orders' requirements."""
    return [Choice(code, named("choice", code)) for code in EQUIPMENT]


async def add(visit: Visit) -> Page | Response:
    form = visit.form(
        AddVehicle,
        only=FIELDS,
        values={"kind": "tractor_trailer"},
        choices={"usual_driver_id": await drivers_offered(visit), "equipment": equipment_offered()},
        labels={"depot.name": _("Nom du site")},
        submit=_("Ajouter le véhicule"),
    )
    if visit.posted is not None and (made := await form.submit()):
        return visit.go("/fleet", _("%(plate)s est dans la flotte.") % {"plate": made.plate})
    return VehiclePage(
        title=_("Nouveau véhicule"),
        crumbs=[("/fleet", _("Flotte"))],
        form=form,
        vehicle=None,
    )


async def vehicle(visit: Visit) -> Page | Response:
    read = await visit.ask(GetVehicle(vehicle_id=visit.path["vehicle_id"]))
    form = visit.form(
        EditVehicle,
        version=read.version,
        fixed={"vehicle_id": read.vehicle_id},
        values=read,
        only=(*FIELDS, "maintenance"),
        choices={"usual_driver_id": await drivers_offered(visit), "equipment": equipment_offered()},
        labels={"depot.name": _("Nom du site")},
        rows={"maintenance": len(read.maintenance) + MAINTENANCE_ROWS},
        submit=_("Enregistrer"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go("/fleet", _("%(plate)s est à jour.") % {"plate": read.plate})
    return VehiclePage(
        title=read.plate,
        crumbs=[("/fleet", _("Flotte"))],
        form=form,
        vehicle=read,
    )


async def switch(visit: Visit) -> Page | Response:
    """Take a vehicle out of service, or back; the address says which, so that it can be undone."""
    vehicle_id, active = visit.path["vehicle_id"], visit.path["to"] == "on"
    read = await visit.ask(GetVehicle(vehicle_id=vehicle_id))
    message = EditVehicle(vehicle_id=vehicle_id, active=active)
    undo = f"/fleet/{vehicle_id}/service/{'off' if active else 'on'}"
    said = _("%(plate)s est en service.") if active else _("%(plate)s est hors service.")
    return await pressed(
        visit, message, "/fleet", said % {"plate": read.plate}, undo=undo, version=read.version
    )


PAGES = [
    page("/fleet", vehicles, methods=("GET",)),
    page("/fleet/new", add),
    page("/fleet/{vehicle_id}", vehicle),
    page("/fleet/{vehicle_id}/service/{to}", switch, methods=("POST",)),
]
