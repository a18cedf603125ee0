"""The shipper's orders: saved views with counters, search by any fragment, next action of each, export."""

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
    ("all", marked("Toutes"), ()),
    ("draft", marked("Brouillons"), ("draft",)),
    ("to_tender", marked("À confier"), ("confirmed",)),
    ("waiting", marked("Réponse attendue"), ("tendered",)),
    ("to_come", marked("À enlever"), ("assigned", "planned")),
    ("running", marked("En route"), ("loading", "in_transit")),
    ("to_prove", marked("Preuve à accepter"), ("delivered",)),
    ("incident", marked("Incidents"), ()),
    ("done", marked("Terminées"), ("pod_ok", "invoiced", "closed", "cancelled")),
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
    carrier: str
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
    may_write: bool


def next_step(row: OrderRow) -> tuple[str, str]:
    """What to do with an order now, and where."""
    here = f"/orders/{row.order_id}"
    if row.incident_open:
        return _("Traiter"), f"{here}#incidents"
    steps = {
        "draft": (_("Vérifier"), here),
        "confirmed": (_("Proposer"), f"{here}/tender"),
        "tendered": (_("Voir l'offre"), f"{here}#tenders"),
        "loading": (_("Suivre"), f"{here}#track"),
        "in_transit": (_("Suivre"), f"{here}#track"),
        "delivered": (_("Voir la preuve"), f"{here}#papers"),
    }
    return steps.get(row.state, (_("Ouvrir"), here))


def due(row: OrderRow) -> datetime | None:
    """By when something must have happened to the order."""
    moments = {
        "draft": row.pickup_from,
        "confirmed": row.pickup_from,
        "tendered": row.tender_deadline,
        "assigned": row.pickup_until or row.pickup_from,
        "planned": row.pickup_until or row.pickup_from,
        "loading": row.delivery_until,
        "in_transit": row.delivery_until,
    }
    return moments.get(row.state)


def row_of(row: OrderRow) -> Row:
    step, href = next_step(row)
    return Row(
        order_id=row.order_id,
        reference=row.reference,
        state=row.state,
        pickup=row.pickup_city or row.pickup_name,
        pickup_at=brief(row.pickup_from, row.pickup_until),
        delivery=f"{row.delivery_city} · {row.consignee_name or row.delivery_name}",
        delivery_at=brief(row.delivery_from, row.delivery_until),
        carrier=row.carrier_name,
        pallets=row.pallets,
        weight_kg=row.weight_kg,
        vehicle=row.vehicle_plate,
        price=price(row),
        deadline=due(row),
        step=step,
        step_href=href,
        flags=flags(row),
    )


def counted(view: str, states: tuple[str, ...], counts: OrderCounts) -> int:
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
        carrier_id=visit.query.get("carrier_id", ""),
        incident=True if view == "incident" else None,
        after=visit.query.get("after", ""),
    )
    return view, q, word


async def orders(visit: Visit) -> Page | Response:
    view, q, word = asked(visit)
    counting = attempt(visit, CountOrders())
    found, counts = await asyncio.gather(visit.ask(word), counting)
    known = {"view": view, "q": q, "carrier_id": word.carrier_id}
    known = {name: value for name, value in known.items() if value}
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
            Column(name="carrier", label=_("Transporteur"), wide=True),
            *load(),
            Column(name="vehicle", label=_("Véhicule"), kind="code", wide=True),
            *priced(found.items),
            Column(name="deadline", label=_("Échéance"), kind="deadline"),
        ],
        q=q,
        more=f"/orders?{urlencode(known | {'after': found.next})}" if found.next else "",
        first=f"/orders?{urlencode(known)}" if word.after else "",
        export=f"/orders.csv?{urlencode(known)}",
        may_write=visit.session.may("core_orders.write"),
    )


async def export(visit: Visit) -> Response:
    _view, _q, word = asked(visit)
    asked_for = ExportOrders(q=word.q, state=word.state, carrier_id=word.carrier_id, incident=word.incident)
    return sent(await visit.ask(asked_for))


PAGES = [page("/orders", orders, methods=("GET",)), page("/orders.csv", export, methods=("GET",))]
