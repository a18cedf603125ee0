"""The mandatory mentions of a lettre de voiture (arrêté du 9 novembre 1999, art. 4) and what is missing."""

from datetime import datetime

from rt.contracts.ecpmr import Consignment, Kind, MentionView, PartyBox
from rt.trade.places import Address

LABELS = {
    "a": ("Date d'établissement", "Date of issue"),
    "b": ("Transporteur : nom, adresse, SIREN ou TVA", "Carrier: name, address, SIREN or VAT number"),
    "c": ("Date de prise en charge", "Date of takeover"),
    "d": ("Nature et quantité, poids ou volume", "Nature and quantity, weight or volume"),
    "e": ("Expéditeur ou remettant", "Sender"),
    "f": ("Adresse de chargement", "Loading address"),
    "g": ("Destinataire", "Consignee"),
    "h": ("Adresse de déchargement", "Unloading address"),
    "plate": ("Cabotage : immatriculation du véhicule moteur", "Cabotage: registration of the motor vehicle"),
    "unloaded": ("Cabotage : date de déchargement", "Cabotage: date of unloading"),
}


def kind_of(consignment: Consignment) -> Kind:
    """CMR art. 1: the convention governs carriage between two countries."""
    inside = consignment.pickup.address.country == consignment.delivery.address.country
    return "national" if inside else "cmr"


def is_cabotage(consignment: Consignment) -> bool:
    """Carriage inside one country by a carrier of another (Regulation 1072/2009, art. 8)."""
    return kind_of(consignment) == "national" and (
        consignment.carrier.address.country != consignment.pickup.address.country
    )


def mentions(
    consignment: Consignment,
    issued_at: datetime,
    taken_over_at: datetime | None,
    delivered_at: datetime | None,
) -> list[MentionView]:
    """The eight mentions a to h, and two more for cabotage, each with its value and whether it is there."""
    carrier = consignment.carrier
    established = consignment.established_on or issued_at.date()
    values: dict[str, tuple[str, bool]] = {
        "a": (established.isoformat(), True),
        "b": (
            _party(carrier),
            bool(carrier.name and _full(carrier.address) and (carrier.siren or carrier.vat)),
        ),
        "c": _dated(taken_over_at or consignment.pickup_at),
        "d": (_goods(consignment), _measured(consignment)),
        "e": (consignment.sender.name, bool(consignment.sender.name)),
        "f": (_place(consignment.pickup.address), _full(consignment.pickup.address)),
        "g": (consignment.consignee.name, bool(consignment.consignee.name)),
        "h": (_place(consignment.delivery.address), _full(consignment.delivery.address)),
    }
    if is_cabotage(consignment):
        values["plate"] = (consignment.vehicle_plate, bool(consignment.vehicle_plate))
        values["unloaded"] = _dated(delivered_at or consignment.delivery_at)
    return [
        MentionView(code=code, fr=LABELS[code][0], en=LABELS[code][1], value=value, present=present)
        for code, (value, present) in values.items()
    ]


def _party(party: PartyBox) -> str:
    number = party.siren or party.vat
    return ", ".join(part for part in (party.name, _place(party.address), number) if part)


def _place(address: Address) -> str:
    town = f"{address.postal_code} {address.city}".strip()
    return ", ".join(part for part in (address.street, town, address.country if town else "") if part)


def _full(address: Address) -> bool:
    return bool(address.street and address.city)


def _dated(at: datetime | None) -> tuple[str, bool]:
    return (at.date().isoformat() if at else "", at is not None)


def _goods(consignment: Consignment) -> str:
    lines = [line.goods for line in consignment.goods]
    return "; ".join(
        f"{goods.quantity} {goods.package_code} {goods.description}"
        + (f", {goods.weight_kg:g} kg" if goods.weight_kg else "")
        + (f", {goods.volume_m3:g} m³" if goods.volume_m3 else "")
        for goods in lines
    )


def _measured(consignment: Consignment) -> bool:
    return all(
        line.goods.description and (line.goods.quantity or line.goods.weight_kg or line.goods.volume_m3)
        for line in consignment.goods
    )
