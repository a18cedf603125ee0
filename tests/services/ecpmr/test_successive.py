"""Successive carriers on one note: who signs which leg, where goods change trucks, what was signed stays."""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.services.ecpmr import legs, make, pdf_text
from tests.services.ecpmr.conftest import GUEST
from tests.services.ecpmr.legs import SUBS, driver, leg, sign, travelling

from rt.contracts.core_orders import LegSummary, OrderCancelled, OrderPlanned, ParentOrder
from rt.contracts.ecpmr import DeliverySigned, HandoverSigned, ReserveGiven, TakeoverSigned
from rt.kernel.core.clock import held, now
from rt.kernel.core.errors import Refusal
from rt.services.ecpmr.actions.issuing import note_id
from rt.services.ecpmr.domain.note import Note

EVENING = make.MORNING + 12 * legs.LATER


@pytest.fixture(autouse=True)
def _evening(request: pytest.FixtureRequest) -> Any:
    """The domain's tests look back on their day; the service has a clock of its own."""
    with nullcontext() if "emit" in request.fixturenames else held(EVENING):
        yield


def told(note: Note, kind: type) -> list[Any]:
    return [one for one in note.emitted if isinstance(one, kind)]


def refused(note: Note, *args: Any, **more: Any) -> str:
    with pytest.raises(Refusal) as wrong:
        sign(note, *args, **more)
    return wrong.value.code


def test_each_carrier_takes_over_from_the_one_before_and_the_last_delivers():
    note = travelling()
    sign(note, "takeover", "sender", "carrier", who=driver(0))
    assert told(note, TakeoverSigned)[-1].leg_id == "leg_0"
    reserve = ReserveGiven(text="3 cartons éventrés", line=1, damaged_quantity=3)
    sign(note, "handover", "successor", "carrier", who=driver(1), hours=2, leg_id="leg_1", reserves=[reserve])
    sign(note, "handover", "successor", "carrier", who=driver(1), hours=4, leg_id="leg_2")
    sign(note, "delivery", "consignee", "carrier", who=driver(2), hours=8)
    moved = [(one.from_leg_id, one.to_leg_id, one.reserves) for one in told(note, HandoverSigned)]
    assert moved == [("leg_0", "leg_1", 1), ("leg_1", "leg_2", 0)]
    assert told(note, DeliverySigned)[-1].leg_id == "leg_2"
    assert note.faults() == []
    view = note.view("https://v.example")
    assert [(one.takes, one.gives) for one in view.legs] == [
        ("takeover", "handover"),
        ("handover", "handover"),
        ("handover", "delivery"),
    ]
    assert [one.by_party for one in view.reserves_made] == ["successor"]
    taker = note.acts[1].taker
    assert taker is not None
    assert taker.name == "Sous-traitant 1"


def test_an_officer_reads_the_plate_of_the_truck_that_has_the_goods():
    note = travelling()
    sign(note, "takeover", "carrier", who=driver(0))
    sign(note, "handover", "successor", who=driver(1), hours=2, leg_id="leg_1")
    page = note.officer_view("https://v.example")
    assert (page.vehicle_plate, page.trailer_plate) == ("AA-001-AA", "")
    assert {one.code: one.value for one in page.mentions}.get("vehicle_plate", "AA-001-AA") == "AA-001-AA"


