"""The log under attack: what fails, sleeps, races or moves loses, doubles and starves nothing."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import TestPlatform
from tests.journeys.walkers import PALETTE

from rt.host.keys import UnitKeys
from rt.kernel.core.clock import held, now
from rt.kernel.core.errors import AskRefused, Problem, Unavailable
from rt.kernel.core.settings import Settings
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log import consumer as consuming
from rt.kernel.log import outbox as appending
from rt.kernel.log.dead_letters import queues
from rt.kernel.log.event_log import (
    EVENT_LOG,
    KEPT,
    MOST_IDS,
    NEWEST_OF_EACH,
    EventLog,
    follow_appends,
    heads,
    indexed,
)
from rt.kernel.log.hub import Hub
from rt.kernel.log.outbox import Outbox
from rt.kernel.log.segments import Segments
from rt.kernel.model.entity import Entity
from rt.kernel.model.envelope import EventEnvelope, partition_number
from rt.kernel.model.messages import Event
from rt.kernel.privacy.tenant_data import erase
from rt.kernel.service.service import ServiceContext, Unit, subscribe
from rt.kernel.storage.persistence import Collection, ConnectionFailure, retry_on_conflict

RINGS = 12


class Rung(Event, topic="palette.bell.rung"):
    """What is listened to."""

    bell_id: str
    times: int


class Dusted(Event, topic="palette.bell.dusted"):
    """What nobody listens to."""

    bell_id: str


class Bell(Entity):
    rung: int = 0


class Tower(Entity):
    """Counts what is heard of all bells."""

    heard: int = 0


Heard = Callable[[Rung], Awaitable[None]]


class Belfry:
    """A unit that rings and listens to itself; `react` is what a test has it do."""

    __module__ = "rt.services.palette.app"

    def __init__(self) -> None:
        self.react: Heard = self.note
        self.heard: list[tuple[str, int]] = []

    def __call__(self, context: ServiceContext) -> Unit:
        self.bells = Collection(context.database, Bell, "bells")
        self.towers = Collection(context.database, Tower, "towers", quiet=True)
        return Unit(
            name="palette", serves=[], subscriptions=[subscribe(Rung, self.handle, since="beginning")]
        )

    async def handle(self, event: Rung, envelope: EventEnvelope) -> None:
        await self.react(event)

    async def note(self, event: Rung) -> None:
        self.heard.append((event.bell_id, event.times))

    async def ring(self, bell_id: str, times: int = 1) -> None:
        """Ring a bell, made by the first ring, so many times: an event each."""
        with acting_for("org_a"):
            if await self.bells.first({"id": bell_id}) is None:
                await self.bells.add(Bell(id=bell_id))
            for _ in range(times):
                async with self.bells.change(bell_id) as bell:
                    bell.rung += 1
                    bell.emit(Rung(bell_id=bell_id, times=bell.rung))

    async def dust(self, bell_id: str) -> None:
        with acting_for("org_a"):
            async with self.bells.change(bell_id) as bell:
                bell.emit(Dusted(bell_id=bell_id))


@pytest.fixture
async def belfry(platform: TestPlatform) -> Belfry:
    belfry = Belfry()
    await platform.mount(belfry)
    return belfry


@pytest.fixture
async def other(
    platform: TestPlatform, belfry: Belfry, mongod: str, settings: Settings, unit_keys: UnitKeys
) -> AsyncIterator[tuple[TestPlatform, Belfry]]:
    """Another process of the same unit; it holds nothing yet."""
    there, twin = TestPlatform(settings, mongod, unit_keys), Belfry()
    there.leases._instance = "other"
    there.leases._owner = "other#1"
    there.add(PALETTE, twin)
    await there.start(background=False)
    yield there, twin
    await there.stop()


def in_partition(number: int, count: int = 1) -> list[str]:
    """Identities of bells whose events stand in one partition."""
    ids = (f"bel_{n:06d}" for n in range(10_000))
    return [
        one
        for _, one in zip(range(count), (one for one in ids if partition_number(one) == number), strict=False)
    ]


async def due(platform: TestPlatform) -> None:
    """Let everything that is put aside be due."""
    letters = platform.database("palette")["dead_letters"]
    await letters.update_many({}, {"$set": {"next_try_at": now()}})
    await platform.settle()


async def append(platform: TestPlatform) -> None:
    """Have the log take what was told, and nobody hear it yet."""
    while await platform.instance("palette").outbox.step():
        pass


def patient(platform: TestPlatform) -> None:
    """No partition waits any longer."""
    for partition in platform.instance("palette").consumer._partitions.values():
        partition.not_before = 0.0


async def test_what_waits_for_an_outage_is_not_lost_to_what_is_told_meanwhile(
    platform: TestPlatform, belfry: Belfry
) -> None:
    bell = in_partition(3)[0]
    await belfry.ring(bell)
    await append(platform)
    tries = 0

    async def down(event: Rung) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            await belfry.dust(bell)
            await append(platform)
            raise Unavailable
        await belfry.note(event)

    belfry.react = down
    await platform.settle()
    patient(platform)
    await platform.settle()
    assert belfry.heard == [(bell, 1)]


async def test_a_handler_that_cancels_itself_is_put_aside(platform: TestPlatform, belfry: Belfry) -> None:
    async def give_up(event: Rung) -> None:
        raise asyncio.CancelledError

    belfry.react = give_up
    await belfry.ring("bel_000001")
    await platform.settle()
    assert await platform.database("palette")["dead_letters"].count_documents({}) == 1


@pytest.mark.parametrize("says", ["x" * 17_000_000, "half of a pair: \ud800"])
async def test_whatever_an_error_says_the_event_is_put_aside(
    platform: TestPlatform, belfry: Belfry, says: str
) -> None:
    async def fail(event: Rung) -> None:
        raise ValueError(says)

    belfry.react = fail
    await belfry.ring("bel_000001")
    await platform.settle()
    letter = await platform.database("palette")["dead_letters"].find_one({})
    assert letter["reason"].startswith("ValueError: ")


async def test_what_follows_an_event_that_went_through_elsewhere_is_not_put_behind_nothing(
    platform: TestPlatform, belfry: Belfry, other: tuple[TestPlatform, Belfry]
) -> None:
    there, twin = other
    bell = in_partition(3)[0]

    async def fail(event: Rung) -> None:
        raise ValueError

    belfry.react = fail
    await belfry.ring(bell)
    await platform.settle()
    await platform.leases._give_back(list(platform.leases._held.values()))
    platform.leases._renewed_at = now()
    await there.leases.step()
    await due(there)
    assert twin.heard == [(bell, 1)]
    await there.leases._give_back(list(there.leases._held.values()))
    there.leases._renewed_at = now()
    belfry.react = belfry.note
    platform.leases._renewed_at = None
    await platform.leases.step()
    await belfry.ring(bell)
    await platform.settle()
    await due(platform)
    assert belfry.heard == [(bell, 2)]


async def test_what_waits_behind_a_letter_that_was_deleted_goes_on(
    platform: TestPlatform, belfry: Belfry
) -> None:
    async def fail(event: Rung) -> None:
        raise ValueError

    belfry.react = fail
    await belfry.ring("bel_000001", 3)
    await platform.settle()
    letters = platform.database("palette")["dead_letters"]
    await letters.delete_one({"state": "waiting"})
    belfry.react = belfry.note
    await due(platform)
    assert [times for _, times in belfry.heard] == [2, 3]


async def test_what_is_put_aside_and_slow_keeps_nobody_waiting(
    platform: TestPlatform, belfry: Belfry
) -> None:
    slow, quick = "bel_000001", "bel_000002"
    begun, end, rang = asyncio.Event(), asyncio.Event(), asyncio.Event()
    failed = False

    async def react(event: Rung) -> None:
        nonlocal failed
        if event.bell_id == slow and not failed:
            failed = True
            raise ValueError
        if event.bell_id == slow:
            begun.set()
            await end.wait()
        await belfry.note(event)
        rang.set()

    belfry.react = react
    await belfry.ring(slow)
    await platform.settle()
    await platform.database("palette")["dead_letters"].update_many({}, {"$set": {"next_try_at": now()}})
    running = asyncio.create_task(platform.instance("palette").consumer.run())
    await begun.wait()
    await belfry.ring(quick)
    await append(platform)
    try:
        async with asyncio.timeout(3):
            await rang.wait()
    finally:
        end.set()
        running.cancel()
    assert belfry.heard == [(quick, 1)]


async def test_a_slow_thing_keeps_no_other_of_its_partition_waiting(
    platform: TestPlatform, belfry: Belfry
) -> None:
    slow, *quick = in_partition(0, 4)
    begun, end = asyncio.Event(), asyncio.Event()
    rang = {one: asyncio.Event() for one in quick}

    async def react(event: Rung) -> None:
        if event.bell_id == slow:
            begun.set()
            await end.wait()
        await belfry.note(event)
        if event.bell_id in rang:
            rang[event.bell_id].set()

    belfry.react = react
    consumer = platform.instance("palette").consumer
    await belfry.ring(slow, 2)
    await append(platform)
    running = asyncio.create_task(consumer.run())
    try:
        async with asyncio.timeout(3):
            await begun.wait()
            for one in quick:
                await belfry.ring(one)
                await append(platform)
                await rang[one].wait()
        assert belfry.heard == [(one, 1) for one in quick]
        first = await platform.database("palette")[EVENT_LOG].find_one(
            {"entity_id": slow, "topic": Rung.topic}, sort=[("seq", 1)]
        )
        [lease] = [one for one in platform.leases._held.values() if one.number == 0]
        assert first
        assert set(lease.offsets.values()) == {first["seq"] - 1}
    finally:
        end.set()
        running.cancel()
        await asyncio.wait([running])
    await platform.settle()
    assert [one for one in belfry.heard if one[0] == slow] == [(slow, 1), (slow, 2)]
    assert len(belfry.heard) >= 5


async def test_a_slow_subscription_leaves_room_for_others(
    platform: TestPlatform, monkeypatch: pytest.MonkeyPatch
) -> None:
    end, rang, dusted = asyncio.Event(), asyncio.Event(), asyncio.Event()
    waiting = 0

    class Two(Belfry):
        __module__ = Belfry.__module__

        def __call__(self, context: ServiceContext) -> Unit:
            unit = super().__call__(context)
            dusting = subscribe(Dusted, self.dusted, since="beginning")
            return Unit(name="palette", serves=[], subscriptions=[*unit.subscriptions, dusting])

        async def dusted(self, event: Dusted, envelope: EventEnvelope) -> None:
            dusted.set()

    async def react(event: Rung) -> None:
        nonlocal waiting
        waiting += 1
        if waiting == 2:
            rang.set()
        await end.wait()

    monkeypatch.setattr(consuming, "AT_ONCE", 3)
    monkeypatch.setattr(consuming, "AT_ONCE_OF_ONE", 2)
    belfry = Two()
    await platform.mount(belfry)
    belfry.react = react
    bells = in_partition(0, 6)
    for one in bells[:-1]:
        await belfry.ring(one)
    await append(platform)
    running = asyncio.create_task(platform.instance("palette").consumer.run())
    try:
        async with asyncio.timeout(3):
            await rang.wait()
            with acting_for("org_a"):
                await belfry.bells.add(Bell(id=bells[-1]))
            await belfry.dust(bells[-1])
            await append(platform)
            await dusted.wait()
        assert waiting == 2
    finally:
        end.set()
        running.cancel()
        await asyncio.wait([running])


async def test_a_handler_that_cancels_its_own_task_loses_nothing(
    platform: TestPlatform, belfry: Belfry
) -> None:
    once = [1]

    async def react(event: Rung) -> None:
        task = asyncio.current_task()
        if event.times in once and task:
            once.clear()
            task.cancel()
            await asyncio.sleep(0)
        await belfry.note(event)

    belfry.react = react
    await belfry.ring("bel_000001", 3)
    await append(platform)
    with pytest.raises(asyncio.CancelledError):
        await platform.instance("palette").consumer.step()
    await belfry.ring("bel_000001")
    await platform.settle()
    assert belfry.heard == [("bel_000001", times) for times in (1, 2, 3, 4)]


async def test_a_consumer_that_was_stopped_in_the_middle_goes_on_there(
    platform: TestPlatform, belfry: Belfry
) -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def react(event: Rung) -> None:
        begun.set()
        await stopped.wait()
        await belfry.note(event)

    belfry.react = react
    consumer = platform.instance("palette").consumer
    await belfry.ring("bel_000001", 3)
    await append(platform)
    running = asyncio.create_task(consumer.run())
    await begun.wait()
    running.cancel()
    await asyncio.wait([running])
    stopped.set()
    await platform.settle()
    assert belfry.heard == [("bel_000001", times) for times in (1, 2, 3)]


async def test_what_only_a_look_finds_waits_for_no_other_thing(
    platform: TestPlatform, belfry: Belfry, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = in_partition(0, 2)
    begun, end, rang = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def react(event: Rung) -> None:
        if event.bell_id == quick:
            rang.set()
            return
        begun.set()
        await end.wait()

    belfry.react = react
    consumer = platform.instance("palette").consumer
    await belfry.ring(slow)
    await append(platform)
    running = asyncio.create_task(consumer.run())
    try:
        async with asyncio.timeout(5):
            await begun.wait()
            monkeypatch.setattr(consuming.Partition, "appended", lambda *_: None)
            await belfry.ring(quick)
            await append(platform)
            consumer._look_soon()
            await rang.wait()
    finally:
        end.set()
        running.cancel()
        await asyncio.wait([running])


async def test_who_lost_a_partition_for_a_moment_overtakes_nothing_that_was_put_aside(
    platform: TestPlatform,
) -> None:
    begun, end = asyncio.Event(), asyncio.Event()
    rung: list[int] = []
    fails = [True]

    class Two(Belfry):
        __module__ = Belfry.__module__

        def __call__(self, context: ServiceContext) -> Unit:
            unit = super().__call__(context)
            second = subscribe(Rung, self.second, since="beginning")
            return Unit(name="palette", serves=[], subscriptions=[*unit.subscriptions, second])

        async def second(self, event: Rung, envelope: EventEnvelope) -> None:
            if event.times == 1 and fails:
                raise ValueError
            rung.append(event.times)

    async def react(event: Rung) -> None:
        if event.times == 2:
            begun.set()
            await end.wait()

    belfry = Two()
    await platform.mount(belfry)
    belfry.react = react
    [bell] = in_partition(0)
    await belfry.ring(bell, 2)
    await append(platform)
    consumer = platform.instance("palette").consumer
    handling = asyncio.create_task(consumer.step())
    await begun.wait()
    [lease] = [one for one in platform.leases._held.values() if one.number == 0]
    lease.until = now() - timedelta(seconds=1)
    await consumer._join()
    lease.until = now() + timedelta(seconds=15)
    end.set()
    await handling
    assert rung == []
    fails.clear()
    platform.leases._renewed_at = None
    await platform.leases.step()
    await due(platform)
    await due(platform)
    assert rung == [1, 2]


@pytest.mark.parametrize("seed", range(8))
async def test_whatever_is_slow_or_out_everything_is_handled_once_and_in_order(
    platform: TestPlatform, belfry: Belfry, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    monkeypatch.setattr(consuming, "MEMORY", chance.choice((10, 20, 1_000)))
    monkeypatch.setattr(consuming, "BATCH", chance.choice((1, 2, 3)))
    monkeypatch.setattr(consuming, "MOST_PATIENCE_SECONDS", 0.0)
    consumer = platform.instance("palette").consumer
    bells, rings = in_partition(0, 2), 40
    all_heard = asyncio.Event()

    async def react(event: Rung) -> None:
        for _ in range(chance.choice((0, 0, 1, 3))):
            await belfry.bells.everywhere.first({"id": event.bell_id})
        if chance.random() < 0.2:
            raise chance.choice((Unavailable, ConnectionFailure))
        await belfry.note(event)
        if len(belfry.heard) == len(bells) * rings:
            all_heard.set()

    belfry.react = react

    async def ring() -> None:
        for _ in range(rings // 2):
            for one in bells:
                await belfry.ring(one)
                if chance.random() < 0.3:
                    await append(platform)
        await append(platform)

    await ring()
    running = asyncio.create_task(consumer.run())
    try:
        async with asyncio.timeout(60):
            await ring()
            await all_heard.wait()
    finally:
        running.cancel()
        await asyncio.wait([running])
    for one in bells:
        assert [times for bell, times in belfry.heard if bell == one] == list(range(1, rings + 1))


async def test_an_effect_is_known_again_however_many_others_the_same_thing_had_since(
    platform: TestPlatform, belfry: Belfry
) -> None:
    async def count(event: Rung) -> None:
        await belfry.note(event)
        if await belfry.towers.first({"id": "tow_1"}) is None:
            await belfry.towers.add(Tower(id="tow_1", heard=1))
            return
        async with belfry.towers.change("tow_1") as tower:
            tower.heard += 1

    belfry.react = count
    await belfry.ring("bel_000001", 260)
    await platform.settle()
    await platform.redeliver()
    [tower] = await belfry.towers.everywhere.find({})
    assert (len(belfry.heard), tower.heard) == (520, 260)


async def test_one_thing_whose_other_side_never_answers_is_put_aside_at_last(
    platform: TestPlatform, belfry: Belfry, monkeypatch: pytest.MonkeyPatch
) -> None:
    poison, fine = in_partition(3, 2)

    async def react(event: Rung) -> None:
        if event.bell_id == poison:
            raise Unavailable
        await belfry.note(event)

    belfry.react = react
    await belfry.ring(poison)
    await belfry.ring(fine, 2)
    for _ in range(3):
        await platform.settle()
        patient(platform)
    assert belfry.heard == [(fine, 1), (fine, 2)]
    assert await platform.database("palette")["dead_letters"].count_documents({}) == 0
    monkeypatch.setattr(consuming, "LONGEST_OUTAGE_SECONDS", 0.0)
    await belfry.ring(fine)
    for _ in range(2):
        await platform.settle()
        patient(platform)
    assert belfry.heard == [(fine, 1), (fine, 2), (fine, 3)]
    letter = await platform.database("palette")["dead_letters"].find_one({})
    assert (letter["state"], letter["event"]["entity_id"]) == ("waiting", poison)
    for _ in range(12):
        await due(platform)
    letter = await platform.database("palette")["dead_letters"].find_one({})
    assert letter["state"] == "waiting"
    belfry.react = belfry.note
    await due(platform)
    assert belfry.heard[-1] == (poison, 1)


async def test_a_unit_that_answers_503_is_an_outage(platform: TestPlatform, belfry: Belfry) -> None:
    async def react(event: Rung) -> None:
        raise AskRefused(Problem(type="about:blank", title="starting", status=503, code="unready"))

    belfry.react = react
    await belfry.ring("bel_000001")
    await platform.settle()
    assert await platform.database("palette")["dead_letters"].count_documents({}) == 0
    belfry.react = belfry.note
    patient(platform)
    await platform.settle()
    assert belfry.heard == [("bel_000001", 1)]


async def test_events_of_an_erased_organization_are_passed_over(
    platform: TestPlatform, belfry: Belfry
) -> None:
    await belfry.ring("bel_000001", 2)
    await append(platform)
    await erase(platform.database("palette"), "org_a")
    await platform.redeliver()
    assert belfry.heard == []
    assert await platform.database("palette")["dead_letters"].count_documents({}) == 0


async def test_who_has_lost_its_lease_while_it_handled_puts_nothing_aside(
    platform: TestPlatform, belfry: Belfry
) -> None:
    async def sleep(event: Rung) -> None:
        for lease in platform.leases._held.values():
            lease.until = now() - timedelta(seconds=1)
        raise ValueError

    belfry.react = sleep
    await belfry.ring("bel_000001")
    await append(platform)
    await platform.instance("palette").consumer.step()
    assert await platform.database("palette")["dead_letters"].count_documents({}) == 0


async def test_who_gave_a_partition_back_handles_no_more_of_it(
    platform: TestPlatform, belfry: Belfry
) -> None:
    async def react(event: Rung) -> None:
        await belfry.note(event)
        await platform.leases._give_back(list(platform.leases._held.values()))

    belfry.react = react
    await belfry.ring("bel_000001", 5)
    await append(platform)
    await platform.instance("palette").consumer.step()
    assert belfry.heard == [("bel_000001", 1)]


async def test_who_slept_through_a_takeover_makes_nothing(platform: TestPlatform, belfry: Belfry) -> None:
    with acting_for("org_a"):
        await belfry.towers.add(Tower(id="tow_old"))

    async def sleep(event: Rung) -> None:
        for lease in platform.leases._held.values():
            lease.until = now() - timedelta(seconds=1)
        if event.times == 1:
            await belfry.towers.add(Tower(id="tow_new"))
        await belfry.towers.remove("tow_old")

    belfry.react = sleep
    await belfry.ring("bel_000001", 2)
    await append(platform)
    await platform.instance("palette").consumer.step()
    assert [one.id for one in await belfry.towers.everywhere.find({})] == ["tow_old"]


async def test_what_is_appended_while_a_partition_is_taken_is_heard_at_once(
    platform: TestPlatform, belfry: Belfry, monkeypatch: pytest.MonkeyPatch
) -> None:
    consumer = platform.instance("palette").consumer
    consumer._partitions.clear()
    await belfry.ring("bel_000001")
    real = consumer._settle_newcomers

    async def settle(*given: Any) -> None:
        await append(platform)
        await real(*given)

    monkeypatch.setattr(consumer, "_settle_newcomers", settle)
    await consumer.step()
    assert belfry.heard == [("bel_000001", 1)]


async def test_a_busy_outbox_looks_for_leftovers_all_the_same(
    platform: TestPlatform, belfry: Belfry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another process died after its write, and this one is never idle for a minute."""
    outbox = platform.instance("palette").outbox
    await append(platform)
    await belfry.ring("bel_000001")
    outbox._written.clear()
    monkeypatch.setattr(appending, "SCAN_SECONDS", 0.2)
    events = platform.database("palette")["event_log"]
    running = asyncio.create_task(outbox.run())
    try:
        async with asyncio.timeout(5):
            while await events.count_documents({"entity_id": "bel_000001"}) < 2:
                await belfry.ring("bel_000002")
    finally:
        running.cancel()


