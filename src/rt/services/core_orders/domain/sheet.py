"""A spreadsheet as people send it, read into rows of text: CSV of any usual make, or XLSX within limits."""

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from typing import NamedTuple
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from rt.kernel.errors import Invalid

ROWS_LIMIT = 5_000
COLUMNS_LIMIT = 100
CELL_LIMIT = 2_000
"""Letters of one cell."""
UNPACKED_LIMIT = 40_000_000
"""Bytes that an XLSX may unpack to."""
ENTRIES_LIMIT = 500
"""Files within an XLSX."""
SEPARATORS = (";", ",", "\t", "|")


class SheetUnreadable(Invalid):
    fr = "Le fichier n'est ni un CSV ni un XLSX lisible."
    en = "The file is neither a readable CSV nor XLSX."


class SheetTooLong(Invalid):
    fr = "Le tableau dépasse {limit} {what_fr}."
    en = "The sheet has more than {limit} {what_en}."


class SheetEmpty(Invalid):
    fr = "Le tableau n'a pas de ligne sous ses titres."
    en = "The sheet has no row below its headings."


class SheetUnpacksTooFar(Invalid):
    fr = "Le fichier XLSX se déplie en trop de données."
    en = "The XLSX file unpacks to too much."


class Row(NamedTuple):
    """A row by its line number in the sheet, headings being line 1."""

    number: int
    cells: list[str]


class Sheet(NamedTuple):
    """The headings and the rows that are not empty."""

    headings: list[str]
    rows: list[Row]


def read(content: bytes) -> Sheet:
    """The sheet, or a refusal that says what is wrong with the file."""
    lines = _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    filled = [Row(number, cells) for number, cells in enumerate(lines, 1) if any(cells)]
    if len(filled) < 2:
        raise SheetEmpty(field="content")
    headings = filled[0].cells
    while headings and not headings[-1]:
        headings.pop()
    width = len(headings)
    rows = [Row(row.number, (row.cells + [""] * width)[:width]) for row in filled[1:]]
    return Sheet(headings, rows)


def _csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    heading = next((line for line in text.splitlines() if line.strip()), "")
    separator = max(SEPARATORS, key=heading.count)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        yield from _bounded(reader)
    except csv.Error as error:
        raise SheetUnreadable(field="content") from error


def _decoded(content: bytes) -> str:
    """UTF-8 if it is, UTF-16 if it says so, else what Windows writes in western Europe."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1252", "latin-1"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise SheetUnreadable(field="content")


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = archive.infolist()
        if len(entries) > ENTRIES_LIMIT or sum(one.file_size for one in entries) > UNPACKED_LIMIT:
            raise SheetUnpacksTooFar(field="content")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        pages = book.worksheets
        if not pages:
            raise SheetUnreadable(field="content")
        pages[0].reset_dimensions()
        yield from _bounded(pages[0].iter_rows(values_only=True))
    except (
        *(zipfile.BadZipFile, InvalidFileException, ParseError),
        *(KeyError, ValueError, OSError, EOFError, IndexError, AttributeError, TypeError),
    ) as error:
        raise SheetUnreadable(field="content") from error


def _bounded(lines: Iterator[Sequence[object]]) -> Iterator[list[str]]:
    for n, line in enumerate(lines):
        if n > ROWS_LIMIT:
            raise SheetTooLong(field="content", limit=ROWS_LIMIT, what_fr="lignes", what_en="rows")
        if len(line) > COLUMNS_LIMIT:
            raise SheetTooLong(field="content", limit=COLUMNS_LIMIT, what_fr="colonnes", what_en="columns")
        yield [_text(value) for value in line]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case datetime():
            return value.strftime("%d/%m/%Y %H:%M") if value.time() != time() else f"{value:%d/%m/%Y}"
        case date():
            return f"{value:%d/%m/%Y}"
        case time():
            return f"{value:%H:%M}"
        case float() if value.is_integer():
            return str(int(value))
    return str(value).strip()[:CELL_LIMIT]
