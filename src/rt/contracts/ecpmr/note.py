"""What a consignment note says and what signers leave on it."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.kernel.model.messages import HIDDEN, PERSONAL, ClientId, View, personal_of
from rt.trade.goods import Goods
from rt.trade.places import Address, Contact, Latitude, Longitude, Site

Kind = Literal["national", "cmr"]
State = Literal["new", "loading", "in_transport", "delivered"]
Party = Literal["sender", "carrier", "successor", "consignee"]
"""Who signs; at a handover the carrier brings the goods and its successor takes them."""
Step = Literal["takeover", "handover", "delivery", "amendment"]
Stop = Literal["pickup", "delivery"]
Moment = Literal["arrived", "departed"]
Method = Literal["glass", "typed", "link_code", "qr"]
"""How a signature was given; `typed` is for those who cannot draw: the name alone, and kept as such."""
Language = Literal["fr", "en"]
AddressOrigin = Literal["own", "order", "other"]
"""Who gave the address of a link: the party itself, the shipper with its order, or who asked for the link."""
Way = Literal["own_account", "collected", "link"]
"""On whose side a signature was given: the party's account, another's device, or a link with a code."""

Count = Annotated[int, Meta(ge=0, le=100_000)]
DeviceId = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{8,64}$", extra={"leads_to": ""})]
"""An id that the phone made itself, so that it can be named before the network is back."""
ContentHash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
SomeHash = Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")]
Instant = Annotated[datetime, Meta(tz=True)]
"""A point in time with its offset; naive ones are refused."""
DeviceTime = Annotated[str, Meta(pattern=r"^([0-9T:.Z+-]{10,40})?$", max_length=40)]
"""ISO 8601 as the clock of a phone said it, of whatever year: only from a phone that kept what it sends."""
Text = Annotated[str, Meta(max_length=1000)]
Paper = Annotated[str, Meta(max_length=120)]
Code = Annotated[str, Meta(pattern="^([0-9]{6})?$")]


class PartyBox(View):
    """Who sends, carries or receives (boxes 1, 2, 6, 7); `siren` and `vat` as they are printed."""

    name: Annotated[str, Meta(min_length=1, max_length=160)]
    address: Address = Address()
    siren: Annotated[str, Meta(max_length=14)] = ""
    vat: Annotated[str, Meta(max_length=20)] = ""
    contact: Contact = Contact()


class GoodsLine(View):
    """One line of boxes 10 to 15; `line` is the number that reserves refer to, from 1."""

    line: Annotated[int, Meta(ge=1, le=500)]
    goods: Goods
    marks: Annotated[str, Meta(max_length=120)] = ""


class Charges(View):
    """Box 17: who pays what; prices are never on the note."""

    carriage: Literal["sender", "consignee", ""] = ""
    supplementary: Literal["sender", "consignee", ""] = ""
    customs: Literal["sender", "consignee", ""] = ""
    other: Literal["sender", "consignee", ""] = ""


class Consignment(View):
    """What the parties sign: the boxes of the CMR form (IRU 2007 numbering), without what signing adds.

    `driver_id` says whose the name is, where a plan said it, and opens nothing.
    """

    sender: PartyBox
    consignee: PartyBox
    pickup: Site
    delivery: Site
    carrier: PartyBox
    goods: Annotated[list[GoodsLine], Meta(min_length=1, max_length=500)]
    pickup_at: Instant | None = None
    delivery_at: Instant | None = None
    opening_hours: Annotated[str, Meta(max_length=120)] = ""
    instructions: Annotated[Text, PERSONAL] = ""
    vehicle_plate: Annotated[str, Meta(max_length=20)] = ""
    trailer_plate: Annotated[str, Meta(max_length=20)] = ""
    driver_name: Annotated[str, personal_of("driver_id", "planning.drivers"), Meta(max_length=120)] = ""
    successive_carriers: Annotated[list[PartyBox], Meta(max_length=5)] = field(default_factory=list)
    documents: Annotated[list[Annotated[str, Meta(max_length=120)]], Meta(max_length=30)] = field(
        default_factory=list
    )
    special_agreements: Annotated[Text, PERSONAL] = ""
    charges: Charges = Charges()
    other_particulars: Annotated[Text, PERSONAL] = ""
    cash_on_delivery_cents: Annotated[int, Meta(ge=0, le=1_000_000_000_00)] | None = None
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "EUR"
    established_at: Annotated[str, Meta(max_length=120)] = ""
    established_on: date | None = None
    reference: Annotated[str, Meta(max_length=60)] = ""
    driver_id: ClientId = ""


class SignatureGiven(View):
    """What a signer leaves: `image` is SVG path strokes (M, L, Q, C) or a PNG data URL of at most 200 kB.

    On glass without strokes it is a typed signature.
    """

    party: Party
    name: Annotated[str, PERSONAL, Meta(min_length=1, max_length=120)]
    quality: Annotated[str, Meta(max_length=120)] = ""
    method: Method = "glass"
    image: Annotated[str, Meta(max_length=280_000), HIDDEN] = ""
    latitude: Annotated[Latitude, PERSONAL] | None = None
    longitude: Annotated[Longitude, PERSONAL] | None = None
    device: Annotated[str, PERSONAL, Meta(max_length=120)] = ""


class ReserveGiven(View):
    """A reserve on one goods line (0: the whole consignment); photos may arrive after the text."""

    text: Annotated[str, PERSONAL, Meta(min_length=1, max_length=500)]
    line: Annotated[int, Meta(ge=0, le=500)] = 0
    photo_ids: Annotated[list[DeviceId], Meta(max_length=20)] = field(default_factory=list)
    missing_quantity: Count = 0
    damaged_quantity: Count = 0


class PalletExchange(View):
    """Load carriers handed over and given back at one stop, by type and quality."""

    pallet_type: Annotated[str, Meta(min_length=1, max_length=12)] = "EUR"
    quality: Annotated[str, Meta(max_length=12)] = ""
    delivered: Count = 0
    returned: Count = 0
    refused: Count = 0
    broken: Count = 0