def test_what_the_taker_signed_is_sealed_with_its_name_and_its_reserves():
    note = travelling()
    sign(note, "takeover", "carrier", who=driver(0))
    sign(note, "handover", "successor", who=driver(1), hours=2, leg_id="leg_1")
    taker = note.acts[1].taker
    assert taker is not None
    note.acts[1] = structs.replace(note.acts[1], taker=structs.replace(taker, name="Un autre"))
    assert note.faults() == ["act[1].taker.name"]


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (("handover", "successor", driver(1), "leg_1"), "not_taken_over"),
        (("takeover", "carrier", driver(1), ""), "may_not_sign"),
        (("delivery", "consignee", driver(0), ""), "not_taken_over"),
        (("handover", "successor", driver(1), "leg_9"), "reference_unknown"),
    ],
)
def test_nobody_takes_over_before_the_sender_has_given_the_goods(act, code):
    step, party, who, leg_id = act
    assert refused(travelling(), step, party, who=who, leg_id=leg_id) == code


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (("handover", "successor", driver(2), "leg_2"), "not_next_leg"),
        (("handover", "successor", driver(2), "leg_1"), "may_not_sign"),
        (("delivery", "consignee", make.RECEIVER, ""), "handover_missing"),
        (("handover", "consignee", driver(1), "leg_1"), "wrong_party"),
        (("handover", "successor", make.RECEIVER, "leg_1"), "may_not_sign"),
    ],
)
def test_goods_are_taken_on_by_the_next_leg_alone(act, code):
    note = travelling()
    sign(note, "takeover", "carrier", who=driver(0))
    step, party, who, leg_id = act
    assert refused(note, step, party, who=who, hours=2, leg_id=leg_id) == code


def test_after_the_delivery_nobody_takes_over():
    note = travelling(leg(0, 0, 3))
    sign(note, "takeover", "carrier", who=driver(0))
    sign(note, "delivery", "consignee", who=driver(0), hours=2)
    legs.follow(note, leg(0, 0, 3), leg(1, 1, 3))
    assert (
        refused(note, "handover", "successor", who=driver(1), hours=3, leg_id="leg_1") == "delivered_before"
    )


def test_who_brings_the_goods_signs_before_with_or_after_who_takes_them():
    note = travelling()
    sign(note, "takeover", "carrier", who=driver(0))
    sign(note, "handover", "carrier", who=driver(0), hours=1, leg_id="leg_1")
    assert told(note, HandoverSigned) == []
    assert note.held_by is not None
    assert note.held_by.order_id == "leg_0"
    sign(note, "handover", "successor", who=driver(1), hours=2, leg_id="leg_1")
    assert len(told(note, HandoverSigned)) == 1
    sign(note, "handover", "successor", who=driver(2), hours=3, leg_id="leg_2")
    sign(note, "handover", "carrier", who=driver(1), hours=4, leg_id="leg_2")
    assert len(told(note, HandoverSigned)) == 2
    assert refused(note, "handover", "successor", who=driver(2), hours=5, leg_id="leg_2") == "already_signed"


def test_two_drivers_who_sign_on_each_others_phones_have_both_signed_and_the_goods_went_once():
    note = travelling()
    sign(note, "takeover", "carrier", who=driver(0))
    sign(note, "handover", "successor", "carrier", who=driver(0), hours=2, leg_id="leg_1")
    reserve = [ReserveGiven(text="3 cartons éventrés", line=1, damaged_quantity=3)]
    sign(note, "handover", "carrier", "successor", who=driver(1), hours=2, leg_id="leg_1", reserves=reserve)
    assert [(act.parties, act.own) for act in note.acts[1:]] == [
        ({"successor", "carrier"}, ["carrier"]),
        ({"successor"}, ["successor"]),
    ]
    assert len(told(note, HandoverSigned)) == 1
    sign(note, "handover", "successor", who=driver(2), hours=4, leg_id="leg_2")
    assert note.held_by is not None
    assert note.held_by.order_id == "leg_2"
    again = {"who": driver(1), "hours": 5, "leg_id": "leg_1"}
    seen = note.step_hash("handover", "leg_1")
    assert refused(note, "handover", "successor", "carrier", **again, countersigns=seen) == "already_signed"


def test_reserves_at_a_handover_are_the_takers_and_are_read_by_who_signs_after():
    note = travelling()
    sign(note, "takeover", "carrier", who=driver(0))
    reserve = [ReserveGiven(text="3 cartons éventrés", line=1, damaged_quantity=3)]
    alone = {"who": driver(0), "hours": 2, "leg_id": "leg_1"}
    assert refused(note, "handover", "carrier", reserves=reserve, **alone) == "reserves_not_theirs"
    sign(note, "handover", "successor", who=driver(1), hours=2, leg_id="leg_1", reserves=reserve)
    assert refused(note, "handover", "carrier", **alone) == "reserves_unseen"
    sign(note, "handover", "carrier", **alone, countersigns=note.step_hash("handover", "leg_1"))