async def test_what_another_process_appends_while_this_one_does_is_told(
    platform: TestPlatform, belfry: Belfry
) -> None:
    emitted: list[tuple[str, int]] = []
    platform.hub.subscribe(lambda partition, events, seq: emitted.append((partition, seq)), lambda: None, ())
    platform.hub.appending({"palette.1"}, 1)
    platform.hub.elsewhere("palette.1", 7)
    assert emitted == []
    platform.hub.appending({"palette.1"}, -1)
    assert emitted == [("palette.1", 7)]


async def test_what_another_process_appends_that_concerns_nobody_here_wakes_nobody(
    platform: TestPlatform,
) -> None:
    emitted: list[int] = []
    live, heard = asyncio.Event(), asyncio.Event()

    def note(partition: str, events: Sequence[EventEnvelope], seq: int) -> None:
        emitted.append(seq)
        heard.set()

    hub = Hub()
    hub.subscribe(note, live.set, (Rung.topic,))
    following = asyncio.create_task(follow_appends(platform.database("palette"), hub))
    try:
        async with asyncio.timeout(10):
            await live.wait()
            topics = (Dusted.topic, Rung.topic)
            rows = [
                {"partition": "palette.1", "seq": 8 + n, "topic": topic} for n, topic in enumerate(topics)
            ]
            await platform.database("palette")["event_log"].insert_many(rows)
            await heard.wait()
    finally:
        following.cancel()
    assert emitted == [9]


