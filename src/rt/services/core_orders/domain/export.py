"""Orders and rejected rows as CSV files that a spreadsheet opens without running anything in them."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from rt.contracts.core_orders import OrderRow

PARIS = ZoneInfo("Europe/Paris")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""First characters that make a spreadsheet take a cell for a formula (OWASP, CSV injection)."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for Windows-1252."""

COLUMNS: dict[str, str] = {
    "reference": "Référence",
    "purchase_order": "Commande client",
    "delivery_note": "Bon de livraison",
    "booking": "Réservation",
    "state": "État",
    "shipper_name": "Donneur d'ordre",
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
DEAL_COLUMNS: dict[str, str] = {"agreed_cents": "Prix convenu", "currency": "Devise"}


def as_csv(rows: Sequence[OrderRow]) -> bytes:
    """The rows; the price columns only if the reader may see a price in any of them."""
    priced = any(row.agreed_cents is not None for row in rows)
    columns = COLUMNS | (DEAL_COLUMNS if priced else {})
    return table(list(columns.values()), ([_value(row, name) for name in columns] for row in rows))


def table(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """A CSV file as French spreadsheets expect it: UTF-8 with mark, semicolons, CRLF, decimal commas."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_cell(heading) for heading in headings])
    for row in rows:
        writer.writerow([_cell(value) for value in row])
    return out.getvalue().encode()


def _value(row: OrderRow, name: str) -> object:
    if name in row.references.__struct_fields__:
        return getattr(row.references, name)
    value = getattr(row, name)
    return value / 100 if name == "agreed_cents" and value is not None else value


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.astimezone(PARIS).strftime("%d/%m/%Y %H:%M")
        case float():
            return f"{value:.2f}".replace(".", ",")
        case int():
            return str(value)
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
