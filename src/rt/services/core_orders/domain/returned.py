"""Sheets given back: the template to fill in, and the rows not taken, read again as they were."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from rt.contracts.core_orders import SheetFormat
from rt.kernel.model.messages import Download
from rt.services.core_orders.domain.columns import Named
from rt.services.core_orders.domain.headings import EXAMPLE, FIELDS, HEADINGS, REASON_HEADING, UNITS
from rt.services.core_orders.domain.sheet import read
from rt.services.core_orders.domain.sheet.cells import Cell as Read
from rt.trade.numbers import figure
from rt.trade.spreadsheets import SPREADSHEET, Cell, csv_file, xlsx_file
from rt.trade.zones import PARIS


def template(form: SheetFormat) -> Download:
    headings = [HEADINGS[field].partition("|")[0] for field in FIELDS]
    example: list[Cell] = [EXAMPLE.get(field, "") for field in FIELDS]
    if form == "xlsx":
        example = [
            figure(str(text)).comma if field in UNITS and text else text
            for field, text in zip(FIELDS, example, strict=True)
        ]
    return as_download(written(headings, [example], form), form, "modele-commandes")


def rejected(content: bytes, named: Named, page: str, said: Mapping[int, str], form: SheetFormat) -> bytes:
    """The rows with these numbers as they came, what is said of each behind it."""
    sheet = read(content, named, page)
    width = len(sheet.headings)
    rows = []
    for row in sheet.rows:
        if row.number in said:
            cells = [_given(cell, form) for cell in row.cells]
            rows.append([*cells[:width], said[row.number], *cells[width:]])
    return written([*sheet.headings, REASON_HEADING], rows, form)


def written(headings: Sequence[str], rows: Sequence[Sequence[Cell]], form: SheetFormat) -> bytes:
    return xlsx_file(headings, rows, "Commandes") if form == "xlsx" else csv_file(headings, rows)


def as_download(content: bytes, form: SheetFormat, name: str) -> Download:
    media_type = SPREADSHEET if form == "xlsx" else "text/csv"
    return Download(content=content, media_type=media_type, filename=f"{name}.{form}")


def _given(cell: Read, form: SheetFormat) -> Cell:
    """A cell with the one reading it had: figures are figures, dates are ISO dates or cells of that kind."""
    match cell.value:
        case Decimal():
            return cell.value
        case datetime():
            if form == "xlsx":
                return cell.value.replace(tzinfo=PARIS)
            return f"{cell.value:%Y-%m-%d %H:%M:%S}"
        case date():
            return cell.value if form == "xlsx" else cell.value.isoformat()
    return cell.text
