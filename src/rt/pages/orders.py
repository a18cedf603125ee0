"""The list of orders: saved views with counters, search, the next step of each, acts on many, export.

A portal chooses its `views`, its `columns` (by name, in order) and its `steps`. What a column shows stands
in `COLUMNS`, a portal's own ones in `own`; fields of the question that an address may hold are `filters`.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.core_orders import CountOrders, ExportOrders, FindOrders, OrderCounts, OrderRow
from rt.ui.asking import attempt, sent
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import brief, money
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

ALL = "all"
LONGEST_Q = 80


class View(msgspec.Struct, frozen=True):
    """A saved view: the orders in some states (none named: in all), or those with an open incident."""

    code: str
    label: str
    states: Sequence[str] = ()
    incident: bool = False

    def count(self, counts: OrderCounts) -> int:
        """How many orders it holds."""
        if self.incident:
            return counts.incident
        if not self.states:
            return counts.total
        return sum(n for state, n in counts.states.items() if state in self.states)


class OrderColumn(msgspec.Struct, frozen=True):
    """What a column is called and reads of an order; `where_any`: left out where all are empty."""

    label: str
    read: Callable[[OrderRow], Any]
    kind: str = "text"
    wide: bool = False
    where_any: bool = False


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """A button above the list; one of kind `primary` stands in an empty list too."""

    path: str
    label: str
    icon: str
    kind: str = "secondary"
    needs: str = ""


class Bulk(msgspec.Struct, frozen=True, kw_only=True):
    """What may be done with the ticked orders: where they are posted, and verbs with label and icon."""

    path: str
    verbs: Sequence[tuple[str, str, str]]
    needs: str


class Row(msgspec.Struct, kw_only=True):
    """An order in the list: what its columns show, and its next step."""

    order_id: str
    cells: dict[str, Any]
    step: str
    step_href: str


class OrdersPage(Page):
    """One saved view of the orders."""

    template, part = "pages/orders.html", "pages/_orders.html"
    path: str
    order: str
    tabs: Sequence[tuple[str, str, int | None]]
    current: str
    kept: Mapping[str, str]
    rows: list[Row]
    columns: list[Column]
    q: str
    placeholder: str
    empty: str
    more: str
    first: str
    export: str
    acts: list[Act]
    bulk: Bulk | None


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


COLUMNS: Mapping[str, OrderColumn] = {
    "reference": OrderColumn(marked("Commande"), lambda row: row.reference),
    "state": OrderColumn(marked("État"), lambda row: row.state, kind="state"),
    "flags": OrderColumn(marked("Alertes"), flags, kind="flags", where_any=True),
    "pickup": OrderColumn(marked("Enlèvement"), lambda row: row.pickup_city or row.pickup_name),
    "pickup_at": OrderColumn(
        marked("Enlever le"), lambda row: brief(row.pickup_from, row.pickup_until), kind="code"
    ),
    "delivery": OrderColumn(marked("Livraison"), lambda row: row.delivery_city),
    "delivered_to": OrderColumn(
        marked("Livraison"), lambda row: f"{row.delivery_city} · {row.consignee_name or row.delivery_name}"
    ),
    "delivery_at": OrderColumn(
        marked("Livrer le"), lambda row: brief(row.delivery_from, row.delivery_until), kind="code"
    ),
    "carrier": OrderColumn(marked("Transporteur"), lambda row: row.carrier_name, wide=True),
    "client": OrderColumn(marked("Client"), lambda row: row.shipper_name, wide=True),
    "pallets": OrderColumn(marked("Pal."), lambda row: row.pallets, kind="number", wide=True),
    "weight_kg": OrderColumn(marked("Poids"), lambda row: row.weight_kg, kind="weight", wide=True),
    "vehicle": OrderColumn(marked("Véhicule"), lambda row: row.vehicle_plate, kind="code", wide=True),
    "crew": OrderColumn(
        marked("Véhicule"),
        lambda row: " · ".join(filter(None, (row.vehicle_plate, row.driver_name))),
        wide=True,
    ),
    "price": OrderColumn(marked("Prix"), price, kind="money", wide=True, where_any=True),
}
"""By name; `deadline` is the list's own, which knows what is due in which state."""

Steps = Mapping[str, tuple[str, str]]
STEPS: Steps = {
    "incident": (marked("Traiter"), "{order}#incidents"),
    "loading": (marked("Suivre"), "{order}#track"),
    "in_transit": (marked("Suivre"), "{order}#track"),
    "delivered": (marked("Voir la preuve"), "{order}#papers"),
}


