"""The register of transports given to others for hire: written as they are given, printed by year."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from rt.contracts.core_orders import CharterView, FindCharters, OrderSummary, PrintRegister, RegisterPage
from rt.kernel.core.clock import day_of
from rt.kernel.core.errors import AlreadyExists, NotFound
from rt.kernel.core.ids import derived_id
from rt.kernel.model.messages import Download
from rt.kernel.storage.persistence import transaction
from rt.services.core_orders.adapters import Directory
from rt.services.core_orders.adapters.register_paper import as_csv, as_pdf
from rt.services.core_orders.domain.register import Charter, charter_of, is_charter
from rt.services.core_orders.store import OrderStore
from rt.services.core_orders.store.series import next_charter

AT_ONCE = 200


class Register:
    """What is kept of each operation; nothing is ever taken out of it."""

    def __init__(self, store: OrderStore, directory: Directory) -> None:
        self._store = store
        self._directory = directory

    async def record(self, said: OrderSummary, event_id: str, at: datetime) -> None:
        """A carrier has the order: the next number is its, in one write with the operation."""
        try:
            order = await self._store.orders.get(said.order_id)
        except NotFound:
            return
        if order.carrier_id != said.carrier_id:  # it has gone on since: what it was given at is its offer's
            order.agreed_cents = order.accepted_from(said.carrier_id)
        order.carrier_id, order.carrier_name = said.carrier_id, said.carrier_name
        if not is_charter(order):
            return
        ids = [load.order_id for load in order.parents]
        parents = await self._store.orders.find({"id": {"$in": ids}}, limit=len(ids)) if ids else []
        year = day_of(at).year
        try:
            async with transaction(self._store.database):
                number = await next_charter(self._store.series, year)
                charter_id = derived_id("chr", event_id)
                await self._store.charters.add(
                    charter_of(order, parents, id=charter_id, year=year, number=number, at=at)
                )
        except AlreadyExists:
            return

    async def correct(self, said: OrderSummary, at: datetime) -> None:
        """The order is another than it was given."""
        charter = await self._open(said.order_id)
        if charter is None:
            return
        order = await self._store.orders.get(said.order_id)
        async with self._store.charters.change(charter.id) as changed:
            changed.correct(order, at)

    async def released(self, said: OrderSummary, reason: str, at: datetime) -> None:
        """The carrier has it no more, if it had it; an offer that ends was no operation."""
        charter = await self._open(said.order_id)
        if charter is not None and charter.carrier_id == said.carrier_id:
            async with self._store.charters.change(charter.id) as changed:
                changed.end("released", reason, at)

    async def cancelled(self, said: OrderSummary, reason: str, at: datetime) -> None:
        charter = await self._open(said.order_id)
        if charter is not None:
            async with self._store.charters.change(charter.id) as changed:
                changed.end("cancelled", reason, at)

    async def find(self, asked: FindCharters) -> RegisterPage:
        where = {"year": asked.year, "number": {"$gt": asked.after}}
        found = await self._store.charters.find(where, sort="number", limit=asked.limit + 1)
        items = await self._views(found[: asked.limit])
        return RegisterPage(items=items, next=items[-1].number if len(found) > asked.limit else 0)

    async def print(self, asked: PrintRegister) -> Download:
        """All of a year, set beside the event loop."""
        items: list[CharterView] = []
        after: int | None = 0
        while after is not None:
            page = await self.find(FindCharters(year=asked.year, after=after, limit=AT_ONCE))
            items += page.items
            after = page.next or None
        name = f"registre-affretement-{asked.year}.{asked.format}"
        if asked.format == "csv":
            content = await asyncio.to_thread(as_csv, items)
            return Download(content=content, media_type="text/csv", filename=name)
        holder = await self._directory.own_name()
        content = await asyncio.to_thread(as_pdf, items, holder, asked.year)
        return Download(content=content, media_type="application/pdf", filename=name)

    async def _open(self, order_id: str) -> Charter | None:
        """The operation of the order that has not ended."""
        return await self._store.charters.first({"order_id": order_id, "ended": False})

    async def _views(self, charters: Sequence[Charter]) -> list[CharterView]:
        ids = [one.order_id for one in charters]
        orders = await self._store.orders.find({"id": {"$in": ids}}, limit=len(ids)) if ids else []
        by_id = {one.id: one for one in orders}
        carriers = list(dict.fromkeys(one.carrier_id for one in charters))
        cards = await asyncio.gather(*(self._directory.identified(one) for one in carriers))
        known = dict(zip(carriers, cards, strict=True))
        return [one.view(by_id.get(one.order_id), *known[one.carrier_id]) for one in charters]
