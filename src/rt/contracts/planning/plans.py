"""The optimiser's words: a proposal of tours, kept until it is accepted or put aside."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.planning.jobs import ConflictView
from rt.contracts.planning.tours import TourView
from rt.kernel.messages import Command, Query, View
from rt.trade.days import TripDay
from rt.trade.references import JobId, PlanId


class LeftOverView(View):
    """A job that the optimiser could not place, and why."""

    job_id: str
    reference: str
    reasons: list[ConflictView]


class OptimisedPlanView(View):
    """A proposal of tours: nothing is planned until it is accepted."""

    plan_id: str
    day: date
    state: Literal["proposed", "accepted", "discarded"]
    tours: list[TourView]
    left_over: list[LeftOverView]
    distance_km: float
    driving_hours: float
    working_hours: float
    assigned: int
    seconds: float
    violations: int


class Optimise(
    Command[OptimisedPlanView], route="/api/planning/optimise", needs="planning.write", status=201
):
    """Propose tours for the unplanned jobs of a day (all of them, or those named) within a time budget.

    Vehicles and drivers that already have a tour in the horizon of `days` keep it and are left out.
    """

    day: TripDay
    days: Annotated[int, Meta(ge=1, le=3)] = 2
    budget_seconds: Annotated[float, Meta(ge=0.5, le=30)] = 5
    job_ids: Annotated[list[JobId], Meta(max_length=500)] = field(default_factory=list)


class GetOptimisedPlan(
    Query[OptimisedPlanView],
    route="/api/planning/plans/{plan_id}",
    needs="planning.read",
    closed_to=("driver",),
):
    """A proposal again."""

    plan_id: PlanId


class AcceptPlan(
    Command[OptimisedPlanView], route="/api/planning/plans/{plan_id}/accept", needs="planning.write"
):
    """Turn a proposal into draft tours; refused if a job or vehicle was taken meanwhile."""

    plan_id: PlanId


class DiscardPlan(
    Command[OptimisedPlanView], route="/api/planning/plans/{plan_id}/discard", needs="planning.write"
):
    """Put a proposal aside."""

    plan_id: PlanId
