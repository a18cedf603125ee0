"""Where orders, number series, templates and imports are kept, and how orders are found."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from rt.contracts.core_orders import CreateOrder, ImportField, OrderState
from rt.kernel.clock import today
from rt.kernel.entity import Entity
from rt.kernel.errors import AlreadyExists, ChangedMeanwhile, NotFound
from rt.kernel.ids import because, derived_id
from rt.kernel.persistence import Collection, Database, Index, Page
from rt.kernel.tenancy import current_org
from rt.services.core_orders.domain.order import Order, OrderNotFound
from rt.services.core_orders.domain.verdicts import Known

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NUMBERS_AT_ONCE = 20
"""Numbers reserved in one write: a process that stops leaves at most so many unused."""


class ImportNotFound(NotFound):
    fr = "Cet import est introuvable."
    en = "This import was not found."


class TemplateNotFound(NotFound):
    fr = "Ce modèle est introuvable."
    en = "This template was not found."


class Series(Entity, kw_only=True):
    """The next free order number of an organization in a year."""

    year: int
    next_number: int = 1


class Template(Entity, kw_only=True):
    """An order to start new ones from."""

    name: str
    asked: CreateOrder
    pickup_at: datetime | None = None


class Import(Entity, kw_only=True):
    """A sheet that was sent; its rows are read again from the file whenever they are needed.

    `named` are the columns that the organization had named by then, `answers` what was asked about the sheet.
    """

    filename: str
    file_key: str
    named: dict[str, ImportField | None] = {}
    answers: list[tuple[str, str]] = []
    page: str = ""
    state: Literal["previewed", "committing", "committed"] = "previewed"
    same_reference: Literal["update", "skip"] = "skip"
    created_orders: int = 0
    updated_orders: int = 0


class Headings(Entity, kw_only=True):
    """The columns an organization has named once, by their heading."""

    fields: dict[str, ImportField | None]


class OrderStore:
    """The collections of core_orders.

    Indexes of filters that are seldom used are partial, so that the planner does not try them on searches:
    each index it tries makes a first search slower.
    """

    def __init__(self, database: Database) -> None:
        self.orders = Collection(
            database,
            Order,
            "orders",
            Index("-created_at", "-id"),
            Index("state", "-created_at", "-id"),
            Index("incident_open", when={"incident_open": True}),
            Index("carrier_id", "-created_at", "-id", when={"carrier_id": {"$gt": ""}}),
            Index("pickup_at", when={"pickup_at": {"$gte": EPOCH}}),
            Index("org_id", "reference", unique=True, everywhere=True),
            shared=True,
            missing=OrderNotFound,
        )
        self.series = Collection(database, Series, "series")
        self.templates = Collection(database, Template, "templates", Index("name"), missing=TemplateNotFound)
        self.imports = Collection(
            database, Import, "imports", Index("-created_at", "-id"), missing=ImportNotFound
        )
        self.headings = Collection(database, Headings, "headings")
        self._reserved: dict[tuple[str, int], range] = {}
        self._reserving = asyncio.Lock()

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
        self,
        *,
        q: str,
        states: Sequence[str],
        carrier_id: str,
        pickup_since: datetime | None,
        pickup_before: datetime | None,
        incident: bool | None,
        after: str,
        limit: int,
    ) -> Page[Order]:
        """Orders the organization sees, newest first; before them those whose whole reference was typed."""
        named: list[Order] = []
        where: dict[str, Any] = {}
        if states:
            where["state"] = {"$in": list(states)}
        if carrier_id:
            where["carrier_id"] = carrier_id
        if incident is not None:
            where |= self._with_incident() if incident else self._without_incident()
        if pickup_since or pickup_before:
            until = {"$lt": pickup_before} if pickup_before else {}
            where["pickup_at"] = {"$gte": pickup_since or EPOCH} | until
        if said := await self.orders.saying(q):
            if not after:
                whole = {**where, "org_id": said["org_id"], "reference": q.strip()}
                named = await self.orders.find(whole, limit=limit)
            where |= {**said, "reference": {"$ne": q.strip()}}
        page = await self.orders.page(where, after=after, limit=max(1, limit - len(named)))
        return Page([*named, *page.items], page.next)

    async def counts(self) -> tuple[dict[OrderState, int], int]:
        """How many orders stand in each state, and how many have an open incident."""
        rows = await self.orders.aggregate([{"$group": {"_id": "$state", "n": {"$sum": 1}}}])
        states: dict[OrderState, int] = {row["_id"]: row["n"] for row in rows}
        return states, await self.orders.count(self._with_incident())

    def _with_incident(self) -> dict[str, Any]:
        """Orders with an open incident that the organization may know of."""
        return {"incident_open": True, "incidents": {"$elemMatch": _open_for(current_org())}}

    def _without_incident(self) -> dict[str, Any]:
        return {"incidents": {"$not": {"$elemMatch": _open_for(current_org())}}}

    async def by_reference(self, references: Sequence[str]) -> dict[str, Known]:
        """What is known of the organization's own orders with these references."""
        found: dict[str, Known] = {}
        for start in range(0, len(references), 500):
            where = {"org_id": current_org(), "reference": {"$in": list(references[start : start + 500])}}
            fields = {"reference": 1, "state": 1, "import_id": 1}
            for row in await self.orders.aggregate([{"$match": where}, {"$project": fields}]):
                found[row["reference"]] = Known(row["_id"], row["state"], row.get("import_id", ""))
        return found


def _open_for(org_id: str) -> dict[str, Any]:
    return {"resolved_at": None, "$or": [{"shared": True}, {"org_id": org_id}]}
