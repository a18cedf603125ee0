"""Orders given on in legs: what the legs take, how the order follows them, who sees whom, what is left."""

import asyncio
import copy
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.core_orders import make
from tests.services.core_orders.make import CARRIER, CLIENT, CONSIGNEE, LOGISTICIAN, SENDER, SHIPPER, author
from tests.services.core_orders.test_api import confirmed, post

from rt.contracts.core_orders import LegAsked, LineGiven, LoadAsked
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Refusal
from rt.kernel.core.tenancy import acting_for
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.domain.parting import give_on
from rt.services.core_orders.domain.portions import Stock, whole
from rt.services.core_orders.domain.states import EXECUTION
from rt.trade.money import shared_out

HUBS = [
    make.site(f"Plateforme {city}", city, code) for city, code in (("Givors", "69700"), ("Rive", "42800"))
]
FIRST, LAST = make.pickup().site, make.delivery().site
PLACES = [FIRST, *HUBS, LAST]
SUB = LOGISTICIAN
"""Who carries legs in these tests."""


def stops(start: int, end: int) -> list[Any]:
    """A truck from one of the places to another, in good time."""
    at = make.MONDAY + timedelta(hours=6 * start)
    until = make.MONDAY + timedelta(hours=6 * max(end, start + 1))
    if end == len(PLACES) - 1:
        until = make.MONDAY + timedelta(days=1)
    return [
        make.pickup(site=PLACES[start], from_at=at, until_at=at + timedelta(hours=2)),
        make.delivery(site=PLACES[end], from_at=until, until_at=until + timedelta(hours=2)),
    ]


def leg(order_id: str, start: int, end: int, **more: Any) -> LegAsked:
    lines = [LineGiven(line=line, quantity=n) for line, n in more.pop("lines", {}).items()]
    load = LoadAsked(order_id=order_id, pickup_stop=0, delivery_stop=1, lines=lines)
    return LegAsked(stops=stops(start, end), loads=[load], **more)


def held_order(order_id: str = "ord_1", **more: Any) -> Order:
    order = make.order("assigned", consignee_id=None, logistician_id=None, **more)
    order.id = order_id
    return order


def given_on(orders: list[Order], *asked: LegAsked, number: int = 0) -> list[Order]:
    with acting_for(CARRIER):
        return give_on(
            {order.id: order for order in orders},
            author(CARRIER),
            asked,
            [f"leg_{number}_{n}" for n in range(len(asked))],
            [f"L{number}{n}" for n in range(len(asked))],
            {CARRIER: "Transports Martin"},
        )


LINES = [
    make.goods(quantity=33, pallets=7, weight_kg=1_000.001, volume_m3=3.333, value_cents=100_001),
    make.goods(quantity=5, pallets=5, weight_kg=77.7, volume_m3=0, value_cents=None),
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["give", "give", "give", "call off", "carry"]),
        st.integers(0, 3),
        st.integers(0, 3),
        st.dictionaries(st.integers(0, 1), st.integers(1, 33)),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=150)
@given(STEPS)
def test_what_legs_take_is_what_the_order_gave_them_to_the_last_gram(steps):
    """Whatever is given on, called off and carried: nothing is twice, nothing is lost, and it all adds up."""
    with held(make.MONDAY - timedelta(days=3)):
        order = held_order(goods=LINES, stops=[make.pickup(), make.delivery()])
        legs: list[Order] = []
        for number, (step, start, end, lines) in enumerate(steps):
            before = copy.deepcopy(order)
            try:
                if step == "give":
                    legs += given_on([order], leg(order.id, start, end, lines=lines), number=number)
                elif step == "call off" and legs:
                    legs[start % len(legs)].cancel(author(CARRIER), "non")
                elif step == "carry" and legs:
                    _carry(legs[start % len(legs)])
            except Refusal:
                order = before
            for one in legs:
                one.version += 1
                order.follow_leg(author(CARRIER), one)
            standing = [one for one in legs if one.state != "cancelled"]
            _adds_up(order, standing, called_off=len(standing) < len(legs))


def _carry(one: Order) -> None:
    with acting_for(CARRIER):
        if one.state == "confirmed":
            one.assign(author(CARRIER), make.partner(SUB), 10_000)
        one.report(author(SUB), "in_transit" if one.state == "assigned" else "delivered", False)


