"""The mandatory mentions of a lettre de voiture (arrêté du 9 novembre 1999, art. 4) and what is missing."""

from datetime import date, datetime

from rt.contracts.ecpmr import Consignment, Kind, MentionView, PartyBox
from rt.trade.countries import state
from rt.trade.places import Address
from rt.trade.waybill_rules import MENTIONS, Waybill, missing_mentions
from rt.trade.zones import PARIS

"""Whose calendar day a French document is dated by."""


def kind_of(consignment: Consignment) -> Kind:
    """CMR art. 1: the convention governs carriage between two countries."""
    inside = state(consignment.pickup.address.country) == state(consignment.delivery.address.country)
    return "national" if inside else "cmr"


def is_cabotage(consignment: Consignment) -> bool:
    """Carriage inside one country by a carrier of another (Regulation 1072/2009, art. 8)."""
    return kind_of(consignment) == "national" and (
        state(consignment.carrier.address.country) != state(consignment.pickup.address.country)
    )


def mentions(
    consignment: Consignment,
    issued_at: datetime,
    taken_over_at: datetime | None,
    delivered_at: datetime | None,
) -> list[MentionView]:
    """The eight mentions a to h, and two more for cabotage, each with its value and whether it is there."""
    said = _waybill(consignment, issued_at, taken_over_at, delivered_at)
    missing = {mention.code for mention in missing_mentions(said)}
    values = {
        "issued_on": _dated(said.issued_on),
        "carrier": _party(consignment.carrier),
        "taken_over_on": _dated(said.taken_over_on),
        "goods": _goods(consignment),
        "sender_name": said.sender_name,
        "pickup_address": place(consignment.pickup.address),
        "consignee_name": said.consignee_name,
        "delivery_address": place(consignment.delivery.address),
        "vehicle_plate": said.vehicle_plate,
        "unloaded_on": _dated(said.unloaded_on),
    }
    return [
        MentionView(
            code=mention.code,
            fr=mention.fr,
            en=mention.en,
            value=values[mention.code],
            present=mention.code not in missing,
        )
        for mention in MENTIONS
        if said.cabotage or not mention.cabotage_only
    ]


def _waybill(
    consignment: Consignment,
    issued_at: datetime,
    taken_over_at: datetime | None,
    delivered_at: datetime | None,
) -> Waybill:
    """What the note says so far; before the truck comes, planned dates stand for the real ones."""
    carrier = consignment.carrier
    return Waybill(
        issued_on=consignment.established_on or issued_at.date(),
        carrier_name=carrier.name,
        carrier_address=carrier.address,
        carrier_siren_or_vat=carrier.siren or carrier.vat,
        taken_over_on=_day(taken_over_at or consignment.pickup_at),
        goods=[line.goods for line in consignment.goods],
        sender_name=consignment.sender.name,
        pickup_address=consignment.pickup.address,
        consignee_name=consignment.consignee.name,
        delivery_address=consignment.delivery.address,
        cabotage=is_cabotage(consignment),
        vehicle_plate=consignment.vehicle_plate,
        unloaded_on=_day(delivered_at or consignment.delivery_at),
    )


def place(address: Address) -> str:
    """An address on one line; empty when there is none."""
    town = f"{address.postal_code} {address.city}".strip()
    return ", ".join(part for part in (address.street, town, address.country if town else "") if part)


def _party(party: PartyBox) -> str:
    number = party.siren or party.vat
    return ", ".join(part for part in (party.name, place(party.address), number) if part)


def _day(at: datetime | None) -> date | None:
    return at.astimezone(PARIS).date() if at else None


def _dated(on: date | None) -> str:
    return on.isoformat() if on else ""


def _goods(consignment: Consignment) -> str:
    return "; ".join(
        f"{goods.quantity} {goods.package_code} {goods.description}"
        + (f", {goods.weight_kg:g} kg" if goods.weight_kg else "")
        + (f", {goods.volume_m3:g} m³" if goods.volume_m3 else "")
        for goods in (line.goods for line in consignment.goods)
    )
