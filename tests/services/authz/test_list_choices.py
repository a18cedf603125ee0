"""How a person reads a list is kept for them alone: columns in order, views of their own."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest
from tests.conftest import TestPlatform
from tests.services.authz import make

ORDERS = "/auth/lists/orders"
LATE = {"name": "En retard", "query": "view=running&sort=delivery"}


async def keep(web: httpx.AsyncClient, what: str = "", key: str = "", **said: Any) -> httpx.Response:
    method, headers = ("POST", {"idempotency-key": key or uuid4().hex}) if what else ("PUT", {})
    return await web.request(method, ORDERS + what, json=said, headers=headers)


async def names(web: httpx.AsyncClient) -> list[str]:
    return [view["name"] for view in (await web.get(ORDERS)).json()["views"]]


async def test_who_chose_nothing_reads_the_list_as_it_is(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    answer = await admin.web.get(ORDERS)
    assert answer.json() == {"list_name": "orders", "columns": [], "views": []}


async def test_what_is_not_named_stays_as_it_was(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    await keep(admin.web, columns=["price", "client", "price"])
    answer = await keep(admin.web, "/views", **LATE)
    assert answer.status_code == 200, answer.text
    kept = {"list_name": "orders", "columns": ["price", "client"], "views": [LATE]}
    assert answer.json() == kept
    assert (await admin.web.get(ORDERS)).json() == kept
    assert (await admin.web.get("/auth/lists/pallets")).json()["columns"] == []


async def test_a_colleague_reads_the_list_in_their_own_way(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    await keep(admin.web, columns=["price"])
    await keep(admin.web, "/views", **LATE)
    lea = make.bearing(authz, (await make.colleague(authz, admin))["tokens"]["access_token"])
    assert (await lea.get(ORDERS)).json() == {"list_name": "orders", "columns": [], "views": []}
    await keep(lea, columns=["carrier"])
    assert (await admin.web.get(ORDERS)).json()["columns"] == ["price"]


async def test_a_member_who_leaves_leaves_no_choice_behind(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    person = await make.colleague(authz, admin)
    await keep(make.bearing(authz, person["tokens"]["access_token"]), columns=["carrier"])
    kept = authz.database("authz")["authz.list_choices"]
    assert await kept.count_documents({"person_id": person["user_id"]}) == 1
    assert (await admin.web.delete(f"/auth/users/{person['user_id']}")).status_code == 200
    assert await kept.count_documents({"person_id": person["user_id"]}) == 0


async def test_more_than_a_person_can_use_is_refused(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    answers = [await keep(admin.web, "/views", name=f"Vue {n}", query="") for n in range(21)]
    assert [answer.status_code for answer in answers] == [200] * 20 + [409]
    assert (await keep(admin.web, "/views", name="Vue 3", query="q=1")).status_code == 200
    assert len(await names(admin.web)) == 20
    assert (await keep(admin.web, columns=["a"] * 41)).status_code == 422
    assert (await keep(admin.web, "/views", name="Long", query="a" * 2_001)).status_code == 422
    assert (await admin.web.get("/auth/lists/Orders$")).status_code == 422


async def test_what_two_tabs_keep_at_once_is_all_kept(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    said = [keep(admin.web, "/views", name=f"Vue {n}", query=f"q={n}") for n in range(8)]
    answers = await asyncio.gather(*said, keep(admin.web, columns=["price"]))
    assert [answer.status_code for answer in answers] == [200] * 9
    assert sorted(await names(admin.web)) == [f"Vue {n}" for n in range(8)]
    assert (await admin.web.get(ORDERS)).json()["columns"] == ["price"]


async def test_a_view_is_renamed_in_its_place_and_costs_no_other(authz: TestPlatform) -> None:
    admin = await make.admin(authz)
    for name in ("A", "B", "C"):
        await keep(admin.web, "/views", name=name, query=f"q={name}")
    assert (await keep(admin.web, "/views/rename", name="A", to="B")).status_code == 409
    assert (await keep(admin.web, "/views/rename", name="A", to="D", key="k")).status_code == 200
    assert await names(admin.web) == ["D", "B", "C"]
    again = await keep(admin.web, "/views/rename", name="A", to="D", key="k")
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    assert (await keep(admin.web, "/views/rename", name="A", to="B")).status_code in (404, 409)
    assert (await keep(admin.web, "/views/rename", name="gone", to="E")).status_code == 404
    assert (await keep(admin.web, "/views/rename", name="D", to="D")).status_code == 200
    assert (await keep(admin.web, "/views/remove", name="D", key="k")).status_code == 200
    assert (await keep(admin.web, "/views/remove", name="D")).status_code == 200
    assert await names(admin.web) == ["B", "C"]
    other = await admin.web.post(
        "/auth/lists/pallets/views/rename", json={"name": "B", "to": "X"}, headers={"idempotency-key": "k9"}
    )
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [
        *(("", 422), ("a" * 41, 422), ("a" * 500, 422), ("a\nb", 422), ("a\x00b", 422), ("\n", 422)),
        *(("🚚" * 40, 200), ("<script>alert(1)</script>", 200), ('l\'"été"', 200), ("$where", 200)),
        *(("a.b", 200), ("__proto__", 200)),
    ],
)
async def test_a_view_may_be_called_what_fits_on_a_tab(authz: TestPlatform, name: str, status: int) -> None:
    admin = await make.admin(authz)
    assert (await keep(admin.web, "/views", name=name, query="")).status_code == status
    assert await names(admin.web) == ([name] if status == 200 else [])
