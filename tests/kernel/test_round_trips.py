"""What is asked for with a limit comes in one answer, not a hundred first and the rest when asked again."""

from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pymongo import monitoring

from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.event_log import EVENT_LOG, EventLog
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
    """How often the server was asked for more while `on`."""

    def __init__(self) -> None:
        self.on, self.more = False, 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.more += self.on and event.command_name == "getMore"

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


async def test_what_the_log_finds(database: Database) -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    told = {"at": at, "org_id": "org_a", "entity": "thing", "ids": ["thg_000001"]}
    events = [told | {"_id": f"evt_{n}", "entity_id": f"thg_{n}"} for n in range(MANY)]
    await database[EVENT_LOG].insert_many(
        [one | {"partition": "toys.0", "seq": n} for n, one in enumerate(events)]
    )
    await once(lambda: EventLog(database).find("thg_000001", limit=MANY))
