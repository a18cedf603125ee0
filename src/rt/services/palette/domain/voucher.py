"""Vouchers (bons palettes): numbered paper for pallets still owed, given back at once or little by little."""

from datetime import date, datetime, time, timedelta
from typing import Literal

import msgspec

from rt.contracts.palette import (
    PalletQuality,
    PalletType,
    RedemptionView,
    Standing,
    VoucherExpired,
    VoucherIssued,
    VoucherRedeemed,
    VoucherState,
    VoucherView,
    VoucherWithdrawn,
)
from rt.kernel.core.clock import ZONE, day_of, now
from rt.kernel.core.errors import Conflict, Forbidden
from rt.kernel.core.ids import derived_id
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal
from rt.services.palette.domain.ledger import Exchange, Party, collection_lines, organizations
from rt.services.palette.domain.movement import Movement

REDEMPTIONS = 500
"""Uses of one voucher, those that came to nothing included."""


class VoucherExhausted(Conflict):
    fr = "Le bon {number} n'a plus que {left} palettes."
    en = "Voucher {number} has only {left} pallets left."


class VoucherClosed(Conflict):
    fr = "Le bon {number} n'est plus valable ({state})."
    en = "Voucher {number} is no longer valid ({state})."


class VoucherOfOthers(Forbidden):
    fr = "Bon {number} : créancier ou porteur le déclarent perdu, le créancier l'annule."
    en = "Voucher {number}: creditor or bearer declare it lost, the creditor cancels it."


class VoucherChanged(Conflict):
    fr = "Le bon {number} a changé entre-temps : il reste {left} palettes. Relisez-le."
    en = "Voucher {number} has changed meanwhile: {left} pallets are left. Read it again."


class VoucherWornOut(Conflict):
    fr = "Le bon {number} a servi trop de fois : annulez-le, la dette reste au compte."
    en = "Voucher {number} was used too often: cancel it, the debt stays on the account."


class Redemption(msgspec.Struct, frozen=True, kw_only=True):
    """Pallets that one side says were given back at one time; `standing` is what the others say to it."""

    at: datetime
    quantity: int
    by_id: str
    movement_id: str = ""
    standing: Standing = "confirmed"

    @property
    def live(self) -> bool:
        """It counts, or may still come to count."""
        return self.standing in ("confirmed", "claimed", "own")


