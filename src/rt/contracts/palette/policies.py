"""Messages about what clients and sites ask for, and the dated figures that hold."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.palette.terms import Name, PalletType, PolicyAnswer, PolicyMode, RuleKind, Text
from rt.kernel.model.bounds import within
from rt.kernel.model.messages import Command, Empty, Event, Query, Version, View
from rt.trade.references import AccountId, OrderId, PolicyId

RULE_PAST_DAYS, RULE_AHEAD_DAYS = 3_660, 800
RuleDay = Annotated[date, within(past_days=RULE_PAST_DAYS, ahead_days=RULE_AHEAD_DAYS)]


class PolicyView(View):
    """What a client or a site asks for; `instruction_*` is the sentence shown to the driver.

    `answer` is the partner's to these terms: an accepted policy is a contract, under which signed notes bind
    both whoever they were signed with. `answerable`: the reader is that partner.
    """

    id: str
    version: int
    owner_id: str
    owner_name: str
    partner_id: str
    partner_name: str
    answer: PolicyAnswer
    answerable: bool
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


class FindPolicies(
    Query[PoliciesView], route="/api/palettes/policies", needs="palette.read", closed_to=("driver",)
):
    """Exchange policies that the organization has set as a shipper, and those that others propose to it."""


class SetPolicy(
    Command[PolicyView], route="/api/palettes/policies", needs="palette.write", closed_to=("driver",)
):
    """Set the policy for a client, a site, a pallet type or any mix of them; the most precise one holds."""

    mode: PolicyMode
    partner_id: AccountId = ""
    site_name: Name = ""
    pallet_type: PalletType | None = None
    ratio_percent: Annotated[int, Meta(ge=0, le=100)] = 100
    voucher_days: Annotated[int, Meta(ge=1, le=730)] | None = None
    note: Text = ""


class AnswerPolicy(
    Command[PolicyView],
    route="/api/palettes/policies/{policy_id}/answer",
    needs="palette.write",
    closed_to=("driver",),
):
    """Accept or refuse the policy that another proposes, in the version that was read; a later no ends it."""

    policy_id: PolicyId
    version: Version
    answer: Literal["accepted", "refused"]


class RemovePolicy(
    Command[Empty],
    route="/api/palettes/policies/{policy_id}",
    needs="palette.write",
    method="DELETE",
    closed_to=("driver",),
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
    """Dated figures, those of the platform and those of the organization."""

    items: list[RuleView]


class FindRules(Query[RulesView], route="/api/palettes/rules", needs="palette.read", closed_to=("driver",)):
    """Limitation period, its warning, the life of a voucher and of a claim, by date."""


class SetRule(Command[RuleView], route="/api/palettes/rules", needs="palette.admin", closed_to=("driver",)):
    """Set a figure from a day on; earlier days keep theirs."""

    kind: RuleKind
    valid_from: RuleDay
    value: Annotated[int, Meta(ge=1, le=1_000)]
    source: Text = ""


class PolicyProposed(Event, topic="palette.policy.proposed"):
    """An exchange policy awaits its partner's answer."""

    policy_id: str
    owner_id: str
    owner_name: str
    partner_id: str
    site_name: str
    mode: PolicyMode
    ratio_percent: int


class PolicyAnswered(Event, topic="palette.policy.answered"):
    """The partner has accepted or refused an exchange policy."""

    policy_id: str
    owner_id: str
    partner_id: str
    partner_name: str
    site_name: str
    answer: PolicyAnswer
