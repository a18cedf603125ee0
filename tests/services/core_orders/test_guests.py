"""A guest carrier, from the address book to the order it takes by its link, with authz itself."""

from datetime import timedelta

import pytest
from tests.services.core_orders.test_api import accept, body, post

from rt.contracts.core_orders import OrderTendered, TenderAccepted
from rt.kernel.core.clock import now
from rt.kernel.log.subscriptions import subscribe
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.service.service import ServiceContext, Unit
from rt.services.authz import app as authz
from rt.services.core_orders import app
from rt.services.planning import app as planning


@pytest.fixture
async def emitted(platform) -> list[OrderTendered | TenderAccepted]:
    """core_orders, authz, planning, and what somebody at the place of notifications hears of offers."""
    heard: list[OrderTendered | TenderAccepted] = []

    async def handle(event: OrderTendered | TenderAccepted, envelope: EventEnvelope) -> None:
        heard.append(event)

    def build(context: ServiceContext) -> Unit:
        return Unit(
            name="notifications",
            serves=[],
            subscriptions=[
                subscribe(OrderTendered, handle, since="beginning"),
                subscribe(TenderAccepted, handle, since="beginning"),
            ],
        )

    build.__module__ = "rt.services.notifications.app"
    await platform.mount(authz.build, app.build, planning.build, build)
    return heard


@pytest.mark.parametrize(("days", "answer"), [(59, 200), (70, 200), (88, 200), (90, 422), (200, 422)])
async def test_an_offer_to_a_guest_may_end_as_late_as_a_link_can(
    platform, emitted, days: int, answer: int
) -> None:
    person = {"name": "Usines Dupont", "kind": "shipper", "email": "a@dupont.example", "person_name": "Ana"}
    async with platform.web("authz") as anybody:
        registered = (await anybody.post("/auth/organizations", json=person)).json()
    rights = {"core_orders.read", "core_orders.write", "authz.partner"}
    actor = platform.actor(registered["organization_id"], rights=rights, name="Ana")
    partner = {"name": "Transports Martin", "kind": "carrier", "email": "jo@martin.example"}
    async with platform.web("authz", actor) as shipper:
        guest = (await shipper.post("/auth/partners", json=partner)).json()
    async with platform.web("core_orders", actor) as shipper:
        asked = body(consignee_id=None, logistician_id=None)
        order_id = (await shipper.post("/api/orders", json=asked)).json()["order_id"]
        await post(shipper, f"{order_id}/confirm")
        offer = {
            "carrier_id": guest["id"],
            "price_cents": 50_000,
            "deadline": (now() + timedelta(days=days)).isoformat(),
        }
        offered = await shipper.post(f"/api/orders/{order_id}/tender", json=offer)
        assert offered.status_code == answer, offered.text
        if answer == 422:
            assert offered.json()["code"] == "deadline_too_far"
            assert [fault["field"] for fault in offered.json()["errors"]] == ["deadline"]


async def test_a_guest_carrier_answers_with_the_very_link_that_authz_issued(platform, emitted):
    person = {"name": "Usines Dupont", "kind": "shipper", "email": "a@dupont.example", "person_name": "Ana"}
    async with platform.web("authz") as anybody:
        registered = (await anybody.post("/auth/organizations", json=person)).json()
    org = registered["organization_id"]
    rights = {"core_orders.read", "core_orders.write", "authz.partner"}
    actor = platform.actor(org, rights=rights, name="Ana")
    partner = {"name": "Transports Martin", "kind": "carrier", "email": "jo@martin.example"}
    async with platform.web("authz", actor) as shipper:
        guest = (await shipper.post("/auth/partners", json=partner)).json()
    assert guest["guest"]
    async with platform.web("core_orders", actor) as shipper:
        asked = body(consignee_id=None, logistician_id=None)
        order_id = (await shipper.post("/api/orders", json=asked)).json()["order_id"]
        await post(shipper, f"{order_id}/confirm")
        deadline = (now() + timedelta(hours=2)).isoformat()
        await post(
            shipper, f"{order_id}/tender", carrier_id=guest["id"], price_cents=50_000, deadline=deadline
        )
    await platform.settle()
    (offer,) = emitted
    assert (offer.carrier_email, offer.order.carrier_name) == ("jo@martin.example", "Transports Martin")
    bearer = {"authorization": f"Bearer {offer.link_token}"}
    async with platform.web("core_orders", **bearer) as carrier:
        seen = (await carrier.get(f"/api/orders/{order_id}")).json()
        assert (seen["tender"]["price_cents"], seen["shipper_name"]) == (50_000, "Usines Dupont")
        accepted = await accept(carrier, order_id)
        planned = await post(carrier, f"{order_id}/plan", vehicle_plate="AB-123-CD", driver_name="Jo")
        assert (accepted["state"], planned["state"]) == ("assigned", "planned")
        assert (await carrier.get("/api/orders")).status_code == 403
    await platform.settle()
    taken = emitted[-1]
    assert isinstance(taken, TenderAccepted)
    assert (taken.carrier_guest, taken.carrier_email) == (True, "jo@martin.example")
    bearer = {"authorization": f"Bearer {taken.slot_link_token}"}
    async with platform.web("planning", **bearer) as carrier:
        free = await carrier.get(
            f"/api/planning/orders/{order_id}/free-slots", params={"kind": "delivery", "day": "2026-12-01"}
        )
        assert (free.status_code, free.json()["items"]) == (200, [])
