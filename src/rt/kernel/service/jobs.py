"""What happens because of the clock: repeated work and deadlines that survive restarts and run once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import msgspec

from rt.kernel.access.identity import Actor, acting_as
from rt.kernel.core.clock import now
from rt.kernel.core.ids import Cause, because, fingerprint, new_id
from rt.kernel.core.telemetry import log, new_trace, tracing
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.storage.persistence import ConnectionFailure, Database, DuplicateKeyError, retry_on_conflict

LEASE = timedelta(seconds=120)
"""How long one run may take before another process may take it over."""


class Every(msgspec.Struct, frozen=True):
    """Work repeated every so many seconds, by one process at a time, for no organization in particular."""

    seconds: float
    work: Callable[[], Awaitable[None]]


def every(seconds: float, work: Callable[[], Awaitable[None]]) -> Every:
    return Every(seconds, work)


class Timers:
    """Deadlines of one unit.

    Set the timer before the change that needs it: a deadline too many is harmless, since what it calls looks
    at the state it finds; a deadline missing is not.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.set = asyncio.Event()

    async def at(self, due_at: datetime, name: str, payload: Mapping[str, Any]) -> str:
        """Have `name` called with this payload at that time, for the organization acted for."""
        timer_id = new_id("tmr")
        timer = {
            "unit": self._database.unit,
            "name": name,
            "payload": dict(payload),
            "org_id": current_org(),
            "due_at": due_at,
            "until": now() - LEASE,
            "tries": 0,
        }
        await self._database["timers"].update_one({"_id": timer_id}, {"$setOnInsert": timer}, upsert=True)
        self.set.set()
        return timer_id


class Scheduler:
    """Runs one unit's repeated work and its due timers."""

    def __init__(
        self,
        database: Database,
        timers: Timers,
        repeated: list[Every],
        deadlines: Mapping[str, Callable[[dict[str, Any]], Awaitable[None]]],
        instance: str,
    ) -> None:
        self._database = database
        self._unit = database.unit
        self._timers = timers
        self._repeated = repeated
        self._deadlines = deadlines
        self._instance = instance
        self._not_before: dict[str, datetime] = {}

    async def prepare(self) -> None:
        await self._database["timers"].create_index([("unit", 1), ("due_at", 1)])

    async def run(self) -> None:
        """Each repeated work goes on by itself, and the timers too: none waits for a long one."""
        loops = [self._keep(partial(self._one_repeat, one)) for one in self._repeated]
        if self._deadlines:
            loops.append(self._keep(self._one_timer))
        await asyncio.gather(*loops)

    async def _keep(self, turn: Callable[[], Awaitable[int]]) -> None:
        while True:
            try:
                while await turn():
                    pass
                async with asyncio.timeout(1):
                    await self._timers.set.wait()
                self._timers.set.clear()
            except TimeoutError:
                pass
            except ConnectionFailure as error:
                log.warning("clockwork_waits", unit=self._unit, error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def step(self) -> int:
        """Do everything that is due; how many things were done."""
        done = 0
        while await self._one_timer():
            done += 1
        for one in self._repeated:
            done += await self._one_repeat(one)
        return done

    async def _one_timer(self) -> int:
        moment = now()
        timer = await self._database["timers"].find_one_and_update(
            {"unit": self._unit, "due_at": {"$lte": moment}, "until": {"$lt": moment}},
            {"$set": {"until": moment + LEASE}, "$inc": {"tries": 1}},
            sort=[("due_at", 1)],
        )
        if timer is None:
            return 0
        deadline = self._deadlines.get(timer["name"])
        cause = Cause(fingerprint("timer", timer["_id"]), "timer")
        actor = Actor(kind="unit", id=self._unit, org_id=timer["org_id"], name=self._unit)
        with acting_for(timer["org_id"]), acting_as(actor), tracing(new_trace()), because(cause):
            try:
                if deadline is not None:
                    await retry_on_conflict(lambda: deadline(timer["payload"]))
            except Exception:
                log.error("timer_failed", unit=self._unit, timer=timer["name"], exc_info=True)
                later = moment + timedelta(seconds=min(3600, 2 ** timer["tries"]))
                change = {"due_at": later, "until": moment - LEASE}
                await self._database["timers"].update_one({"_id": timer["_id"]}, {"$set": change})
                return 1
        await self._database["timers"].delete_one({"_id": timer["_id"]})
        return 1

    async def _one_repeat(self, one: Every) -> int:
        name = f"{self._unit}.{getattr(one.work, '__qualname__', 'work')}"
        moment = now()
        if self._not_before.get(name, moment) > moment:
            return 0
        repeats = self._database["repeats"]
        following = moment + timedelta(seconds=one.seconds)
        try:
            await repeats.find_one_and_update(
                {"_id": name, "next_at": {"$lte": moment}},
                {"$set": {"next_at": following, "by": self._instance}},
                upsert=True,
            )
        except DuplicateKeyError:  # not due, or another process has just taken it
            taken = await repeats.find_one({"_id": name})
            self._not_before[name] = taken["next_at"] if taken else moment
            return 0
        self._not_before[name] = following
        with tracing(new_trace()), acting_as(Actor(kind="unit", id=self._unit, name=self._unit)):
            try:
                await one.work()
            except Exception:
                log.error("job_failed", unit=self._unit, job=name, exc_info=True)
        return 1
