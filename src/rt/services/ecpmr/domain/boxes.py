"""Numbers and names of the boxes of the CMR form (IRU model 2007), in French and English."""

import re
from collections.abc import Iterable

BOXES: dict[str, tuple[str, str, str]] = {
    "sender": ("1", "Expéditeur", "Sender"),
    "consignee": ("2", "Destinataire", "Consignee"),
    "pickup": ("3", "Prise en charge de la marchandise", "Taking over the goods"),
    "delivery": ("4", "Livraison de la marchandise", "Delivery of the goods"),
    "instructions": ("5", "Instructions de l'expéditeur", "Sender's instructions"),
    "carrier": ("6", "Transporteur", "Carrier"),
    "successive_carriers": ("7", "Transporteurs successifs", "Successive carriers"),
    "takeover_reserves": (
        "8",
        "Réserves et observations du transporteur à la prise en charge",
        "Carrier's reservations and observations on taking over the goods",
    ),
    "documents": ("9", "Documents remis au transporteur", "Documents handed to the carrier"),
    "marks": ("10", "Marques et numéros", "Marks and Nos"),
    "quantity": ("11", "Nombre de colis", "Number of packages"),
    "packing": ("12", "Mode d'emballage", "Method of packing"),
    "nature": ("13", "Nature de la marchandise", "Nature of the goods"),
    "weight": ("14", "Poids brut, kg", "Gross weight, kg"),
    "volume": ("15", "Cubage, m³", "Volume, m³"),
    "special_agreements": ("16", "Conventions particulières", "Special agreements"),
    "charges": ("17", "À payer par", "To be paid by"),
    "other_particulars": ("18", "Autres indications utiles", "Other useful particulars"),
    "cash_on_delivery": ("19", "Remboursement", "Cash on delivery"),
    "law": ("20", "Droit applicable", "Applicable law"),
    "established": ("21", "Établie à, le", "Established in, on"),
    "sender_signature": ("22", "Expéditeur", "Sender"),
    "carrier_signature": ("23", "Transporteur", "Carrier"),
    "received": ("24", "Marchandise reçue", "Goods received"),
}
GOODS = ("10-15", "Marchandise, ligne {line}", "Goods, line {line}")
WHERE = {
    "pickup_at": "pickup",
    "delivery_at": "delivery",
    "opening_hours": "delivery",
    "vehicle_plate": "carrier",
    "trailer_plate": "carrier",
    "driver_name": "carrier",
    "driver_id": "carrier",
    "cash_on_delivery_cents": "cash_on_delivery",
    "currency": "cash_on_delivery",
    "established_at": "established",
    "established_on": "established",
    "reference": "other_particulars",
}
GOODS_LINE = re.compile(r"^goods\[(\d+)]")


def box(name: str, language: str) -> str:
    """The name of a box in "fr" or "en"."""
    return BOXES[name][1 if language == "fr" else 2]


def named(paths: Iterable[str], language: str) -> str:
    """The boxes that these paths of a consignment lie in, each once: "4 Livraison de la marchandise, …"."""
    return ", ".join(dict.fromkeys(_name(path, language) for path in paths))


def _name(path: str, language: str) -> str:
    line = GOODS_LINE.match(path)
    if line:
        text = GOODS[1 if language == "fr" else 2].format(line=int(line[1]) + 1)
        return f"{GOODS[0]} {text}"
    field = re.split(r"[.\[]", path, maxsplit=1)[0]
    key = WHERE.get(field, field)
    return f"{BOXES[key][0]} {box(key, language)}"
