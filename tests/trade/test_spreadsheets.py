"""Tables given out: nothing in them runs, everything in them is read back as it was."""

import csv
import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from rt.trade.spreadsheets import RUN, as_text, csv_file, escaped, guarded, unescaped, unguarded, xlsx_file

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=40)


@settings(deadline=None)
@given(TEXTS)
@example("'=1")
@example("''01000")
@example("'s-Hertogenbosch")
def test_a_guard_is_taken_off_again_and_only_ours(text: str) -> None:
    assert unguarded(guarded(text)) == text


@settings(deadline=None)
@given(TEXTS)
def test_no_cell_begins_as_a_formula_does(text: str) -> None:
    assert not guarded(text).startswith(RUN)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("'01000", "01000"), ("'+33 4 78 00 00 00", "+33 4 78 00 00 00"), ("'-5", "-5"),
     ("'s-Hertogenbosch",) * 2,
     ("'t Harde",) * 2, ("L'Isle",) * 2, ("=1",) * 2, ("", "")],
)  # fmt: skip
def test_the_apostrophe_that_a_person_types_to_keep_a_text_is_no_part_of_it(typed: str, meant: str) -> None:
    assert unguarded(typed) == meant


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_a_csv_file_holds_the_texts_it_was_given(texts: list[str]) -> None:
    content = csv_file(["a"] * len(texts), [texts]).decode("utf-8-sig")
    _, row = csv.reader(io.StringIO(content, newline=""), delimiter=";")
    assert [unguarded(cell) for cell in row] == texts


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_an_xlsx_file_holds_the_texts_it_was_given_as_texts(texts: list[str]) -> None:
    page = load_workbook(io.BytesIO(xlsx_file(["a"] * len(texts), [texts]))).worksheets[0]
    cells = [page.cell(2, place + 1) for place in range(len(texts))]
    assert [unguarded(unescaped(cell.value or "")) for cell in cells] == texts
    assert {cell.data_type for cell in cells if cell.value} <= {"s"}


@settings(deadline=None)
@given(TEXTS)
@example("_x0041_")
@example("_x005F_x0041_")
def test_control_characters_pass_through_xml_by_their_stand_ins(text: str) -> None:
    assert unescaped(escaped(text)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""), (1250.5, "1250,5"), (1.234, "1,2340"), (Decimal("480.00"), "480,00"), (33, "33"),
        (date(2027, 1, 15), "15/01/2027"), (datetime(2027, 1, 15, 7, 30, tzinfo=UTC), "15/01/2027 08:30"),
        (datetime(2027, 1, 15, 7, 30, 5, tzinfo=UTC), "15/01/2027 08:30:05"),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), "25/10/2026 02:30"),
        (datetime(2026, 10, 25, 1, 30, tzinfo=UTC), "25/10/2026 02:30 +0100"), ("=1", "'=1"),
    ],
)  # fmt: skip
def test_values_are_written_as_french_spreadsheets_write_them(value: object, text: str) -> None:
    assert as_text(value) == text
