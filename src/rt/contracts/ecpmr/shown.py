"""What is shown of a consignment note: to its parties, to officers and to the public."""

from datetime import datetime
from typing import Literal

from msgspec import field

from rt.contracts.ecpmr.note import (
    AddressOrigin,
    Consignment,
    Kind,
    Moment,
    PalletExchange,
    Party,
    ReserveGiven,
    SignatureGiven,
    State,
    Step,
    Stop,
    Way,
)
from rt.kernel.model.messages import View


class CriterionView(View):
    """One of the four tests of a reliable electronic signature (C. civ. 1367, eIDAS art. 26)."""

    code: Literal["unique_link", "identify", "sole_control", "tamper_evident"]
    met: bool
    fr: str
    en: str


class LinkUsedView(View):
    """By whose request a signer without an account was written to, and who gave the address."""

    requested_by: str
    requested_for: Party
    origin: AddressOrigin
    sent_to: str


class SignatureView(SignatureGiven, kw_only=True):
    """A signature as kept: `drift_s` is device time minus server time at receipt.

    `device_time` is set where the device's clock was wrong: what it said, `happened_at` is then corrected.
    `leg_id` is the leg whose carrier took the goods with it, or had them.
    """

    step: Step
    version: int
    signed_hash: str
    happened_at: datetime
    received_at: datetime
    drift_s: int
    device_time: str = ""
    way: Way
    link: LinkUsedView | None = None
    criteria: list[CriterionView] = field(default_factory=list)
    leg_id: str = ""


class WarningView(View):
    """Why a reserve may not hold: too vague, no quantity, no place …"""

    code: str
    fr: str
    en: str


class ReserveView(ReserveGiven, kw_only=True):
    """A reserve as kept, with what weakens it; `leg_id` is the leg that a handover was to."""

    step: Step
    by_party: Party
    happened_at: datetime
    warnings: list[WarningView] = field(default_factory=list)
    leg_id: str = ""


class StopTime(View):
    """A truck's arrival or departure (document de suivi), of a leg alone where the goods change trucks."""

    stop: Stop
    moment: Moment
    happened_at: datetime
    received_at: datetime
    device_time: str = ""
    leg_id: str = ""


class NoteLegView(View):
    """A leg that travels under the note: who carries the goods from where to where.

    `takes` and `gives` are signed at its ends; `handover_hash` names what was signed of its taking over.
    """

    leg_id: str
    carrier_name: str
    pickup_name: str
    pickup_city: str
    delivery_name: str
    delivery_city: str
    vehicle_plate: str
    takes: Step
    gives: Step
    next_leg_id: str
    taken_over_at: datetime | None
    given_over_at: datetime | None
    handover_hash: str


class SignatureTold(View):
    """A signature as officers and the public may know it: for which party, how it was given, no person."""

    step: Step
    party: Party
    version: int
    happened_at: datetime
    device_time: str
    way: Way
    link: LinkUsedView | None
    criteria: list[CriterionView]


class PhotoView(View):
    """A photo of the goods; `sha256` is of the picture as kept."""

    photo_id: str
    stop: Stop
    sha256: str
    happened_at: datetime | None
    received_at: datetime
    device_time: str = ""


class VersionView(View):
    """One state of the boxes: its hash seals it and all that came before."""

    version: int
    content_hash: str
    made_at: datetime
    reason: str = ""
    changed: list[str] = field(default_factory=list)
    signed_by: list[Party] = field(default_factory=list)
    to_sign: list[Party] = field(default_factory=list)
    in_force: bool = False


class MentionView(View):
    """One mandatory mention (arrêté du 9 novembre 1999, art. 4)."""

    code: str
    fr: str
    en: str
    value: str
    present: bool


class DocumentRow(View):
    """A consignment note in a list."""

    document_id: str
    order_id: str
    number: str
    kind: Kind
    state: State
    sender_name: str
    carrier_name: str
    consignee_name: str
    pickup_city: str
    delivery_city: str
    reserves: int
    to_sign: list[Party]
    cancelled: bool
    created_at: datetime
    taken_over_at: datetime | None
    delivered_at: datetime | None


class DocumentsPage(View):
    """One page of consignment notes; `next` is empty at the end."""

    items: list[DocumentRow]
    next: str = ""


class DocumentView(DocumentRow, kw_only=True):
    """The whole note, enough for a phone without network; sign with `content_hash`.

    `in_force` is the number of the version of the boxes that stands; `version` counts writes, for If-Match.
    `takeover_hash` and `delivery_hash` name what was signed at that step so far, for who signs it after.
    `pallets_counted` is what the note counts, `pallets_usual` the most that is signed without a confirmation.
    `legs` are those that carry the goods under it, in their order, `held_by` the one that has them.
    """

    shipper_id: str
    carrier_id: str | None
    consignee_id: str | None
    version: int
    in_force: int
    content_hash: str
    takeover_hash: str = ""
    delivery_hash: str = ""
    pallets_counted: int = 0
    pallets_usual: int = 0
    consignment: Consignment
    proposal: Consignment | None = None
    signatures: list[SignatureView] = field(default_factory=list)
    reserves_made: list[ReserveView] = field(default_factory=list)
    pallets_takeover: list[PalletExchange] = field(default_factory=list)
    pallets_delivery: list[PalletExchange] = field(default_factory=list)
    times: list[StopTime] = field(default_factory=list)
    photos: list[PhotoView] = field(default_factory=list)
    versions: list[VersionView] = field(default_factory=list)
    mentions: list[MentionView] = field(default_factory=list)
    verification_id: str
    verification_url: str
    legs: list[NoteLegView] = field(default_factory=list)
    held_by: str = ""


class DocumentsOfDay(View):
    """Whole notes of a driver's day, kept on the phone."""

    items: list[DocumentView]


class OfficerPage(View):
    """What a roadside officer may ask to see, without a price."""

    document_id: str
    number: str
    kind: Kind
    state: State
    complete: bool
    mentions: list[MentionView]
    vehicle_plate: str
    trailer_plate: str
    times: list[StopTime]
    signatures: list[SignatureTold]
    reserves: int
    verification_url: str
    content_hash: str


class VerifiedVersion(View):
    """A version as the public sees it."""

    version: int
    content_hash: str
    made_at: datetime
    signed_by: list[Party]
    in_force: bool


class VerificationView(View):
    """What anyone with the printed code may know; no person's name. `asked` judges the hash that was sent."""

    number: str
    kind: Kind
    state: State
    sender_name: str
    carrier_name: str
    consignee_name: str
    issued_at: datetime
    taken_over_at: datetime | None
    delivered_at: datetime | None
    reserves: int
    content_hash: str
    versions: list[VerifiedVersion]
    signatures: list[SignatureTold]
    intact: bool
    broken: list[str]
    asked: Literal["", "in_force", "replaced", "unknown"] = ""


class SigningLinkView(View):
    """A link was sent to a masked address; its token goes to the signer alone.

    Signed at an address of `origin` "other", an act does not identify its signer, and says so.
    """

    link_id: str
    sent_to: str
    party: Party
    origin: AddressOrigin
    expires_at: datetime


class CodeSentView(View):
    """A one-time code left for a masked address."""

    sent_to: str
    expires_at: datetime
    tries: int
