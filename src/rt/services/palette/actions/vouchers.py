"""Vouchers: issued, found, redeemed, withdrawn, and the booking that follows."""

from datetime import timedelta
from typing import Any

from rt.contracts.authz import GetOrganization
from rt.contracts.palette import (
    FindVouchers,
    GetVoucher,
    IssueVoucher,
    RedeemVoucher,
    RedemptionView,
    VouchersPage,
    VoucherView,
    WithdrawVoucher,
)
from rt.kernel.client import Services
from rt.kernel.clock import now, today
from rt.kernel.errors import Invalid
from rt.kernel.ids import new_id
from rt.kernel.jobs import Timers
from rt.kernel.tenancy import current_org
from rt.services.palette.actions.ledger import PartnerIsSelf
from rt.services.palette.actions.office import refuse_driver
from rt.services.palette.domain.ledger import organizations
from rt.services.palette.domain.policy import in_force
from rt.services.palette.domain.voucher import Voucher, voucher_number
from rt.services.palette.store import PaletteStore


class ExpiryPast(Invalid):
    fr = "Le bon serait déjà périmé."
    en = "The voucher would have expired already."


class Vouchers:
    """The vouchers in which the organization takes part."""

    def __init__(self, store: PaletteStore, services: Services, timers: Timers) -> None:
        self._store = store
        self._services = services
        self._timers = timers

    async def issue(self, asked: IssueVoucher) -> VoucherView:
        refuse_driver()
        me = current_org()
        if asked.creditor_id == me:
            raise PartnerIsSelf("creditor_id")
        if asked.expires_at is not None and asked.expires_at <= now():
            raise ExpiryPast("expires_at")
        own = await self._services.ask(GetOrganization(organization_id=me))
        creditor = await self._services.ask(GetOrganization(organization_id=asked.creditor_id))
        days = in_force(await self._store.rules.find({"kind": "voucher_days"}), "voucher_days", today())
        voucher_id = new_id("vou")
        voucher = Voucher(
            id=voucher_id,
            number=voucher_number(voucher_id, now()),
            debtor_id=me,
            debtor_name=own.name,
            creditor_id=asked.creditor_id,
            creditor_name=creditor.name,
            bearer_id=asked.bearer_id,
            site_name=asked.site_name,
            pallet_type=asked.pallet_type,
            quality=asked.quality,
            quantity=asked.quantity,
            left=asked.quantity,
            expires_at=asked.expires_at or now() + timedelta(days=days),
            seen_by=organizations(me, asked.creditor_id, asked.bearer_id),
        )
        return _view(await self.put_out(voucher))

    async def put_out(self, voucher: Voucher) -> Voucher:
        """Store a new voucher, with the timer that will end it."""
        await self._timers.at(voucher.expires_at, "expire_voucher", {"voucher_id": voucher.id})
        voucher.issued()
        return await self._store.vouchers.add(voucher)

    async def get(self, asked: GetVoucher) -> VoucherView:
        return _view(await self._store.vouchers.get(asked.voucher_id))

    async def find(self, asked: FindVouchers) -> VouchersPage:
        where: dict[str, Any] = {}
        if asked.state:
            where["state"] = asked.state
        if asked.number:
            where["number"] = asked.number.strip().upper()
        if asked.order_id:
            where["order_id"] = asked.order_id
        page = await self._store.vouchers.page(where, after=asked.after, limit=asked.limit)
        return VouchersPage(items=[_view(voucher) for voucher in page.items], next=page.next)

    async def redeem(self, asked: RedeemVoucher) -> VoucherView:
        """The voucher's own change tells it; the movement is booked by the reaction to that, exactly once."""
        async with self._store.vouchers.change(asked.voucher_id) as voucher:
            voucher.redeem(asked.quantity, current_org())
        return _view(voucher)

    async def withdraw(self, asked: WithdrawVoucher) -> VoucherView:
        async with self._store.vouchers.change(asked.voucher_id) as voucher:
            voucher.withdraw(asked.state, asked.reason, current_org())
        return _view(voucher)

    async def expire(self, payload: dict[str, Any]) -> None:
        """The timer of a voucher has come."""
        async with self._store.vouchers.change(payload["voucher_id"]) as voucher:
            voucher.expire()


def _view(voucher: Voucher) -> VoucherView:
    return VoucherView(
        id=voucher.id,
        number=voucher.number,
        state=voucher.state,
        order_id=voucher.order_id,
        debtor_id=voucher.debtor_id,
        debtor_name=voucher.debtor_name,
        creditor_id=voucher.creditor_id,
        bearer_id=voucher.bearer_id,
        site_name=voucher.site_name,
        pallet_type=voucher.pallet_type,
        quality=voucher.quality,
        quantity=voucher.quantity,
        left=voucher.left,
        issued_at=voucher.created_at,
        expires_at=voucher.expires_at,
        redemptions=[
            RedemptionView(at=one.at, quantity=one.quantity, by_id=one.by_id) for one in voucher.redemptions
        ],
        reason=voucher.reason,
    )