def _adds_up(order: Order, legs: list[Order], called_off: bool) -> None:
    portions = [portion for one in legs for load in one.parents for portion in load.portions]
    for number, line in enumerate(order.goods):
        everything = whole(line)
        loose = [stock[number] for stock in order.loose_places().values() if number in stock]
        arrived = [one for one in portions if one.line == number and order.ends(one)]
        assert called_off or all(
            min(one.quantity, one.grams, one.pallets, one.cents or 0) >= 0 for one in loose
        )
        total = Stock(cents=None if everything.cents is None else 0)
        for one in [*loose, *arrived]:
            total = total.plus(one)
        assert total == everything, "what stands somewhere and what has arrived is the line"
        begun = [one for one in portions if one.line == number and order.begins(one)]
        if not loose and not called_off:
            assert sum(one.grams for one in begun) == sum(one.grams for one in arrived) == everything.grams
    for one in legs:
        carried = [portion for load in one.parents for portion in load.portions]
        assert one.weight_kg == pytest.approx(sum(part.grams for part in carried) / 1000)
        assert one.pallets == sum(part.pallets for part in carried)
        assert one.depth == order.depth + 1
    begun_by = [one for one in legs if any(order.begins(p) for p in one.parents[0].portions)]
    moving = any(one.state in ("in_transit", "delivered") for one in begun_by)
    assert (EXECUTION.index(order.state) >= EXECUTION.index("in_transit")) >= moving
    brought = sum(
        portion.quantity
        for one in legs
        if one.state == "delivered"
        for portion in one.parents[0].portions
        if order.ends(portion)
    )
    assert (order.state == "delivered") == (brought == sum(line.quantity for line in order.goods))


@given(st.integers(0, 10**9), st.lists(st.integers(0, 10**7), min_size=1, max_size=20))
def test_a_price_shared_by_weight_adds_up_and_is_fair_to_the_cent(cents, weights):
    shares = shared_out(cents, weights)
    assert sum(shares) == cents
    parts = weights if any(weights) else [1] * len(weights)
    assert all(abs(share - cents * part / sum(parts)) <= 1 for share, part in zip(shares, parts, strict=True))


def test_legs_are_at_most_five_levels_deep():
    with held(make.MONDAY - timedelta(days=3)), acting_for(CARRIER):
        order = held_order()
        for number in range(5):
            (below,) = given_on([order], leg(order.id, 0, 3), number=number)
            assert below.depth == number + 1
            below.carry(author(CARRIER), make.partner(CARRIER))
            order = below
        with pytest.raises(Refusal) as refused:
            order.refuse_held(author(CARRIER))
        assert refused.value.code == "chain_too_long"


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ([leg("ord_1", 1, 3)], "nothing_there", "legs.0.loads.0.pickup_stop"),
        ([leg("ord_1", 0, 3, lines={0: 11})], "not_there", "legs.0.loads.0.lines"),
        ([leg("ord_1", 0, 3, lines={7: 1})], "line_unknown", "legs.0.loads.0.lines"),
        ([leg("ord_1", 0, 2), leg("ord_1", 0, 3)], "nothing_there", "legs.1.loads.0.pickup_stop"),
        ([leg("ord_1", 0, 2), leg("ord_1", 2, 0)], "goes_back", "legs.1.loads.0.delivery_stop"),
        ([leg("ord_9", 0, 3)], "reference_unknown", "legs.0.loads.0.order_id"),
    ],
)  # fmt: skip
def test_a_leg_that_cannot_be_is_refused_by_its_field(asked, code, field):
    with held(make.MONDAY - timedelta(days=3)):
        order = held_order()
        with pytest.raises(Refusal) as refused:
            given_on([order], *asked)
        assert (refused.value.code, refused.value.field) == (code, field)


def test_a_truck_that_leaves_before_the_goods_come_is_refused():
    with held(make.MONDAY - timedelta(days=3)):
        order = held_order()
        late = stops(0, 1)
        at = make.MONDAY + timedelta(hours=20)
        late[1] = msgspec.structs.replace(late[1], from_at=at, until_at=at)
        first = msgspec.structs.replace(leg(order.id, 0, 1), stops=late)
        with pytest.raises(Refusal) as refused:
            given_on([order], first, leg(order.id, 1, 3))
        assert refused.value.code == "leaves_before_arrival"


