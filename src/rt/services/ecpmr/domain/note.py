"""The consignment note: issued, amended, signed at takeover and delivery, never rewritten."""

from collections.abc import Sequence
from datetime import datetime

from rt.contracts.ecpmr import (
    CodeRequested,
    Consignment,
    DeliverySigned,
    DocumentAmended,
    DocumentIssued,
    Moment,
    PalletExchange,
    Party,
    ReserveFact,
    ReserveGiven,
    SignatureGiven,
    Step,
    Stop,
    StopTime,
    TakeoverSigned,
    TimeRecorded,
)
from rt.kernel.clock import now
from rt.kernel.errors import Invalid, Refusal
from rt.services.ecpmr.domain import refusals
from rt.services.ecpmr.domain.chain import difference
from rt.services.ecpmr.domain.codes import CodeNeeded, CodeWrong, SigningCode
from rt.services.ecpmr.domain.codes import make as make_code
from rt.services.ecpmr.domain.ledger import ORDER_OF_SIGNING, STEP_PARTIES, Ledger
from rt.services.ecpmr.domain.precision import warnings_on
from rt.services.ecpmr.domain.records import Act, KeptReserve, Photo, Who
from rt.services.ecpmr.domain.signatures import allow, checked
from rt.services.ecpmr.domain.texts import refuse_unseen

PHOTOS_LIMIT = 60


