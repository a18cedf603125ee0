"""Lists of orders asked for by a hostile reader: every order once, nobody else's, nothing that is hidden."""

import base64
import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from tests.services.core_orders import make
from tests.services.core_orders.make import CARRIER, CONSIGNEE, LOGISTICIAN, SHIPPER, STRANGER
from tests.services.core_orders.test_api import assigned, confirmed, new, post, tendered

from rt.contracts.core_orders.finding import OrderSort
from rt.kernel.core.clock import today
from rt.services.core_orders.actions import orders as actions
from rt.services.core_orders.store import OrderStore
from rt.trade.zones import PARIS

SORTS = OrderSort.__args__


async def found(client, **params: Any) -> list[str]:
    """The orders of a list, all pages of it, in pages of two."""
    seen: list[str] = []
    after = ""
    while True:
        answer = await client.get("/api/orders", params={"limit": 2, **params, "after": after})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert len(page["items"]) <= params.get("limit", 2)
        seen += [row["order_id"] for row in page["items"]]
        after = page["next"]
        if not after:
            assert len(seen) == len(set(seen))
            return seen


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
async def test_a_reference_of_many_shippers_is_found_with_all_of_them_whatever_the_page(web, limit):
    shippers = (SHIPPER, STRANGER, CONSIGNEE, LOGISTICIAN)
    same = [
        await assigned(web(one), reference="2026-000001", consignee_id=None, logistician_id=None)
        for one in shippers
    ]
    others = [await assigned(web(), reference=f"2026-000001-{n}") for n in range(2)]
    seen = await found(web(CARRIER), q="2026-000001", limit=limit)
    assert sorted(seen) == sorted(same + others)
    assert set(seen[:4]) == set(same), "those whose whole reference it is come first"


@pytest.mark.parametrize("sort", SORTS)
async def test_ties_and_gaps_over_the_edge_of_a_page_lose_nothing_and_double_nothing(web, sort):
    """The same client, town, day and price; half of them without a carrier, a price or an hour."""
    bare = [make.pickup(from_at=None, until_at=None), make.delivery(from_at=None, until_at=None)]
    made = [await new(web(), **({"stops": bare} if n % 2 else {})) for n in range(3)]
    made += [await assigned(web()) for _ in range(3)]
    assert sorted(await found(web(), sort=sort)) == sorted(made)


async def test_what_is_written_between_two_pages_doubles_nothing_and_loses_nothing_older(web):
    made = [await new(web()) for _ in range(4)]
    first = (await web().get("/api/orders", params={"limit": 2})).json()
    late = await new(web())
    await post(web(), f"{made[0]}/confirm")
    second = (await web().get("/api/orders", params={"limit": 9, "after": first["next"]})).json()
    seen = [row["order_id"] for row in first["items"] + second["items"]]
    assert seen == made[::-1]
    assert late not in seen


@pytest.mark.parametrize("limit", [0, -1, 201, 10**9, 10**30, "1.5", "many", "NaN", ""])
async def test_a_page_has_a_size_that_is_one(web, limit):
    answer = await web().get("/api/orders", params={"limit": limit})
    assert answer.status_code == 422
    assert "limit" in answer.text


def cursor(*values: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "after",
    [
        *("x", "=", "é", "W10", "a" * 999, "meant:", "meant:x", "meant:meant:", "\x00"),
        cursor(),
        cursor("newest"),
        cursor("newest", 1, 2),
        cursor("newest", -1, "x"),
        cursor("newest", float("nan"), "x"),
        cursor("newest", float("inf"), "x"),
        cursor("newest", {"$t": "10000-01-01T00:00:00"}, "x"),
        cursor("newest", {"$t": "0001-01-01T00:00:00+14:00"}, "x"),
        cursor("newest", {"$t": "9999-12-31T23:59:59-14:00"}, "x"),
        cursor("newest", {"$gt": ""}, "x"),
        cursor("newest", {"$t": {"$gt": ""}}, "x"),
        cursor("reference", "A", "x"),
        cursor(None, None, None),
        cursor(["newest"], None, None),
        cursor("newest", "\ud800", "x"),
        "a" * 1_001,
    ],
)
async def test_a_made_up_cursor_is_refused_or_finds_nothing_of_others(web, after):
    await new(web(STRANGER))
    for said in ({}, {"q": "2026"}, {"sort": "price"}):
        answer = await web().get("/api/orders", params={"after": after, **said})
        assert answer.status_code in (200, 422), answer.text
        assert answer.status_code == 422 or answer.json()["items"] == []


