"""The register of transports given for hire on paper and as a table, with what the law asks for."""

import json
import tempfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import typst

from rt.contracts.core_orders import CharterCorrection, CharterView
from rt.kernel.core.clock import ZONE
from rt.trade.spreadsheets import Cell, csv_file

FORM = (Path(__file__).parent / "register.typ").read_bytes()
HEADINGS = (
    "N°",
    "Remis le",
    "Trajet",
    "Commande du client",
    "Client",
    "Prix facturé au client",
    "Expéditeur",
    "Lieu de prise en charge",
    "Destinataire",
    "Lieu de livraison",
    "Marchandise",
    "Colis",
    "Poids brut (kg)",
    "Transporteur",
    "SIRET",
    "N° de TVA",
    "Prix payé au transporteur",
    "Devise",
    "Début de chargement",
    "Départ",
    "Livraison",
    "Lettre de voiture",
    "Corrections",
)
CORRECTED = {
    "price": "prix",
    "goods": "marchandise",
    "places": "lieux",
    "released": "retiré au transporteur",
    "cancelled": "annulé",
}


def as_csv(items: Sequence[CharterView]) -> bytes:
    """One line an operation."""
    return csv_file(HEADINGS, (_row(one) for one in items))


def as_pdf(items: Sequence[CharterView], holder: str, year: int) -> bytes:
    """A4 across, the holder's name and the law at its head."""
    data = {"holder": holder, "year": year, "items": [_printed(one) for one in items]}
    with tempfile.TemporaryDirectory(prefix="register-") as folder:
        room = Path(folder)
        (room / "data.json").write_text(json.dumps(data))
        (room / "register.typ").write_bytes(FORM)
        return bytes(typst.compile(room / "register.typ", root=room, format="pdf", ignore_system_fonts=True))


def _row(one: CharterView) -> list[Cell]:
    return [
        one.number,
        one.given_at,
        one.reference,
        ", ".join(client.reference for client in one.clients),
        ", ".join(client.client_name for client in one.clients),
        ", ".join(_euros(client.sold_cents) for client in one.clients),
        one.sender,
        one.pickup,
        one.consignee,
        one.delivery,
        one.goods,
        one.packages,
        one.weight_kg,
        one.carrier_name,
        one.carrier_siret,
        one.carrier_vat,
        None if one.price_cents is None else Decimal(one.price_cents) / 100,
        one.currency,
        one.loading_at,
        one.left_at,
        one.delivered_at,
        one.note,
        " ; ".join(_correction(each) for each in one.corrections),
    ]


def _printed(one: CharterView) -> dict[str, str | list[str]]:
    return {
        "number": str(one.number),
        "given": _moment(one.given_at),
        "reference": one.reference,
        "clients": [
            f"{client.client_name} ({client.reference}) : {_euros(client.sold_cents)}"
            for client in one.clients
        ],
        "pickup": f"{one.sender} : {one.pickup}",
        "delivery": f"{one.consignee} : {one.delivery}",
        "goods": f"{one.goods}, {one.weight_kg:g} kg brut",
        "carrier": " · ".join(filter(None, (one.carrier_name, one.carrier_siret, one.carrier_vat))),
        "price": _price(one.price_cents, one.currency),
        "times": [
            f"{name} {_moment(at)}"
            for name, at in (
                ("chargé", one.loading_at),
                ("parti", one.left_at),
                ("livré", one.delivered_at),
            )
            if at
        ],
        "note": one.note,
        "corrections": [_correction(each) for each in one.corrections],
    }


def _correction(one: CharterCorrection) -> str:
    change = f" : {one.before} → {one.after}" if one.before else f" : {one.after}" if one.after else ""
    return f"{_moment(one.at)} {CORRECTED[one.what]}{change}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%d/%m/%Y %H:%M}"


def _price(cents: int | None, currency: str) -> str:
    return f"{_euros(cents)} {'€' if currency == 'EUR' else currency}" if cents is not None else "—"


def _euros(cents: int | None) -> str:
    return "—" if cents is None else f"{cents / 100:.2f}".replace(".", ",")
