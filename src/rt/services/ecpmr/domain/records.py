"""What a note keeps for ever: versions of its boxes, acts of signing, times and photos."""

from datetime import datetime

import msgspec

from rt.contracts.ecpmr import (
    AddressOrigin,
    Consignment,
    PalletExchange,
    Party,
    PartyBox,
    PhotoView,
    ReserveGiven,
    ReserveView,
    SignatureGiven,
    Step,
    Stop,
    WarningView,
    Way,
)
from rt.kernel.model.messages import Personal


class Issue(msgspec.Struct, frozen=True, kw_only=True):
    """What never changes of a note."""

    number: str
    order_id: str
    shipper_id: str
    verification_id: str
    issued_at: datetime


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """The boxes at one time, who wrote them and why."""

    version: int
    consignment: Consignment
    made_at: datetime
    made_by: str
    reason: Personal = ""


class Who(msgspec.Struct, frozen=True, kw_only=True):
    """On whose account a signature was given: a user's, or a link's holder who typed the code.

    `drives`: the account is a driver's, which signs for the carrier and collects for everybody else.
    """

    kind: str
    id: str
    org_id: str
    drives: bool = False


class LinkUsed(msgspec.Struct, frozen=True, kw_only=True):
    """By which link an act was signed: whose request, who gave the address, and the address."""

    link_id: str
    email: Personal
    origin: AddressOrigin
    requested_by: str
    requested_for: Party


class KeptReserve(msgspec.Struct, frozen=True, kw_only=True):
    """A reserve as it was given, with what was said against its wording then."""

    given: ReserveGiven
    warnings: list[WarningView] = []


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """One act of signing: one or two parties, one version, the reserves and pallets of that stop.

    `by_carrier`: the carrier signed, or the strokes were collected on its own account. `own`: the parties
    that signed on an account of their own. `device_time`: what the device's clock said, where it was wrong.
    `leg_id`: the leg whose carrier takes the goods, or has them; at a handover `from_leg_id` brought them and
    `taker` takes them, by name and address (CMR art. 35).
    """

    step: Step
    version: int
    content_hash: str
    happened_at: datetime
    received_at: datetime
    who: Who
    link: LinkUsed | None = None
    by_carrier: bool
    own: list[Party] = []
    device_time: str = ""
    countersigns: str = ""
    signatures: list[SignatureGiven]
    reserves: list[KeptReserve] = []
    pallets: list[PalletExchange] = []
    leg_id: str = ""
    from_leg_id: str = ""
    taker: PartyBox | None = None

    @property
    def takes_over(self) -> bool:
        """Whether the goods have another carrier with it."""
        return (self.step == "takeover" and self.by_carrier) or (
            self.step == "handover" and "successor" in self.parties
        )

    @property
    def parties(self) -> set[Party]:
        return {signature.party for signature in self.signatures}

    def way_of(self, party: Party) -> Way:
        if self.link is not None:
            return "link"
        return "own_account" if party in self.own else "collected"

    def reserve_views(self) -> list[ReserveView]:
        """Whoever takes the goods over makes them (CMR art. 8 and 35), at delivery the signer (art. 30)."""
        takers: dict[Step, Party] = {"takeover": "carrier", "handover": "successor"}
        party = takers.get(self.step, self.signatures[0].party)
        return [
            ReserveView(
                **{field: getattr(reserve.given, field) for field in reserve.given.__struct_fields__},
                step=self.step,
                by_party=party,
                happened_at=self.happened_at,
                warnings=reserve.warnings,
                leg_id=self.leg_id,
            )
            for reserve in self.reserves
        ]


class Photo(msgspec.Struct, frozen=True, kw_only=True):
    """A photo as kept; `sha256` is of the kept picture."""

    photo_id: str
    stop: Stop
    file_key: str
    sha256: str
    width: int
    height: int
    happened_at: datetime | None
    received_at: datetime
    device_time: str = ""

    def view(self) -> PhotoView:
        return PhotoView(
            photo_id=self.photo_id,
            stop=self.stop,
            sha256=self.sha256,
            happened_at=self.happened_at,
            received_at=self.received_at,
            device_time=self.device_time,
        )
