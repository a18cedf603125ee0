"""A sheet read to the end: every row an order to ask for or reasons, with what is left to ask its sender.

Pure and self-contained, so that it can be computed in another process; what comes back is small.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import cast

import msgspec

from rt.contracts.core_orders import (
    CellReason,
    ColumnMatch,
    CreateOrder,
    ImportField,
    ImportNote,
    ImportQuestion,
)
from rt.kernel.core.errors import Refusal
from rt.services.core_orders.domain.asking import (
    ASKED,
    HIDDEN_ROWS,
    SPELLED,
    Side,
    about_country,
    about_spelling,
)
from rt.services.core_orders.domain.columns import Named
from rt.services.core_orders.domain.conventions import Answers, conventions
from rt.services.core_orders.domain.journey import weighed
from rt.services.core_orders.domain.rows import make, refused
from rt.services.core_orders.domain.sheet import read
from rt.services.core_orders.domain.sheet.cells import Cell, Row, Sheet
from rt.services.core_orders.domain.whereabouts import candidates

SPELLINGS_ASKED = 5
"""Countries asked about by their spelling: more of them are a wrong column."""
SIDES: tuple[Side, ...] = ("pickup", "delivery")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A row by its line: the order it asks for, packed until it is needed, or the reasons against it."""

    number: int
    reference: str = ""
    order: bytes = b""
    reasons: list[CellReason] = []

    @property
    def asked(self) -> CreateOrder | None:
        return msgspec.msgpack.decode(self.order, type=CreateOrder) if self.order else None


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet as it was read: columns, rows as orders to ask for, what to know of it, what is asked."""

    columns: list[ColumnMatch]
    rows: list[Asked]
    notes: list[ImportNote]
    questions: list[ImportQuestion]
    page: str
    pages: list[str]
    line: int


def packed_sheet(content: bytes, named: Named, answers: Answers, page: str, today: date) -> bytes:
    """read_sheet as MessagePack: a thousand orders cross to another process in no time that it notices."""
    return msgspec.msgpack.encode(read_sheet(content, named, answers, page, today))


def unpacked_sheet(packed: bytes) -> Judged:
    return msgspec.msgpack.decode(packed, type=Judged)


def read_sheet(content: bytes, named: Named, answers: Answers, page: str, today: date) -> Judged:
    """The file read and every row made into an order; each is weighed to see whether it could stand."""
    sheet = read(content, named, page)
    found = conventions(sheet, named, answers, today)
    rows = []
    faults: list[tuple[Mapping[ImportField, tuple[str, Cell]], list[CellReason]]] = []
    for row in sheet.rows:
        if row.hidden and answers.get(HIDDEN_ROWS) == "no":
            continue
        cells = _cells(row, found.columns)
        asked, reasons = make(cells, found.ways)
        if asked is not None:
            try:
                weighed(asked.stops, asked.goods, asked.equipment)
            except Refusal as refusal:
                reasons = [refused(part) for part in refusal.parts or (refusal,)]
        reasons += _of_the_row(row, answers)
        faults.append((cells, reasons))
        if reasons or asked is None:
            rows.append(Asked(number=row.number, reasons=reasons))
        else:
            order = msgspec.msgpack.encode(asked)
            rows.append(Asked(number=row.number, reference=asked.reference, order=order))
    return Judged(
        columns=found.columns,
        rows=rows,
        notes=_notes(sheet),
        questions=[*found.questions, *_country_questions(faults, answers)],
        page=sheet.page,
        pages=list(sheet.pages),
        line=sheet.line,
    )


def _cells(row: Row, columns: Sequence[ColumnMatch]) -> dict[ImportField, tuple[str, Cell]]:
    return {
        column.field: (column.column, cell)
        for column, cell in zip(columns, row.cells, strict=False)
        if column.field is not None
    }


def _of_the_row(row: Row, answers: Answers) -> list[CellReason]:
    reasons = []
    if row.beyond:
        reasons.append(
            _whole(
                "plus de cellules que de titres : un séparateur est pris dans un texte ou un nombre",
                "more cells than headings: a separator stands within a text or a number",
            )
        )
    if row.hidden and answers.get(HIDDEN_ROWS) != "yes":
        reasons.append(
            _whole(
                "ligne masquée dans le classeur : compte-t-elle ?",
                "row hidden in the workbook: does it count?",
            )
        )
    return reasons


def _notes(sheet: Sheet) -> list[ImportNote]:
    notes = []
    if sheet.hidden_pages or len(sheet.pages) > 1:
        aside = [name for name in sheet.pages if name != sheet.page]
        fr, en = f"Feuille lue : « {sheet.page} ».", f"Page read: “{sheet.page}”."
        if aside:
            fr += f" Laissées de côté : {', '.join(aside)}."
            en += f" Left aside: {', '.join(aside)}."
        if sheet.hidden_pages:
            fr += f" Masquées, non lues : {', '.join(sheet.hidden_pages)}."
            en += f" Hidden, not read: {', '.join(sheet.hidden_pages)}."
        notes.append(ImportNote(fr=fr, en=en))
    if sheet.hidden_columns:
        names = ", ".join(sheet.hidden_columns)
        notes.append(
            ImportNote(
                fr=f"Colonnes masquées dans le classeur, lues aussi : {names}.",
                en=f"Columns hidden in the workbook, read too: {names}.",
            )
        )
    return notes


def _country_questions(
    rows: Sequence[tuple[Mapping[ImportField, tuple[str, Cell]], list[CellReason]]], answers: Answers
) -> list[ImportQuestion]:
    """What to ask about countries: that of places without one, and those whose spelling is not known."""
    questions = []
    spelled: dict[str, tuple[Side, int]] = {}
    for side in SIDES:
        missing: list[tuple[str, str]] = []
        for cells, reasons in rows:
            code, city, said = (
                cells[field][1].text if (field := _field(side, part)) in cells else ""
                for part in ("postal_code", "city", "country")
            )
            wrong = any(reason.field == f"{side}_country" for reason in reasons)
            if not said and (wrong or f"{ASKED}{side}" in answers) and candidates(code, city):
                missing.append((code, city))
            elif said and (wrong or f"{SPELLED}{said}" in answers):
                spelled[said] = side, spelled.get(said, (side, 0))[1] + 1
        if missing:
            examples = list(dict.fromkeys(f"{code} {city}".strip() for code, city in missing))
            may_be = dict.fromkeys(country for town in missing for country in candidates(*town))
            answer = answers.get(f"{ASKED}{side}", "")
            questions.append(about_country(side, examples[:3], list(may_be), len(missing), answer))
    for text, (side, count) in list(spelled.items())[:SPELLINGS_ASKED]:
        questions.append(about_spelling(text, side, count, answers.get(f"{SPELLED}{text}", "")))
    return questions


def _field(side: Side, part: str) -> ImportField:
    return cast("ImportField", f"{side}_{part}")


def _whole(fr: str, en: str) -> CellReason:
    return CellReason(column="", field="", value="", fr=fr, en=en)
