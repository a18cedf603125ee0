"""What is shown of a note: whole to its parties, the mentions to an officer, little to the public."""

from typing import Literal

from msgspec import structs

from rt.contracts.ecpmr import (
    DocumentRow,
    DocumentView,
    LinkUsedView,
    NoteLegView,
    OfficerPage,
    Party,
    SignatureTold,
    SignatureView,
    VerificationView,
    VerifiedVersion,
    VersionView,
)
from rt.services.ecpmr.domain.chain import difference
from rt.services.ecpmr.domain.counts import pallets_counted, pallets_usual
from rt.services.ecpmr.domain.ledger import ORDER_OF_SIGNING
from rt.services.ecpmr.domain.mentions import mentions
from rt.services.ecpmr.domain.records import Act, Version
from rt.services.ecpmr.domain.seen import Seen
from rt.services.ecpmr.domain.signatures import criteria
from rt.services.ecpmr.domain.successive import NoteLeg


class Shown(Seen):
    """What each reader is shown of a note."""

    def row(self) -> DocumentRow:
        boxes = self.consignment
        return DocumentRow(
            document_id=self.id,
            order_id=self.order_id,
            number=self.number,
            kind=self.kind,
            state=self.state,
            sender_name=boxes.sender.name,
            carrier_name=boxes.carrier.name,
            consignee_name=boxes.consignee.name,
            pickup_city=boxes.pickup.address.city,
            delivery_city=boxes.delivery.address.city,
            reserves=sum(len(act.reserves) for act in self.acts),
            to_sign=self.to_sign,
            cancelled=self.cancelled,
            created_at=self.created_at,
            taken_over_at=self.taken_over_at,
            delivered_at=self.delivered_at,
        )

    def view(self, verification_page: str) -> DocumentView:
        """Everything a party may see, verified anew."""
        listed = self.row()
        intact = not self.faults()
        delivery = next((act for act in self.acts if act.step == "delivery"), None)
        takeover = next((act for act in self.acts if act.step == "takeover"), None)
        return DocumentView(
            **{field: getattr(listed, field) for field in listed.__struct_fields__},
            shipper_id=self.shipper_id,
            carrier_id=self.carrier_id,
            consignee_id=self.consignee_id,
            version=self.version,
            in_force=self.in_force,
            content_hash=self.content_hash,
            takeover_hash=self.step_hash("takeover"),
            delivery_hash=self.step_hash("delivery"),
            pallets_counted=pallets_counted(self.consignment),
            pallets_usual=pallets_usual(self.consignment),
            consignment=self.consignment,
            proposal=self.proposal.consignment if self.proposal else None,
            signatures=[view for act in self.acts for view in self._signature_views(act, intact)],
            reserves_made=[view for act in self.acts for view in act.reserve_views()],
            pallets_takeover=takeover.pallets if takeover else [],
            pallets_delivery=delivery.pallets if delivery else [],
            times=self.times,
            photos=[kept.view() for kept in self.photos],
            versions=[self._version_view(version) for version in self.versions],
            mentions=mentions(self.consignment, self.issue.issued_at, self.taken_over_at, self.delivered_at),
            verification_id=self.issue.verification_id,
            verification_url=f"{verification_page}/{self.issue.verification_id}",
            legs=[self._leg_view(leg) for leg in self.legs],
            held_by=held.order_id if (held := self.held_by) else "",
        )

    def _leg_view(self, leg: NoteLeg) -> NoteLegView:
        after = self.after(leg)
        return NoteLegView(
            leg_id=leg.order_id,
            carrier_name=leg.carrier_name,
            pickup_name=leg.pickup.name,
            pickup_city=leg.pickup.address.city,
            delivery_name=leg.delivery.name,
            delivery_city=leg.delivery.address.city,
            vehicle_plate=leg.vehicle_plate,
            takes="takeover" if leg.first else "handover",
            gives=self.gives(leg),
            next_leg_id=after.order_id if after else "",
            taken_over_at=self.taken_at(leg.order_id),
            given_over_at=self.taken_at(after.order_id) if after else self.delivered_at,
            handover_hash=self.step_hash("handover", leg.order_id),
        )

    def officer_view(self, verification_page: str) -> OfficerPage:
        """The mandatory mentions and the plates of the truck that has the goods, for a roadside check."""
        boxes = self.consignment
        if (held := self.held_by) and held.vehicle_plate:
            kept = boxes.trailer_plate if held.vehicle_plate == boxes.vehicle_plate else ""
            boxes = structs.replace(boxes, vehicle_plate=held.vehicle_plate, trailer_plate=kept)
        found = mentions(boxes, self.issue.issued_at, self.taken_over_at, self.delivered_at)
        return OfficerPage(
            document_id=self.id,
            number=self.number,
            kind=self.kind,
            state=self.state,
            complete=all(mention.present for mention in found),
            mentions=found,
            vehicle_plate=boxes.vehicle_plate,
            trailer_plate=boxes.trailer_plate,
            times=self.times,
            signatures=self._signatures_told(intact=not self.faults()),
            reserves=sum(len(act.reserves) for act in self.acts),
            verification_url=f"{verification_page}/{self.issue.verification_id}",
            content_hash=self.content_hash,
        )

    def public_view(self, asked: str) -> VerificationView:
        """What the public may know, after recomputing every hash; organizations are named, people are not."""
        boxes = self.consignment
        faults = self.faults()
        hashes = {link.hash for link in self.hash_chain}
        return VerificationView(
            number=self.number,
            kind=self.kind,
            state=self.state,
            sender_name=boxes.sender.name,
            carrier_name=boxes.carrier.name,
            consignee_name=boxes.consignee.name,
            issued_at=self.issue.issued_at,
            taken_over_at=self.taken_over_at,
            delivered_at=self.delivered_at,
            reserves=sum(len(act.reserves) for act in self.acts),
            content_hash=self.content_hash,
            versions=[
                VerifiedVersion(
                    version=version.version,
                    content_hash=self.hash_of(version.version),
                    made_at=version.made_at,
                    signed_by=self._signers(version.version),
                    in_force=version.version == self.in_force,
                )
                for version in self.versions
            ],
            signatures=self._signatures_told(intact=not faults),
            intact=not faults,
            broken=faults,
            asked=_judged(asked, self.content_hash, hashes),
        )

    def link_view(self, act: Act) -> LinkUsedView | None:
        """By whose request, and to which address, the link went that an act was signed by."""
        if act.link is None:
            return None
        return LinkUsedView(
            requested_by=self.name_of(act.link.requested_for),
            requested_for=act.link.requested_for,
            origin=act.link.origin,
            sent_to=masked(act.link.email),
        )

    def _signers(self, version: int) -> list[Party]:
        signed = self.signed_by(version)
        return [party for party in ORDER_OF_SIGNING if party in signed]

    def _version_view(self, version: Version) -> VersionView:
        before = self.versions[version.version - 2].consignment if version.version > 1 else None
        newest = version.version == len(self.versions)
        return VersionView(
            version=version.version,
            content_hash=self.hash_of(version.version),
            made_at=version.made_at,
            reason=version.reason,
            changed=difference(before, version.consignment) if before else [],
            signed_by=self._signers(version.version),
            to_sign=self.must_agree(version.version) if newest and self.proposal else [],
            in_force=version.version == self.in_force,
        )

    def _signature_views(self, act: Act, intact: bool) -> list[SignatureView]:
        return [
            SignatureView(
                **{field: getattr(given, field) for field in given.__struct_fields__},
                step=act.step,
                version=act.version,
                signed_hash=act.content_hash,
                happened_at=act.happened_at,
                received_at=act.received_at,
                drift_s=round((act.happened_at - act.received_at).total_seconds()),
                device_time=act.device_time,
                way=act.way_of(given.party),
                link=self.link_view(act),
                criteria=criteria(given, act, intact),
                leg_id=act.leg_id,
            )
            for given in act.signatures
        ]

    def _signatures_told(self, intact: bool) -> list[SignatureTold]:
        return [
            SignatureTold(
                step=act.step,
                party=given.party,
                version=act.version,
                happened_at=act.happened_at,
                device_time=act.device_time,
                way=act.way_of(given.party),
                link=self.link_view(act),
                criteria=criteria(given, act, intact),
            )
            for act in self.acts
            for given in act.signatures
        ]


def _judged(
    asked: str, content_hash: str, hashes: set[str]
) -> Literal["", "in_force", "replaced", "unknown"]:
    if not asked:
        return ""
    if asked == content_hash:
        return "in_force"
    return "replaced" if asked in hashes else "unknown"


def masked(email: str) -> str:
    """An address as others may know it."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"
