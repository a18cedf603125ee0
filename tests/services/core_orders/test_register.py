"""The register of transports given for hire: numbered without gaps, put right in sight, printed."""

import asyncio

import pytest
from tests.services.core_orders.make import CARRIER, CLIENT, SENDER, SHIPPER
from tests.services.core_orders.test_api import confirmed, post
from tests.services.core_orders.test_legs import SUB, held_by, leg, seen, subcontract

from rt.kernel.core.clock import today


async def register(web, org: str = CARRIER, **more: int) -> list[dict]:
    answer = await web(org).get("/api/orders/register", params={"year": today().year, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def charter(web, cents: int = 30_000, **more) -> str:
    """A leg that CARRIER gave to SUB; its identity."""
    order_id, version = await held_by(web, shipper_id=SENDER, **more)
    (leg_id,) = (await subcontract(web, [(order_id, version)], leg(order_id, 0, 3))).json()["order_ids"]
    read = (await seen(web(CARRIER), leg_id))["version"]
    await post(web(CARRIER), f"{leg_id}/assign", carrier_id=SUB, agreed_cents=cents, version=read)
    return leg_id


async def test_what_is_given_for_hire_has_all_that_the_law_asks_for(web, orders):
    leg_id = await charter(web)
    await orders.settle()
    (one,) = await register(web)
    assert (one["number"], one["order_id"], one["price_cents"]) == (1, leg_id, 30_000)
    assert one["carrier_name"] == f"Maison {SUB}"
    (client,) = one["clients"]
    assert (client["client_name"], client["sold_cents"]) == (f"Maison {SHIPPER}", 80_000)
    assert one["goods"].startswith("10 × ")
    for said in ("sender", "pickup", "consignee", "delivery"):
        assert one[said], said
    await post(web(SUB), f"{leg_id}/progress", reached="in_transit")
    await orders.settle()
    assert (await register(web))[0]["left_at"]


async def test_numbers_follow_each_other_however_many_are_given_at_once(web, orders):
    await asyncio.gather(*(charter(web, 1_000 * n) for n in range(1, 5)))
    await orders.settle()
    found = await register(web)
    assert [one["number"] for one in found] == [1, 2, 3, 4]
    assert [one["number"] for one in await register(web, after=2, limit=1)] == [3]


async def test_an_operation_that_is_taken_back_keeps_its_number_and_says_so(web, orders):
    leg_id = await charter(web)
    version = (await seen(web(CARRIER), leg_id))["version"]
    await post(web(CARRIER), f"{leg_id}/release", reason="Panne", version=version)
    version = (await seen(web(CARRIER), leg_id))["version"]
    await post(web(CARRIER), f"{leg_id}/assign", carrier_id=SUB, agreed_cents=35_000, version=version)
    await orders.settle()
    first, second = await register(web)
    assert [one["what"] for one in first["corrections"]] == ["released"]
    assert first["corrections"][0]["after"] == "Panne"
    assert (second["number"], second["price_cents"], second["corrections"]) == (2, 35_000, [])


async def test_a_price_that_is_changed_by_consent_is_corrected_beside_what_it_was(web, orders):
    leg_id = await charter(web)
    await orders.settle()
    version = (await seen(web(CARRIER), leg_id))["version"]
    asked = await post(
        web(CARRIER), f"{leg_id}/changes", version=version, reason="Attente", agreed_cents=33_000
    )
    change = asked["changes"][-1]["change_id"]
    await post(web(SUB), f"{leg_id}/changes/{change}/accept")
    await orders.settle()
    (one,) = await register(web)
    assert one["price_cents"] == 33_000
    (correction,) = one["corrections"]
    assert (correction["before"], correction["after"]) == ("300.00 EUR", "330.00 EUR")


@pytest.mark.parametrize("org", [SHIPPER, SUB, CLIENT])
async def test_only_who_gave_it_on_for_hire_has_it_in_its_register(web, orders, org):
    await charter(web)
    own = await confirmed(web())
    version = (await seen(web(), own))["version"]
    await post(web(), f"{own}/assign", carrier_id=CARRIER, agreed_cents=10_000, version=version)
    await orders.settle()
    assert await register(web, org) == []


async def test_an_order_run_for_a_client_is_in_the_register_of_who_runs_it(web, orders):
    await held_by(web, client_id=CLIENT, sell_cents=90_000)
    await orders.settle()
    (one,) = await register(web, SHIPPER)
    (client,) = one["clients"]
    assert (client["client_name"], client["sold_cents"]) == (f"Maison {CLIENT}", 90_000)


async def test_it_is_printed_with_the_same_mentions(web, orders):
    await charter(web)
    await orders.settle()
    asked = {"year": today().year, "format": "csv"}
    table = (await web(CARRIER).get("/api/orders/register/print", params=asked)).content.decode("utf-8-sig")
    heads, line = table.splitlines()
    assert heads.startswith("N°;Remis le;")
    assert ";300;EUR;" in line
    paper = await web(CARRIER).get("/api/orders/register/print", params=asked | {"format": "pdf"})
    assert paper.status_code == 200
    assert paper.content.startswith(b"%PDF")
