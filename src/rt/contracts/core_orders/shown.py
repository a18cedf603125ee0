"""What core_orders shows: orders, their partners, prices, documents and incidents."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.core_orders.summary import NoteRule, ParentOrder, References, Stop
from rt.contracts.core_orders.vocabulary import (
    DocumentKind,
    Equipment,
    IncidentKind,
    Incoterm,
    OrderState,
    Requirement,
    Responsible,
    Source,
)
from rt.kernel.model.messages import Personal, View, personal_of
from rt.trade.goods import Goods
from rt.trade.places import Site
from rt.trade.roles import PartnerRole

Cents = Annotated[int, Meta(ge=0, le=10_000_000_00)]
Currency = Annotated[str, Meta(pattern="^[A-Z]{3}$")]
ContentHash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
"""SHA-256 of what was read, in hexadecimal."""
Reason = Annotated[str, Meta(min_length=1, max_length=500)]


Stops = Annotated[list[Stop], Meta(max_length=20)]
GoodsLines = Annotated[list[Goods], Meta(max_length=100)]
Requirements = Annotated[list[Requirement], Meta(max_length=12)]


class TenderView(View):
    """An offer of the order to one carrier; `stranger`: the two never agreed to work with each other."""

    tender_id: str
    carrier_id: str
    carrier_name: str
    price_cents: int
    currency: str
    deadline: datetime
    state: Literal["open", "accepted", "refused", "expired", "withdrawn"]
    sent_at: datetime
    answered_at: datetime | None = None
    reason: str = ""
    stranger: bool = False


class PlanView(View):
    """The vehicle, the driver and the times that the carrier planned, and the ships that the goods go by."""

    vehicle_plate: str
    driver_name: Annotated[str, personal_of("driver_id", "planning.drivers")]
    driver_id: str = ""
    planned_pickup_at: datetime | None = None
    planned_delivery_at: datetime | None = None
    tour_id: str = ""
    ferries: list[str] = field(default_factory=list)


class ChangeView(View):
    """One line of the order's history; `state` is the state after it."""

    at: datetime
    actor_id: str
    actor_name: Annotated[str, personal_of("actor_id", "authz.people")]
    source: Source
    what: str
    state: OrderState
    note: Personal = ""


class Milestone(View):
    """When a step of the execution was reached."""

    state: OrderState
    at: datetime


class DocumentView(View):
    """A document of the order; the consignment note itself stays in ecpmr and is named by its id there."""

    document_id: str
    order_id: str
    kind: DocumentKind
    filename: str
    media_type: str
    size_bytes: int
    version: int
    latest: bool
    added_at: datetime
    added_by: str
    ecpmr_document_id: str = ""


class ProofView(View):
    """What proves the delivery: the note as the consignee signed it, or the signed paper that was attached.

    `reserves` counts those written on the note, at takeover and at delivery.
    """

    document_id: str
    content_hash: str
    filename: str
    ecpmr_document_id: str
    reserves: int
    signed_at: datetime | None = None
    signed_by: str = ""


class IncidentView(View):
    """Something that went wrong; others than its reporter's organization see it only if it is shared."""

    incident_id: str
    kind: IncidentKind
    text: str
    reported_at: datetime
    reported_by: str
    shared: bool
    open: bool
    responsible: Responsible = ""
    cost_cents: int | None = None
    photos: list[str] = field(default_factory=list)
    resolution: str = ""
    resolved_at: datetime | None = None


ChangingRole = Literal["owner", "client", "carrier"]


class OrderPart(View):
    """What a change is about, as it was or as it would be; a field that the change leaves is None."""

    stops: list[Stop] | None = None
    goods: list[Goods] | None = None
    requirements: list[Requirement] | None = None
    instructions: Personal | None = None
    agreed_cents: int | None = None
    sell_cents: int | None = None


class OrderChangeView(View):
    """A change that was asked for, beside what it would replace.

    `asked_of` have to agree still; `mine`: the reader's organization asked for it; `for_me`: it has to agree.
    """

    change_id: str
    asked_at: datetime
    asked_by: ChangingRole
    reason: str
    state: Literal["open", "agreed", "refused", "withdrawn", "lapsed"]
    before: OrderPart
    after: OrderPart
    asked_of: list[ChangingRole] = field(default_factory=list)
    mine: bool = False
    for_me: bool = False
    closed_at: datetime | None = None
    answer: str = ""


class ChainLink(View):
    """Who carries the order, or a leg of it, and where; `level` 1 is who carries for the carrier."""

    level: int
    carrier_name: str
    pickup_city: str
    delivery_city: str
    state: OrderState


class OrderView(View):
    """An order as its reader's role allows: a field that the role must not see is None.

    `version` goes back in If-Match when editing; `may` names the commands that the reader can say now.
    `my_role` is the foremost of the reader's roles, `owned` whether it runs the order. The client asks for
    the transport and pays the owner `sell_cents`; the owner pays the carrier `agreed_cents`. `chain` names
    who carries it, level by level; `parents` are the orders that it is a leg of, known to its owner alone.
    """

    order_id: str
    version: int
    my_role: PartnerRole
    reference: str
    references: References
    state: OrderState
    may: list[str]
    created_at: datetime
    changed_at: datetime
    shipper_id: str
    shipper_name: str
    carrier_id: str | None
    carrier_name: str
    consignee_id: str | None
    consignee_name: str
    consignee_email: str | None
    logistician_id: str | None
    stops: list[Stop]
    pickup: Site
    delivery: Site
    pickup_from: datetime | None
    pickup_until: datetime | None
    delivery_from: datetime | None
    delivery_until: datetime | None
    goods: list[Goods]
    pallets: int
    weight_kg: float
    volume_m3: float
    loading_metres: float
    requirements: list[Requirement]
    equipment: Equipment
    incoterm: Incoterm | None
    instructions: str
    plan: PlanView | None
    with_reserves: bool
    milestones: list[Milestone]
    incident_open: bool
    incidents: list[IncidentView]
    documents: list[DocumentView]
    proof: ProofView | None
    cancel_reason: str
    owned: bool = False
    owner_id: str = ""
    owner_name: str = ""
    client_id: str | None = None
    client_name: str | None = None
    supplier_id: str | None = None
    supplier_name: str = ""
    tender: TenderView | None = None
    tenders: list[TenderView] | None = None
    sell_cents: int | None = None
    buy_cents: int | None = None
    agreed_cents: int | None = None
    invoiced_cents: int | None = None
    invoice_number: str | None = None
    currency: str | None = None
    history: list[ChangeView] | None = None
    changes: list[OrderChangeView] | None = None
    note: NoteRule = "own"
    chain: list[ChainLink] | None = None
    parents: list[ParentOrder] | None = None
