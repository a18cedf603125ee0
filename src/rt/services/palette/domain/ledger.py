"""Entries of pallet accounts: what a delivery, a transfer or a collection writes on both sides."""

from collections import deque
from collections.abc import Iterable
from datetime import datetime
from typing import cast, get_args

import msgspec

from rt.contracts.palette import CountView, PalletQuality, PalletType

NAMED = "name:"
"""How the account of a partner without organization begins; nobody answers for it."""
ACCOUNT_LENGTH = 120
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

    @property
    def pair(self) -> frozenset[str]:
        """Its two parties, whichever of them looks."""
        return frozenset((self.holder_id, self.partner_id))


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """What was counted at the dock.

    `refused`: empties offered back and not taken; they stay. `broken`: taken back although not exchangeable;
    they are booked, but settle nothing. `expected` is the part of `delivered` that the policy asks back.
    `voucher_days` is how long a voucher for what stays owed holds; 0: none is issued.
    """

    pallet_type: PalletType
    quality: PalletQuality
    delivered: int = 0
    returned: int = 0
    refused: int = 0
    broken: int = 0
    expected: int = 0
    voucher_days: int = 0

    @property
    def owed(self) -> int:
        return self.expected - self.returned

    def view(self) -> CountView:
        return CountView(
            pallet_type=self.pallet_type,
            quality=self.quality,
            delivered=self.delivered,
            returned=self.returned,
            refused=self.refused,
            broken=self.broken,
            owed=self.owed,
        )


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
    return (NAMED + " ".join(name.casefold().split()))[:ACCOUNT_LENGTH]


def organizations(*party_ids: str) -> list[str]:
    """Those of the parties that are organizations and so may look."""
    return sorted({party for party in party_ids if party and not party.startswith(NAMED)})


def account(holder_id: str, partner_id: str, pallet_type: str) -> str:
    """One party's account with a partner, of a type of pallets ("": with all, of all)."""
    return f"{holder_id} {partner_id} {pallet_type}"


def accounts_of(line: Line) -> list[str]:
    """The accounts that an entry stands in."""
    return [
        account(line.holder_id, line.partner_id, ""),
        account(line.holder_id, "", line.pallet_type),
        account(line.holder_id, line.partner_id, line.pallet_type),
    ]
