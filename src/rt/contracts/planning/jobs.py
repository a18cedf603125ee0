"""The basket: accepted orders that wait for a tour, and what stands against them."""

from datetime import datetime
from typing import Literal

from rt.contracts.planning.fleet import Limit
from rt.kernel.model.messages import Cursor, Query, SearchText, View
from rt.trade.days import TripDay
from rt.trade.places import Site
from rt.trade.references import JobId, OrderId

JobState = Literal["unplanned", "planned", "elsewhere", "cancelled"]
"""`elsewhere`: the carrier planned or carried the order without a tour of planning."""


class ConflictView(View):
    """Why something cannot be: the rule, its figures and what would mend it."""

    rule: str
    fr: str
    en: str
    fix_fr: str
    fix_en: str
    figures: dict[str, str]
    stop: int | None = None


class JobView(View):
    """An accepted order that waits for a tour; it carries no price.

    `client_name` is for whom the carrier carries it: whoever gave it, or the client of its own order.
    `obstacles` are what keeps it from every tour: an unknown place, a crossing by sea, dates out of reach.
    """

    job_id: str
    order_id: str
    reference: str
    shipper_id: str
    shipper_name: str
    consignee_name: str
    pickup: Site
    delivery: Site
    pickup_from: datetime
    pickup_until: datetime
    delivery_from: datetime
    delivery_until: datetime
    weight_kg: float
    pallets: int
    loading_metres: float
    requirements: list[str]
    goods_text: str
    state: JobState
    tour_id: str | None
    obstacles: list[ConflictView]
    client_name: str = ""


class JobsPage(View):
    """A page of jobs, most urgent pickup first."""

    items: list[JobView]
    next: str = ""


class GetJob(
    Query[JobView], route="/api/planning/jobs/{job_id}", needs="planning.read", closed_to=("driver",)
):
    """One job, wherever it is."""

    job_id: JobId


class GetJobOfOrder(
    Query[JobView], route="/api/planning/orders/{order_id}/job", needs="planning.read", closed_to=("driver",)
):
    """The job that an order became here."""

    order_id: OrderId


class FindJobs(Query[JobsPage], route="/api/planning/jobs", needs="planning.read", closed_to=("driver",)):
    """The basket: what is not yet on a tour, or what is."""

    state: JobState = "unplanned"
    day: TripDay | None = None
    q: SearchText = ""
    after: Cursor = ""
    limit: Limit = 50
