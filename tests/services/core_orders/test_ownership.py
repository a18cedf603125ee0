"""Whose order it is: owned by whoever runs it, for a client, from a shipper, carried by anybody or itself."""

import pytest
from tests.services.core_orders.make import CARRIER, CLIENT, CONSIGNEE, SENDER, SHIPPER, STRANGER, SUPPLIER
from tests.services.core_orders.test_api import body, confirmed

from rt.kernel.storage.migrations import Migrations

FOR_CLIENT = {"client_id": CLIENT, "shipper_id": SENDER, "supplier_id": SUPPLIER}


async def entered(client, **more) -> str:
    """An order that whoever asks has entered for a client, confirmed."""
    return await confirmed(client, **FOR_CLIENT, **more)


async def seen(client, order_id):
    answer = await client.get(f"/api/orders/{order_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_carrier_runs_an_order_for_its_client_and_carries_it_itself(web, orders):
    ours = web(CARRIER)
    order_id = await entered(ours)
    before = await seen(ours, order_id)
    assert (before["my_role"], before["owned"], before["client_id"]) == ("owner", True, CLIENT)
    assert (before["owner_id"], before["shipper_id"]) == (CARRIER, SENDER)
    assert "CarryOrder" in before["may"]
    answer = await ours.post(f"/api/orders/{order_id}/carry", json={"version": before["version"]})
    assert answer.status_code == 200, answer.text
    after = answer.json()
    assert (after["state"], after["carrier_id"], after["agreed_cents"]) == ("assigned", CARRIER, None)
    assert (after["my_role"], "PlanOrder" in after["may"]) == ("carrier", True)
    (told,) = await orders.emitted("core_orders.tender.accepted")
    order = told["order"]
    assert (order["owner_id"], order["carrier_id"]) == (CARRIER, CARRIER)
    assert (order["client_id"], order["shipper_id"]) == (CLIENT, SENDER)


async def test_each_part_sees_the_price_that_it_pays_or_is_paid_and_the_client_where_it_may(web):
    order_id = await entered(web())
    await web().post(
        f"/api/orders/{order_id}/assign",
        json={"carrier_id": CARRIER, "agreed_cents": 70_000, "version": 2},
    )
    views = {org: await seen(web(org), order_id) for org in (SHIPPER, CLIENT, SENDER, SUPPLIER, CARRIER)}
    priced = {
        org: (view["sell_cents"], view["agreed_cents"], view["client_id"]) for org, view in views.items()
    }
    assert priced == {
        SHIPPER: (90_000, 70_000, CLIENT),
        CLIENT: (90_000, None, CLIENT),
        SENDER: (None, None, CLIENT),
        SUPPLIER: (None, None, None),
        CARRIER: (None, 70_000, None),
    }
    assert {org: view["my_role"] for org, view in views.items()} == {
        SHIPPER: "owner",
        CLIENT: "client",
        SENDER: "shipper",
        SUPPLIER: "supplier",
        CARRIER: "carrier",
    }


async def test_the_parts_of_an_order_do_not_see_its_draft(web):
    made = await web().post("/api/orders", json=body(**FOR_CLIENT))
    assert made.status_code == 201, made.text
    for org in (CLIENT, SENDER, SUPPLIER):
        assert (await web(org).get(f"/api/orders/{made.json()['order_id']}")).status_code == 404


async def test_whoever_does_not_carry_for_hire_carries_nothing_itself(web):
    order_id = await confirmed(web())
    refused = await web().post(f"/api/orders/{order_id}/carry", json={"version": 2})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_for_hire")


@pytest.mark.parametrize("org", [CLIENT, SENDER, SUPPLIER, CARRIER])
async def test_only_the_owner_takes_it_on_its_own_vehicles(web, org):
    order_id = await entered(web())
    refused = await web(org).post(f"/api/orders/{order_id}/carry", json={"version": 2})
    assert refused.status_code in (403, 404)


async def test_a_client_finds_its_orders_and_is_not_found_by_others(web):
    ours = await entered(web(), reference="A")
    for client, found in ((web(), [ours]), (web(CARRIER), []), (web(CLIENT), [])):
        page = (await client.get("/api/orders", params={"client_id": CLIENT})).json()
        assert [row["order_id"] for row in page["items"]] == found
    nobodys = await web().get("/api/orders", params={"client_id": CLIENT, "owner_id": CARRIER})
    assert nobodys.json()["items"] == []
    (row,) = (await web(CLIENT).get("/api/orders")).json()["items"]
    assert (row["my_role"], row["owned"], row["sell_cents"]) == ("client", False, 90_000)


async def test_a_client_or_shipper_is_a_partner_and_can_be_changed_or_left_out(web):
    refused = await web().post("/api/orders", json=body(client_id=STRANGER))
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "client_id")
    made = (await web().post("/api/orders", json=body(**FOR_CLIENT))).json()
    path, read = f"/api/orders/{made['order_id']}", {"if-match": f'"{made["version"]}"'}
    changed = (await web().patch(path, json={"shipper_id": None}, headers=read)).json()
    assert (changed["shipper_id"], changed["shipper_name"]) == (CLIENT, changed["client_name"])
    read = {"if-match": f'"{changed["version"]}"'}
    again = (await web().patch(path, json={"client_id": None}, headers=read)).json()
    assert (again["client_id"], again["shipper_id"], again["my_role"]) == (SHIPPER, SHIPPER, "shipper")
    assert again["client_name"] == again["shipper_name"] == again["owner_name"]


async def test_an_order_kept_before_owner_and_client_were_apart_reads_on(web, orders):
    order_id = await confirmed(web())
    stored = orders.instances["core_orders"].context.database["core_orders.orders"]
    later = ("owner_name", "client_id", "client_name", "shipper_id", "supplier_id", "supplier_name")
    await stored.update_one({"_id": order_id}, {"$unset": dict.fromkeys(later, "")})
    view = await seen(web(), order_id)
    assert (view["my_role"], view["owned"], view["client_id"], view["shipper_id"]) == (
        ("shipper", True, SHIPPER, SHIPPER)
    )
    assert view["owner_name"] == view["client_name"] == view["shipper_name"] == f"Maison {SHIPPER}"
    (row,) = (await web(CONSIGNEE).get("/api/orders")).json()["items"]
    assert (row["shipper_name"], row["owner_name"]) == (f"Maison {SHIPPER}",) * 2


async def test_where_orders_were_expanded_before_their_owners_names_are_written_all_the_same(web, orders):
    order_id = await confirmed(web())
    unit = orders.instances["core_orders"]
    database = unit.context.database
    await database["core_orders.orders"].update_one({"_id": order_id}, {"$unset": {"owner_name": ""}})
    await database["migrations"].insert_one({"_id": "core_orders.1", "unit": "core_orders"})
    await Migrations(database, unit.unit.migrations).run("expand")
    kept = await database["core_orders.orders"].find_one({"_id": order_id})
    assert kept["owner_name"] == f"Maison {SHIPPER}"
