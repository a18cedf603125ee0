"""The messages that say what carrying an order emits: to people, and to other systems as iLEAP has it."""

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta

from rt.kernel.model.messages import Cursor, Download, Query, View
from rt.trade.emissions import Emissions
from rt.trade.references import OrderId

Lacking = Literal["", "weight", "place"]
"""What of an order is not known, so that nothing can be said of its emissions."""


class EmissionsView(View):
    """What carrying the order emits, with its arithmetic; null where `lacking` says what is not known.

    `due`: it is carried for others, from France or to it, so that the law wants it told to the client
    (C. transports, L. 1431-3).
    """

    order_id: str
    emissions: Emissions | None
    lacking: Lacking
    due: bool


class GetEmissions(
    Query[EmissionsView],
    route="/api/orders/{order_id}/emissions",
    needs="core_orders.read",
    closed_to=("driver",),
):
    """What carrying the order emits: of the tour that carries it, else estimated.

    For those who agreed on the transport alone: its owner, its client and its carrier.
    """

    order_id: OrderId


class FindFootprints(
    Query[Download],
    route="/api/orders/ileap/footprints",
    needs="core_orders.read",
    closed_to=("driver",),
):
    """The footprints of what was delivered on these days, as other systems read them: iLEAP 1.0.0 in JSON.

    `data` are ProductFootprints (PACT 2) whose extension is one ShipmentFootprint by order, or one TOC by
    category that they name; `leftOut` says which orders have none and why; `next` is the cursor of the next
    page. Both days are included (Europe/Paris), by the last delivery that was asked for.
    """

    since: date
    until: date
    after: Cursor = ""
    limit: Annotated[int, Meta(ge=1, le=100)] = 50
