"""Sheets given back are read as they were given: the template, rejected rows, exported orders."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from tests.services.core_orders.sheets import csv as as_sheet
from tests.services.core_orders.sheets import judged, line, made, xlsx

from rt.contracts.core_orders import ImportField, OrderRow, References, SheetFormat
from rt.kernel.core.clock import today
from rt.services.core_orders.domain import sheet
from rt.services.core_orders.domain.export import as_csv
from rt.services.core_orders.domain.headings import FIELDS, HEADINGS
from rt.services.core_orders.domain.returned import rejected, template
from rt.trade.spreadsheets import RUN, csv_file, xlsx_file

FORMATS: list[SheetFormat] = ["csv", "xlsx"]
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\ufeff"), max_size=30)
"""A byte order mark in the middle is what joining two files leaves: it is no text."""


def given_back(content: bytes, form: SheetFormat) -> bytes:
    """All the rows of a sheet, as rejected."""
    numbers = {one.number: "motif" for one in judged(content).rows}
    return rejected(content, {}, "", numbers, form)


def texts(content: bytes) -> list[list[str]]:
    return [[cell.text for cell in row.cells] for row in sheet.read(content).rows]


@pytest.mark.parametrize("form", FORMATS)
def test_the_template_sent_back_unchanged_is_the_order_that_it_shows(form: SheetFormat) -> None:
    read = judged(template(form).content)
    assert [one.field for one in read.columns] == list(FIELDS)
    assert read.questions == []
    (row,) = read.rows
    assert row.asked is not None, row.reasons
    goods, (pickup, delivery) = row.asked.goods[0], row.asked.stops
    assert (goods.weight_kg, goods.quantity, goods.pallets, row.asked.buy_cents) == (4250.5, 10, 10, 48_000)
    assert pickup.site.contact.phone == "+33 4 78 00 00 00"
    assert (pickup.site.address.postal_code, delivery.site.address.city) == ("69007", "Saint-Étienne")
    assert pickup.from_at == datetime(2027, 1, 15, 7, 0, tzinfo=UTC)
    assert row.asked.requirements == ["tail_lift"]


@pytest.mark.parametrize("form", FORMATS)
def test_rejected_rows_sent_back_unchanged_are_rejected_for_the_same_cells(form: SheetFormat) -> None:
    content = as_sheet(
        line("R-2", weight="lourd"),
        line("=cmd|' /C calc'!A0", weight="x"),
        line("+33 4 78", weight="-5"),
        line("'R", weight=""),
    )
    again = given_back(content, form)
    assert sheet.read(again).headings == sheet.read(content).headings
    assert texts(again) == texts(content)
    assert [one.reasons for one in judged(again).rows] == [one.reasons for one in judged(content).rows]
    assert texts(given_back(again, form)) == texts(content)


@pytest.mark.parametrize("form", FORMATS)
def test_figures_and_dates_of_a_workbook_keep_their_one_reading_whatever_they_come_back_as(
    form: SheetFormat,
) -> None:
    moment = datetime(today().year + 1, 4, 5, 8, 30)
    head = ["Ref", "Pickup city", "Pickup date", "Delivery city", "Goods", "Weight", "Price", "Requirements"]
    content = xlsx(head, ["A", "Lyon", moment, "Metz", "Vis", 1.234, 1.25, "red carpet"])
    again = judged(given_back(content, form))
    assert again.questions == []
    assert [one.field for one in again.rows[0].reasons] == ["requirements"]
    sheet_again = sheet.read(given_back(content, form))
    headings = dict(zip(sheet_again.headings, sheet_again.rows[0].cells, strict=True))
    ways = {"pickup_from": headings["Pickup date"], "weight_kg": headings["Weight"]}
    order = made(**ways).asked
    assert order is not None
    assert order.goods[0].weight_kg == 1.234
    assert order.stops[0].from_at is not None
    assert (order.stops[0].from_at.day, order.stops[0].from_at.month) == (5, 4)


def test_a_row_wider_than_its_headings_comes_back_as_wide() -> None:
    content = b"Ref,Pickup city,Delivery city,Goods,Weight\nA,Lyon,Metz,Vis,1,250\n"
    for form in FORMATS:
        (again,) = judged(given_back(content, form)).rows
        assert again.asked is None


TEXT_FIELDS: list[ImportField] = [
    "reference",
    "pickup_name",
    "pickup_city",
    "pickup_phone",
    "description",
    "instructions",
]


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=6, max_size=6), st.sampled_from(FORMATS))
@example(["+33 4 78", "=1+1", "@cmd", "-5", "'01000", "\tx"], "csv")
@example(["+33 4 78", "=1+1", "@cmd", "-5", "'01000", "\tx"], "xlsx")
@example(["", "", "", "\t", "\r\t", "\r\t"], "csv")
def test_any_texts_of_an_order_come_through_a_sheet_as_they_were(texts: list[str], form: SheetFormat) -> None:
    """But for blanks around them, which no reader of a sheet keeps."""
    headings = [
        *(HEADINGS[field].partition("|")[0] for field in TEXT_FIELDS),
        HEADINGS["weight_kg"].partition("|")[0],
    ]
    write = csv_file if form == "csv" else xlsx_file
    read = sheet.read(write(headings, [[*texts, 5.0]]))
    assert [cell.text.replace("\r\n", "\n") for cell in read.rows[0].cells[:6]] == [
        text.strip().replace("\r\n", "\n") for text in texts
    ]


@settings(deadline=None)
@given(st.lists(TEXTS, min_size=2, max_size=9))
def test_no_cell_of_rejected_rows_is_run_by_a_spreadsheet(texts: list[str]) -> None:
    cells = [
        text.replace(";", ",").replace('"', "").replace("\n", " ").replace("\r", " ") or "x" for text in texts
    ]
    content = as_sheet(*[line(cell, weight="lourd") for cell in cells])
    for row in csv.reader(
        io.StringIO(given_back(content, "csv").decode("utf-8-sig"), newline=""), delimiter=";"
    ):
        assert not any(cell.startswith(RUN) for cell in row)
    page = load_workbook(io.BytesIO(given_back(content, "xlsx"))).worksheets[0]
    assert not any(cell.data_type == "f" for row in page.iter_rows() for cell in row)


MOMENTS = st.datetimes(datetime(2026, 6, 1), datetime(2027, 12, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(second=0, microsecond=0)
)


def with_goods(content: bytes) -> bytes:
    """The exported file with a column that an import cannot do without."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    out = io.StringIO()
    csv.writer(out, delimiter=";").writerows(
        [[*rows[0], "Marchandise"], *([*row, "Vis"] for row in rows[1:])]
    )
    return out.getvalue().encode()


