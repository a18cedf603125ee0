"""What the pallet service does when others speak: deliveries become movements, debts become vouchers."""

from datetime import timedelta

from rt.contracts.core_orders import OrderPlanned
from rt.contracts.ecpmr import DeliverySigned, PalletExchange
from rt.contracts.palette import VoucherRedeemed
from rt.kernel.bus import Listener, Told
from rt.kernel.clock import now
from rt.kernel.errors import AlreadyExists
from rt.kernel.ids import derived_id
from rt.kernel.tenancy import acting_for
from rt.kernel.unit import hear
from rt.services.palette.actions.ledger import moved
from rt.services.palette.actions.policies import Policies
from rt.services.palette.actions.vouchers import Vouchers
from rt.services.palette.domain.ledger import (
    Exchange,
    Movement,
    Party,
    collection_lines,
    delivered,
    known_quality,
    known_type,
    organizations,
    party_named,
)
from rt.services.palette.domain.policy import Call, Policy
from rt.services.palette.domain.voucher import owed_on_paper
from rt.services.palette.store import PaletteStore


class Reactions:
    """Books what happened elsewhere, so that nobody types it twice."""

    def __init__(self, store: PaletteStore, policies: Policies, vouchers: Vouchers) -> None:
        self._store = store
        self._policies = policies
        self._vouchers = vouchers

    def heard(self) -> list[Listener]:
        return [
            hear(OrderPlanned, self.expect_call),
            hear(DeliverySigned, self.book_delivery),
            hear(VoucherRedeemed, self.book_redemption),
        ]

    async def expect_call(self, event: OrderPlanned, told: Told) -> None:
        """Keep who meets where, so that the driver can be told the policy before arrival."""
        order = event.order
        with acting_for(order.shipper_id):
            known = await self._store.calls.first({"order_id": order.order_id})
            call = Call(
                id=derived_id("cal", order.order_id),
                order_id=order.order_id,
                shipper_id=order.shipper_id,
                shipper_name=order.shipper_name,
                carrier_name=order.carrier_name,
                consignee_party=order.consignee_id or party_named(order.consignee_name),
                consignee_name=order.consignee_name,
                site_name=order.delivery.name,
                pallet_type=known_type(order.pallet_type),
                seen_by=organizations(order.shipper_id, order.carrier_id or "", order.consignee_id or ""),
            )
            if known is None:
                await self._store.calls.add(call)
                return
            async with self._store.calls.change(known.id) as kept:
                for field in (
                    "carrier_name",
                    "consignee_party",
                    "consignee_name",
                    "site_name",
                    "pallet_type",
                ):
                    setattr(kept, field, getattr(call, field))
                kept.seen_by = call.seen_by

    async def book_delivery(self, event: DeliverySigned, told: Told) -> None:
        """One movement for each signed note, whatever is told again; vouchers where exchange is deferred."""
        with acting_for(event.shipper_id):
            consignee = event.consignee_id or party_named(event.consignee_name)
            call = await self._store.calls.first({"order_id": event.order_id})
            names = (call.shipper_name, call.carrier_name) if call else ("", "")
            counted = [await self._counted(event, consignee, pallets) for pallets in event.pallets]
            if not counted:
                return
            exchanges = [exchange for exchange, _ in counted]
            movement = delivered(event, consignee, exchanges, counted[0][1].mode, names)
            movement.tell(moved(movement, event.shipper_id, event.carrier_id, consignee))
            try:
                await self._store.movements.add(movement)
            except AlreadyExists:
                return
            for exchange, policy in counted:
                if policy.mode == "deferred" and exchange.owed > 0:
                    life = timedelta(days=await self._policies.voucher_days(policy))
                    expires_at = max(event.signed_at, now()) + life
                    await self._vouchers.put_out(owed_on_paper(event, consignee, exchange, names, expires_at))

    async def book_redemption(self, event: VoucherRedeemed, told: Told) -> None:
        """Pallets given back against a voucher settle the debtor and are then held by the collector."""
        voucher = await self._store.vouchers.get(event.voucher_id)
        names = {
            voucher.creditor_id: voucher.creditor_name,
            voucher.bearer_id: voucher.bearer_name,
            voucher.debtor_id: voucher.debtor_name,
        }
        movement = Movement(
            id=derived_id("mov", "voucher", told.id),
            kind="voucher",
            moved_at=event.at,
            parties=[Party(id=party, name=name) for party, name in names.items()],
            lines=collection_lines(
                voucher.pallet_type,
                voucher.quality,
                event.quantity,
                voucher.creditor_id,
                event.collector_id,
                voucher.debtor_id,
                voucher.site_name,
            ),
            order_id=voucher.order_id,
            document_number=voucher.number,
            site_name=voucher.site_name,
            seen_by=organizations(voucher.creditor_id, event.collector_id, voucher.debtor_id),
        )
        movement.tell(moved(movement, voucher.creditor_id, event.collector_id, voucher.debtor_id))
        await self._store.movements.add(movement)

    async def _counted(
        self, event: DeliverySigned, consignee: str, pallets: PalletExchange
    ) -> tuple[Exchange, Policy]:
        """What was counted, and how much of it the policy for that pallet type asks back."""
        pallet_type = known_type(pallets.pallet_type)
        policy = await self._policies.holding(consignee, event.site_name, pallet_type)
        exchange = Exchange(
            pallet_type=pallet_type,
            quality=known_quality(pallets.quality),
            delivered=pallets.delivered,
            returned=pallets.returned,
            refused=pallets.refused,
            broken=pallets.broken,
            expected=policy.expected(pallets.delivered, pallet_type),
        )
        return exchange, policy
