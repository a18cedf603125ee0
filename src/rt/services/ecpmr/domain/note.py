"""The consignment note: issued, amended, signed at takeover and delivery, never rewritten."""

from collections.abc import Sequence
from datetime import datetime

from rt.contracts.ecpmr import (
    Consignment,
    DeliverySigned,
    DocumentAmended,
    DocumentIssued,
    PalletExchange,
    Party,
    ReserveFact,
    ReserveGiven,
    ReservesNoted,
    SignatureGiven,
    Step,
    Stop,
    TakeoverSigned,
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
from rt.services.ecpmr.domain.records import Act, KeptReserve, LinkUsed, Who
from rt.services.ecpmr.domain.shown import Shown
from rt.services.ecpmr.domain.signatures import MayNotSign, allow, checked, own_account, proven
from rt.services.ecpmr.domain.texts import refuse_unseen

STEP_STOP: dict[Step, Stop] = {"takeover": "pickup", "delivery": "delivery"}


DRIVERS_KEPT = 20
"""Accounts that a note remembers as its drivers', the latest ones: a phone may come back late."""


class Note(Shown):
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
        self._tell_amended(changed)

    def drive(self, user_id: str) -> None:
        """A tour gave the order to the driver with this account, if it has one."""
        if user_id and user_id not in self.drivers:
            self.drivers = [*self.drivers, user_id][-DRIVERS_KEPT:]

    def hidden_from(self, driver: str) -> bool:
        """Whether it is another's drive: once a tour has said whose it is, other drivers do not find it."""
        return bool(driver and self.drivers) and driver not in self.drivers

    def revise(self, consignment: Consignment) -> None:
        """The order was planned again: the boxes follow it until somebody has signed."""
        if self.acts or self.cancelled:
            return
        changed = difference(self.consignment, consignment)
        if changed:
            self.write(consignment, "", "")
            self._tell_amended(changed)

    def follow(self, consignment: Consignment) -> None:
        """The order was changed by consent: the boxes follow it, as a proposal where somebody has signed."""
        changed = difference(self.versions[-1].consignment, consignment)
        if changed and not self.cancelled and self.state != "delivered":
            self.write(consignment, "", "")
            self._tell_amended(changed)

    def cancel(self) -> None:
        """The order was called off; a note under which goods travel stays in force."""
        if self.state in ("new", "loading"):
            self.cancelled = True

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
    ) -> Refusal | None:
        """One act of signing; the refusal of a wrong code is returned because the try counts."""
        self.refuse_cancelled()
        version = self._refuse_step(step, content_hash, given)
        invitation = self.invitation(who.id) if who.kind == "link" else None
        parties = self._refuse_parties(given, who, invitation)
        by_carrier = "carrier" in parties or self._collects(who, invitation)
        if step == "takeover" and reserves and not by_carrier:
            raise refusals.ReservesNotTheirs("reserves")
        refuse_reserves(self.consignment, reserves)
        refuse_pallets(self.consignment, pallets, pallets_confirmed)
        self._refuse_unread(step, countersigns)
        fields = dict(zip(("signature", "countersignature"), given, strict=False))
        refuse_unseen({**fields, "reserves": reserves, "pallets": pallets})
        signatures = [checked(signature, field) for field, signature in fields.items()]
        at, wrong_clock = settled(happened_at, device_time, self._earliest(step, version, by_carrier))
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
            own=own_account(who, parties, self.organizations()),
            device_time=wrong_clock,
            countersigns=countersigns,
            signatures=signatures,
            reserves=[KeptReserve(given=r, warnings=warnings_on(r, day_of(at))) for r in reserves],
            pallets=list(pallets),
        )
        self.acts.append(act)
        self.seal("act", len(self.acts) - 1, act)
        self._proceed(act)
        return None

    def _earliest(self, step: Step, version: int, by_carrier: bool) -> list[Bound]:
        """What a signature cannot come before: the version that it names, the truck, the takeover."""
        bounds = [Bound(self.versions[version - 1].made_at, "la version signée", "the version signed")]
        if step == "delivery" and self.taken_over_at:
            bounds.append(Bound(self.taken_over_at, "la prise en charge", "the takeover"))
        arrived = self.time_of(STEP_STOP[step], "arrived") if step in STEP_STOP else None
        if arrived and (by_carrier or step == "delivery"):
            bounds.append(Bound(arrived, "l'arrivée du camion", "the truck's arrival"))
        return bounds

    def _collects(self, who: Who, invitation: Invitation | None) -> bool:
        """Whether the carrier's own account brings the strokes of others."""
        return invitation is None and who.org_id in self.organizations()["carrier"]

    def _proceed(self, act: Act) -> None:
        """The goods are the carrier's when its side has acted; a sender who signs first waits for it."""
        by = act.signatures[0]
        if act.step == "takeover" and not act.by_carrier:
            self.begin_loading()
        elif act.step == "takeover" and self.state in ("new", "loading"):
            self.state = "in_transport"
            self.taken_over_at = act.happened_at
            self.emit(
                TakeoverSigned(
                    document_id=self.id,
                    order_id=self.order_id,
                    number=self.number,
                    signed_at=act.happened_at,
                    reserves=len(act.reserves),
                    by_name=by.name,
                    kind=self.kind,
                )
            )
        elif act.step == "delivery" and self.state == "in_transport":
            self.state = "delivered"
            self.delivered_at = act.happened_at
            self.emit(
                DeliverySigned(
                    document_id=self.id,
                    order_id=self.order_id,
                    number=self.number,
                    owner_id=self.org_id,
                    shipper_id=self.shipper_id,
                    carrier_id=self.carrier_id or "",
                    consignee_id=self.consignee_id,
                    consignee_name=self.consignment.consignee.name,
                    site_name=self.consignment.delivery.name,
                    signed_at=act.happened_at,
                    by_name=by.name,
                    by_org_id=act.who.org_id,
                    reserves=[
                        ReserveFact(line=r.line, text=r.text, photos=len(r.photo_ids))
                        for r in (kept.given for kept in act.reserves)
                    ],
                    pallets=act.pallets,
                    content_hash=act.content_hash,
                    kind=self.kind,
                    proven=proven(act, by.party),
                )
            )
        elif act.step == "amendment" and not self.must_agree(act.version):
            before = self.consignment
            self.enforce(act.version)
            self._tell_amended(difference(before, self.consignment))
        elif act.reserves:
            self.emit(
                ReservesNoted(
                    document_id=self.id,
                    order_id=self.order_id,
                    number=self.number,
                    step=act.step,
                    noted_at=act.happened_at,
                    reserves=len(act.reserves),
                    kind=self.kind,
                )
            )

    def _tell_amended(self, changed: list[str]) -> None:
        self.emit(
            DocumentAmended(
                document_id=self.id,
                order_id=self.order_id,
                number=self.number,
                version=len(self.versions),
                changed=changed,
                to_sign=self.to_sign if self.proposal else [],
                content_hash=self.content_hash,
                kind=self.kind,
            )
        )

    def _refuse_step(self, step: Step, content_hash: str, given: Sequence[SignatureGiven]) -> int:
        """The version that would be signed, or why this step may not be signed by these parties now."""
        parties = [signature.party for signature in given]
        if len(set(parties)) != len(parties):
            raise refusals.PartySignsTwice("countersignature.party")
        if step == "amendment":
            if self.proposal is None:
                raise refusals.NothingProposed
            version = self.proposal.version
            may, done = set(ORDER_OF_SIGNING), self.signed_by(version)
        else:
            version = self.in_force
            may, done = set(STEP_PARTIES[step]), self.signed_step(step)
        if wrong := [party for party in parties if party not in may]:
            raise refusals.WrongParty("signature.party", party=wrong[0])
        if again := [party for party in parties if party in done]:
            act = next(a for a in self.acts if a.step == step and again[0] in a.parties)
            name = next(s.name for s in act.signatures if s.party == again[0])
            raise refusals.AlreadySigned(name=name, at=f"{act.happened_at.astimezone(ZONE):%d/%m/%Y %H:%M}")
        if step == "delivery" and self.state in ("new", "loading"):
            raise refusals.NotTakenOver
        if step == "delivery" and self.state == "in_transport" and parties[0] != "consignee":
            raise refusals.ConsigneeSignsFirst("signature.party")
        self.refuse_other_content(content_hash, version)
        return version

    def _refuse_parties(
        self, given: Sequence[SignatureGiven], who: Who, invitation: Invitation | None
    ) -> list[Party]:
        """Who signs in this act, if whoever brings it may sign or collect for each of them."""
        parties = [signature.party for signature in given]
        for party in parties:
            if invitation is None:
                allow(party, who.org_id, self.organizations())
            elif party != invitation.party:
                raise MayNotSign("signature.party", party=party)
        return parties

    def _refuse_unread(self, step: Step, countersigns: str) -> None:
        """Who signs after others signs what they noted at this step too, and names it."""
        noted = any(act.step == step and (act.reserves or act.pallets) for act in self.acts)
        if noted and countersigns != self.step_hash(step):
            raise refusals.ReservesUnseen("countersigns", countersigns=self.step_hash(step))


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
