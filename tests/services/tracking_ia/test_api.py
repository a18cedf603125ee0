"""Rights of the tracking service over the web."""

import pytest

from rt.contracts import tracking_ia as words
from rt.kernel.messages import OPEN, SELF, SIGNED_IN, Command, Query
from rt.services.tracking_ia.app import build

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
