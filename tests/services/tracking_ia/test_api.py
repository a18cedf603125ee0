"""Rights of the tracking service over the web."""

import pytest

from rt.contracts import tracking_ia as words
from rt.contracts.tracking_ia import EndDuty, PauseDuty, RecordPositions, StartDuty
from rt.kernel.identity import Actor, PeopleOnly, acting_as
from rt.kernel.messages import OPEN, SELF, SIGNED_IN, Command, Query
from rt.kernel.tenancy import acting_for
from rt.services.authz.domain.roles import RIGHTS, ROLES
from rt.services.tracking_ia.actions.devices import Duty
from rt.services.tracking_ia.actions.recording import Recording
from rt.services.tracking_ia.app import build
from rt.services.tracking_ia.store import TrackingStore

WORDS = sorted(
    (word for word in vars(words).values() if isinstance(word, type) and issubclass(word, (Query, Command))),
    key=lambda word: word.__name__,
)


@pytest.mark.parametrize(
    "word", [word for word in WORDS if word.word.needs != OPEN], ids=lambda word: word.__name__
)
async def test_every_word_needs_its_right(house, word):
    await house.mount(build)
    shape = word.word
    way = shape.route
    for field in shape.path_fields:
        way = way.replace("{" + field + "}", "x")
    assert (await house.web("tracking_ia").request(shape.method, way)).status_code == 401
    if shape.needs not in (SIGNED_IN, SELF):
        idle = house.web("tracking_ia", house.actor(rights={"planning.admin"}))
        refused = await idle.request(shape.method, way)
        assert (refused.status_code, refused.json()["code"]) == (403, "right_missing")


def test_only_devices_and_followers_need_no_account():
    assert [word.__name__ for word in WORDS if word.word.needs == OPEN] == [
        "FollowOrder",
        "OsmAndPost",
        "OsmAndReport",
    ]


async def test_a_batch_of_more_than_a_thousand_is_refused(house):
    await house.mount(build)
    point = {"at": "2026-03-02T08:00:00Z", "latitude": 45, "longitude": 4}
    client = house.web("tracking_ia", house.actor(rights={"tracking_ia.write"}))
    refused = await client.post("/api/tracking/positions", json={"points": [point] * 1_001})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "points")


async def test_an_unreadable_report_is_refused(house):
    await house.mount(build)
    refused = await house.web("tracking_ia").post("/api/tracking/osmand", content=b"{nonsense")
    assert (refused.status_code, refused.json()["code"]) == (422, "report_unreadable")


OFFICE = ("admin", "dispatcher", "operator", "accountant", "viewer", "platform_admin")
RUN = ("admin", "platform_admin")
MAY = {
    **dict.fromkeys(("AddDevice", "RemoveDevice", "SetRule"), RUN),
    **dict.fromkeys(("ShareOrder", "EndShare"), (*RUN, "dispatcher")),
    **dict.fromkeys(
        ("FindDevices", "FindApps", "FindRules", "FindPurges", "FleetPositions", "GetTrips", "FindEtas"),
        OFFICE,
    ),
    **dict.fromkeys(("RecordPositions", "StartDuty", "PauseDuty", "EndDuty"), (*RUN, "dispatcher", "driver")),
    **dict.fromkeys(("GetEta", "GetTrack", "MyTrack"), (*OFFICE, "driver")),
}


def test_the_table_names_every_word_that_is_not_open():
    assert sorted(MAY) == [word.__name__ for word in WORDS if word.word.needs != OPEN]


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_says_these_words_and_no_others(house, role):
    await house.mount(build)
    client = house.web("tracking_ia", house.actor(rights=set(RIGHTS[role]), roles={role}))
    may = set()
    for word in WORDS:
        shape = word.word
        if shape.needs != OPEN:
            way = shape.route
            for field in shape.path_fields:
                way = way.replace("{" + field + "}", "x")
            if (await client.request(shape.method, way)).status_code != 403:
                may.add(word.__name__)
    assert may == {word for word, roles in MAY.items() if role in roles}


async def test_only_a_person_is_on_duty_and_has_positions(house):
    """An API key with every right of tracking is nobody who drives."""
    await house.mount(build)
    store = TrackingStore(house.database("tracking_ia"))
    recording, duty = Recording(store), Duty(store)
    with acting_for("org_a"), acting_as(Actor(kind="key", id="key_1", org_id="org_a")):
        for saying in (
            recording.record(RecordPositions(points=[])),
            duty.start(StartDuty()),
            duty.pause(PauseDuty()),
            duty.end(EndDuty()),
        ):
            with pytest.raises(PeopleOnly):
                await saying
