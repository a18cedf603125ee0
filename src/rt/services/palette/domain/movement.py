"""Movements of pallets: each sums to zero, its entries never change, and it binds whoever said yes to it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Literal

import msgspec

from rt.contracts.palette import (
    ClaimLine,
    LineView,
    MovementClaimed,
    MovementConfirmed,
    MovementDisputed,
    MovementKind,
    MovementLapsed,
    MovementView,
    MovementWithdrawn,
    PalletQuality,
    PalletsMoved,
    PalletType,
    PolicyMode,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, Forbidden, Invalid
from rt.kernel.model.messages import DERIVED, Personal
from rt.services.palette.domain.consent import Consent
from rt.services.palette.domain.ledger import NAMED, Exchange, Line, accounts_of, organizations


class MovementUnbalanced(Invalid):
    """A movement whose lines create or lose pallets: never stored, and never read back either."""

    fr = "Le mouvement crée ou perd des palettes ({difference} {pallet_type})."
    en = "The movement creates or loses pallets ({difference} {pallet_type})."


class ReversalNotReversed(Conflict):
    fr = "Une contre-passation ne s'annule pas : saisissez un nouveau mouvement."
    en = "A reversal is not reversed: book a new movement."


class NothingToReverse(Conflict):
    fr = "Rien de convenu ne reste à contre-passer dans ce mouvement."
    en = "Nothing agreed is left to reverse in this movement."


class ClaimClosed(Conflict):
    fr = "Cette déclaration n'attend plus de réponse."
    en = "This claim awaits no answer any more."


class AnswerOfOthers(Forbidden):
    fr = "La réponse de votre organisation n'est pas attendue pour ce mouvement."
    en = "Your organization's answer is not awaited for this movement."


class ClaimOfOthers(Forbidden):
    fr = "Seule l'organisation qui a déclaré le mouvement peut retirer sa déclaration."
    en = "Only the organization that claimed the movement may withdraw the claim."


class ClaimAnswered(Conflict):
    fr = "Un partenaire a déjà confirmé : contre-passez le mouvement."
    en = "A partner has confirmed already: reverse the movement."


class Movement(Consent, kw_only=True):
    """One document with all its lines, seen from both sides alike; `nth` counts the reversals of one."""

    kind: MovementKind
    moved_at: datetime
    order_id: str = ""
    document_number: str = ""
    site_name: str = ""
    policy: PolicyMode = "immediate"
    exchanges: list[Exchange] = msgspec.field(default_factory=list)
    note: Personal = ""
    reverses: str = ""
    nth: int = 0
    voucher_id: str = ""
    settled_at: datetime | None = None
    """Since when nobody is asked any more: from then on no entry of it is worth anything else."""
    accounts: Annotated[list[str], DERIVED] = msgspec.field(default_factory=list)
    """In which accounts it has entries, as lists ask for them."""

    def __post_init__(self) -> None:
        """The law: within each pair of parties, type and quality, the lines sum to zero."""
        self.accounts = sorted({one for line in self.lines for one in accounts_of(line)})
        sums: Counter[tuple[str, str, PalletType, PalletQuality]] = Counter()
        for line in self.lines:
            if line.holder_id == line.partner_id:
                raise MovementUnbalanced(difference=line.quantity, pallet_type=line.pallet_type)
            low, high = sorted((line.holder_id, line.partner_id))
            sums[low, high, line.pallet_type, line.quality] += line.quantity
        for (_, _, pallet_type, _), difference in sums.items():
            if difference:
                raise MovementUnbalanced(difference=difference, pallet_type=pallet_type)

    def declare(self, yes: Iterable[str], absent: Iterable[str], lapses_at: datetime) -> None:
        """Say who is bound from the start; whoever else has an entry and an account is asked."""
        involved = {party for line in self.lines for party in line.pair}
        self.absent = sorted(party for party in involved if party in {*absent} or party.startswith(NAMED))
        self.bound = organizations(*(involved & {*yes}))
        self.awaits = organizations(*(involved - {*self.bound}))
        self.follow_agent()
        self._settle()
        asked = [party for party in self.awaits if party not in self.absent]
        if not asked:
            self.emit(self._moved())
            return
        self.lapses_at = lapses_at
        self.emit(
            MovementClaimed(
                movement_id=self.id,
                kind=self.kind,
                order_id=self.order_id,
                teller_id=self.teller_id,
                teller_name=self.name_of(self.teller_id),
                awaited=asked,
                lines=[
                    ClaimLine(
                        holder_id=line.holder_id,
                        pallet_type=line.pallet_type,
                        quality=line.quality,
                        quantity=line.quantity,
                    )
                    for line in self.lines
                ],
                note=self.note,
                lapses_at=self.lapses_at,
            )
        )

    def confirm(self, by_id: str) -> None:
        """A yes is for ever; what it completes counts from now on."""
        self._refuse_answer(by_id)
        self.bound = [*self.bound, by_id]
        self.awaits = [party for party in self.awaits if party != by_id]
        self.follow_agent()
        self._settle()
        self.emit(
            MovementConfirmed(
                movement_id=self.id,
                teller_id=self.teller_id,
                by_id=by_id,
                by_name=self.name_of(by_id),
                awaited=self.awaits,
            )
        )
        if not self.awaits and by_id not in self.absent:
            self.emit(self._moved())

    def dispute(self, by_id: str, reason: str) -> None:
        """One no closes the claim; what others had agreed with each other before stays agreed."""
        self._refuse_answer(by_id)
        self._close("disputed", by_id, reason)
        self.emit(
            MovementDisputed(
                movement_id=self.id,
                teller_id=self.teller_id,
                by_id=by_id,
                by_name=self.name_of(by_id),
                reason=reason,
            )
        )

    def withdraw(self, by_id: str, reason: str) -> None:
        if by_id != self.teller_id:
            raise ClaimOfOthers
        if self.closed or not self.awaits:
            raise ClaimClosed
        if self.agreed_pairs():
            raise ClaimAnswered
        self._close("withdrawn", by_id, reason)
        self.emit(MovementWithdrawn(movement_id=self.id, teller_id=self.teller_id, reason=reason))

    def lapse(self) -> None:
        """Its last day has passed; what is answered already stays as it is."""
        if self.closed or not self.awaits or not self.overdue():
            return
        awaited = self.name_of(self.awaits[0])
        self._close("lapsed", "", "")
        self.emit(MovementLapsed(movement_id=self.id, teller_id=self.teller_id, awaited_name=awaited))

    def opposite(self, by_id: str, reversals: Iterable["Movement"]) -> list[Line]:
        """The lines of a reversal by one party: what counts between it and others and is not reversed yet."""
        if self.kind == "reversal":
            raise ReversalNotReversed
        taken = {pair for back in reversals for pair in back.live_pairs()}
        pairs = {pair for pair in self.settled_pairs() if by_id in pair} - taken
        if not pairs:
            raise NothingToReverse
        return [
            msgspec.structs.replace(line, quantity=-line.quantity)
            for line in self.lines
            if line.pair in pairs
        ]

    def view(self, reader: str, backs: Sequence["Movement"]) -> MovementView:
        """The reader's side of it; `backs` are its reversals."""
        live = next((back for back in backs if back.live_pairs()), None)
        withdrawable = self.may_withdraw(reader) and not backs
        mine = {pair for pair in self.settled_pairs() if reader in pair}
        return MovementView(
            id=self.id,
            kind=self.kind,
            standing=self.standing(),
            teller_id=self.teller_id,
            teller_name=self.name_of(self.teller_id),
            awaited=[self.name_of(party) for party in self.awaits],
            lapses_at=self.lapses_at if self.awaits else None,
            answerable=self.may_answer(reader),
            withdrawable=withdrawable,
            reversible=self.kind != "reversal" and bool(mine) and live is None and not withdrawable,
            closed_by=self.name_of(self.closed_by),
            closed_reason=self.closed_reason,
            order_id=self.order_id,
            document_number=self.document_number,
            site_name=self.site_name,
            moved_at=self.moved_at,
            policy=self.policy,
            counts=[exchange.view() for exchange in self.exchanges],
            lines=[
                LineView(
                    holder_id=line.holder_id,
                    holder_name=self.name_of(line.holder_id),
                    partner_id=line.partner_id,
                    partner_name=self.name_of(line.partner_id),
                    site_name=line.site_name,
                    pallet_type=line.pallet_type,
                    quality=line.quality,
                    quantity=line.quantity,
                    standing=self.standing_of(line),
                )
                for line in self.lines
                if line.holder_id == reader
            ],
            note=self.note,
            reverses=self.reverses,
            reversed_by=live.id if live else "",
        )

    def _refuse_answer(self, by_id: str) -> None:
        if by_id not in {party.id for party in self.parties}:
            raise AnswerOfOthers
        if self.closed or self.overdue() or by_id in self.bound:
            raise ClaimClosed
        if by_id not in self.awaits:
            raise AnswerOfOthers

    def _close(self, how: Literal["disputed", "lapsed", "withdrawn"], by_id: str, reason: str) -> None:
        self.closed = how
        self.closed_by = by_id
        self.closed_reason = reason
        self.awaits = []
        self._settle()

    def _settle(self) -> None:
        if not self.awaits:
            self.settled_at = now()

    def _moved(self) -> PalletsMoved:
        first, *between, last = (party.id for party in self.parties)
        return PalletsMoved(
            movement_id=self.id,
            kind=self.kind,
            order_id=self.order_id,
            shipper_id=first,
            carrier_id=between[0] if between else "",
            consignee_id=last,
            site_name=self.site_name,
            counts=[exchange.view() for exchange in self.exchanges],
            owed=sum(exchange.owed for exchange in self.exchanges),
        )
