"""Rights of the tracking service over the web."""

import pytest

from rt.contracts import tracking_ia as contract
from rt.contracts.tracking_ia import EndDuty, PauseDuty, RecordPositions, StartDuty
from rt.kernel.access.identity import Actor, PeopleOnly, acting_as
from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.messages import OPEN, SELF, SIGNED_IN, Command, Query
from rt.services.authz.domain.roles import RIGHTS, ROLES
from rt.services.tracking_ia.actions.devices import Duty
from rt.services.tracking_ia.actions.recording import Recording
from rt.services.tracking_ia.app import build
from rt.services.tracking_ia.store import TrackingStore

WORDS = sorted(
    (
        message
        for message in vars(contract).values()
        if isinstance(message, type) and issubclass(message, (Query, Command))
    ),
    key=lambda message: message.__name__,
)


@pytest.mark.parametrize(
    "message",
    [message for message in WORDS if message.shape.needs != OPEN],
    ids=lambda message: message.__name__,
)
async def test_every_word_needs_its_right(platform, message):
    await platform.mount(build)
    shape = message.shape
    way = shape.route
    for field in shape.path_fields:
        way = way.replace("{" + field + "}", "x")
    assert (await platform.web("tracking_ia").request(shape.method, way)).status_code == 401
    if shape.needs not in (SIGNED_IN, SELF):
        idle = platform.web("tracking_ia", platform.actor(rights={"planning.admin"}))
        refused = await idle.request(shape.method, way)
        assert (refused.status_code, refused.json()["code"]) == (403, "right_missing")


def test_only_devices_and_followers_need_no_account():
    assert [message.__name__ for message in WORDS if message.shape.needs == OPEN] == [
        "FollowOrder",
        "OsmAndPost",
        "OsmAndReport",
    ]


async def test_a_batch_of_more_than_a_thousand_is_refused(platform):
    await platform.mount(build)
    point = {"at": "2026-03-02T08:00:00Z", "latitude": 45, "longitude": 4}
    client = platform.web("tracking_ia", platform.actor(rights={"tracking_ia.write"}))
    refused = await client.post("/api/tracking/positions", json={"points": [point] * 1_001})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "points")


async def test_an_unreadable_report_is_refused(platform):
    await platform.mount(build)
    refused = await platform.web("tracking_ia").post("/api/tracking/osmand", content=b"{nonsense")
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
    assert sorted(MAY) == [message.__name__ for message in WORDS if message.shape.needs != OPEN]


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_says_these_messages_and_no_others(platform, role):
    await platform.mount(build)
    client = platform.web("tracking_ia", platform.actor(rights=set(RIGHTS[role]), roles={role}))
    may = set()
    for message in WORDS:
        shape = message.shape
        if shape.needs != OPEN:
            way = shape.route
            for field in shape.path_fields:
                way = way.replace("{" + field + "}", "x")
            if (await client.request(shape.method, way)).status_code != 403:
                may.add(message.__name__)
    assert may == {message for message, roles in MAY.items() if role in roles}


async def test_only_a_person_is_on_duty_and_has_positions(platform):
    """An API key with every right of tracking is nobody who drives."""
    await platform.mount(build)
    store = TrackingStore(platform.database("tracking_ia"))
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
