"""Sheets of orders: previewed, committed once, their bad rows given back."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVarTuple

from msgspec import structs

from rt.contracts.core_orders import (
    CommitImport,
    GetImport,
    GetImportRejects,
    GetImportTemplate,
    ImportView,
    RemapImport,
    UploadImport,
)
from rt.kernel.core import offload
from rt.kernel.core.clock import today
from rt.kernel.core.errors import AlreadyExists, Conflict, Invalid, NotFound
from rt.kernel.core.ids import derived_id, new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Download
from rt.kernel.storage.files import Files
from rt.services.core_orders.adapters import Directory, author
from rt.services.core_orders.domain.columns import Named, folded
from rt.services.core_orders.domain.order import drafted
from rt.services.core_orders.domain.reading import Judged, packed_sheet, unpacked_sheet
from rt.services.core_orders.domain.returned import as_download, rejected, template
from rt.services.core_orders.domain.states import Author
from rt.services.core_orders.domain.verdicts import Verdict, changes, judge
from rt.services.core_orders.store import Headings, Import, OrderStore
from rt.trade.spreadsheets import SPREADSHEET

Args = TypeVarTuple("Args")

ROWS_SHOWN = 500
AT_ONCE = 16
"""Rows written at the same time."""
READING_SECONDS, LONG_READING_SECONDS, READING_MB = 12, 40, 384
LONG_BYTES = 200_000
"""5,000 rows of 40 columns take two to four seconds of a free core, several times that on a busy one."""


class ImportCommitted(Conflict):
    fr = "Cet import est déjà intégré."
    en = "This import is already taken in."


class ColumnUnknown(Invalid):
    fr = "La colonne « {column} » n'est pas dans le tableau."
    en = "The column “{column}” is not in the sheet."


class AnswerUnknown(Invalid):
    fr = "Ce tableau ne pose pas la question « {question} », ou cette réponse n'y répond pas."
    en = "This sheet does not ask “{question}”, or this is no answer to it."


class Imports:
    """What organizations do with sheets."""

    def __init__(self, store: OrderStore, directory: Directory, files: Files) -> None:
        self._store = store
        self._directory = directory
        self._files = files

    async def upload(self, asked: UploadImport) -> ImportView:
        named = (await self._headings()).fields
        judged = await _judged(asked.content, named, {}, "")
        import_id = new_id("imp")
        media_type = SPREADSHEET if asked.content.startswith(b"PK") else "text/csv"
        key = await self._files.put("documents", asked.content, media_type, id=import_id)
        sent = Import(id=import_id, filename=asked.filename, file_key=key, named=named, page=judged.page)
        return await self._view(await self._store.imports.add(sent), judged)

    async def get(self, asked: GetImport) -> ImportView:
        return await self._view(await self._store.imports.get(asked.import_id))

    async def remap(self, asked: RemapImport) -> ImportView:
        sent = await self._store.imports.get(asked.import_id)
        if sent.state != "previewed":
            raise ImportCommitted
        if asked.page:
            sent.page = asked.page
        judged = await self._read(sent)
        _refuse_unknown(asked, judged)
        named = {folded(column): field for column, field in asked.mapping.items()}
        if named:
            headings = await self._headings()
            async with self._store.headings.change(headings.id) as kept:
                kept.fields = {**kept.fields, **named}
        async with self._store.imports.change(asked.import_id) as sent:
            if sent.state != "previewed":
                raise ImportCommitted
            sent.named = {**sent.named, **named}
            sent.answers = list({**dict(sent.answers), **asked.answers}.items())
            sent.page = judged.page
        return await self._view(sent)

    async def commit(self, asked: CommitImport) -> ImportView:
        """Take the good rows in; whatever a run before this one has taken in is met, not doubled."""
        sent, client = await self._store.imports.get(asked.import_id), None
        if sent.state == "previewed" and asked.client_id:
            client = await self._directory.namable(asked.client_id, "client_id")
        async with self._store.imports.change(asked.import_id) as sent:
            if sent.state == "previewed":
                sent.state, sent.same_reference = "committing", asked.same_reference
                if client:
                    sent.client_id, sent.client_name = client.id, client.name
        if sent.state == "committed":
            return await self._view(sent)
        verdicts = await self._verdicts(sent, await self._read(sent))
        new = [one for one in verdicts if one.kind == "new"]
        updates = [one for one in verdicts if one.kind == "update" and sent.same_reference == "update"]
        by = author()._replace(source="import")
        names = {current_org(): await self._directory.own_name()}
        await _in_parts(new, lambda one: self._add(one, by, names, sent))
        await _in_parts(updates, lambda one: self._update(one, by, sent))
        async with self._store.imports.change(asked.import_id) as sent:
            sent.state = "committed"
            sent.created_orders, sent.updated_orders = len(new), len(updates)
        return await self._view(sent)

    async def rejects(self, asked: GetImportRejects) -> Download:
        sent = await self._store.imports.get(asked.import_id)
        verdicts = await self._verdicts(sent, await self._read(sent))
        said = {
            one.row.number: " · ".join(f"{why.column} {why.fr} / {why.en}".strip() for why in one.reasons)
            for one in verdicts
            if one.kind in ("bad", "duplicate")
        }
        source = await self._files.get(sent.file_key)
        content = await _beside(source, rejected, sent.named, sent.page, said, asked.format)
        return as_download(content, asked.format, "lignes-rejetees")

    async def template(self, asked: GetImportTemplate) -> Download:
        return template(asked.format)

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

    async def _read(self, sent: Import) -> Judged:
        content = await self._files.get(sent.file_key)
        return await _judged(content, sent.named, dict(sent.answers), sent.page)

    async def _verdicts(self, sent: Import, judged: Judged) -> list[Verdict]:
        references = [one.reference for one in judged.rows if one.reference]
        known = await self._store.by_reference(list(dict.fromkeys(references)))
        return judge(judged.rows, known, sent.id)

    async def _add(self, one: Verdict, by: Author, names: Mapping[str, str], sent: Import) -> None:
        asked = one.row.asked
        if asked is None:
            return
        order = drafted(
            by,
            structs.replace(asked, client_id=sent.client_id),
            order_id=one.order_id,
            reference=asked.reference or await self._store.next_reference(),
            names={**names, **_client(sent)},
            import_id=sent.id,
        )
        try:
            await self._store.orders.add(order)
        except AlreadyExists:
            return  # somebody wrote this reference since the verdict, or another run took the row in

    async def _update(self, one: Verdict, by: Author, sent: Import) -> None:
        asked = one.row.asked
        if asked is None:
            return
        async with self._store.orders.change(one.order_id) as order:
            if order.import_id != sent.id:
                asked = structs.replace(asked, client_id=sent.client_id)
                order.take(by, changes(asked), "imported", _client(sent))
                order.import_id = sent.id

    async def _view(self, sent: Import, judged: Judged | None = None) -> ImportView:
        judged = judged or await self._read(sent)
        verdicts = await self._verdicts(sent, judged)
        counts = Counter(one.kind for one in verdicts)
        return ImportView(
            import_id=sent.id,
            filename=sent.filename,
            state=sent.state,
            created_at=sent.created_at,
            columns=judged.columns,
            rows=[one.view() for one in verdicts[:ROWS_SHOWN]],
            rows_total=len(verdicts),
            new=counts["new"],
            update=counts["update"],
            duplicate=counts["duplicate"],
            bad=counts["bad"],
            page=judged.page,
            pages=judged.pages,
            headings_line=judged.line,
            notes=judged.notes,
            questions=judged.questions,
            created_orders=sent.created_orders,
            updated_orders=sent.updated_orders,
        )


async def _judged(content: bytes, named: Named, answers: Mapping[str, str], page: str) -> Judged:
    return unpacked_sheet(await _beside(content, packed_sheet, named, answers, page, today()))


async def _beside(content: bytes, func: Callable[[bytes, *Args], bytes], *args: *Args) -> bytes:
    """Computed beside the event loop, within limits of time and memory."""
    seconds = READING_SECONDS if len(content) < LONG_BYTES else LONG_READING_SECONDS
    return await offload.run(func, content, *args, seconds=seconds, memory_mb=READING_MB, field="content")


def _client(sent: Import) -> dict[str, str]:
    """The name of the client for whom all orders of the sheet are run, by its id."""
    return {sent.client_id: sent.client_name} if sent.client_id else {}


def _refuse_unknown(asked: RemapImport, judged: Judged) -> None:
    present = {column.column for column in judged.columns}
    for column in asked.mapping:
        if column not in present:
            raise ColumnUnknown(field=f"mapping.{column}", column=column)
    offered = {one.question: {choice.value for choice in one.choices} for one in judged.questions}
    for question, answer in asked.answers.items():
        if answer not in offered.get(question, ()):
            raise AnswerUnknown(field=f"answers.{question}", question=question)


async def _in_parts(rows: Sequence[Verdict], work: Callable[[Verdict], Awaitable[None]]) -> None:
    for start in range(0, len(rows), AT_ONCE):
        await asyncio.gather(*(work(one) for one in rows[start : start + AT_ONCE]))
