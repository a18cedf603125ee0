"""What is written in a consignment note: versions, acts, times and photos, each sealed after the other."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated

from msgspec import field

from rt.contracts.ecpmr import Consignment, Kind, Moment, Party, State, Step, Stop, StopTime
from rt.kernel.core.clock import now
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import DERIVED, PersonalLabel
from rt.services.ecpmr.domain.boxes import named
from rt.services.ecpmr.domain.chain import ORIGIN, Link, difference, faults
from rt.services.ecpmr.domain.chain import Kind as Sealed
from rt.services.ecpmr.domain.chain import seal as seal_record
from rt.services.ecpmr.domain.mentions import kind_of
from rt.services.ecpmr.domain.records import Act, Issue, Photo, Version
from rt.services.ecpmr.domain.refusals import ContentChanged, ContentUnknown, NoteCancelled
from rt.trade.plates import plain_plate

ORDER_OF_SIGNING: tuple[Party, ...] = ("sender", "carrier", "consignee")
STEP_PARTIES: dict[Step, tuple[Party, ...]] = {
    "takeover": ("sender", "carrier"),
    "handover": ("successor", "carrier"),
    "delivery": ("consignee", "carrier"),
}


class Ledger(Entity, kw_only=True):
    """What is written in one consignment note and how; its owner is whoever runs the order.

    `versions` are the boxes over time, of which number `in_force` stands; `hash_chain` seals them all.
    `consignee_email` is the address that the owner gave with the order; `sender_id` is who hands the goods
    over, if that is another than when the note was issued.
    """

    issue: Issue
    kind: Kind = "national"
    state: State = "new"
    sender_id: str = ""
    carrier_id: str | None = None
    drivers: list[str] = field(default_factory=list)
    consignee_id: str | None = None
    logistician_id: str | None = None
    in_force: int = 1
    versions: list[Version] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    times: list[StopTime] = field(default_factory=list)
    photos: list[Photo] = field(default_factory=list)
    hash_chain: Annotated[list[Link], DERIVED] = field(default_factory=list)
    taken_over_at: datetime | None = None
    delivered_at: datetime | None = None
    cancelled: bool = False
    consignee_email: PersonalLabel = ""

    @property
    def number(self) -> str:
        return self.issue.number

    @property
    def order_id(self) -> str:
        return self.issue.order_id

    @property
    def shipper_id(self) -> str:
        """Who hands the goods over."""
        return self.sender_id or self.issue.shipper_id

    @property
    def consignment(self) -> Consignment:
        return self.versions[self.in_force - 1].consignment

    @property
    def proposal(self) -> Version | None:
        """The newest version while somebody has still to agree to it."""
        return self.versions[-1] if len(self.versions) > self.in_force else None

    def hash_of(self, version: int) -> str:
        return next(k.hash for k in self.hash_chain if k.kind == "version" and k.index == version - 1)

    @property
    def content_hash(self) -> str:
        return self.hash_of(self.in_force)

    def signed_by(self, version: int, since: int = 0) -> set[Party]:
        """Who signed a version; a successor is the carrier from its handover on."""
        return {
            "carrier" if party == "successor" else party
            for act in self.acts[since:]
            if act.version == version
            for party in act.parties
        }

    def signed_step(self, step: Step, leg_id: str = "") -> set[Party]:
        return {party for act in self.acts_of(step, leg_id) for party in act.parties}

    def acts_of(self, step: Step, leg_id: str = "") -> list[Act]:
        """The acts of a step; of a handover those to this leg."""
        return [act for act in self.acts if act.step == step and (step != "handover" or act.leg_id == leg_id)]

    @property
    def takings(self) -> list[int]:
        """The places of the acts by which the goods got another carrier: the first of each leg."""
        taken: dict[str, int] = {}
        for place, act in enumerate(self.acts):
            if act.takes_over:
                taken.setdefault(act.leg_id, place)
        return list(taken.values())

    def taken_at(self, leg_id: str) -> datetime | None:
        """When this leg's carrier took the goods over; "" is the carrier of a note without legs."""
        places = [place for place in self.takings if self.acts[place].leg_id == leg_id]
        return self.acts[places[0]].happened_at if places else None

    def must_agree(self, version: int) -> list[Party]:
        """Who has still to sign this version because they signed the one in force.

        A carrier agrees for as long as it has the goods: who takes them over agrees anew.
        """
        taken = max(self.takings, default=0)
        agreed = (self.signed_by(version) - {"carrier"}) | (self.signed_by(version, taken) & {"carrier"})
        missing = self.signed_by(self.in_force) - agreed
        return [party for party in ORDER_OF_SIGNING if party in missing]

    @property
    def to_sign(self) -> list[Party]:
        """Whose signature is missing now."""
        if self.proposal:
            return self.must_agree(self.proposal.version)
        missing = set(STEP_PARTIES["takeover"]) - self.signed_step("takeover")
        if self.state == "delivered":
            missing |= set(STEP_PARTIES["delivery"]) - self.signed_step("delivery")
        return [party for party in ORDER_OF_SIGNING if party in missing]

    def step_hash(self, step: Step, leg_id: str = "") -> str:
        """The seal of the last act of a step: names all that was signed there so far; "" before any."""
        signed = self.acts_of(step, leg_id)
        acts = {index for index, act in enumerate(self.acts) if act in signed}
        return next((k.hash for k in reversed(self.hash_chain) if k.kind == "act" and k.index in acts), "")

    def time_of(self, stop: Stop, moment: Moment, leg_id: str = "") -> datetime | None:
        """When the truck came or left, at a stop of a leg where one is named."""
        wanted = (stop, moment, leg_id)
        return next((t.happened_at for t in self.times if (t.stop, t.moment, t.leg_id) == wanted), None)

    def write(self, consignment: Consignment, made_by: str, reason: str) -> None:
        number = len(self.versions) + 1
        version = Version(
            version=number, consignment=consignment, made_at=now(), made_by=made_by, reason=reason
        )
        self.versions.append(version)
        self.seal("version", number - 1, version)
        if number == 1 or not self.must_agree(number):
            self.enforce(number)

    def enforce(self, version: int) -> None:
        self.in_force = version
        boxes = self.consignment
        self.kind = kind_of(boxes)

    def search_texts(self) -> Iterable[str]:
        if not self.versions:
            return ()
        boxes = self.consignment
        return (
            self.number,
            boxes.reference,
            boxes.sender.name,
            boxes.carrier.name,
            boxes.consignee.name,
            boxes.pickup.name,
            boxes.pickup.address.city,
            boxes.delivery.name,
            boxes.delivery.address.city,
            plain_plate(boxes.vehicle_plate),
            plain_plate(boxes.trailer_plate),
        )

    def seal(self, kind: Sealed, index: int, record: object) -> None:
        previous = self.hash_chain[-1].hash if self.hash_chain else ORIGIN
        self.hash_chain.append(seal_record(kind, index, record, previous))

    def faults(self) -> list[str]:
        """What was altered since it was sealed: names of fields, none when the note is intact."""
        records: dict[tuple[Sealed, int], object] = {("issue", 0): self.issue}
        lists: tuple[tuple[Sealed, Sequence[object]], ...] = (
            ("version", self.versions),
            ("act", self.acts),
            ("time", self.times),
            ("photo", self.photos),
        )
        for kind, kept in lists:
            records |= {(kind, index): record for index, record in enumerate(kept)}
        return faults(self.hash_chain, records) + self._contradictions()

    def _contradictions(self) -> list[str]:
        """Fields beside the chain that do not follow from what it seals."""
        taken_over = next((a.happened_at for a in self.acts if a.step == "takeover" and a.by_carrier), None)
        delivered = next((act.happened_at for act in self.acts if act.step == "delivery"), None)
        signed: State | None = "delivered" if delivered else "in_transport" if taken_over else None
        return [
            name
            for name, fits in (
                ("state", self.state == signed if signed else self.state in ("new", "loading")),
                ("taken_over_at", self.taken_over_at == taken_over),
                ("delivered_at", self.delivered_at == delivered),
            )
            if not fits
        ]

    def refuse_cancelled(self) -> None:
        if self.cancelled:
            raise NoteCancelled(number=self.number)

    def refuse_other_content(self, content_hash: str, version: int) -> None:
        present = self.hash_of(version)
        if content_hash == present:
            return
        known = {self.hash_of(v.version): v.consignment for v in self.versions}
        seen = known.get(content_hash)
        if seen is None:
            raise ContentUnknown("content_hash", content_hash=present)
        changed = difference(seen, self.versions[version - 1].consignment)
        raise ContentChanged(
            "content_hash",
            content_hash=present,
            changed=changed,
            boxes_fr=named(changed, "fr"),
            boxes_en=named(changed, "en"),
        )