def test_the_carrier_that_gave_the_leg_on_may_collect_and_does_not_sign_for_it():
    note = travelling()
    holder = make.DRIVER
    sign(note, "takeover", "sender", who=holder)
    assert note.state == "loading"
    sign(note, "takeover", "carrier", who=holder, hours=1)
    assert note.acts[-1].own == []
    assert note.state == "in_transport"


def test_a_leg_that_nobody_has_yet_is_its_owners():
    offered = leg(0, 0, 3, state="tendered")
    below = [leg(0, 0, 3), leg(1, 0, 3, level=2, state="tendered", order_id="leg_1")]
    note = travelling(*below)
    assert note.organizations()["carrier"] == {SUBS[0]}
    assert SUBS[1] not in note.seen_by
    assert SUBS[0] not in travelling(offered).seen_by


def test_legs_called_off_and_replaced_on_the_way_and_what_was_signed_stays():
    note = travelling()
    sign(note, "takeover", "carrier", who=driver(0))
    other = leg(2, 1, 3, order_id="leg_9")
    legs.follow(note, other)
    assert [one.order_id for one in note.legs] == ["leg_0", "leg_9"]
    assert SUBS[1] not in note.seen_by
    assert SUBS[0] in note.seen_by
    assert (
        refused(note, "handover", "successor", who=driver(1), hours=2, leg_id="leg_1") == "reference_unknown"
    )
    sign(note, "handover", "successor", who=driver(2), hours=2, leg_id="leg_9")
    sign(note, "delivery", "consignee", who=driver(2), hours=3)
    assert note.faults() == []


def test_legs_stand_in_the_order_of_the_way_however_they_were_made():
    assert [one.order_id for one in travelling(*THREE_MIXED).legs] == ["leg_0", "leg_1", "leg_2"]


THREE_MIXED = [legs.THREE[2], legs.THREE[0], legs.THREE[1]]


def test_a_driver_finds_the_drive_of_the_own_leg():
    note = travelling()
    assert not note.hidden_from("usr_drv_1", SUBS[1])
    assert note.hidden_from("usr_other", SUBS[1])
    legs.follow(note, legs.THREE[0], leg(1, 1, 3, order_id="leg_9", driver_user_id=""))
    assert not note.hidden_from("usr_other", SUBS[1])


def test_times_where_goods_change_trucks_are_the_legs_own():
    note = travelling()
    note.record_time("pickup", "arrived", make.MORNING, leg_id="leg_0")
    sign(note, "takeover", "carrier", who=driver(0))
    note.record_time("delivery", "arrived", make.MORNING + 2 * legs.LATER, leg_id="leg_0")
    note.record_time("pickup", "arrived", make.MORNING + 2 * legs.LATER, leg_id="leg_1")
    note.record_time("delivery", "arrived", make.MORNING + 8 * legs.LATER, leg_id="leg_2")
    assert [(one.stop, one.leg_id) for one in note.times] == [
        ("pickup", ""),
        ("delivery", "leg_0"),
        ("pickup", "leg_1"),
        ("delivery", ""),
    ]


def test_who_takes_the_goods_over_agrees_anew_to_what_is_proposed():
    note = travelling()
    sign(note, "takeover", "sender", "carrier", who=driver(0))
    changed = structs.replace(note.consignment, instructions="Sonner")
    note.amend(note.content_hash, changed, "Accès", make.CLERK)
    at, proposed = EVENING, note.hash_of(2)
    assert note.sign("amendment", proposed, at, [make.signature("carrier")], driver(0)) is None
    assert note.to_sign == ["sender"]
    sign(note, "handover", "successor", who=driver(1), hours=2, leg_id="leg_1")
    assert note.to_sign == ["sender", "carrier"]
    assert note.sign("amendment", proposed, EVENING, [make.signature("sender")], make.CLERK) is None
    assert note.sign("amendment", proposed, EVENING, [make.signature("carrier")], driver(1)) is None
    assert note.consignment.instructions == "Sonner"


