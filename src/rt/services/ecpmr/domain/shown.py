"""What is shown of a note: whole to its parties, the mentions to an officer, little to the public."""

from typing import Literal

from rt.contracts.ecpmr import (
    DocumentRow,
    DocumentView,
    LinkUsedView,
    OfficerPage,
    Party,
    PhotoView,
    ReserveView,
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
from rt.services.ecpmr.domain.note import Note
from rt.services.ecpmr.domain.records import Act, Photo, Version
from rt.services.ecpmr.domain.signatures import criteria


def row(note: Note) -> DocumentRow:
    boxes = note.consignment
    return DocumentRow(
        document_id=note.id,
        order_id=note.order_id,
        number=note.number,
        kind=note.kind,
        state=note.state,
        sender_name=boxes.sender.name,
        carrier_name=boxes.carrier.name,
        consignee_name=boxes.consignee.name,
        pickup_city=boxes.pickup.address.city,
        delivery_city=boxes.delivery.address.city,
        reserves=sum(len(act.reserves) for act in note.acts),
        to_sign=note.to_sign,
        cancelled=note.cancelled,
        created_at=note.created_at,
        taken_over_at=note.taken_over_at,
        delivered_at=note.delivered_at,
    )


def whole(note: Note, verification_page: str) -> DocumentView:
    """Everything a party may see, verified anew."""
    listed = row(note)
    intact = not note.faults()
    delivery = next((act for act in note.acts if act.step == "delivery"), None)
    takeover = next((act for act in note.acts if act.step == "takeover"), None)
    return DocumentView(
        **{field: getattr(listed, field) for field in listed.__struct_fields__},
        shipper_id=note.org_id,
        carrier_id=note.carrier_id,
        consignee_id=note.consignee_id,
        version=note.version,
        in_force=note.in_force,
        content_hash=note.content_hash,
        takeover_hash=note.step_hash("takeover"),
        delivery_hash=note.step_hash("delivery"),
        pallets_counted=pallets_counted(note.consignment),
        pallets_usual=pallets_usual(note.consignment),
        consignment=note.consignment,
        proposal=note.proposal.consignment if note.proposal else None,
        signatures=[view for act in note.acts for view in _signatures(note, act, intact)],
        reserves_made=[view for act in note.acts for view in _reserves(act)],
        pallets_takeover=takeover.pallets if takeover else [],
        pallets_delivery=delivery.pallets if delivery else [],
        times=note.times,
        photos=[photo(kept) for kept in note.photos],
        versions=[_version(note, version) for version in note.versions],
        mentions=mentions(note.consignment, note.issue.issued_at, note.taken_over_at, note.delivered_at),
        verification_id=note.issue.verification_id,
        verification_url=f"{verification_page}/{note.issue.verification_id}",
    )


def photo(kept: Photo) -> PhotoView:
    return PhotoView(
        photo_id=kept.photo_id,
        stop=kept.stop,
        sha256=kept.sha256,
        happened_at=kept.happened_at,
        received_at=kept.received_at,
        device_time=kept.device_time,
    )


def for_officer(note: Note, verification_page: str) -> OfficerPage:
    """The mandatory mentions and the plates: what a roadside check asks for."""
    found = mentions(note.consignment, note.issue.issued_at, note.taken_over_at, note.delivered_at)
    return OfficerPage(
        document_id=note.id,
        number=note.number,
        kind=note.kind,
        state=note.state,
        complete=all(mention.present for mention in found),
        mentions=found,
        vehicle_plate=note.consignment.vehicle_plate,
        trailer_plate=note.consignment.trailer_plate,
        times=note.times,
        signatures=_told(note, intact=not note.faults()),
        reserves=sum(len(act.reserves) for act in note.acts),
        verification_url=f"{verification_page}/{note.issue.verification_id}",
        content_hash=note.content_hash,
    )


def verified(note: Note, asked: str) -> VerificationView:
    """What the public may know, after recomputing every hash; organizations are named, people are not."""
    boxes = note.consignment
    faults = note.faults()
    hashes = {link.hash for link in note.hash_chain}
    return VerificationView(
        number=note.number,
        kind=note.kind,
        state=note.state,
        sender_name=boxes.sender.name,
        carrier_name=boxes.carrier.name,
        consignee_name=boxes.consignee.name,
        issued_at=note.issue.issued_at,
        taken_over_at=note.taken_over_at,
        delivered_at=note.delivered_at,
        reserves=sum(len(act.reserves) for act in note.acts),
        content_hash=note.content_hash,
        versions=[
            VerifiedVersion(
                version=version.version,
                content_hash=note.hash_of(version.version),
                made_at=version.made_at,
                signed_by=_signers(note, version.version),
                in_force=version.version == note.in_force,
            )
            for version in note.versions
        ],
        signatures=_told(note, intact=not faults),
        intact=not faults,
        broken=faults,
        asked=_judged(asked, note.content_hash, hashes),
    )


def _judged(
    asked: str, content_hash: str, hashes: set[str]
) -> Literal["", "in_force", "replaced", "unknown"]:
    if not asked:
        return ""
    if asked == content_hash:
        return "in_force"
    return "replaced" if asked in hashes else "unknown"


def _signers(note: Note, version: int) -> list[Party]:
    signed = note.signed_by(version)
    return [party for party in ORDER_OF_SIGNING if party in signed]


def _version(note: Note, version: Version) -> VersionView:
    before = note.versions[version.version - 2].consignment if version.version > 1 else None
    newest = version.version == len(note.versions)
    return VersionView(
        version=version.version,
        content_hash=note.hash_of(version.version),
        made_at=version.made_at,
        reason=version.reason,
        changed=difference(before, version.consignment) if before else [],
        signed_by=_signers(note, version.version),
        to_sign=note.must_agree(version.version) if newest and note.proposal else [],
        in_force=version.version == note.in_force,
    )


def _signatures(note: Note, act: Act, intact: bool) -> list[SignatureView]:
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
            link=link_used(note, act),
            criteria=criteria(given, act, intact),
        )
        for given in act.signatures
    ]


def _told(note: Note, intact: bool) -> list[SignatureTold]:
    return [
        SignatureTold(
            step=act.step,
            party=given.party,
            version=act.version,
            happened_at=act.happened_at,
            device_time=act.device_time,
            way=act.way_of(given.party),
            link=link_used(note, act),
            criteria=criteria(given, act, intact),
        )
        for act in note.acts
        for given in act.signatures
    ]


def link_used(note: Note, act: Act) -> LinkUsedView | None:
    """By whose request, and to which address, the link went that an act was signed by."""
    if act.link is None:
        return None
    return LinkUsedView(
        requested_by=note.name_of(act.link.requested_for),
        requested_for=act.link.requested_for,
        origin=act.link.origin,
        sent_to=masked(act.link.email),
    )


def masked(email: str) -> str:
    """An address as others may know it."""
    name, _, domain = email.partition("@")
    return f"{name[:1]}…@{domain}"


def _reserves(act: Act) -> list[ReserveView]:
    """CMR art. 8: at takeover reservations are the carrier's; at delivery they are the signer's (art. 30)."""
    party: Party = "carrier" if act.step == "takeover" else act.signatures[0].party
    return [
        ReserveView(
            **{field: getattr(reserve.given, field) for field in reserve.given.__struct_fields__},
            step=act.step,
            by_party=party,
            happened_at=act.happened_at,
            warnings=reserve.warnings,
        )
        for reserve in act.reserves
    ]
