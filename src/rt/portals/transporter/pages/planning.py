"""The day: who drives what when, what waits in the basket, and the optimiser's proposals."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from starlette.responses import Response

from rt.contracts.planning import (
    AcceptPlan,
    DayView,
    DiscardPlan,
    GetOptimisedPlan,
    GetPlan,
    JobView,
    Optimise,
    OptimisedPlanView,
    PublishTour,
    TourView,
)
from rt.kernel.core.clock import now
from rt.kernel.core.digits import whole
from rt.kernel.core.errors import Refusal
from rt.portals.transporter.drawing import (
    conflict_text,
    fix_text,
    gantt_rows,
    map_of,
    stops_text,
    tone_of,
    window,
)
from rt.portals.transporter.pages.offers import load_text
from rt.ui.asking import day_asked, day_of, key_of, pressed, seen, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import ngettext
from rt.ui.formats import clock_time, duration, language, number, span
from rt.ui.gantt import GanttRow
from rt.ui.pages import Column, Page, wants_part
from rt.ui.visit import Visit, page

BUDGET_SECONDS = 5.0
BASKET_SHOWN = 50
"""Of the jobs that wait, the most urgent; all of them have a list of their own, and stand on the map."""

OBSTACLES: dict[str, Callable[[], str]] = {
    "sea_crossing": lambda: _("ni route ni bateau"),
    "by_ship": lambda: _("par bateau"),
    "out_of_reach": lambda: _("hors de portée"),
    "place_unknown": lambda: _("lieu inconnu"),
}
"""What keeps a job from every tour, in two words."""


class BasketRow(msgspec.Struct, kw_only=True):
    """A job that waits for a truck."""

    job_id: str
    reference: str
    pickup: str
    delivery: str
    load: str
    needs: Sequence[str]
    against: Sequence[str]
    pickup_until: datetime


class TourRow(msgspec.Struct, kw_only=True):
    """A tour in the day's list."""

    tour_id: str
    version: int
    plate: str
    driver: str
    when: str
    stops: str
    distance: str
    state: str
    tone: str
    conflicts: int


class DayPage(Page):
    """One day of the planning."""

    template, part = "planning.html", "_planning.html"
    plan: DayView
    day: date
    before: str
    after: str
    gantt: list[GanttRow]
    begins: datetime
    ends: datetime
    points: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    basket: list[BasketRow]
    basket_columns: list[Column]
    tours: list[TourRow]
    tour_columns: list[Column]
    drafts: list[str]
    driving: str
    kilometres: float
    bans: list[str]
    may_plan: bool


class LeftRow(msgspec.Struct, kw_only=True):
    """A job that no tour of the proposal takes, with what would mend it."""

    job_id: str
    reference: str
    reasons: list[tuple[str, str]]


class ProposalPage(Page):
    """What the optimiser proposes; nothing is planned before it is accepted."""

    template = "proposal.html"
    plan: OptimisedPlanView
    gantt: list[GanttRow]
    begins: datetime
    ends: datetime
    points: list[dict[str, Any]]
    lines: list[dict[str, Any]]
    tours: list[TourRow]
    tour_columns: list[Column]
    left: list[LeftRow]
    back: str
    may_plan: bool


class SearchPage(Page):
    """A search that is not finished: how far it is."""

    template, part = "searching.html", "_searching.html"
    plan: OptimisedPlanView
    may_plan: bool


def basket_row(job: JobView) -> BasketRow:
    return BasketRow(
        job_id=job.job_id,
        reference=job.reference,
        pickup=f"{job.pickup.address.city} · {span(job.pickup_from, job.pickup_until)}",
        delivery=f"{job.delivery.address.city} · {span(job.delivery_from, job.delivery_until)}",
        load=load_text(job.pallets, job.weight_kg, job.loading_metres),
        needs=job.requirements,
        against=[OBSTACLES[one.rule]() for one in job.obstacles if one.rule in OBSTACLES],
        pickup_until=job.pickup_until,
    )


def hours_text(tour: TourView) -> str:
    """From when to when, with the days that it goes over."""
    told = f"{clock_time(tour.starts_at)}–{clock_time(tour.ends_at)}"
    over = (day_of(tour.ends_at) - day_of(tour.starts_at)).days
    return f"{told} " + _("(+%(n)s j)") % {"n": over} if over else told


def distance_text(tour: TourView) -> str:
    """Kilometres and time at the wheel, where they can be known."""
    if tour.distance_km is None:
        return _("distance inconnue")
    return f"{number(round(tour.distance_km))} km · {duration(tour.driving_minutes * 60)}"


def tour_row(tour: TourView) -> TourRow:
    return TourRow(
        tour_id=tour.tour_id,
        version=tour.version,
        plate=tour.vehicle_plate,
        driver=tour.driver_name,
        when=hours_text(tour),
        stops=stops_text(tour),
        distance=distance_text(tour),
        state=tour.state,
        tone=tone_of(tour),
        conflicts=len(tour.conflicts),
    )


def basket_columns() -> list[Column]:
    return [
        Column(name="reference", label=_("À planifier")),
        Column(name="pickup_until", label=_("Avant"), kind="deadline"),
        Column(name="pickup", label=_("Enlèvement")),
        Column(name="delivery", label=_("Livraison")),
        Column(name="load", label=_("Chargement")),
    ]