class Voucher(Entity, kw_only=True):
    """The debtor still owes `left` pallets to the creditor; the bearer may collect them.

    `entrusted`: the creditor itself gave the bearer its business, so that what the bearer says together
    with the debtor is said for the creditor.
    """

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
    entrusted: bool = False
    state: VoucherState = "open"
    redemptions: list[Redemption] = msgspec.field(default_factory=list)
    reason: Personal = ""

    def issued(self) -> None:
        self.emit(
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

    def redeem(self, quantity: int, left: int, by_id: str) -> None:
        """Say that pallets were given back, of what was read to be left; they go to the collector."""
        if by_id not in (self.debtor_id, self.creditor_id, self.bearer_id):
            raise VoucherOfOthers(number=self.number)
        self._refuse_closed()
        if left != self.left:
            raise VoucherChanged("left", number=self.number, left=self.left)
        if quantity > self.left:
            raise VoucherExhausted(number=self.number, left=self.left)
        if len(self.redemptions) >= REDEMPTIONS:
            raise VoucherWornOut(number=self.number)
        movement_id = derived_id("mov", "voucher", self.id, str(len(self.redemptions)))
        given_back = Redemption(
            at=now(), quantity=quantity, by_id=by_id, movement_id=movement_id, standing="claimed"
        )
        self._count([*self.redemptions, given_back])
        self.emit(
            VoucherRedeemed(
                voucher_id=self.id,
                movement_id=movement_id,
                by_id=by_id,
                number=self.number,
                quantity=quantity,
                left=self.left,
                collector_id=self._collector(by_id),
                at=given_back.at,
            )
        )

    def settle(self, movement_id: str, standing: Standing) -> None:
        """What became of one redemption: what nobody agreed to is left on the voucher again."""
        self._count(
            [
                msgspec.structs.replace(one, standing=standing) if one.movement_id == movement_id else one
                for one in self.redemptions
            ]
        )

    def withdraw(self, state: Literal["lost", "cancelled"], reason: str, by_id: str) -> None:
        """The paper is worth nothing any more; the debt stays on the account.

        Its debtor cannot take it back: a voucher is a promise.
        """
        self._refuse_closed()
        if by_id not in ({self.creditor_id, self.bearer_id} if state == "lost" else {self.creditor_id}):
            raise VoucherOfOthers(number=self.number)
        self.state = state
        self.reason = reason
        self.emit(VoucherWithdrawn(voucher_id=self.id, number=self.number, state=state, reason=reason))

    def expire(self) -> None:
        """Its day has come; one that is closed already stays as it is."""
        if self.state != "open" or self.expires_at > now():
            return
        self.state = "expired"
        self.emit(VoucherExpired(voucher_id=self.id, number=self.number, left=self.left))

    def view(self) -> VoucherView:
        return VoucherView(
            id=self.id,
            number=self.number,
            state=self.state,
            order_id=self.order_id,
            debtor_id=self.debtor_id,
            debtor_name=self.debtor_name,
            creditor_id=self.creditor_id,
            creditor_name=self.creditor_name,
            bearer_id=self.bearer_id,
            bearer_name=self.bearer_name,
            site_name=self.site_name,
            pallet_type=self.pallet_type,
            quality=self.quality,
            quantity=self.quantity,
            left=self.left,
            issued_at=self.created_at,
            expires_at=self.expires_at,
            redemptions=[
                RedemptionView(
                    at=one.at,
                    quantity=one.quantity,
                    by_id=one.by_id,
                    movement_id=one.movement_id,
                    standing=one.standing,
                )
                for one in self.redemptions
            ],
            reason=self.reason,
        )

    def _count(self, redemptions: list[Redemption]) -> None:
        self.redemptions = redemptions
        self.left = self.quantity - sum(one.quantity for one in redemptions if one.live)
        agreed = sum(one.quantity for one in redemptions if one.standing in ("confirmed", "own"))
        if agreed == self.quantity and self.state in ("open", "expired"):
            self.state = "redeemed"

    def _collector(self, by_id: str) -> str:
        if by_id != self.debtor_id:
            return by_id
        return self.bearer_id or self.creditor_id

    def _refuse_closed(self) -> None:
        if self.state != "open" or self.expires_at <= now():
            raise VoucherClosed(number=self.number, state="expired" if self.state == "open" else self.state)
        if self.left <= 0:
            raise VoucherExhausted(number=self.number, left=self.left)


def owed_on_paper(movement: Movement, exchange: Exchange) -> Voucher:
    """The voucher for what a delivery left owed; one for each note, pallet type and quality."""
    voucher_id = derived_id("vou", movement.id, exchange.pallet_type, exchange.quality)
    shipper, carrier, consignee = movement.parties
    return Voucher(
        id=voucher_id,
        number=voucher_number(voucher_id, movement.moved_at),
        order_id=movement.order_id,
        debtor_id=consignee.id,
        debtor_name=consignee.name,
        creditor_id=shipper.id,
        creditor_name=shipper.name,
        bearer_id=carrier.id,
        bearer_name=carrier.name,
        site_name=movement.site_name,
        pallet_type=exchange.pallet_type,
        quality=exchange.quality,
        quantity=exchange.owed,
        left=exchange.owed,
        entrusted=bool(movement.agent_id),
        expires_at=through(day_of(max(movement.moved_at, now())) + timedelta(days=exchange.voucher_days)),
        seen_by=organizations(shipper.id, carrier.id, consignee.id),
    )


def given_back(voucher: Voucher, event: VoucherRedeemed) -> Movement:
    """The movement that one side claims: pallets settle the debtor and are then held by the collector."""
    names = {
        voucher.creditor_id: voucher.creditor_name,
        voucher.bearer_id: voucher.bearer_name,
        voucher.debtor_id: voucher.debtor_name,
    }
    parties = voucher.creditor_id, event.collector_id, voucher.debtor_id
    return Movement(
        id=event.movement_id,
        kind="voucher",
        moved_at=event.at,
        parties=[Party(id=party, name=names[party]) for party in dict.fromkeys(parties)],
        lines=collection_lines(
            voucher.pallet_type,
            voucher.quality,
            event.quantity,
            *parties,
            voucher.site_name,
        ),
        order_id=voucher.order_id,
        document_number=voucher.number,
        site_name=voucher.site_name,
        teller_id=event.by_id,
        principal_id=voucher.creditor_id if voucher.entrusted else "",
        agent_id=voucher.bearer_id if voucher.entrusted else "",
        voucher_id=voucher.id,
        seen_by=organizations(*parties),
    )


def through(day: date) -> datetime:
    """The end of a day of Paris: a voucher holds as long as its last day does."""
    return datetime.combine(day + timedelta(days=1), time(), ZONE)


def voucher_number(voucher_id: str, issued_at: datetime) -> str:
    """What is printed on the voucher: year, month and the last 8 signs of its identity."""
    return f"BP{day_of(issued_at):%y%m}-{voucher_id[-8:].upper()}"