async def test_what_is_made_again_under_its_name_is_told_again(
    platform: TestPlatform, belfry: Belfry
) -> None:
    for _ in range(2):
        await belfry.ring("bel_000001")
        await platform.settle()
        with acting_for("org_a"):
            await belfry.bells.remove("bel_000001")
    assert len(belfry.heard) == 2


async def test_what_was_removed_before_its_event_was_appended_is_told(
    platform: TestPlatform, belfry: Belfry
) -> None:
    await belfry.ring("bel_000001")
    with acting_for("org_a"):
        await belfry.bells.remove("bel_000001")
    platform.instance("palette").outbox.scan()
    await platform.settle()
    assert belfry.heard == [("bel_000001", 1)]


async def test_outboxes_that_race_append_everything_once_and_in_order(
    platform: TestPlatform, belfry: Belfry, other: tuple[TestPlatform, Belfry]
) -> None:
    there, twin = other
    ids = [f"bel_{n:06d}" for n in range(12)]
    for bell in ids:
        await belfry.ring(bell, 0)

    async def ring(of: Belfry) -> None:
        for _ in range(RINGS):
            for bell in ids:
                await retry_on_conflict(lambda bell=bell: of.ring(bell))

    outboxes = [platform.instance("palette").outbox, there.instance("palette").outbox]
    outboxes += [Outbox(platform.database("palette"), platform.hub) for _ in range(2)]
    for outbox in outboxes[2:]:
        outbox._database.collections += outboxes[0]._database.collections

    async def work(outbox: Outbox, ringing: asyncio.Future[Any]) -> None:
        while not ringing.done():
            outbox.scan()
            await outbox.step()

    async with asyncio.timeout(60):
        ringing = asyncio.gather(*(ring(one) for one in (belfry, twin)))
        await asyncio.gather(ringing, *(work(one, ringing) for one in outboxes))
    platform.instance("palette").outbox.scan()
    await append(platform)
    events = await platform.database("palette")["event_log"].find({}).sort([("seq", 1)]).to_list()
    for number in range(8):
        seqs = [one["seq"] for one in events if one["partition"] == f"palette.{number}"]
        assert seqs == list(range(1, len(seqs) + 1))
    for bell in ids:
        nths = [one["nth"] for one in events if one["entity_id"] == bell]
        assert nths == list(range(1, 2 * RINGS + 2))


