"""Questions to the server are few and narrow: a limit has one answer, what is not asked for is not read."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pymongo import monitoring
from tests.conftest import TestPlatform

from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.event_log import EVENT_LOG, EventLog, prepare_log
from rt.kernel.model.entity import Entity
from rt.kernel.storage.listing import Listing
from rt.kernel.storage.persistence import Collection, Database
from rt.kernel.storage.points import Point, Series

MANY = 120
"""More than the server answers at first where nothing is said."""
AT_MS = 1_772_000_000_000


class Line(Entity, kw_only=True):
    name: str


LINES = Listing(Line, sorts={"name": "name"})


class Asked(monitoring.CommandListener):
    """What the server was asked for while `on`, and how often for more."""

    def __init__(self) -> None:
        self.on, self.more = False, 0
        self.finds: list[dict[str, Any]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.more += self.on and event.command_name == "getMore"
        if self.on and event.command_name == "find":
            kept = ("find", "filter", "sort", "limit")
            self.finds.append({name: event.command[name] for name in kept if name in event.command})

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


asked = Asked()
monitoring.register(asked)


@pytest.fixture(autouse=True)
def overheard() -> Iterator[None]:
    yield
    asked.on = False
    asked.finds.clear()


async def once(read: Callable[[], Awaitable[Any]]) -> None:
    asked.on, asked.more = True, 0
    found = await read()
    assert len(found) == MANY
    assert asked.more == 0


async def test_entities_and_rows(database: Database) -> None:
    lines = Collection(database, Line, "lines", listings=(LINES,))
    await database.prepare()
    with acting_for("org_a"):
        for n in range(MANY):
            await lines.add(Line(id=f"lin_{n:03d}", name=f"n{n:03d}"))
        await once(lambda: lines.find({}, limit=MANY))

        async def rows() -> list[Line]:
            return (await lines.rows(LINES, limit=MANY)).items

        await once(rows)


async def test_the_latest_readings(database: Database) -> None:
    series = Series(database, "readings", lambda fresh, kept: fresh < kept)
    points = [Point("org_a", "ser_a", "src_a", AT_MS + 1_000 * n, b"1") for n in range(MANY)]
    await series.append(points)
    with acting_for("org_a"):
        await once(lambda: series.latest("ser_a", MANY))


async def test_what_the_log_finds_at_once(database: Database) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    told = {"at": at, "org_id": "org_a", "entity": "thing", "ids": ["thg_000001"]}
    events = [told | {"_id": f"evt_{n}", "entity_id": f"thg_{n}"} for n in range(MANY)]
    await database[EVENT_LOG].insert_many(
        [one | {"partition": "toys.0", "seq": n} for n, one in enumerate(events)]
    )
    await once(lambda: EventLog(database).find("thg_000001", limit=MANY))


async def test_a_rare_act_is_not_looked_for_in_all_that_was_told(platform: TestPlatform) -> None:
    database = platform.database("kernel")
    await prepare_log(database)
    at = datetime(2026, 3, 2, tzinfo=UTC)
    told = {"source": "toys", "org_id": "org_a", "entity": "thing", "actor": {}, "trace": "", "body": {}}
    events = [
        told
        | {
            "_id": f"evt_{n}",
            "entity_id": f"thg_{n}",
            "at": at + timedelta(seconds=n),
            "version": 1,
            "nth": 1,
        }
        | {"partition": f"toys.{n % 8}", "seq": n, "topic": "toys.thing.made" if n > 1 else "toys.thing.lost"}
        for n in range(MANY)
    ]
    await database[EVENT_LOG].insert_many(events)
    asked.on = True
    found, _ = await EventLog(database).lines({"topic": "toys.thing.lost"}, "", 50)
    asked.on = False
    assert [one.id for one, _ in found] == ["evt_1", "evt_0"]
    (find,) = [one for one in asked.finds if one["find"] == EVENT_LOG]
    command = {"explain": find, "verbosity": "executionStats"}
    shown = await platform.client.get_database(platform.settings.mongodb_db).command(command)
    assert shown["executionStats"]["totalDocsExamined"] == 2
