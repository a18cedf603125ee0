"""What a dispatcher reads of an order on one line, whether shipper or carrier."""

from collections.abc import Sequence

from rt.contracts.core_orders import OrderRow
from rt.ui.catalogues import gettext as _
from rt.ui.formats import money
from rt.ui.pages import Column


def stops(orders: Sequence[OrderRow]) -> list[Column]:
    """Which order, in which state, from where to where, and when."""
    return [
        Column(name="reference", label=_("Commande")),
        Column(name="state", label=_("État"), kind="state"),
        *([Column(name="flags", label=_("Alertes"), kind="flags")] if any(map(flags, orders)) else []),
        Column(name="pickup", label=_("Enlèvement")),
        Column(name="pickup_at", label=_("Enlever le"), kind="code"),
        Column(name="delivery", label=_("Livraison")),
        Column(name="delivery_at", label=_("Livrer le"), kind="code"),
    ]


def load() -> list[Column]:
    """What there is to carry."""
    return [
        Column(name="pallets", label=_("Pal."), kind="number", wide=True),
        Column(name="weight_kg", label=_("Poids"), kind="weight", wide=True),
    ]


def priced(orders: Sequence[OrderRow]) -> list[Column]:
    """The column of prices, where the reader may see any."""
    return [Column(name="price", label=_("Prix"), kind="money", wide=True)] if any(map(price, orders)) else []


def price(order: OrderRow) -> str:
    """What was agreed, else what was offered; nothing for those who may see neither."""
    cents = order.agreed_cents if order.agreed_cents is not None else order.tender_price_cents
    return "" if cents is None else money(cents, order.currency or "EUR")


def flags(order: OrderRow) -> list[str]:
    """What makes an order unlike the others of its state."""
    return [
        *(["incident"] if order.incident_open else []),
        *(["reserves"] if order.with_reserves else []),
    ]
