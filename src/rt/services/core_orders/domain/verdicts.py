"""What becomes of each row of a sheet: a new order, an update, a repetition, or nothing and why."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NamedTuple

from rt.contracts.core_orders import CellReason, CreateOrder, ImportRow, OrderState
from rt.kernel.core.ids import derived_id
from rt.services.core_orders.domain.order import EDITED
from rt.services.core_orders.domain.reading import Asked
from rt.services.core_orders.domain.states import MOVES


class Known(NamedTuple):
    """As much of an order as its reference in a sheet is judged by."""

    id: str
    state: OrderState
    import_id: str = ""


class Verdict(NamedTuple):
    """A row, what it asks for and what becomes of it; `order_id` is the order it makes or updates."""

    row: Asked
    kind: Literal["new", "update", "duplicate", "bad"]
    reasons: list[CellReason]
    order_id: str = ""

    def view(self) -> ImportRow:
        return ImportRow(
            number=self.row.number,
            verdict=self.kind,
            reference=self.row.reference,
            reasons=self.reasons,
            order_id=self.order_id or None,
        )


def judge(rows: Sequence[Asked], known: Mapping[str, Known], import_id: str) -> list[Verdict]:
    """The verdict on each row, the organization's own orders with the same references being known.

    The id of the order that a row makes follows from sheet and line: a row taken in already is met again.
    """
    verdicts: list[Verdict] = []
    lines: dict[str, int] = {}
    for row in rows:
        if not row.order:
            verdicts.append(Verdict(row, "bad", row.reasons))
            continue
        order_id = derived_id("ord", import_id, str(row.number))
        reference = row.reference
        order = known.get(reference)
        if reference and reference in lines:
            again = _about(
                reference, f"déjà en ligne {lines[reference]}", f"already in line {lines[reference]}"
            )
            verdicts.append(Verdict(row, "duplicate", [again]))
        elif order is None or order.id == order_id:
            verdicts.append(Verdict(row, "new", [], order_id))
        elif order.state in MOVES["EditOrder"].states or order.import_id == import_id:
            there = _about(reference, "cette commande existe déjà", "this order exists already")
            verdicts.append(Verdict(row, "update", [there], order.id))
        else:
            late = _about(reference, "cette commande est déjà engagée", "this order is already under way")
            verdicts.append(Verdict(row, "bad", [late]))
        if reference:
            lines.setdefault(reference, row.number)
    return verdicts


def changes(asked: CreateOrder) -> dict[str, Any]:
    """What a row changes in the order it updates: what it says, and nothing that it leaves empty."""
    said = {name: getattr(asked, name) for name in EDITED}
    silent = CreateOrder(stops=[])
    return {name: value for name, value in said.items() if value != getattr(silent, name)}


def _about(reference: str, fr: str, en: str) -> CellReason:
    return CellReason(column="", field="reference", value=reference, fr=fr, en=en)
