"""The planning service over the web: rights, forms of requests, and its first words end to end."""

import pytest
from tests.services.planning import make
from tests.services.planning.conftest import READ

from rt.contracts import planning as words
from rt.kernel.messages import SELF, Command, Query
from rt.services.planning.app import build

WORDS = sorted(
    (word for word in vars(words).values() if isinstance(word, type) and issubclass(word, Query | Command)),
    key=lambda word: word.__name__,
)
LINKED = {"BookSlot", "CancelSlot", "FindFreeSlots", "JoinWaitingList", "MoveSlot", "SlotCalendar", "GetSlot"}


def test_every_word_has_a_right_of_its_own_service():
    assert {word.word.needs for word in WORDS} == {"planning.read", "planning.write", SELF}
    assert [word.__name__ for word in WORDS if word.word.needs == SELF] == ["MyDay"]
    assert {word.__name__ for word in WORDS if word.word.link} == LINKED
    assert all(word.word.needs == "planning.write" for word in WORDS if word.word.method != "GET")


async def test_every_word_needs_its_right(house):
    await house.mount(build)
    nobody = house.web("planning")
    idle = house.web("planning", house.actor(rights={"palette.write"}))
    reader = house.web("planning", house.actor(rights=READ))
    link = house.web("planning", house.actor(kind="link", id="lnk_1", scope="accept_tender", object_id="x"))
    for word in WORDS:
        shape = word.word
        if shape.needs == SELF:
            continue
        way = shape.route
        for field in shape.path_fields:
            way = way.replace("{" + field + "}", "x")
        assert (await nobody.request(shape.method, way)).status_code == 401, word
        for client in (idle, link):
            refused = await client.request(shape.method, way)
            assert (refused.status_code, refused.json()["code"]) == (403, "right_missing"), word
        if shape.needs == "planning.write":
            assert (await reader.request(shape.method, way)).status_code == 403, word


async def test_an_order_is_carried_from_basket_to_driver(world):
    job = await world.job()
    vehicle, driver = await world.crew(driver={"user_id": "usr_anne"})
    tour = await world.carrier.get(
        words.AssignJob(
            job_id=job["job_id"],
            vehicle_id=vehicle["vehicle_id"],
            driver_id=driver["driver_id"],
            day=make.DAY,
        )
    )
    await world.carrier.get(words.PublishTour(tour_id=tour["tour_id"], version=tour["version"]))
    anne = world.office("carrier", READ, roles={"driver"}, id="usr_anne")
    mine = await anne.get(words.MyDay())
    assert [stop["order_id"] for stop in mine["tours"][0]["stops"]] == [job["order_id"]] * 2
    assert "price" not in str(mine)


@pytest.mark.parametrize(
    ("word", "code"),
    [
        (words.GetTour(tour_id="x"), "tour_unknown"),
        (words.GetOptimisedPlan(plan_id="x"), "plan_unknown"),
        (words.UnassignJob(job_id="x", tour_id="y"), "job_unknown"),
        (words.FindOpenings(dock_id="x", day=make.DAY), "dock_unknown"),
        (words.MarkArrived(slot_id="x", version=1), "slot_unknown"),
        (words.FindFreeSlots(order_id="x", kind="pickup", day=make.DAY), "job_unknown"),
        (words.MyDay(), "driver_not_tied"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_what_is_not_there_is_not_found(world, word, code):
    status, answer = await world.carrier.say(word)
    assert (status, answer["code"]) == (404, code)


async def test_an_assignment_names_a_crew(world):
    job = await world.job()
    status, answer = await world.carrier.say(words.AssignJob(job_id=job["job_id"]))
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
    ("word", "code"),
    [
        (
            words.AddDriver(
                name="A", hours=[words.WorkingHours(weekday=0, from_minute=600, until_minute=600)]
            ),
            "hours_empty",
        ),
        (
            words.AddDock(
                name="Q",
                site=make.site(),
                hours=[words.OpeningHours(weekday=0, from_minute=600, until_minute=600)],
            ),
            "hours_empty",
        ),
    ],
    ids=["driver", "dock"],
)
async def test_hours_have_a_length(world, word, code):
    status, answer = await world.carrier.say(word)
    assert (status, answer["code"]) == (422, code)
