"""Sheets of orders: judged by cell, taken in once, their bad rows given back, what is unsure asked."""

import asyncio

import pytest
from tests.services.core_orders.conftest import THEIR_GUEST
from tests.services.core_orders.make import CARRIER, CLIENT, STRANGER
from tests.services.core_orders.sheets import HEAD, changed, csv, line, xlsx

from rt.services.core_orders.actions import imports as actions
from rt.trade.spreadsheets import SPREADSHEET


class Killed(BaseException):
    """The process ends here."""


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
    text = rejects.decode("utf-8-sig").splitlines()
    assert text[0].endswith(";Motif / Reason")
    assert [line.split(";")[0] for line in text[1:]] == ["R-2", "R-3", "R-1"]
    assert "n'est pas un nombre" in text[1]


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
    await web().post(f"/api/orders/{order_id}/cancel", json={"version": 1, "reason": "x"})
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


@pytest.mark.parametrize(("form", "media_type"), [("csv", "text/csv"), ("xlsx", SPREADSHEET)])
async def test_the_template_can_be_fetched_and_sent_back(web, form, media_type):
    answer = await web().get("/api/orders/imports/template", params={"format": form})
    assert answer.headers["content-type"].startswith(media_type)
    seen = await upload(web(), answer.content)
    done = await commit(web(), seen["import_id"])
    assert (done["created_orders"], done["bad"]) == (1, 0)
    order = (await web().get(f"/api/orders/{done['rows'][0]['order_id']}")).json()
    assert order["pickup"]["contact"]["phone"] == "+33 4 78 00 00 00"


async def answered(client, import_id: str, **asked):
    return await client.post(f"/api/orders/imports/{import_id}/mapping", json=asked)


async def test_a_question_is_answered_once_for_the_column_and_its_rows_go_in(web):
    content = csv(line("R-1", weight="1,250"), line("R-2", weight="2,500"))
    seen = await upload(web(), content)
    (question,) = seen["questions"]
    assert (seen["bad"], question["rows"], question["answer"]) == (2, 2, "")
    assert "deux lectures" in seen["rows"][0]["reasons"][0]["fr"]
    mended = (await answered(web(), seen["import_id"], answers={question["question"]: "."})).json()
    assert (mended["new"], mended["questions"][0]["answer"]) == (2, ".")
    done = await commit(web(), seen["import_id"])
    orders = [(await web().get(f"/api/orders/{row['order_id']}")).json() for row in done["rows"]]
    assert [order["weight_kg"] for order in orders] == [1250, 2500]
    again = await upload(web(), content)
    assert again["questions"][0]["answer"] == ""


@pytest.mark.parametrize(
    ("question", "answer"), [("decimal:weight_kg", "x"), ("decimal:price", "."), ("", "")]
)
async def test_an_answer_to_what_was_not_asked_is_refused_by_its_field(web, question, answer):
    seen = await upload(web(), csv(line(weight="1,250")))
    refused = await answered(web(), seen["import_id"], answers={question: answer})
    assert (refused.status_code, refused.json()["code"]) == (422, "answer_unknown")
    assert refused.json()["errors"][0]["field"] == f"answers.{question}"


async def test_another_page_of_the_workbook_is_read_when_it_is_named(web):
    def shape(book):
        book.active.title = "Semaine 1"
        other = book.create_sheet("Semaine 2")
        other.append(HEAD.split(";"))
        other.append(line("R-2").split(";"))

    seen = await upload(web(), xlsx(HEAD.split(";"), line("R-1").split(";"), shape=shape))
    assert (seen["page"], seen["pages"]) == ("Semaine 1", ["Semaine 1", "Semaine 2"])
    assert seen["notes"]
    other = (await answered(web(), seen["import_id"], page="Semaine 2")).json()
    assert (other["page"], other["rows"][0]["reference"]) == ("Semaine 2", "R-2")
    refused = await answered(web(), seen["import_id"], page="Semaine 3")
    assert (refused.status_code, refused.json()["code"]) == (422, "page_unknown")


