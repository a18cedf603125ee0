"""XLSX workbooks, streamed within limits: visible pages, computed values, what each cell holds.

Read from the archive's parts directly: a formatted row takes no memory, a hidden row is known as such, and a
formula without a value is told from an empty cell.
"""

import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from openpyxl.utils.datetime import from_excel

from rt.services.core_orders.domain.sheet.cells import (
    CELL_LIMIT,
    EMPTY,
    Cell,
    CellTooLong,
    Page,
    PagesHidden,
    Row,
    SheetUnpacksTooFar,
    SheetUnreadable,
    cleaned,
)
from rt.services.core_orders.domain.sheet.foreign import refuse_packed, zipped
from rt.services.core_orders.domain.sheet.parts import (
    Parts,
    column,
    elements,
    every,
    hidden_columns,
    local,
    string,
)
from rt.trade.spreadsheets import unescaped

UNPACKED_LIMIT = 40_000_000
"""Bytes that an XLSX may unpack to."""
ENTRIES_LIMIT = 500
"""Files within an XLSX."""
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, ParseError, DefusedXmlException, NotImplementedError, RuntimeError),
    *(KeyError, ValueError, OSError, EOFError, IndexError, AttributeError, TypeError, OverflowError),
)
"""What a file that is broken anywhere makes the readers raise."""


class Workbook(NamedTuple):
    """The pages that can be read, and the names of those that are hidden."""

    visible: list[Page]
    hidden: tuple[str, ...]


def read_workbook(content: bytes) -> Workbook:
    """The pages of a workbook, or a refusal."""
    try:
        archive = zipped(content)
        _refuse_bombs(archive)
        refuse_packed(archive)
        parts = Parts(archive)
        visible, hidden = [], []
        for sheet in every(parts.xml(parts.book), "sheet"):
            name, target = sheet.get("name", ""), parts.related(sheet)
            if sheet.get("state", "visible") != "visible":
                hidden.append(name)
            elif target:
                visible.append(_page(parts, name, target))
    except BROKEN as error:
        raise SheetUnreadable(field="content") from error
    if not visible:
        raise PagesHidden(field="content") if hidden else SheetUnreadable(field="content")
    return Workbook(visible, tuple(hidden))


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    if len(entries) > ENTRIES_LIMIT:
        raise SheetUnpacksTooFar(field="content", limit=ENTRIES_LIMIT, what_fr="fichiers", what_en="files")
    if sum(one.file_size for one in entries) > UNPACKED_LIMIT:
        megabytes = UNPACKED_LIMIT // 1_000_000
        raise SheetUnpacksTooFar(field="content", limit=megabytes, what_fr="Mo", what_en="MB")


def _page(parts: Parts, name: str, target: str) -> Page:
    with parts.open(target) as source:
        hidden = frozenset(hidden_columns(source))
    return Page(name, _Rows(parts, target), hidden)


class _Rows:
    """The rows of a page, streamed anew each time."""

    def __init__(self, parts: Parts, target: str) -> None:
        self._parts = parts
        self._target = target

    def __iter__(self) -> Iterator[Row]:
        number = 0
        try:
            with self._parts.open(self._target) as source:
                for element in elements(source, "row"):
                    number = int(element.get("r", number + 1))
                    yield Row(number, self._cells(element, number), element.get("hidden") in ("1", "true"))
        except BROKEN as error:
            raise SheetUnreadable(field="content") from error

    def _cells(self, row: Element, number: int) -> list[Cell]:
        cells: list[Cell] = []
        for element in row:
            if not len(element) or local(element.tag) != "c":
                continue
            place = column(element.get("r", "")) or len(cells) + 1
            cell = self._cell(element)
            if not cell.text:
                continue
            if len(cell.text) > CELL_LIMIT:
                raise CellTooLong(field="content", line=number, limit=CELL_LIMIT)
            cells += [EMPTY] * (place - 1 - len(cells))
            cells.append(cell)
        return cells

    def _cell(self, element: Element) -> Cell:
        inside = {local(child.tag): child for child in element}
        kind, value = element.get("t", "n"), (inside["v"].text or "") if "v" in inside else ""
        if kind == "inlineStr" and "is" in inside:
            return Cell(cleaned(string(inside["is"])))
        if not value:
            return Cell("=", "uncomputed") if "f" in inside and kind != "str" else EMPTY
        match kind:
            case "s":
                return Cell(cleaned(self._parts.shared(int(value))))
            case "str":
                return Cell(cleaned(unescaped(value)))
            case "e":
                return Cell(value, "error")
            case "b":
                return Cell("oui" if value == "1" else "non")
            case "d":
                return _moment(datetime.fromisoformat(value))
        if int(element.get("s", 0)) in self._parts.dates:
            return self._dated(float(value))
        return _figure(value)

    def _dated(self, serial: float) -> Cell:
        try:
            return _moment(from_excel(serial, self._parts.epoch))
        except (OverflowError, ValueError):
            return Cell("#VALUE!", "error")


def _figure(value: str) -> Cell:
    """A figure to the 15 digits that spreadsheets reckon with."""
    try:
        exact = Decimal(f"{float(value):.15g}")
    except (ValueError, InvalidOperation):
        return Cell(value.strip())
    if not exact.is_finite():
        return Cell("#NUM!", "error")
    return Cell(f"{exact:f}".replace(".", ","), "number", exact)


def _moment(value: object) -> Cell:
    match value:
        case datetime():
            value = value.replace(tzinfo=None)
            clock = (
                "" if value.time() == time() else f" {value:%H:%M:%S}" if value.second else f" {value:%H:%M}"
            )
            return Cell(f"{value:%d/%m/%Y}{clock}", "moment", value)
        case time():
            return Cell(f"{value:%H:%M}", "moment", value)
        case date():
            return Cell(f"{value:%d/%m/%Y}", "moment", value)
    return Cell("#VALUE!", "error")
