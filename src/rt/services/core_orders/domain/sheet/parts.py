"""The parts of an XLSX archive that matter (ISO/IEC 29500-1), found by their relations, within limits."""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring, iterparse
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.cell import column_index_from_string
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from rt.services.core_orders.domain.sheet.cells import SheetUnpacksTooFar
from rt.trade.spreadsheets import unescaped

STRINGS_LIMIT = 500_000
"""Shared strings: as many as all the cells that a sheet may have."""
ELEMENTS_LIMIT = 4_000_000
LAST_COLUMN = 16_384
DATES = {*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)}
"""Built-in formats of dates and times, the Far Eastern ones included (ISO/IEC 29500-1, 18.8.30)."""


class Parts:
    """The workbook, its relations, its date styles and its shared strings."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        relations = self._relations("")
        self.book = next(
            (target for kind, target in relations.values() if kind == "officeDocument"), "xl/workbook.xml"
        )
        self._of_book = self._relations(self.book)
        properties = next(every(self.xml(self.book), "workbookPr"), None)
        self.epoch = (
            MAC_EPOCH
            if properties is not None and properties.get("date1904") in ("1", "true")
            else WINDOWS_EPOCH
        )
        self.dates = self._date_styles()
        self._strings: list[str] | None = None

    def xml(self, name: str) -> Element:
        parsed: Element = fromstring(self._archive.read(name), forbid_dtd=True)
        return parsed

    def related(self, sheet: Element) -> str:
        """The worksheet that a sheet of the workbook is; "" for a chart."""
        relation = next((value for name, value in sheet.attrib.items() if local(name) == "id"), "")
        kind, target = self._of_book[relation]
        return target if kind == "worksheet" else ""

    def open(self, name: str) -> IO[bytes]:
        return self._archive.open(name)

    def _relations(self, name: str) -> dict[str, tuple[str, str]]:
        folder, file = posixpath.split(name)
        path = posixpath.join(folder, "_rels", f"{file}.rels")
        if path not in self._archive.namelist():
            return {}
        return {
            one.get("Id", ""): (
                one.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, one.get("Target", ""))).lstrip("/"),
            )
            for one in every(self.xml(path), "Relationship")
        }

    def _part(self, kind: str) -> str:
        return next((target for of, target in self._of_book.values() if of == kind), "")

    def _date_styles(self) -> frozenset[int]:
        """The styles of cells whose figures are dates or times."""
        name = self._part("styles")
        if not name:
            return frozenset()
        sheet = self.xml(name)
        custom = {int(one.get("numFmtId", 0)): one.get("formatCode", "") for one in every(sheet, "numFmt")}
        cells = next(every(sheet, "cellXfs"), None)
        formats = [int(one.get("numFmtId", 0)) for one in cells] if cells is not None else []
        return frozenset(
            style
            for style, code in enumerate(formats)
            if (code in DATES and code not in custom)
            or is_date_format(custom.get(code, BUILTIN_FORMATS.get(code)))
        )

    def shared(self, place: int) -> str:
        if self._strings is None:
            self._strings = []
            name = self._part("sharedStrings")
            if name:
                with self._archive.open(name) as source:
                    for element in elements(source, "si"):
                        if len(self._strings) >= STRINGS_LIMIT:
                            raise SheetUnpacksTooFar(
                                field="content", limit=STRINGS_LIMIT, what_fr="textes", what_en="texts"
                            )
                        self._strings.append(string(element))
        return self._strings[place]


def elements(source: IO[bytes], name: str) -> Iterator[Element]:
    """Each element of that name, forgotten once it was looked at."""
    count = 0
    inside: list[Element] = []
    for event, element in iterparse(source, ("start", "end"), forbid_dtd=True):
        if event == "start":
            count += 1
            if count > ELEMENTS_LIMIT:
                raise SheetUnpacksTooFar(
                    field="content", limit=ELEMENTS_LIMIT, what_fr="cellules", what_en="cells"
                )
            inside.append(element)
            continue
        inside.pop()
        if local(element.tag) == name:
            yield element
            element.clear()
            if inside:
                inside[-1].remove(element)


def hidden_columns(source: IO[bytes]) -> Iterator[int]:
    """Columns that are hidden, counted from 0; they are said before the rows."""
    for _, element in iterparse(source, ("start",), forbid_dtd=True):
        name = local(element.tag)
        if name == "sheetData":
            return
        if name == "col" and element.get("hidden") in ("1", "true"):
            last = min(int(element.get("max", 0)), LAST_COLUMN)
            yield from range(int(element.get("min", 1)) - 1, last)


def string(element: Element) -> str:
    """The text of a string, its runs together, without how it is pronounced."""
    parts = []
    for child in element:
        name = local(child.tag)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [run.text or "" for run in child if local(run.tag) == "t"]
    return unescaped("".join(parts))


def column(reference: str) -> int:
    letters = re.match("[A-Z]{1,3}", reference)
    return column_index_from_string(letters[0]) if letters else 0


def every(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element.iter() if local(one.tag) == name)


def local(name: str) -> str:
    return name.rpartition("}")[2]
