"""What a shipper's order has beside what all show: acts on it, and a link to follow it."""

from collections.abc import Mapping
from typing import Any

from rt.contracts.core_orders import OrderView
from rt.pages.order import OrderPages
from rt.pages.running import Running, RunOrderPage
from rt.ui.catalogues import gettext as _
from rt.ui.visit import Visit

RUNNING = Running()


class ShipperOrderPage(RunOrderPage):
    """Everything about one of our orders."""

    template = "order.html"


def labels() -> Mapping[str, str]:
    """An incident to report, or a claim opened from the delivery."""
    return {
        "text": _("Que s'est-il passé ? Combien de colis, où, constaté par qui ?"),
        "responsible": _("Responsable selon vous"),
        "cost_cents": _("Montant réclamé"),
        "shared": _("Le transporteur et le destinataire le voient"),
    }


async def more(visit: Visit, order: OrderView) -> dict[str, Any]:
    return RUNNING.more(visit, order)


ORDER = OrderPages(
    incident=("kind", "text", "responsible", "cost_cents", "shared"),
    labels=labels,
    shown=ShipperOrderPage,
    more=more,
)
PAGES = [*ORDER.pages(), *RUNNING.pages()]