class Note(Ledger):
    """A consignment note and what may be done with it."""

    def open(self, consignment: Consignment, made_by: str) -> None:
        """Write the first version of a new note and tell that it exists."""
        self.seal("issue", 0, self.issue)
        self.write(consignment, made_by, "")
        self.tell(DocumentIssued(document_id=self.id, order_id=self.order_id, number=self.number))

    def amend(self, content_hash: str, consignment: Consignment, reason: str, who: Who) -> None:
        """A new version: it stands at once while nobody has signed, else when all who signed agree."""
        self._refuse_cancelled()
        if who.org_id not in (self.org_id, self.carrier_id):
            raise refusals.MayNotAmend
        refuse_unseen({"consignment": consignment, "reason": reason})
        self.refuse_other_content(content_hash, self.in_force)
        lines = [line.line for line in consignment.goods]
        if len(lines) != len(set(lines)):
            raise refusals.LinesRepeated("consignment.goods")
        changed = difference(self.consignment, consignment)
        if not changed:
            raise refusals.NothingChanged("consignment")
        self.write(consignment, who.id, reason)
        self._tell_amended(changed)

    def revise(self, consignment: Consignment) -> None:
        """The order was planned again: the boxes follow it until somebody has signed."""
        if self.acts or self.cancelled:
            return
        changed = difference(self.consignment, consignment)
        if changed:
            self.write(consignment, "", "")
            self._tell_amended(changed)

    def begin_loading(self) -> None:
        if self.state == "new" and not self.cancelled:
            self.state = "loading"

    def cancel(self) -> None:
        """The order was called off; a note under which goods travel stays in force."""
        if self.state in ("new", "loading"):
            self.cancelled = True

    def record_time(self, stop: Stop, moment: Moment, happened_at: datetime) -> None:
        self._refuse_cancelled()
        if any(time.stop == stop and time.moment == moment for time in self.times):
            raise refusals.TimeAlreadyRecorded
        arrived = next((t.happened_at for t in self.times if t.stop == stop and t.moment == "arrived"), None)
        if moment == "departed" and arrived and happened_at < arrived:
            raise refusals.DepartureBeforeArrival("happened_at")
        time = StopTime(stop=stop, moment=moment, happened_at=happened_at, received_at=now())
        self.times.append(time)
        self.seal("time", len(self.times) - 1, time)
        if stop == "pickup" and moment == "arrived":
            self.begin_loading()
        self.tell(
            TimeRecorded(
                document_id=self.id, order_id=self.order_id, stop=stop, moment=moment, happened_at=happened_at
            )
        )

    def add_photo(self, photo: Photo) -> None:
        """Keep a photo; the same id again is the same photo."""
        if any(kept.photo_id == photo.photo_id for kept in self.photos):
            return
        self.refuse_more_photos()
        self.photos.append(photo)
        self.seal("photo", len(self.photos) - 1, photo)

    def refuse_more_photos(self) -> None:
        if len(self.photos) >= PHOTOS_LIMIT:
            raise refusals.TooManyPhotos(limit=PHOTOS_LIMIT)

    def expect(self, party: Party, org_id: str, email: str, phone: str, language: str) -> None:
        """Somebody without an account may sign for a party: who gets the code, and on whose behalf."""
        self._refuse_cancelled()
        self.contacts[party] = {"email": email, "phone": phone, "language": language}
        if party == "consignee" and not self.consignee_id:
            self.consignee_id = org_id
        if org_id not in self.seen_by:
            self.seen_by.append(org_id)

    def request_code(self, party: Party) -> SigningCode:
        """Make a one-time code for the one whom the link was sent to; the code before it is void."""
        self._refuse_cancelled()
        contact = self.contacts.get(party, {})
        if not contact.get("email"):
            raise refusals.NobodyToSendTo
        code, digits = make_code(party, now())
        self.codes = [kept for kept in self.codes if kept.party != party] + [code]
        self.tell(
            CodeRequested(
                document_id=self.id,
                email=contact["email"],
                phone=contact.get("phone", ""),
                code=digits,
                language=contact.get("language", "fr"),
            )
        )
        return code

    def try_code(self, party: Party, typed: str) -> Refusal | None:
        """None if right; a wrong code is answered, not raised, so that the try counts."""
        code = next((kept for kept in self.codes if kept.party == party), None)
        if code is None or not typed:
            raise CodeNeeded("code")
        code.refuse_spent(now())
        return None if code.try_code(typed) else CodeWrong("code", left=code.tries_left)

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
    ) -> Refusal | None:
        """One act of signing; the refusal of a wrong code is returned because the try counts."""
        self._refuse_cancelled()
        version = self._refuse_step(step, content_hash, given)
        for signature in given:
            allow(signature.party, who.org_id, who.kind, self.organizations())
        self._refuse_reserves(reserves)
        fields = dict(zip(("signature", "countersignature"), given, strict=False))
        refuse_unseen({**fields, "reserves": reserves, "pallets": pallets})
        signatures = [checked(signature, field) for field, signature in fields.items()]
        by_link = who.kind == "link"
        if by_link and (wrong := self.try_code(given[0].party, code)):
            return wrong
        act = Act(
            step=step,
            version=version,
            content_hash=content_hash,
            happened_at=happened_at,
            received_at=now(),
            who=who,
            code_checked=by_link,
            by_carrier=who.org_id in self.organizations()["carrier"],
            signatures=signatures,
            reserves=[KeptReserve(given=r, warnings=warnings_on(r, happened_at.date())) for r in reserves],
            pallets=list(pallets),
        )
        self.acts.append(act)
        self.seal("act", len(self.acts) - 1, act)
        self._proceed(act)
        return None

    def _proceed(self, act: Act) -> None:
        """The goods are the carrier's when its side has acted; a sender who signs first waits for it."""
        by = act.signatures[0]
        if act.step == "takeover" and not act.by_carrier:
            self.begin_loading()
        elif act.step == "takeover" and self.state in ("new", "loading"):
            self.state = "in_transport"
            self.taken_over_at = act.happened_at
            self.tell(
                TakeoverSigned(
                    document_id=self.id,
                    order_id=self.order_id,
                    number=self.number,
                    signed_at=act.happened_at,
                    reserves=len(act.reserves),
                    by_name=by.name,
                )
            )
        elif act.step == "delivery" and self.state == "in_transport":
            self.state = "delivered"
            self.delivered_at = act.happened_at
            self.tell(
                DeliverySigned(
                    document_id=self.id,
                    order_id=self.order_id,
                    number=self.number,
                    shipper_id=self.org_id,
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
                )
            )
        elif act.step == "amendment" and not self.must_agree(act.version):
            self.enforce(act.version)

    def _tell_amended(self, changed: list[str]) -> None:
        self.tell(
            DocumentAmended(
                document_id=self.id,
                order_id=self.order_id,
                number=self.number,
                version=len(self.versions),
                changed=changed,
                to_sign=self.to_sign if self.proposal else [],
            )
        )

    def _refuse_cancelled(self) -> None:
        if self.cancelled:
            raise refusals.NoteCancelled(number=self.number)

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
            raise refusals.AlreadySigned(name=name, at=f"{act.happened_at:%d/%m/%Y %H:%M} UTC")
        if step == "delivery" and self.state in ("new", "loading"):
            raise refusals.NotTakenOver
        if step == "delivery" and self.state == "in_transport" and parties[0] != "consignee":
            raise refusals.ConsigneeSignsFirst("signature.party")
        self.refuse_other_content(content_hash, version)
        return version

    def _refuse_reserves(self, reserves: Sequence[ReserveGiven]) -> None:
        quantities = {line.line: line.goods.quantity for line in self.consignment.goods}
        wrong: list[Refusal] = []
        for position, reserve in enumerate(reserves):
            if reserve.line and reserve.line not in quantities:
                wrong.append(refusals.LineUnknown(f"reserves.{position}.line", line=reserve.line))
            elif (
                reserve.line
                and reserve.missing_quantity + reserve.damaged_quantity > quantities[reserve.line]
            ):
                wrong.append(
                    refusals.MoreThanCarried(
                        f"reserves.{position}.missing_quantity", quantity=quantities[reserve.line]
                    )
                )
        if wrong:
            raise Invalid.together(wrong)

    def organizations(self) -> dict[Party, set[str | None]]:
        return {
            "sender": {self.org_id, self.logistician_id} - {None},
            "carrier": {self.carrier_id} - {None},
            "consignee": {self.consignee_id} - {None},
        }
