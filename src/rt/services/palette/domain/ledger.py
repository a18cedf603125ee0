"""Movements of pallets: every one sums to zero, none is ever changed, a balance is the fold of them."""

from collections import Counter, deque
from collections.abc import Iterable
from datetime import datetime
from typing import cast, get_args

import msgspec

from rt.contracts.ecpmr import DeliverySigned
from rt.contracts.palette import MovementKind, PalletQuality, PalletType, PolicyMode
from rt.kernel.entity import Entity
from rt.kernel.errors import Conflict, Invalid
from rt.kernel.ids import derived_id

OTHER_SPELLINGS: dict[str, PalletType] = {
    "EPAL": "EUR",
    "EUR/EPAL": "EUR",
    "EUR-EPAL": "EUR",
    "EUROPE": "EUR",
    "UIC/EUR": "UIC",
    "ROLLS": "ROLL",
    "LOST": "ONEWAY",
    "PERDUE": "ONEWAY",
    "ONE-WAY": "ONEWAY",
    "ONE_WAY": "ONEWAY",
}


class MovementUnbalanced(Invalid):
    """A movement whose lines create or lose pallets: never stored, and never read back either."""

    fr = "Le mouvement crée ou perd des palettes ({difference} {pallet_type})."
    en = "The movement creates or loses pallets ({difference} {pallet_type})."


