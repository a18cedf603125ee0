"""What becomes of each row of a sheet: a new order, an update, a repetition, or nothing and why."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from rt.contracts.core_orders import CellReason, ColumnMatch, CreateOrder, ImportField, ImportRow
from rt.kernel.errors import Refusal
from rt.kernel.ids import derived_id
from rt.services.core_orders.domain.order import EDITED, Order
from rt.services.core_orders.domain.record import weighed
from rt.services.core_orders.domain.rows import make, refused
from rt.services.core_orders.domain.sheet import Row, Sheet
from rt.services.core_orders.domain.states import MOVES


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


def read_rows(sheet: Sheet, columns: Sequence[ColumnMatch]) -> list[Asked]:
    """Every row as an order to ask for; each is weighed to see whether it could stand."""
    rows = []
    for row in sheet.rows:
        asked, reasons = make(_cells(row, columns))
        if asked is not None:
            try:
                weighed(asked.stops, asked.goods, asked.equipment)
            except Refusal as refusal:
                reasons = [refused(part) for part in refusal.parts or (refusal,)]
                asked = None
        rows.append(Asked(row, asked, reasons))
    return rows


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


def _cells(row: Row, columns: Sequence[ColumnMatch]) -> dict[ImportField, tuple[str, str]]:
    return {
        column.field: (column.column, cell)
        for column, cell in zip(columns, row.cells, strict=True)
        if column.field is not None
    }


def _about(reference: str, fr: str, en: str) -> CellReason:
    return CellReason(column="", field="reference", value=reference, fr=fr, en=en)
