"""Orders given on in legs as life goes: many goods, several pickups, second thoughts, late events."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from tests.services.core_orders import make
from tests.services.core_orders.make import CARRIER, CLIENT, CONSIGNEE, SENDER, SHIPPER, STRANGER, author
from tests.services.core_orders.test_api import accept, post
from tests.services.core_orders.test_legs import (
    HUBS,
    SUB,
    given_on,
    held_by,
    held_order,
    leg,
    seen,
    stops,
    subcontract,
)

from rt.contracts.core_orders import (
    ChainChanged,
    LegAsked,
    LegMoved,
    LineGiven,
    LoadAsked,
    OrderPlanned,
    OrderSummary,
    PlanView,
)
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Refusal
from rt.kernel.core.tenancy import acting_for
from rt.services.core_orders.domain.legs import LEGS_KEPT
from rt.services.core_orders.domain.order import Order

EARLY = make.MONDAY - timedelta(days=3)


def loads(*order_ids: str) -> list[LoadAsked]:
    return [LoadAsked(order_id=one, pickup_stop=0, delivery_stop=1) for one in order_ids]


def followed(order: Order, one: Order) -> None:
    one.version += 1
    order.follow_leg(author(CARRIER), one)


def test_a_leg_has_no_more_goods_lines_than_an_order():
    """Whoever hears of it could not read more."""
    with held(EARLY):
        lines = [make.goods(quantity=1, weight_kg=1, pallets=0) for _ in range(60)]
        orders = [held_order(f"ord_{n}", goods=lines) for n in (1, 2)]
        with pytest.raises(Refusal) as refused:
            given_on(orders, LegAsked(stops=stops(0, 3), loads=loads("ord_1", "ord_2")))
        assert (refused.value.code, refused.value.field) == ("too_many_lines", "legs.0.loads")


def test_all_of_an_order_with_several_pickups_travels_under_its_note_on_one_truck():
    with held(EARLY):
        places = stops(0, 3)
        second = make.pickup(site=HUBS[0], lines=[1])
        calls = [msgspec.structs.replace(places[0], lines=[0]), second, places[1]]
        order = held_order(goods=[make.goods(weight_kg=400, pallets=1)] * 2, stops=calls)
        asked = [
            LoadAsked(order_id="ord_1", pickup_stop=0, delivery_stop=2),
            LoadAsked(order_id="ord_1", pickup_stop=1, delivery_stop=2),
        ]
        plain = [msgspec.structs.replace(one, lines=[]) for one in calls]
        (one,) = given_on([order], LegAsked(stops=plain, loads=asked))
        assert (one.note, order.note) == ("parents", "own")


def test_two_parts_of_a_line_on_one_truck_are_all_of_it():
    with held(EARLY):
        order = held_order()
        parts = [
            LoadAsked(order_id="ord_1", pickup_stop=0, delivery_stop=1, lines=[LineGiven(line=0, quantity=n)])
            for n in (4, 6)
        ]
        (one,) = given_on([order], LegAsked(stops=stops(0, 3), loads=parts))
        assert (one.note, order.note) == ("parents", "own")


def test_an_order_whose_parts_are_called_off_has_its_own_note_again():
    with held(EARLY):
        order = held_order()
        halves = given_on([order], leg("ord_1", 0, 3, lines={0: 4}), leg("ord_1", 0, 3, lines={0: 6}))
        for one in halves:
            one.cancel(author(CARRIER), "non")
            followed(order, one)
        assert (order.given_on, order.note) == (False, "own")


def test_an_order_that_is_given_on_is_not_planned_beside_its_legs():
    """By hand it is refused as it is not offered; a tour that was published before comes too late."""
    with held(EARLY):
        order = held_order()
        given_on([order], leg("ord_1", 0, 3))
        plan = PlanView(vehicle_plate="AA-001-AA", driver_name="Jo", tour_id="tur_1")
        assert "PlanOrder" not in order.may(frozenset({"carrier"}), author(CARRIER))
        with pytest.raises(Refusal) as refused:
            order.plan_by_hand(author(CARRIER), plan)
        assert refused.value.code == "given_on"
        order.planned_on_tour(author(CARRIER), plan)
        assert (order.state, order.plan) == ("assigned", None)


def test_a_leg_that_is_planned_after_the_delivery_tells_nobody_that_a_truck_comes():
    with held(EARLY):
        order = held_order()
        (one,) = given_on([order], leg("ord_1", 0, 3))
        with acting_for(CARRIER):
            one.assign(author(CARRIER), make.partner(SUB), 10_000)
        order.report(author(), "delivered", False)
        order.emitted.clear()
        one.plan_by_hand(author(SUB), PlanView(vehicle_plate="AA-001-AA", driver_name="Jo"))
        followed(order, one)
        assert not [event for event in order.emitted if isinstance(event, OrderPlanned)]


def test_a_delivered_order_whose_legs_are_called_off_is_not_to_be_planned_again():
    with held(EARLY):
        order = held_order()
        (one,) = given_on([order], leg("ord_1", 0, 3))
        order.report(author(), "delivered", False)
        order.emitted.clear()
        one.cancel(author(CARRIER), "porté à la main")
        followed(order, one)
        assert not [event for event in order.emitted if isinstance(event, ChainChanged)]


def shared(*more: Any) -> tuple[Order, Order, Order]:
    """Two orders and the leg that carries both."""
    one, two = held_order(), held_order("ord_2", goods=[make.goods(quantity=3, weight_kg=300, pallets=3)])
    (both,) = given_on([one, two], LegAsked(stops=stops(0, 3), loads=loads("ord_1", "ord_2")))
    return one, two, both


def test_a_shared_leg_that_is_given_on_itself_takes_up_what_is_left_anew():
    """What its legs have is counted by its lines, which are others now."""
    with held(EARLY):
        _, _, both = shared()
        both.carry(author(CARRIER), make.partner(CARRIER))
        both.id = "leg_both"
        (below,) = given_on([both], leg("leg_both", 0, 3, lines={}), number=1)
        both.emitted.clear()
        assert both.lose_parent(author(CARRIER), "ord_1")
        assert (both.given_on, both.legs, both.note, both.state) == (False, [], "parents", "assigned")
        told = [event for event in both.emitted if isinstance(event, ChainChanged)]
        assert [(one.dropped, one.order.legs) for one in told] == [([below.id], []), ([], [])]
        assert {place: list(lines) for place, lines in both.loose_places().items()} == {
            next(iter(both.loose_places())): [0]
        }


def test_a_shared_leg_that_was_redated_loses_an_order_and_keeps_its_stops():
    """Stops that name no lines are all lines'."""
    with held(EARLY):
        _, _, both = shared()
        later = [
            msgspec.structs.replace(stop, lines=[], until_at=stop.until_at + timedelta(hours=1))
            for stop in both.stops
        ]
        both.take(author(CARRIER), {"stops": later}, "edited", {})
        assert both.lose_parent(author(CARRIER), "ord_1")
        assert [stop.lines for stop in both.stops] == [[0], [0]]


