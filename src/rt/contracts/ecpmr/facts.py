"""What ecpmr emits: notes issued, amended and signed, codes and links to send."""

from datetime import datetime
from typing import Any

from rt.contracts.ecpmr.note import Kind, Moment, PalletExchange, Party, Step, Stop
from rt.kernel.model.messages import Event, Personal, View
from rt.trade.references import MailSecret


class ReserveFact(View):
    """A reserve as others need to know it."""

    line: int
    text: Personal
    photos: int


class DocumentIssued(Event, topic="ecpmr.document.issued"):
    """A consignment note exists for an order: national, or a CMR between two countries."""

    document_id: str
    order_id: str
    number: str
    kind: Kind = "national"


class DocumentAmended(Event, topic="ecpmr.document.amended"):
    """A new version was written, or stands now that all who had signed agree: then `to_sign` is empty.

    `content_hash` is that of the version in force.
    """

    document_id: str
    order_id: str
    number: str
    version: int
    changed: list[str]
    to_sign: list[Party]
    content_hash: str = ""
    kind: Kind = "national"


class TakeoverSigned(Event, topic="ecpmr.takeover.signed"):
    """The carrier has the goods; `leg_id` is the leg that it carries, if the order is given on in legs."""

    document_id: str
    order_id: str
    number: str
    signed_at: datetime
    reserves: int
    by_name: Personal
    kind: Kind = "national"
    leg_id: str = ""


class HandoverSigned(Event, topic="ecpmr.handover.signed"):
    """The carrier of another leg has taken the goods over with the note (CMR art. 35).

    `order_id` is the note's, `from_leg_id` the leg that brought them ("" when none is known).
    """

    document_id: str
    order_id: str
    number: str
    from_leg_id: str
    to_leg_id: str
    signed_at: datetime
    reserves: int
    by_name: Personal
    kind: Kind = "national"
    content_hash: str = ""


class DeliverySigned(Event, topic="ecpmr.delivery.signed"):
    """The consignee has the goods.

    `content_hash` is that of the version of the note which it signed, `by_org_id` the organization on whose
    account or link it was signed; `proven` when that identifies the consignee: by an account of its own, or
    by a code at its address. `leg_id` is the leg that brought the goods, if the order is given on in legs.
    """

    document_id: str
    order_id: str
    number: str
    shipper_id: str
    carrier_id: str
    consignee_id: str | None
    consignee_name: str
    site_name: str
    signed_at: datetime
    by_name: Personal
    by_org_id: str
    reserves: list[ReserveFact]
    pallets: list[PalletExchange]
    content_hash: str = ""
    kind: Kind = "national"
    proven: bool = False
    owner_id: str = ""
    leg_id: str = ""

    @staticmethod
    def from_earlier(said: dict[str, Any]) -> dict[str, Any]:
        """Before December 2026 orders were their shippers'."""
        return {"owner_id": said["shipper_id"], **said}


class ReservesNoted(Event, topic="ecpmr.reserves.noted"):
    """Whoever signed a step after it was done made reserves too."""

    document_id: str
    order_id: str
    number: str
    step: Step
    noted_at: datetime
    reserves: int
    kind: Kind = "national"


class TimeRecorded(Event, topic="ecpmr.time.recorded"):
    """A truck arrived at or left a stop, as the driver said.

    `leg_id` where it is a stop of a leg alone, at which the goods change trucks.
    """

    document_id: str
    order_id: str
    stop: Stop
    moment: Moment
    happened_at: datetime
    leg_id: str = ""


class CodeRequested(Event, topic="ecpmr.code.requested"):
    """A signer by link asked for the one-time code."""

    document_id: str
    email: Personal
    phone: Personal
    code: MailSecret
    language: str


class LinkSent(Event, topic="ecpmr.link.sent"):
    """A link to sign was made; the mail to the signer carries the token."""

    document_id: str
    order_id: str
    number: str
    party: Party
    email: Personal
    sender_name: str
    site_name: str
    token: MailSecret
    expires_at: datetime
    language: str
    requested_by_name: Personal = ""