def test_who_brought_the_goods_may_sign_late_though_they_have_gone_further():
    note = travelling()
    sign(note, "takeover", "carrier", who=driver(0))
    sign(note, "handover", "successor", who=driver(1), hours=2, leg_id="leg_1")
    sign(note, "handover", "successor", who=driver(2), hours=6, leg_id="leg_2")
    said = (make.MORNING + 2 * legs.LATER).isoformat()
    sign(note, "handover", "carrier", who=driver(0), hours=2, leg_id="leg_1", device_time=said)
    assert (note.acts[-1].happened_at, note.acts[-1].device_time) == (make.MORNING + 2 * legs.LATER, "")
    assert refused(note, "handover", "carrier", who=driver(1), hours=1, leg_id="leg_2") == (
        "happened_too_early"
    )


# Through the service.


async def test_a_leg_of_whole_consignments_has_no_note_and_its_carrier_reads_the_orders(emit, web):
    under = {"note": "parents", "parents": [ParentOrder(order_id="ord_1", reference="CMD-7741")]}
    await emit(planned_with(legs.THREE))
    await emit(make.planned(order_id="leg_0", carrier_id=SUBS[0], **under))
    document = f"/api/ecpmr/documents/{note_id('ord_1')}"
    assert (await web().get(f"/api/ecpmr/documents/{note_id('leg_0')}")).status_code == 404
    for n, org in enumerate(SUBS):
        assert (await web(org).get(document)).status_code == 200
        found = (await web(org).get("/api/ecpmr/documents", params={"order_id": f"leg_{n}"})).json()
        assert [one["order_id"] for one in found["items"]] == ["ord_1"]
        day = (
            await web(org, roles={"driver"}, id=f"usr_drv_{n}").get(f"/api/ecpmr/day?order_ids=leg_{n}")
        ).json()
        assert [one["held_by"] for one in day["items"]] == [""]
    assert (await web(make.STRANGER).get(document)).status_code == 404
    others = (await web(make.STRANGER).get("/api/ecpmr/documents", params={"order_id": "leg_0"})).json()
    assert others["items"] == []


async def test_a_part_has_its_own_note_that_names_the_order_and_the_order_has_none(emit, web):
    parts = {"parents": [ParentOrder(order_id="ord_1", reference="CMD-7741")]}
    await emit(make.planned())
    assert (await web().get(f"/api/ecpmr/documents/{note_id('ord_1')}")).json()["cancelled"] is False
    await emit(legs.chain_changed(legs.THREE[0], note="legs"))
    await emit(make.planned(note="legs"))
    await emit(make.planned(order_id="leg_0", carrier_id=SUBS[0], reference="L0", **parts))
    assert (await web().get(f"/api/ecpmr/documents/{note_id('ord_1')}")).json()["cancelled"] is True
    note = (await web(SUBS[0]).get(f"/api/ecpmr/documents/{note_id('leg_0')}")).json()
    assert "CMD-7741" in note["consignment"]["other_particulars"]
    await emit(make.planned())
    assert (await web().get(f"/api/ecpmr/documents/{note_id('ord_1')}")).json()["cancelled"] is False


async def test_a_carrier_whose_leg_is_called_off_sees_the_note_no_more(emit, web):
    await emit(planned_with(legs.THREE))
    document = f"/api/ecpmr/documents/{note_id('ord_1')}"
    await emit(legs.chain_changed(*legs.THREE, dropped=("leg_1", "leg_2")))
    assert [(await web(org).get(document)).status_code for org in SUBS] == [200, 404, 404]
    await emit(legs.chain_changed(legs.THREE[0], leg(1, 1, 3, state="tendered")))
    assert (await web(SUBS[1]).get(document)).status_code == 404
    await emit(legs.chain_changed(legs.THREE[0], leg(1, 1, 3)))
    assert (await web(SUBS[1]).get(document)).status_code == 200