async def test_a_partition_whose_events_are_all_gone_is_numbered_on(
    platform: TestPlatform, belfry: Belfry
) -> None:
    segments = Segments(platform.database("palette"))
    await segments.prepare()
    await belfry.ring("bel_000001", 2)
    await platform.settle()
    await segments.seal()
    with held(now() + KEPT + timedelta(days=1)):
        assert await segments.drop() == 1
        platform.instance("palette").outbox._seqs.clear()  # as after a start
        await belfry.ring("bel_000001")
        await platform.settle()
        assert await segments.seal() == 1
        assert not (await segments.verify(frozenset())).broken
    assert [times for _, times in belfry.heard] == [1, 2, 3]


async def test_nobody_drops_a_segment_before_its_time_or_empties_what_another_told(
    platform: TestPlatform, belfry: Belfry
) -> None:
    database = platform.database("palette")
    segments = Segments(database)
    await segments.prepare()
    await belfry.ring("bel_000001", 2)
    await append(platform)
    await segments.seal()
    assert not (await segments.verify(frozenset())).broken
    emptied = {"org_id": "erased", "erased": "org_gone", "body": {}, "change": [], "actor": {}}
    [original] = await database["event_log"].find({"seq": 2}).to_list()
    await database["event_log"].update_one({"seq": 2}, {"$set": emptied})
    [broken] = (await segments.verify(frozenset({"org_gone"}))).broken
    assert broken.seq == 2
    await database["event_log"].replace_one({"seq": 2}, original)
    await database["event_log"].delete_many({})
    old = {"dropped": True, "last_at": now() - KEPT - timedelta(days=9)}
    await database["log_segments"].update_many({}, {"$set": old})
    assert (await segments.verify(frozenset())).broken