async def test_what_was_named_later_changes_no_sheet_that_was_sent_before(web):
    head = HEAD.replace("Poids", "Masse")
    first = await upload(web(), csv(line("R-1"), head=head))
    second = await upload(web(), csv(line("R-2"), head=head))
    await answered(web(), second["import_id"], mapping={"Masse": "weight_kg"})
    seen = (await web().get(f"/api/orders/imports/{first['import_id']}")).json()
    assert seen["bad"] == 1


async def test_rejected_rows_come_back_as_a_workbook_too_and_go_in_once_mended(web):
    seen = await upload(web(), csv(line("R-1", weight="lourd")))
    path = f"/api/orders/imports/{seen['import_id']}/rejects"
    answer = await web().get(path, params={"format": "xlsx"})
    assert answer.headers["content-type"] == SPREADSHEET
    mended = changed(answer.content, "xl/worksheets/sheet1.xml", "lourd", "12,5")
    assert (await upload(web(), mended))["new"] == 1


async def test_a_file_of_another_kind_is_refused_with_what_to_do(web):
    refused = await web().post(
        "/api/orders/imports", content=b"%PDF-1.7", headers={"content-type": "application/pdf"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "sheet_of_another_kind")
    assert "PDF" in refused.json()["messages"]["fr"]


async def test_twenty_thousand_rows_are_refused_by_the_limit_they_pass(web):
    rows = [line(f"R-{n}") for n in range(20_000)]
    refused = await web().post(
        "/api/orders/imports", content=csv(*rows), headers={"content-type": "text/csv"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "sheet_too_long")
    assert "5000" in refused.json()["messages"]["fr"]


async def test_all_rows_of_a_sheet_are_run_for_the_client_that_was_chosen(web, monkeypatch):
    monkeypatch.setattr(actions, "ROWS_SHOWN", 1)
    await commit(web(), (await upload(web(), csv(line("OLD"))))["import_id"])
    seen = await upload(web(), csv(line("R-1"), line("R-2"), line("OLD", weight="77")))
    await commit(web(), seen["import_id"], same_reference="update", client_id=CLIENT)
    found = (await web().get("/api/orders", params={"client_id": CLIENT})).json()["items"]
    assert sorted(row["reference"] for row in found) == ["OLD", "R-1", "R-2"]
    for row in found:
        order = (await web().get(f"/api/orders/{row['order_id']}")).json()
        assert (order["client_name"], order["shipper_name"]) == (f"Maison {CLIENT}",) * 2
        assert order["version"] == (2 if row["reference"] == "OLD" else 1), "in the same act"


@pytest.mark.parametrize("client", [STRANGER, "org_nobody", THEIR_GUEST])
async def test_a_sheet_is_run_for_nobody_who_could_not_be_named(web, client):
    seen = await upload(web(), csv(line("R-1")))
    path = f"/api/orders/imports/{seen['import_id']}/commit"
    answer = await web().post(path, json={"client_id": client})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "client_id"
    assert await references(web()) == []
    assert (await commit(web(), seen["import_id"]))["created_orders"] == 1


async def test_a_commit_goes_on_for_the_client_of_its_first_run(web, monkeypatch):
    seen = await upload(web(), csv(line("R-1"), line("R-2")))
    path = f"/api/orders/imports/{seen['import_id']}/commit"

    async def cut_off(self, *args):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(actions.Imports, "_add", cut_off)
        with pytest.raises(Killed):
            await web().post(path, json={"client_id": CLIENT})
    await commit(web(), seen["import_id"], client_id=STRANGER)
    assert await references(web()) == ["R-1", "R-2"]
    found = (await web().get("/api/orders", params={"client_id": CLIENT})).json()["items"]
    assert len(found) == 2