async def test_the_goods_go_from_truck_to_truck_through_the_service(emit, web, emitted):
    await emit(planned_with([*legs.THREE[:1], leg(1, 1, 3)]))
    document = f"/api/ecpmr/documents/{note_id('ord_1')}"
    note = (await web(SUBS[0]).get(document)).json()
    taken = await web(SUBS[0]).post(f"{document}/takeover", json=make.asked(note, "sender", "carrier"))
    assert taken.status_code == 200, taken.text
    said = make.asked(note, "successor", "carrier", leg_id="leg_1")
    assert (await web(make.CONSIGNEE).post(f"{document}/handover", json=said)).status_code == 403
    passed = await web(SUBS[1]).post(f"{document}/handover", json=said)
    assert passed.status_code == 200, passed.text
    assert passed.json()["held_by"] == "leg_1"
    again = await web(SUBS[1]).post(f"{document}/handover", json=said)
    assert (again.status_code, again.json()["code"]) == (409, "already_signed")
    gone = await web(SUBS[1]).post(f"{document}/delivery", json=make.asked(note, "consignee", "carrier"))
    assert gone.status_code == 200, gone.text
    moved = (await emitted("ecpmr.handover.signed"))[0]
    assert (moved["from_leg_id"], moved["to_leg_id"]) == ("leg_0", "leg_1")
    assert (await emitted("ecpmr.delivery.signed"))[0]["leg_id"] == "leg_1"
    verified = (await web().get(f"/api/ecpmr/verify/{note['verification_id']}")).json()
    assert (verified["intact"], verified["broken"]) == (True, [])


async def test_a_carrier_without_an_account_takes_over_by_link(emit, web, by_link, emitted):
    await emit(planned_with([legs.THREE[0], leg(1, 1, 2, carrier_id=GUEST), legs.THREE[2]]))
    document = f"/api/ecpmr/documents/{note_id('ord_1')}"
    note = (await web(SUBS[0]).get(document)).json()
    await web(SUBS[0]).post(f"{document}/takeover", json=make.asked(note, "sender", "carrier"))
    sent = await web(make.CARRIER).post(f"{document}/links", json={"party": "successor"})
    assert sent.status_code == 200, sent.text
    link = by_link("sign_takeover", org=GUEST, link_id=sent.json()["link_id"])
    assert (await link.post(f"{document}/takeover/code")).status_code == 200
    code = (await emitted("ecpmr.code.requested"))[-1]["code"]
    said = make.asked(note, "successor", leg_id="leg_1", code=code)
    passed = await link.post(f"{document}/handover", json=said)
    assert passed.status_code == 200, passed.text
    assert passed.json()["held_by"] == "leg_1"
    others = await link.post(
        f"{document}/handover", json=make.asked(note, "successor", leg_id="leg_2", code=code)
    )
    assert (others.status_code, others.json()["code"]) == (403, "may_not_sign")


@pytest.mark.parametrize("language", ["fr", "en"])
async def test_a_leg_of_several_consignments_has_a_loading_list_of_their_notes(emit, web, language):
    whole = [leg(0, 0, 3)]
    await emit(planned_with(whole))
    other = make.planned(
        order_id="ord_2",
        shipper_name="Fromagerie du Haut",
        goods=[make.goods(quantity=7, un_number="1263", weight_kg=93.5)],
    )
    await emit(structs.replace(other, order=structs.replace(other.order, legs=whole)))
    path = f"/api/ecpmr/legs/leg_0/loading-list?language={language}"
    got = await web(SUBS[0], roles={"driver"}, id="usr_drv_0").get(path)
    assert got.status_code == 200, got.text
    text = pdf_text.text(got.content)
    said = (
        "LV-",
        "31",
        "16",
        "893,5" if language == "fr" else "893.5",
        "Plateforme Rungis Froid",
        "Sous-traitant 0",
    )
    assert not [one for one in said if one not in text], text
    assert ("matières" if language == "fr" else "dangerous") in text
    assert (await web(make.STRANGER).get(path)).status_code == 404
    assert (await web(SUBS[1]).get(path)).status_code == 404
    assert (await web(SUBS[0], roles={"driver"}, id="usr_other").get(path)).status_code == 404


