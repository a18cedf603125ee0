"""Rights of the notification service over the web."""

from typing import Any

import msgspec
import pytest
from tests.conftest import TestPlatform
from tests.house.messages import asked

from rt.kernel.access.identity import Actor, PeopleOnly, check
from rt.kernel.core.settings import Settings
from rt.kernel.model.messages import OPEN, SELF, SIGNED_IN
from rt.services.authz.domain.roles import RIGHTS

WORDS = asked("notifications")
CLOSED = [word for word in WORDS if word.shape.needs != OPEN]
OWN = [word for word in CLOSED if word.shape.needs == SELF]


@pytest.mark.parametrize("word", CLOSED, ids=lambda word: word.__name__)
async def test_every_word_needs_its_right(platform: Any, voice: Any, word: Any) -> None:
    shape = word.shape
    way = shape.route
    for field in shape.path_fields:
        way = way.replace("{" + field + "}", "x")
    async with platform.web("notifications") as nobody:
        assert (await nobody.request(shape.method, way)).status_code == 401
    if shape.needs in (SIGNED_IN, SELF):
        return
    async with platform.web("notifications", platform.actor(rights={"planning.admin"})) as idle:
        refused = await idle.request(shape.method, way)
    assert (refused.status_code, refused.json()["code"]) == (403, "right_missing")


async def test_the_key_for_pushes_stays_the_same(platform: Any, voice: Any) -> None:
    async with platform.web("notifications") as nobody:
        first = (await nobody.get("/api/notifications/push-key")).json()["public_key"]
        assert first == (await nobody.get("/api/notifications/push-key")).json()["public_key"]
    assert len(first) == 87


class TestProduction:
    """Where nobody reads other people's mail."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return msgspec.structs.replace(settings, environment="production")

    async def test_production_has_no_mailbox(self, platform: TestPlatform, voice: Any) -> None:
        root = platform.actor("org_operator", {"notifications.admin"}, {"platform_admin"})
        async with platform.web("notifications", root) as client:
            assert (await client.get("/api/notifications/mailbox")).status_code == 404


OFFICE = ("admin", "dispatcher", "operator", "accountant")
PEOPLE = (*OFFICE, "driver", "viewer", "platform_admin")
MAY = {
    "FindMessages": (*OFFICE, "platform_admin"),
    **dict.fromkeys(("ReadMailbox", "ReplayMessage"), ("platform_admin",)),
    **dict.fromkeys(("MyNotices", "CountNotices", "MarkRead", "MarkAllRead"), PEOPLE),
    **dict.fromkeys(("FindPreferences", "SetPreference", "SubscribePush"), PEOPLE),
    **dict.fromkeys(
        ("AddWebhook", "FindWebhooks", "RotateWebhookSecret", "RemoveWebhook"), ("admin", "platform_admin")
    ),
}


def test_the_table_names_every_word_that_is_not_open() -> None:
    assert sorted(MAY) == sorted(word.__name__ for word in CLOSED)


@pytest.mark.parametrize("role", PEOPLE)
async def test_each_role_says_these_messages_and_no_others(platform: Any, voice: Any, role: Any) -> None:
    """With the rights that its token really has."""
    org = "org_operator" if role == "platform_admin" else "org_ship"
    actor = platform.actor(org, set(RIGHTS[role]), {role}, id="usr_x")
    may = set()
    async with platform.web("notifications", actor) as client:
        for word in CLOSED:
            shape = word.shape
            way = shape.route
            for field in shape.path_fields:
                way = way.replace("{" + field + "}", "x.y" if field == "topic" else "x")
            if (await client.request(shape.method, way)).status_code != 403:
                may.add(word.__name__)
    assert may == {word for word, roles in MAY.items() if role in roles}


@pytest.mark.parametrize("kind", ["key", "unit"])
@pytest.mark.parametrize(
    "word", [word for word in CLOSED if word.shape.needs == SELF], ids=lambda w: w.__name__
)
def test_nothing_that_is_one_s_own_is_said_by_a_key_or_a_unit(word: Any, kind: Any) -> None:
    actor = Actor(kind=kind, id="key_1", org_id="org_ship", rights=RIGHTS["admin"])
    with pytest.raises(PeopleOnly):
        check(word.shape, actor, {})