@pytest.mark.parametrize("lines", [[[0, 1], [1], [0]], [[0, 1], [0, 1], [1]]])
def test_what_boards_or_leaves_at_a_stop_of_a_leg_is_not_changed_beside_the_orders(lines):
    with held(EARLY):
        one, two = held_order(), held_order("ord_2", goods=[make.goods(weight_kg=300, pallets=3)])
        first, last = stops(0, 3)
        calls = [first, msgspec.structs.replace(last, site=HUBS[0]), last]
        asked = [
            LoadAsked(order_id="ord_1", pickup_stop=0, delivery_stop=1),
            LoadAsked(order_id="ord_2", pickup_stop=0, delivery_stop=2),
        ]
        (both,) = given_on([one, two], LegAsked(stops=calls, loads=asked))
        other = [msgspec.structs.replace(stop, lines=n) for stop, n in zip(both.stops, lines, strict=True)]
        with pytest.raises(Refusal) as refused:
            both.take(author(CARRIER), {"stops": other}, "edited", {})
        assert refused.value.code == "goods_of_others"


def test_whoever_gives_the_same_order_on_again_and_again_is_stopped():
    """Legs are kept with their order, those called off too: it must still be read and written."""
    with held(EARLY):
        order = held_order(goods=[make.goods(quantity=100_000, weight_kg=20_000, pallets=0)])
        for number in range(LEGS_KEPT):
            made = given_on([order], leg("ord_1", 0, 3, lines={0: 1}), number=number)
        with pytest.raises(Refusal) as refused:
            given_on([order], leg("ord_1", 0, 3, lines={0: 1}), number=LEGS_KEPT)
        assert refused.value.code == "too_many_legs"
        made[0].cancel(author(CARRIER), "non")
        followed(order, made[0])
        given_on([order], leg("ord_1", 0, 3, lines={0: 1}), number=LEGS_KEPT)
        assert len(order.legs) == LEGS_KEPT, "one that is called off makes room"


