"""The messages that say what a carrier owes at most, by when to write to it, and when goods are due."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.core_orders.shown import Cents
from rt.kernel.model.messages import Query, View
from rt.trade.claim_clocks import ClockCode
from rt.trade.days import TripDay
from rt.trade.delivery_duty import Standing
from rt.trade.liability import BoundCode, Harm
from rt.trade.references import OrderId, OrderIds, OrderIncidentId
from rt.trade.regimes import Regime

Against = Literal["carrier", "owner"]
"""Who is claimed from: the carrier, by the owner; or the owner, by its client."""


class BoundView(View):
    """One limit of what is owed, in cents of euro, with its arithmetic and who says so."""

    code: BoundCode
    cents: int | None
    fr: str
    en: str
    source: str
    verified: bool


class LawView(View):
    """The law that an order is carried under, and why."""

    regime: Regime
    fr: str
    en: str
    verified: bool


class ExposureView(View):
    """The most that the carrier may owe if all is lost, in cents of euro.

    `cents` is what the law sets, None where it is not reckoned; `declared_cents` the value declared with the
    goods: accepted with the offer as a declaration of value, it takes the cap's place. `refunded_cents` is
    the price, which CMR has refunded on top.
    """

    order_id: str
    law: LawView
    weight_kg: float
    packages: int
    cents: int | None
    bounds: list[BoundView]
    declared_cents: int | None = None
    refunded_cents: int | None = None


class GetExposure(
    Query[ExposureView],
    route="/api/orders/{order_id}/exposure",
    needs="core_orders.read",
    closed_to=("driver",),
    link="accept_tender",
):
    """What the carrier may owe at most: for owner, client and carrier, and for whom it is offered to."""

    order_id: OrderId


class ExposuresView(View):
    """What may be owed for several orders."""

    items: list[ExposureView]


class FindExposures(
    Query[ExposuresView], route="/api/orders/exposures", needs="core_orders.read", closed_to=("driver",)
):
    """GetExposure of several orders at once; of those that the reader did not agree on nothing is said."""

    order_ids: OrderIds


class DeadlineView(View):
    """A deadline to write or to sue: what to do, what is lost after it, how it stands today.

    `post_by` is before `due_on` where no post office is open on that day.
    """

    code: ClockCode
    starts_on: date
    due_on: date
    post_by: date
    days_left: int
    state: Literal["open", "met", "passed"]
    fr: str
    en: str
    after_fr: str
    after_en: str
    source: str
    verified: bool


class LetterView(View):
    """The draft of a registered letter, paragraph by paragraph."""

    language: Literal["fr", "en"]
    written_on: date
    sender: str
    addressee: str
    subject: str
    body: list[str]


class ClaimView(View):
    """What may be owed for an incident, in cents of euro, and until when it can be claimed.

    `cents` is None where a limit is not known; without a `loss_cents` it is the most that it may be. The
    letters are for who claims, once somebody carries: who owes has none.
    """

    order_id: str
    incident_id: str
    against: Against
    harm: Harm
    law: LawView
    cents: int | None
    bounds: list[BoundView]
    binding: BoundCode | None
    weight_kg: float
    packages: int
    noted: bool
    loss_cents: int | None = None
    refund: BoundView | None = None
    delivered_on: date | None = None
    deadlines: list[DeadlineView] = field(default_factory=list)
    letters: list[LetterView] = field(default_factory=list)


class EstimateClaim(
    Query[ClaimView],
    route="/api/orders/{order_id}/incidents/{incident_id}/claim",
    needs="core_orders.read",
    closed_to=("driver",),
):
    """What an incident may cost whom, and by when to act; nothing is kept.

    Left out: `harm` follows the incident, the loss what was claimed with it, weight and packages all that was
    carried, `delivered_on` the order, `noted` (reserves written at delivery) too. `confirmed_on` is when the
    letter to the carrier left; `hidden`: damage that nobody could see at delivery. `declared_cents` is a
    declaration of value, or of interest in the time, that was accepted in writing and paid for. `grave`:
    wilful misconduct or what equals it.
    """

    order_id: OrderId
    incident_id: OrderIncidentId
    against: Literal["", "carrier", "owner"] = ""
    harm: Literal["", "loss", "damage", "delay"] = ""
    loss_cents: Cents | None = None
    weight_kg: Annotated[float, Meta(gt=0, le=100_000)] | None = None
    packages: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    delivered_on: TripDay | None = None
    noted: bool = False
    hidden: bool = False
    confirmed_on: TripDay | None = None
    declared_cents: Cents | None = None
    grave: bool = False
    euros_per_sdr: Annotated[float, Meta(ge=0.5, le=3)] | None = None


class DutyView(View):
    """When the goods are due by law and by promise, when they are expected, and who must be told by when.

    `legal_on` is None where no law counts the days; `fr` and `en` say how they were counted, or why not.
    `limit_at` is the promise, else the end of the legal day. A carrier that is late to load may be replaced
    without notice from `replaceable_at` on; `tell_by` is until when telling still helps.
    """

    order_id: str
    fr: str
    en: str
    pickup: Standing
    delivery: Standing
    legal_on: date | None = None
    km: float | None = None
    basis: str = ""
    source: str = ""
    verified: bool = False
    promised_until: datetime | None = None
    limit_at: datetime | None = None
    expected_at: datetime | None = None
    expected_by: Literal["", "plan", "track"] = ""
    replaceable_at: datetime | None = None
    tell_by: datetime | None = None


class GetDeliveryDuty(
    Query[DutyView],
    route="/api/orders/{order_id}/duty",
    needs="core_orders.read",
    closed_to=("driver",),
):
    """When the order is due and whether it will be late; asked for by itself, as it may read the road net."""

    order_id: OrderId