@settings(deadline=None)
@given(TEXTS, st.integers(0, 24_000_000).map(lambda grams: grams / 1_000), st.integers(0, 33), MOMENTS)
@example("=1+1", 1.234, 4, datetime(2027, 4, 3, 6, 0, tzinfo=UTC))
@example("\t", 1.0, 1, datetime(2027, 4, 3, 6, 0, tzinfo=UTC))
@example("+33 4", 1234.125, 4, datetime(2026, 10, 25, 1, 30, tzinfo=UTC))
def test_exported_orders_are_read_back_as_they_were(
    name: str, weight: float, pallets: int, at: datetime
) -> None:
    row = OrderRow(
        order_id="o", version=1, my_role="shipper", owned=True, reference="=R",
        references=References(purchase_order=name),
        state="draft", may=[], created_at=at, owner_id="s", owner_name=name, client_id="s",
        client_name=name, shipper_id="s", shipper_name=name, carrier_id=None,
        carrier_name=name,
        consignee_name=name, pickup_name=name, pickup_city="Lyon", pickup_country="FR", pickup_from=at,
        pickup_until=at + timedelta(hours=1), delivery_name=name, delivery_city="Metz", delivery_country="FR",
        delivery_from=at, delivery_until=at, pallets=pallets, weight_kg=weight, loading_metres=1,
        requirements=[], vehicle_plate="", driver_name=name, incident_open=False, with_reserves=False,
        currency="EUR",
    )  # fmt: skip
    read = judged(with_goods(as_csv([row])))
    assert read.questions == []
    (one,) = read.rows
    assert one.asked is not None, one.reasons
    pickup, delivery = one.asked.stops
    assert (one.asked.reference, one.asked.references.purchase_order) == ("=R", name.strip())
    assert (pickup.site.name, delivery.site.name) == (name.strip() or "Lyon", name.strip() or "Metz")
    assert (pickup.from_at, pickup.until_at) == (at, at + timedelta(hours=1))
    assert (delivery.from_at, delivery.until_at) == (at, at)
    assert (one.asked.goods[0].weight_kg, one.asked.goods[0].pallets) == (weight, pallets)
