"""Orders as a CSV file, with the columns of the reader's role."""

from collections.abc import Sequence
from decimal import Decimal

from rt.contracts.core_orders import ExportColumn, OrderRow
from rt.trade.spreadsheets import Cell, csv_file

COLUMNS: dict[str, str] = {
    "reference": "Référence",
    "purchase_order": "Commande client",
    "delivery_note": "Bon de livraison",
    "booking": "Réservation",
    "state": "État",
    "owner_name": "Donneur d'ordre",
    "client_name": "Client",
    "carrier_name": "Transporteur",
    "consignee_name": "Destinataire",
    "pickup_name": "Lieu d'enlèvement",
    "pickup_city": "Ville d'enlèvement",
    "pickup_from": "Enlèvement de",
    "pickup_until": "Enlèvement à",
    "delivery_name": "Lieu de livraison",
    "delivery_city": "Ville de livraison",
    "delivery_from": "Livraison de",
    "delivery_until": "Livraison à",
    "pallets": "Palettes",
    "weight_kg": "Poids brut (kg)",
    "loading_metres": "Mètres de plancher",
    "vehicle_plate": "Immatriculation",
    "driver_name": "Conducteur",
}
CHOSEN_COLUMNS: dict[str, str] = {
    "shipper_name": "Expéditeur",
    "incident_open": "Incident",
    "with_reserves": "Réserves",
    "created_at": "Créée le",
}
"""Only for who asks for them."""
DEAL_COLUMNS: dict[str, str] = {"agreed_cents": "Prix convenu", "currency": "Devise"}
OFFER_COLUMNS: dict[str, str] = {
    "tender_price_cents": "Prix proposé",
    "tender_deadline": "Réponse attendue avant",
    "currency": "Devise",
}
"""Of an offer that waits for its answer, only for who asks for them."""


def as_csv(rows: Sequence[OrderRow], chosen: Sequence[ExportColumn] = ()) -> bytes:
    """The rows, in the chosen columns or all; prices only if the reader may see one in any of them."""
    priced = any(row.agreed_cents is not None for row in rows)
    columns = COLUMNS | (DEAL_COLUMNS if priced else {})
    if chosen:
        offered = any(row.tender_price_cents is not None for row in rows)
        known = columns | CHOSEN_COLUMNS | (OFFER_COLUMNS if offered else {})
        columns = {name: known[name] for name in dict.fromkeys(chosen) if name in known}
    return csv_file(list(columns.values()), ([_value(row, name) for name in columns] for row in rows))


def _value(row: OrderRow, name: str) -> Cell:
    if name in row.references.__struct_fields__:
        kept: str = getattr(row.references, name)
        return kept
    value = getattr(row, name)
    if name.endswith("_cents") and value is not None:
        return Decimal(value).scaleb(-2)
    if isinstance(value, bool):
        return "oui" if value else ""
    return value if isinstance(value, Cell) else str(value)
