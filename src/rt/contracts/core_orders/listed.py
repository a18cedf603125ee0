"""How core_orders shows orders in lists, and how many there are."""

from datetime import datetime

from rt.contracts.core_orders.shown import ProofView
from rt.contracts.core_orders.summary import References
from rt.contracts.core_orders.vocabulary import OrderState, Requirement
from rt.kernel.model.messages import View
from rt.trade.roles import PartnerRole


class OrderRow(View):
    """An order in a list: what it is, where it goes, what to do next and by when."""

    order_id: str
    version: int
    my_role: PartnerRole
    reference: str
    references: References
    state: OrderState
    may: list[str]
    created_at: datetime
    shipper_id: str
    shipper_name: str
    carrier_id: str | None
    carrier_name: str
    consignee_name: str
    pickup_name: str
    pickup_city: str
    pickup_country: str
    pickup_from: datetime | None
    pickup_until: datetime | None
    delivery_name: str
    delivery_city: str
    delivery_country: str
    delivery_from: datetime | None
    delivery_until: datetime | None
    pallets: int
    weight_kg: float
    loading_metres: float
    requirements: list[Requirement]
    vehicle_plate: str
    driver_name: str
    incident_open: bool
    with_reserves: bool
    change_for_me: bool = False
    owned: bool = False
    owner_id: str = ""
    owner_name: str = ""
    client_id: str | None = None
    client_name: str | None = None
    proof: ProofView | None = None
    tender_id: str | None = None
    tender_stranger: bool | None = None
    tender_deadline: datetime | None = None
    tender_price_cents: int | None = None
    agreed_cents: int | None = None
    sell_cents: int | None = None
    currency: str | None = None
    given_on: bool = False
    is_leg: bool = False


class OrdersPage(View):
    """Some orders, newest first, and the cursor of the next page (empty: no more)."""

    items: list[OrderRow]
    next: str


class OrderCounts(View):
    """How many orders the organization sees in each state; `incident` counts those with an open incident."""

    states: dict[OrderState, int]
    incident: int
    total: int
