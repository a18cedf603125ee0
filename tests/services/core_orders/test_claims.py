"""What an order may cost whom and by when: the exposure of an offer, the estimate of a claim, the duty."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs
from tests.services.core_orders import make
from tests.services.core_orders.make import CARRIER, CLIENT, CONSIGNEE, MONDAY, SENDER, SHIPPER, STRANGER
from tests.services.core_orders.test_api import assigned, body, confirmed, post, tendered

from rt.contracts.core_orders import ClaimView, EstimateClaim, IncidentKind, PlanView
from rt.kernel.core.clock import held
from rt.kernel.core.errors import NotFound
from rt.services.core_orders.domain.claiming import (
    DeliveredLater,
    MoreThanCarried,
    NotYourClaim,
    PostedLater,
    estimate,
    exposure,
)
from rt.services.core_orders.domain.duty import duty, ends, kilometres
from rt.services.core_orders.domain.kept import Incident
from rt.services.core_orders.domain.order import Order
from rt.trade.places import Address, Site
from rt.trade.tables import RuleUnknownThen

DELIVERED = datetime(2026, 11, 24, 10, tzinfo=UTC)
"""A Tuesday; its third day is Friday the 27th."""


def place(name: str, postal_code: str, country: str = "FR") -> Site:
    return structs.replace(
        make.site(name), address=Address(street="1", postal_code=postal_code, city=name, country=country)
    )


MUNICH = make.delivery(site=place("München", "80331", "DE"))


def hurt(state: str = "delivered", kind: IncidentKind = "damage", **more: Any) -> Order:
    """An order with a shared incident of its owner's, reported in that state."""
    with held(DELIVERED):
        made = make.order(state, **more)
    made.incidents = [
        Incident(
            incident_id="inc_1",
            org_id=SHIPPER,
            kind=kind,
            text="Deux palettes écrasées",
            reported_at=DELIVERED,
            reported_by="Camille",
            shared=True,
            cost_cents=300_000,
        )
    ]
    return made


def offered(**more: Any) -> Order:
    with held(MONDAY - timedelta(days=3)):
        return make.order("tendered", **more)


def claimed(order: Order, org: str = SHIPPER, at: datetime = DELIVERED, **more: Any) -> ClaimView:
    asked = EstimateClaim(order_id=order.id, incident_id="inc_1", **more)
    return estimate(order, asked, make.author(org), at)


def test_the_exposure_of_an_offer_is_the_cap_of_everything_beside_the_declared_value() -> None:
    order = offered()
    for reader in (SHIPPER, CARRIER):
        found = exposure(order, make.author(reader))
        # 4 t × 20 €/kg = 80 000 €, 4 t × 3 200 € = 12 800 €
        assert (found.cents, found.declared_cents, found.law.regime) == (12_800_00, 9_000_00, "contract_type")
    with pytest.raises(NotYourClaim):
        exposure(order, make.author(CONSIGNEE))
    with pytest.raises(NotFound):
        exposure(order, make.author(STRANGER))


def test_under_cmr_the_price_of_the_offer_is_refunded_on_top() -> None:
    found = exposure(offered(stops=[make.pickup(), MUNICH]), make.author(CARRIER))
    assert (found.law.regime, found.refunded_cents) == ("cmr", 800_00)
    assert not any(one.verified for one in found.bounds)


def test_what_was_not_declared_is_not_taken_for_nothing() -> None:
    order = offered(goods=[make.goods(value_cents=None)])
    assert exposure(order, make.author(CARRIER)).declared_cents is None


def test_an_estimate_begins_with_what_order_and_incident_say() -> None:
    found = claimed(hurt())
    assert (found.harm, found.loss_cents, found.weight_kg, found.packages) == ("damage", 300_000, 4_000, 10)
    assert (found.cents, found.binding, found.delivered_on) == (300_000, "loss", date(2026, 11, 24))
    part = claimed(hurt(), weight_kg=100, packages=1)
    assert (part.cents, part.binding) == (200_000, "per_kg")


def test_the_clock_says_how_many_days_are_left_and_when_it_was_kept() -> None:
    confirm = claimed(hurt()).deadlines[0]
    assert (confirm.code, confirm.due_on, confirm.days_left, confirm.state) == (
        "confirm",
        date(2026, 11, 27),
        3,
        "open",
    )
    late = claimed(hurt(), at=DELIVERED + timedelta(days=4)).deadlines[0]
    assert (late.days_left, late.state) == (0, "passed")
    friday = DELIVERED + timedelta(days=3)
    assert claimed(hurt(), confirmed_on=date(2026, 11, 27), at=friday).deadlines[0].state == "met"
    assert (
        claimed(hurt(), confirmed_on=date(2026, 11, 28), at=DELIVERED + timedelta(days=4)).deadlines[0].state
        == "passed"
    )
    assert claimed(hurt(), noted=True).deadlines[0].state == "open"


def test_a_letter_counts_from_the_delivery_on_and_was_not_posted_tomorrow() -> None:
    with pytest.raises(PostedLater):
        claimed(hurt(), confirmed_on=date(2026, 11, 25))
    assert claimed(hurt(), confirmed_on=date(2026, 11, 23)).deadlines[0].state == "open"
    assert claimed(hurt(), confirmed_on=date(2026, 11, 24)).deadlines[0].state == "met"