def test_a_chain_of_five_levels_with_many_legs_each_is_told_in_an_event_of_bounded_size():
    with held(EARLY):
        order = held_order(goods=[make.goods(quantity=1000, weight_kg=1000, pallets=0)])
        asked = [leg("ord_1", 0, 3, lines={0: 50}) for _ in range(20)]
        below = given_on([order], *asked)[0].summary_view()
        for known in order.legs:
            known.below = [
                msgspec.structs.replace(order.summary_view().legs[0], level=n % 4 + 1) for n in range(400)
            ]
        told = order.summary_view()
        assert len(told.legs) <= 200
        assert sum(one.level == 1 for one in told.legs) == 20, "its own legs come first"
        assert len(msgspec.json.encode(told)) < 300_000
        assert below.legs == []
        assert msgspec.json.decode(msgspec.json.encode(told), type=OrderSummary) == told


def test_a_leg_whose_driver_has_an_account_by_now_tells_it():
    """The plan reads as before; who signs on the road is another."""
    with held(EARLY):
        order = held_order()
        (one,) = given_on([order], leg("ord_1", 0, 3))
        with acting_for(CARRIER):
            one.assign(author(CARRIER), make.partner(SUB), 10_000)
        plan = PlanView(vehicle_plate="AA-001-AA", driver_name="Jo", tour_id="tur_1")
        one.planned_on_tour(author(SUB), plan)
        one.clear_emitted()
        one.planned_on_tour(author(SUB), plan, "usr_jo")
        assert [type(event) for event in one.emitted] == [LegMoved]


def test_what_becomes_of_a_leg_that_was_called_off_puts_nothing_back_to_be_planned():
    """Its carrier has planned the order by hand by then; the leg's own legs go one after the other."""
    with held(EARLY):
        order = held_order()
        (one,) = given_on([order], leg("ord_1", 0, 3))
        one.carry(author(CARRIER), make.partner(CARRIER))
        one.id = "leg_own"
        order.legs[0].order_id = "leg_own"
        (below,) = given_on([one], leg("leg_own", 0, 3), number=1)
        one.cancel(author(CARRIER), "non")
        followed(order, one)
        order.plan_by_hand(author(CARRIER), PlanView(vehicle_plate="AA-001-AA", driver_name="Jo"))
        order.clear_emitted()
        below.cancel(author(CARRIER), "non")
        followed(one, below)
        followed(order, one)
        assert not [event for event in order.emitted if isinstance(event, ChainChanged)]


def test_an_order_whose_truck_broke_down_at_the_quay_is_given_on_again():
    """The truck of a leg that was called off is nobody's plan any more."""
    with held(EARLY):
        order = held_order()
        (one,) = given_on([order], leg("ord_1", 0, 3))
        with acting_for(CARRIER):
            one.assign(author(CARRIER), make.partner(SUB), 10_000)
        one.plan_by_hand(author(SUB), PlanView(vehicle_plate="AA-001-AA", driver_name="Jo"))
        one.report(author(SUB), "loading", False)
        followed(order, one)
        assert order.state == "loading"
        one.cancel(author(CARRIER), "en panne")
        followed(order, one)
        assert (order.state, order.plan) == ("loading", None)
        assert "Subcontract" in order.may(frozenset({"carrier"}), author(CARRIER))
        order.refuse_held(author(CARRIER))
        given_on([order], leg("ord_1", 0, 3), number=1)


def test_a_leg_keeps_the_currency_of_what_it_carries():
    """Its price is added to those of the others."""
    with held(EARLY):
        (one,) = given_on([held_order()], leg("ord_1", 0, 3))
        with pytest.raises(Refusal) as refused:
            one.take(author(CARRIER), {"currency": "CHF"}, "edited", {})
        assert (refused.value.code, refused.value.field) == ("currency_of_others", "currency")


