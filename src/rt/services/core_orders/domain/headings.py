"""The headings that clients' sheets have, in French, English and German, and the words they are made of."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, get_args

from rt.contracts.core_orders import ImportField
from rt.trade.numbers import COUNT, LENGTH_CM, PRICE_EUR, VOLUME_M3, WEIGHT_KG

FIELDS: tuple[ImportField, ...] = get_args(ImportField)

HEADINGS: dict[ImportField, str] = {
    "reference": "Référence|Ref|N° commande|Numéro de commande|Commande|Order|Order reference"
    "|Order number|Id"
    "|Auftragsnummer|Auftrag|Referenz|Bestellnummer",
    "purchase_order": "Commande client|N° commande client|PO|PO number|Purchase order"
    "|Kundenbestellung|Kundenauftrag|Commande cliente",
    "delivery_note": "Bon de livraison|N° BL|BL|DN|Delivery note|Lieferschein|Lieferscheinnummer",
    "booking": "Réservation|N° réservation|Booking|Booking number|Buchung|Buchungsnummer",
    "pickup_name": "Lieu d'enlèvement|Expéditeur|Site de chargement|Chargement|Enlèvement|Pickup|Pickup place"
    "|Pickup name|Sender|Loading place"
    "|Ladestelle|Absender|Beladestelle|Shipper|Abholort",
    "pickup_street": "Adresse d'enlèvement|Rue enlèvement|Adresse expéditeur|Adresse chargement"
    "|Pickup address|Pickup street",
    "pickup_postal_code": "CP enlèvement|Code postal enlèvement|CP départ|CP chargement|Pickup postal code"
    "|Pickup zip|Pickup postcode",
    "pickup_city": "Ville d'enlèvement|Ville départ|Ville chargement|Ville expéditeur"
    "|Pickup city|From|Origin"
    "|Ladeort|Abholstadt",
    "pickup_country": "Pays d'enlèvement|Pays départ|Pickup country|From country",
    "pickup_contact": "Contact enlèvement|Contact chargement|Pickup contact",
    "pickup_phone": "Téléphone enlèvement|Tél enlèvement|Tel chargement|Pickup phone",
    "pickup_from": "Date d'enlèvement|Enlèvement de|Enlèvement le|Date chargement|Date de départ|Pickup date"
    "|Pickup from|Loading date|Ladedatum|Abholdatum|Ladetermin",
    "pickup_until": "Enlèvement à|Fin enlèvement|Enlèvement avant|Pickup until|Pickup to",
    "pickup_hours": "Heure d'enlèvement|Horaires d'enlèvement|Créneau enlèvement|Heures enlèvement"
    "|Pickup time|Pickup hours|Loading time|Ladezeit|Abholzeit",
    "delivery_name": "Lieu de livraison|Destinataire|Site de livraison|Livraison|Client|Delivery"
    "|Delivery place|Delivery name|Consignee|Recipient"
    "|Entladestelle|Empfänger|Lieferort",
    "delivery_street": "Adresse de livraison|Rue livraison|Adresse destinataire|Delivery address"
    "|Delivery street",
    "delivery_postal_code": "CP livraison|Code postal livraison|CP arrivée|CP destinataire"
    "|Delivery postal code|Delivery zip|Delivery postcode"
    "|PLZ Empfänger",
    "delivery_city": "Ville de livraison|Ville arrivée|Ville destinataire|Delivery city|To|Destination"
    "|Entladeort|Zielort",
    "delivery_country": "Pays de livraison|Pays arrivée|Delivery country|To country",
    "delivery_contact": "Contact livraison|Contact destinataire|Delivery contact",
    "delivery_phone": "Téléphone livraison|Tél livraison|Tél destinataire|Delivery phone",
    "delivery_from": "Livraison de|Livraison le|Début livraison|Delivery from",
    "delivery_until": "Date de livraison|Livraison à|Livraison avant|Fin livraison|Delivery date"
    "|Delivery until|Delivery to"
    "|Lieferdatum|Entladedatum|Liefertermin",
    "delivery_hours": "Heure de livraison|Horaires de livraison|Créneau livraison|Heures livraison"
    "|Delivery time|Delivery hours|Unloading time|Lieferzeit|Entladezeit",
    "consignee_email": "E-mail destinataire|Email destinataire|Mail destinataire|Consignee email"
    "|E-Mail Empfänger|Courriel destinataire",
    "description": "Marchandise|Nature de la marchandise|Désignation|Description|Goods|Commodity"
    "|Ware|Warenbezeichnung|Produit|Article|Product",
    "quantity": "Quantité|Qté|Colis|Nb colis|Nombre de colis|Quantity|Qty|Packages"
    "|Anzahl|Menge|Packstücke|Nb de colis",
    "package_code": "Emballage|Code emballage|Package code|Packaging"
    "|Verpackung|Type d'emballage|Conditionnement",
    "weight_kg": "Poids|Poids brut|Poids kg|Poids brut kg|Weight|Gross weight|Weight kg"
    "|Gewicht|Bruttogewicht|Poids total|Total weight",
    "volume_m3": "Volume|Volume m3|M3|Volumen|Cubage",
    "pallets": "Palettes|Nb palettes|Nombre de palettes|Pallets"
    "|Paletten|Anzahl Paletten|Nb de palettes|Nbre palettes|Pal",
    "length_cm": "Longueur|Longueur cm|Length|Length cm|Länge",
    "width_cm": "Largeur|Largeur cm|Width|Width cm|Breite",
    "height_cm": "Hauteur|Hauteur cm|Height|Height cm|Höhe",
    "requirements": "Exigences|Contraintes|Équipements|Requirements|Anforderungen|Equipment",
    "incoterm": "Incoterm|Incoterms|Lieferbedingung",
    "instructions": "Instructions|Consignes|Commentaire|Remarques|Comments|Notes"
    "|Bemerkungen|Hinweise|Anmerkung|Observations|Remarks",
    "buy_price": "Prix d'achat|Prix|Tarif|Prix transport|Buy price|Price"
    "|Preis|Frachtpreis|Prix transport HT|Freight price",
    "sell_price": "Prix de vente|Sell price|Verkaufspreis|Selling price",
}
"""Every field and the headings it goes by, the one of the template first."""

ENGLISH = re.compile(
    r"\b(pickup|pick-up|delivery|loading|weight|goods|order|city|town|zip|postcode|consignee|quantity|from|to)\b",
    re.IGNORECASE,
)
REASON_HEADING = "Motif / Reason"
"""Behind the rows that are given back; it is left out when they are sent again."""
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


SIDES: dict[str, Literal["pickup", "delivery"]] = {
    **dict.fromkeys(
        ["ENLEVEMENT", "CHARGEMENT", "DEPART", "EXPEDITEUR", "EXPEDITION", "ORIGINE", "RAMASSE"], "pickup"
    ),
    **dict.fromkeys(
        ["PICKUP", "LOADING", "COLLECTION", "SENDER", "SHIPPER", "ORIGIN", "FROM", "DEPARTURE"], "pickup"
    ),
    **dict.fromkeys(
        ["ABHOLUNG", "BELADUNG", "ABSENDER", "VERLADUNG", "LADESTELLE", "LADEORT", "LADEN"], "pickup"
    ),
    **dict.fromkeys(
        ["LIVRAISON", "DESTINATAIRE", "DESTINATION", "ARRIVEE", "DECHARGEMENT", "CLIENT"], "delivery"
    ),
    **dict.fromkeys(
        ["DELIVERY", "CONSIGNEE", "RECIPIENT", "UNLOADING", "RECEIVER", "TO", "ARRIVAL", "CUSTOMER"],
        "delivery",
    ),
    **dict.fromkeys(
        ["LIEFERUNG", "ENTLADUNG", "EMPFANGER", "EMPFAENGER", "ZIEL", "ENTLADESTELLE", "ENTLADEORT", "KUNDE"],
        "delivery",
    ),
}
PARTS = {
    **dict.fromkeys(["VILLE", "COMMUNE", "LOCALITE", "CITY", "TOWN", "ORT", "STADT"], "city"),
    **dict.fromkeys(
        ["CP", "CODEPOSTAL", "ZIP", "ZIPCODE", "POSTCODE", "POSTALCODE", "PLZ", "POSTLEITZAHL"], "postal_code"
    ),
    **dict.fromkeys(["PAYS", "CODEPAYS", "COUNTRY", "COUNTRYCODE", "LAND"], "country"),
    **dict.fromkeys(["ADRESSE", "RUE", "VOIE", "STREET", "ADDRESS", "STRASSE", "STRASE"], "street"),
    **dict.fromkeys(
        ["NOM", "SITE", "LIEU", "SOCIETE", "NAME", "PLACE", "COMPANY", "FIRMA", "RAISONSOCIALE"], "name"
    ),
    **dict.fromkeys(["CONTACT", "INTERLOCUTEUR", "ANSPRECHPARTNER", "KONTAKT"], "contact"),
    **dict.fromkeys(["TEL", "TELEPHONE", "PORTABLE", "MOBILE", "PHONE", "TELEFON"], "phone"),
    **dict.fromkeys(["DATE", "JOUR", "DAY", "DATUM", "TAG"], "date"),
    **dict.fromkeys(
        ["HEURE", "HEURES", "HORAIRE", "HORAIRES", "CRENEAU", "TIME", "HOURS", "SLOT", "UHRZEIT", "ZEIT"],
        "hours",
    ),
}
"""Words of which headings are made, in any order: "Ville – Enlèvement", "Loading town", "PLZ Empfänger"."""
UNITS: dict[ImportField, Mapping[str, Decimal]] = {
    "weight_kg": WEIGHT_KG,
    "volume_m3": VOLUME_M3,
    "length_cm": LENGTH_CM,
    "width_cm": LENGTH_CM,
    "height_cm": LENGTH_CM,
    "buy_price": PRICE_EUR,
    "sell_price": PRICE_EUR,
    "quantity": COUNT,
    "pallets": COUNT,
}
"""The fields that are figures, and the units that may stand in their headings and cells."""
REMARKS = re.compile(
    r"[*\s]*|obligatoires?|facultati(f|ve)s?|optionnel(le)?s?|requis|required|optional|mandatory|pflicht(feld)?|ht"
    r"|hors tax(e|es)|texte|nombre|number|code|iso|(jj|dd|mm|tt|j|d|m|hh)[/.\- ].*|hh:mm|hhmm",
    re.IGNORECASE,
)
"""What may stand in brackets behind a heading and changes nothing."""
BRACKETS = re.compile(r"[(\[]([^)\]]*)[)\]]?")