def tour_columns() -> list[Column]:
    return [
        Column(name="plate", label=_("Véhicule")),
        Column(name="driver", label=_("Conducteur")),
        Column(name="when", label=_("Horaires")),
        Column(name="stops", label=_("Arrêts")),
        Column(name="distance", label=_("Distance et conduite"), wide=True),
        Column(name="state", label=_("État"), kind="state"),
    ]


async def today(visit: Visit) -> Page | Response:
    return await shown(visit, day_asked(visit) or day_of(None))


async def shown(visit: Visit, day: date) -> DayPage:
    """The page of one day."""
    plan = await visit.ask(GetPlan(day=day))
    live = [t for t in plan.tours if t.state != "withdrawn"]
    begins, ends = window(day, live)
    points, lines = map_of(live, plan.unplanned)
    return DayPage(
        title=_("Planning"),
        plan=plan,
        day=day,
        before=f"/planning?day={day - timedelta(days=1)}",
        after=f"/planning?day={day + timedelta(days=1)}",
        gantt=gantt_rows(plan.vehicles, plan.drivers, live, linked=True),
        begins=begins,
        ends=ends,
        points=points,
        lines=lines,
        basket=[basket_row(job) for job in plan.unplanned[:BASKET_SHOWN]],
        basket_columns=basket_columns(),
        tours=[tour_row(t) for t in live],
        tour_columns=tour_columns(),
        drafts=[f"{t.tour_id}:{t.version}" for t in live if t.state == "draft" and not t.conflicts],
        driving=duration(sum(t.driving_minutes for t in live) * 60),
        kilometres=sum(t.distance_km or 0 for t in live),
        bans=plan.driving_bans_en if language() == "en" else plan.driving_bans,
        may_plan=visit.session.may("planning.write"),
    )


async def optimise(visit: Visit) -> Page | Response:
    day = day_asked(visit) or day_of(now())
    try:
        plan = await visit.ask(Optimise(day=day, budget_seconds=BUDGET_SECONDS), key=key_of(visit))
    except Refusal as refusal:
        signed_in_still(refusal)
        return visit.go(f"/planning?day={day}", told(refusal), kind="bad")
    return visit.go(f"/planning/plans/{plan.plan_id}")


async def proposal(visit: Visit) -> Page | Response:
    plan = await visit.ask(GetOptimisedPlan(plan_id=visit.path["plan_id"]))
    if plan.state == "running":
        return SearchPage(
            title=_("Optimisation de la journée"),
            crumbs=[(f"/planning?day={plan.day}", _("Planning"))],
            plan=plan,
            may_plan=visit.session.may("planning.write"),
        )
    if wants_part(visit.request.headers):
        return visit.go(f"/planning/plans/{plan.plan_id}")
    begins, ends = window(plan.day, plan.tours)
    points, lines = map_of(plan.tours)
    for mark in points:
        mark.pop("href", None)
    return ProposalPage(
        title=_("Proposition de tournées"),
        crumbs=[(f"/planning?day={plan.day}", _("Planning"))],
        plan=plan,
        gantt=gantt_rows([], [], plan.tours, linked=False),
        begins=begins,
        ends=ends,
        points=points,
        lines=lines,
        tours=[tour_row(t) for t in plan.tours],
        tour_columns=tour_columns()[:-1],
        left=[
            LeftRow(
                job_id=one.job_id,
                reference=one.reference,
                reasons=[(conflict_text(c), fix_text(c)) for c in one.reasons],
            )
            for one in plan.left_over
        ],
        back=f"/planning?day={plan.day}",
        may_plan=visit.session.may("planning.write"),
    )


async def accept(visit: Visit) -> Page | Response:
    day = day_asked(visit) or day_of(now())
    message = AcceptPlan(plan_id=visit.path["plan_id"], version=seen(visit))
    return await pressed(
        visit, message, f"/planning?day={day}", _("Tournées créées en brouillon : relisez, puis publiez.")
    )


async def discard(visit: Visit) -> Page | Response:
    day = day_asked(visit) or day_of(now())
    message = DiscardPlan(plan_id=visit.path["plan_id"], version=seen(visit))
    return await pressed(visit, message, f"/planning?day={day}", _("Proposition écartée, rien n'a changé."))


async def publish_all(visit: Visit) -> Page | Response:
    """Publish the drafts that were on the screen, each as it was shown; what is refused is told."""
    day = day_asked(visit) or day_of(now())
    plates = {tour.tour_id: tour.vehicle_plate for tour in (await visit.ask(GetPlan(day=day))).tours}
    done, refused = 0, []
    for shown_draft in typed(visit, "drafts").split():
        tour_id, _colon, version = shown_draft.partition(":")
        message = PublishTour(tour_id=tour_id, version=whole(version) or 1)
        try:
            await visit.ask(message, key=f"{key_of(visit)[:60]}-{tour_id}")
            done += 1
        except Refusal as refusal:
            signed_in_still(refusal)
            refused.append(f"{plates.get(tour_id, tour_id)} : {told(refusal)}")
    counted = ngettext("%(num)s tournée publiée", "%(num)s tournées publiées", done) % {"num": number(done)}
    return visit.go(f"/planning?day={day}", " ".join([counted, *refused]))


PAGES = [
    page("/planning", today, methods=("GET",)),
    page("/planning/optimise", optimise, methods=("POST",)),
    page("/planning/publish", publish_all, methods=("POST",)),
    page("/planning/plans/{plan_id}", proposal, methods=("GET",)),
    page("/planning/plans/{plan_id}/accept", accept, methods=("POST",)),
    page("/planning/plans/{plan_id}/discard", discard, methods=("POST",)),
]
