"""The list of orders: saved views with counters, search, the next step of each, acts on many, export.

A portal chooses its `views`, its `columns` (by name, in order) and its `steps`. What a column shows stands
in `COLUMNS`, a portal's own ones in `own`; what it may be narrowed by is `filters`, of `FILTERS`.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, get_args
from urllib.parse import urlencode

import msgspec
from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.authz import FindPartners, ListChoicesView
from rt.contracts.core_orders import (
    CountFoundOrders,
    CountOrders,
    ExportColumn,
    ExportOrders,
    FindOrders,
    OrderCounts,
    OrderFilters,
    OrderRow,
    OrderState,
)
from rt.pages.filters import Chip, Filter, address, chips, inputs, said, written
from rt.pages.listed import Listed
from rt.pages.order_columns import COLUMNS, OrderColumn
from rt.ui.asking import attempt, sent
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked, named
from rt.ui.fields import Input
from rt.ui.pages import Choice, Column, Outcome, Page, Sorting, wants_part
from rt.ui.visit import Visit, page

ALL = "all"
LONGEST_Q = 80
MOST_PARTNERS = 200
COUNTED = 100
"""Orders of a view of one's own that are counted; of more it is only said that there are."""
CARRYING = ("carrier", "forwarder")
"""Kinds of partners that may have an order to carry; the others, and forwarders, may be a client."""
OPENED = "filters"
"""In the address of a list whose filters are open."""
PLACE = "place"
LONGEST_PLACE = 40
FILTERS: Mapping[str, Filter] = {
    "pickup_since": Filter(marked("Enlèvement du"), "date"),
    "pickup_until": Filter(marked("Enlèvement au"), "date"),
    "delivery_since": Filter(marked("Livraison du"), "date"),
    "delivery_until": Filter(marked("Livraison au"), "date"),
    "carrier_id": Filter(marked("Transporteur"), "choice"),
    "owner_id": Filter(marked("Donneur d'ordre"), "choice"),
    "client_id": Filter(marked("Client"), "choice"),
    PLACE: Filter(marked("Ville ou site")),
    "plate": Filter(marked("Immatriculation")),
    "incident": Filter(marked("Incident"), "choice"),
    "state": Filter(marked("État"), "several"),
}
"""By the field of FindOrders; a place is looked for with the text, of which it is a part."""


Tab = tuple[str, str, int | str | None]
"""The address of a view, its name, and how many it holds if that is known."""


class View(msgspec.Struct, frozen=True):
    """A saved view: the orders in some states (none named: in all), or those with an open incident.

    `ours`: those that the reader's organization runs, `legs`: of which it gives others on.
    """

    code: str
    label: str
    states: Sequence[str] = ()
    incident: bool = False
    ours: bool = False
    legs: bool = False

    def count(self, counts: OrderCounts) -> int:
        """How many orders it holds."""
        if self.incident:
            return counts.incident
        if not self.states:
            return counts.total
        return sum(n for state, n in counts.states.items() if state in self.states)


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
    mend: str = ""
    """Where what was refused is completed: posted to, with the form of the list."""


class OrdersPage(Page, kw_only=True):
    """One saved view of the orders."""

    template, part = "pages/orders.html", "pages/_orders.html"
    path: str
    order: str
    tabs: Sequence[Tab] = ()
    current: str = ""
    kept: Mapping[str, str] = {}
    rows: list[Row]
    columns: list[Column]
    sorting: Sorting | None = None
    filters: Sequence[Input] = ()
    filters_path: str = ""
    """Where the filters are open, if they are not here."""
    chips: Sequence[Chip] = ()
    plain: str = ""
    """The view without search and filters."""
    columns_path: str = ""
    views_path: str = ""
    own: str = ""
    """Where views of one's own are renamed and removed, if there are any."""
    may_keep: bool = False
    """Whether there is a view that is not kept yet."""
    q: str = ""
    placeholder: str = ""
    empty: str = ""
    more: str = ""
    first: str = ""
    export: str = ""
    acts: list[Act] = []
    bulk: Bulk | None = None
    ticked: Sequence[str] = ()
    all: str = ""
    """Where all rows are ticked."""
    back: str = ""
    """The list that something was asked for from; then these are its results."""
    refused: int = 0


Steps = Mapping[str, tuple[str, str]]
STEPS: Steps = {
    "incident": (marked("Traiter"), "{order}#incidents"),
    "loading": (marked("Suivre"), "{order}#track"),
    "in_transit": (marked("Suivre"), "{order}#track"),
    "delivered": (marked("Voir la preuve"), "{order}#papers"),
}