async def test_what_is_old_verifies_while_it_is_dropped(platform: TestPlatform, belfry: Belfry) -> None:
    database = platform.database("palette")
    segments = Segments(database)
    await segments.prepare()
    await belfry.ring("bel_000001")
    await append(platform)
    await segments.seal()
    await database["event_log"].delete_many({})
    assert (await segments.verify(frozenset())).broken
    with held(now() + KEPT + timedelta(days=1)):
        assert not (await segments.verify(frozenset())).broken


async def test_what_is_written_on_a_thing_is_found_by_its_beginning(
    platform: TestPlatform, belfry: Belfry
) -> None:
    events = platform.database("palette")["event_log"]
    event = {"entity": "e", "entity_id": "e_1", "org_id": "o", "at": now(), "partition": "p.1", "seq": 1}
    await events.insert_one({"_id": "evt_1", "labels": ["quai 😀 nord"], "ids": [], **event})
    log = EventLog(platform.database("palette"))
    assert [one.entity_id for one in await log.find("Quai ")] == ["e_1"]


async def test_a_label_before_and_one_behind_are_not_one_that_begins_so(
    platform: TestPlatform, belfry: Belfry
) -> None:
    events = platform.database("palette")["event_log"]
    event = {"entity": "e", "entity_id": "e_1", "org_id": "o", "at": now(), "partition": "p.1", "seq": 1}
    await events.insert_one({"_id": "evt_1", "labels": ["2026-000007", "bk9000000"], "ids": [], **event})
    log = EventLog(platform.database("palette"))
    assert [one.entity_id for one in await log.find("BK9")] == ["e_1"]
    assert await log.find("BK4711") == []


