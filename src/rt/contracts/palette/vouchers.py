"""Words about vouchers for pallets that are still owed (bons palettes)."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.palette.terms import Count, Limit, Moment, PalletQuality, PalletType, VoucherState
from rt.kernel.messages import Command, Cursor, Event, Query, View
from rt.trade.references import OrderId, OrganizationId, VoucherId


class RedemptionView(View):
    """Pallets given back against a voucher at one time."""

    at: datetime
    quantity: int
    by_id: str


class VoucherView(View):
    """A bon palettes: the debtor still owes pallets to the creditor; the bearer may collect them."""

    id: str
    number: str
    state: VoucherState
    order_id: str
    debtor_id: str
    debtor_name: str
    creditor_id: str
    bearer_id: str
    site_name: str
    pallet_type: PalletType
    quality: PalletQuality
    quantity: int
    left: int
    issued_at: datetime
    expires_at: datetime
    redemptions: list[RedemptionView]
    reason: str


class VouchersPage(View):
    """Vouchers, newest first."""

    items: list[VoucherView]
    next: str


class FindVouchers(Query[VouchersPage], route="/api/palettes/vouchers", needs="palette.read"):
    """Vouchers in which the organization takes part; `number` finds one by what is printed on it."""

    state: VoucherState | None = None
    number: str = ""
    order_id: OrderId = ""
    after: Cursor = ""
    limit: Limit = 50


class GetVoucher(Query[VoucherView], route="/api/palettes/vouchers/{voucher_id}", needs="palette.read"):
    """One voucher."""

    voucher_id: VoucherId


class IssueVoucher(Command[VoucherView], route="/api/palettes/vouchers", needs="palette.write", status=201):
    """Issue a voucher by hand for pallets that the organization itself owes to a partner."""

    creditor_id: OrganizationId
    quantity: Count
    bearer_id: OrganizationId = ""
    site_name: Annotated[str, Meta(max_length=120)] = ""
    pallet_type: PalletType = "EUR"
    quality: PalletQuality = "A"
    expires_at: Moment | None = None


class RedeemVoucher(
    Command[VoucherView], route="/api/palettes/vouchers/{voucher_id}/redeem", needs="palette.write"
):
    """Give pallets back against a voucher; partly is allowed."""

    voucher_id: VoucherId
    quantity: Count


class WithdrawVoucher(
    Command[VoucherView], route="/api/palettes/vouchers/{voucher_id}/withdraw", needs="palette.write"
):
    """Declare a voucher lost, or cancel it; the debt stays on the account."""

    voucher_id: VoucherId
    state: Literal["lost", "cancelled"]
    reason: Annotated[str, Meta(min_length=3, max_length=500)]


class VoucherIssued(Event, topic="palette.voucher.issued"):
    """Pallets are owed on paper."""

    voucher_id: str
    number: str
    order_id: str
    debtor_id: str
    creditor_id: str
    bearer_id: str
    pallet_type: PalletType
    quantity: int
    expires_at: datetime


class VoucherRedeemed(Event, topic="palette.voucher.redeemed"):
    """Pallets were given back against a voucher."""

    voucher_id: str
    number: str
    quantity: int
    left: int
    collector_id: str
    at: datetime


class VoucherExpired(Event, topic="palette.voucher.expired"):
    """A voucher ran out with pallets left on it."""

    voucher_id: str
    number: str
    left: int


class VoucherWithdrawn(Event, topic="palette.voucher.withdrawn"):
    """A voucher was declared lost or cancelled."""

    voucher_id: str
    number: str
    state: VoucherState
    reason: str