class Orders:
    """The pages of a list of orders below `path`.

    `steps`: the next step by state, by a command open to the reader, or by both ("assigned PlanOrder"): its
    label, and its address with `{order}` (the order's page) or `{order_id}`. `due`: by state, the moments of
    which the first known is the deadline. `view`: the one shown at first.
    """

    def __init__(
        self,
        *,
        title: str = marked("Commandes"),
        view: str = ALL,
        views: Sequence[View],
        columns: Sequence[str],
        steps: Steps,
        due: Mapping[str, Sequence[ExportColumn]],
        placeholder: str,
        empty: str,
        path: str = "/orders",
        own: Mapping[str, OrderColumn] = {},
        filters: Iterable[str] = FILTERS,
        acts: Sequence[Act] = (),
        bulk: Bulk | None = None,
    ) -> None:
        self.title, self.view = title, view
        self.views, self.path, self.due = views, path, due
        self.filters = {name: FILTERS[name] for name in filters}
        self.placeholder, self.empty, self.acts, self.bulk = placeholder, empty, acts, bulk
        self.steps = {**STEPS, **steps}
        moments = tuple(dict.fromkeys(name for names in due.values() for name in names))
        deadline = OrderColumn(marked("Échéance"), self._deadline, kind="deadline", file=moments)
        known = {**COLUMNS, "deadline": deadline, **own}
        usual = {known[name].label for name in columns}
        more = [name for name, one in known.items() if name not in columns and one.label not in usual]
        self.columns = {name: known[name] for name in (*columns, *more)}
        self.listed = Listed(
            path.strip("/").replace("/", "_"),
            path,
            title,
            {name: one.label for name, one in self.columns.items()},
            columns,
        )

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        return [
            page(self.path, self.orders, methods=("GET",)),
            page(f"{self.path}.csv", self.export, methods=("GET",)),
            *self.listed.pages(),
        ]

    async def orders(self, visit: Visit) -> Page:
        view, values = self._said(visit.query)
        counting = attempt(visit, CountOrders())
        asking = visit.ask(FindOrders(**self._asked(visit, view, values)))
        found, counts, (kept, own, ours) = await asyncio.gather(asking, counting, self._own(visit))
        opened = OPENED in visit.query
        shown = self.listed.shown(kept)
        known = {"view": view.code, **values}
        lasting = {name: value for name, value in known.items() if name != "after"}
        here = address(self.path, lasting)
        choices = self._choices(view, await self._named(visit, values, found.items, opened))
        return OrdersPage(
            title=_(self.title),
            path=self.path,
            order=f"{self.path}/{{order_id}}",
            tabs=[
                (
                    f"{self.path}?view={one.code}",
                    _(one.label),
                    ours[one.code] if one.ours else one.count(counts) if counts else None,
                )
                for one in self.views
            ]
            + own,
            current=here if here in [one for one, *_ in own] else f"{self.path}?view={view.code}",
            kept={
                name: written(value)
                for name, value in lasting.items()
                if name in ("view", "sort") or (name in self.filters and not opened)
            }
            | ({OPENED: "1"} if opened else {}),
            rows=[self._row(order, shown) for order in found.items],
            columns=self._columns(found.items, shown),
            sorting=Sorting(now=values.get("sort", ""), address=address(self.path, {**lasting, "sort": ""})),
            filters=inputs(self.filters, values, choices) if opened else (),
            filters_path="" if opened or not self.filters else address(self.path, {**lasting, OPENED: "1"}),
            chips=chips(
                self.filters, values, choices, lambda name: address(self.path, {**lasting, name: ""})
            ),
            plain=address(self.path, {name: lasting.get(name) for name in ("view", "sort")}),
            columns_path=address(self.listed.columns_path, {"back": here}),
            views_path=address(self.listed.views_path, lasting),
            own=self.listed.views_path if own else "",
            may_keep=bool(set(values) - {"after"}) and here not in [one for one, *_ in own],
            q=values.get("q", ""),
            placeholder=_(self.placeholder),
            empty=_(self.empty),
            more=address(self.path, {**lasting, "after": found.next}) if found.next else "",
            first=here if "after" in values else "",
            export=address(f"{self.path}.csv", lasting),
            ticked=[order.order_id for order in found.items] if "chosen" in visit.query else (),
            all=address(self.path, {**known, "chosen": "all"}),
            acts=[act for act in self.acts if visit.session.may(act.needs)],
            bulk=self.bulk if self.bulk and visit.session.may(self.bulk.needs) else None,
        )

    async def results(self, visit: Visit, outcomes: Mapping[str, Outcome], back: str, mend: str = "") -> Page:
        """The orders that something was asked for: beside each what became of it, the refused ones first.

        They stay ticked, to ask again; `mend`: where one is completed, an address with `{order_id}`.
        """
        asking = visit.ask(FindOrders(order_ids=list(outcomes), limit=len(outcomes)))
        found, kept = await asyncio.gather(asking, self.listed.kept(visit))
        shown = self.listed.shown(kept)
        rows = [self._row(order, shown) for order in found.items]
        for row in rows:
            row.cells["outcome"] = outcomes[row.order_id]
            if mend and not outcomes[row.order_id].ok:
                row.step, row.mend = _("Compléter"), mend.format(order_id=row.order_id)
        first, *others = self._columns(found.items, shown)
        outcome = Column(name="cells.outcome", label=_("Résultat"), kind="outcome")
        refused = [order_id for order_id, one in outcomes.items() if not one.ok]
        return OrdersPage(
            title=_("Résultat"),
            crumbs=[(back, _(self.title))],
            path=self.path,
            order=f"{self.path}/{{order_id}}",
            rows=sorted(rows, key=lambda row: row.order_id not in refused),
            columns=[first, outcome, *others],
            bulk=self.bulk if refused else None,
            ticked=refused,
            back=back,
            refused=len(refused),
        )

    async def export(self, visit: Visit) -> Response:
        """What is shown, as a file: same filters, same order, same columns."""
        asked = self._asked(visit, *self._said(visit.query))
        shown = self.listed.shown(await self.listed.kept(visit))
        columns = dict.fromkeys(field for name in shown for field in self.columns[name].file)
        asked = {name: value for name, value in asked.items() if name != "after"}
        return sent(await visit.ask(ExportOrders(**asked, columns=list(columns))))

    async def _own(self, visit: Visit) -> tuple[ListChoicesView, list[Tab], Mapping[str, int | str | None]]:
        """What the person chose, their own views as tabs with counters, and how many we run by view."""
        kept = await self.listed.kept(visit)
        ours = [view.code for view in self.views if view.ours]
        queries = [*(urlencode({"view": code}) for code in ours), *(view.query for view in kept.views)]
        if not queries:
            return kept, [], {}
        by = [self._filters(visit, QueryParams(query)) for query in queries]
        found = await attempt(visit, CountFoundOrders(by=by, most=COUNTED))
        counts = [_up_to(count) for count in found.counts] if found else [None] * len(by)
        tabs = zip(kept.views, counts[len(ours) :], strict=True)
        own = [(self.listed.own(view), view.name, count) for view, count in tabs]
        return kept, own, dict(zip(ours, counts[: len(ours)], strict=True))

    def _filters(self, visit: Visit, query: QueryParams) -> OrderFilters:
        """What an address narrows the list by."""
        asked = self._asked(visit, *self._said(query))
        return OrderFilters(**{name: asked[name] for name in OrderFilters.__struct_fields__ if name in asked})

    def _said(self, query: QueryParams) -> tuple[View, dict[str, Any]]:
        """The chosen view, and what else an address says of the question."""
        chosen = query.get("view", self.view)
        view = next((view for view in self.views if view.code == chosen), View(chosen, ""))
        fields = [name for name in self.filters if name != PLACE]
        several = [name for name in fields if self.filters[name].kind == "several"]
        values = said(query, FindOrders, ("after", "sort", *fields), several)
        if "owner_id" in fields and (former := _text(query, "shipper_id")):
            values.setdefault("owner_id", former)  # as views kept before December 2026 say it
        if PLACE in self.filters and (place := _text(query, PLACE).strip()[:LONGEST_PLACE]):
            values[PLACE] = place
        if q := _text(query, "q")[:LONGEST_Q]:
            values["q"] = q
        if "state" in values:
            offered = self._states(view)
            values["state"] = ",".join(one for one in values["state"].split(",") if one in offered)
        return view, {name: value for name, value in values.items() if value not in (None, "")}

    def _asked(self, visit: Visit, view: View, values: Mapping[str, Any]) -> dict[str, Any]:
        """The question: what the view holds, narrowed by what the address says."""
        of_view = {"state": ",".join(view.states)} | ({"incident": True} if view.incident else {})
        of_view |= {"legs": True} if view.legs else {}
        text = " ".join(filter(None, (values.get(PLACE), values.get("q"))))[:LONGEST_Q]
        asked = {name: value for name, value in values.items() if name != PLACE} | {"q": text}
        held = {"incident": True} if view.incident else {}
        return of_view | asked | held | ({"owner_id": visit.session.organization_id} if view.ours else {})

    def _states(self, view: View) -> Sequence[str]:
        return view.states or get_args(OrderState)

    async def _named(
        self, visit: Visit, values: Mapping[str, Any], orders: Sequence[OrderRow], opened: bool
    ) -> dict[str, dict[str, str]]:
        """The organizations of each filter: who stands in the list, and the partners, where they are needed.

        Needed are they to choose from, and for the name of one that was chosen and stands in no order.
        """
        carriers = {one.carrier_id: one.carrier_name for one in orders if one.carrier_id}
        owners = {one.owner_id: one.owner_name for one in orders}
        clients = {one.client_id or "": one.client_name or "" for one in orders if one.owned}
        names = {"carrier_id": carriers, "owner_id": owners, "client_id": clients}
        names = {name: found for name, found in names.items() if name in self.filters}
        chosen = {name: values[name] for name in names if name in values}
        drawn = opened and not wants_part(visit.request.headers)
        if not (drawn and names) and all(chosen[name] in names[name] for name in chosen):
            return names
        partners = await attempt(visit, FindPartners(limit=MOST_PARTNERS))
        for one in partners.items if partners else ():
            if one.kind in CARRYING:
                carriers[one.id] = one.name
            if one.kind != "carrier":
                owners[one.id] = clients[one.id] = one.name
        for name, code in chosen.items():
            names[name].setdefault(code, _("Partenaire introuvable"))
        return names

    def _choices(
        self, view: View, organizations: Mapping[str, dict[str, str]]
    ) -> dict[str, Sequence[Choice]]:
        """What may be chosen in each filter."""
        states = self._states(view)
        return {
            **{name: _by_name(names) for name, names in organizations.items()},
            "incident": []
            if view.incident
            else [Choice("true", _("Incident ouvert")), Choice("false", _("Sans incident"))],
            "state": [Choice(one, named("state", one)) for one in states] if len(states) > 1 else [],
        }

    def _columns(self, orders: Sequence[OrderRow], shown: Sequence[str]) -> list[Column]:
        """The heads; by the price is sorted where the reader sees what was agreed for any."""
        priced = any(order.agreed_cents is not None for order in orders)
        return [
            Column(
                name=f"cells.{name}",
                label=_(one.label),
                kind=one.kind,
                wide=one.wide,
                sort=one.sort if priced or one.sort != "price" else "",
            )
            for name, one in ((name, self.columns[name]) for name in shown)
            if not one.where_any or any(map(one.read, orders))
        ]

    def _row(self, order: OrderRow, shown: Sequence[str]) -> Row:
        label, href = self._step(order)
        here = f"{self.path}/{order.order_id}"
        return Row(
            order_id=order.order_id,
            cells={name: self.columns[name].read(order) for name in shown},
            step=label,
            step_href=href.format(order=here, order_id=order.order_id),
        )

    def _step(self, order: OrderRow) -> tuple[str, str]:
        """What to do with an order now, and where: for its incident, else by an open command or its state."""
        by_state = [f"{order.state} {command}" for command in order.may]
        reasons = ["incident"] if order.incident_open else [*order.may, *by_state, order.state]
        found = next((self.steps[reason] for reason in reasons if reason in self.steps), None)
        label, href = found or (marked("Ouvrir"), "{order}")
        return _(label), href

    def _deadline(self, order: OrderRow) -> datetime | None:
        """By when something must have happened to the order."""
        moments = (getattr(order, name) for name in self.due.get(order.state, ()))
        return next(filter(None, moments), None)


def _by_name(names: Mapping[str, str]) -> list[Choice]:
    return [Choice(code, name) for code, name in sorted(names.items(), key=lambda one: one[1].casefold())]


def _text(query: QueryParams, name: str) -> str:
    """What was typed, without what no service takes: one such view would leave all without counters."""
    return query.get(name, "").replace("\x00", "")


def _up_to(count: int) -> int | str:
    """A counter that was not counted to its end says so."""
    return count if count < COUNTED else f"{COUNTED - 1}+"