@pytest.mark.parametrize("field", ["reference", "purchase_order", "delivery_note", "vehicle_plate", "siret"])
def test_what_others_know_a_thing_by_is_written_on_it(field: str) -> None:
    emitted = {"entity_id": "bel_1", "trace": "", "body": {"order": {"references": {field: "PO-7781"}}}}
    assert indexed(emitted)["labels"] == ["po-7781"]
    change = [{"path": f"references.{field}", "after": "X1"}]
    assert indexed({"entity_id": "bel_1", "trace": "", "body": {}, "change": change})["labels"] == ["x1"]


class Ledger(Entity):
    rows: list[dict[str, str]] = []
    text: str = ""


@pytest.mark.parametrize("rows", [0, 5_000])
async def test_a_big_thing_is_written_and_its_event_says_what_it_leaves_out(
    platform: TestPlatform, belfry: Belfry, rows: int
) -> None:
    ledgers = Collection(platform.instance("palette").context.database, Ledger, "ledgers")
    with acting_for("org_a"):
        await ledgers.add(Ledger(id="led_000001"))
        async with ledgers.change("led_000001") as ledger:
            ledger.rows = [{"id": f"row_{n}", "text": "x" * 1_800} for n in range(rows)]
            ledger.text = "x" * 9_000_000 if not rows else "short"
    await append(platform)
    emitted = await platform.database("palette")["event_log"].find_one({"version": 2})
    left_out = [leaf for leaf in emitted["change"] if "left_out" in leaf]
    assert [leaf["path"] for leaf in left_out] == ["rows" if rows else "text"]
    assert len(emitted["change"]) - 1 + left_out[0]["left_out"] == (rows + 1 if rows else 1)


