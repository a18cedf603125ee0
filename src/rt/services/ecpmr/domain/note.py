"""The consignment note: issued, amended, signed at takeover and delivery, never rewritten."""

from collections.abc import Sequence
from datetime import datetime

from rt.contracts.ecpmr import (
    Consignment,
    DocumentIssued,
    PalletExchange,
    Party,
    ReserveGiven,
    SignatureGiven,
    Step,
    Stop,
)
from rt.kernel.core.clock import ZONE, day_of, now
from rt.kernel.core.errors import Refusal
from rt.services.ecpmr.domain import refusals
from rt.services.ecpmr.domain.chain import difference
from rt.services.ecpmr.domain.counts import refuse_pallets, refuse_reserves
from rt.services.ecpmr.domain.invited import Invitation
from rt.services.ecpmr.domain.ledger import ORDER_OF_SIGNING, STEP_PARTIES
from rt.services.ecpmr.domain.moments import Bound, settled
from rt.services.ecpmr.domain.precision import warnings_on
from rt.services.ecpmr.domain.proceeding import Proceeding
from rt.services.ecpmr.domain.records import Act, KeptReserve, LinkUsed, Who
from rt.services.ecpmr.domain.signatures import HAULIERS, MayNotSign, allow, checked, own_account
from rt.services.ecpmr.domain.successive import DRIVERS_KEPT
from rt.services.ecpmr.domain.texts import refuse_unseen

STEP_STOP: dict[Step, Stop] = {"takeover": "pickup", "delivery": "delivery"}


