"""A day's tours as a Gantt chart and on the map, from planning's views."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any

from rt.contracts.planning import ConflictView, DriverView, JobView, TourView, VehicleView
from rt.trade.truck_bans import DEROGATIONS, derogation_of
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import ngettext
from rt.ui.formats import ZONE, language, number
from rt.ui.gantt import Bar, GanttRow
from rt.ui.pages import Choice

DAY_BEGINS = time(5)
DAY_ENDS = time(20)
TONES = {"draft": "idle", "published": "note", "done": "ok", "withdrawn": "idle"}
MAP_TONES = ("note", "ok", "warn", "bad", "idle")


def tone_of(tour: TourView) -> str:
    """How a tour's bar is coloured; its label says it too."""
    return "bad" if tour.conflicts else TONES[tour.state]


def stops_text(tour: TourView) -> str:
    """How many calls a tour makes."""
    return ngettext("%(num)s arrêt", "%(num)s arrêts", len(tour.stops)) % {"num": number(len(tour.stops))}


def window(day: date, tours: Sequence[TourView]) -> tuple[datetime, datetime]:
    """The hours to draw: the working day, longer when a tour is."""
    begins = datetime.combine(day, DAY_BEGINS, ZONE)
    ends = datetime.combine(day, DAY_ENDS, ZONE)
    first = min((t.starts_at for t in tours), default=begins).astimezone(ZONE)
    last = max((t.ends_at for t in tours), default=ends).astimezone(ZONE)
    begins = max(min(begins, first.replace(minute=0, second=0, microsecond=0)), begins - timedelta(hours=12))
    ends = max(ends, (last + timedelta(minutes=59)).replace(minute=0, second=0, microsecond=0))
    return begins, min(ends, begins + timedelta(hours=48))


def bars(tour: TourView, linked: bool) -> list[Bar]:
    """The tour as one bar with its stops, numbered as on the map, upon it."""
    href = f"/planning/tours/{tour.tour_id}" if linked else ""
    label = f"{tour.driver_name}, {stops_text(tour)}"
    tone = tone_of(tour)
    drawn: list[Bar] = [
        {
            "start": tour.starts_at,
            "end": tour.ends_at,
            "label": "",
            "name": label,
            "tone": tone,
            "href": href,
            "whole": True,
        }
    ]
    for stop in tour.stops:
        drawn.append(
            {
                "start": stop.arrives_at,
                "end": max(stop.leaves_at, stop.arrives_at + timedelta(minutes=20)),
                "label": str(stop.position + 1),
                "name": f"{stop.position + 1}. {stop.site.name}, {stop.site.address.city} · {stop.reference}",
                "tone": tone,
                "href": href,
                "whole": False,
            }
        )
    return drawn


def gantt_rows(
    vehicles: Sequence[VehicleView], drivers: Sequence[DriverView], tours: Sequence[TourView], *, linked: bool
) -> list[GanttRow]:
    """A row for each vehicle, those with tours first."""
    names = {driver.driver_id: driver.name for driver in drivers}
    of_vehicle: dict[str, list[TourView]] = {}
    for tour in sorted(tours, key=lambda t: t.starts_at):
        of_vehicle.setdefault(tour.vehicle_id, []).append(tour)
    rows: list[GanttRow] = []
    plates = {v.vehicle_id: v.plate for v in vehicles} | {t.vehicle_id: t.vehicle_plate for t in tours}
    usual = {v.vehicle_id: names.get(v.usual_driver_id or "", "") for v in vehicles}
    for vehicle_id in sorted(plates, key=lambda v: (v not in of_vehicle, plates[v])):
        its = of_vehicle.get(vehicle_id, [])
        who = ", ".join(dict.fromkeys(t.driver_name for t in its)) or usual.get(vehicle_id, "")
        drawn = [bar for tour in its for bar in bars(tour, linked)]
        rows.append({"label": plates[vehicle_id], "note": who, "bars": drawn})
    return rows


def marks_of(tour: TourView, tone: str) -> list[dict[str, Any]]:
    """A tour's calls on the map; several in a row at one place are one mark with all their numbers."""
    placed = [s for s in tour.stops if s.site.latitude is not None and s.site.longitude is not None]
    marks: list[dict[str, Any]] = []
    for (lat, lon), calls in groupby(placed, key=lambda s: (s.site.latitude, s.site.longitude)):
        together = list(calls)
        numbers = ", ".join(str(stop.position + 1) for stop in together)
        site = together[0].site
        marks.append(
            {
                "lat": lat,
                "lon": lon,
                "label": f"{numbers}. {site.name}, {site.address.city}",
                "tone": tone,
                "glyph": str(together[0].position + 1),
                "href": f"/planning/tours/{tour.tour_id}",
            }
        )
    return marks


def map_of(tours: Sequence[TourView], basket: Sequence[JobView] = ()) -> tuple[list[Any], list[Any]]:
    """Points and lines of tours, and where unplanned goods wait."""
    points: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for place, tour in enumerate(tours):
        tone = MAP_TONES[place % len(MAP_TONES)]
        marks = marks_of(tour, tone)
        points += marks
        way = [[p["lat"], p["lon"]] for p in marks]
        lines.append({"points": way, "label": f"{tour.vehicle_plate} · {tour.driver_name}"})
    for job in basket:
        if job.pickup.latitude is not None and job.pickup.longitude is not None:
            points.append(
                {
                    "lat": job.pickup.latitude,
                    "lon": job.pickup.longitude,
                    "label": _("À planifier : %(ref)s") % {"ref": job.reference},
                    "tone": "bad",
                    "glyph": "?",
                    "href": f"/planning/jobs/{job.job_id}",
                }
            )
    return points, lines


def conflict_text(conflict: ConflictView) -> str:
    """The rule that is broken, in the language of the page."""
    return conflict.en if language() == "en" else conflict.fr


def fix_text(conflict: ConflictView) -> str:
    """What would mend it."""
    return conflict.fix_en if language() == "en" else conflict.fix_fr


def derogation_choices() -> list[Choice]:
    """The reasons of law that lift a truck ban."""
    return [Choice(one.code, derogation_text(one.code)) for one in DEROGATIONS]


def derogation_text(code: str) -> str:
    """A reason as the law words it, in the language of the page."""
    found = derogation_of(code)
    return (found.en if language() == "en" else found.fr) if found else code


def vehicle_choices(vehicles: Sequence[VehicleView]) -> list[Choice]:
    """Vehicles to choose from, with what they carry."""
    return [
        Choice(
            v.vehicle_id, f"{v.plate} · {number(v.capacity_pallets)} pal. · {number(v.capacity_kg / 1000)} t"
        )
        for v in vehicles
        if v.active
    ]


def driver_choices(drivers: Sequence[DriverView]) -> list[Choice]:
    """Drivers to choose from."""
    return [Choice(d.driver_id, d.name) for d in drivers if d.active]
