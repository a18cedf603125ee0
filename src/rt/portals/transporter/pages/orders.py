"""The orders that we carry: saved views with counters, search, next action of each, export."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.core_orders import CountOrders, ExportOrders, FindOrders, OrderCounts, OrderRow
from rt.pages.orders import flags, load, price, priced, stops
from rt.ui.asking import attempt, sent
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import brief
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

VIEWS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("to_answer", marked("À répondre"), ("tendered",)),
    ("to_plan", marked("À planifier"), ("assigned",)),
    ("planned", marked("Planifiées"), ("planned",)),
    ("running", marked("En cours"), ("loading", "in_transit")),
    ("delivered", marked("Livrées"), ("delivered", "pod_ok")),
    ("incident", marked("Incidents"), ()),
    ("all", marked("Toutes"), ()),
)
"""Saved views: code, name, states."""
ALL = "all"


class Row(msgspec.Struct, kw_only=True):
    """An order in the list."""

    order_id: str
    reference: str
    state: str
    pickup: str
    pickup_at: str
    delivery: str
    delivery_at: str
    shipper: str
    pallets: int
    weight_kg: float
    vehicle: str
    price: str
    deadline: datetime | None
    step: str
    step_href: str
    flags: list[str]


class OrdersPage(Page):
    """One saved view of the orders."""

    template, part = "orders.html", "_orders.html"
    tabs: Sequence[tuple[str, str, int | None]]
    current: str
    view: str
    rows: list[Row]
    columns: list[Column]
    q: str
    more: str
    first: str
    export: str


def next_step(row: OrderRow) -> tuple[str, str]:
    """What to do with an order now, and where."""
    here = f"/orders/{row.order_id}"
    if row.incident_open:
        return _("Traiter"), f"{here}#incidents"
    if "AcceptTender" in row.may:
        return _("Répondre"), here
    match row.state:
        case "assigned":
            return _("Planifier"), f"/planning/orders/{row.order_id}"
        case "planned":
            return _("Réserver un quai"), f"{here}/slots/pickup"
        case "loading" | "in_transit":
            return _("Suivre"), f"{here}#track"
        case "delivered":
            return _("Voir la preuve"), f"{here}#papers"
    return _("Ouvrir"), here


def row_of(row: OrderRow) -> Row:
    step, href = next_step(row)
    due = {
        "tendered": row.tender_deadline,
        "assigned": row.pickup_from,
        "planned": row.pickup_until,
        "loading": row.pickup_until,
        "in_transit": row.delivery_until,
    }
    return Row(
        order_id=row.order_id,
        reference=row.reference,
        state=row.state,
        pickup=row.pickup_city,
        pickup_at=brief(row.pickup_from, row.pickup_until),
        delivery=row.delivery_city,
        delivery_at=brief(row.delivery_from, row.delivery_until),
        shipper=row.shipper_name,
        pallets=row.pallets,
        weight_kg=row.weight_kg,
        vehicle=" · ".join(t for t in (row.vehicle_plate, row.driver_name) if t),
        price=price(row),
        deadline=due.get(row.state),
        step=step,
        step_href=href,
        flags=flags(row),
    )


def counted(view: str, states: tuple[str, ...], counts: OrderCounts) -> int | None:
    """How many orders a saved view holds."""
    if view == "incident":
        return counts.incident
    if view == ALL:
        return counts.total
    return sum(n for state, n in counts.states.items() if state in states)


def asked(visit: Visit) -> tuple[str, str, FindOrders]:
    """The chosen view, the searched text and the question that they make."""
    q, view = visit.query.get("q", "")[:80], visit.query.get("view", ALL)
    states = next((s for code, _name, s in VIEWS if code == view), ())
    word = FindOrders(
        q=q,
        state=",".join(states),
        incident=True if view == "incident" else None,
        after=visit.query.get("after", ""),
    )
    return view, q, word


async def orders(visit: Visit) -> Page | Response:
    view, q, word = asked(visit)
    counting = attempt(visit, CountOrders())
    found, counts = await asyncio.gather(visit.ask(word), counting)
    known = {"view": view} | ({"q": q} if q else {})
    return OrdersPage(
        title=_("Commandes"),
        tabs=[
            (f"/orders?view={code}", _(name), counted(code, states, counts) if counts else None)
            for code, name, states in VIEWS
        ],
        current=f"/orders?view={view}",
        view=view,
        rows=[row_of(row) for row in found.items],
        columns=[
            *stops(found.items),
            Column(name="shipper", label=_("Client"), wide=True),
            *load(),
            Column(name="vehicle", label=_("Véhicule"), wide=True),
            *priced(found.items),
            Column(name="deadline", label=_("Échéance"), kind="deadline"),
        ],
        q=q,
        more=f"/orders?{urlencode(known | {'after': found.next})}" if found.next else "",
        first=f"/orders?{urlencode(known)}" if word.after else "",
        export=f"/orders.csv?{urlencode(known)}",
    )


async def export(visit: Visit) -> Response:
    _view, _q, word = asked(visit)
    return sent(await visit.ask(ExportOrders(q=word.q, state=word.state, incident=word.incident)))


PAGES = [page("/orders", orders, methods=("GET",)), page("/orders.csv", export, methods=("GET",))]
