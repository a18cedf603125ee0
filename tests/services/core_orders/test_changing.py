"""Changes of an order on which others count: by consent of each that agreed on it, with its price, or not."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.core_orders import make
from tests.services.core_orders.conftest import GUEST
from tests.services.core_orders.make import CARRIER, CLIENT, CONSIGNEE, SENDER, SHIPPER, STRANGER, author
from tests.services.core_orders.test_api import assigned, confirmed, post

from rt.contracts.core_orders import RequestChange
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Refusal
from rt.kernel.core.tenancy import acting_for

LATER = make.MONDAY + timedelta(days=3)


def later() -> list[dict[str, Any]]:
    """The same stops some days later."""
    at = LATER
    stops = [make.pickup(from_at=at, until_at=at), make.delivery(from_at=at, until_at=at)]
    return msgspec.to_builtins(stops)


async def view(client, order_id):
    answer = await client.get(f"/api/orders/{order_id}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def ask(client, order_id, **said) -> Any:
    """The answer to a change that is asked for of the order as it stands."""
    said = {"version": (await view(client, order_id))["version"], "reason": "le client décale"} | said
    return await client.post(f"/api/orders/{order_id}/changes", json=said)


async def asked(client, order_id, **said) -> str:
    answer = await ask(client, order_id, **said)
    assert answer.status_code == 201, answer.text
    return answer.json()["changes"][-1]["change_id"]


async def test_a_change_holds_once_the_other_side_agrees_and_both_versions_are_shown(web, orders):
    order_id = await assigned(web())
    change_id = await asked(web(), order_id, stops=later(), agreed_cents=85_000)
    before = await view(web(CARRIER), order_id)
    (change,) = before["changes"]
    assert (change["state"], change["for_me"], change["mine"]) == ("open", True, False)
    assert (change["before"]["agreed_cents"], change["after"]["agreed_cents"]) == (80_000, 85_000)
    assert change["before"]["stops"][0]["from_at"] != change["after"]["stops"][0]["from_at"]
    assert before["pickup_from"] == change["before"]["stops"][0]["from_at"], "nothing holds yet"
    (row,) = (await web(CARRIER).get("/api/orders")).json()["items"]
    assert row["change_for_me"]
    assert {"AcceptChange", "RefuseChange"} <= set(before["may"])
    after = await post(web(CARRIER), f"{order_id}/changes/{change_id}/accept")
    assert (after["changes"][0]["state"], after["agreed_cents"]) == ("agreed", 85_000)
    assert after["pickup_from"] == change["after"]["stops"][0]["from_at"]
    (told,) = await orders.emitted("core_orders.order.amended")
    assert (told["parts"], told["order"]["stops"][0]["from_at"]) == (
        ["stops", "price"],
        after["pickup_from"],
    )


async def test_all_that_agreed_on_it_are_asked_and_a_guest_client_is_not(web):
    order_id = await confirmed(web(), client_id=CLIENT, shipper_id=SENDER)
    await post(web(), f"{order_id}/assign", carrier_id=CARRIER, agreed_cents=1, version=2)
    change_id = await asked(web(CLIENT), order_id, stops=later())
    assert set((await view(web(), order_id))["changes"][0]["asked_of"]) == {"owner", "carrier"}
    await post(web(CARRIER), f"{order_id}/changes/{change_id}/accept")
    assert (await view(web(CLIENT), order_id))["changes"][0]["state"] == "open"
    again = await web(CARRIER).post(f"/api/orders/{order_id}/changes/{change_id}/accept")
    assert again.status_code == 409
    await post(web(), f"{order_id}/changes/{change_id}/accept")
    assert (await view(web(CLIENT), order_id))["changes"][0]["state"] == "agreed"
    of_guest = await confirmed(web(), client_id=GUEST, reference="G")
    await post(web(), f"{of_guest}/assign", carrier_id=CARRIER, agreed_cents=1, version=2)
    await asked(web(), of_guest, stops=later())
    assert (await view(web(), of_guest))["changes"][0]["asked_of"] == ["carrier"]


async def test_whoever_carries_its_own_order_for_a_guest_changes_it_at_once(web, orders):
    order_id = await confirmed(web(CARRIER), client_id=GUEST)
    await post(web(CARRIER), f"{order_id}/carry", version=2)
    after = await ask(web(CARRIER), order_id, stops=later(), sell_cents=95_000)
    assert (after.json()["changes"][0]["state"], after.json()["sell_cents"]) == ("agreed", 95_000)
    assert len(await orders.emitted("core_orders.order.amended")) == 1
    assert await orders.emitted("core_orders.change.requested") == []


@pytest.mark.parametrize(("how", "state"), [("refuse", "refused"), ("withdraw", "withdrawn")])
async def test_what_is_refused_or_taken_back_leaves_the_order_as_it_was(web, orders, how, state):
    order_id = await assigned(web())
    before = await view(web(), order_id)
    change_id = await asked(web(), order_id, stops=later())
    client, said = (web(CARRIER), {"reason": "pas de camion"}) if how == "refuse" else (web(), {})
    other = web() if how == "refuse" else web(CARRIER)
    path = f"/api/orders/{order_id}/changes/{change_id}/{how}"
    assert (await other.post(path, json=said)).status_code == 409
    after = await post(client, f"{order_id}/changes/{change_id}/{how}", **said)
    assert after["changes"][0]["state"] == state
    assert after["stops"] == before["stops"]
    (told,) = await orders.emitted("core_orders.change.closed")
    assert (told["outcome"], told["asked_by"], told["asked_of"]) == (state, "owner", ["carrier"])
    assert (await client.post(path, json=said)).status_code == 409


async def test_one_change_at_a_time_that_changes_something_of_the_order_as_it_was_read(web):
    order_id = await assigned(web())
    read = await view(web(), order_id)
    same = await ask(web(), order_id, stops=read["stops"])
    assert (same.status_code, same.json()["code"]) == (422, "changes_nothing")
    bare = [{**stop, "site": {**stop["site"], "latitude": None, "longitude": None}} for stop in read["stops"]]
    assert (await ask(web(), order_id, stops=bare)).json()["code"] == "changes_nothing"
    assert (await ask(web(), order_id, stops=later(), version=1)).status_code == 409
    await asked(web(), order_id, stops=later())
    second = await ask(web(CARRIER), order_id, instructions="Sonner")
    assert (second.status_code, second.json()["code"]) == (409, "change_pending")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"stops": []}, "stops"),
        ({"goods": []}, "goods"),
        ({"stops": [{**one, "from_at": None, "until_at": None} for one in later()]}, "stops.0.from_at"),
        ({"requirements": ["adr"]}, "goods.0.un_number"),
    ],
)
async def test_what_the_order_cannot_become_is_refused_by_its_field_before_anybody_is_asked(web, said, field):
    order_id = await assigned(web())
    refused = await ask(web(), order_id, **said)
    assert refused.status_code == 422, refused.text
    assert field in [one["field"] for one in refused.json()["errors"]]
    assert (await view(web(), order_id))["changes"] == []


async def test_a_price_is_proposed_by_those_between_whom_it_stands_and_seen_by_no_others(web):
    order_id = await confirmed(web(), client_id=CLIENT)
    await post(web(), f"{order_id}/assign", carrier_id=CARRIER, agreed_cents=70_000, version=2)
    for org, price in ((CARRIER, "sell_cents"), (CLIENT, "agreed_cents")):
        refused = await ask(web(org), order_id, **{price: 1})
        assert (refused.status_code, refused.json()["code"]) == (403, "price_of_others")
    await asked(web(), order_id, agreed_cents=75_000, sell_cents=99_000, goods=[goods_of_value()])
    seen = {org: (await view(web(org), order_id))["changes"] for org in (SHIPPER, CLIENT, CARRIER)}
    prices = {org: (one["after"]["agreed_cents"], one["after"]["sell_cents"]) for org, (one,) in seen.items()}
    assert prices == {SHIPPER: (75_000, 99_000), CLIENT: (None, 99_000), CARRIER: (75_000, None)}
    for org in (CONSIGNEE, make.LOGISTICIAN):
        assert (await view(web(org), order_id))["changes"] is None


@pytest.mark.parametrize(
    ("price", "by", "other", "third"),
    [("agreed_cents", CARRIER, SHIPPER, CLIENT), ("sell_cents", CLIENT, SHIPPER, CARRIER)],
)
async def test_of_a_price_alone_the_third_hears_nothing_and_has_no_say(web, orders, price, by, other, third):
    order_id = await confirmed(web(), client_id=CLIENT)
    await post(web(), f"{order_id}/assign", carrier_id=CARRIER, agreed_cents=70_000, version=2)
    change_id = await asked(web(by), order_id, **{price: 75_000})
    assert (await view(web(third), order_id))["changes"] == []
    refused = await web(third).post(f"/api/orders/{order_id}/changes/{change_id}/accept")
    assert refused.status_code in (409, 422)
    after = await post(web(other), f"{order_id}/changes/{change_id}/accept")
    assert (after["changes"][0]["state"], after[price]) == ("agreed", 75_000)
    (told,) = await orders.emitted("core_orders.order.amended")
    assert "owner" in told["between"]
    assert len(told["between"]) == 2


async def test_who_carries_next_does_not_see_what_was_agreed_with_who_carried_before(web):
    order_id = await assigned(web())
    change_id = await asked(web(), order_id, stops=later(), agreed_cents=85_000)
    await post(web(CARRIER), f"{order_id}/changes/{change_id}/accept")
    released = await web().post(
        f"/api/orders/{order_id}/release",
        json={"reason": "panne", "version": (await view(web(), order_id))["version"]},
    )
    assert released.status_code == 200, released.text
    read = await view(web(), order_id)
    said = {"carrier_id": GUEST, "agreed_cents": 90_000, "version": read["version"]}
    await post(web(), f"{order_id}/assign", **said)
    assert (await view(web(GUEST), order_id))["changes"] == []
    assert len((await view(web(), order_id))["changes"]) == 1


def goods_of_value():
    return msgspec.to_builtins(make.goods(value_cents=123))


@pytest.mark.parametrize("org", [CONSIGNEE, make.LOGISTICIAN, STRANGER])
async def test_whoever_did_not_agree_on_it_neither_asks_nor_answers(web, org):
    order_id = await assigned(web())
    change_id = await asked(web(), order_id, stops=later())
    path = f"/api/orders/{order_id}/changes"
    said = {"version": 4, "reason": "x", "instructions": "y"}
    assert (await web(org).post(path, json=said)).status_code in (403, 404)
    assert (await web(org).post(f"{path}/{change_id}/accept")).status_code in (403, 404)


def test_once_loaded_only_what_lies_ahead_changes():
    with held(make.MONDAY - timedelta(days=3)), acting_for(SHIPPER):
        order = make.order("in_transit")
        for said in (
            {"goods": [make.goods(pallets=4)]},
            {"stops": [make.pickup(from_at=LATER), make.delivery()]},
        ):
            with pytest.raises(Refusal) as refused:
                order.request_change(author(), wanted(order, **said), "chg_1", [CARRIER])
            assert refused.value.code == "already_loaded"
        at = LATER
        stops = [
            order.stops[0],
            make.delivery(from_at=at, until_at=at, site=make.site("Lyon", "Lyon", "69007")),
        ]
        order.request_change(author(), wanted(order, stops=stops), "chg_1", [CARRIER])
        order.accept_change(author(CARRIER), "chg_1")
        assert order.delivery.site.address.city == "Lyon"


def wanted(order, **said) -> RequestChange:
    return RequestChange(order_id=order.id, version=order.version, reason="r", **said)


@pytest.mark.parametrize("ending", ["release", "cancel", "deliver"])
def test_a_change_nobody_answered_lapses_with_what_it_was_about(ending):
    with held(make.MONDAY - timedelta(days=3)), acting_for(SHIPPER):
        order = make.order("planned")
        order.request_change(author(), wanted(order, instructions="Sonner"), "chg_1", [CARRIER])
        if ending == "deliver":
            order.report(author(CARRIER), "delivered", False)
        else:
            getattr(order, ending)(author(), "plus besoin")
        assert order.changes[0].state == "lapsed"
        assert [type(one).__name__ for one in order.emitted].count("ChangeClosed") == 1
        assert order.instructions == ""


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["ask", "accept", "refuse", "withdraw", "load", "deliver"]),
        st.sampled_from([SHIPPER, CLIENT, CARRIER]),
        st.integers(1, 9),
    ),
    max_size=12,
)


@given(STEPS)
def test_an_order_is_changed_by_what_all_agreed_to_and_by_nothing_else(steps):
    """Whatever is asked, answered and driven, in any order, by anybody."""
    with held(make.MONDAY - timedelta(days=3)), acting_for(SHIPPER):
        order = make.order("planned", client_id=CLIENT)
        consents: set[str] = set()
        holds = order.instructions
        for number, (step, org, figure) in enumerate(steps):
            by, open_before = author(org), order.open_change
            try:
                match step:
                    case "ask":
                        said = wanted(order, instructions=f"Quai {figure}")
                        order.request_change(by, said, f"chg_{number}", [SHIPPER, CLIENT, CARRIER])
                        consents = {org}
                    case "accept":
                        order.accept_change(by, open_before.change_id if open_before else "chg_x")
                        consents.add(org)
                        if consents == {SHIPPER, CLIENT, CARRIER}:
                            holds = open_before.after.instructions
                    case "refuse":
                        order.refuse_change(by, open_before.change_id if open_before else "chg_x", "non")
                    case "withdraw":
                        order.withdraw_change(by, open_before.change_id if open_before else "chg_x")
                    case "load":
                        order.report(author(CARRIER), "in_transit", False)
                    case "deliver":
                        order.report(author(CARRIER), "delivered", False)
            except Refusal:
                pass
            assert order.instructions == holds
            assert sum(one.state == "open" for one in order.changes) <= 1
        amended = [one for one in order.emitted if type(one).__name__ == "OrderAmended"]
        assert len(amended) == sum(one.state == "agreed" for one in order.changes)
