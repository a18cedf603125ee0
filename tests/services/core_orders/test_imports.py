"""Sheets of orders: read whatever their make, judged by cell, taken in once, their bad rows given back."""

import asyncio
import contextlib
import io
import zipfile
from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.services.core_orders.make import CARRIER

from rt.contracts.core_orders import ImportField
from rt.kernel.errors import Invalid
from rt.services.core_orders.actions import imports as actions
from rt.services.core_orders.domain import columns, rows, sheet
from rt.trade.spreadsheets import csv_file as table

HEAD = (
    "Référence;Ville d'enlèvement;CP enlèvement;Date d'enlèvement;Ville de livraison;CP livraison;"
    "Marchandise;Poids;Palettes"
)


class Killed(BaseException):
    """The process ends here."""


def csv(*lines: str, head: str = HEAD, encoding: str = "utf-8", separator: str = ";") -> bytes:
    return "\r\n".join([head, *lines]).replace(";", separator).encode(encoding)


def line(reference: str = "R-1", weight: str = "1 250,5", day: str = "15/01/2027", **more: str) -> str:
    pallets = more.get("pallets", "4")
    return f"{reference};Lyon;69007;{day};Bourg-en-Bresse;1000;Robinetterie;{weight};{pallets}"


def xlsx(*lines: list) -> bytes:
    book = Workbook()
    for cells in lines:
        book.active.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_sheet_is_read_whatever_its_encoding_and_separator(encoding, separator):
    read = sheet.read(csv(line(), encoding=encoding, separator=separator))
    assert read.headings[:2] == ["Référence", "Ville d'enlèvement"]
    assert [row.number for row in read.rows] == [2]
    assert read.rows[0].cells[4] == "Bourg-en-Bresse"


def test_commas_separate_too_and_quoted_ones_do_not():
    read = sheet.read(b'Ref,To,Goods\nA,Lyon,"Vis, \xc3\xa9crous"\n')
    assert read.rows[0].cells == ["A", "Lyon", "Vis, écrous"]


def test_an_xlsx_is_read_with_its_dates_and_numbers_and_no_formula():
    content = xlsx(
        ["Ref", "Date d'enlèvement", "Poids"], ["A", datetime(2027, 1, 15, 8, 30), 4250.5], [None], ["B"]
    )
    read = sheet.read(content)
    assert [(row.number, row.cells) for row in read.rows] == [
        (2, ["A", "15/01/2027 08:30", "4250.5"]),
        (4, ["B", "", ""]),
    ]


def bomb(entries: int = 1, size: int = 0, name: str = "xl/sharedStrings.xml") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(entries):
            archive.writestr(f"{name}{n or ''}", bytes(size))
    return out.getvalue()


def with_entity() -> bytes:
    good = io.BytesIO(xlsx(["Ref"], ["A"]))
    out = io.BytesIO()
    laughs = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(out, "w") as archive:
        for entry in source.namelist():
            text = source.read(entry).decode()
            archive.writestr(entry, laughs + text if entry == "xl/worksheets/sheet1.xml" else text)
    return out.getvalue()


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
        (b";" * 200 + b"\n" + b"a;" * 200, "sheet_too_long"),
    ],
)
def test_a_file_that_is_no_sheet_or_unpacks_to_a_heap_is_refused(content, code):
    with pytest.raises(Invalid) as refused:
        sheet.read(content)
    assert refused.value.code == code


@given(st.binary(max_size=400))
def test_any_bytes_are_a_sheet_or_a_refusal(content):
    with contextlib.suppress(Invalid):
        sheet.read(content)


def test_headings_are_known_in_both_languages_with_or_without_accents():
    known = {
        "N° commande": "reference",
        "Poids brut (kg)": "weight_kg",
        "VILLE DE LIVRAISON": "delivery_city",
        "Date d’enlevement": "pickup_from",
        "Delivery City": "delivery_city",
        "weight_kg": "weight_kg",
        "Chiffre d'affaires": None,
    }
    for heading, field in known.items():
        assert columns.matched([heading], {})[0].field == field, heading