def test_an_order_that_is_reopened_was_not_delivered_again() -> None:
    order = hurt()
    for days, move in enumerate(("pod_ok", "delivered"), start=1):
        with held(DELIVERED + timedelta(days=days)):
            order.state = move
            order.write(make.author(), "proof_accepted" if move == "pod_ok" else "reopened")
    found = claimed(order, at=DELIVERED + timedelta(days=3))
    assert (found.delivered_on, found.deadlines[0].due_on) == (date(2026, 11, 24), date(2026, 11, 27))


def test_the_days_are_those_of_the_place_of_delivery() -> None:
    night = datetime(2026, 11, 24, 22, 30, tzinfo=UTC)
    stops = [
        make.pickup(site=place("Saint-Denis", "97400")),
        make.delivery(site=place("Le Port", "97420")),
    ]
    with held(night):
        made = hurt(stops=stops)
    made.history = [structs.replace(one, at=night) for one in made.history]
    assert claimed(made).delivered_on == date(2026, 11, 25)


def test_reserves_on_the_note_keep_a_cmr_claim() -> None:
    abroad = hurt(stops=[make.pickup(), MUNICH])
    assert claimed(abroad, noted=True).deadlines[0].state == "met"
    hidden = claimed(abroad, hidden=True).deadlines[0]
    assert (hidden.code, hidden.due_on) == ("reserves", date(2026, 12, 2))


def test_a_delay_costs_at_most_the_price_between_the_two() -> None:
    late = hurt(kind="delay", client_id=CLIENT)
    assert (claimed(late).cents, claimed(late).against) == (80_000, "carrier")
    assert claimed(late, against="owner").cents == 90_000
    by_client = claimed(late, CLIENT, loss_cents=300_000)
    assert (by_client.against, by_client.cents) == ("owner", 90_000)


def test_each_sees_its_own_contract_alone() -> None:
    late = hurt(kind="delay", client_id=CLIENT, shipper_id=SENDER)
    with pytest.raises(NotYourClaim):
        claimed(late, CLIENT, against="carrier")
    with pytest.raises(NotYourClaim):
        claimed(late, CARRIER, against="owner")
    for org in (SENDER, CONSIGNEE):
        with pytest.raises(NotYourClaim):
            claimed(late, org)
    late.incidents[0].shared = False
    for org in (CLIENT, CARRIER):
        with pytest.raises(NotFound):
            claimed(late, org)


def test_what_the_incident_cost_is_between_owner_and_carrier() -> None:
    found = claimed(hurt(client_id=CLIENT), CLIENT)
    assert (found.loss_cents, found.cents) == (None, 12_800_00)


def test_the_letter_is_for_who_claims_and_names_the_other() -> None:
    order = hurt(client_id=CLIENT)
    fr, en = claimed(order, weight_kg=100, packages=1).letters
    assert (fr.sender, fr.addressee) == ("Usines Dupont", "Transports Martin")
    text = " ".join(fr.body)
    assert "L133-3" in text
    assert "Deux palettes écrasées" in text
    assert "24 novembre 2026" in text
    assert "100 kg × 20 €/kg = 2\N{NARROW NO-BREAK SPACE}000,00" in text
    assert "EUR 2,000.00" in " ".join(en.body)
    assert "Groupe Dupont" not in text
    assert (fr.written_on, en.written_on) == (date(2026, 11, 24), date(2026, 11, 24))
    lost = " ".join(claimed(hurt("in_transit", kind="theft")).letters[0].body)
    assert "4\N{NARROW NO-BREAK SPACE}000 kg" in lost
    assert "mise en demeure de livrer" in lost
    assert claimed(order, CARRIER).letters == []
    to_owner = claimed(order, CLIENT).letters[0]
    assert (to_owner.sender, to_owner.addressee) == ("Groupe Dupont", "Usines Dupont")
    assert "Transports Martin" not in " ".join(to_owner.body)


def test_nobody_writes_to_itself_or_to_nobody() -> None:
    waiting = hurt("confirmed")
    assert claimed(waiting).letters == []
    own = hurt()
    own.carrier_id = SHIPPER
    assert (claimed(own).against, claimed(own).letters) == ("owner", [])


@pytest.mark.parametrize("day", [date(2026, 11, 25), date.max])
def test_nothing_was_delivered_tomorrow(day: date) -> None:
    with pytest.raises(DeliveredLater):
        claimed(hurt(), delivered_on=day)


def test_a_delivery_before_the_law_is_refused_as_such() -> None:
    with pytest.raises(RuleUnknownThen):
        claimed(hurt(), delivered_on=date.min)


def test_no_more_is_claimed_than_was_carried() -> None:
    with pytest.raises(MoreThanCarried):
        claimed(hurt(), weight_kg=4_001)
    with pytest.raises(MoreThanCarried):
        claimed(hurt(), packages=11)
    with pytest.raises(MoreThanCarried) as refused:
        claimed(hurt(goods=[make.goods(weight_kg=10_000.25)]), weight_kg=10_000.5)
    assert "10\N{NARROW NO-BREAK SPACE}000,25 kg" in refused.value.says("fr")
    assert "10,000.25 kg" in refused.value.says("en")