async def test_what_concerns_nobody_is_not_counted_as_waiting(platform: TestPlatform, belfry: Belfry) -> None:
    await belfry.ring("bel_000001")
    await platform.settle()
    for _ in range(3):
        await belfry.dust("bel_000001")
    await append(platform)
    await platform.instance("palette").consumer._look()
    await platform.leases.save()
    assert [one.behind for one in await queues(platform.database("palette")) if one.unit == "palette"] == [0]


async def test_an_outage_of_the_database_is_not_held_against_another_unit(
    platform: TestPlatform, belfry: Belfry, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both come back, one after the other."""
    outages = [ConnectionFailure(), Unavailable()]

    async def react(event: Rung) -> None:
        if outages:
            raise outages.pop(0)
        await belfry.note(event)

    belfry.react = react
    monkeypatch.setattr(consuming, "LONGEST_OUTAGE_SECONDS", 0.0)
    await belfry.ring("bel_000001")
    for _ in range(3):
        await platform.settle()
        patient(platform)
    assert belfry.heard == [("bel_000001", 1)]
    assert await platform.database("palette")["dead_letters"].count_documents({}) == 0


def test_an_event_that_names_very_much_is_found_by_some_of_it() -> None:
    parts = {str(n): {"name": f"part {n}"} for n in range(1_000)}
    assert len(indexed({"entity_id": "bel_1", "trace": "", "body": parts})["labels"]) == MOST_IDS


async def test_the_newest_of_each_partition_is_found_without_reading_the_log(
    platform: TestPlatform, belfry: Belfry
) -> None:
    database = platform.database("palette")
    rows = [
        {"_id": f"evt_{number}_{seq}", "partition": f"authz.{number}", "seq": seq, "at": now()}
        for number in range(8)
        for seq in range(1, 101)
    ]
    await database[EVENT_LOG].insert_many(rows)
    assert await heads(database) == {f"authz.{number}": 100 for number in range(8)}
    asked = {"aggregate": EVENT_LOG, "pipeline": NEWEST_OF_EACH, "cursor": {}}
    plan = await database.client[platform.settings.mongodb_db].command("explain", asked)
    assert "DISTINCT_SCAN" in str(plan)
