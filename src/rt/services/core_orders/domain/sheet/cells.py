"""What a sheet consists of once it is read, how large it may be, and how a file that is none is refused."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Literal, NamedTuple

from rt.contracts.core_orders import COLUMNS_LIMIT
from rt.kernel.core.errors import Invalid
from rt.trade.spreadsheets import unguarded

ROWS_LIMIT = 5_000
CELL_LIMIT = 32_767
"""Letters of one cell: what spreadsheets hold."""
TITLE_LINES = 30
"""Lines above the headings that are looked at."""

Kind = Literal["text", "number", "moment", "error", "uncomputed"]


class SheetUnreadable(Invalid):
    fr = "Le fichier n'est ni un CSV ni un XLSX lisible."
    en = "The file is neither a readable CSV nor XLSX."


class SheetOfAnotherKind(Invalid):
    fr = "Ce fichier est {what_fr}. {remedy_fr}"
    en = "This file is {what_en}. {remedy_en}"


class SheetTooLong(Invalid):
    fr = "Le tableau dépasse {limit} {what_fr}."
    en = "The sheet has more than {limit} {what_en}."


class CellTooLong(Invalid):
    fr = "Une cellule de la ligne {line} dépasse {limit} caractères : un guillemet n'est pas fermé ?"
    en = "A cell in line {line} has more than {limit} characters: a quotation mark may not be closed."


class SheetEmpty(Invalid):
    fr = "Le tableau n'a pas de ligne sous ses titres."
    en = "The sheet has no row below its headings."


class PagesHidden(Invalid):
    fr = "Toutes les feuilles de ce classeur sont masquées : affichez celle des commandes."
    en = "All pages of this workbook are hidden: show the one with the orders."


class PageUnknown(Invalid):
    fr = "Le classeur n'a pas de feuille visible « {page} »."
    en = "The workbook has no visible page “{page}”."


class SheetUnpacksTooFar(Invalid):
    fr = "Le fichier XLSX se déplie en plus de {limit} {what_fr}."
    en = "The XLSX file unpacks to more than {limit} {what_en}."


class Cell(NamedTuple):
    """A cell as text; of a workbook also what it holds: a number has one reading, a date too."""

    text: str
    kind: Kind = "text"
    value: Decimal | datetime | date | time | None = None


EMPTY = Cell("")


class Row(NamedTuple):
    """A row by its line in the file; `hidden` by a filter or by hand, `beyond`: wider than the headings."""

    number: int
    cells: list[Cell]
    hidden: bool = False
    beyond: bool = False

    @property
    def filled(self) -> bool:
        return any(cell.text for cell in self.cells)


class Sheet(NamedTuple):
    """The headings, the line they are in, and the rows below that are not empty."""

    headings: list[str]
    rows: list[Row]
    line: int = 1
    page: str = ""
    pages: tuple[str, ...] = ()
    hidden_pages: tuple[str, ...] = ()
    hidden_columns: tuple[str, ...] = ()


class Page(NamedTuple):
    """A page of a workbook, or a CSV file: its rows are read as they are asked for."""

    name: str
    rows: Iterable[Row]
    hidden_columns: frozenset[int] = frozenset()


def cleaned(text: str) -> str:
    """A cell's text without blanks around it and without the apostrophe that made a text of it."""
    return unguarded(text.strip()).strip()


def filled(rows: Iterable[Row]) -> Iterator[Row]:
    """The rows that are not empty, within the limits."""
    count = 0
    for row in rows:
        cells = list(row.cells)
        while cells and not cells[-1].text:
            cells.pop()
        if not cells:
            continue
        count += 1
        if count > ROWS_LIMIT + TITLE_LINES:
            raise too_many_rows()
        if len(cells) > COLUMNS_LIMIT:
            raise SheetTooLong(field="content", limit=COLUMNS_LIMIT, what_fr="colonnes", what_en="columns")
        yield row._replace(cells=cells)


def too_many_rows() -> SheetTooLong:
    return SheetTooLong(field="content", limit=ROWS_LIMIT, what_fr="lignes", what_en="rows")
