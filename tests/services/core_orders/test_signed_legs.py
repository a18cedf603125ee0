"""Orders given on, core_orders and ecpmr together: carriers sign on one note, and their legs follow."""

import re
from typing import Any

import msgspec
import pytest
from tests.services.core_orders import make
from tests.services.core_orders.make import CARRIER, CONSIGNEE, SECOND, SENDER, SHIPPER, STRANGER
from tests.services.core_orders.test_api import confirmed, post
from tests.services.core_orders.test_legs import held_by, leg, seen, stops, subcontract
from tests.services.ecpmr.make import STROKES

from rt.contracts.core_orders import LegAsked, LoadAsked
from rt.contracts.ecpmr import DeliverySigned
from rt.kernel.core.clock import now
from rt.services.ecpmr.actions.issuing import note_id
from rt.services.ecpmr.app import build

ONE, TWO = make.LOGISTICIAN, SECOND
"""Who carries the legs."""
RIGHTS = {"ecpmr.read", "ecpmr.write"}


@pytest.fixture
async def notes(orders: Any) -> Any:
    await orders.mount(build)
    return lambda org=SHIPPER, **more: orders.web(
        "ecpmr", orders.actor(org, rights=RIGHTS, id=f"usr_{org}", **more)
    )


async def given(web: Any, orders: Any, legs: list[str], carriers: list[str]) -> None:
    """Each leg to its carrier, which names a truck for it."""
    for one, carrier in zip(legs, carriers, strict=True):
        version = (await seen(web(CARRIER), one))["version"]
        await post(web(CARRIER), f"{one}/assign", carrier_id=carrier, agreed_cents=10_000, version=version)
        await post(web(carrier), f"{one}/plan", vehicle_plate="AA-001-AA")
    await orders.settle()


async def signed(
    notes: Any, orders: Any, org: str, order_id: str, step: str, *parties: str, **more: Any
) -> Any:
    path = f"/api/ecpmr/documents/{note_id(order_id)}"
    note = (await notes(org).get(path)).json()
    names = [{"party": one, "name": f"Nom {one}", "image": STROKES} for one in parties]
    said = {"content_hash": note["content_hash"], "happened_at": now().isoformat(), "signature": names[0]}
    said |= {"countersignature": names[1]} if len(names) > 1 else {}
    answer = await notes(org).post(f"{path}/{step}", json=said | more)
    await orders.settle()
    return answer


async def states(web: Any, org: str, *order_ids: str) -> list[str]:
    return [(await seen(web(org), one))["state"] for one in order_ids]


async def test_two_carriers_sign_on_the_note_and_their_legs_follow(web, orders, notes):
    order_id, version = await held_by(web)
    made = await subcontract(web, [(order_id, version)], leg(order_id, 0, 1), leg(order_id, 1, 3))
    first, second = made.json()["order_ids"]
    await given(web, orders, [first, second], [ONE, TWO])
    assert (await notes(CARRIER).get(f"/api/ecpmr/documents/{note_id(first)}")).status_code == 404
    taken = await signed(notes, orders, ONE, order_id, "takeover", "sender", "carrier")
    assert taken.status_code == 200, taken.text
    assert await states(web, CARRIER, order_id, first, second) == ["in_transit", "in_transit", "planned"]
    reserve = [{"text": "3 cartons éventrés", "line": 1, "damaged_quantity": 3}]
    passed = await signed(
        notes, orders, TWO, order_id, "handover", "successor", "carrier", leg_id=second, reserves=reserve
    )
    assert passed.status_code == 200, passed.text
    assert await states(web, CARRIER, order_id, first, second) == ["in_transit", "delivered", "in_transit"]
    proof = (await seen(web(CARRIER), first))["proof"]
    assert (proof["ecpmr_document_id"], proof["reserves"], proof["content_hash"]) == (
        note_id(order_id),
        1,
        taken.json()["content_hash"],
    )
    gone = await signed(notes, orders, TWO, order_id, "delivery", "consignee", "carrier")
    assert gone.status_code == 200, gone.text
    assert await states(web, CARRIER, order_id, first, second) == ["delivered"] * 3
    assert (await seen(web(CARRIER), order_id))["proof"]["reserves"] == 1
    told = [one["state"] for one in (await seen(web(CARRIER), order_id))["milestones"]]
    assert told.count("in_transit") == told.count("delivered") == 1
    assert (await notes(SHIPPER).get(f"/api/ecpmr/verify/{taken.json()['verification_id']}")).json()["intact"]


async def test_a_leg_of_two_consignments_arrives_with_the_last_of_them(web, orders, notes):
    one, two = await held_by(web), await held_by(web)
    both = LegAsked(
        stops=stops(0, 3),
        loads=[LoadAsked(order_id=o, pickup_stop=0, delivery_stop=1) for o, _ in (one, two)],
    )
    (shared,) = (await subcontract(web, [one, two], both)).json()["order_ids"]
    await given(web, orders, [shared], [ONE])
    day = (await notes(ONE, roles={"driver"}).get(f"/api/ecpmr/day?order_ids={shared}")).json()["items"]
    assert {note["order_id"] for note in day} == {one[0], two[0]}
    found = (await notes(ONE).get("/api/ecpmr/documents", params={"order_id": shared})).json()["items"]
    assert len(found) == 2
    reached = []
    for step, parties in (("takeover", ("sender", "carrier")), ("delivery", ("consignee", "carrier"))):
        for order_id, _ in (one, two):
            answer = await signed(notes, orders, ONE, order_id, step, *parties)
            assert answer.status_code == 200, answer.text
            reached += await states(web, CARRIER, shared)
    assert reached == ["in_transit", "in_transit", "in_transit", "delivered"]
    told = [one["state"] for one in (await seen(web(CARRIER), shared))["milestones"]]
    assert told.count("in_transit") == told.count("delivered") == 1


