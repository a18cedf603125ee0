"""The optimiser's messages: a proposal of tours, kept until it is accepted or put aside."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.planning.jobs import ConflictView
from rt.contracts.planning.tours import TourView
from rt.kernel.model.messages import Command, Query, Version, View
from rt.trade.days import TripDay
from rt.trade.references import JobId, PlanId


class LeftOverView(View):
    """A job that the optimiser could not place, and why."""

    job_id: str
    reference: str
    reasons: list[ConflictView]


PlanState = Literal["running", "proposed", "lost", "accepted", "discarded"]
"""`lost`: the search could not be finished, see `lost_to`; it was asked for and did nothing."""
LostTo = Literal["", "restarts", "size"]
"""What ended a search: restarts of the platform, three times, or that it outgrew its time or memory."""


class OptimisedPlanView(View):
    """A proposal of tours: nothing is planned until it is accepted.

    While it is `running` it has no tours yet; `progress` goes from 0 (waiting for its turn) to 1.
    `beyond` counts jobs that were more than one search takes: they were not looked at.
    """

    plan_id: str
    day: date
    days: int
    state: PlanState
    lost_to: LostTo
    progress: float
    asked_at: datetime
    version: int
    tours: list[TourView]
    left_over: list[LeftOverView]
    distance_km: float
    driving_hours: float
    working_hours: float
    assigned: int
    seconds: float
    violations: int
    beyond: int


class Optimise(
    Command[OptimisedPlanView], route="/api/planning/optimise", needs="planning.write", status=201
):
    """Propose tours for the unplanned jobs of a day (all of them, or those named) within a time budget.

    Answers at once with a plan that is running; ask for it again until it is not. One search at a time for an
    organization: the same one asked for again meets the one that runs, another is refused meanwhile.
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
    """A proposal again, or how far its search is."""

    plan_id: PlanId


class AcceptPlan(
    Command[OptimisedPlanView], route="/api/planning/plans/{plan_id}/accept", needs="planning.write"
):
    """Turn the proposal of this version into draft tours, exactly as they were read.

    Refused with what changed if a job, vehicle or driver is no longer as it was when this was worked out.
    """

    plan_id: PlanId
    version: Version


class DiscardPlan(
    Command[OptimisedPlanView], route="/api/planning/plans/{plan_id}/discard", needs="planning.write"
):
    """Put the proposal of this version aside, or end a search, whichever version of it was read."""

    plan_id: PlanId
    version: Version
