"""Sheets of orders: previewed, committed once, their bad rows given back."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence

from rt.contracts.core_orders import (
    CommitImport,
    GetImport,
    GetImportRejects,
    GetImportTemplate,
    ImportView,
    RemapImport,
    UploadImport,
)
from rt.kernel.errors import AlreadyExists, Conflict, Invalid, NotFound
from rt.kernel.files import Files
from rt.kernel.ids import derived_id, new_id
from rt.kernel.messages import Download
from rt.kernel.tenancy import current_org
from rt.services.core_orders.adapters import Directory, hand
from rt.services.core_orders.domain.columns import EXAMPLE, FIELDS, HEADINGS, folded, matched
from rt.services.core_orders.domain.order import drafted
from rt.services.core_orders.domain.sheet import Sheet, read
from rt.services.core_orders.domain.states import Hand
from rt.services.core_orders.domain.verdicts import Verdict, changes, judge, read_rows
from rt.services.core_orders.store import Headings, Import, OrderStore
from rt.trade.spreadsheets import SPREADSHEET, csv_file

ROWS_SHOWN = 500
AT_ONCE = 16
"""Rows written at the same time."""
REASON_HEADING = "Motif / Reason"


class ImportCommitted(Conflict):
    fr = "Cet import est déjà intégré."
    en = "This import is already taken in."


class ColumnUnknown(Invalid):
    fr = "La colonne « {column} » n'est pas dans le tableau."
    en = "The column “{column}” is not in the sheet."


class Imports:
    """What organizations do with sheets."""

    def __init__(self, store: OrderStore, directory: Directory, files: Files) -> None:
        self._store = store
        self._directory = directory
        self._files = files

    async def upload(self, asked: UploadImport) -> ImportView:
        sheet = await asyncio.to_thread(read, asked.content)
        import_id = new_id("imp")
        media_type = SPREADSHEET if asked.content.startswith(b"PK") else "text/csv"
        key = await self._files.put("documents", asked.content, media_type, id=import_id)
        columns = matched(sheet.headings, (await self._headings()).fields)
        sent = Import(id=import_id, filename=asked.filename, file_key=key, columns=columns)
        return await self._view(await self._store.imports.add(sent))

    async def get(self, asked: GetImport) -> ImportView:
        return await self._view(await self._store.imports.get(asked.import_id))

    async def remap(self, asked: RemapImport) -> ImportView:
        sent = await self._store.imports.get(asked.import_id)
        present = {column.column for column in sent.columns}
        for column in asked.mapping:
            if column not in present:
                raise ColumnUnknown(field=f"mapping.{column}", column=column)
        named = {folded(column): field for column, field in asked.mapping.items()}
        headings = await self._headings()
        async with self._store.headings.change(headings.id) as kept:
            kept.fields = {**kept.fields, **named}
        async with self._store.imports.change(asked.import_id) as sent:
            if sent.state != "previewed":
                raise ImportCommitted
            sent.columns = matched([column.column for column in sent.columns], kept.fields)
        return await self._view(sent)

    async def commit(self, asked: CommitImport) -> ImportView:
        """Take the good rows in; whatever a run before this one has taken in is met, not doubled."""
        async with self._store.imports.change(asked.import_id) as sent:
            if sent.state == "previewed":
                sent.state, sent.same_reference = "committing", asked.same_reference
        if sent.state == "committed":
            return await self._view(sent)
        verdicts = await self._verdicts(sent)
        new = [one for one in verdicts if one.kind == "new"]
        updates = [one for one in verdicts if one.kind == "update" and sent.same_reference == "update"]
        by = hand()._replace(source="import")
        shipper = (await self._directory.card(current_org())).name
        await _in_parts(new, lambda one: self._add(one, by, shipper, sent.id))
        await _in_parts(updates, lambda one: self._update(one, by, sent.id))
        async with self._store.imports.change(asked.import_id) as sent:
            sent.state = "committed"
            sent.created_orders, sent.updated_orders = len(new), len(updates)
        return await self._view(sent)

    async def rejects(self, asked: GetImportRejects) -> Download:
        sent = await self._store.imports.get(asked.import_id)
        verdicts = await self._verdicts(sent)
        rows = [
            [*one.row.cells, " · ".join(f"{why.column} {why.fr} / {why.en}".strip() for why in one.reasons)]
            for one in verdicts
            if one.kind in ("bad", "duplicate")
        ]
        content = csv_file([*(column.column for column in sent.columns), REASON_HEADING], rows)
        return Download(content=content, media_type="text/csv", filename="lignes-rejetees.csv")

    async def template(self, asked: GetImportTemplate) -> Download:
        headings = [HEADINGS[field].partition("|")[0] for field in FIELDS]
        content = csv_file(headings, [[EXAMPLE.get(field, "") for field in FIELDS]])
        return Download(content=content, media_type="text/csv", filename="modele-commandes.csv")

    async def _headings(self) -> Headings:
        """The columns the organization has named so far."""
        headings_id = derived_id("hdg", current_org())
        try:
            return await self._store.headings.get(headings_id)
        except NotFound:
            try:
                return await self._store.headings.add(Headings(id=headings_id, fields={}))
            except AlreadyExists:
                return await self._store.headings.get(headings_id)

    async def _sheet(self, sent: Import) -> Sheet:
        return await asyncio.to_thread(read, await self._files.get(sent.file_key))

    async def _verdicts(self, sent: Import) -> list[Verdict]:
        sheet = await self._sheet(sent)
        rows = await asyncio.to_thread(read_rows, sheet, sent.columns)
        references = [one.asked.reference for one in rows if one.asked and one.asked.reference]
        known = await self._store.by_reference(list(dict.fromkeys(references)))
        return judge(rows, known, sent.id)

    async def _add(self, one: Verdict, by: Hand, shipper: str, import_id: str) -> None:
        if one.asked is None:
            return
        reference = one.asked.reference or await self._store.next_reference()
        order = drafted(
            by,
            one.asked,
            order_id=one.order_id,
            reference=reference,
            shipper_name=shipper,
            import_id=import_id,
        )
        try:
            await self._store.orders.add(order)
        except AlreadyExists:
            return  # somebody wrote this reference since the verdict, or another run took the row in

    async def _update(self, one: Verdict, by: Hand, import_id: str) -> None:
        if one.asked is None:
            return
        async with self._store.orders.change(one.order_id) as order:
            if order.import_id != import_id:
                order.take(by, changes(one.asked), "imported")
                order.import_id = import_id

    async def _view(self, sent: Import) -> ImportView:
        verdicts = await self._verdicts(sent)
        counts = Counter(one.kind for one in verdicts)
        return ImportView(
            import_id=sent.id,
            filename=sent.filename,
            state=sent.state,
            created_at=sent.created_at,
            columns=sent.columns,
            rows=[one.shown() for one in verdicts[:ROWS_SHOWN]],
            rows_total=len(verdicts),
            new=counts["new"],
            update=counts["update"],
            duplicate=counts["duplicate"],
            bad=counts["bad"],
            created_orders=sent.created_orders,
            updated_orders=sent.updated_orders,
        )


async def _in_parts(rows: Sequence[Verdict], work: Callable[[Verdict], Awaitable[None]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        await asyncio.gather(*(work(one) for one in rows[start : start + AT_ONCE]))