def test_no_heading_means_two_fields_and_a_field_is_filled_by_one_column():
    said = {(columns.folded(h), f) for f, hs in columns.HEADINGS.items() for h in hs.split("|")}
    assert len({key for key, _ in said}) == len(said)
    assert [one.field for one in columns.matched(["Poids", "Weight"], {})] == ["weight_kg", None]


def test_the_template_is_understood_by_its_own_reader():
    heads = [columns.HEADINGS[field].partition("|")[0] for field in columns.FIELDS]
    read = sheet.read(table(heads, [[columns.EXAMPLE.get(field, "") for field in columns.FIELDS]]))
    matches = columns.matched(read.headings, {})
    assert [match.field for match in matches] == list(columns.FIELDS)
    cells = {m.field: (m.column, cell) for m, cell in zip(matches, read.rows[0].cells, strict=True) if cell}
    made = rows.make(cells)
    assert made.reasons == []
    assert (made.asked.goods[0].weight_kg, made.asked.buy_cents) == (4250.5, 48_000)
    assert made.asked.requirements == ["tail_lift"]


@pytest.mark.parametrize(
    ("text", "value"),
    [("1 250,5", 1250.5), ("1\u202f250,50", 1250.5), ("1.250,5", 1250.5), ("1,250.5", 1250.5),
     ("12.5 kg", 12.5), ("24000", 24000), ("480,00 €", 480)],
)  # fmt: skip
def test_numbers_are_read_as_french_and_english_write_them(text, value):
    assert float(rows.number(text)) == value


@given(st.decimals(0, 10**9, places=2), st.booleans())
def test_any_amount_written_the_french_way_is_read_back(amount, spaced):
    text = f"{amount:,.2f}".replace(",", "\u202f" if spaced else "").replace(".", ",")
    assert rows.number(text) == amount


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("15/01/2027", datetime(2027, 1, 14, 23, 0, tzinfo=UTC)),
        ("15/07/2027 08:30", datetime(2027, 7, 15, 6, 30, tzinfo=UTC)),
        ("5.1.27 8h30", datetime(2027, 1, 5, 7, 30, tzinfo=UTC)),
        ("2027-01-15T08:30:00", datetime(2027, 1, 15, 7, 30, tzinfo=UTC)),
    ],
)
def test_dates_are_read_in_paris_time(text, at):
    assert rows.moment(text, time()) == at


@given(st.dates(date(2001, 1, 1), date(2098, 12, 31)))
def test_any_day_written_the_french_way_is_that_day(day):
    assert rows.moment(f"{day:%d/%m/%Y}", time(12)).date() == day