def test_whole_consignments_travel_under_their_notes_and_parts_under_their_own():
    with held(make.MONDAY - timedelta(days=3)):
        one, two = held_order(), held_order("ord_2")
        both = LegAsked(
            stops=stops(0, 3),
            loads=[LoadAsked(order_id=o, pickup_stop=0, delivery_stop=1) for o in ("ord_1", "ord_2")],
        )
        (leg_of_both,) = given_on([one, two], both)
        assert (leg_of_both.note, one.note, two.note) == ("parents", "own", "own")
        parted = held_order("ord_3")
        halves = [leg("ord_3", 0, 3, lines={0: 4}), leg("ord_3", 0, 3, lines={0: 6})]
        assert {made.note for made in given_on([parted], *halves)} == {"own"}
        assert parted.note == "legs"
        rest = held_order("ord_4")
        given_on([rest], leg("ord_4", 0, 1))
        with pytest.raises(Refusal) as refused:
            given_on([rest], leg("ord_4", 1, 3, lines={0: 4}), number=1)
        assert refused.value.code == "part_under_one_note"


def test_an_order_on_two_trucks_is_delivered_with_the_second():
    with held(make.MONDAY - timedelta(days=3)):
        order = held_order()
        halves = given_on([order], leg(order.id, 0, 3, lines={0: 4}), leg(order.id, 0, 3, lines={0: 6}))
        states = []
        for one in (halves[0], halves[0], halves[1], halves[1]):
            _carry(one)
            one.version += 1
            order.follow_leg(author(CARRIER), one)
            states.append(order.state)
        assert states == ["in_transit", "in_transit", "in_transit", "delivered"]


def test_an_order_that_is_called_off_leaves_the_truck_to_the_others():
    with held(make.MONDAY - timedelta(days=3)):
        one, two = held_order(), held_order("ord_2", goods=[make.goods(quantity=3, weight_kg=300, pallets=3)])
        both = LegAsked(
            stops=stops(0, 3),
            loads=[LoadAsked(order_id=o, pickup_stop=0, delivery_stop=1) for o in ("ord_1", "ord_2")],
        )
        (shared,) = given_on([one, two], both)
        assert shared.lose_parent(author(CARRIER), "ord_1")
        assert (shared.weight_kg, shared.pallets) == (300, 3)
        assert [load.order_id for load in shared.parents] == ["ord_2"]
        assert [stop.lines for stop in shared.stops] == [[0], [0]]
        assert not shared.lose_parent(author(CARRIER), "ord_2")


# Through the running unit.


async def held_by(web, **more: Any) -> tuple[str, int]:
    """An order that CARRIER has from SHIPPER; its identity and version."""
    order_id = await confirmed(web(), consignee_id=CONSIGNEE, logistician_id=None, **more)
    version = (await seen(web(), order_id))["version"]
    given = await post(web(), f"{order_id}/assign", carrier_id=CARRIER, agreed_cents=80_000, version=version)
    return order_id, given["version"]


