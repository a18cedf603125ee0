"""Messages about what the platform costs: the monthly bill, its switches, the cost of an order."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.kernel.model.messages import Query, View

CostSource = Literal["spec", "memory"]
"""The specification's estimate, or a list price remembered and not verified."""
CostTerm = Literal["option", "short", "long", "measured"]
Load = Annotated[int, Meta(ge=1, le=100_000_000)]


class CostLineView(View):
    """One line: `price` x `quantity` (decimal numbers) is `amount_cents`; a saving has a price below 0."""

    key: str
    section: str
    group: str
    label: str
    note: str
    price: str
    unit: str
    quantity: str
    amount_cents: int
    claimed_cents: int | None
    source: CostSource
    dated: date


class CostGroupView(View):
    """A sum of lines, beside what the specification says it is."""

    key: str
    amount_cents: int
    claimed_cents: int | None


class CostSwitchView(View):
    """What may be chosen, with what it changes in the bill.

    `alone_cents` is its effect on the bill without any other switch, `here_cents` on the bill shown (as if
    it were the last to be turned on); below 0 it saves. `claimed_cents` is what the specification announces.
    """

    key: str
    term: CostTerm
    label: str
    note: str
    on: bool
    alone_cents: int
    here_cents: int
    claimed_cents: int | None


class CostDifferenceView(View):
    """Where the specification does not add up, in a sentence with the figures."""

    key: str
    text: str
    claimed_cents: int
    computed_cents: int


class CostReadingView(View):
    """What a safe reading of the specification changes in the bill."""

    key: str
    label: str
    amount_cents: int


class CapacityView(View):
    """What the load needs of the machines, from measured figures; decimal numbers as text."""

    measured_on: date
    requests_per_order: str
    cpu_ms_per_request: str
    requests_a_second_per_machine: str
    requests_a_second_at_peak: str
    machines: int
    machines_by_memory: int
    machines_by_load: int
    most_machines: int
    orders_two_machines_carry: int
    memory_estimate_mb: int
    memory_caps_mb: int
    machine_memory_mb: int
    database_gb: str


class TenantCostView(View):
    """An organization's part of the bill, by the objects that it keeps."""

    organization_id: str
    name: str
    objects: int
    amount_cents: int


class CostsView(View):
    """The monthly bill; all amounts in cents of `currency`. Parts are by what was kept at `counted_at`."""

    currency: str
    total_cents: int
    lines: list[CostLineView]
    groups: list[CostGroupView]
    sections: list[CostGroupView]
    switches: list[CostSwitchView]
    differences: list[CostDifferenceView]
    readings: list[CostReadingView]
    capacity: CapacityView
    orders: int
    tenants: int
    per_order: str
    per_tenant: str
    tenant_costs: list[TenantCostView] = []
    counted_at: datetime | None = None


class GetCosts(Query[CostsView], route="/admin/costs", needs="admin_gateway.read"):
    """The month's bill computed from the price table, at a load and with the switches turned on.

    The specification's own bill is `reserved`, `rds` and `datadog`. `by_tenant` shares it among the
    organizations by the objects that they keep.
    """

    orders: Load = 10_000
    tenants: Load = 50
    rds: bool = False
    datadog: bool = False
    forgotten: bool = False
    small_machines: bool = False
    serverless: bool = False
    spot_staging: bool = False
    staging_nights: bool = False
    reserved: bool = False
    s3_tiering: bool = False
    origin_shield: bool = False
    atlas_free: bool = False
    cdn_cache: bool = False
    by_tenant: bool = False
    language: Literal["fr", "en"] = "fr"
