"""Tables given out as CSV or XLSX: a spreadsheet runs no cell of them, all are read back as they were."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal

from rt.trade.numbers import written
from rt.trade.zones import PARIS

RUN = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""First characters that make a spreadsheet take a cell for a formula (OWASP, CSV injection)."""
GUARD = "'"
"""Before such a cell, so that it is text; spreadsheets write it themselves before a figure meant as text."""
GUARDED = re.compile(rf"{GUARD}(?=[{re.escape(''.join(RUN))}{GUARD}\d])")
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel takes UTF-8 for Windows-1252."""
UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML has no place for, and what would be read as its stand-in (ISO/IEC 29500-1, ST_Xstring)."""
STAND_IN = re.compile(r"_x([0-9A-Fa-f]{4})_")
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CELL_LIMIT = 32_767
"""Characters that a cell of a spreadsheet holds."""

Cell = str | float | Decimal | datetime | date | None


def guarded(text: str) -> str:
    """The text as a cell that no spreadsheet runs; unguarded gives it back, whatever it was."""
    runs = text.startswith(RUN) and not text.isspace()
    return f"{GUARD}{text}" if runs or GUARDED.match(text) else text


def unguarded(cell: str) -> str:
    """A cell without the apostrophe that makes text of it ('+33 4, '01000); 's-Graveland keeps its own."""
    return cell[1:] if cell[:1] == GUARD and GUARDED.match(cell) else cell


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """A CSV file as French spreadsheets expect it: UTF-8 with mark, semicolons, CRLF, decimal commas."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([guarded(heading) for heading in headings])
    for row in rows:
        writer.writerow([as_text(value) for value in row])
    return out.getvalue().encode()


def xlsx_file(headings: Sequence[str], rows: Iterable[Sequence[Cell]], title: str = "") -> bytes:
    """An XLSX file of one sheet: texts are texts, whatever they begin with, figures and dates are such."""
    from openpyxl import Workbook  # imported here: most processes never write a spreadsheet
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font

    book = Workbook(write_only=True)
    page = book.create_sheet(title[:31] or None)
    page.freeze_panes = "A2"

    def cell(value: Cell, bold: bool = False) -> object:
        made = WriteOnlyCell(page)
        if isinstance(value, str):
            made.value = escaped(value if unguarded(value) == value else f"{GUARD}{value}")
            made.data_type, made.number_format = "s", "@"
        elif isinstance(value, datetime) and not value.astimezone(PARIS).fold:
            made.value, made.number_format = value.astimezone(PARIS).replace(tzinfo=None), "dd/mm/yyyy hh:mm"
        elif isinstance(value, date) and not isinstance(value, datetime):
            made.value, made.number_format = value, "dd/mm/yyyy"
        elif isinstance(value, datetime):
            made.value = as_text(value)
        else:
            made.value = value
        if bold:
            made.font = Font(bold=True)
        return made

    page.append([cell(heading, bold=True) for heading in headings])
    for row in rows:
        page.append([None if value in (None, "") else cell(value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_text(value: Cell) -> str:
    """A cell of a CSV file."""
    match value:
        case None:
            return ""
        case datetime():
            there = value.astimezone(PARIS)
            clock = f"{there:%d/%m/%Y %H:%M:%S}" if there.second else f"{there:%d/%m/%Y %H:%M}"
            # The hour that comes twice in October says which of the two it is.
            return f"{clock} {there:%z}" if there.fold else clock
        case date():
            return f"{value:%d/%m/%Y}"
        case float() | int() | Decimal():
            return written(value)
    return guarded(value)


def escaped(text: str) -> str:
    """The text as XLSX keeps it: control characters by their stand-ins."""
    return UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", text)[:CELL_LIMIT]


def unescaped(text: str) -> str:
    return STAND_IN.sub(lambda found: chr(int(found[1], 16)), text)
