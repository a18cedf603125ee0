"""A spreadsheet as people send it: its headings wherever they stand, and the rows below them."""

from collections.abc import Sequence
from itertools import islice

from openpyxl.utils.cell import get_column_letter

from rt.services.core_orders.domain.columns import Named, recognized
from rt.services.core_orders.domain.headings import REASON_HEADING
from rt.services.core_orders.domain.sheet.cells import (
    EMPTY,
    ROWS_LIMIT,
    TITLE_LINES,
    Cell,
    Page,
    PageUnknown,
    Row,
    Sheet,
    SheetEmpty,
    filled,
    too_many_rows,
)
from rt.services.core_orders.domain.sheet.foreign import refuse_foreign
from rt.services.core_orders.domain.sheet.text import read_csv
from rt.services.core_orders.domain.sheet.workbook import read_workbook

__all__ = ["Sheet", "read"]

ENOUGH = 2
"""Headings to be recognized in a line of headings; where no line has as many, the first wide one is taken."""


HEADING_LIMIT = 200


def read(content: bytes, named: Named | None = None, page: str = "") -> Sheet:
    """The sheet, or a refusal that says what is wrong with the file and what to do.

    Of a workbook the first visible page that has headings is read, or the one that is named. Empty rows do
    not count, titles above the headings neither; a row's number is its line in the file.
    """
    refuse_foreign(content)
    if not content.startswith(b"PK\x03\x04"):
        return _sheet(Page("", read_csv(content)), named or {}, strict=True)
    book = read_workbook(content)
    names = [one.name for one in book.visible]
    if page and page not in names:
        raise PageUnknown(field="page", page=page)
    wanted = [one for one in book.visible if one.name == page] or book.visible
    found = next((one for one in wanted if _has_headings(one, named or {})), None)
    found = found or next(
        (one for one in wanted if any(True for _ in islice(filled(one.rows), 2))), wanted[0]
    )
    sheet = _sheet(found, named or {})
    return sheet._replace(page=found.name, pages=tuple(names), hidden_pages=book.hidden)


def _has_headings(page: Page, named: Named) -> bool:
    lines = [[cell.text for cell in row.cells] for row in islice(filled(page.rows), TITLE_LINES)]
    return any(recognized(line, named) >= ENOUGH for line in lines)


def _sheet(page: Page, named: Named, strict: bool = False) -> Sheet:
    """`strict`: a row wider than its headings has slipped; a workbook may have notes there."""
    rows = list(filled(page.rows))
    place, headings = _headings(rows, named)
    below = [row for row in rows[place + 1 :] if [_heading(cell) for cell in row.cells] != headings]
    if len(below) > ROWS_LIMIT:
        raise too_many_rows()
    if not below or not headings:
        raise SheetEmpty(field="content")
    if headings[-1] == REASON_HEADING:
        last = len(headings) - 1
        headings, strict = headings[:last], True
        below = [row._replace(cells=row.cells[:last] + row.cells[last + 1 :]) for row in below]
    width = len(headings)
    if not strict:
        width = max(width, *(len(row.cells) for row in below))
    names = _names([*headings, *[""] * (width - len(headings))])
    return Sheet(
        headings=names,
        rows=[
            row._replace(cells=row.cells + [EMPTY] * (width - len(row.cells)), beyond=len(row.cells) > width)
            for row in below
        ],
        line=rows[place].number,
        hidden_columns=tuple(names[column] for column in sorted(page.hidden_columns) if column < width),
    )


def _headings(rows: Sequence[Row], named: Named) -> tuple[int, list[str]]:
    """Where the headings are among the first lines, and what they say."""
    best, where, said = 0, -1, list[str]()
    for place, row in enumerate(rows[:TITLE_LINES]):
        line = [_heading(cell) for cell in row.cells]
        above = [_heading(cell) for cell in rows[place - 1].cells] if place else []
        for headings in (line, _below_groups(above, line)):
            found = recognized(headings, named)
            if found > best:
                best, where, said = found, place, headings
    if best >= ENOUGH:
        return where, said
    widest = max((len([c for c in row.cells if c.text]) for row in rows[:TITLE_LINES]), default=0)
    for place, row in enumerate(rows[:TITLE_LINES]):
        if len([cell for cell in row.cells if cell.text]) * 2 > widest:
            return place, [_heading(cell) for cell in row.cells]
    return -1, []


def _heading(cell: Cell) -> str:
    return " ".join(cell.text.split())[:HEADING_LIMIT]


def _below_groups(above: Sequence[str], line: Sequence[str]) -> list[str]:
    """Headings under such as span several columns: "Enlèvement" over "Ville" is "Enlèvement – Ville"."""
    if not any(above):
        return list(line)
    width = max(len(above), len(line))
    group, headings = "", []
    for place in range(width):
        group = above[place] if place < len(above) and above[place] else group
        own = line[place] if place < len(line) else ""
        headings.append(f"{group} – {own}" if group and own and group != own else own or group)
    return headings


def _names(headings: Sequence[str]) -> list[str]:
    """Each column by a name of its own: its heading, numbered where it comes again, else its letter."""
    names: list[str] = []
    for place, heading in enumerate(headings):
        name = heading or f"Colonne {get_column_letter(place + 1)}"
        count = 1
        while name in names:
            count += 1
            name = f"{heading or 'Colonne'} {count}"
        names.append(name)
    return names
