"""Words about what clients and sites ask for, and the dated figures that hold."""

from datetime import date
from typing import Annotated

from msgspec import Meta

from rt.contracts.palette.terms import PalletType, PolicyMode, RuleKind, Text
from rt.kernel.messages import Command, Empty, Query, View
from rt.trade.references import AccountId, OrderId, PolicyId


class PolicyView(View):
    """What a client or a site asks for; `instruction_*` is the sentence shown to the driver."""

    id: str
    partner_id: str
    site_name: str
    pallet_type: PalletType | None
    mode: PolicyMode
    ratio_percent: int
    voucher_days: int
    note: str
    instruction_fr: str
    instruction_en: str


class PoliciesView(View):
    """Exchange policies of the organization."""

    items: list[PolicyView]


class GetPolicy(Query[PolicyView], route="/api/palettes/orders/{order_id}/policy", needs="palette.read"):
    """The exchange policy that holds at the delivery site of an order, for all its parties."""

    order_id: OrderId


class FindPolicies(Query[PoliciesView], route="/api/palettes/policies", needs="palette.read"):
    """Exchange policies that the organization has set as a shipper."""


class SetPolicy(Command[PolicyView], route="/api/palettes/policies", needs="palette.write"):
    """Set the policy for a client, a site, a pallet type or any mix of them; the most precise one holds."""

    mode: PolicyMode
    partner_id: AccountId = ""
    site_name: Annotated[str, Meta(max_length=120)] = ""
    pallet_type: PalletType | None = None
    ratio_percent: Annotated[int, Meta(ge=0, le=100)] = 100
    voucher_days: Annotated[int, Meta(ge=1, le=730)] | None = None
    note: Text = ""


class RemovePolicy(
    Command[Empty], route="/api/palettes/policies/{policy_id}", needs="palette.write", method="DELETE"
):
    """Take a policy away; the next less precise one holds."""

    policy_id: PolicyId


class RuleView(View):
    """A dated figure; the latest one that has begun holds."""

    kind: RuleKind
    valid_from: date
    value: int
    source: str


class RulesView(View):
    """Dated figures, those of the house and those of the organization."""

    items: list[RuleView]


class FindRules(Query[RulesView], route="/api/palettes/rules", needs="palette.read"):
    """Limitation period, its warning and the life of a voucher, by date."""


class SetRule(Command[RuleView], route="/api/palettes/rules", needs="palette.admin"):
    """Set a figure from a day on; earlier days keep theirs."""

    kind: RuleKind
    valid_from: date
    value: Annotated[int, Meta(ge=1, le=1_000)]
    source: Text = ""