def cells(**said: str) -> dict[ImportField, tuple[str, str]]:
    complete = {"pickup_city": "Lyon", "delivery_city": "Metz", "description": "Vis", "weight_kg": "5"}
    return {field: (field.upper(), text) for field, text in (complete | said).items()}


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("weight_kg", "lourd"), ("weight_kg", "-5"), ("weight_kg", ""), ("quantity", "1,5"),
        ("quantity", "0"),
        ("pickup_from", "31/02/2027"), ("pickup_from", "demain"), ("delivery_country", "Atlantide"),
        ("requirements", "tapis rouge"), ("incoterm", "ABC"), ("buy_price", "-3"),
        ("package_code", "palette"),
        ("delivery_city", ""), ("reference", "x" * 41), ("pickup_postal_code", "1234567890123"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_read_is_named_with_its_value_and_the_reason_in_both_languages(field, text):
    made = rows.make(cells(**{field: text}))
    assert made.asked is None
    assert [(why.field, why.column) for why in made.reasons] == [(field, field.upper())]
    assert made.reasons[0].fr != made.reasons[0].en


def test_a_day_without_an_hour_lasts_until_its_evening_and_zip_codes_get_their_zero_back():
    asked = rows.make(cells(pickup_from="15/01/2027", pickup_postal_code="1000")).asked
    assert asked.stops[0].until_at == datetime(2027, 1, 15, 22, 59, tzinfo=UTC)
    assert asked.stops[0].site.address.postal_code == "01000"


async def upload(client, content: bytes, name: str = "commandes.csv"):
    answer = await client.post(
        "/api/orders/imports",
        params={"filename": name},
        content=content,
        headers={"content-type": "text/csv"},
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def commit(client, import_id: str, **asked: str):
    answer = await client.post(f"/api/orders/imports/{import_id}/commit", json=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def references(client) -> list[str]:
    rows = (await client.get("/api/orders", params={"limit": 200})).json()["items"]
    return sorted(row["reference"] for row in rows)


async def test_good_rows_go_in_and_bad_rows_come_back_with_their_reasons(web):
    content = csv(
        line("R-1"), line("R-2", weight="lourd"), line("R-3", weight="31000"), line("R-1"), line("=R-5")
    )
    seen = await upload(web(), content)
    assert [row["verdict"] for row in seen["rows"]] == ["new", "bad", "bad", "duplicate", "new"]
    assert seen["rows"][1]["reasons"][0]["column"] == "Poids"
    assert "7000" in seen["rows"][2]["reasons"][0]["fr"]
    assert await references(web()) == []
    done = await commit(web(), seen["import_id"])
    assert (done["state"], done["created_orders"], done["bad"], done["duplicate"]) == ("committed", 2, 2, 1)
    assert await references(web()) == ["=R-5", "R-1"]
    order_id = done["rows"][0]["order_id"]
    order = (await web().get(f"/api/orders/{order_id}")).json()
    assert (order["weight_kg"], order["history"][0]["source"]) == (1250.5, "import")
    assert order["pickup"]["latitude"] == pytest.approx(45.7, abs=0.2)
    assert order["delivery"]["address"]["postal_code"] == "01000"
    rejects = (await web().get(f"/api/orders/imports/{seen['import_id']}/rejects")).content
    back = sheet.read(rejects)
    assert back.headings[-1] == "Motif / Reason"
    assert [row.cells[0] for row in back.rows] == ["R-2", "R-3", "R-1"]
    assert "n'est pas un nombre / is not a number" in back.rows[0].cells[-1]


async def test_a_rejected_formula_comes_back_quoted(web):
    seen = await upload(web(), csv(line("=cmd|' /C calc'!A0", weight="x")))
    rejects = (await web().get(f"/api/orders/imports/{seen['import_id']}/rejects")).content.decode()
    assert "'=cmd" in rejects


async def test_saying_commit_again_changes_nothing(web):
    seen = await upload(web(), csv(line("R-1"), line("")))
    first = await commit(web(), seen["import_id"])
    before = await references(web())
    assert len(before) == 2
    again = await commit(web(), seen["import_id"], same_reference="update")
    assert again == first
    assert await references(web()) == before


@pytest.mark.parametrize("crash_at", range(5))
@pytest.mark.parametrize("key", ["this-commit", "another"])
async def test_a_commit_cut_off_anywhere_and_said_again_ends_the_same(web, monkeypatch, crash_at, key):
    existing = await upload(web(), csv(line("OLD", weight="1")))
    await commit(web(), existing["import_id"])
    seen = await upload(web(), csv(line("R-1"), line(""), line("OLD", weight="77"), line("R-4")))
    writes = 0
    add, update = actions.Imports._add, actions.Imports._update

    def cut(write):
        async def cut_off(self, *args):
            nonlocal writes
            writes += 1
            if writes > crash_at:
                raise Killed
            await write(self, *args)

        return cut_off

    client = web(headers={"idempotency-key": "this-commit"})
    path = f"/api/orders/imports/{seen['import_id']}/commit"
    with monkeypatch.context() as patch:
        patch.setattr(actions, "AT_ONCE", 1)
        patch.setattr(actions.Imports, "_add", cut(add))
        patch.setattr(actions.Imports, "_update", cut(update))
        if crash_at < 4:
            with pytest.raises(Killed):
                await client.post(path, json={"same_reference": "update"})
    client = web(headers={"idempotency-key": key})
    done = (await client.post(path, json={"same_reference": "update"})).json()
    assert (done["state"], done["created_orders"], done["updated_orders"]) == ("committed", 3, 1)
    found = (await web().get("/api/orders", params={"limit": 200})).json()["items"]
    assert len(found) == 4
    assert len({row["reference"] for row in found}) == 4
    old = next(row for row in found if row["reference"] == "OLD")
    whats = (await web().get(f"/api/orders/{old['order_id']}")).json()
    assert (whats["weight_kg"], [h["what"] for h in whats["history"]]) == (77, ["created", "imported"])


@pytest.mark.parametrize(("choice", "weight"), [("skip", 1), ("update", 77)])
async def test_a_known_reference_is_updated_or_left_alone_as_chosen(web, choice, weight):
    await commit(web(), (await upload(web(), csv(line("R-1", weight="1"))))["import_id"])
    seen = await upload(web(), csv(line("R-1", weight="77")))
    assert seen["rows"][0]["verdict"] == "update"
    assert seen["rows"][0]["reasons"][0]["fr"] == "cette commande existe déjà"
    await commit(web(), seen["import_id"], same_reference=choice)
    order = (await web().get(f"/api/orders/{seen['rows'][0]['order_id']}")).json()
    assert order["weight_kg"] == weight


async def test_an_order_under_way_is_not_updated_by_a_sheet(web):
    done = await commit(web(), (await upload(web(), csv(line("R-1"))))["import_id"])
    order_id = done["rows"][0]["order_id"]
    await web().post(f"/api/orders/{order_id}/cancel", json={"reason": "x"})
    seen = await upload(web(), csv(line("R-1", weight="77")))
    assert seen["rows"][0]["verdict"] == "bad"


async def test_columns_once_named_are_remembered_for_the_organization(web):
    head = HEAD.replace("Poids", "Masse à l'expédition")
    seen = await upload(web(), csv(line(), head=head))
    assert seen["rows"][0]["verdict"] == "bad"
    path = f"/api/orders/imports/{seen['import_id']}/mapping"
    mended = await web().post(path, json={"mapping": {"Masse à l'expédition": "weight_kg"}})
    assert mended.json()["rows"][0]["verdict"] == "new"
    assert (await upload(web(), csv(line(), head=head)))["rows"][0]["verdict"] == "new"
    assert (await upload(web(CARRIER), csv(line(), head=head)))["rows"][0]["verdict"] == "bad"
    unknown = await web().post(path, json={"mapping": {"Autre": "weight_kg"}})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "column_unknown")
    await commit(web(), seen["import_id"])
    late = await web().post(path, json={"mapping": {"Masse à l'expédition": None}})
    assert (late.status_code, late.json()["code"]) == (409, "import_committed")


async def test_an_import_is_its_organizations_alone(web):
    seen = await upload(web(), csv(line()))
    for path in ("", "/rejects"):
        assert (await web(CARRIER).get(f"/api/orders/imports/{seen['import_id']}{path}")).status_code == 404
    assert (
        await web(CARRIER).post(f"/api/orders/imports/{seen['import_id']}/commit", json={})
    ).status_code == 404


async def test_a_sheet_over_five_megabytes_is_refused_in_both_languages(web):
    refused = await web().post("/api/orders/imports", content=bytes(5_000_001))
    assert refused.status_code == 413
    assert set(refused.json()["messages"]) == {"fr", "en"}


async def test_two_commits_at_once_take_each_row_in_once(web):
    seen = await upload(web(), csv(*[line(f"R-{n}") for n in range(20)], *[line("")] * 5))
    await asyncio.gather(*(commit(web(), seen["import_id"]) for _ in range(3)))
    assert len(await references(web())) == 25


async def test_the_template_can_be_fetched(web):
    answer = await web().get("/api/orders/imports/template")
    assert answer.headers["content-type"].startswith("text/csv")
    assert sheet.read(answer.content).rows
