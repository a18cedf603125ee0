"""Putting one job on a vehicle and driver: best places first, any place by hand, conflicts at once."""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec
from starlette.responses import Response

from rt.contracts.core_orders import GetOrder
from rt.contracts.planning import (
    AssignJob,
    CheckAssignment,
    CheckView,
    ConflictView,
    DayView,
    FindFits,
    GetJob,
    GetPlan,
    JobView,
    UnassignJob,
)
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import Refusal
from rt.portals.transporter.drawing import (
    conflict_text,
    derogation_choices,
    driver_choices,
    fix_text,
    stops_text,
    vehicle_choices,
)
from rt.portals.transporter.pages.offers import load_text
from rt.portals.transporter.pages.order import job_of
from rt.trade.days import TRIP_AHEAD_DAYS, TRIP_PAST_DAYS
from rt.ui.asking import attempt, day_asked, day_of, key_of, pressed, seen, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import named
from rt.ui.fields import Input, calendar_day
from rt.ui.formats import number
from rt.ui.pages import Choice, Page
from rt.ui.visit import Visit, page

TRUCK_BAN = "truck_banned"


class ConflictRow(msgspec.Struct, kw_only=True):
    """A conflict in the language of the page."""

    sentence: str
    fix: str


class FitRow(msgspec.Struct, kw_only=True):
    """One place where the job would go."""

    plate: str
    driver: str
    where: str
    added: str
    tour_id: str
    tour_version: int
    vehicle_id: str
    driver_id: str
    pickup_position: int
    delivery_position: int
    feasible: bool
    conflicts: list[ConflictRow]


class JobPage(Page):
    """One job: where it fits best, and whether it fits where one wants it."""

    template, part = "job.html", "_job.html"
    job: JobView
    load: str
    day: date
    fits: list[FitRow]
    fits_known: bool
    fits_complete: bool
    obstacles: list[ConflictRow]
    chosen: list[Input]
    check: CheckView | None
    check_added: str
    conflicts: list[ConflictRow]
    refusal: str
    assign: dict[str, str]
    derogable: bool
    derogation: Input
    may_plan: bool


def conflict_rows(conflicts: Sequence[ConflictView]) -> list[ConflictRow]:
    """Conflicts as they are shown."""
    return [ConflictRow(sentence=conflict_text(c), fix=fix_text(c)) for c in conflicts]


def derogable(conflicts: Sequence[ConflictView]) -> bool:
    """Whether a derogation would let it through: it heals truck bans and nothing else."""
    return bool(conflicts) and all(c.rule == TRUCK_BAN for c in conflicts)


def added(kilometres: float | None, minutes: int) -> str:
    """What a place costs: kilometres and minutes more, where they can be known."""
    if kilometres is None:
        return _("distance inconnue")
    values = {"km": number(round(kilometres)), "min": number(minutes)}
    return _("+%(km)s km, +%(min)s min") % values


def selects(plan: DayView, tour_id: str, vehicle_id: str, driver_id: str) -> list[Input]:
    """Where to put the job by hand: an open tour, or a new one."""
    tours = [
        Choice(
            t.tour_id, f"{t.vehicle_plate} · {t.driver_name} · {stops_text(t)} · {named('state', t.state)}"
        )
        for t in plan.tours
        if t.state in ("draft", "published")
    ]
    offered = [
        ("tour_id", _("Tournée ouverte"), [Choice("", _("— une nouvelle tournée —")), *tours], tour_id),
        ("vehicle_id", _("Véhicule"), [Choice("", "—"), *vehicle_choices(plan.vehicles)], vehicle_id),
        ("driver_id", _("Conducteur"), [Choice("", "—"), *driver_choices(plan.drivers)], driver_id),
    ]
    return [
        Input(name=name, label=label, kind="choice", required=name != "tour_id", choices=choices, value=value)
        for name, label, choices, value in offered
    ]


async def job(visit: Visit) -> Page | Response:
    return await shown(visit, "")


