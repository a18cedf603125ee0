"""The messages that make, find, change and carry an order through its life."""

from datetime import date
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from rt.contracts.core_orders.shown import (
    Cents,
    ContentHash,
    Currency,
    GoodsLines,
    OrderView,
    Reason,
    Requirements,
    Stops,
)
from rt.contracts.core_orders.summary import (
    Moment,
    Reference,
    References,
)
from rt.contracts.core_orders.vocabulary import (
    Equipment,
    Incoterm,
    IncotermAsked,
    VehicleAsked,
)
from rt.kernel.model.messages import PERSONAL, SAID, Command, Query, Version, View
from rt.trade.contacts import ONE_LINE, EmailText, OptionalEmail
from rt.trade.references import OrderId, OrderPaperId, OrganizationId, TemplateId

Name = Annotated[str, Meta(max_length=120)]


class CreateOrder(
    Command[OrderView], route="/api/orders", needs="core_orders.write", closed_to=("driver",), status=201
):
    """Write a draft order; without a reference the next number of the organization is taken.

    Whoever writes it owns and runs it. Without a client it is its own, without a shipper the client hands the
    goods over; a supplier makes them ready.
    """

    stops: Stops
    reference: Reference = ""
    references: References = References()
    goods: GoodsLines = field(default_factory=list)
    client_id: OrganizationId | None = None
    shipper_id: OrganizationId | None = None
    supplier_id: OrganizationId | None = None
    consignee_id: OrganizationId | None = None
    consignee_name: Name = ""
    consignee_email: OptionalEmail = ""
    logistician_id: OrganizationId | None = None
    requirements: Requirements = field(default_factory=list)
    equipment: Equipment = ""
    incoterm: Incoterm = ""
    instructions: Annotated[str, PERSONAL, Meta(max_length=1_000)] = ""
    sell_cents: Cents | None = None
    buy_cents: Cents | None = None
    currency: Currency = "EUR"


class EditOrder(
    Command[OrderView],
    route="/api/orders/{order_id}",
    needs="core_orders.write",
    closed_to=("driver",),
    method="PATCH",
):
    """Change what is named and leave the rest; If-Match carries the version that was read."""

    order_id: OrderId
    references: References | UnsetType = UNSET
    stops: Stops | UnsetType = UNSET
    goods: GoodsLines | UnsetType = UNSET
    client_id: Annotated[OrganizationId, SAID] | UnsetType | None = UNSET
    shipper_id: Annotated[OrganizationId, SAID] | UnsetType | None = UNSET
    supplier_id: Annotated[OrganizationId, SAID] | UnsetType | None = UNSET
    consignee_id: Annotated[OrganizationId, SAID] | UnsetType | None = UNSET
    consignee_name: Annotated[Name, SAID] | UnsetType | None = UNSET
    consignee_email: EmailText | UnsetType | None = UNSET
    logistician_id: Annotated[OrganizationId, SAID] | UnsetType | None = UNSET
    requirements: Requirements | UnsetType = UNSET
    equipment: VehicleAsked | UnsetType | None = UNSET
    incoterm: IncotermAsked | UnsetType | None = UNSET
    instructions: Annotated[str, PERSONAL, SAID, Meta(max_length=1_000)] | UnsetType | None = UNSET
    sell_cents: Cents | UnsetType | None = UNSET
    buy_cents: Cents | UnsetType | None = UNSET
    currency: Currency | UnsetType = UNSET


class GetOrder(
    Query[OrderView], route="/api/orders/{order_id}", needs="core_orders.read", link="accept_tender"
):
    """One order, as far as the reader's role on it allows."""

    order_id: OrderId


class ConfirmOrder(
    Command[OrderView],
    route="/api/orders/{order_id}/confirm",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """Make the draft firm; every missing mandatory mention (contrat type, art. 3) is listed by its field."""

    order_id: OrderId


class CancelOrder(
    Command[OrderView],
    route="/api/orders/{order_id}/cancel",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """Call the order off as it was read, with the reason its partners are told."""

    order_id: OrderId
    version: Version
    reason: Reason


class DuplicateOrder(
    Command[OrderView],
    route="/api/orders/{order_id}/duplicate",
    needs="core_orders.write",
    closed_to=("driver",),
    status=201,
):
    """A new draft with the same partners, places and goods; dates move by `shift_days`."""

    order_id: OrderId
    shift_days: Annotated[int, Meta(ge=-366, le=366)] = 0


class PlanOrder(
    Command[OrderView],
    route="/api/orders/{order_id}/plan",
    needs="core_orders.write",
    closed_to=("driver",),
    link="accept_tender",
):
    """The carrier names vehicle, driver and times itself, without a tour in planning."""

    order_id: OrderId
    vehicle_plate: Annotated[str, Meta(min_length=1, max_length=20)]
    driver_name: Annotated[str, Meta(max_length=120)] = ""
    planned_pickup_at: Moment | None = None
    planned_delivery_at: Moment | None = None


class ReportProgress(
    Command[OrderView],
    route="/api/orders/{order_id}/progress",
    needs="core_orders.write",
    link="accept_tender",
):
    """The carrier, its driver or the owner reports a step by hand (paper note, no GPS)."""

    order_id: OrderId
    reached: Literal["loading", "in_transit", "delivered"]
    with_reserves: bool = False


class AcceptProof(
    Command[OrderView],
    route="/api/orders/{order_id}/accept-proof",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """The client or the owner accepts the named proof, as it was read: its id and its hash (OrderView.proof).

    A consignment note proves once the consignee has signed it; so does signed paper, attached as pod or cmr.
    """

    order_id: OrderId
    document_id: OrderPaperId
    content_hash: ContentHash


class ReopenOrder(
    Command[OrderView],
    route="/api/orders/{order_id}/reopen",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """Take the acceptance of the proof back, with a reason."""

    order_id: OrderId
    reason: Reason


class MarkInvoiced(
    Command[OrderView],
    route="/api/orders/{order_id}/invoiced",
    needs="core_orders.write",
    closed_to=("driver",),
):
    """The carrier's invoice has come for the order as it was read: its number and amount before tax."""

    order_id: OrderId
    version: Version
    invoice_number: Annotated[str, Meta(min_length=1, max_length=40)]
    invoiced_cents: Cents


class CloseOrder(
    Command[OrderView], route="/api/orders/{order_id}/close", needs="core_orders.write", closed_to=("driver",)
):
    """Nothing more is due on the order."""

    order_id: OrderId


class TemplateView(View):
    """A saved order to start new ones from."""

    template_id: str
    name: str
    pickup_city: str
    delivery_city: str
    consignee_name: str


class TemplatesPage(View):
    """The organization's templates by name."""

    items: list[TemplateView]


class SaveTemplate(
    Command[TemplateView],
    route="/api/orders/templates",
    needs="core_orders.write",
    closed_to=("driver",),
    status=201,
):
    """Keep an order as a template, under a name of the organization's choice."""

    order_id: OrderId
    name: Annotated[str, ONE_LINE, Meta(min_length=1, max_length=80)]


class FindTemplates(
    Query[TemplatesPage], route="/api/orders/templates", needs="core_orders.read", closed_to=("driver",)
):
    """The organization's templates."""


class CreateFromTemplate(
    Command[OrderView],
    route="/api/orders/templates/{template_id}/orders",
    needs="core_orders.write",
    closed_to=("driver",),
    status=201,
):
    """A new draft from a template; its first pickup is moved to `pickup_day`, the rest with it."""

    template_id: TemplateId
    pickup_day: date
    references: References = References()
