"""Where orders, number series, templates and imports are kept, and how orders are found."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Literal

from rt.contracts.core_orders import CreateOrder, ImportField, TemplateView
from rt.kernel.core.clock import today
from rt.kernel.core.errors import AlreadyExists, ChangedMeanwhile, Forbidden, NotFound
from rt.kernel.core.ids import because, derived_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal
from rt.kernel.storage.listing import Conditions, Page, encode_cursor
from rt.kernel.storage.persistence import Collection, Database, Index
from rt.services.core_orders.domain.line import OrderLine
from rt.services.core_orders.domain.order import Order, OrderNotFound
from rt.services.core_orders.domain.register import Charter
from rt.services.core_orders.domain.verdicts import Known
from rt.services.core_orders.store.counts import Counts
from rt.services.core_orders.store.listing import ORDERS
from rt.services.core_orders.store.series import Series

NUMBERS_AT_ONCE = 20
"""Numbers reserved in one write: a process that stops leaves at most so many unused."""
MEANT = "meant:"
"""Before a cursor among the orders, of several shippers, whose whole reference was typed: others follow."""


class ImportNotFound(NotFound):
    fr = "Cet import est introuvable."
    en = "This import was not found."


class TemplateNotFound(NotFound):
    fr = "Ce modèle est introuvable."
    en = "This template was not found."


class Template(Entity, kw_only=True):
    """An order to start new ones from."""

    name: str
    asked: CreateOrder
    pickup_at: datetime | None = None

    def view(self) -> TemplateView:
        stops = self.asked.stops
        return TemplateView(
            template_id=self.id,
            name=self.name,
            pickup_city=stops[0].site.address.city,
            delivery_city=stops[-1].site.address.city,
            consignee_name=self.asked.consignee_name,
        )


class Import(Entity, kw_only=True):
    """A sheet that was sent; its rows are read again from the file whenever they are needed.

    `named` are the columns that the organization had named by then, `answers` what was asked about the sheet;
    from the commit on, `same_reference` and the client are what its first run was told.
    """

    filename: Personal
    file_key: str
    named: dict[str, ImportField | None] = {}
    answers: list[tuple[str, str]] = []
    page: str = ""
    state: Literal["previewed", "committing", "committed"] = "previewed"
    same_reference: Literal["update", "skip"] = "skip"
    client_id: str | None = None
    client_name: str = ""
    created_orders: int = 0
    updated_orders: int = 0


class Headings(Entity, kw_only=True):
    """The columns an organization has named once, by their heading."""

    fields: dict[str, ImportField | None]


class PriceHidden(Forbidden):
    fr = "Vous ne voyez le prix d'aucune commande : la liste ne se trie pas par prix."
    en = "You see the price of no order: the list is not sorted by price."


class OrderStore:
    """The collections of core_orders."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.orders = Collection(
            database,
            Order,
            "orders",
            Index("org_id", "reference", unique=True, everywhere=True),
            shared=True,
            missing=OrderNotFound,
            listings=(ORDERS,),
        )
        self.series = Collection(database, Series, "series")
        self.templates = Collection(database, Template, "templates", Index("name"), missing=TemplateNotFound)
        self.imports = Collection(
            database, Import, "imports", Index("-created_at", "-id"), missing=ImportNotFound
        )
        self.headings = Collection(database, Headings, "headings")
        self.charters = Collection(
            database,
            Charter,
            "charters",
            Index("year", "number", unique=True),
            Index("order_id"),
        )
        self._reserved: dict[tuple[str, int], range] = {}
        self._reserving = asyncio.Lock()
        self.counts = Counts(self.orders)

    async def derive(self) -> None:
        """Say of older orders what lists ask for."""
        await self.orders.derive(Order.reckon)

    async def next_reference(self) -> str:
        """The organization's next number, such as 2026-000042: unique, not without gaps.

        A number is spent and not given back, so it is taken outside of what a repeat of the command repeats.
        """
        key = (current_org(), today().year)
        async with self._reserving:
            left = self._reserved.get(key) or await self._reserve(key[1])
            self._reserved[key] = left[1:]
        return f"{key[1]}-{left[0]:06d}"

    async def _reserve(self, year: int) -> range:
        series_id = derived_id("ser", current_org(), str(year))
        with because(None):
            while True:
                try:
                    async with self.series.change(series_id) as series:
                        first = series.next_number
                        series.next_number += NUMBERS_AT_ONCE
                    return range(first, first + NUMBERS_AT_ONCE)
                except NotFound:
                    try:
                        await self.series.add(Series(id=series_id, year=year))
                    except AlreadyExists:
                        continue
                except ChangedMeanwhile:
                    continue

    async def search(
        self, named: Conditions, *, q: str, sort: str, after: str, limit: int
    ) -> Page[OrderLine]:
        """Orders the organization sees; newest first, those whose whole reference was typed come before."""
        if not q.strip() or sort != ORDERS.default:
            page = await self.orders.rows(ORDERS, named, q=q, sort=sort, after=after, limit=limit)
            if not page.items and ORDERS.sort(sort).owners:
                await self._refuse_unpriced()
            return page
        whole, meant, left = q.strip(), Page[OrderLine]([], ""), limit
        if not after or after.startswith(MEANT):
            meant = await self.orders.rows(
                ORDERS,
                {**named, "reference": whole},
                sort="reference",
                after=after.removeprefix(MEANT),
                limit=limit,
            )
            if meant.next:
                return Page(meant.items, MEANT + meant.next)
            after, left = "", limit - len(meant.items)
        others = {**named, "reference": {"$ne": whole}}
        page = await self.orders.rows(ORDERS, others, q=q, sort=sort, after=after, limit=max(1, left))
        if not left and page.items:
            return Page(meant.items, MEANT + encode_cursor("reference", [whole, meant.items[-1].id]))
        return Page([*meant.items, *page.items], page.next)

    async def _refuse_unpriced(self) -> None:
        """Refuse what would tell nothing: no order has a price that the organization may see."""
        if not (await self.orders.rows(ORDERS, sort="price", limit=1)).items:
            raise PriceHidden("sort")

    async def by_reference(self, references: Sequence[str]) -> dict[str, Known]:
        """What is known of the organization's own orders with these references."""
        found: dict[str, Known] = {}
        for start in range(0, len(references), 500):
            where = {"org_id": current_org(), "reference": {"$in": list(references[start : start + 500])}}
            fields = {"reference": 1, "state": 1, "import_id": 1}
            for row in await self.orders.aggregate([{"$match": where}, {"$project": fields}]):
                found[row["reference"]] = Known(row["_id"], row["state"], row.get("import_id", ""))
        return found