async def shown(visit: Visit, refusal: str) -> JobPage:
    """The job's page, with why the last try was refused."""
    job_id = visit.path["job_id"]
    day = day_asked(visit)
    wanted = await visit.ask(GetJob(job_id=job_id))
    day = day or nearest_day(wanted)
    plan = await visit.ask(GetPlan(day=day))
    tour_id, vehicle_id, driver_id = (visit.query.get(n, "") for n in ("tour_id", "vehicle_id", "driver_id"))
    if vehicle_id and not driver_id:
        usual = next((v.usual_driver_id for v in plan.vehicles if v.vehicle_id == vehicle_id), None)
        driver_id = usual or ""
    asked = None
    if tour_id:
        asked = CheckAssignment(job_id=job_id, tour_id=tour_id)
    elif vehicle_id and driver_id:
        asked = CheckAssignment(job_id=job_id, vehicle_id=vehicle_id, driver_id=driver_id, day=day)
    check, why = await checked(visit, asked)
    fits = await attempt(visit, FindFits(job_id=job_id, day=day))
    fields = {"day": str(day)}
    fields |= {"tour_id": tour_id} if tour_id else {"vehicle_id": vehicle_id, "driver_id": driver_id}
    fields |= {"tour_version": str(check.tour.version)} if tour_id and check else {}
    return JobPage(
        title=_("Affecter %(ref)s") % {"ref": wanted.reference},
        crumbs=[(f"/planning?day={day}", _("Planning"))],
        job=wanted,
        load=load_text(wanted.pallets, wanted.weight_kg, wanted.loading_metres),
        day=day,
        fits=[
            FitRow(
                plate=f.vehicle_plate,
                driver=f.driver_name,
                where=_("sur une tournée ouverte") if f.tour_id else _("nouvelle tournée"),
                added=added(f.added_km, f.added_minutes),
                tour_id=f.tour_id,
                tour_version=f.tour_version,
                vehicle_id=f.vehicle_id,
                driver_id=f.driver_id,
                pickup_position=f.pickup_position,
                delivery_position=f.delivery_position,
                feasible=f.feasible,
                conflicts=conflict_rows(f.conflicts),
            )
            for f in (fits.items if fits else [])
        ],
        fits_known=fits is not None,
        fits_complete=fits is None or fits.complete,
        obstacles=conflict_rows(fits.against if fits else wanted.obstacles),
        chosen=selects(plan, tour_id, vehicle_id, driver_id),
        check=check,
        check_added=added(check.added_km, check.added_minutes) if check else "",
        conflicts=conflict_rows(check.conflicts) if check else [],
        refusal=refusal or why,
        assign=fields,
        derogable=derogable(check.conflicts) if check else False,
        derogation=Input(
            name="derogation",
            label=_("Motif de dérogation (interdiction de circuler seulement)"),
            kind="choice",
            required=True,
            choices=[Choice("", "—"), *derogation_choices()],
        ),
        may_plan=visit.session.may("planning.write"),
    )


def nearest_day(job: JobView) -> date:
    """The day that suits the job best among those that can be planned: one that is years away is not."""
    wanted = job.pickup_from.date()
    today = day_of(None)
    earliest, latest = today - timedelta(days=TRIP_PAST_DAYS), today + timedelta(days=TRIP_AHEAD_DAYS)
    return day_of(job.pickup_from) if earliest < wanted < latest else today


async def checked(visit: Visit, asked: CheckAssignment | None) -> tuple[CheckView | None, str]:
    """Whether it would fit, or why that cannot be said."""
    if asked is None:
        return None, ""
    try:
        return await visit.ask(asked), ""
    except Refusal as refusal:
        signed_in_still(refusal)
        return None, told(refusal)


def position(visit: Visit, name: str) -> int | None:
    """A place among the stops, as the form carries it."""
    return whole(typed(visit, name))


async def assign(visit: Visit) -> Page | Response:
    job_id = visit.path["job_id"]
    tour_id, day = typed(visit, "tour_id"), typed(visit, "day")
    message = AssignJob(
        job_id=job_id,
        tour_id=tour_id,
        tour_version=seen(visit, "tour_version") if tour_id else 0,
        vehicle_id="" if tour_id else typed(visit, "vehicle_id"),
        driver_id="" if tour_id else typed(visit, "driver_id"),
        day=None if tour_id or not day else calendar_day(day),
        pickup_position=position(visit, "pickup_position"),
        delivery_position=position(visit, "delivery_position"),
        derogation=typed(visit, "derogation")[:300],
    )
    try:
        tour = await visit.ask(message, key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        return await shown(visit, told(refusal))
    said = _("Affectée à %(plate)s, %(driver)s.") % {"plate": tour.vehicle_plate, "driver": tour.driver_name}
    return visit.go(
        f"/planning?day={tour.day}",
        said,
        undo=f"/planning/jobs/{job_id}/unassign?day={tour.day}&tour={tour.tour_id}",
    )


async def unassign(visit: Visit) -> Page | Response:
    day = day_asked(visit) or day_of(None)
    message = UnassignJob(job_id=visit.path["job_id"], tour_id=visit.query.get("tour", "")[:120])
    return await pressed(visit, message, f"/planning?day={day}", _("De retour dans le panier."))


async def of_order(visit: Visit) -> Page | Response:
    """From an order to its job or its tour; by hand when planning does not know it."""
    order = await visit.ask(GetOrder(order_id=visit.path["order_id"]))
    known = await job_of(visit, order)
    if known is None:
        return visit.go(f"/orders/{order.order_id}/plan")
    if known.tour_id:
        return visit.go(f"/planning/tours/{known.tour_id}")
    return visit.go(f"/planning/jobs/{known.job_id}?day={nearest_day(known)}")


PAGES = [
    page("/planning/orders/{order_id}", of_order, methods=("GET",)),
    page("/planning/jobs/{job_id}", job, methods=("GET",)),
    page("/planning/jobs/{job_id}/assign", assign, methods=("POST",)),
    page("/planning/jobs/{job_id}/unassign", unassign, methods=("POST",)),
]