async def seen(client, order_id: str) -> dict[str, Any]:
    answer = await client.get(f"/api/orders/{order_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def subcontract(web, orders: list[tuple[str, int]], *legs: LegAsked, **headers: str) -> Any:
    said = {
        "orders": [{"order_id": order_id, "version": version} for order_id, version in orders],
        "legs": msgspec.to_builtins(list(legs)),
    }
    return await web(CARRIER).post("/api/orders/legs", json=said, headers=headers)


async def test_an_order_goes_on_in_two_legs_and_follows_them(web, orders):
    order_id, version = await held_by(web, client_id=CLIENT, shipper_id=SENDER)
    made = await subcontract(
        web, [(order_id, version)], leg(order_id, 0, 1, buy_cents=30_000), leg(order_id, 1, 3)
    )
    assert made.status_code == 201, made.text
    first, second = made.json()["order_ids"]
    view = await seen(web(CARRIER), first)
    assert (view["state"], view["owned"], view["parents"][0]["order_id"]) == ("confirmed", True, order_id)
    for one, price in ((first, 30_000), (second, 25_000)):
        version = (await seen(web(CARRIER), one))["version"]
        await post(web(CARRIER), f"{one}/assign", carrier_id=SUB, agreed_cents=price, version=version)
    await orders.settle()
    chain = (await seen(web(CLIENT), order_id))["chain"]
    assert [(one["level"], one["carrier_name"], one["delivery_city"]) for one in chain] == [
        (1, f"Maison {SUB}", "Givors"),
        (1, f"Maison {SUB}", "Saint-Étienne"),
    ]
    file = (await web(CARRIER).get(f"/api/orders/{order_id}/file")).json()
    assert (file["sold_cents"], file["cost_cents"], file["margin_cents"]) == (80_000, 55_000, 25_000)
    assert file["whole"]
    await post(web(SUB), f"{first}/plan", vehicle_plate="AA-001-AA")
    await orders.settle()
    planned = await seen(web(), order_id)
    assert (planned["state"], planned["plan"]["vehicle_plate"]) == ("planned", "AA-001-AA")
    await post(web(SUB), f"{first}/progress", reached="in_transit")
    await orders.settle()
    assert (await seen(web(), order_id))["state"] == "in_transit"
    await post(web(SUB), f"{first}/progress", reached="delivered")
    await orders.settle()
    assert (await seen(web(), order_id))["state"] == "in_transit"
    await post(web(SUB), f"{second}/progress", reached="delivered", with_reserves=True)
    await orders.settle()
    ended = await seen(web(), order_id)
    assert (ended["state"], ended["with_reserves"]) == ("delivered", True)


async def test_whoever_gave_an_order_on_says_where_its_legs_are_and_the_order_follows(web):
    order_id, version = await held_by(web)
    await subcontract(web, [(order_id, version)], leg(order_id, 0, 3))
    assert "ReportProgress" not in (await seen(web(CARRIER), order_id))["may"]
    path = f"/api/orders/{order_id}/progress"
    refused = await web(CARRIER).post(path, json={"reached": "delivered"})
    assert (refused.status_code, refused.json()["code"]) == (409, "follows_its_legs")
    assert (await seen(web(), order_id))["state"] == "assigned"
    assert (await web(SUB).post(path, json={"reached": "delivered"})).status_code in (403, 404)
    assert (await web().post(path, json={"reached": "in_transit"})).status_code == 200


@pytest.mark.parametrize("org", [SHIPPER, CLIENT, SENDER, CONSIGNEE, SUB])
async def test_the_file_is_its_holders_alone_and_legs_are_between_two(web, org):
    order_id, version = await held_by(web, client_id=CLIENT, shipper_id=SENDER)
    made = (await subcontract(web, [(order_id, version)], leg(order_id, 0, 3))).json()
    assert (await web(org).get(f"/api/orders/{order_id}/file")).status_code in (403, 404)
    assert (await web(org).get(f"/api/orders/{made['order_ids'][0]}")).status_code == 404
    said = {
        "orders": [{"order_id": order_id, "version": version}],
        "legs": [msgspec.to_builtins(leg(order_id, 0, 3))],
    }
    assert (await web(org).post("/api/orders/legs", json=said)).status_code in (403, 409, 422)


async def test_what_goes_on_own_trucks_has_no_price_and_the_margin_is_before_it(web):
    order_id, version = await held_by(web)
    made = await subcontract(web, [(order_id, version)], leg(order_id, 0, 1), leg(order_id, 1, 3))
    first, second = made.json()["order_ids"]
    version = (await seen(web(CARRIER), first))["version"]
    await post(web(CARRIER), f"{first}/assign", carrier_id=SUB, agreed_cents=30_000, version=version)
    version = (await seen(web(CARRIER), second))["version"]
    await post(web(CARRIER), f"{second}/carry", version=version)
    file = (await web(CARRIER).get(f"/api/orders/{order_id}/file")).json()
    assert [(one["own"], one["cost_cents"]) for one in file["legs"]] == [(False, 30_000), (True, None)]
    assert (file["cost_cents"], file["margin_cents"]) == (30_000, 50_000)


async def test_an_order_called_off_takes_its_legs_with_it_that_have_not_begun(web, orders):
    order_id, version = await held_by(web)
    made = await subcontract(web, [(order_id, version)], leg(order_id, 0, 1), leg(order_id, 1, 3))
    await orders.settle()
    version = (await seen(web(), order_id))["version"]
    await post(web(), f"{order_id}/cancel", version=version, reason="plus besoin")
    await orders.settle()
    for one in made.json()["order_ids"]:
        assert (await seen(web(CARRIER), one))["state"] == "cancelled"


async def test_a_leg_called_off_gives_its_goods_back_to_be_given_on(web, orders):
    order_id, version = await held_by(web)
    made = await subcontract(web, [(order_id, version)], leg(order_id, 0, 3))
    (one,) = made.json()["order_ids"]
    version = (await seen(web(CARRIER), one))["version"]
    await post(web(CARRIER), f"{one}/cancel", version=version, reason="camion en panne")
    await orders.settle()
    file = (await web(CARRIER).get(f"/api/orders/{order_id}/file")).json()
    assert (file["whole"], file["loose"][0]["quantity"], file["loose"][0]["place"]) == (False, 10, FIRST.name)
    again = await subcontract(web, [(order_id, file["version"])], leg(order_id, 0, 3))
    assert again.status_code == 201, again.text


async def test_what_a_leg_takes_that_nobody_brings_any_more_is_awaited_until_another_does(web, orders):
    order_id, version = await held_by(web)
    made = await subcontract(web, [(order_id, version)], leg(order_id, 0, 1), leg(order_id, 1, 3))
    first, _ = made.json()["order_ids"]
    version = (await seen(web(CARRIER), first))["version"]
    await post(web(CARRIER), f"{first}/cancel", version=version, reason="camion en panne")
    await orders.settle()
    file = (await web(CARRIER).get(f"/api/orders/{order_id}/file")).json()
    assert [(one["place"], one["quantity"]) for one in file["loose"]] == [(FIRST.name, 10)]
    assert [(one["place"], one["quantity"]) for one in file["awaited"]] == [(HUBS[0].name, 10)]
    assert (file["whole"], file["margin_cents"]) == (False, None)
    await subcontract(web, [(order_id, file["version"])], leg(order_id, 0, 1))
    file = (await web(CARRIER).get(f"/api/orders/{order_id}/file")).json()
    assert (file["whole"], file["loose"], file["awaited"]) == (True, [], [])


async def test_a_carrier_that_is_sent_away_leaves_its_legs_to_nobody(web, orders):
    order_id, version = await held_by(web)
    made = await subcontract(web, [(order_id, version)], leg(order_id, 0, 3))
    await orders.settle()
    version = (await seen(web(), order_id))["version"]
    await post(web(), f"{order_id}/release", version=version, reason="trop tard")
    await orders.settle()
    assert (await seen(web(CARRIER), made.json()["order_ids"][0]))["state"] == "cancelled"
    view = await seen(web(), order_id)
    assert (view["state"], view["chain"]) == ("confirmed", [])


async def test_two_who_give_the_same_goods_on_at_once_do_it_once(web, orders):
    order_id, version = await held_by(web)
    answers = await asyncio.gather(
        *(subcontract(web, [(order_id, version)], leg(order_id, 0, 3)) for _ in range(4))
    )
    assert sorted(one.status_code for one in answers) == [201, 409, 409, 409], [one.text for one in answers]
    rows = (await web(CARRIER).get("/api/orders")).json()["items"]
    assert sum(row["is_leg"] for row in rows) == 1


async def test_a_repeat_makes_no_second_legs(web):
    order_id, version = await held_by(web)
    once = await subcontract(
        web, [(order_id, version)], leg(order_id, 0, 3), **{"Idempotency-Key": "k-legs-1"}
    )
    again = await subcontract(
        web, [(order_id, version)], leg(order_id, 0, 3), **{"Idempotency-Key": "k-legs-1"}
    )
    assert (again.status_code, again.json()) == (201, once.json())
    assert len((await web(CARRIER).get("/api/orders")).json()["items"]) == 2


async def test_what_legs_carry_is_not_changed_beside_them(web):
    order_id, version = await held_by(web)
    made = await subcontract(web, [(order_id, version)], leg(order_id, 0, 3))
    (one,) = made.json()["order_ids"]
    goods = msgspec.to_builtins([make.goods(quantity=2)])
    read = {"if-match": f'"{(await seen(web(CARRIER), one))["version"]}"'}
    refused = await web(CARRIER).patch(f"/api/orders/{one}", json={"goods": goods}, headers=read)
    assert (refused.status_code, refused.json()["code"]) == (409, "goods_of_others")
    said = {"version": (await seen(web(), order_id))["version"], "reason": "plus", "goods": goods}
    refused = await web().post(f"/api/orders/{order_id}/changes", json=said)
    assert (refused.status_code, refused.json()["code"]) == (409, "given_on")


async def test_an_order_on_a_truck_of_the_carriers_own_is_not_given_on(web):
    order_id, _ = await held_by(web)
    planned = await post(web(CARRIER), f"{order_id}/plan", vehicle_plate="AA-001-AA")
    refused = await subcontract(web, [(order_id, planned["version"])], leg(order_id, 0, 3))
    assert (refused.status_code, refused.json()["code"]) == (409, "own_truck_planned")


async def test_legs_are_listed_for_their_owner_alone(web):
    order_id, version = await held_by(web)
    (leg_id,) = (await subcontract(web, [(order_id, version)], leg(order_id, 0, 3))).json()["order_ids"]
    read = (await seen(web(CARRIER), leg_id))["version"]
    await post(web(CARRIER), f"{leg_id}/assign", carrier_id=SUB, agreed_cents=1_000, version=read)

    async def listed(org: str) -> list[str]:
        found = (await web(org).get("/api/orders", params={"legs": "true"})).json()["items"]
        return [one["order_id"] for one in found]

    assert await listed(CARRIER) == [leg_id]
    assert await listed(SUB) == [], "whoever carries it does not know that it is one"
    assert await listed(SHIPPER) == []