class Orders:
    """The pages of a list of orders below `path`.

    `steps`: the next step by state, or by a command open to the reader: its label, and its address with
    `{order}` (the order's page) or `{order_id}`. `due`: by state, the moments of which the first known is the
    deadline.
    """

    def __init__(
        self,
        *,
        views: Sequence[View],
        columns: Sequence[str],
        steps: Steps,
        due: Mapping[str, Sequence[str]],
        placeholder: str,
        empty: str,
        path: str = "/orders",
        own: Mapping[str, OrderColumn] = {},
        filters: Sequence[str] = (),
        acts: Sequence[Act] = (),
        bulk: Bulk | None = None,
    ) -> None:
        self.views, self.path, self.filters, self.due = views, path, filters, due
        self.placeholder, self.empty, self.acts, self.bulk = placeholder, empty, acts, bulk
        self.steps = {**STEPS, **steps}
        deadline = OrderColumn(marked("Échéance"), self._deadline, kind="deadline")
        known = {**COLUMNS, "deadline": deadline, **own}
        self.columns = {name: known[name] for name in columns}

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [
            page(self.path, self.orders, methods=("GET",)),
            page(f"{self.path}.csv", self.export, methods=("GET",)),
        ]

    async def orders(self, visit: Visit) -> Page:
        chosen, word = self._asked(visit)
        counting = attempt(visit, CountOrders())
        found, counts = await asyncio.gather(visit.ask(word), counting)
        kept = {"view": chosen, **{name: getattr(word, name) for name in self.filters}}
        known = {name: value for name, value in ({**kept, "q": word.q}).items() if value}
        return OrdersPage(
            title=_("Commandes"),
            path=self.path,
            order=f"{self.path}/{{order_id}}",
            tabs=[
                (f"{self.path}?view={view.code}", _(view.label), view.count(counts) if counts else None)
                for view in self.views
            ],
            current=f"{self.path}?view={chosen}",
            kept={name: value for name, value in kept.items() if value},
            rows=[self._row(order) for order in found.items],
            columns=[
                Column(name=f"cells.{name}", label=_(one.label), kind=one.kind, wide=one.wide)
                for name, one in self.columns.items()
                if not one.where_any or any(map(one.read, found.items))
            ],
            q=word.q,
            placeholder=_(self.placeholder),
            empty=_(self.empty),
            more=f"{self.path}?{urlencode(known | {'after': found.next})}" if found.next else "",
            first=f"{self.path}?{urlencode(known)}" if word.after else "",
            export=f"{self.path}.csv?{urlencode(known)}",
            acts=[act for act in self.acts if visit.session.may(act.needs)],
            bulk=self.bulk if self.bulk and visit.session.may(self.bulk.needs) else None,
        )

    async def export(self, visit: Visit) -> Response:
        _chosen, word = self._asked(visit)
        said = {name: getattr(word, name) for name in ExportOrders.__struct_fields__}
        return sent(await visit.ask(ExportOrders(**said)))

    def _asked(self, visit: Visit) -> tuple[str, FindOrders]:
        """The chosen view, and the question that the address makes."""
        chosen = visit.query.get("view", ALL)
        view = next((view for view in self.views if view.code == chosen), View("", ""))
        fixed: dict[str, Any] = {name: visit.query.get(name, "") for name in ("after", *self.filters)}
        word = FindOrders(
            q=visit.query.get("q", "")[:LONGEST_Q],
            state=",".join(view.states),
            incident=True if view.incident else None,
            **fixed,
        )
        return chosen, word

    def _row(self, order: OrderRow) -> Row:
        label, href = self._step(order)
        here = f"{self.path}/{order.order_id}"
        return Row(
            order_id=order.order_id,
            cells={name: one.read(order) for name, one in self.columns.items()},
            step=label,
            step_href=href.format(order=here, order_id=order.order_id),
        )

    def _step(self, order: OrderRow) -> tuple[str, str]:
        """What to do with an order now, and where: for its incident, else by an open command or its state."""
        reasons = ["incident"] if order.incident_open else [*order.may, order.state]
        found = next((self.steps[reason] for reason in reasons if reason in self.steps), None)
        label, href = found or (marked("Ouvrir"), "{order}")
        return _(label), href

    def _deadline(self, order: OrderRow) -> datetime | None:
        """By when something must have happened to the order."""
        moments = (getattr(order, name) for name in self.due.get(order.state, ()))
        return next(filter(None, moments), None)