async def test_a_cursor_of_another_platform_or_reader_shows_nothing_but_ones_own(web):
    mine = [await assigned(web(), reference=f"M-{n}") for n in range(3)]
    theirs = [await assigned(web(STRANGER), reference=f"T-{n}") for n in range(3)]
    for sort in ("newest", "reference", "client", "state"):
        page = (await web(CARRIER).get("/api/orders", params={"sort": sort, "limit": 1})).json()
        for who, own in ((web(), mine), (web(STRANGER), theirs)):
            said = {"sort": sort, "after": page["next"]}
            rows = (await who.get("/api/orders", params=said)).json()["items"]
            assert {row["order_id"] for row in rows} <= set(own)
    by_price = (await web(CARRIER).get("/api/orders", params={"sort": "price", "limit": 1})).json()["next"]
    refused = await web(CONSIGNEE).get("/api/orders", params={"sort": "price", "after": by_price})
    assert refused.status_code == 403


async def test_the_longest_names_have_a_place_to_go_on_from(web):
    long = "𝄞" * 40
    for n in range(3):
        await new(web(), reference=long[:-1] + str(n))
    for sort in SORTS:
        assert len(await found(web(), sort=sort)) == 3, sort
    assert len(await found(web(), q=long[:-1] + "1")) == 1


ODD = [
    *("a", "a" * 80, "́", "̀̈", ".*", "^", "$where", "$", "(a+)+$", "[", "\\", "\\Q", "İ", "ı", "ß"),
    *("２０２６", "مرحبا", "e\u0301", "\u200b", "   ", "\t", "%", "_", "'", '"', "<script>", "🚚", "\ufffd"),
    *("ŉ", "ᾳ", "ΐ", "ǰ", "ﬁ", "½", "Ⅷ", "٣", "𝟚"),
]


@pytest.mark.parametrize("q", ODD)
async def test_whatever_is_typed_is_looked_for_and_no_more(web, q):
    """What bears the text is found by it as it was typed; a text without letters or figures finds nothing."""
    bearing = await new(web(), references={"booking": f"K{q[:38]}K"})
    await new(web(), reference="PLAIN")
    answer = await web().get("/api/orders", params={"q": q})
    assert answer.status_code == 200, answer.text
    seen = {row["order_id"] for row in answer.json()["items"]}
    counted = (await web().post("/api/orders/found", json={"by": [{"q": q}]})).json()["counts"]
    assert counted == [len(seen)]
    if not q.strip():
        assert len(seen) == 2
    elif any(letter.isalnum() for letter in q) and len(q) <= 38:
        assert bearing in seen or len(q) == 1
    elif len(q) <= 38:
        assert seen == set()


async def test_a_text_that_is_too_long_or_has_no_store_is_refused(web):
    for q in ("a" * 81, "a" * 500, "a\x00b"):
        assert (await web().get("/api/orders", params={"q": q})).status_code == 422


@pytest.mark.parametrize(
    "written", ["PO 4711/2026", "PO-4711/2026", "PO4711/2026", "po 4711 2026", "PO_4711.2026", "PO—4711—2026"]
)
async def test_a_reference_is_found_however_its_parts_are_joined(web, written):
    wanted = await new(web(), references={"purchase_order": written})
    await new(web(), references={"purchase_order": "PO 4712/2026"})
    for typed in ("PO 4711/2026", "PO-4711-2026", "po47112026", "4711/2026", "4711 2026", "PO4711"):
        rows = (await web().get("/api/orders", params={"q": typed})).json()["items"]
        assert [row["order_id"] for row in rows] == [wanted], typed


async def test_what_a_role_must_not_see_finds_nothing(web):
    """Neither by search nor by sort nor in a counter: the e-mail of the consignee, prices, internal names."""
    await assigned(web(), consignee_email="secret@brico.example", buy_cents=123_456, instructions="Code 4411")
    for who in (web(), web(CARRIER), web(CONSIGNEE), web(LOGISTICIAN)):
        for q in ("secret@brico.example", "123456", "1234", "4411", "Jo", "80000"):
            assert await found(who, q=q) == []
    for who in (web(CONSIGNEE), web(LOGISTICIAN)):
        for path in ("/api/orders", "/api/orders/export"):
            for sort in ("price", "-price"):
                assert (await who.get(path, params={"sort": sort})).status_code == 403


