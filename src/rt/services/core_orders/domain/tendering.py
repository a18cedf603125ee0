"""How an order finds its carrier: offered, answered, lapsed, or given outright."""

from datetime import datetime
from typing import Literal, NamedTuple

from rt.contracts.core_orders import OrderTendered, TenderAccepted, TenderLapsed, TenderRefused
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, Forbidden, Invalid, ReferenceUnknown
from rt.services.core_orders.domain.kept import Tender
from rt.services.core_orders.domain.partners import CARRYING, Partner
from rt.services.core_orders.domain.record import Record
from rt.services.core_orders.domain.states import Author

TenderEnd = Literal["accepted", "refused", "expired", "withdrawn"]
TENDERS_LIMIT = 100
"""Offers of one order that are remembered."""


class DeadlinePassed(Invalid):
    fr = "L'échéance doit être dans le futur."
    en = "The deadline must be in the future."


class DeadlineTooFar(Invalid):
    fr = "Un transporteur sans compte répond par un lien : l'échéance est à {days} jours au plus."
    en = "A carrier without an account answers by a link: the deadline is {days} days ahead at most."


class TenderExpired(Conflict):
    fr = "L'offre a expiré le {deadline}."
    en = "The offer expired at {deadline}."


class OfferClosed(Conflict):
    fr = "Cette offre n'attend plus de réponse. Relisez la commande : une autre est peut-être en cours."
    en = "This offer no longer awaits an answer. Read the order again: another may be open."


class CarrierIsOwner(Invalid):
    fr = "Cette commande est la vôtre : dites que vous la transportez vous-même, sans vous la proposer."
    en = "This order is your own: say that you carry it yourself, without offering it to yourself."


class NotForHire(Forbidden):
    fr = "Seul un transporteur, un commissionnaire ou un logisticien transporte lui-même ses commandes."
    en = "Only a carrier, a forwarder or a logistician carries its orders itself."


class Guest(NamedTuple):
    """A carrier without an account: where it reads its mail, and the link with which it books a dock."""

    email: str
    slot_link_token: str


