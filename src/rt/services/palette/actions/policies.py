"""Exchange policies and dated figures: set, found, and which one holds for an order."""

from rt.contracts.palette import (
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
from rt.kernel.clock import today
from rt.kernel.errors import NotFound
from rt.kernel.ids import derived_id
from rt.kernel.messages import Empty
from rt.kernel.tenancy import acting_for, current_org
from rt.services.palette.actions.office import refuse_driver
from rt.services.palette.domain.policy import (
    HOUSE_FIGURES,
    Figure,
    Policy,
    Rule,
    in_force,
    most_precise,
)
from rt.services.palette.store import PaletteStore


class OrderUnknown(NotFound):
    fr = "Aucune livraison prévue n'est connue pour cette commande."
    en = "No planned delivery is known for this order."


class Policies:
    """What the organization has agreed with its clients, and the figures it goes by."""

    def __init__(self, store: PaletteStore) -> None:
        self._store = store

    async def for_order(self, asked: GetPolicy) -> PolicyView:
        """Whoever takes part in the order may read what its shipper has agreed for that site."""
        call = await self._store.calls.first({"order_id": asked.order_id})
        if call is None:
            raise OrderUnknown
        with acting_for(call.shipper_id):
            policy = await self.holding(call.consignee_party, call.site_name, call.pallet_type)
            return _view(policy, await self.voucher_days(None))

    async def holding(self, consignee: str, site_name: str, pallet_type: PalletType) -> Policy:
        """The shipper's policy for a delivery; without any, pallets are exchanged head for head."""
        policies = await self._store.policies.find({"partner_id": {"$in": ["", consignee]}}, limit=1_000)
        found = most_precise(policies, consignee, site_name, pallet_type)
        return found or Policy(id="", mode="immediate")

    async def voucher_days(self, policy: Policy | None) -> int:
        if policy is not None and policy.voucher_days is not None:
            return policy.voucher_days
        return in_force(await self._store.rules.find({"kind": "voucher_days"}), "voucher_days", today())

    async def find(self, asked: FindPolicies) -> PoliciesView:
        days = await self.voucher_days(None)
        policies = await self._store.policies.find({}, sort="partner_id,site_name", limit=1_000)
        return PoliciesView(items=[_view(policy, days) for policy in policies])

    async def set(self, asked: SetPolicy) -> PolicyView:
        """One policy for each mix of partner, site and type: setting it again changes it."""
        refuse_driver()
        scope = (asked.partner_id, " ".join(asked.site_name.casefold().split()), asked.pallet_type or "")
        policy_id = derived_id("pol", current_org(), *scope)
        if await self._store.policies.first({"id": policy_id}) is None:
            policy = await self._store.policies.add(
                Policy(
                    id=policy_id,
                    partner_id=asked.partner_id,
                    site_name=asked.site_name,
                    pallet_type=asked.pallet_type,
                    mode=asked.mode,
                    ratio_percent=asked.ratio_percent,
                    voucher_days=asked.voucher_days,
                    note=asked.note,
                )
            )
        else:
            async with self._store.policies.change(policy_id) as policy:
                policy.mode = asked.mode
                policy.ratio_percent = asked.ratio_percent
                policy.voucher_days = asked.voucher_days
                policy.note = asked.note
        return _view(policy, await self.voucher_days(None))

    async def remove(self, asked: RemovePolicy) -> Empty:
        refuse_driver()
        await self._store.policies.get(asked.policy_id)
        await self._store.policies.remove(asked.policy_id)
        return Empty()

    async def rules(self, asked: FindRules) -> RulesView:
        own = await self._store.rules.find({}, sort="kind,-valid_from", limit=1_000)
        return RulesView(items=[*map(_rule, own), *map(_rule, HOUSE_FIGURES)])

    async def set_rule(self, asked: SetRule) -> RuleView:
        rule_id = derived_id("rul", current_org(), asked.kind, asked.valid_from.isoformat())
        if await self._store.rules.first({"id": rule_id}) is None:
            rule = await self._store.rules.add(
                Rule(
                    id=rule_id,
                    kind=asked.kind,
                    valid_from=asked.valid_from,
                    value=asked.value,
                    source=asked.source,
                )
            )
        else:
            async with self._store.rules.change(rule_id) as rule:
                rule.value = asked.value
                rule.source = asked.source
        return _rule(rule)


def _view(policy: Policy, default_days: int) -> PolicyView:
    french, english = policy.instruction()
    return PolicyView(
        id=policy.id,
        partner_id=policy.partner_id,
        site_name=policy.site_name,
        pallet_type=policy.pallet_type,
        mode=policy.mode,
        ratio_percent=policy.ratio_percent,
        voucher_days=policy.voucher_days or default_days,
        note=policy.note,
        instruction_fr=french,
        instruction_en=english,
    )


def _rule(rule: Rule | Figure) -> RuleView:
    return RuleView(kind=rule.kind, valid_from=rule.valid_from, value=rule.value, source=rule.source)
