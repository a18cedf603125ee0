"""Claims answered, ended or made on vouchers: what follows for vouchers and movements."""

from rt.contracts.palette import (
    MovementConfirmed,
    MovementDisputed,
    MovementLapsed,
    MovementWithdrawn,
    VoucherRedeemed,
)
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import subscribe
from rt.services.palette.actions.ledger import Ledger
from rt.services.palette.actions.vouchers import Vouchers
from rt.services.palette.adapters import Directory
from rt.services.palette.domain.movement import Movement
from rt.services.palette.domain.voucher import given_back
from rt.services.palette.store import PaletteStore


class Answers:
    """Keeps vouchers true to what the parties say to their movements."""

    def __init__(self, store: PaletteStore, directory: Directory, ledger: Ledger, vouchers: Vouchers) -> None:
        self._store = store
        self._directory = directory
        self._ledger = ledger
        self._vouchers = vouchers

    def subscriptions(self) -> list[Subscription]:
        return [
            subscribe(VoucherRedeemed, self.claim_redemption, since="beginning"),
            subscribe(MovementConfirmed, self.follow_yes, since="beginning"),
            subscribe(MovementDisputed, self.follow_end, since="beginning"),
            subscribe(MovementWithdrawn, self.follow_end, since="beginning"),
            subscribe(MovementLapsed, self.follow_end, since="beginning"),
        ]

    async def follow_yes(self, event: MovementConfirmed, envelope: EventEnvelope) -> None:
        """The yes of a debtor makes the vouchers for what it owes; every yes counts on a redeemed one."""
        movement = await self._store.movements.get(event.movement_id)
        await self._vouchers.put_out_for(movement)
        await self._settle(movement)

    async def follow_end(
        self, event: MovementDisputed | MovementWithdrawn | MovementLapsed, envelope: EventEnvelope
    ) -> None:
        """What came to nothing is left on its voucher again."""
        await self._settle(await self._store.movements.get(event.movement_id))

    async def claim_redemption(self, event: VoucherRedeemed, envelope: EventEnvelope) -> None:
        """Whoever says that pallets were given back is bound to it; the others are asked."""
        voucher = await self._store.vouchers.get(event.voucher_id)
        movement = given_back(voucher, event)
        guests = {party for party in movement.seen_by if await self._directory.is_guest(party)}
        await self._settle(await self._ledger.claim(movement, {event.by_id}, guests))

    async def _settle(self, movement: Movement) -> None:
        """Write on a voucher what its debtor and creditor say to what was given back."""
        if movement.voucher_id:
            async with self._store.vouchers.change(movement.voucher_id) as voucher:
                standing = movement.standing_between(voucher.creditor_id, voucher.debtor_id)
                voucher.settle(movement.id, standing)
