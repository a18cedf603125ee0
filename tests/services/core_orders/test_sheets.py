"""Sheets are read whatever their make: encodings, separators, pages, titles, empty rows, what is none."""

import contextlib
import io
import struct
import zipfile
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.styles import PatternFill
from tests.services.core_orders.sheets import HEAD, changed, csv, line, xlsx

from rt.kernel.core.errors import Invalid
from rt.services.core_orders.domain import sheet
from rt.services.core_orders.domain.sheet.cells import Sheet

FIRST = "xl/worksheets/sheet1.xml"


def texts(read: Sheet) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in read.rows]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-32", "mac_roman", "cp850"]
)
@pytest.mark.parametrize("separator", [";", "\t", "|", ","])
def test_a_sheet_is_read_whatever_its_encoding_and_separator(encoding: str, separator: str) -> None:
    read = sheet.read(csv(line(weight="1 250"), encoding=encoding, separator=separator))
    assert read.headings[:2] == ["Référence", "Ville d'enlèvement"]
    assert [row.number for row in read.rows] == [2]
    assert read.rows[0].cells[4].text == "Bourg-en-Bresse"


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_lines_end_in_any_way_and_quoted_ones_go_on(ending: str) -> None:
    read = sheet.read(f'Ref,To,Goods{ending}A,Lyon,"Vis,\nécrous"{ending}B,Metz,Clous{ending}'.encode())
    assert texts(read) == [["A", "Lyon", "Vis,\nécrous"], ["B", "Metz", "Clous"]]


def test_line_ends_may_be_mixed() -> None:
    read = sheet.read(b"Ref;To;Goods\r\nA;Lyon;Vis\nB;Metz;Clous\r\n")
    assert [row.cells[0].text for row in read.rows] == ["A", "B"]


@pytest.mark.parametrize("named", ["sep=;", "SEP=;", '"sep=;"', "sep=,", "sep=\t"])
def test_a_line_that_names_the_separator_is_heeded_and_is_no_row(named: str) -> None:
    mark = named.strip('"')[-1]
    read = sheet.read(f"{named}\r\nRef;To;Goods\r\nA;Lyon;Vis\r\n".replace(";", mark).encode())
    assert read.headings == ["Ref", "To", "Goods"]
    assert [(row.number, row.cells[0].text) for row in read.rows] == [(3, "A")]


def test_a_mark_of_byte_order_inside_is_no_letter_and_trailing_separators_are_no_columns() -> None:
    read = sheet.read("\ufeffRef;To;Goods;;\n\ufeffA;Lyon;Vis;;\n".encode())
    assert read.headings == ["Ref", "To", "Goods"]
    assert texts(read) == [["A", "Lyon", "Vis"]]
    assert not read.rows[0].beyond


def test_a_row_wider_than_the_headings_is_known_as_such() -> None:
    read = sheet.read(b"Ref,Weight,To\nA,1,250,Lyon\nB,12,Metz\n")
    assert [row.beyond for row in read.rows] == [True, False]


def test_an_apostrophe_that_makes_a_text_of_a_figure_is_no_part_of_it() -> None:
    read = sheet.read(b"Ref;To;CP livraison\n'01000;'s-Hertogenbosch;'01000\n")
    assert texts(read) == [["01000", "'s-Hertogenbosch", "01000"]]


def test_a_workbook_is_read_with_its_dates_and_numbers() -> None:
    content = xlsx(
        ["Ref", "Date d'enlèvement", "Poids"],
        ["A", datetime(2027, 1, 15, 8, 30), 4250.5],
        [None],
        ["B", "", 0.1 + 0.2],
    )
    read = sheet.read(content)
    assert [(row.number, [cell.text for cell in row.cells]) for row in read.rows] == [
        (2, ["A", "15/01/2027 08:30", "4250,5"]),
        (4, ["B", "", "0,3"]),
    ]


def test_dates_of_a_workbook_from_an_old_mac_are_counted_from_1904() -> None:
    content = xlsx(["Ref", "Date d'enlèvement", "Poids"], ["A", datetime(2027, 1, 15), 5])
    old = changed(content, "xl/workbook.xml", r"<workbookPr\b(?!\w)", '<workbookPr date1904="1"')
    assert sheet.read(content).rows[0].cells[1].text == "15/01/2027"
    assert sheet.read(old).rows[0].cells[1].text == "16/01/2031"


def related(kind: str, target: str) -> str:
    types = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    return f'<Relationships><Relationship Id="r1" Type="{types}/{kind}" Target="{target}"/></Relationships>'


