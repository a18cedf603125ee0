"""Vouchers (bons palettes): numbered paper for pallets still owed, given back at once or little by little."""

from datetime import datetime
from typing import Literal

import msgspec

from rt.contracts.palette import (
    PalletQuality,
    PalletType,
    VoucherExpired,
    VoucherIssued,
    VoucherRedeemed,
    VoucherState,
    VoucherWithdrawn,
)
from rt.kernel.clock import now
from rt.kernel.entity import Entity
from rt.kernel.errors import Conflict, Forbidden


class VoucherExhausted(Conflict):
    fr = "Le bon {number} n'a plus que {left} palettes."
    en = "Voucher {number} has only {left} pallets left."


class VoucherClosed(Conflict):
    fr = "Le bon {number} n'est plus valable ({state})."
    en = "Voucher {number} is no longer valid ({state})."


class VoucherOfOthers(Forbidden):
    fr = "Bon {number} : créancier ou porteur le déclarent perdu, créancier ou débiteur l'annulent."
    en = "Voucher {number}: creditor or bearer declare it lost, creditor or debtor cancel it."


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """Pallets given back at one time, and who wrote it down."""

    at: datetime
    quantity: int
    by_id: str


class Voucher(Entity, kw_only=True):
    """The debtor still owes `left` pallets to the creditor; the bearer may collect them."""

    number: str
    order_id: str = ""
    debtor_id: str
    debtor_name: str
    creditor_id: str
    bearer_id: str
    site_name: str
    pallet_type: PalletType
    quality: PalletQuality
    quantity: int
    left: int
    expires_at: datetime
    state: VoucherState = "open"
    redemptions: list[Redemption] = msgspec.field(default_factory=list)
    reason: str = ""

    def issued(self) -> None:
        self.tell(
            VoucherIssued(
                voucher_id=self.id,
                number=self.number,
                order_id=self.order_id,
                debtor_id=self.debtor_id,
                creditor_id=self.creditor_id,
                bearer_id=self.bearer_id,
                pallet_type=self.pallet_type,
                quantity=self.quantity,
                expires_at=self.expires_at,
            )
        )

    def redeem(self, quantity: int, by_id: str) -> None:
        """Give pallets back; whoever writes it down, they go to the collector."""
        self._refuse_closed()
        if quantity > self.left:
            raise VoucherExhausted(number=self.number, left=self.left)
        self.left -= quantity
        self.redemptions = [*self.redemptions, Redemption(at=now(), quantity=quantity, by_id=by_id)]
        if self.left == 0:
            self.state = "redeemed"
        self.tell(
            VoucherRedeemed(
                voucher_id=self.id,
                number=self.number,
                quantity=quantity,
                left=self.left,
                collector_id=self._collector(by_id),
                at=now(),
            )
        )

    def withdraw(self, state: Literal["lost", "cancelled"], reason: str, by_id: str) -> None:
        """The paper is worth nothing any more; the debt stays on the account."""
        self._refuse_closed()
        allowed = {self.creditor_id, self.bearer_id if state == "lost" else self.debtor_id}
        if by_id not in allowed:
            raise VoucherOfOthers(number=self.number)
        self.state = state
        self.reason = reason
        self.tell(VoucherWithdrawn(voucher_id=self.id, number=self.number, state=state, reason=reason))

    def expire(self) -> None:
        """Its day has come; one that is closed already stays as it is."""
        if self.state != "open" or self.expires_at > now():
            return
        self.state = "expired"
        self.tell(VoucherExpired(voucher_id=self.id, number=self.number, left=self.left))

    def _collector(self, by_id: str) -> str:
        if by_id != self.debtor_id:
            return by_id
        return self.bearer_id or self.creditor_id

    def _refuse_closed(self) -> None:
        if self.state != "open" or self.expires_at <= now():
            raise VoucherClosed(number=self.number, state="expired" if self.state == "open" else self.state)
        if self.left <= 0:
            raise VoucherExhausted(number=self.number, left=self.left)


def voucher_number(voucher_id: str, issued_at: datetime) -> str:
    """What is printed on the voucher: year, month and the last 8 signs of its identity."""
    return f"BP{issued_at:%y%m}-{voucher_id[-8:].upper()}"
