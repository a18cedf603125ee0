"""Messages about vouchers for pallets that are still owed (bons palettes)."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.palette.terms import (
    Count,
    Limit,
    Name,
    PalletQuality,
    PalletType,
    Reason,
    Standing,
    VoucherState,
)
from rt.kernel.model.bounds import within
from rt.kernel.model.messages import Command, Cursor, Event, Personal, Query, View
from rt.trade.references import OrderId, OrganizationId, VoucherId


class RedemptionView(View):
    """Pallets that one side says were given back at one time; `standing` is what the others say to it."""

    at: datetime
    quantity: int
    by_id: str
    movement_id: str
    standing: Standing


class VoucherView(View):
    """A bon palettes: the debtor still owes pallets to the creditor; the bearer may collect them.

    `left` excludes what one side says was given back, until another says no or nobody answers in time.
    """

    id: str
    number: str
    state: VoucherState
    order_id: str
    debtor_id: str
    debtor_name: str
    creditor_id: str
    creditor_name: str
    bearer_id: str
    bearer_name: str
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
    number: Annotated[str, Meta(max_length=40)] = ""
    order_id: OrderId = ""
    after: Cursor = ""
    limit: Limit = 50


class GetVoucher(Query[VoucherView], route="/api/palettes/vouchers/{voucher_id}", needs="palette.read"):
    """One voucher."""

    voucher_id: VoucherId


class IssueVoucher(
    Command[VoucherView],
    route="/api/palettes/vouchers",
    needs="palette.write",
    status=201,
    closed_to=("driver",),
):
    """Issue a voucher for pallets that the organization itself owes to a partner; it is its own word.

    Nobody issues one in another's name: what others owe is claimed by BookMovement. It holds through
    `expires_on` (a day of Paris), else as long as the rule says.
    """

    creditor_id: OrganizationId
    quantity: Count
    bearer_id: OrganizationId = ""
    site_name: Name = ""
    pallet_type: PalletType = "EUR"
    quality: PalletQuality = "A"
    expires_on: Annotated[date, within(past_days=0, ahead_days=730)] | None = None


class RedeemVoucher(
    Command[VoucherView], route="/api/palettes/vouchers/{voucher_id}/redeem", needs="palette.write"
):
    """Say that pallets were given back against a voucher, partly or all; the other side confirms it.

    The bearer or creditor who collected or the debtor who gave back says it. `left` is what the voucher
    had left when it was read: if it has changed since, nothing is redeemed.
    """

    voucher_id: VoucherId
    quantity: Count
    left: Count


class WithdrawVoucher(
    Command[VoucherView],
    route="/api/palettes/vouchers/{voucher_id}/withdraw",
    needs="palette.write",
    closed_to=("driver",),
):
    """Declare a voucher lost (creditor or bearer) or cancel it (creditor); the debt stays on the account."""

    voucher_id: VoucherId
    state: Literal["lost", "cancelled"]
    reason: Reason


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
    """One side says that pallets were given back against a voucher."""

    voucher_id: str
    movement_id: str
    by_id: str
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
    reason: Personal