async def test_a_leg_waits_for_no_note_of_an_order_that_was_called_off_as_it_was_loading(web, orders, notes):
    one, two = await held_by(web), await held_by(web)
    both = LegAsked(
        stops=stops(0, 3),
        loads=[LoadAsked(order_id=o, pickup_stop=0, delivery_stop=1) for o, _ in (one, two)],
    )
    (shared,) = (await subcontract(web, [one, two], both)).json()["order_ids"]
    await given(web, orders, [shared], [ONE])
    await post(web(ONE), f"{shared}/progress", reached="loading")
    await orders.settle()
    version = (await seen(web(), one[0]))["version"]
    await post(web(), f"{one[0]}/cancel", version=version, reason="refusée au quai")
    await orders.settle()
    assert await states(web, CARRIER, shared) == ["loading"]
    for step, parties in (("takeover", ("sender", "carrier")), ("delivery", ("consignee", "carrier"))):
        answer = await signed(notes, orders, ONE, two[0], step, *parties)
        assert answer.status_code == 200, answer.text
    assert await states(web, CARRIER, shared, two[0]) == ["delivered", "delivered"]


async def test_a_leg_given_on_again_is_driven_by_the_last_and_both_are_told(web, orders, notes):
    order_id, version = await held_by(web)
    (above,) = (await subcontract(web, [(order_id, version)], leg(order_id, 0, 3))).json()["order_ids"]
    version = (await seen(web(CARRIER), above))["version"]
    given_ = await post(web(CARRIER), f"{above}/assign", carrier_id=ONE, agreed_cents=9_000, version=version)
    said = {
        "orders": [{"order_id": above, "version": given_["version"]}],
        "legs": msgspec.to_builtins([leg(above, 0, 3)]),
    }
    below = await web(ONE).post("/api/orders/legs", json=said)
    assert below.status_code == 201, below.text
    (driven,) = below.json()["order_ids"]
    version = (await seen(web(ONE), driven))["version"]
    await post(web(ONE), f"{driven}/assign", carrier_id=TWO, agreed_cents=8_000, version=version)
    await post(web(TWO), f"{driven}/plan", vehicle_plate="AA-001-AA")
    await orders.settle()
    for reader in (CARRIER, ONE, TWO, SHIPPER):
        assert (await notes(reader).get(f"/api/ecpmr/documents/{note_id(order_id)}")).status_code == 200
    assert (await signed(notes, orders, TWO, order_id, "takeover", "carrier")).status_code == 200
    assert await states(web, CARRIER, order_id, above) == ["in_transit", "in_transit"]
    assert (await signed(notes, orders, TWO, order_id, "delivery", "consignee")).status_code == 200
    assert await states(web, CARRIER, order_id, above) == ["delivered", "delivered"]
    assert await states(web, TWO, driven) == ["delivered"]


async def test_a_leg_follows_the_notes_of_its_own_orders_alone(web, orders, notes):
    order_id, version = await held_by(web)
    (one,) = (await subcontract(web, [(order_id, version)], leg(order_id, 0, 3))).json()["order_ids"]
    await given(web, orders, [one], [ONE])
    other = await confirmed(web(), consignee_id=CONSIGNEE)
    handlers = {s.name: s for s in orders.instances["core_orders"].unit.subscriptions}
    event = msgspec.convert(
        {
            "document_id": "cmr_x", "order_id": other, "number": "LV-1", "shipper_id": SHIPPER,
            "carrier_id": ONE, "consignee_id": None, "consignee_name": "", "site_name": "",
            "signed_at": now(), "by_name": "X",
            "by_org_id": ONE, "reserves": [], "pallets": [], "leg_id": one,
        },
        DeliverySigned,
    )  # fmt: skip
    await handlers["leg_delivered ecpmr.delivery.signed"].handle(event, None)
    assert await states(web, CARRIER, one) == ["planned"]


async def test_who_has_no_part_in_the_chain_sees_nothing_and_nobody_sees_a_price(web, orders, notes):
    order_id, version = await held_by(web)
    made = await subcontract(
        web, [(order_id, version)], leg(order_id, 0, 1, buy_cents=12_345), leg(order_id, 1, 3)
    )
    first, second = made.json()["order_ids"]
    await given(web, orders, [first, second], [ONE, TWO])
    path = f"/api/ecpmr/documents/{note_id(order_id)}"
    assert (await notes(STRANGER).get(path)).status_code == 404
    assert (await notes(SENDER).get(path)).status_code == 404
    for org in (ONE, TWO):
        whole = await notes(org).get(path)
        assert not re.findall(r"\b(12345|10000|80000)\b", whole.text)
