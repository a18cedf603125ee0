"""How a person reads a list is kept for them alone: columns in order, views of their own."""

from typing import Any

import httpx
from tests.conftest import TestHouse
from tests.services.authz import make

ORDERS = "/auth/lists/orders"
LATE = {"name": "En retard", "query": "view=running&sort=delivery"}


async def keep(web: httpx.AsyncClient, **said: Any) -> httpx.Response:
    return await web.patch(ORDERS, json=said)


async def test_who_chose_nothing_reads_the_list_as_it_is(authz: TestHouse) -> None:
    admin = await make.admin(authz)
    answer = await admin.web.get(ORDERS)
    assert answer.json() == {"list_name": "orders", "columns": [], "views": []}


async def test_what_is_not_named_stays_as_it_was(authz: TestHouse) -> None:
    admin = await make.admin(authz)
    await keep(admin.web, columns=["price", "client", "price"])
    answer = await keep(admin.web, views=[LATE])
    assert answer.status_code == 200, answer.text
    kept = {"list_name": "orders", "columns": ["price", "client"], "views": [LATE]}
    assert answer.json() == kept
    assert (await admin.web.get(ORDERS)).json() == kept
    assert (await admin.web.get("/auth/lists/pallets")).json()["columns"] == []


async def test_nothing_said_keeps_nothing(authz: TestHouse) -> None:
    admin = await make.admin(authz)
    assert (await keep(admin.web)).json() == {"list_name": "orders", "columns": [], "views": []}
    assert await authz.database("authz")["authz.list_choices"].count_documents({}) == 0
    await keep(admin.web, columns=["price"])
    assert (await keep(admin.web)).json()["columns"] == ["price"]


async def test_a_colleague_reads_the_list_in_their_own_way(authz: TestHouse) -> None:
    admin = await make.admin(authz)
    await keep(admin.web, columns=["price"], views=[LATE])
    lea = make.bearing(authz, (await make.colleague(authz, admin))["tokens"]["access_token"])
    assert (await lea.get(ORDERS)).json() == {"list_name": "orders", "columns": [], "views": []}
    await keep(lea, columns=["carrier"])
    assert (await admin.web.get(ORDERS)).json()["columns"] == ["price"]


async def test_a_member_who_leaves_leaves_no_choice_behind(authz: TestHouse) -> None:
    admin = await make.admin(authz)
    person = await make.colleague(authz, admin)
    await keep(make.bearing(authz, person["tokens"]["access_token"]), columns=["carrier"])
    kept = authz.database("authz")["authz.list_choices"]
    assert await kept.count_documents({"person_id": person["user_id"]}) == 1
    assert (await admin.web.delete(f"/auth/users/{person['user_id']}")).status_code == 200
    assert await kept.count_documents({"person_id": person["user_id"]}) == 0


async def test_more_than_a_person_can_use_is_refused(authz: TestHouse) -> None:
    admin = await make.admin(authz)
    views = [{"name": f"Vue {n}", "query": ""} for n in range(21)]
    assert (await keep(admin.web, views=views)).status_code == 422
    assert (await keep(admin.web, columns=["a"] * 41)).status_code == 422
    assert (await keep(admin.web, views=[{"name": "", "query": ""}])).status_code == 422
    assert (await admin.web.get("/auth/lists/Orders$")).status_code == 422
