"""A table within a letter: its headings name the fields, each row is an order, or a line of its goods."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from rt.contracts.core_orders import ImportField
from rt.services.core_orders.domain.columns import matched, unit
from rt.services.core_orders.domain.letter.plain import Line, lines

BETWEEN = re.compile(r"[ ]*\t[ ]*|[ ]*\|[ ]*|[ ]*;[ ]*|[ ]{3,}")
RULE = re.compile(r"[\s|+\-=_:]+")
FEWEST, MOST_COLUMNS, MOST_ROWS = 3, 30, 50
PLACES = (
    "pickup_city",
    "delivery_city",
    "pickup_postal_code",
    "delivery_postal_code",
    "pickup_name",
    "delivery_name",
)


class Cell(NamedTuple):
    """A cell with its place in the text."""

    text: str
    start: int
    end: int


class Row(NamedTuple):
    """A row of the table by field."""

    cells: dict[ImportField, Cell]
    start: int
    end: int


class Table(NamedTuple):
    """Headings' units and rows; whether each row is a whole trip."""

    rows: list[Row]
    units: dict[ImportField, str]
    trips: bool
    start: int
    end: int


def table(body: str) -> Table | None:
    """The first table whose headings are known."""
    all_lines = lines(body)
    for place, line in enumerate(all_lines):
        heads = _cells(line)
        if not FEWEST <= len(heads) <= MOST_COLUMNS:
            continue
        columns = matched([head.text[:60] for head in heads], {})
        known = [one.field for one in columns if one.field]
        if (
            len(known) < FEWEST
            or len(known) * 2 <= len(heads) - 1
            or any(re.search(r"\d{2}", head.text) for head in heads)
        ):
            continue
        rows = _rows(all_lines[place + 1 :], [one.field for one in columns])
        if rows:
            units = {one.field: unit(one.column, one.field) for one in columns if one.field}
            return Table(rows, units, any(field in known for field in PLACES), line.start, rows[-1].end)
    return None


def _rows(below: Sequence[Line], fields: Sequence[ImportField | None]) -> list[Row]:
    rows: list[Row] = []
    for line in below[: 2 * MOST_ROWS]:
        if RULE.fullmatch(line.text or " "):
            if rows and not line.text.strip():
                break
            continue
        cells = _cells(line)
        if len(cells) != len(fields):
            break
        filled = {field: cell for field, cell in zip(fields, cells, strict=True) if field and cell.text}
        if re.match(r"total", cells[0].text, re.IGNORECASE):
            continue
        rows.append(Row(filled, line.start, line.end))
    return rows[:MOST_ROWS]


def _cells(line: Line) -> list[Cell]:
    text = line.text
    if len(text) > 1_000:
        return []
    begin = len(text) - len(text.lstrip(" |"))
    stop = len(text.rstrip(" |"))
    if text.count("\t") >= FEWEST - 1:
        begin, stop, between = 0, len(text), re.compile(r"[ ]*\t[ ]*")
    else:
        between = BETWEEN
    cells, at = [], begin
    for cut in [*between.finditer(text, begin, max(stop, begin)), None]:
        end = cut.start() if cut else stop
        cells.append(Cell(text[at:end].strip(), line.start + at, line.start + max(end, at)))
        at = cut.end() if cut else stop
    return cells