class Tendered(Record, kw_only=True):
    """An order in search of its carrier."""

    def tender(
        self,
        by: Author,
        *,
        tender_id: str,
        carrier: Partner,
        price_cents: int,
        deadline: datetime,
        link_token: str = "",
    ) -> None:
        """Offer the order; the carrier sees it from now on."""
        self.allow_part("TenderOrder", by)
        self._refuse_own(carrier)
        carrier.refuse_unaskable("carrier_id")
        if deadline <= now():
            raise DeadlinePassed(field="deadline")
        self.move("TenderOrder", by, "tendered", carrier.name)
        offer = Tender(
            tender_id=tender_id,
            carrier_id=carrier.id,
            carrier_name=carrier.name,
            stranger=carrier.stranger,
            price_cents=price_cents,
            currency=self.currency,
            deadline=deadline,
            sent_at=now(),
        )
        self.tenders = [*self.tenders, offer][-TENDERS_LIMIT:]
        self.index()
        self.emit(
            OrderTendered(
                order=self.summary_view(),
                carrier_email=carrier.email,
                carrier_guest=carrier.guest,
                deadline=deadline,
                link_token=link_token,
                stranger=carrier.stranger,
            )
        )

    def accept(self, by: Author, tender_id: str, guest: Guest | None = None) -> None:
        """The carrier takes the named offer at its price."""
        offer = self._answerable("AcceptTender", by, tender_id)
        self.move("AcceptTender", by, "accepted", offer.carrier_name)
        self._end(offer, "accepted")
        self.given_by = offer.tender_id
        self._give(offer.carrier_id, offer.carrier_name, offer.price_cents, guest)

    def refuse(self, by: Author, tender_id: str, reason: str) -> None:
        """The carrier declines the named offer; it sees the order no more."""
        offer = self._answerable("RefuseTender", by, tender_id)
        told = TenderRefused(order=self.summary_view(), reason=reason)
        self.move("RefuseTender", by, "refused", reason)
        self._end(offer, "refused", reason)
        self.index()
        self.emit(told)

    def withdraw(self, by: Author, tender_id: str, reason: str) -> None:
        """The owner takes the named offer back."""
        self._open_tender("WithdrawTender", by, tender_id)
        self._lapse(by, "withdrawn", reason)

    def expire(self, by: Author, tender_id: str) -> None:
        """The deadline has come: an offer still unanswered ends; any other is left alone."""
        offer = self.offer
        if offer is None or offer.tender_id != tender_id or now() < offer.deadline:
            return
        self._lapse(by, "expired", "")

    def assign(self, by: Author, carrier: Partner, agreed_cents: int, guest: Guest | None = None) -> None:
        """Give the order to a partner that has agreed elsewhere."""
        self.allow_part("AssignCarrier", by)
        self._refuse_own(carrier)
        carrier.refuse_unasked("carrier_id")
        self.move("AssignCarrier", by, "assigned", carrier.name)
        self._give(carrier.id, carrier.name, agreed_cents, guest)

    def accepted_from(self, carrier_id: str | None) -> int | None:
        """The price at which that carrier accepted last, if it was asked by an offer."""
        taken = [one for one in self.tenders if one.carrier_id == carrier_id and one.state == "accepted"]
        return taken[-1].price_cents if taken else None

    def carry(self, by: Author, owner: Partner) -> None:
        """The owner carries the order itself; what its client pays is the price."""
        self.allow_part("CarryOrder", by)
        if owner.kind not in CARRYING:
            raise NotForHire
        self.move("CarryOrder", by, "carried", owner.name)
        self._give(owner.id, owner.name, None, None)

    def release(self, by: Author, reason: str) -> None:
        """The carrier goes before it has loaded, sent away or of itself; it sees the order no more."""
        told = TenderLapsed(order=self.summary_view(), expired=False, reason=reason)
        self.move("ReleaseCarrier", by, "released", reason)
        self.carrier_id, self.carrier_name, self.agreed_cents, self.plan = None, "", None, None
        self.given_by = None
        self.index()
        self.emit(told)

    def _refuse_own(self, carrier: Partner) -> None:
        if carrier.id == self.org_id:
            raise CarrierIsOwner(field="carrier_id")

    def _open_tender(self, asked: str, by: Author, tender_id: str) -> Tender:
        """The named offer of this order to (or by) this hand, while it awaits an answer."""
        mine = (one for one in self.tenders if by.org_id in (self.org_id, one.carrier_id))
        named = next((one for one in mine if one.tender_id == tender_id), None)
        if named is None or by.tender_id not in (None, tender_id):
            raise ReferenceUnknown("tender_id")
        self.allow(asked, by)
        if named.state != "open":
            raise OfferClosed("tender_id")
        return named

    def _answerable(self, asked: str, by: Author, tender_id: str) -> Tender:
        offer = self._open_tender(asked, by, tender_id)
        if now() > offer.deadline:
            raise TenderExpired(deadline=offer.deadline.isoformat(timespec="minutes"))
        return offer

    def _end(self, offer: Tender, state: TenderEnd, reason: str = "") -> None:
        offer.state = state
        offer.answered_at = now()
        offer.reason = reason

    def _lapse(self, by: Author, state: Literal["expired", "withdrawn"], reason: str) -> None:
        offer = self.offer
        if offer is None:
            return
        told = TenderLapsed(order=self.summary_view(), expired=state == "expired", reason=reason)
        self.state = "confirmed"
        self.write(by, state, reason or offer.carrier_name)
        self._end(offer, state, reason)
        self.index()
        self.emit(told)

    def _give(
        self, carrier_id: str, carrier_name: str, agreed_cents: int | None, guest: Guest | None
    ) -> None:
        self.carrier_id, self.carrier_name, self.agreed_cents = carrier_id, carrier_name, agreed_cents
        self.index()
        self.emit(
            TenderAccepted(
                order=self.summary_view(),
                carrier_email=guest.email if guest else "",
                carrier_guest=guest is not None,
                slot_link_token=guest.slot_link_token if guest else "",
            )
        )
