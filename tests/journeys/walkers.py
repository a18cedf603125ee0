"""A unit whose walkers step and whose reader writes down each step: what a takeover must not spoil.

Run as a program it is one of several processes that share the reading:
python -m tests.journeys.walkers URI DATABASE KEYS INSTANCE
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from rt.host.keys import UnitKeys
from rt.host.platform import Platform
from rt.host.topology import UNITS
from rt.kernel.core.ids import derived_id
from rt.kernel.core.settings import Settings
from rt.kernel.log import leases
from rt.kernel.model.entity import Entity
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.messages import Event
from rt.kernel.service.service import ServiceContext, Unit, subscribe
from rt.kernel.storage.persistence import Collection, Database

PALETTE = next(row for row in UNITS if row.package == "palette")
LEASE = timedelta(seconds=1)


class Stepped(Event, topic="palette.walker.stepped"):
    """A walker made its next step."""

    walker_id: str
    step: int


class Walker(Entity):
    """Steps from 1 on."""

    steps: int = 0


class Diary(Entity):
    """The steps of one walker, as they were heard."""

    steps: list[int] = []


class Diaries:
    """Writes down each step of each walker."""

    def __init__(self, database: Database) -> None:
        self.kept = Collection(database, Diary, "diaries", quiet=True)

    async def write(self, event: Stepped, envelope: EventEnvelope) -> None:
        diary_id = derived_id("dia", event.walker_id)
        if await self.kept.first({"id": diary_id}) is None:
            await self.kept.add(Diary(id=diary_id, steps=[event.step]))
            return
        async with self.kept.change(diary_id) as diary:
            diary.steps = [*diary.steps, event.step]


def build(context: ServiceContext) -> Unit:
    diaries = Diaries(context.database)
    return Unit(
        name="palette", serves=[], subscriptions=[subscribe(Stepped, diaries.write, since="beginning")]
    )


def settings_of(database: str, instance: str, home: Path) -> Settings:
    return Settings(
        mongodb_db=database,
        home=home,
        instance=instance,
        jwt_secret="a secret of tests that is long enough for anybody",
    )


async def read(uri: str, database: str, keys: Path, instance: str) -> None:
    leases.LEASE = LEASE
    platform = Platform(settings_of(database, instance, keys.parent), uri, UnitKeys(keys))
    platform.add(PALETTE, build)
    await platform.start()
    print("ready", flush=True)
    await platform.broken.wait()


if __name__ == "__main__":
    asyncio.run(read(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]))