async def test_foreign_identities_in_a_filter_widen_nothing(web):
    mine, theirs = await assigned(web()), await new(web(STRANGER))
    draft = await new(web())
    for said in (
        {"carrier_id": STRANGER},
        {"shipper_id": STRANGER},
        {"order_ids": [theirs]},
        {"carrier_id": "$ne"},
        {"plate": "--"},
        {"plate": "' '"},
        {"carrier_id": '{"$ne": ""}'},
        {"order_ids": ["", "$gt"]},
    ):
        assert await found(web(), **said) == []
        counted = await web().post("/api/orders/found", json={"by": [said]})
        assert counted.json() == {"counts": [0]}
        sheet = (await web().get("/api/orders/export", params=said)).text
        assert len(sheet.splitlines()) == 1
    assert await found(web(), order_ids=[theirs, mine, mine, draft]) == [draft, mine]
    assert await found(web(CARRIER), order_ids=[mine, draft]) == [mine]


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"state": ["draft", "confirmed"]}, 422),
        ({"carrier_id": ["a", "b"]}, 422),
        ({"pickup_since": ["2026-11-01", "2026-11-02"]}, 422),
        ({"unknown": "x"}, 422),
        ({"org_id": STRANGER}, 422),
        ({"seen_by": STRANGER}, 422),
        ({"state": ""}, 200),
        ({"state": "nowhere"}, 200),
        ({"state": "draft,"}, 422),
        ({"state": "draft\n"}, 422),
        ({"carrier_id": "", "plate": "", "q": ""}, 200),
        ({"incident": "perhaps"}, 422),
        ({"pickup_since": "2027-02-29"}, 422),
        ({"pickup_since": "2028-02-29", "pickup_until": "2028-02-29"}, 200),
        ({"pickup_since": "2026-12-31", "pickup_until": "2026-01-01"}, 200),
        ({"pickup_until": "9999-12-31"}, 422),
        ({"pickup_since": "0001-01-01"}, 422),
        ({"pickup_since": "2026-11-29T00:00:00"}, 422),
        ({"order_ids": ["ord"] * 201}, 422),
    ],
)
async def test_a_filter_is_understood_or_refused(web, said, status):
    await new(web(STRANGER))
    for path in ("/api/orders", "/api/orders/export"):
        answer = await web().get(path, params=said)
        assert answer.status_code == status, answer.text


def _change(month: int) -> date:
    """The next last Sunday of a month: clocks change."""
    days = (today() + timedelta(days=n) for n in range(366))
    return next(day for day in days if day.month == month and day.day > 24 and day.weekday() == 6)


@pytest.mark.parametrize("day", [_change(3), _change(10), date(2028, 2, 29)])
async def test_a_day_has_the_hours_that_it_has_in_paris(web, day):
    """23 or 25 of them when clocks change: its first and last minute are of it, those around are not."""
    hours = [(day, 0, 0), (day, 23, 59), (day - timedelta(days=1), 23, 59), (day + timedelta(days=1), 0, 0)]
    ids = []
    for on, hour, minute in hours:
        at = datetime(on.year, on.month, on.day, hour, minute, tzinfo=PARIS).astimezone(UTC)
        stops = [make.pickup(from_at=at, until_at=None), make.delivery(from_at=None, until_at=None)]
        ids.append(await new(web(), stops=stops))
    assert await found(web(), pickup_since=day, pickup_until=day, sort="pickup") == ids[:2]
    assert await found(web(), pickup_since=day + timedelta(days=1)) == [ids[3]]
    assert await found(web(), pickup_until=day - timedelta(days=1)) == [ids[2]]


async def exported(client, **said: Any) -> list[dict[str, str]]:
    answer = await client.get("/api/orders/export", params=said)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.parametrize(
    "odd", ["=1+1", "+33", "-1", "@SUM(A1)", "\t=1", "a;b", 'a"b', "a\nb", "a\r\nb", "＝1"]
)
async def test_a_cell_is_read_back_as_it_was_and_never_run(web, odd):
    await new(web(), consignee_name=odd)
    (row,) = await exported(web())
    cell = row["Destinataire"]
    assert cell.lstrip("'").replace("\r\n", "\n") == odd.strip().replace("\r\n", "\n") or cell == f"'{odd}"
    assert cell[:1] not in "=+-@\t\r＝"


