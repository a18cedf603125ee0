"""The messages that find orders, count them and take them along as a sheet."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.core_orders.listed import OrderCounts, OrdersPage
from rt.kernel.model.messages import Cursor, Download, Query, SearchText, View
from rt.trade.references import OrderIds, OrganizationId

States = Annotated[str, Meta(pattern="^([a-z_]+(,[a-z_]+)*)?$", max_length=120)]
"""One state or several, separated by commas."""
OrderSort = Literal[
    "newest",
    "-newest",
    "pickup",
    "-pickup",
    "delivery",
    "-delivery",
    "reference",
    "-reference",
    "client",
    "-client",
    "carrier",
    "-carrier",
    "price",
    "-price",
    "state",
    "-state",
]
"""What orders are listed by, with "-" the other way round; by `price` only those whose price is seen."""
ExportColumn = Literal[
    "reference",
    "purchase_order",
    "delivery_note",
    "booking",
    "state",
    "incident_open",
    "with_reserves",
    "created_at",
    "owner_name",
    "client_name",
    "shipper_name",
    "carrier_name",
    "consignee_name",
    "pickup_name",
    "pickup_city",
    "pickup_from",
    "pickup_until",
    "delivery_name",
    "delivery_city",
    "delivery_from",
    "delivery_until",
    "pallets",
    "weight_kg",
    "loading_metres",
    "vehicle_plate",
    "driver_name",
    "agreed_cents",
    "tender_price_cents",
    "tender_deadline",
    "currency",
]


class OrderFilters(View):
    """What orders are narrowed by; all filters hold together.

    `q` is any fragments of references, names, places and the plate. `state` is one state or several separated
    by commas; `owner_id` (earlier `shipper_id`) is whose order it is, `client_id` for whom one's own is run.
    The days bound the first pickup and the last delivery, both included (Europe/Paris). `legs`: one's own
    orders alone that are legs of others.
    """

    q: SearchText = ""
    state: States = ""
    carrier_id: OrganizationId = ""
    owner_id: OrganizationId = ""
    shipper_id: OrganizationId = ""
    client_id: OrganizationId = ""
    order_ids: OrderIds = field(default_factory=list)
    pickup_since: date | None = None
    pickup_until: date | None = None
    delivery_since: date | None = None
    delivery_until: date | None = None
    plate: Annotated[str, Meta(max_length=20)] = ""
    incident: bool | None = None
    legs: bool = False


class FindOrders(
    OrderFilters, Query[OrdersPage], route="/api/orders", needs="core_orders.read", closed_to=("driver",)
):
    """Orders the organization has a role on, newest first unless sorted.

    Sorting by price is refused to whoever sees no price (403).
    """

    sort: OrderSort = "newest"
    after: Cursor = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class CountOrders(
    Query[OrderCounts], route="/api/orders/counts", needs="core_orders.read", closed_to=("driver",)
):
    """How many orders stand in each state, for the counters of saved views.

    Below 2,000 it is how many there are at this moment; a larger number may be ten minutes old.
    """


class FoundCounts(View):
    """How many were found by each, in the order they were asked for, counted up to `most`."""

    counts: list[int]


class CountFoundOrders(
    Query[FoundCounts],
    route="/api/orders/found",
    needs="core_orders.read",
    method="POST",
    closed_to=("driver",),
):
    """How many orders FindOrders would find by each of these, for the counters of views of one's own."""

    by: Annotated[list[OrderFilters], Meta(min_length=1, max_length=20)]
    most: Annotated[int, Meta(ge=1, le=1_000)] = 100


class ExportOrders(
    OrderFilters,
    Query[Download],
    route="/api/orders/export",
    needs="core_orders.read",
    closed_to=("driver",),
):
    """What FindOrders finds, as a CSV file (semicolons, UTF-8), with the role's columns.

    At most 20,000: a file that holds not all says so in its name.
    `columns`: these alone, from left to right.
    """

    sort: OrderSort = "newest"
    columns: Annotated[list[ExportColumn], Meta(max_length=40)] = field(default_factory=list)
