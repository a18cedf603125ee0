"""How stored documents change while two releases serve side by side: expand first, contract much later.

A release may only add. Its `expand` migrations run before the first machine serves it, while the release
before still writes: they fill or copy, and what that release writes afterwards must stay readable. What only
the release before needed goes by `contract`, as a step of its own, once nobody wants to go back to it.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import msgspec

from rt.kernel.core.clock import now
from rt.kernel.core.telemetry import log
from rt.kernel.storage.persistence import Database

Phase = Literal["expand", "contract"]
Work = Callable[[], Awaitable[None]]


class MigrationsOutOfOrder(Exception):
    """A contraction that would take away what an expansion has not yet replaced."""


class Migration(msgspec.Struct, frozen=True):
    """One numbered change of a unit's documents; its work may be cut short and run again."""

    number: int
    phase: Phase
    work: Work


def expand(number: int, work: Work) -> Migration:
    """Add what this release reads besides what the one before reads."""
    return Migration(number, "expand", work)


def contract(number: int, work: Work) -> Migration:
    """Take away what no release reads any more."""
    return Migration(number, "contract", work)


class Migrations:
    """One unit's migrations, each run once for a database; a deploy is alone, so nobody else runs them."""

    def __init__(self, database: Database, migrations: Sequence[Migration]) -> None:
        numbers = [one.number for one in migrations]
        if numbers != sorted(set(numbers)):
            raise MigrationsOutOfOrder(f"{database.unit}: migrations are numbered {numbers}")
        self._database = database
        self._migrations = migrations

    async def run(self, phase: Phase) -> list[str]:
        """Run what has not run; expanding fills search tokens too, contracting drops indexes without name."""
        known = {one["_id"] async for one in self._database["migrations"].find({"unit": self._database.unit})}
        done = []
        for one in self._migrations:
            name = f"{self._database.unit}.{one.number}"
            if name in known:
                continue
            if one.phase != phase:
                if phase == "contract":
                    raise MigrationsOutOfOrder(f"{name} has to expand first")
                continue
            await one.work()
            record = {"_id": name, "unit": self._database.unit, "phase": phase, "done_at": now()}
            await self._database["migrations"].insert_one(record)
            log.info("migrated", unit=self._database.unit, migration=name, phase=phase)
            done.append(name)
        if phase == "expand":
            for collection in self._database.collections:
                if moved := await collection.carry_outbox():
                    done.append(f"{collection.name}: {moved} outboxes carried over")
                if filled := await collection.fill_tokens():
                    done.append(f"{collection.name}: {filled} made findable")
        if phase == "contract":
            for collection in self._database.collections:
                done += [f"{collection.name}: index {name}" for name in await collection.forget_indexes()]
        return done