@pytest.mark.parametrize("sort", ["newest", "-reference", "state"])
async def test_a_file_has_the_rows_of_the_list_in_their_order(web, sort, monkeypatch):
    for n in range(5):
        await new(web(), reference=f"CMD-{n}", consignee_name="Distri" if n % 2 else "Autre")
    await tendered(web(), reference="CMD-9", consignee_name="Distri")
    for said in ({}, {"q": "distri"}, {"state": "draft"}, {"q": "CMD-1"}):
        rows = (await web().get("/api/orders", params={**said, "sort": sort})).json()["items"]
        cells = await exported(web(), **said, sort=sort)
        assert [row["reference"] for row in rows] == [row["Référence"] for row in cells]


@pytest.mark.parametrize("verb", ["tender", "cancel"])
async def test_many_at_once_are_answered_one_by_one_and_once(web, verb):
    first, second = await confirmed(web()), await confirmed(web())
    foreign = await confirmed(web(STRANGER), consignee_id=None, logistician_id=None)
    more = {"cancel": {"reason": "plus besoin"}, "tender": {}}[verb]
    if verb == "tender":
        at = (datetime.now(UTC) + timedelta(hours=4)).isoformat()
        more = {"carrier_id": CARRIER, "price_cents": 1_000, "deadline": at}

    async def said(*ids: str, key: str = "") -> Any:
        read = [{"order_id": one, "version": 2} for one in ids]
        headers = {"idempotency-key": key} if key else {}
        client = web(headers=headers)
        return await client.post(f"/api/orders/bulk/{verb}", json={"orders": read, **more})

    mixed = await said(first, foreign)
    assert mixed.status_code == 422
    assert foreign not in await found(web())
    assert (await web().get(f"/api/orders/{first}")).json()["state"] == "confirmed"
    assert (await said(*(f"ord_{n}" for n in range(500)))).status_code == 422
    assert (await said()).status_code == 422
    once = (await said(first, first, second, key="k1")).json()["results"]
    assert [(one["order_id"], one["ok"]) for one in once] == [(first, True), (second, True)]
    again = (await said(first, first, second, key="k1")).json()["results"]
    assert again == once
    anew = (await said(first, second, key="k2")).json()["results"]
    assert [one["ok"] for one in anew] == [False, False]


async def test_what_is_offered_is_in_the_file_of_those_between_whom_it_stands(web):
    await tendered(web(), reference="CMD-1")
    columns = ["reference", "agreed_cents", "tender_price_cents", "tender_deadline", "currency"]
    for who in (web(), web(CARRIER)):
        (row,) = await exported(who, columns=columns)
        assert (row["Prix proposé"], row["Devise"], "Prix convenu" in row) == ("800,00", "EUR", False)
        assert row["Réponse attendue avant"]
    for who in (web(CONSIGNEE), web(LOGISTICIAN)):
        (row,) = await exported(who, columns=columns)
        assert row == {"Référence": "CMD-1"}


async def test_an_order_that_moves_while_a_file_is_made_is_in_it_once(web, orders, monkeypatch):
    one = await new(web(), reference="A-0")
    kept = orders.database("core_orders")["core_orders.orders"]
    whole = await kept.find_one({"_id": one})
    copies = ({**whole, "_id": f"{one}_{n}", "reference": f"B-{n:03d}"} for n in range(250))
    await kept.insert_many([{**copy, "outbox": [], "done": []} for copy in copies])
    read = OrderStore.search

    async def and_moved(self, named, **said):
        page = await read(self, named, **said)
        await kept.update_one({"_id": one}, {"$set": {"reference": "C-0"}})
        return page

    monkeypatch.setattr(OrderStore, "search", and_moved)
    rows = await exported(web(), sort="reference")
    assert len(rows) == 251
    assert [row["Référence"] for row in rows][:2] == ["A-0", "B-000"]


async def test_a_file_that_is_not_whole_says_so_in_its_name(web, monkeypatch):
    for _ in range(3):
        await new(web())
    for limit, name in ((2, "commandes-2-premieres.csv"), (3, "commandes.csv"), (4, "commandes.csv")):
        monkeypatch.setattr(actions, "EXPORT_LIMIT", limit)
        answer = await web().get("/api/orders/export")
        assert f'"{name}"' in answer.headers["content-disposition"]
        assert len(answer.text.splitlines()) == 1 + min(3, limit)
