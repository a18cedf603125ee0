"""Wishes to change a consignment note: times, photos, new versions and above all signatures."""

from typing import Annotated

from msgspec import Meta, field

from rt.contracts.ecpmr.note import (
    Code,
    Consignment,
    ContentHash,
    DeviceId,
    DeviceTime,
    Instant,
    Language,
    PalletExchange,
    Party,
    ReserveGiven,
    SignatureGiven,
    SomeHash,
    Stop,
)
from rt.contracts.ecpmr.shown import CodeSentView, DocumentView, PhotoView, SigningLinkView
from rt.kernel.model.messages import Command, MediaType, View
from rt.trade.contacts import OptionalEmail
from rt.trade.references import NoteId, OrderId


class AmendDocument(
    Command[DocumentView],
    route="/api/ecpmr/documents/{document_id}/versions",
    needs="ecpmr.write",
    closed_to=("driver",),
):
    """Write a new version; once signed, it stands only when everyone who signed has signed again.

    `content_hash` is that of the newest version, proposed or in force.
    """

    document_id: NoteId
    content_hash: ContentHash
    consignment: Consignment
    reason: Annotated[str, Meta(min_length=1, max_length=300)]


class Signing(View):
    """The version that the signer saw, when by the device's clock, who signs and what is wrong.

    `countersigns` is the note's `takeover_hash` or `delivery_hash` as it was read, where others have noted
    reserves or pallets at this step before. `pallets_confirmed` says that unusual numbers are meant.
    """

    document_id: NoteId
    content_hash: ContentHash
    happened_at: Instant
    signature: SignatureGiven
    countersignature: SignatureGiven | None = None
    reserves: Annotated[list[ReserveGiven], Meta(max_length=100)] = field(default_factory=list)
    pallets: Annotated[list[PalletExchange], Meta(max_length=20)] = field(default_factory=list)
    pallets_confirmed: bool = False
    countersigns: SomeHash = ""
    code: Code = ""
    device_time: DeviceTime = ""


class SignTakeover(
    Signing,
    Command[DocumentView],
    route="/api/ecpmr/documents/{document_id}/takeover",
    needs="ecpmr.write",
    link="sign_takeover",
):
    """Sender's side and driver sign; the goods are the carrier's once its side has signed or collected."""


class SignDelivery(
    Signing,
    Command[DocumentView],
    route="/api/ecpmr/documents/{document_id}/delivery",
    needs="ecpmr.write",
    link="sign_delivery",
):
    """The consignee receives the goods, with or without reserves; the driver may countersign."""


class SignHandover(
    Command[DocumentView],
    route="/api/ecpmr/documents/{document_id}/handover",
    needs="ecpmr.write",
    link="sign_takeover",
):
    """The goods change trucks: the carrier of leg `leg_id` takes them over with the note, on its receipt.

    It signs as `successor`, with its reserves; who brings them signs as `carrier`, before, with it or after.
    `countersigns` is the leg's `handover_hash` as it was read, where the other has noted reserves.
    """

    document_id: NoteId
    leg_id: OrderId
    content_hash: ContentHash
    happened_at: Instant
    signature: SignatureGiven
    countersignature: SignatureGiven | None = None
    reserves: Annotated[list[ReserveGiven], Meta(max_length=100)] = field(default_factory=list)
    countersigns: SomeHash = ""
    code: Code = ""
    device_time: DeviceTime = ""


class SignAmendment(
    Command[DocumentView],
    route="/api/ecpmr/documents/{document_id}/amendment",
    needs="ecpmr.write",
    link="sign_delivery",
):
    """Agree to the proposed version."""

    document_id: NoteId
    content_hash: ContentHash
    happened_at: Instant
    signature: SignatureGiven
    code: Code = ""
    device_time: DeviceTime = ""


class RecordArrival(
    Command[DocumentView], route="/api/ecpmr/documents/{document_id}/arrivals", needs="ecpmr.write"
):
    """The truck arrived at a stop, of a leg if named; the first one at the pickup begins the loading."""

    document_id: NoteId
    stop: Stop
    happened_at: Instant
    device_time: DeviceTime = ""
    leg_id: OrderId = ""


class RecordDeparture(
    Command[DocumentView], route="/api/ecpmr/documents/{document_id}/departures", needs="ecpmr.write"
):
    """The truck left a stop, of a leg if one is named."""

    document_id: NoteId
    stop: Stop
    happened_at: Instant
    device_time: DeviceTime = ""
    leg_id: OrderId = ""


class AddPhoto(
    Command[PhotoView],
    route="/api/ecpmr/documents/{document_id}/photos/{photo_id}",
    needs="ecpmr.write",
    upload=10_000_000,
    link="sign_delivery",
):
    """Keep a photo of the goods; `photo_id` was made on the phone and may already stand in a reserve."""

    document_id: NoteId
    photo_id: DeviceId
    content: bytes
    media_type: MediaType
    stop: Stop = "delivery"
    happened_at: Instant | None = None
    device_time: DeviceTime = ""


class MakeSigningLink(
    Command[SigningLinkView], route="/api/ecpmr/documents/{document_id}/links", needs="ecpmr.write"
):
    """Send someone without an account a link to sign: the consignee the delivery, the others the takeover.

    It goes to an address that the party or, for the consignee, the order gave: "" takes it from there. Each
    may give any address for its own party. At the dock somebody else may type one for the consignee: the act
    then says so and does not identify its signer.
    """

    document_id: NoteId
    party: Party
    email: OptionalEmail = ""
    phone: Annotated[str, Meta(max_length=40)] = ""
    language: Language = "fr"


class AskTakeoverCode(
    Command[CodeSentView],
    route="/api/ecpmr/documents/{document_id}/takeover/code",
    needs="ecpmr.write",
    link="sign_takeover",
):
    """Send the one-time code that signing a takeover by link needs: 10 minutes, five tries, once."""

    document_id: NoteId


class AskDeliveryCode(
    Command[CodeSentView],
    route="/api/ecpmr/documents/{document_id}/delivery/code",
    needs="ecpmr.write",
    link="sign_delivery",
):
    """Send the one-time code that signing a delivery by link needs: 10 minutes, five tries, once."""

    document_id: NoteId
