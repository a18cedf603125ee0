"""The words that find orders, count them and take them along as a sheet."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.core_orders.shown import OrderCounts, OrdersPage
from rt.kernel.messages import Cursor, Download, Query, SearchText, View
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
    "currency",
]


class FindOrders(Query[OrdersPage], route="/api/orders", needs="core_orders.read", closed_to=("driver",)):
    """Orders the organization has a role on, newest first unless sorted; all filters hold together.

    `q` is any fragments of references, names, places and the plate. `state` is one state or several separated
    by commas; `shipper_id` is the client. The days bound the first pickup and the last
    delivery, both included (Europe/Paris). Sorting by price is refused to whoever sees no price (403).
    """

    q: SearchText = ""
    state: States = ""
    carrier_id: OrganizationId = ""
    shipper_id: OrganizationId = ""
    order_ids: OrderIds = field(default_factory=list)
    pickup_since: date | None = None
    pickup_until: date | None = None
    delivery_since: date | None = None
    delivery_until: date | None = None
    plate: Annotated[str, Meta(max_length=20)] = ""
    incident: bool | None = None
    sort: OrderSort = "newest"
    after: Cursor = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class CountOrders(
    Query[OrderCounts], route="/api/orders/counts", needs="core_orders.read", closed_to=("driver",)
):
    """How many orders stand in each state, for the counters of saved views.

    Below 2,000 it is how many there are at this moment; a larger number may be ten minutes old.
    """


class FoundCount(View):
    """How many were found, counted up to the `most` that was asked for."""

    count: int


class CountFoundOrders(
    Query[FoundCount], route="/api/orders/found", needs="core_orders.read", closed_to=("driver",)
):
    """How many orders FindOrders would find, for the counter of a view of one's own; not beyond `most`."""

    q: SearchText = ""
    state: States = ""
    carrier_id: OrganizationId = ""
    shipper_id: OrganizationId = ""
    order_ids: OrderIds = field(default_factory=list)
    pickup_since: date | None = None
    pickup_until: date | None = None
    delivery_since: date | None = None
    delivery_until: date | None = None
    plate: Annotated[str, Meta(max_length=20)] = ""
    incident: bool | None = None
    most: Annotated[int, Meta(ge=1, le=1_000)] = 100


class ExportOrders(
    Query[Download], route="/api/orders/export", needs="core_orders.read", closed_to=("driver",)
):
    """What FindOrders finds, as a CSV file (at most 20,000, semicolons, UTF-8), with the role's columns.

    `columns`: these alone, from left to right.
    """

    q: SearchText = ""
    state: States = ""
    carrier_id: OrganizationId = ""
    shipper_id: OrganizationId = ""
    order_ids: OrderIds = field(default_factory=list)
    pickup_since: date | None = None
    pickup_until: date | None = None
    delivery_since: date | None = None
    delivery_until: date | None = None
    plate: Annotated[str, Meta(max_length=20)] = ""
    incident: bool | None = None
    sort: OrderSort = "newest"
    columns: Annotated[list[ExportColumn], Meta(max_length=40)] = field(default_factory=list)
