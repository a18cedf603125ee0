"""What a list of orders may show of each, by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from rt.contracts.core_orders import ExportColumn, OrderRow
from rt.ui.catalogues import marked
from rt.ui.formats import brief, money


class OrderColumn(msgspec.Struct, frozen=True):
    """What a column is called and reads of an order; `where_any`: left out where all are empty.

    `sort`: what FindOrders sorts by at its head; `file`: what it is in an exported file,
    which has all that is shown.
    """

    label: str
    read: Callable[[OrderRow], Any]
    file: Sequence[ExportColumn]
    kind: str = "text"
    wide: bool = False
    where_any: bool = False
    sort: str = ""


def price(order: OrderRow) -> str:
    """What its client pays for an order that is run for another; else what was agreed, or offered."""
    sold = order.sell_cents if order.client_id != order.owner_id else None
    known = (sold, order.agreed_cents, order.tender_price_cents)
    cents = next((one for one in known if one is not None), None)
    return "" if cents is None else money(cents, order.currency or "EUR")


def flags(order: OrderRow) -> list[str]:
    """What makes an order unlike the others of its state."""
    return [
        *(["incident"] if order.incident_open else []),
        *(["reserves"] if order.with_reserves else []),
        *(["given_on"] if order.given_on else []),
        *(["is_leg"] if order.is_leg else []),
    ]


COLUMNS: Mapping[str, OrderColumn] = {
    "reference": OrderColumn(
        marked("Commande"), lambda row: row.reference, sort="reference", file=("reference",)
    ),
    "state": OrderColumn(marked("État"), lambda row: row.state, kind="state", sort="state", file=("state",)),
    "flags": OrderColumn(
        marked("Alertes"), flags, kind="flags", where_any=True, file=("incident_open", "with_reserves")
    ),
    "pickup": OrderColumn(
        marked("Enlèvement"),
        lambda row: row.pickup_city or row.pickup_name,
        kind="place",
        file=("pickup_name", "pickup_city"),
    ),
    "pickup_at": OrderColumn(
        marked("Enlever le"),
        lambda row: brief(row.pickup_from, row.pickup_until),
        kind="code",
        sort="pickup",
        file=("pickup_from", "pickup_until"),
    ),
    "delivery": OrderColumn(
        marked("Livraison"),
        lambda row: row.delivery_city,
        kind="place",
        file=("delivery_name", "delivery_city"),
    ),
    "delivered_to": OrderColumn(
        marked("Livraison"),
        lambda row: f"{row.delivery_city} · {row.consignee_name or row.delivery_name}",
        kind="place",
        file=("delivery_city", "consignee_name", "delivery_name"),
    ),
    "delivery_at": OrderColumn(
        marked("Livrer le"),
        lambda row: brief(row.delivery_from, row.delivery_until),
        kind="code",
        sort="delivery",
        file=("delivery_from", "delivery_until"),
    ),
    "carrier": OrderColumn(
        marked("Transporteur"),
        lambda row: row.carrier_name,
        wide=True,
        sort="carrier",
        file=("carrier_name",),
    ),
    "client": OrderColumn(
        marked("Client"),
        lambda row: row.client_name if row.owned else row.owner_name,
        wide=True,
        sort="client",
        file=("owner_name", "client_name"),
    ),
    "pallets": OrderColumn(
        marked("Pal."), lambda row: row.pallets, kind="number", wide=True, file=("pallets",)
    ),
    "weight_kg": OrderColumn(
        marked("Poids"), lambda row: row.weight_kg, kind="weight", wide=True, file=("weight_kg",)
    ),
    "vehicle": OrderColumn(
        marked("Véhicule"), lambda row: row.vehicle_plate, kind="code", wide=True, file=("vehicle_plate",)
    ),
    "crew": OrderColumn(
        marked("Véhicule"),
        lambda row: " · ".join(filter(None, (row.vehicle_plate, row.driver_name))),
        wide=True,
        file=("vehicle_plate", "driver_name"),
    ),
    "price": OrderColumn(
        marked("Prix"),
        price,
        kind="money",
        wide=True,
        where_any=True,
        sort="price",
        file=("agreed_cents", "tender_price_cents", "currency"),
    ),
    "purchase_order": OrderColumn(
        marked("Commande client"),
        lambda row: row.references.purchase_order,
        kind="code",
        wide=True,
        file=("purchase_order",),
    ),
    "delivery_note": OrderColumn(
        marked("Bon de livraison"),
        lambda row: row.references.delivery_note,
        kind="code",
        wide=True,
        file=("delivery_note",),
    ),
    "consignee": OrderColumn(
        marked("Destinataire"), lambda row: row.consignee_name, wide=True, file=("consignee_name",)
    ),
    "driver": OrderColumn(
        marked("Conducteur"), lambda row: row.driver_name, wide=True, file=("driver_name",)
    ),
    "created_at": OrderColumn(
        marked("Créée le"),
        lambda row: row.created_at,
        kind="day",
        wide=True,
        sort="newest",
        file=("created_at",),
    ),
}
"""By name; `deadline` is the list's own, which knows what is due in which state."""
