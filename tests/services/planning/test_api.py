"""The planning service over the web: rights, forms of requests, and its first messages end to end."""

import pytest
from tests.services.planning import make
from tests.services.planning.conftest import READ

from rt.contracts import planning as contract
from rt.kernel.model.messages import SELF, Command, Query
from rt.services.planning.app import build

WORDS = sorted(
    (
        message
        for message in vars(contract).values()
        if isinstance(message, type) and issubclass(message, Query | Command)
    ),
    key=lambda message: message.__name__,
)
LINKED = {"BookSlot", "CancelSlot", "FindFreeSlots", "JoinWaitingList", "MoveSlot", "SlotCalendar", "GetSlot"}


def test_every_word_has_a_right_of_its_own_service():
    assert {message.shape.needs for message in WORDS} == {"planning.read", "planning.write", SELF}
    assert [message.__name__ for message in WORDS if message.shape.needs == SELF] == ["MyDay"]
    assert {message.__name__ for message in WORDS if message.shape.link} == LINKED
    assert all(message.shape.needs == "planning.write" for message in WORDS if message.shape.method != "GET")


async def test_every_word_needs_its_right(platform):
    await platform.mount(build)
    nobody = platform.web("planning")
    idle = platform.web("planning", platform.actor(rights={"palette.write"}))
    reader = platform.web("planning", platform.actor(rights=READ))
    link = platform.web(
        "planning", platform.actor(kind="link", id="lnk_1", scope="accept_tender", object_id="x")
    )
    for message in WORDS:
        shape = message.shape
        if shape.needs == SELF:
            continue
        way = shape.route
        for field in shape.path_fields:
            way = way.replace("{" + field + "}", "x")
        assert (await nobody.request(shape.method, way)).status_code == 401, message
        for client in (idle, link):
            refused = await client.request(shape.method, way)
            assert (refused.status_code, refused.json()["code"]) == (403, "right_missing"), message
        if shape.needs == "planning.write":
            assert (await reader.request(shape.method, way)).status_code == 403, message


async def test_an_order_is_carried_from_basket_to_driver(world):
    job = await world.job()
    vehicle, driver = await world.crew(driver={"user_id": "usr_anne"})
    tour = await world.carrier.get(
        contract.AssignJob(
            job_id=job["job_id"],
            vehicle_id=vehicle["vehicle_id"],
            driver_id=driver["driver_id"],
            day=make.DAY,
        )
    )
    await world.carrier.get(contract.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))
    anne = world.office("carrier", READ, roles={"driver"}, id="usr_anne")
    mine = await anne.get(contract.MyDay())
    assert [stop["order_id"] for stop in mine["tours"][0]["stops"]] == [job["order_id"]] * 2
    assert "price" not in str(mine)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (contract.GetTour(tour_id="x"), "tour_unknown"),
        (contract.GetOptimisedPlan(plan_id="x"), "plan_unknown"),
        (contract.UnassignJob(job_id="x", tour_id="y"), "job_unknown"),
        (contract.FindOpenings(dock_id="x", day=make.DAY), "dock_unknown"),
        (contract.MarkArrived(slot_id="x", version=1), "slot_unknown"),
        (contract.FindFreeSlots(order_id="x", kind="pickup", day=make.DAY), "job_unknown"),
        (contract.MyDay(), "driver_not_tied"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_what_is_not_there_is_not_found(world, message, code):
    status, answer = await world.carrier.say(message)
    assert (status, answer["code"]) == (404, code)


async def test_an_assignment_names_a_crew(world):
    job = await world.job()
    status, answer = await world.carrier.say(contract.AssignJob(job_id=job["job_id"]))
    assert (status, answer["code"]) == (422, "crew_missing")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"starts_at": "2026-06-02T08:00:00"}, "starts_at"),
        ({"starts_at": "2026-06-02T08:00:00Z", "kind": "visit"}, "kind"),
        ({"starts_at": "2026-06-02T08:00:00Z", "colour": "red"}, "colour"),
    ],
)
async def test_a_malformed_booking_is_refused_with_its_field(world, fields, field):
    wish = {"dock_id": "dck_1", "kind": "delivery"} | fields
    answer = await world.carrier.client.post("/api/planning/orders/o/slots", json=wish)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("seconds", [0, 31])
async def test_the_time_of_a_search_is_bounded(world, seconds):
    wish = {"day": "2026-06-02", "budget_seconds": seconds}
    answer = await world.carrier.client.post("/api/planning/optimise", json=wish)
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (
            contract.AddDriver(
                name="A", hours=[contract.WorkingHours(weekday=0, from_minute=600, until_minute=600)]
            ),
            "hours_empty",
        ),
        (
            contract.AddDock(
                name="Q",
                site=make.site(),
                hours=[contract.OpeningHours(weekday=0, from_minute=600, until_minute=600)],
            ),
            "hours_empty",
        ),
    ],
    ids=["driver", "dock"],
)
async def test_hours_have_a_length(world, message, code):
    status, answer = await world.carrier.say(message)
    assert (status, answer["code"]) == (422, code)
