"""CSV as people send it: of any usual encoding, separator and line end."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from rt.services.core_orders.domain.sheet.cells import (
    CELL_LIMIT,
    Cell,
    CellTooLong,
    Row,
    SheetUnreadable,
    cleaned,
)

SEPARATORS = (";", ",", "\t", "|")
MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
SINGLE_BYTE = ("cp1252", "mac_roman", "cp850", "latin-1")
"""What Windows, old Macs and DOS programs write in western Europe; the earlier one where two fit alike."""
LETTERS = {
    **dict.fromkeys("áåãæëíìïñóòøœúÿÀÂÄÁÅÃÆÇÉÈÊËÍÎÏÑÓÔÖØŒÚÙÛÜ€°²³½’‘“”«»–—…№\u00a0", 1),
    **dict.fromkeys("äöüß", 2),
    **dict.fromkeys("éèàçêùôîâû", 3),
}
"""Letters and signs to be met beyond ASCII, the commoner the heavier; others tell against an encoding."""
SAMPLE_ROWS = 50
NAMED_SEPARATOR = re.compile(r'\s*"?sep=([;,\t|])"?[ \t]*(?=\r|\n|$)', re.IGNORECASE)
"""The line by which Excel is told the separator; it stays an empty line: line numbers are the file's."""


def read_csv(content: bytes) -> Iterator[Row]:
    """The rows, each by its place in the file; `sep=;` says the separator and is none."""
    text = decoded(content).replace("\ufeff", "")
    named = NAMED_SEPARATOR.match(text)
    if named:
        text = text[named.end() :]
    separator = named[1] if named else _separator(text)
    number = 0
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
        for number, cells in enumerate(reader, 1):
            if any(len(cell) > CELL_LIMIT for cell in cells):
                raise CellTooLong(field="content", line=number, limit=CELL_LIMIT)
            yield Row(number, [Cell(cleaned(cell)) for cell in cells])
    except csv.Error as error:
        if "field larger" in str(error):
            raise CellTooLong(field="content", line=number + 1, limit=CELL_LIMIT) from error
        raise SheetUnreadable(field="content") from error


def decoded(content: bytes) -> str:
    """UTF-8 if it is, UTF-16 if it says so or looks so, else the single-byte encoding that makes words."""
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return _strict(content, encoding)
    if b"\x00" in content[:200]:
        half = content[: len(content) // 2 * 2]
        return _strict(
            content, "utf-16-le" if half[1:200:2].count(0) > half[0:200:2].count(0) else "utf-16-be"
        )
    try:
        return _strict(content, "utf-8")
    except SheetUnreadable:
        beyond = bytes(Counter(byte for byte in content if byte > 0x7F))
        return _strict(content, max(SINGLE_BYTE, key=lambda encoding: _likely(beyond, content, encoding)))


def _strict(content: bytes, encoding: str) -> str:
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        raise SheetUnreadable(field="content") from error
    if "\x00" in text:
        raise SheetUnreadable(field="content")
    return text


def _likely(beyond: bytes, content: bytes, encoding: str) -> float:
    """How many of the signs beyond ASCII are letters in that encoding; minus infinity if one is none."""
    score = 0.0
    for byte in beyond:
        try:
            sign = bytes([byte]).decode(encoding)
        except UnicodeDecodeError:
            return float("-inf")
        score += content.count(byte) * LETTERS.get(sign, -1)
    return score


def _separator(text: str) -> str:
    """The one that cuts most of the first lines into the same number of several cells.

    One that leaves quotation marks in cells comes after those that do not: it cut through what they hold.
    """

    def cut(separator: str) -> tuple[bool, bool, int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
        try:
            rows = [cells for cells in islice(reader, SAMPLE_ROWS) if any(cells)]
        except csv.Error:
            return False, False, 0, 0
        several = Counter(len(cells) for cells in rows if len(cells) > 1)
        lines, width = max(((lines, width) for width, lines in several.items()), default=(0, 0))
        return lines > 0, not any('"' in cell for cells in rows for cell in cells), lines, width

    return max(SEPARATORS, key=cut)
