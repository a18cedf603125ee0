"""Sheets given back: the template to fill in, and the rows not taken, read again as they were."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from rt.contracts.core_orders import SheetFormat
from rt.kernel.messages import Download
from rt.services.core_orders.domain.headings import EXAMPLE, FIELDS, HEADINGS, REASON_HEADING, UNITS
from rt.services.core_orders.domain.sheet.cells import Cell as Read
from rt.services.core_orders.domain.verdicts import Verdict
from rt.trade.numbers import figure
from rt.trade.spreadsheets import SPREADSHEET, Cell, csv_file, xlsx_file

PARIS = ZoneInfo("Europe/Paris")


def template(form: SheetFormat) -> Download:
    headings = [HEADINGS[field].partition("|")[0] for field in FIELDS]
    example: list[Cell] = [EXAMPLE.get(field, "") for field in FIELDS]
    if form == "xlsx":
        example = [
            figure(str(text)).comma if field in UNITS and text else text
            for field, text in zip(FIELDS, example, strict=True)
        ]
    return _download(headings, [example], form, "modele-commandes")


def rejected(headings: Sequence[str], verdicts: Iterable[Verdict], form: SheetFormat) -> Download:
    """The rows as they came, the reasons behind them."""
    width = len(headings)
    rows = []
    for one in verdicts:
        said = " · ".join(f"{why.column} {why.fr} / {why.en}".strip() for why in one.reasons)
        cells = [_given(cell, form) for cell in one.row.cells]
        rows.append([*cells[:width], said, *cells[width:]])
    return _download([*headings, REASON_HEADING], rows, form, "lignes-rejetees")


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


def _download(
    headings: Sequence[str], rows: Sequence[Sequence[Cell]], form: SheetFormat, name: str
) -> Download:
    if form == "xlsx":
        return Download(
            content=xlsx_file(headings, rows, "Commandes"), media_type=SPREADSHEET, filename=f"{name}.xlsx"
        )
    return Download(content=csv_file(headings, rows), media_type="text/csv", filename=f"{name}.csv")
