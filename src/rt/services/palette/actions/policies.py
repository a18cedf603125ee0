"""Exchange policies and dated figures: set, found, and which one holds for an order."""

from rt.contracts.palette import (
    AnswerPolicy,
    FindPolicies,
    FindRules,
    GetPolicy,
    PalletType,
    PoliciesView,
    PolicyView,
    RemovePolicy,
    RulesView,
    RuleView,
    SetPolicy,
    SetRule,
)
from rt.kernel.core.clock import today
from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.model.messages import Empty
from rt.services.palette.adapters import Directory
from rt.services.palette.domain.ledger import NAMED, organizations, party_named
from rt.services.palette.domain.policy import (
    PLATFORM_FIGURES,
    POLICIES,
    Policy,
    Rule,
    TooManyPolicies,
    most_precise,
    refuse_out_of_range,
)
from rt.services.palette.store import PaletteStore


class OrderUnknown(NotFound):
    fr = "Aucune livraison prévue n'est connue pour cette commande."
    en = "No planned delivery is known for this order."


class Policies:
    """What the organization has agreed with its clients, and the figures it goes by."""

    def __init__(self, store: PaletteStore, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    async def for_order(self, asked: GetPolicy) -> PolicyView:
        """Whoever takes part in the order may read what its shipper has agreed for that site."""
        call = await self._store.calls.first({"order_id": asked.order_id})
        if call is None:
            raise OrderUnknown
        with acting_for(call.shipper_id):
            policy = await self.holding(call.consignee_party, call.site_name, call.pallet_type)
            return policy.view(current_org(), await self.voucher_days(None))

    async def holding(self, consignee: str, site_name: str, pallet_type: PalletType) -> Policy:
        """The shipper's policy for a delivery; without any, pallets are exchanged head for head."""
        where = {"org_id": current_org(), "partner_id": {"$in": ["", consignee]}}
        policies = await self._store.policies.find(where, limit=POLICIES)
        found = most_precise(policies, consignee, site_name, pallet_type)
        return found or Policy(id="", mode="immediate")

    async def voucher_days(self, policy: Policy | None) -> int:
        if policy is not None and policy.voucher_days is not None:
            return policy.voucher_days
        return await self._store.figure("voucher_days", today())

    async def find(self, asked: FindPolicies) -> PoliciesView:
        days = await self.voucher_days(None)
        own = await self._store.policies.find(
            {"org_id": current_org()}, sort="partner_id,site_name", limit=POLICIES
        )
        theirs = await self._store.policies.find({"partner_id": current_org()}, limit=POLICIES)
        return PoliciesView(items=[policy.view(current_org(), days) for policy in [*own, *theirs]])

    async def set(self, asked: SetPolicy) -> PolicyView:
        """One policy for each mix of partner, site and type: setting it again changes it.

        A partner is asked for its yes, and again when the terms change.
        """
        me = current_org()
        partner_id, partner_name, answers = await self._partner(asked.partner_id)
        scope = (partner_id, " ".join(asked.site_name.casefold().split()), asked.pallet_type or "")
        policy_id = derived_id("pol", me, *scope)
        terms = asked.mode, asked.ratio_percent, asked.voucher_days, asked.note
        if await self._store.policies.first({"id": policy_id}) is None:
            if await self._store.policies.count({"org_id": me}) >= POLICIES:
                raise TooManyPolicies(limit=POLICIES)
            policy = Policy(
                id=policy_id,
                owner_name=await self._directory.own_name(me),
                partner_id=partner_id,
                partner_name=partner_name,
                site_name=asked.site_name,
                pallet_type=asked.pallet_type,
                mode=asked.mode,
                ratio_percent=asked.ratio_percent,
                voucher_days=asked.voucher_days,
                note=asked.note,
                seen_by=organizations(me, partner_id),
            )
            if answers:
                policy.propose()
            policy = await self._store.policies.add(policy)
        else:
            async with self._store.policies.change(policy_id) as policy:
                changed = terms != (policy.mode, policy.ratio_percent, policy.voucher_days, policy.note)
                policy.mode, policy.ratio_percent, policy.voucher_days, policy.note = terms
                if answers and changed:
                    policy.propose()
        return policy.view(current_org(), await self.voucher_days(None))

    async def answer(self, asked: AnswerPolicy) -> PolicyView:
        async with self._store.policies.change(asked.policy_id) as policy:
            policy.answered(asked.answer, asked.version, current_org())
        return policy.view(current_org(), await self.voucher_days(None))

    async def remove(self, asked: RemovePolicy) -> Empty:
        policy = await self._store.policies.get(asked.policy_id)
        if policy.org_id != current_org():
            raise NotFound
        await self._store.policies.remove(policy.id)
        return Empty()

    async def rules(self, asked: FindRules) -> RulesView:
        own = await self._store.rules.find({}, sort="kind,-valid_from", limit=1_000)
        return RulesView(items=[*(one.view() for one in own), *(one.view() for one in PLATFORM_FIGURES)])

    async def set_rule(self, asked: SetRule) -> RuleView:
        refuse_out_of_range(asked.kind, asked.value)
        rule_id = derived_id("rul", current_org(), asked.kind, asked.valid_from.isoformat())
        fresh = Rule(id=rule_id, kind=asked.kind, valid_from=asked.valid_from, value=asked.value)
        async with self._store.rules.change_or_add(fresh) as rule:
            rule.value = asked.value
            rule.source = asked.source
        return rule.view()

    async def _partner(self, partner_id: str) -> tuple[str, str, bool]:
        """The partner's account and name, and whether it can say yes to the policy."""
        if not partner_id:
            return "", "", False
        if partner_id.startswith(NAMED):
            return party_named(partner_id.removeprefix(NAMED)), partner_id.removeprefix(NAMED), False
        card = await self._directory.known("partner_id", partner_id)
        return card.id, card.name, card.standing == "partner"