# Through the running unit.


async def chain(web, orders) -> tuple[str, str, str]:
    """An order of SHIPPER's for CLIENT that CARRIER gives to STRANGER, and STRANGER on to SUB."""
    order_id, version = await held_by(
        web, client_id=CLIENT, shipper_id=SENDER, sell_cents=912_341, goods=[make.goods(weight_kg=3_700)]
    )
    made = await subcontract(web, [(order_id, version)], leg(order_id, 0, 3, buy_cents=312_343))
    (first,) = made.json()["order_ids"]
    version = (await seen(web(CARRIER), first))["version"]
    offer = {"carrier_id": STRANGER, "price_cents": 312_344, "deadline": "2026-11-22T07:00:00Z"}
    await post(web(CARRIER), f"{first}/tender", **offer)
    await accept(web(STRANGER), first)
    said = {
        "orders": [{"order_id": first, "version": (await seen(web(STRANGER), first))["version"]}],
        "legs": [msgspec.to_builtins(leg(first, 0, 3))],
    }
    answer = await web(STRANGER).post("/api/orders/legs", json=said)
    assert answer.status_code == 201, answer.text
    (second,) = answer.json()["order_ids"]
    version = (await seen(web(STRANGER), second))["version"]
    await post(web(STRANGER), f"{second}/assign", carrier_id=SUB, agreed_cents=212_345, version=version)
    await orders.settle()
    return order_id, first, second


SECRETS = {
    "912341": {SHIPPER, CLIENT},
    "80000": {SHIPPER, CARRIER},
    "312343": {CARRIER},
    "312344": {CARRIER, STRANGER},
    "212345": {STRANGER, SUB},
}
"""Prices, each with those who may read it."""


async def test_each_level_of_a_chain_reads_its_own_prices_and_no_others(web, orders):
    with held(EARLY):
        chained = await chain(web, orders)
        for org in (SHIPPER, CLIENT, SENDER, CARRIER, STRANGER, SUB, CONSIGNEE):
            texts = [
                (await web(org).get("/api/orders")).text,
                (await web(org).get("/api/orders/export")).text,
            ]
            for order_id in chained:
                for path in ("", "/file", "/documents", "/exposure", "/emissions"):
                    texts.append((await web(org).get(f"/api/orders/{order_id}{path}")).text)
            for secret, readers in SECRETS.items():
                written = re.compile(rf"\b({secret}|{secret[:-2]}[.,]{secret[-2:]})\b")
                leaked = [text for text in texts if written.search(text)]
                assert not leaked or org in readers, (org, secret, leaked[0][:300])
            chain_seen = await web(org).get(f"/api/orders/{chained[0]}")
            if org in (SHIPPER, CLIENT, SENDER, CARRIER):
                assert [one["carrier_name"] for one in chain_seen.json()["chain"]] == [
                    f"Maison {STRANGER}",
                    f"Maison {SUB}",
                ]
        for org, order_id in ((STRANGER, chained[1]), (SUB, chained[2])):
            read = await web(org).get(f"/api/orders/{order_id}")
            assert chained[chained.index(order_id) - 1] not in read.text, "which order it is a leg of"
            assert f"Maison {CLIENT}" not in read.text


async def test_an_order_that_is_given_on_while_it_is_called_off_leaves_no_leg_behind(web, orders):
    for _ in range(3):
        order_id, version = await held_by(web)
        cancel = web().post(f"/api/orders/{order_id}/cancel", json={"version": version, "reason": "non"})
        answers = await asyncio.gather(subcontract(web, [(order_id, version)], leg(order_id, 0, 3)), cancel)
        assert sorted(one.status_code for one in answers) in ([200, 409], [201, 409], [200, 201])
        await orders.settle()
        state = (await seen(web(), order_id))["state"]
        rows = (await web(CARRIER).get("/api/orders")).json()["items"]
        legs = [row for row in rows if row["is_leg"] and row["state"] != "cancelled"]
        assert len(legs) == (state != "cancelled")
        for row in legs:
            await post(web(CARRIER), f"{row['order_id']}/cancel", version=row["version"], reason="non")