def test_a_workbook_of_another_program_is_read_too() -> None:
    """Strict namespaces with a prefix, no coordinates, no styles, texts of several runs."""
    main = 'xmlns:x="http://purl.oclc.org/ooxml/spreadsheetml/main"'
    said = [f'<x:c t="inlineStr"><x:is><x:t>{head}</x:t></x:is></x:c>' for head in ("Ref", "Goods", "Weight")]
    runs = '<x:c t="inlineStr"><x:is><x:r><x:t>Vis </x:t></x:r><x:r><x:t>et écrous</x:t></x:r></x:is></x:c>'
    row = f'<x:c t="str"><x:v>A</x:v></x:c>{runs}<x:c><x:v>12.5</x:v></x:c>'
    sheets = '<x:sheets><x:sheet name="S" r:id="r1"/></x:sheets>'
    rows = f"<x:sheetData><x:row>{''.join(said)}</x:row><x:row>{row}</x:row></x:sheetData>"
    parts = {
        "_rels/.rels": related("officeDocument", "/xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": related("worksheet", "a/s.xml"),
        "xl/workbook.xml": f'<x:workbook {main} xmlns:r="r">{sheets}</x:workbook>',
        "xl/a/s.xml": f"<x:worksheet {main}>{rows}</x:worksheet>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    read = sheet.read(out.getvalue())
    assert (read.headings, texts(read)) == (["Ref", "Goods", "Weight"], [["A", "Vis et écrous", "12,5"]])


def with_pages(*states: str) -> bytes:
    """A workbook whose pages say their own number, all with headings."""

    def shape(book: Workbook) -> None:
        for place, state in enumerate(states):
            page = book.active if place == 0 else book.create_sheet()
            page.title = f"Page {place + 1}"
            page.append(["Ref", "To", "Goods"])
            page.append([f"R-{place + 1}", "Lyon", "Vis"])
            page.sheet_state = state

    return xlsx(shape=shape)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_page_is_not_read_and_the_page_read_is_named(state: str) -> None:
    read = sheet.read(with_pages(state, "visible", "visible"))
    assert (read.page, read.pages, read.hidden_pages) == ("Page 2", ("Page 2", "Page 3"), ("Page 1",))
    assert texts(read) == [["R-2", "Lyon", "Vis"]]
    assert texts(sheet.read(with_pages(state, "visible", "visible"), page="Page 3")) == [
        ["R-3", "Lyon", "Vis"]
    ]
    for page in ("Page 1", "Page 9"):
        with pytest.raises(Invalid) as refused:
            sheet.read(with_pages(state, "visible", "visible"), page=page)
        assert (refused.value.code, refused.value.field) == ("page_unknown", "page")


def test_the_first_page_that_has_headings_is_read() -> None:
    def shape(book: Workbook) -> None:
        book.active.append(["Bonjour, voici nos commandes"])
        book.active.append(["Cordialement"])
        page = book.create_sheet("Commandes")
        page.append(["Ref", "To", "Goods"])
        page.append(["A", "Lyon", "Vis"])

    assert sheet.read(xlsx(shape=shape)).page == "Commandes"


def test_hidden_rows_and_columns_are_known_as_such() -> None:
    def shape(book: Workbook) -> None:
        book.active.row_dimensions[3].hidden = True
        book.active.column_dimensions["B"].hidden = True

    read = sheet.read(xlsx(["Ref", "Price", "Goods"], ["A", 1, "x"], ["B", 2, "y"], shape=shape))
    assert [row.hidden for row in read.rows] == [False, True]
    assert read.hidden_columns == ("Price",)


def test_errors_and_formulas_without_a_value_are_told_from_texts() -> None:
    content = xlsx(["Ref", "Goods", "Weight"], ["A", "=1/0", "=2+3"])
    value = '<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>'
    computed = changed(content, FIRST, '<c r="B2">.*?</c>', value)
    cells = sheet.read(computed).rows[0].cells
    assert (cells[1].text, cells[1].kind) == ("#DIV/0!", "error")
    assert cells[2].kind == "uncomputed"


def test_formatted_rows_and_columns_without_content_do_not_count() -> None:
    def shape(book: Workbook) -> None:
        for row in range(3, 6_100):
            book.active.cell(row, 1).fill = PatternFill("solid", "FFFF00")
        book.active.cell(2, 300).fill = PatternFill("solid", "FFFF00")
        book.active.cell(6_200, 2, "  \u00a0 ")

    assert texts(sheet.read(xlsx(["Ref", "To"], ["A", "Lyon"], shape=shape))) == [["A", "Lyon"]]
    assert len(sheet.read(csv(*[line()] * 5_000, *[";;;"] * 2_000)).rows) == 5_000


def test_titles_above_the_headings_are_passed_over_and_lines_keep_their_numbers() -> None:
    head = HEAD.split(";")
    cells = line().split(";")
    content = xlsx(
        ["Transports Dupont – semaine 3"], [], ["Édité le", datetime(2027, 1, 4)], [], head, [], cells
    )
    read = sheet.read(content)
    assert (read.headings, read.line) == (head, 5)
    assert [row.number for row in read.rows] == [7]
    as_csv = sheet.read(csv("", HEAD, "", line(), head="Transports Dupont – semaine 3"))
    assert (as_csv.headings, as_csv.line, [row.number for row in as_csv.rows]) == (head, 3, [5])


def test_headings_repeated_further_down_are_no_row() -> None:
    assert len(sheet.read(csv(line("A"), HEAD, line("B"))).rows) == 2


@pytest.mark.parametrize(
    "make",
    [
        lambda *rows: xlsx(*rows),
        lambda *rows: csv(*[";".join(map(str, r)) for r in rows[1:]], head=";".join(rows[0])),
    ],
)
def test_headings_below_headings_are_read_together(make) -> None:
    content = make(
        ["Commande", "Enlèvement", "", "", "Livraison", "", "", ""],
        ["", "Ville", "CP", "Date", "Ville", "CP", "Date", "Poids"],
        ["A", "Lyon", "69007", "15/01/2027", "Metz", "57000", "16/01/2027", "12"],
    )
    read = sheet.read(content)
    assert read.headings == [
        "Commande", "Enlèvement – Ville", "Enlèvement – CP", "Enlèvement – Date",
        "Livraison – Ville", "Livraison – CP", "Livraison – Date", "Livraison – Poids",
    ]  # fmt: skip
    assert [row.cells[1].text for row in read.rows] == ["Lyon"]


def test_headings_that_come_twice_or_not_at_all_have_names_of_their_own() -> None:
    read = sheet.read(b"Ref;To;To;;Goods\nA;Lyon;Metz;x;Vis\n")
    assert read.headings == ["Ref", "To", "To 2", "Colonne D", "Goods"]


def bomb(entries: int = 1, size: int = 0, name: str = "xl/sharedStrings.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(entries):
            archive.writestr(f"{name}{n or ''}", bytes(size))
    return out.getvalue()


def packed(name: str, content: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(name, content)
    return out.getvalue()


def with_entity() -> bytes:
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    return changed(xlsx(["Ref"], ["A"]), FIRST, "<worksheet", laughs + "<worksheet")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet_empty"),
        (csv(), "sheet_empty"),
        (b"\x00\x01\x02", "sheet_unreadable"),
        (b"PK\x03\x04 not really", "sheet_unreadable"),
        (bomb(), "sheet_unreadable"),
        (bomb(size=60_000_000), "sheet_unpacks_too_far"),
        (bomb(entries=10_000), "sheet_unpacks_too_far"),
        (with_entity(), "sheet_unreadable"),
        (csv(*[line()] * 5_001), "sheet_too_long"),
        (b";".join(b"%d" % n for n in range(200)) + b"\n" + b"a;" * 200, "sheet_too_long"),
        (b'Ref;To;Goods\nA;"Lyon' + b"x" * 40_000, "cell_too_long"),
        (
            changed(with_pages("visible"), "xl/workbook.xml", 'state="visible"', 'state="veryHidden"'),
            "pages_hidden",
        ),
    ],
)
def test_a_file_that_is_no_sheet_or_unpacks_to_a_heap_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(Invalid) as refused:
        sheet.read(content)
    assert (refused.value.code, refused.value.field) == (code, "content")


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"%PDF-1.7\n1 0 obj", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ".xls"),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "mot de passe",
        ),
        (packed("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"), ".ods"),
        (packed("xl/workbook.bin"), ".xlsb"),
        (packed("word/document.xml"), "Word"),
        (packed("commandes.csv", b"a;b"), "ZIP"),
        (b"<html><table><tr><td>Ref</td></tr></table></html>", "web"),
        (
            b'\xef\xbb\xbf<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com"/>',
            "XML",
        ),
        (b"\x89PNG\r\n\x1a\n", "image"),
    ],
)
def test_a_file_of_another_kind_is_called_by_its_name_with_what_to_do(content: bytes, word: str) -> None:
    with pytest.raises(Invalid) as refused:
        sheet.read(content)
    assert refused.value.code == "sheet_of_another_kind"
    assert word in refused.value.says("fr")
    assert refused.value.says("fr") != refused.value.says("en")


def test_the_limit_that_was_passed_is_named() -> None:
    with pytest.raises(Invalid, match="5000 rows"):
        sheet.read(csv(*[line()] * 5_001))
    with pytest.raises(Invalid, match="100 columns"):
        sheet.read((";".join(f"c{n}" for n in range(101)) + "\n" + "a;" * 101).encode())
    with pytest.raises(Invalid, match="40 MB"):
        sheet.read(bomb(size=60_000_000))


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_sheet_or_a_refusal(content: bytes) -> None:
    with contextlib.suppress(Invalid):
        sheet.read(content)


WHOLE = xlsx(
    ["Ref", "To", "Goods", "Weight"], ["A", "Lyon", "Vis", 12.5], ["B", "Metz", "=1+1", datetime(2027, 1, 15)]
)


@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_a_damaged_workbook_is_a_sheet_or_a_refusal(damage: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE)
    for place, byte in damage:
        struct.pack_into("B", content, place, byte)
    with contextlib.suppress(Invalid):
        sheet.read(bytes(content))
