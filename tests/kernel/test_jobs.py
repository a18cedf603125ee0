"""Deadlines and repeated work: they survive restarts and run once."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from rt.kernel.core.clock import held, now
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.service.jobs import Scheduler, Timers, every
from rt.kernel.storage.persistence import Database

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


async def test_a_deadline_runs_once_when_due_and_for_its_organization(database: Database) -> None:
    ran: list[Any] = []

    async def expire(payload: dict[str, Any]) -> None:
        ran.append((current_org(), payload["id"]))

    timers = Timers(database)
    clocks = [Scheduler(database, timers, [], {"expire": expire}, f"i{n}") for n in range(4)]
    with held(NOON), acting_for("org_a"):
        await timers.at(NOON + timedelta(hours=1), "expire", {"id": 7})
    with held(NOON + timedelta(minutes=59)):
        await asyncio.gather(*(clock.step() for clock in clocks))
    assert ran == []
    with held(NOON + timedelta(hours=1)):
        await asyncio.gather(*(clock.step() for clock in clocks))
        await asyncio.gather(*(clock.step() for clock in clocks))
    assert ran == [("org_a", 7)]


async def test_a_deadline_that_fails_is_tried_again_later(database: Database) -> None:
    tries = 0

    async def stumble(_: dict[str, Any]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            raise ValueError("not yet")

    timers = Timers(database)
    clock = Scheduler(database, timers, [], {"stumble": stumble}, "one")
    with held(NOON), acting_for("org_a"):
        await timers.at(NOON, "stumble", {})
        await clock.step()
        assert tries == 1
        await clock.step()
        assert tries == 1
    with held(NOON + timedelta(minutes=5)):
        await clock.step()
        await clock.step()
    assert tries == 2


async def test_a_deadline_taken_by_a_process_that_died_is_taken_over(database: Database) -> None:
    ran = 0

    async def work(_: dict[str, Any]) -> None:
        nonlocal ran
        ran += 1

    timers = Timers(database)
    with held(NOON), acting_for("org_a"):
        await timers.at(NOON, "work", {})
    await database["timers"].update_many({}, {"$set": {"until": NOON + timedelta(minutes=2)}})  # killed in it
    clock = Scheduler(database, timers, [], {"work": work}, "two")
    with held(NOON + timedelta(minutes=1)):
        await clock.step()
    assert ran == 0
    with held(NOON + timedelta(minutes=3)):
        await clock.step()
    assert ran == 1


async def test_repeated_work_runs_once_per_period_over_all_processes(database: Database) -> None:
    ran = 0

    async def sweep() -> None:
        nonlocal ran
        ran += 1

    clocks = [Scheduler(database, Timers(database), [every(60, sweep)], {}, f"i{n}") for n in range(3)]
    for minute in range(5):
        with held(NOON + timedelta(minutes=minute)):
            await asyncio.gather(*(clock.step() for clock in clocks))
    assert ran == 5


async def test_a_deadline_does_not_wait_for_long_repeated_work(database: Database) -> None:
    working, ended, fired = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def long() -> None:
        working.set()
        await ended.wait()

    async def fire(_: dict[str, Any]) -> None:
        fired.set()

    timers = Timers(database)
    clock = Scheduler(database, timers, [every(60, long)], {"fire": fire}, "one")
    running = asyncio.create_task(clock.run())
    async with asyncio.timeout(20):
        await working.wait()
        with acting_for("org_a"):
            await timers.at(now(), "fire", {})
        await fired.wait()
    ended.set()
    running.cancel()
