"""Where our trucks on tour are now, and what each drives to."""

from datetime import datetime
from typing import Any

import msgspec
from starlette.responses import Response

from rt.contracts.tracking_ia import FleetPositions, VehiclePositionView
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.formats import clock_time, number
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

LATE_FROM = 0.5
"""Probability of being late from which a truck is shown as late."""


class TruckRow(msgspec.Struct, kw_only=True):
    """A truck on tour."""

    tour_id: str
    plate: str
    driver: str
    speed: str
    goes_to: str
    arrives: str
    fix_at: datetime | None
    state: str


class LivePage(Page):
    """The fleet on the map and as a list."""

    template, part = "live.html", "_live.html"
    rows: list[TruckRow]
    columns: list[Column]
    points: list[dict[str, Any]]
    known: bool


def state_of(truck: VehiclePositionView) -> str:
    """On time, late, or silent."""
    if truck.latitude is None or truck.old:
        return "unknown"
    late = truck.next_eta is not None and truck.next_eta.late_probability >= LATE_FROM
    return "late" if late else "on_time"


def row_of(truck: VehiclePositionView) -> TruckRow:
    stop, eta = truck.next_stop, truck.next_eta
    return TruckRow(
        tour_id=truck.tour_id,
        plate=truck.vehicle_plate,
        driver=truck.driver_name,
        speed=f"{number(round(truck.speed_kmh))} km/h" if truck.speed_kmh is not None else "",
        goes_to=f"{stop.site.name}, {stop.site.address.city}" if stop else "",
        arrives=f"{clock_time(eta.eta_low)}–{clock_time(eta.eta_high)}" if eta else "",
        fix_at=truck.fix_at,
        state=state_of(truck),
    )


async def live(visit: Visit) -> Page | Response:
    fleet = await attempt(visit, FleetPositions())
    trucks = fleet.items if fleet else []
    tones = {"on_time": "ok", "late": "bad", "unknown": "idle"}
    return LivePage(
        title=_("La flotte en direct"),
        rows=[row_of(truck) for truck in trucks],
        columns=[
            Column(name="plate", label=_("Véhicule")),
            Column(name="driver", label=_("Conducteur")),
            Column(name="state", label=_("État"), kind="state"),
            Column(name="goes_to", label=_("Prochain arrêt")),
            Column(name="arrives", label=_("Arrivée prévue")),
            Column(name="speed", label=_("Vitesse"), wide=True),
            Column(name="fix_at", label=_("Dernière position"), kind="moment"),
        ],
        points=[
            {
                "lat": t.latitude,
                "lon": t.longitude,
                "label": f"{t.vehicle_plate} · {t.driver_name}",
                "tone": tones[state_of(t)],
                "href": f"/planning/tours/{t.tour_id}",
            }
            for t in trucks
            if t.latitude is not None and t.longitude is not None
        ],
        known=fleet is not None,
    )


PAGES = [page("/live", live, methods=("GET",))]
