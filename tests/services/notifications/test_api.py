"""Rights of the notification service over the web."""

from typing import Any

import msgspec
import pytest
from tests.conftest import TestHouse
from tests.house.words import asked

from rt.kernel.messages import OPEN, SELF, SIGNED_IN
from rt.kernel.settings import Settings

WORDS = asked("notifications")
CLOSED = [word for word in WORDS if word.word.needs != OPEN]


@pytest.mark.parametrize("word", CLOSED, ids=lambda word: word.__name__)
async def test_every_word_needs_its_right(house: Any, voice: Any, word: Any) -> None:
    shape = word.word
    way = shape.route
    for field in shape.path_fields:
        way = way.replace("{" + field + "}", "x")
    async with house.web("notifications") as nobody:
        assert (await nobody.request(shape.method, way)).status_code == 401
    if shape.needs in (SIGNED_IN, SELF):
        return
    async with house.web("notifications", house.actor(rights={"planning.admin"})) as idle:
        refused = await idle.request(shape.method, way)
    assert (refused.status_code, refused.json()["code"]) == (403, "right_missing")


async def test_the_key_for_pushes_stays_the_same(house: Any, voice: Any) -> None:
    async with house.web("notifications") as nobody:
        first = (await nobody.get("/api/notifications/push-key")).json()["public_key"]
        assert first == (await nobody.get("/api/notifications/push-key")).json()["public_key"]
    assert len(first) == 87


class TestProduction:
    """Where nobody reads other people's mail."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, environment="production")

    async def test_production_has_no_mailbox(self, house: TestHouse, voice: Any) -> None:
        root = house.actor("org_operator", {"notifications.admin"}, {"platform_admin"})
        async with house.web("notifications", root) as client:
            assert (await client.get("/api/notifications/mailbox")).status_code == 404
