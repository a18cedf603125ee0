"""What becomes of each row of a sheet: a new order, an update, a repetition, or nothing and why."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, cast

from rt.contracts.core_orders import (
    CellReason,
    ColumnMatch,
    CreateOrder,
    ImportField,
    ImportNote,
    ImportQuestion,
    ImportRow,
)
from rt.kernel.errors import Refusal
from rt.kernel.ids import derived_id
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
from rt.services.core_orders.domain.order import EDITED, Order
from rt.services.core_orders.domain.rows import make, refused
from rt.services.core_orders.domain.sheet import read
from rt.services.core_orders.domain.sheet.cells import Cell, Row, Sheet
from rt.services.core_orders.domain.states import MOVES
from rt.services.core_orders.domain.whereabouts import candidates

SPELLINGS_ASKED = 5
"""Countries asked about by their spelling: more of them are a wrong column."""
SIDES: tuple[Side, ...] = ("pickup", "delivery")


class Verdict(NamedTuple):
    """A row, what it asks for and what becomes of it; `order_id` is the order it makes or updates."""

    row: Row
    kind: Literal["new", "update", "duplicate", "bad"]
    reasons: list[CellReason]
    asked: CreateOrder | None = None
    order_id: str = ""

    def shown(self) -> ImportRow:
        return ImportRow(
            number=self.row.number,
            verdict=self.kind,
            reference=self.asked.reference if self.asked else "",
            reasons=self.reasons,
            order_id=self.order_id or None,
        )


class Asked(NamedTuple):
    """A row read: its order, or the reasons against it."""

    row: Row
    asked: CreateOrder | None
    reasons: list[CellReason]


class Judged(NamedTuple):
    """A sheet as it was read: columns, rows as orders to ask for, what to know of it, what is asked."""

    headings: list[str]
    columns: list[ColumnMatch]
    rows: list[Asked]
    notes: list[ImportNote]
    questions: list[ImportQuestion]
    page: str
    pages: list[str]
    line: int


def read_sheet(content: bytes, named: Named, answers: Answers, page: str, today: date) -> Judged:
    """The file read and every row made into an order; each is weighed to see whether it could stand.

    Pure and self-contained, so that it can be computed in another process.
    """
    sheet = read(content, named, page)
    found = conventions(sheet, named, answers, today)
    rows = []
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
        rows.append(Asked(row, None if reasons else asked, reasons))
    return Judged(
        headings=sheet.headings,
        columns=found.columns,
        rows=rows,
        notes=_notes(sheet),
        questions=[*found.questions, *_country_questions(rows, found.columns, answers)],
        page=sheet.page,
        pages=list(sheet.pages),
        line=sheet.line,
    )


def judge(rows: Sequence[Asked], known: Mapping[str, Order], import_id: str) -> list[Verdict]:
    """The verdict on each row, the organization's own orders with the same references being known.

    The id of the order that a row makes follows from sheet and line: a row taken in already is met again.
    """
    verdicts: list[Verdict] = []
    lines: dict[str, int] = {}
    for row, asked, reasons in rows:
        if asked is None:
            verdicts.append(Verdict(row, "bad", reasons))
            continue
        order_id = derived_id("ord", import_id, str(row.number))
        reference = asked.reference
        order = known.get(reference)
        if reference and reference in lines:
            again = _about(
                reference, f"déjà en ligne {lines[reference]}", f"already in line {lines[reference]}"
            )
            verdicts.append(Verdict(row, "duplicate", [again], asked))
        elif order is None or order.id == order_id:
            verdicts.append(Verdict(row, "new", [], asked, order_id))
        elif order.state in MOVES["EditOrder"].states or order.import_id == import_id:
            there = _about(reference, "cette commande existe déjà", "this order exists already")
            verdicts.append(Verdict(row, "update", [there], asked, order.id))
        else:
            late = _about(reference, "cette commande est déjà engagée", "this order is already under way")
            verdicts.append(Verdict(row, "bad", [late], asked))
        if reference:
            lines.setdefault(reference, row.number)
    return verdicts


def changes(asked: CreateOrder) -> dict[str, Any]:
    """What a row changes in the order it updates: what it says, and nothing that it leaves empty."""
    said = {name: getattr(asked, name) for name in EDITED}
    silent = CreateOrder(stops=[])
    return {name: value for name, value in said.items() if value != getattr(silent, name)}


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
    rows: Sequence[Asked], columns: Sequence[ColumnMatch], answers: Answers
) -> list[ImportQuestion]:
    """What to ask about countries: that of places without one, and those whose spelling is not known."""
    questions = []
    spelled: dict[str, tuple[Side, int]] = {}
    for side in SIDES:
        missing: list[tuple[str, str]] = []
        for row in rows:
            cells = {field: cell.text for field, (_, cell) in _cells(row.row, columns).items()}
            town = cells.get(_field(side, "postal_code"), ""), cells.get(_field(side, "city"), "")
            said = cells.get(_field(side, "country"), "")
            wrong = any(reason.field == f"{side}_country" for reason in row.reasons)
            if not said and (wrong or f"{ASKED}{side}" in answers) and candidates(*town):
                missing.append(town)
            elif said and (wrong or f"{SPELLED}{said}" in answers):
                spelled[said] = side, spelled.get(said, (side, 0))[1] + 1
        if missing:
            examples = list(dict.fromkeys(f"{code} {city}".strip() for code, city in missing))
            may_be = dict.fromkeys(code for town in missing for code in candidates(*town))
            answer = answers.get(f"{ASKED}{side}", "")
            questions.append(about_country(side, examples[:3], list(may_be), len(missing), answer))
    for text, (side, count) in list(spelled.items())[:SPELLINGS_ASKED]:
        questions.append(about_spelling(text, side, count, answers.get(f"{SPELLED}{text}", "")))
    return questions


def _field(side: Side, part: str) -> ImportField:
    return cast("ImportField", f"{side}_{part}")


def _whole(fr: str, en: str) -> CellReason:
    return CellReason(column="", field="", value="", fr=fr, en=en)


def _about(reference: str, fr: str, en: str) -> CellReason:
    return CellReason(column="", field="reference", value=reference, fr=fr, en=en)