class Note(Proceeding):
    """A consignment note and what may be done with it."""

    def open(self, consignment: Consignment, made_by: str) -> None:
        """Write the first version of a new note and tell that it exists."""
        self.seal("issue", 0, self.issue)
        self.write(consignment, made_by, "")
        self.emit(
            DocumentIssued(document_id=self.id, order_id=self.order_id, number=self.number, kind=self.kind)
        )

    def amend(self, content_hash: str, consignment: Consignment, reason: str, who: Who) -> None:
        """A new version: it stands at once while nobody has signed, else when all who signed agree."""
        self.refuse_cancelled()
        if who.org_id not in (self.org_id, self.carrier_id):
            raise refusals.MayNotAmend
        refuse_unseen({"consignment": consignment, "reason": reason})
        self.refuse_other_content(content_hash, len(self.versions))
        lines = [line.line for line in consignment.goods]
        if len(lines) != len(set(lines)):
            raise refusals.LinesRepeated("consignment.goods")
        changed = difference(self.versions[-1].consignment, consignment)
        if not changed:
            raise refusals.NothingChanged("consignment")
        self.write(consignment, who.id, reason)
        self.tell_amended(changed)

    def drive(self, user_id: str) -> None:
        """A tour gave the order to the driver with this account, if it has one."""
        if user_id and user_id not in self.drivers:
            self.drivers = [*self.drivers, user_id][-DRIVERS_KEPT:]

    def revise(self, consignment: Consignment) -> None:
        """The order was planned again: the boxes follow it until somebody has signed."""
        if self.acts or self.cancelled:
            return
        changed = difference(self.consignment, consignment)
        if changed:
            self.write(consignment, "", "")
            self.tell_amended(changed)

    def follow(self, consignment: Consignment) -> None:
        """The order was changed by consent: the boxes follow it, as a proposal where somebody has signed."""
        changed = difference(self.versions[-1].consignment, consignment)
        if changed and not self.cancelled and self.state != "delivered":
            self.write(consignment, "", "")
            self.tell_amended(changed)

    def cancel(self) -> None:
        """The order was called off; a note under which goods travel stays in force."""
        if self.state in ("new", "loading"):
            self.cancelled = True

    def reopen(self) -> None:
        """The order travels under it after all: its legs, which had notes of their own, are gone."""
        if not self.acts:
            self.cancelled = False

    def sign(
        self,
        step: Step,
        content_hash: str,
        happened_at: datetime,
        given: Sequence[SignatureGiven],
        who: Who,
        code: str = "",
        reserves: Sequence[ReserveGiven] = (),
        pallets: Sequence[PalletExchange] = (),
        *,
        pallets_confirmed: bool = False,
        countersigns: str = "",
        device_time: str = "",
        leg_id: str = "",
    ) -> Refusal | None:
        """One act of signing; the refusal of a wrong code is returned because the try counts.

        `leg_id` is the leg that a handover is to.
        """
        self.refuse_cancelled()
        if step == "handover":
            given = self.to_hand_over(given, who, leg_id)
        version = self._refuse_step(step, content_hash, given, leg_id, who)
        legs, known = self.hauliers(step, leg_id), self.organizations(step, leg_id)
        invitation = self.invitation(who.id) if who.kind == "link" else None
        parties = self._refuse_parties(given, who, invitation, known, self.collectors(step, leg_id))
        by_carrier = "carrier" in parties or (invitation is None and who.org_id in known["carrier"])
        if reserves and not (
            by_carrier if step == "takeover" else step != "handover" or "successor" in parties
        ):
            raise refusals.ReservesNotTheirs("reserves")
        refuse_reserves(self.consignment, reserves)
        refuse_pallets(self.consignment, pallets, pallets_confirmed)
        self._refuse_unread(step, countersigns, leg_id)
        fields = dict(zip(("signature", "countersignature"), given, strict=False))
        refuse_unseen({**fields, "reserves": reserves, "pallets": pallets})
        signatures = [checked(signature, field) for field, signature in fields.items()]
        at, wrong_clock = settled(happened_at, device_time, self._earliest(step, version, by_carrier, leg_id))
        if invitation and (wrong := self.try_code(invitation, code)):
            return wrong
        act = Act(
            step=step,
            version=version,
            content_hash=content_hash,
            happened_at=at,
            received_at=now(),
            who=who,
            link=_used(invitation),
            by_carrier=by_carrier,
            own=own_account(who, parties, known),
            device_time=wrong_clock,
            countersigns=countersigns,
            signatures=signatures,
            reserves=[KeptReserve(given=r, warnings=warnings_on(r, day_of(at))) for r in reserves],
            pallets=list(pallets),
            leg_id=leg_id or (legs.carrier.order_id if legs.carrier else ""),
            from_leg_id=legs.carrier.order_id if legs.carrier and step == "handover" else "",
            taker=legs.successor.box() if legs.successor and step == "handover" else None,
        )
        self.acts.append(act)
        self.seal("act", len(self.acts) - 1, act)
        self.proceed(act)
        return None

    def _earliest(self, step: Step, version: int, by_carrier: bool, leg_id: str) -> list[Bound]:
        """What a signature cannot come before: its version, the truck, the takeover of who brings."""
        bounds = [Bound(self.versions[version - 1].made_at, "la version signée", "the version signed")]
        brings = self.hauliers(step, leg_id).carrier
        since = self.taken_at(brings.order_id if brings else "")
        if step in ("handover", "delivery") and since:
            bounds.append(Bound(since, "la prise en charge", "the takeover"))
        arrived = self.time_of(STEP_STOP[step], "arrived") if step in STEP_STOP else None
        if arrived and (by_carrier or step == "delivery"):
            bounds.append(Bound(arrived, "l'arrivée du camion", "the truck's arrival"))
        return bounds

    def _refuse_step(
        self, step: Step, content_hash: str, given: Sequence[SignatureGiven], leg_id: str, who: Who
    ) -> int:
        """The version that would be signed, or why this step may not be signed by these parties now."""
        parties = [signature.party for signature in given]
        if len(set(parties)) != len(parties):
            raise refusals.PartySignsTwice("countersignature.party")
        if step == "amendment":
            if self.proposal is None:
                raise refusals.NothingProposed
            version = self.proposal.version
            may, done = set(ORDER_OF_SIGNING), self.signed_by(version) - {*self.must_agree(version)}
        else:
            version = self.in_force
            may, done = set(STEP_PARTIES[step]), self.signed_step(step, leg_id)
        if step == "handover":
            self.handover_to(leg_id)
            done -= self.collected_of(who, leg_id)
        if wrong := [party for party in parties if party not in may]:
            raise refusals.WrongParty("signature.party", party=wrong[0])
        if again := [party for party in parties if party in done]:
            act = next(a for a in self.acts_of(step, leg_id) if again[0] in a.parties)
            name = next(s.name for s in act.signatures if s.party == again[0])
            raise refusals.AlreadySigned(name=name, at=f"{act.happened_at.astimezone(ZONE):%d/%m/%Y %H:%M}")
        if step == "delivery" and self.state in ("new", "loading"):
            raise refusals.NotTakenOver
        if step == "delivery":
            self.refuse_handover_missing()
        if step == "delivery" and self.state == "in_transport" and parties[0] != "consignee":
            raise refusals.ConsigneeSignsFirst("signature.party")
        self.refuse_other_content(content_hash, version)
        return version

    def _refuse_parties(
        self,
        given: Sequence[SignatureGiven],
        who: Who,
        invitation: Invitation | None,
        known: dict[Party, set[str | None]],
        collectors: set[str | None],
    ) -> list[Party]:
        """Who signs in this act, if whoever brings it may sign or collect for each of them."""
        parties = [signature.party for signature in given]
        for party in parties:
            if invitation is None:
                allow(party, who.org_id, known, collectors)
            elif party != invitation.party or not self._for_its_leg(invitation, known):
                raise MayNotSign("signature.party", party=party)
        return parties

    def _for_its_leg(self, invitation: Invitation, known: dict[Party, set[str | None]]) -> bool:
        """Whether a link that was sent to the carrier of a leg signs where that carrier is."""
        between = bool(self.legs) and invitation.party in HAULIERS
        return not between or invitation.org_id in known[invitation.party]

    def _refuse_unread(self, step: Step, countersigns: str, leg_id: str) -> None:
        """Who signs after others signs what they noted at this step too, and names it."""
        noted = any(act.reserves or act.pallets for act in self.acts_of(step, leg_id))
        if noted and countersigns != (seen := self.step_hash(step, leg_id)):
            raise refusals.ReservesUnseen("countersigns", countersigns=seen)


def _used(invitation: Invitation | None) -> LinkUsed | None:
    if invitation is None:
        return None
    return LinkUsed(
        link_id=invitation.link_id,
        email=invitation.email,
        origin=invitation.origin,
        requested_by=invitation.requested_by,
        requested_for=invitation.requested_for,
    )