async def test_a_loading_list_leaves_out_what_was_called_off(emit, web):
    whole = [leg(0, 0, 3)]
    await emit(planned_with(whole))
    other = make.planned(order_id="ord_2", goods=[make.goods(un_number="1263")])
    other = structs.replace(other, order=structs.replace(other.order, legs=whole))
    await emit(other)
    await emit(OrderCancelled(order=other.order, reason="Plus de marchandise"))
    got = await web(SUBS[0]).get("/api/ecpmr/legs/leg_0/loading-list")
    assert got.status_code == 200, got.text
    assert "matières" not in pdf_text.text(got.content)
    await emit(OrderCancelled(order=planned_with(whole).order, reason="Plus de marchandise"))
    assert (await web(SUBS[0]).get("/api/ecpmr/legs/leg_0/loading-list")).status_code == 404


async def test_a_carrier_records_the_times_of_its_own_leg_alone(emit, web):
    await emit(planned_with(legs.THREE))
    note = f"/api/ecpmr/documents/{note_id('ord_1')}"

    async def arrives(org: str, stop: str, **leg_id: str) -> tuple[int, str]:
        said = {"stop": stop, "happened_at": now().isoformat(), **leg_id}
        got = await web(org).post(f"{note}/arrivals", json=said)
        return got.status_code, got.json().get("code", "")

    assert await arrives(SUBS[2], "pickup", leg_id="leg_1") == (403, "not_your_stop")
    assert await arrives(SUBS[2], "pickup") == (403, "not_your_stop")
    assert await arrives(SUBS[0], "delivery") == (403, "not_your_stop")
    assert await arrives(SUBS[0], "pickup") == (200, "")
    assert await arrives(SUBS[1], "pickup", leg_id="leg_1") == (200, "")
    assert await arrives(make.CARRIER, "delivery", leg_id="leg_1") == (200, "")
    assert await arrives(SUBS[2], "delivery") == (200, "")


def planned_with(told: Sequence[LegSummary]) -> OrderPlanned:
    planned = make.planned()
    return structs.replace(planned, order=structs.replace(planned.order, legs=list(told)))


PARTIES = ("sender", "carrier", "successor", "consignee")
PEOPLE = [driver(0), driver(1), driver(2), make.DRIVER, make.CLERK, make.RECEIVER]
ACTS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["takeover", "handover", "handover", "delivery"]),
            st.lists(st.sampled_from(PARTIES), min_size=1, max_size=2, unique=True),
            st.sampled_from(PEOPLE),
            st.sampled_from(["leg_0", "leg_1", "leg_2", "leg_9"]),
        ),
        st.sampled_from(
            [tuple(legs.THREE), (leg(2, 1, 3, order_id="leg_9"),), (legs.THREE[0], legs.THREE[2])]
        ),
    ),
    min_size=4,
    max_size=30,
)


@settings(max_examples=200)
@given(ACTS)
def test_whoever_signs_in_whatever_order_goods_go_one_way_and_each_leg_moves_once(acts):
    with held(EVENING):
        note = travelling()
        hour = 0
        for act in acts:
            hour += 1
            if not isinstance(act[0], str):
                legs.follow(note, *act)
                continue
            step, parties, who, leg_id = act
            named = {"leg_id": leg_id} if step == "handover" else {}
            try:
                sign(note, step, *parties, who=who, hours=hour % 12, **named)
            except Refusal:
                continue
        assert note.faults() == []
        kinds = (TakeoverSigned, HandoverSigned, DeliverySigned)
        moves = [one for one in note.emitted if isinstance(one, kinds)]
        names = [type(one).__name__ for one in moves]
        if moves:
            assert names[0] == "TakeoverSigned"
            assert names.count("TakeoverSigned") == 1
            assert "DeliverySigned" not in names[:-1]
        begun = [getattr(one, "to_leg_id", "") or getattr(one, "leg_id", "") for one in moves]
        taken = [one for one, name in zip(begun, names, strict=True) if name != "DeliverySigned"]
        assert len(taken) == len(set(taken))
        left = [one.from_leg_id for one in moves if isinstance(one, HandoverSigned)]
        assert left == taken[: len(left)]
        if names and names[-1] == "DeliverySigned":
            assert begun[-1] == taken[-1]
