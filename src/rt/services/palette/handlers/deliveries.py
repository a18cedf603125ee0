"""Orders planned and deliveries signed: who meets where, and the movement that their signatures make."""

from contextlib import suppress

from rt.contracts.core_orders import OrderAmended, OrderPlanned, OrderSummary
from rt.contracts.ecpmr import DeliverySigned, PalletExchange
from rt.kernel.core.errors import AlreadyExists
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.palette.actions.ledger import Ledger
from rt.services.palette.actions.policies import Policies
from rt.services.palette.actions.vouchers import Vouchers
from rt.services.palette.adapters import Directory
from rt.services.palette.domain.delivery import NoteParties, bound_by, delivered
from rt.services.palette.domain.ledger import (
    Exchange,
    Party,
    known_quality,
    known_type,
    organizations,
    party_named,
)
from rt.services.palette.domain.policy import Call, Policy
from rt.services.palette.store import PaletteStore


class Deliveries:
    """Books what was counted at the dock, so that nobody types it twice."""

    def __init__(
        self,
        store: PaletteStore,
        directory: Directory,
        ledger: Ledger,
        policies: Policies,
        vouchers: Vouchers,
    ) -> None:
        self._store = store
        self._directory = directory
        self._ledger = ledger
        self._policies = policies
        self._vouchers = vouchers

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(OrderPlanned, self.expect_call, since="beginning"),
            subscribe(OrderAmended, self.expect_other_call, since="beginning"),
            subscribe(DeliverySigned, self.book_delivery, since="beginning"),
        ]

    async def expect_call(self, event: OrderPlanned, envelope: EventEnvelope) -> None:
        """Keep who meets where, so that the driver can be told the policy before arrival."""
        await self._expect(event.order)

    async def expect_other_call(self, event: OrderAmended, envelope: EventEnvelope) -> None:
        """The truck goes somewhere else, or brings something else."""
        await self._expect(event.order)

    async def _expect(self, order: OrderSummary) -> None:
        parties = order.owner_id, order.shipper_id, order.carrier_id or "", order.consignee_id or ""
        call = Call(
            id=derived_id("cal", order.order_id),
            org_id=order.owner_id,
            order_id=order.order_id,
            shipper_id=order.shipper_id,
            shipper_name=order.shipper_name,
            carrier_name=order.carrier_name,
            consignee_party=order.consignee_id or party_named(order.consignee_name),
            consignee_name=order.consignee_name,
            site_name=order.delivery.name,
            pallet_type=known_type(order.pallet_type),
            seen_by=organizations(*parties),
        )
        with acting_for(order.owner_id):
            try:
                await self._store.calls.add(call)
            except AlreadyExists:
                async with self._store.calls.everywhere.change(call.id) as kept:
                    kept.follow(call)

    async def book_delivery(self, event: DeliverySigned, envelope: EventEnvelope) -> None:
        """One movement for each signed note, whatever is told again."""
        with acting_for(event.shipper_id):
            parties = await self._meeting(event)
            counted = [await self._counted(event, parties.consignee.id, p) for p in event.pallets]
            if not counted:
                return
            contract = all(policy.answer == "accepted" for _, policy in counted)
            movement = delivered(event, parties, [one for one, _ in counted], counted[0][1].mode)
            with suppress(AlreadyExists):
                yes = bound_by(event, parties, contract)
                movement = await self._ledger.claim(movement, yes, {*parties.guests})
                await self._vouchers.put_out_for(movement)

    async def _meeting(self, event: DeliverySigned) -> NoteParties:
        call = await self._store.calls.first({"order_id": event.order_id})
        carrier = event.carrier_id or party_named((call.carrier_name if call else "") or "?")
        consignee = event.consignee_id or party_named(event.consignee_name)
        named = organizations(event.shipper_id, carrier, consignee)
        guests = {party for party in named if await self._directory.is_guest(party)}
        return NoteParties(
            owner_id=event.owner_id,
            shipper=Party(id=event.shipper_id, name=call.shipper_name if call else ""),
            carrier=Party(id=carrier, name=call.carrier_name if call else ""),
            consignee=Party(id=consignee, name=event.consignee_name),
            guests=frozenset(guests),
        )

    async def _counted(
        self, event: DeliverySigned, consignee: str, pallets: PalletExchange
    ) -> tuple[Exchange, Policy]:
        """What was counted, and how much of it the policy for that pallet type asks back."""
        pallet_type = known_type(pallets.pallet_type)
        policy = await self._policies.holding(consignee, event.site_name, pallet_type)
        deferred = policy.mode == "deferred"
        exchange = Exchange(
            pallet_type=pallet_type,
            quality=known_quality(pallets.quality),
            delivered=pallets.delivered,
            returned=pallets.returned,
            refused=pallets.refused,
            broken=pallets.broken,
            expected=policy.expected(pallets.delivered, pallet_type),
            voucher_days=await self._policies.voucher_days(policy) if deferred else 0,
        )
        return exchange, policy