def test_the_legal_day_of_an_order_is_counted_by_road() -> None:
    order = make.order("assigned")
    places = ends(order)
    assert places is not None
    km, basis = kilometres(*places)
    assert 50 < km < 80
    found = duty(order, (km, basis), MONDAY - timedelta(days=1))
    # Taken over on Monday: one day of carriage, one of delivery at home.
    assert (found.legal_on, found.limit_at) == (date(2026, 11, 25), order.delivery.until_at)
    assert "1 par 450 km" in found.fr
    assert ends(make.order("assigned", stops=[make.pickup(), MUNICH])) is None


def test_a_late_carrier_is_told_until_when_it_may_be_replaced() -> None:
    order = make.order("planned")
    order.plan = PlanView(
        vehicle_plate="AB-123-CD", driver_name="Jo", planned_pickup_at=MONDAY + timedelta(hours=3)
    )
    found = duty(order, None, MONDAY)
    assert (found.pickup, found.replaceable_at) == ("expected_late", MONDAY + timedelta(hours=4))
    assert found.tell_by == found.replaceable_at
    assert duty(order, None, MONDAY + timedelta(hours=4)).tell_by is None
    loaded = make.order("in_transit")
    assert duty(loaded, None, MONDAY).replaceable_at is None


def test_a_delivery_that_will_be_late_is_said_before_it_is() -> None:
    order = make.order("in_transit")
    until = order.delivery.until_at
    assert until is not None
    found = duty(order, None, MONDAY, eta_delivery=until + timedelta(hours=1))
    assert (found.delivery, found.expected_by, found.tell_by) == ("expected_late", "track", until)
    assert duty(order, None, until + timedelta(hours=1)).delivery == "late"


@pytest.mark.parametrize("state", ["draft", "cancelled"])
def test_what_nobody_waits_for_is_never_late(state: str) -> None:
    found = duty(make.order(state), (60.0, "test"), MONDAY + timedelta(days=9))
    assert (found.pickup, found.delivery, found.replaceable_at) == ("unknown", "unknown", None)


def test_without_a_promise_the_end_of_the_legal_day_is_the_limit() -> None:
    order = make.order("assigned")
    order.stops = [order.stops[0], make.delivery(from_at=None, until_at=None)]
    found = duty(order, (60.0, "test"), MONDAY)
    assert found.limit_at == datetime(2026, 11, 25, 23, tzinfo=UTC)


async def test_the_exposure_is_asked_by_whoever_is_offered_the_order(web) -> None:
    order_id = await tendered(web())
    path = f"/api/orders/{order_id}/exposure"
    assert (await web(CARRIER).get(path)).json()["cents"] == 12_800_00
    assert [(await web(org).get(path)).status_code for org in (CONSIGNEE, STRANGER)] == [403, 404]
    assert (await web(CARRIER, roles={"driver"}).get(path)).status_code == 403


async def test_what_several_offers_may_cost_is_asked_at_once(web) -> None:
    ours, other = await tendered(web()), await confirmed(web())
    asked = {"order_ids": [ours, other, "ord_none", ours]}
    path = "/api/orders/exposures"
    by_carrier = (await web(CARRIER).get(path, params=asked)).json()["items"]
    assert [(one["order_id"], one["cents"]) for one in by_carrier] == [(ours, 12_800_00)]
    assert {one["order_id"] for one in (await web().get(path, params=asked)).json()["items"]} == {ours, other}
    for org in (CONSIGNEE, STRANGER):
        assert (await web(org).get(path, params=asked)).json()["items"] == []


async def test_an_estimate_changes_nothing_and_needs_no_key(web) -> None:
    order_id = await assigned(web())
    reported = await post(web(), f"{order_id}/incidents", kind="damage", text="Choc", shared=True)
    incident = reported["incidents"][0]["incident_id"]
    path = f"/api/orders/{order_id}/incidents/{incident}/claim"
    reader = web(write=False)
    before = (await reader.get(f"/api/orders/{order_id}")).json()["version"]
    answer = await reader.get(path, params={"loss_cents": 100_000, "weight_kg": 10, "packages": 1})
    assert (answer.status_code, answer.json()["cents"]) == (200, 20_000)
    assert (await reader.get(f"/api/orders/{order_id}")).json()["version"] == before
    assert (await web(STRANGER).get(path)).status_code == 404
    heavy = await reader.get(path, params={"weight_kg": 9_000})
    assert heavy.json()["errors"][0]["field"] == "weight_kg"


async def test_the_duty_is_told_to_all_that_have_a_part(web) -> None:
    order_id = await confirmed(web())
    path = f"/api/orders/{order_id}/duty"
    found = (await web(CONSIGNEE).get(path)).json()
    assert found["legal_on"] == "2026-11-25"
    assert body()["stops"][1]["until_at"] == found["promised_until"]
    assert (await web(STRANGER).get(path)).status_code == 404
