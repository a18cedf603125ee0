"""Vouchers: issued, found, redeemed, withdrawn, and the booking that follows."""

from contextlib import suppress
from datetime import timedelta
from typing import Any

from rt.contracts.palette import (
    FindVouchers,
    GetVoucher,
    IssueVoucher,
    RedeemVoucher,
    VouchersPage,
    VoucherView,
    WithdrawVoucher,
)
from rt.kernel.core.clock import now, today
from rt.kernel.core.errors import AlreadyExists, Invalid
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.service.jobs import Timers
from rt.services.palette.actions.ledger import PartnerIsSelf
from rt.services.palette.adapters import Directory
from rt.services.palette.domain.ledger import organizations
from rt.services.palette.domain.movement import Movement
from rt.services.palette.domain.voucher import Voucher, owed_on_paper, through, voucher_number
from rt.services.palette.store import PaletteStore
from rt.services.palette.store.listings import VOUCHERS


class BearerIsDebtor(Invalid):
    fr = "Le porteur reprend les palettes : ce ne peut pas être celui qui les doit."
    en = "The bearer collects the pallets: it cannot be who owes them."


class Vouchers:
    """The vouchers in which the organization takes part."""

    def __init__(self, store: PaletteStore, directory: Directory, timers: Timers) -> None:
        self._store = store
        self._directory = directory
        self._timers = timers

    async def issue(self, asked: IssueVoucher) -> VoucherView:
        me = current_org()
        if asked.creditor_id == me:
            raise PartnerIsSelf("creditor_id")
        named = {"creditor_id": asked.creditor_id} | (
            {"bearer_id": asked.bearer_id} if asked.bearer_id else {}
        )
        known = await self._directory.all_known(named, self._store.have_account)
        creditor, bearer = known["creditor_id"], known.get("bearer_id")
        if bearer is not None and bearer.id == me:
            raise BearerIsDebtor("bearer_id")
        days = timedelta(days=await self._store.figure("voucher_days", today()))
        voucher_id = new_id("vou")
        voucher = Voucher(
            id=voucher_id,
            number=voucher_number(voucher_id, now()),
            debtor_id=me,
            debtor_name=await self._directory.own_name(me),
            creditor_id=creditor.id,
            creditor_name=creditor.name,
            bearer_id=bearer.id if bearer else "",
            bearer_name=bearer.name if bearer else "",
            site_name=asked.site_name,
            pallet_type=asked.pallet_type,
            quality=asked.quality,
            quantity=asked.quantity,
            left=asked.quantity,
            expires_at=through(asked.expires_on or today() + days),
            seen_by=organizations(me, asked.creditor_id, asked.bearer_id),
        )
        return (await self.put_out(voucher)).view()

    async def put_out(self, voucher: Voucher) -> Voucher:
        """Store a new voucher, with the timer that will end it."""
        await self._timers.at(voucher.expires_at, "expire_voucher", {"voucher_id": voucher.id})
        voucher.issued()
        return await self._store.vouchers.add(voucher)

    async def put_out_for(self, movement: Movement) -> None:
        """Put out the vouchers that a delivery owes, once its debtor has agreed to it."""
        if movement.kind != "delivery":
            return
        creditor, _, debtor = movement.parties
        if movement.counts_between(creditor.id, debtor.id):
            for exchange in movement.exchanges:
                if exchange.voucher_days and exchange.owed > 0:
                    with suppress(AlreadyExists):
                        await self.put_out(owed_on_paper(movement, exchange))

    async def get(self, asked: GetVoucher) -> VoucherView:
        return (await self._store.vouchers.get(asked.voucher_id)).view()

    async def find(self, asked: FindVouchers) -> VouchersPage:
        given = {"state": asked.state, "number": asked.number.strip().upper(), "order_id": asked.order_id}
        named = {name: value for name, value in given.items() if value}
        page = await self._store.vouchers.rows(VOUCHERS, named, after=asked.after, limit=asked.limit)
        return VouchersPage(items=[voucher.view() for voucher in page.items], next=page.next)

    async def redeem(self, asked: RedeemVoucher) -> VoucherView:
        """The voucher's own change tells it; the handler to that claims the movement, exactly once."""
        async with self._store.vouchers.change(asked.voucher_id) as voucher:
            voucher.redeem(asked.quantity, asked.left, current_org())
        return voucher.view()

    async def withdraw(self, asked: WithdrawVoucher) -> VoucherView:
        async with self._store.vouchers.change(asked.voucher_id) as voucher:
            voucher.withdraw(asked.state, asked.reason, current_org())
        return voucher.view()

    async def expire(self, payload: dict[str, Any]) -> None:
        """The timer of a voucher has come."""
        async with self._store.vouchers.change(payload["voucher_id"]) as voucher:
            voucher.expire()
