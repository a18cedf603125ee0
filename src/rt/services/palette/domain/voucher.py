"""Vouchers (bons palettes): numbered paper for pallets still owed, given back at once or little by little."""

from datetime import datetime
from typing import Literal

import msgspec

from rt.contracts.ecpmr import DeliverySigned
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
from rt.kernel.ids import derived_id
from rt.services.palette.domain.ledger import Exchange, organizations


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
    creditor_name: str = ""
    bearer_id: str
    bearer_name: str = ""
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


def owed_on_paper(
    event: DeliverySigned, debtor: str, exchange: Exchange, names: tuple[str, str], expires_at: datetime
) -> Voucher:
    """The voucher for what a signed delivery left owed; one for each note, pallet type and quality."""
    voucher_id = derived_id("vou", event.document_id, exchange.pallet_type, exchange.quality)
    return Voucher(
        id=voucher_id,
        number=voucher_number(voucher_id, event.signed_at),
        order_id=event.order_id,
        debtor_id=debtor,
        debtor_name=event.consignee_name,
        creditor_id=event.shipper_id,
        creditor_name=names[0],
        bearer_id=event.carrier_id,
        bearer_name=names[1],
        site_name=event.site_name,
        pallet_type=exchange.pallet_type,
        quality=exchange.quality,
        quantity=exchange.owed,
        left=exchange.owed,
        expires_at=expires_at,
        seen_by=organizations(event.shipper_id, event.carrier_id, debtor),
    )


def voucher_number(voucher_id: str, issued_at: datetime) -> str:
    """What is printed on the voucher: year, month and the last 8 signs of its identity."""
    return f"BP{issued_at:%y%m}-{voucher_id[-8:].upper()}"