class ReversalNotReversed(Conflict):
    fr = "Une contre-passation ne s'annule pas : saisissez un nouveau mouvement."
    en = "A reversal is not reversed: book a new movement."


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """An organization, or by `name:…` one that has no account."""

    id: str
    name: str


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """`quantity` pallets of `partner_id` more (or less) are held by `holder_id`."""

    holder_id: str
    partner_id: str
    site_name: str = ""
    pallet_type: PalletType
    quality: PalletQuality
    quantity: int


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted at the dock.

    `refused`: empties offered back and not taken; they stay. `broken`: taken back although not exchangeable;
    they are booked, but settle nothing. `expected` is the part of `delivered` that the policy asks back.
    """

    pallet_type: PalletType
    quality: PalletQuality
    delivered: int = 0
    returned: int = 0
    refused: int = 0
    broken: int = 0
    expected: int = 0

    @property
    def owed(self) -> int:
        return self.expected - self.returned


class Movement(Entity, kw_only=True):
    """One document with all its lines; the same one is seen from both sides."""

    kind: MovementKind
    moved_at: datetime
    parties: list[Party]
    lines: list[Line]
    order_id: str = ""
    document_number: str = ""
    site_name: str = ""
    policy: PolicyMode = "immediate"
    exchanges: list[Exchange] = msgspec.field(default_factory=list)
    note: str = ""
    reverses: str = ""

    def __post_init__(self) -> None:
        """The law: within each pair of parties, type and quality, the lines sum to zero."""
        sums: Counter[tuple[str, str, PalletType, PalletQuality]] = Counter()
        for line in self.lines:
            if line.holder_id == line.partner_id:
                raise MovementUnbalanced(difference=line.quantity, pallet_type=line.pallet_type)
            low, high = sorted((line.holder_id, line.partner_id))
            sums[low, high, line.pallet_type, line.quality] += line.quantity
        for (_, _, pallet_type, _), difference in sums.items():
            if difference:
                raise MovementUnbalanced(difference=difference, pallet_type=pallet_type)

    def name_of(self, party_id: str) -> str:
        return next((party.name for party in self.parties if party.id == party_id), "")

    def opposite(self) -> list[Line]:
        """The lines of the reversal."""
        if self.kind == "reversal":
            raise ReversalNotReversed
        return [msgspec.structs.replace(line, quantity=-line.quantity) for line in self.lines]


class OpenPart(msgspec.Struct, frozen=True):
    """What is still open of one movement, signed like the balance."""

    at: datetime
    quantity: int
    movement_id: str


def transfer(
    giver: str,
    taker: str,
    pallet_type: PalletType,
    quality: PalletQuality,
    quantity: int,
    site_name: str = "",
) -> list[Line]:
    """The two entries of pallets that pass from one party to another; none for nothing, or to oneself."""
    if quantity == 0 or giver == taker:
        return []
    entries = ((taker, giver, quantity), (giver, taker, -quantity))
    return [
        Line(
            holder_id=holder,
            partner_id=partner,
            site_name=site_name,
            pallet_type=pallet_type,
            quality=quality,
            quantity=count,
        )
        for holder, partner, count in entries
    ]


def delivery_lines(
    exchange: Exchange, shipper: str, carrier: str, consignee: str, site_name: str
) -> list[Line]:
    """A delivery with its exchange: what comes back settles the consignee and is then held by the carrier.

    The carrier owes only what it really received (contrat type général, art. 6.6: no duty to bring pallets
    back unless agreed).
    """
    kind, quality = exchange.pallet_type, exchange.quality
    return [
        *transfer(shipper, consignee, kind, quality, exchange.expected, site_name),
        *collection_lines(kind, quality, exchange.returned, shipper, carrier, consignee, site_name),
        *collection_lines(kind, "BROKEN", exchange.broken, shipper, carrier, consignee, site_name),
    ]


def collection_lines(
    pallet_type: PalletType,
    quality: PalletQuality,
    quantity: int,
    creditor: str,
    collector: str,
    debtor: str,
    site_name: str,
) -> list[Line]:
    """Pallets that a collector takes from the debtor on behalf of the creditor."""
    return [
        *transfer(debtor, creditor, pallet_type, quality, quantity, site_name),
        *transfer(creditor, collector, pallet_type, quality, quantity),
    ]


def delivered(
    event: DeliverySigned,
    consignee: str,
    exchanges: list[Exchange],
    policy: PolicyMode,
    names: tuple[str, str],
) -> Movement:
    """The movement of a signed note; its identity follows from the note, so that it is booked once.

    `names` are those of shipper and carrier.
    """
    parties = (event.shipper_id, names[0]), (event.carrier_id, names[1]), (consignee, event.consignee_name)
    return Movement(
        id=derived_id("mov", "delivery", event.document_id),
        kind="delivery",
        moved_at=event.signed_at,
        parties=[Party(id=party, name=name) for party, name in parties],
        lines=[
            line
            for exchange in exchanges
            for line in delivery_lines(
                exchange, event.shipper_id, event.carrier_id, consignee, event.site_name
            )
        ],
        order_id=event.order_id,
        document_number=event.number,
        site_name=event.site_name,
        policy=policy,
        exchanges=exchanges,
        seen_by=organizations(event.shipper_id, event.carrier_id, consignee),
    )


def open_parts(entries: Iterable[OpenPart]) -> list[OpenPart]:
    """What is left open after each entry has settled the oldest of the other sign (first in, first out)."""
    left: deque[OpenPart] = deque()
    for entry in sorted(entries, key=lambda part: part.at):
        quantity = entry.quantity
        while quantity and left and (left[0].quantity > 0) != (quantity > 0):
            oldest = left.popleft()
            rest = oldest.quantity + quantity
            if rest and (rest > 0) == (oldest.quantity > 0):
                left.appendleft(msgspec.structs.replace(oldest, quantity=rest))
                quantity = 0
            else:
                quantity = rest
        if quantity:
            left.append(msgspec.structs.replace(entry, quantity=quantity))
    return list(left)


def known_type(spelled: str) -> PalletType:
    """The pallet type behind what partners write; OTHER when unknown, so that nothing counted is lost."""
    word = spelled.strip().upper()
    if word in get_args(PalletType):
        return cast("PalletType", word)
    return OTHER_SPELLINGS.get(word, "OTHER")


def known_quality(spelled: str) -> PalletQuality:
    """The exchange class; A when nothing is said (what EUR/EPAL exchange takes for granted)."""
    word = spelled.strip().upper()
    return cast("PalletQuality", word) if word in get_args(PalletQuality) else "A"


def party_named(name: str) -> str:
    """The account of a partner without organization, by its name."""
    return "name:" + " ".join(name.casefold().split())


def organizations(*party_ids: str) -> list[str]:
    """Those of the parties that are organizations and so may look."""
    return sorted({party for party in party_ids if party and not party.startswith("name:")})
