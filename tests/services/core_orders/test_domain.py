"""What an order may become, who may make it so, what the law wants written and how it is found."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from tests.services.core_orders import make
from tests.services.core_orders.make import (
    CARRIER,
    CLIENT,
    CONSIGNEE,
    LOGISTICIAN,
    SENDER,
    SHIPPER,
    STRANGER,
    SUPPLIER,
    author,
)

from rt.contracts.core_orders import EditOrder, OrderConfirmed, PlanView, References
from rt.kernel.core.clock import held
from rt.kernel.core.errors import Conflict, Forbidden, Invalid, NotFound, ReferenceUnknown, Refusal
from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.envelope import as_event
from rt.kernel.storage.sealing import event_body
from rt.services.core_orders.domain.carrying import PlanReversed
from rt.services.core_orders.domain.journey import TemperatureReversed
from rt.services.core_orders.domain.kept import Incident
from rt.services.core_orders.domain.mentions import MentionMissing
from rt.services.core_orders.domain.order import as_asked, drafted
from rt.services.core_orders.domain.partners import CarrierNotPartner, NoCarrier, PartnerRefuses
from rt.services.core_orders.domain.proving import ProofChanged, ProofMissing
from rt.services.core_orders.domain.record import OrderChanged
from rt.services.core_orders.domain.states import EXECUTION, MOVES, NEXT, IllegalTransition, moves
from rt.services.core_orders.domain.tendering import OfferClosed, TenderExpired
from rt.trade.loading import FloorOverload
from rt.trade.places import Address, Contact, Site

STATES = list(NEXT)


@pytest.fixture(autouse=True)
def before_monday():
    with held(make.MONDAY - timedelta(days=3)), acting_for(SHIPPER):
        yield


def test_every_move_of_the_table_is_a_step_of_the_state_machine():
    for name, move in MOVES.items():
        for state in move.states:
            assert move.to is None or move.to == state or move.to in NEXT[state], (name, state)


COMMANDS = {
    "ConfirmOrder": lambda order, by: order.confirm(by),
    "CancelOrder": lambda order, by: order.cancel(by, "raison"),
    "AssignCarrier": lambda order, by: order.assign(by, make.partner(), 1),
    "CarryOrder": lambda order, by: order.carry(by, make.partner(SHIPPER, standing="self")),
    "AcceptTender": lambda order, by: order.accept(by, "tnd_0"),
    "RefuseTender": lambda order, by: order.refuse(by, "tnd_0", "raison"),
    "WithdrawTender": lambda order, by: order.withdraw(by, "tnd_0", "raison"),
    "ReleaseCarrier": lambda order, by: order.release(by, "raison"),
    "PlanOrder": lambda order, by: order.plan_by_hand(by, PlanView(vehicle_plate="A", driver_name="B")),
    "AcceptProof": lambda order, by: order.accept_proof(by, "doc_pod", make.HASH),
    "ReopenOrder": lambda order, by: order.reopen(by, "raison"),
    "MarkInvoiced": lambda order, by: order.invoice(by, "F1", 1),
    "CloseOrder": lambda order, by: order.close(by),
}
ACTORS = {
    "owner": author(),
    "client": author(CLIENT),
    "shipper": author(SENDER),
    "supplier": author(SUPPLIER),
    "carrier": author(CARRIER),
    "driver": author(CARRIER, driver=True),
    "consignee": author(CONSIGNEE),
    "logistician": author(LOGISTICIAN),
    "stranger": author(STRANGER),
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("actor", ACTORS)
def test_a_command_is_done_exactly_when_the_table_lets_this_role_say_it_in_this_state(state, command, actor):
    order = make.order(state, **make.PARTIES)
    by = ACTORS[actor]
    allowed = command in moves(order.roles_of(by), state)
    before = len(order.history)
    if allowed:
        COMMANDS[command](order, by)
        assert order.state == MOVES[command].to
        assert len(order.history) == before + 1
        assert order.history[-1].actor_id == by.actor_id
    else:
        with pytest.raises((Conflict, Forbidden, ReferenceUnknown)):
            COMMANDS[command](order, by)
        assert order.state == state
        assert order.emitted == make.order(state, **make.PARTIES).emitted


@pytest.mark.parametrize("state", STATES)
def test_an_illegal_transition_names_the_states_that_can_follow(state):
    if "ConfirmOrder" in moves(frozenset({"owner"}), state):
        return
    with pytest.raises(IllegalTransition) as refused:
        make.order(state).confirm(author())
    assert refused.value.status == 409
    assert refused.value.problem("fr").values["allowed"] == list(NEXT[state])


@given(st.lists(st.sampled_from(EXECUTION[1:]), max_size=8))
def test_facts_in_any_order_leave_the_order_at_the_furthest_of_them(facts):
    with held(make.MONDAY), acting_for(SHIPPER):
        order = make.order("assigned")
        order.emitted.clear()
        reached = [order.state]
        for step in facts:
            if step == "planned":
                plan = PlanView(vehicle_plate="A", driver_name="B", tour_id="tour_1")
                order.planned_on_tour(author(CARRIER, source="planning"), plan)
            else:
                order.fact(author(CARRIER, source="gps"), step, make.MONDAY)
            reached.append(order.state)
    furthest = max((EXECUTION.index(step) for step in facts), default=0)
    assert order.state == EXECUTION[furthest]
    assert [EXECUTION.index(s) for s in reached] == sorted(EXECUTION.index(s) for s in reached)
    steps_told = [type(event).__name__ for event in order.emitted]
    assert len(steps_told) == len(set(steps_told))


@pytest.mark.parametrize("state", ["draft", "confirmed", "tendered", "cancelled"])
def test_a_fact_about_an_order_without_a_carrier_is_written_down_and_changes_nothing(state):
    order = make.order(state)
    emitted = list(order.emitted)
    order.fact(author(SHIPPER, source="cmr"), "delivered", make.MONDAY)
    assert order.state == state
    assert order.history[-1].what == "delivered_ignored"
    assert order.emitted == emitted


def test_a_delivery_told_while_planned_jumps_forward_with_its_own_time():
    order = make.order("planned")
    order.fact(author(SHIPPER, source="cmr"), "delivered", make.MONDAY + timedelta(days=1))
    assert order.state == "delivered"
    assert order.history[-1].at == make.MONDAY + timedelta(days=1)
    assert order.history[-1].source == "cmr"


def test_a_step_already_passed_cannot_be_reported_again():
    with pytest.raises(IllegalTransition):
        make.order("in_transit").report(author(CARRIER), "loading", False)


def test_another_carriers_tour_plans_nothing():
    order = make.order("assigned")
    order.planned_on_tour(author(STRANGER), PlanView(vehicle_plate="X", driver_name="Y", tour_id="t"))
    assert (order.state, order.plan) == ("assigned", None)


def test_a_withdrawn_tour_gives_the_order_back_unless_it_is_another_tour():
    order = make.order("assigned")
    plan = PlanView(vehicle_plate="X", driver_name="Y", tour_id="tour_1")
    order.planned_on_tour(author(CARRIER), plan)
    order.unplanned(author(CARRIER), "tour_2")
    assert order.state == "planned"
    order.unplanned(author(CARRIER), "tour_1")
    assert (order.state, order.plan) == ("assigned", None)


def test_an_offer_is_not_accepted_after_its_deadline():
    order = make.order("tendered")
    with held(order.offer.deadline + timedelta(seconds=1)), pytest.raises(TenderExpired):
        order.accept(author(CARRIER), "tnd_0")
    assert order.state == "tendered"


def test_an_offer_expires_at_its_deadline_and_no_sooner():
    order = make.order("tendered")
    order.expire(author(source="timer"), order.offer.tender_id)
    assert order.state == "tendered"
    with held(make.MONDAY):
        order.expire(author(source="timer"), "tnd_other")
        assert order.state == "tendered"
        order.expire(author(source="timer"), order.offer.tender_id)
    assert (order.state, order.tenders[0].state) == ("confirmed", "expired")
    assert type(order.emitted[-1]).__name__ == "TenderLapsed"


def test_the_carrier_sees_the_order_while_it_is_offered_and_no_longer_after_refusing():
    order = make.order("tendered")
    assert CARRIER in order.seen_by
    order.refuse(author(CARRIER), "tnd_0", "pas de camion")
    assert CARRIER not in order.seen_by
    assert order.emitted[-1].order.carrier_id == CARRIER
    assert not order.roles_of(author(CARRIER))


def test_the_accepted_price_becomes_the_agreed_price():
    order = make.order("tendered")
    order.accept(author(CARRIER), "tnd_0")
    assert (order.agreed_cents, order.carrier_id, order.offer) == (80_000, CARRIER, None)


def test_a_released_carrier_keeps_neither_price_nor_plan_nor_sight():
    order = make.order("planned")
    order.release(author(), "deux heures de retard")
    assert (order.carrier_id, order.agreed_cents, order.plan) == (None, None, None)
    assert CARRIER not in order.seen_by
    assert order.emitted[-1].order.carrier_id == CARRIER


def test_a_cancelled_offer_leaves_no_open_tender_and_no_sight():
    order = make.order("tendered")
    order.cancel(author(), "client parti")
    assert order.offer is None
    assert CARRIER not in order.seen_by
    assert order.emitted[-1].order.carrier_id == CARRIER


def test_partners_see_nothing_of_a_draft():
    assert make.order("draft").seen_by == [SHIPPER]
    assert make.order("confirmed").seen_by == [SHIPPER, CONSIGNEE, LOGISTICIAN]


def test_confirming_lists_every_missing_mention_by_its_field_in_both_languages():
    bare = Site(name="", address=Address(), contact=Contact())
    order = make.order(
        stops=[
            make.pickup(site=bare, from_at=None, until_at=None),
            make.delivery(),
        ],
        goods=[make.goods(weight_kg=0, un_number="1203")],
        consignee_name="",
        requirements=["temperature"],
    )
    with pytest.raises(Invalid) as refused:
        order.confirm(author())
    faults = {fault.field: fault for fault in refused.value.problem().errors}
    assert set(faults) == {
        "stops.0.site.name",
        "stops.0.site.address.street",
        "stops.0.site.address.postal_code",
        "stops.0.site.address.city",
        "stops.0.site.contact.phone",
        "stops.0.from_at",
        "consignee_name",
        "goods.0.weight_kg",
        "goods.0.temperature_max_c",
        "requirements",
    }
    assert faults["goods.0.weight_kg"].messages == {
        "fr": "Mention obligatoire manquante : le poids brut (contrat type, art. 3).",
        "en": "Mandatory mention missing: the gross weight (French standard contract, art. 3).",
    }
    assert order.state == "draft"


def test_dangerous_goods_asked_for_need_their_un_number():
    with pytest.raises(MentionMissing) as refused:
        make.order(requirements=["adr"]).confirm(author())
    assert refused.value.field == "goods.0.un_number"


def test_an_overload_is_refused_with_the_figure():
    with pytest.raises(FloorOverload) as refused:
        make.order(goods=[make.goods(pallets=0, quantity=40, length_cm=120, width_cm=80)])
    assert "16.0" in refused.value.says("fr")


def test_a_link_opens_the_order_for_the_offer_that_it_was_sent_for_and_no_other():
    order = make.order("tendered")
    order.withdraw(author(), "tnd_0", "")
    make.offer(order, price_cents=30_000)
    old, new = (author(CARRIER, source="link", tender_id=one) for one in ("tnd_0", "tnd_1"))
    assert (order.roles_of(old), order.roles_of(new)) == (set(), {"carrier"})
    assert not order.roles_of(author(CARRIER, tender_id=""))
    with pytest.raises(ReferenceUnknown):
        order.accept(old, "tnd_1")
    order.accept(new, "tnd_1")
    assert (order.roles_of(old), order.roles_of(new)) == (set(), {"carrier"})
    order.release(author(), "panne")
    order.assign(author(), make.partner(), 1)
    assert not order.roles_of(new)


def test_an_answer_to_an_offer_that_was_replaced_binds_nobody():
    order = make.order("tendered")
    order.withdraw(author(), "tnd_0", "")
    make.offer(order, price_cents=30_000)
    for answer in (order.accept, lambda by, named: order.refuse(by, named, "non")):
        with pytest.raises(OfferClosed):
            answer(author(CARRIER), "tnd_0")
    with pytest.raises(OfferClosed):
        order.withdraw(author(), "tnd_0", "")
    assert (order.state, order.offer.price_cents) == ("tendered", 30_000)


def test_an_offer_made_to_another_carrier_is_unknown():
    order = make.order("tendered")
    order.withdraw(author(), "tnd_0", "")
    make.offer(order, "org_rival")
    with pytest.raises(ReferenceUnknown):
        order.accept(author("org_rival"), "tnd_0")


@pytest.mark.parametrize("state", ["draft", "tendered", "delivered"])
def test_what_is_named_is_checked_before_the_state(state):
    order = make.order(state)
    for say in (
        lambda: order.assign(author(), make.partner(kind="recipient"), 1),
        lambda: order.withdraw(author(), "tnd_none", ""),
        lambda: order.accept_proof(author(), "doc_none", make.HASH),
        lambda: order.attach(author(), make.paper(), replaces="doc_none"),
    ):
        with pytest.raises(Invalid):
            say()


@pytest.mark.parametrize("command", ["AssignCarrier", "ReleaseCarrier", "CancelOrder", "MarkInvoiced"])
def test_what_was_said_of_an_older_version_is_refused(command):
    order = make.order("pod_ok" if command == "MarkInvoiced" else "confirmed")
    if command == "ReleaseCarrier":
        order = make.order("planned")
    with pytest.raises(OrderChanged):
        COMMANDS[command](order, author(read=order.version + 1))
    COMMANDS[command](order, author(read=order.version))


STANDINGS = ("self", "guest", "partner", "asks", "asked", "stranger", "blocked")


@pytest.mark.parametrize("standing", STANDINGS)
def test_an_order_is_given_to_partners_offered_to_strangers_and_refused_to_the_blocked(standing):
    carrier = make.partner(standing=standing)
    given, offered = make.order("confirmed"), make.order("confirmed")
    if standing in ("self", "guest", "partner"):
        given.assign(author(), carrier, 1)
    else:
        refusal = PartnerRefuses if standing == "blocked" else CarrierNotPartner
        with pytest.raises(refusal):
            given.assign(author(), carrier, 1)
    if standing == "blocked":
        with pytest.raises(PartnerRefuses):
            make.offer(offered, carrier=carrier)
    else:
        make.offer(offered, carrier=carrier)
        assert offered.offer.stranger == (standing in ("asked", "stranger"))
        assert offered.emitted[-1].stranger == offered.offer.stranger


@pytest.mark.parametrize("kind", ["shipper", "recipient", "supplier", "operator", "logistician"])
@pytest.mark.parametrize("standing", ["partner", "stranger", "guest"])
def test_only_those_who_carry_are_offered_an_order(kind, standing):
    order = make.order("confirmed")
    carrier = make.partner(kind=kind, standing=standing)
    if kind == "logistician" and standing != "stranger":
        make.offer(order, carrier=carrier)
        return
    with pytest.raises(NoCarrier):
        make.offer(order, carrier=carrier)
    with pytest.raises((NoCarrier, CarrierNotPartner)):
        order.assign(author(), carrier, 1)


def test_a_guest_of_somebody_else_is_as_unknown_as_nobody():
    order = make.order("confirmed")
    theirs = make.partner(guest=True, standing="stranger")
    for name in (lambda: make.offer(order, carrier=theirs), lambda: order.assign(author(), theirs, 1)):
        with pytest.raises(ReferenceUnknown) as refused:
            name()
        assert refused.value.field == "carrier_id"
    with pytest.raises(ReferenceUnknown):
        theirs.refuse_unnamable("consignee_id")


def test_a_proof_is_a_note_that_the_consignee_signed_or_a_signed_paper():
    order = make.order("in_transit")
    order.report(author(CARRIER), "delivered", False)
    note = order.attach_note(author(SHIPPER, source="cmr"), "doc_cmr", "cmr_1", "LV-1")
    order.attach(author(CARRIER), make.paper("doc_photo", "photo"))
    assert (order.proof, "AcceptProof" in order.may(frozenset({"owner"}), author())) == (None, False)
    for named in ("doc_cmr", "doc_photo"):
        with pytest.raises(ProofMissing):
            order.accept_proof(author(), named, make.HASH)
    note.sign(make.MONDAY, "Léa", "b" * 64)
    assert (order.proof, "AcceptProof" in order.may(frozenset({"owner"}), author())) == (note, True)
    with pytest.raises(ProofChanged):
        order.accept_proof(author(), "doc_cmr", make.HASH)
    order.accept_proof(author(), "doc_cmr", "b" * 64)
    assert (order.state, order.accepted_proof) == ("pod_ok", "doc_cmr")


def test_a_replaced_paper_proves_no_more():
    order = make.order("delivered")
    order.attach(author(CARRIER), make.paper("doc_new"), replaces="doc_pod")
    with pytest.raises(ProofMissing):
        order.accept_proof(author(), "doc_pod", make.HASH)
    assert order.proof.document_id == "doc_new"


def test_an_accepted_proof_stays_the_proof_whatever_comes_after_it():
    """Its carrier brings a next version: nobody accepted that one."""
    order = make.order("delivered")
    order.accept_proof(author(), "doc_pod", make.HASH)
    order.attach(author(CARRIER), make.paper("doc_new"), replaces="doc_pod")
    assert order.proof.document_id == "doc_pod"


def test_nobody_replaces_the_paper_of_another():
    with pytest.raises(ReferenceUnknown):
        make.order("delivered").attach(author(CONSIGNEE), make.paper("doc_new"), replaces="doc_pod")


@pytest.mark.parametrize("late", [False, True])
def test_reserves_on_the_note_stand_on_the_order_however_late_they_are_told(late):
    order = make.order("delivered" if late else "in_transit")
    assert not order.with_reserves
    by = author(SHIPPER, source="cmr")
    order.attach_note(by, "doc_cmr", "cmr_1", "LV-1").reserves += 2
    order.fact(by, "delivered", make.MONDAY)
    assert order.with_reserves
    assert late or order.emitted[-1].with_reserves


def test_reserves_said_by_hand_stand_beside_a_note_without_any():
    order = make.order("in_transit")
    order.report(author(CARRIER), "delivered", True)
    order.attach_note(author(SHIPPER, source="cmr"), "doc_cmr", "cmr_1", "LV-1")
    assert order.with_reserves
    assert order.emitted[-1].with_reserves


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("stops", "fields"),
    [
        ([make.pickup(), make.delivery(from_at=None, until_at=make.MONDAY - DAY)], ["stops.1.until_at"]),
        ([make.pickup(), make.delivery(from_at=make.MONDAY - DAY, until_at=None)], ["stops.1.from_at"]),
        ([make.pickup(until_at=make.MONDAY - DAY), make.delivery()], ["stops.0.until_at"]),
        ([make.pickup(), make.pickup(from_at=make.MONDAY + 5 * DAY, until_at=None), make.delivery()],
         ["stops.2.until_at"]),
        ([make.pickup(), make.delivery(until_at=make.MONDAY)], ["stops.1.until_at"]),
        ([make.pickup(from_at=None, until_at=None), make.delivery()], []),
        ([make.pickup(), make.delivery(from_at=make.MONDAY, until_at=make.MONDAY)], []),
    ],
)  # fmt: skip
def test_stops_are_called_at_in_their_order_or_refused_by_their_field(stops, fields):
    if not fields:
        make.order(stops=stops)
        return
    with pytest.raises(Invalid) as refused:
        make.order(stops=stops)
    assert [fault.field for fault in refused.value.problem().errors] == fields


def test_a_plan_does_not_deliver_before_it_loads():
    plan = PlanView(
        vehicle_plate="A", driver_name="B", planned_pickup_at=make.MONDAY,
        planned_delivery_at=make.MONDAY - DAY,
    )  # fmt: skip
    order = make.order("assigned")
    with pytest.raises(PlanReversed) as refused:
        order.plan_by_hand(author(CARRIER), plan)
    assert (refused.value.field, order.state) == ("planned_delivery_at", "assigned")


def test_a_temperature_range_goes_from_low_to_high():
    with pytest.raises(TemperatureReversed) as refused:
        make.order(goods=[make.goods(temperature_min_c=4, temperature_max_c=2)])
    assert refused.value.field == "goods.0.temperature_max_c"


@pytest.mark.parametrize("stops", [[], [make.pickup()], [make.delivery(), make.pickup()]])
def test_an_order_goes_from_a_pickup_to_a_delivery(stops):
    with pytest.raises(Invalid):
        make.order(stops=stops)


def test_a_stop_cannot_name_a_goods_line_that_does_not_exist():
    with pytest.raises(Invalid):
        make.order(stops=[make.pickup(lines=[1]), make.delivery()])


def test_several_stops_show_the_first_pickup_and_the_last_delivery():
    third = make.delivery(site=make.site("Dépôt", "Valence", "26000"))
    order = make.order(stops=[make.pickup(), make.delivery(), third])
    assert (order.summary_view().pickup.address.city, order.summary_view().delivery.address.city) == (
        "Lyon",
        "Valence",
    )


def test_an_event_says_each_stop_once():
    order = make.order(stops=[make.pickup(), make.delivery()])
    said = msgspec.json.encode(event_body(OrderConfirmed(order=order.summary_view()))).decode()
    for stop in order.stops:
        assert said.count(stop.site.name) == 1


@pytest.mark.parametrize("stops_too", [True, False])
def test_an_event_that_said_its_first_and_last_stop_apart_is_read(stops_too):
    """As the log has it from before December 2026; at first without `stops`."""
    summary = make.order(stops=[make.pickup(), make.delivery()]).summary_view()
    body = event_body(OrderConfirmed(order=summary))
    for kind, stop in zip(("pickup", "delivery"), body["order"]["stops"], strict=True):
        body["order"] |= {kind: stop["site"]}
        body["order"] |= {f"{kind}_from": stop["from_at"], f"{kind}_until": stop["until_at"]}
    if not stops_too:
        del body["order"]["stops"]
    event = as_event(OrderConfirmed.topic, body)
    assert event.order == summary
    assert event.order.delivery_until == summary.stops[1].until_at
    assert event.order.pickup == summary.stops[0].site


def test_an_edit_changes_what_is_named_and_counts_again():
    order = make.order()
    order.edit(author(), EditOrder(order_id=order.id, goods=[make.goods(pallets=4)], buy_cents=None), {})
    assert (order.pallets, order.buy_cents, order.sell_cents) == (4, None, 90_000)
    assert order.history[-1].note == "buy_cents, goods"


def test_once_offered_only_references_and_instructions_can_be_edited():
    order = make.order("tendered")
    order.edit(author(), EditOrder(order_id=order.id, references=References(booking="BK9")), {})
    assert order.references.booking == "BK9"
    with pytest.raises(IllegalTransition):
        order.edit(author(), EditOrder(order_id=order.id, sell_cents=1), {})
    with pytest.raises(Forbidden):
        order.edit(author(CARRIER), EditOrder(order_id=order.id, references=References()), {})


def test_a_duplicate_asks_for_the_same_but_keeps_no_numbers():
    order = make.order(references=References(purchase_order="PO1"))
    again = as_asked(order)
    assert again.references == References()
    twin = drafted(author(), again, order_id="ord_2", reference="2", names=make.NAMES)
    assert (twin.goods, twin.stops, twin.sell_cents) == (order.goods, order.stops, order.sell_cents)


def test_an_incident_raises_a_flag_until_it_is_resolved_once():
    order = make.order("in_transit")
    incident = Incident(
        incident_id="inc_1", org_id=CARRIER, kind="damage", text="palette renversée",
        reported_at=make.MONDAY, reported_by="Jo", shared=True,
    )  # fmt: skip
    order.report_incident(author(CARRIER, driver=True), incident)
    assert order.incident_for == order.seen_by
    with pytest.raises(NotFound):
        order.resolve_incident(author(LOGISTICIAN), "inc_1", "rien")
    order.resolve_incident(author(CARRIER), "inc_1", "avoir de 50 €")
    assert not order.incident_for
    with pytest.raises(Conflict):
        order.resolve_incident(author(CARRIER), "inc_1", "encore")


def test_no_price_is_in_what_is_told():
    order = make.order("closed")
    for event in order.emitted:
        names = set(type(event).__struct_fields__) | set(type(event.order).__struct_fields__)
        assert not any("cents" in name or "price" in name for name in names)


def test_what_is_refused_says_so_in_both_languages():
    def kinds(of: type[Refusal]) -> set[type[Refusal]]:
        return {of} | {k for sub in of.__subclasses__() for k in kinds(sub)}

    own = [k for k in kinds(Refusal) if "core_orders" in k.__module__]
    assert own
    assert all("fr" in vars(k) and "en" in vars(k) and k.fr != k.en for k in own)


def test_a_note_inside_one_country_is_no_cmr():
    order = make.order()
    by = author(SHIPPER, source="cmr")
    assert order.attach_note(by, "doc_1", "cmr_1", "LV-1").kind == "waybill"
    assert order.attach_note(by, "doc_2", "cmr_2", "CMR-1", "cmr").kind == "cmr"


@pytest.mark.parametrize(
    ("moves", "told"), [([14], 0), ([15], 1), ([-14], 0), ([-30], 1), ([14, 28], 1), ([8, 14, 8, 0], 0)]
)
def test_a_plan_is_told_again_once_it_is_a_quarter_of_an_hour_from_what_was_told(moves, told):
    order = make.order("assigned")
    at = make.MONDAY
    plan = PlanView(vehicle_plate="AB-123-CD", driver_name="Lou", tour_id="tur_1", planned_pickup_at=at)
    order.planned_on_tour(author(CARRIER), plan)
    before = len(order.emitted)
    for minutes in moves:
        moved = structs.replace(plan, planned_pickup_at=at + timedelta(minutes=minutes))
        order.planned_on_tour(author(CARRIER), moved)
    assert len(order.emitted) - before == told
    assert order.plan == (moved if told else plan), "what is shown is what was told"
    order.planned_on_tour(author(CARRIER), structs.replace(plan, vehicle_plate="XY-999-ZZ"))
    assert order.emitted[-1].vehicle_plate == "XY-999-ZZ"
