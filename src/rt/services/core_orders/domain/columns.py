"""Which column of a client's sheet fills which field: headings in French or English, or as named before."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import get_args

from rt.contracts.core_orders import ColumnMatch, ImportField

FIELDS: tuple[ImportField, ...] = get_args(ImportField)

HEADINGS: dict[ImportField, str] = {
    "reference": "Référence|Ref|N° commande|Numéro de commande|Commande|Order|Order reference"
    "|Order number|Id",
    "purchase_order": "Commande client|N° commande client|PO|PO number|Purchase order",
    "delivery_note": "Bon de livraison|N° BL|BL|DN|Delivery note",
    "booking": "Réservation|N° réservation|Booking|Booking number",
    "pickup_name": "Lieu d'enlèvement|Expéditeur|Site de chargement|Chargement|Enlèvement|Pickup|Pickup place"
    "|Pickup name|Sender|Loading place",
    "pickup_street": "Adresse d'enlèvement|Rue enlèvement|Adresse expéditeur|Adresse chargement"
    "|Pickup address|Pickup street",
    "pickup_postal_code": "CP enlèvement|Code postal enlèvement|CP départ|CP chargement|Pickup postal code"
    "|Pickup zip|Pickup postcode",
    "pickup_city": "Ville d'enlèvement|Ville départ|Ville chargement|Ville expéditeur"
    "|Pickup city|From|Origin",
    "pickup_country": "Pays d'enlèvement|Pays départ|Pickup country|From country",
    "pickup_contact": "Contact enlèvement|Contact chargement|Pickup contact",
    "pickup_phone": "Téléphone enlèvement|Tél enlèvement|Tel chargement|Pickup phone",
    "pickup_from": "Date d'enlèvement|Enlèvement de|Enlèvement le|Date chargement|Date de départ|Pickup date"
    "|Pickup from|Loading date",
    "pickup_until": "Enlèvement à|Fin enlèvement|Enlèvement avant|Pickup until|Pickup to",
    "delivery_name": "Lieu de livraison|Destinataire|Site de livraison|Livraison|Client|Delivery"
    "|Delivery place|Delivery name|Consignee|Recipient",
    "delivery_street": "Adresse de livraison|Rue livraison|Adresse destinataire|Delivery address"
    "|Delivery street",
    "delivery_postal_code": "CP livraison|Code postal livraison|CP arrivée|CP destinataire"
    "|Delivery postal code|Delivery zip|Delivery postcode",
    "delivery_city": "Ville de livraison|Ville arrivée|Ville destinataire|Delivery city|To|Destination",
    "delivery_country": "Pays de livraison|Pays arrivée|Delivery country|To country",
    "delivery_contact": "Contact livraison|Contact destinataire|Delivery contact",
    "delivery_phone": "Téléphone livraison|Tél livraison|Tél destinataire|Delivery phone",
    "delivery_from": "Livraison de|Livraison le|Début livraison|Delivery from",
    "delivery_until": "Date de livraison|Livraison à|Livraison avant|Fin livraison|Delivery date"
    "|Delivery until|Delivery to",
    "consignee_email": "E-mail destinataire|Email destinataire|Mail destinataire|Consignee email",
    "description": "Marchandise|Nature de la marchandise|Désignation|Description|Goods|Commodity",
    "quantity": "Quantité|Qté|Colis|Nb colis|Nombre de colis|Quantity|Qty|Packages",
    "package_code": "Emballage|Code emballage|Package code|Packaging",
    "weight_kg": "Poids|Poids brut|Poids kg|Poids brut kg|Weight|Gross weight|Weight kg",
    "volume_m3": "Volume|Volume m3|M3",
    "pallets": "Palettes|Nb palettes|Nombre de palettes|Pallets",
    "length_cm": "Longueur|Longueur cm|Length|Length cm",
    "width_cm": "Largeur|Largeur cm|Width|Width cm",
    "height_cm": "Hauteur|Hauteur cm|Height|Height cm",
    "requirements": "Exigences|Contraintes|Équipements|Requirements",
    "incoterm": "Incoterm|Incoterms",
    "instructions": "Instructions|Consignes|Commentaire|Remarques|Comments|Notes",
    "buy_price": "Prix d'achat|Prix|Tarif|Prix transport|Buy price|Price",
    "sell_price": "Prix de vente|Sell price",
}
"""Every field and the headings it goes by, the one of the template first."""

SMALL_WORDS = frozenset({"D", "DE", "DU", "DES", "LA", "LE", "L", "N", "NO"})

EXAMPLE: dict[ImportField, str] = {
    "reference": "CMD-1001",
    "purchase_order": "PO-778812",
    "pickup_name": "Usine de Gerland",
    "pickup_street": "12 rue de Gerland",
    "pickup_postal_code": "69007",
    "pickup_city": "Lyon",
    "pickup_country": "FR",
    "pickup_contact": "Quai 4",
    "pickup_phone": "+33 4 78 00 00 00",
    "pickup_from": "15/01/2027 08:00",
    "pickup_until": "15/01/2027 12:00",
    "delivery_name": "Brico Loire",
    "delivery_street": "3 rue Bergson",
    "delivery_postal_code": "42000",
    "delivery_city": "Saint-Étienne",
    "delivery_country": "FR",
    "delivery_contact": "Réception",
    "delivery_phone": "+33 4 77 00 00 00",
    "delivery_from": "16/01/2027 08:00",
    "delivery_until": "16/01/2027 17:00",
    "consignee_email": "reception@example.com",
    "description": "Robinetterie",
    "quantity": "10",
    "package_code": "PX",
    "weight_kg": "4 250,5",
    "pallets": "10",
    "requirements": "hayon",
    "buy_price": "480,00",
}


def folded(heading: str) -> str:
    """A heading without accents, case, punctuation and articles: "Date d'enlèvement" is DATEENLEVEMENT.

    A small word at the end stays: "Livraison de" is a date, "Livraison" a place.
    """
    plain = unicodedata.normalize("NFKD", heading.split("(")[0]).upper().replace("'", " ").replace("’", " ")
    words = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c)).split()
    return "".join(word for word in words[:-1] if word not in SMALL_WORDS) + "".join(words[-1:])


KNOWN: dict[str, ImportField] = {
    folded(heading): field for field, headings in HEADINGS.items() for heading in headings.split("|")
} | {folded(field): field for field in FIELDS}


def matched(headings: Sequence[str], remembered: Mapping[str, ImportField | None]) -> list[ColumnMatch]:
    """The field of each column: as the organization named it, else as it is usually called; each once."""
    taken: set[ImportField] = set()
    matches = []
    for heading in headings:
        key = folded(heading)
        field = remembered[key] if key in remembered else KNOWN.get(key)
        if field in taken:
            field = None
        if field is not None:
            taken.add(field)
        matches.append(ColumnMatch(column=heading, field=field))
    return matches
