"""From the log to the handlers of one unit: in order per entity, each effect once, whatever fails."""

import asyncio
import re
from collections import deque
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from rt.kernel.access.identity import Actor, acting_as
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AskRefused, Unavailable
from rt.kernel.core.ids import Cause, Fence, because, derived_id, fingerprint
from rt.kernel.core.masking import masked_said
from rt.kernel.core.telemetry import BEHIND, HANDLED, PARKED, log, tracing
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.event_log import EVENT_LOG, FOUND_BY, heads, heads_before
from rt.kernel.log.hub import Hub
from rt.kernel.log.leases import Lease, Leases
from rt.kernel.log.segments import ERASED
from rt.kernel.log.subscriptions import Subscription
from rt.kernel.model.envelope import (
    EventEnvelope,
    as_event,
    envelope_of,
    partition_number,
    partition_of,
    with_defaults,
)
from rt.kernel.storage.changes import VEILED
from rt.kernel.storage.persistence import ConnectionFailure, Database, LeaseLost, retry_on_conflict
from rt.kernel.storage.personal import KeyLost
from rt.kernel.storage.sealing import SealBroken

BATCH = 200
AT_ONCE = 32
"""Handlers of one unit at work side by side."""
AT_ONCE_OF_ONE = 16
"""The same of one subscription: a slow one leaves half to the others."""
MEMORY = 1_000
"""Events of one partition that wait in memory, beyond which they are read again when it is their turn; and
that are handled at a go."""
LOOK_SECONDS = 2.0
"""How often a consumer looks for itself while nobody says what other processes append."""
LOOK_LIVE_SECONDS = 30.0
ASIDE = "put aside"
"""The name of the task that tries it, among those of the partitions."""
HANDLE_SECONDS = 10.0
"""What one handler may take for one event in its turn; then it is put aside with its entity."""
ASIDE_SECONDS = 60.0
"""The same, of what was put aside and keeps nobody waiting."""
ASIDE_AT_ONCE = 8
ASIDE_LOOK_SECONDS = 30.0
"""How often a consumer that knows of nothing put aside looks for it all the same."""
BEHIND_AGAIN = timedelta(seconds=60)
"""How often what waits behind another is looked at: the one before may have been removed by hand."""
MOST_PATIENCE_SECONDS = 30.0
LONGEST_OUTAGE_SECONDS = 120.0
"""How long a partition waits for another unit; then what needs it is put aside and the rest goes on."""
TRIES = 10
MOST_SAID = 2_000
"""Characters kept of what an error says."""
NEWCOMER = timedelta(minutes=5)
"""How far back `since="now"` reaches: units of a new installation start one after the other."""
OUTAGES = (ConnectionFailure, Unavailable)
"""What says nothing of the event: it is tried again until the other side is back."""
NOT_NOW = (429, 502, 503, 504)
"""The same, as another unit or what stands before it answers it."""


class Partition:
    """Where this consumer stands in one partition of another unit's events.

    All up to `position` is handled; `pending` has what follows up to `head`; up to `known` there is more.
    """

    def __init__(self, name: str, lease: Lease, subscriptions: list[Subscription]) -> None:
        self.name = name
        self.lease = lease
        self.subscriptions = subscriptions
        self.topics = frozenset(topic for one in subscriptions for topic in one.topics)
        self.position = self.head = min(lease.offsets[one.name] for one in subscriptions)
        self.known = 0
        self.pending: deque[EventEnvelope] = deque()
        self.patience = 0.0
        self.not_before = 0.0
        self.handling = False
        self.more = asyncio.Event()
        """Set when there is more to begin, and when what was begun of an entity is done."""
        self.begun: deque[int] = deque()
        self.done: set[int] = set()
        """The numbers of the events of this go, and which of them every subscription has handled."""
        self.by_entity: dict[str, deque[EventEnvelope]] = {}
        """What was begun and is not done, by entity, in order."""
        self.troubles: list[BaseException] = []
        """What stopped entities in this go."""
        self.handled: set[tuple[str, int]] = set()
        """What was handled beyond the position: by subscription the number of the event."""
        self.out_since = 0.0
        """Since when it has been waiting for another unit; 0 when it has not."""
        self.gave_up = False
        """Whether something of this batch was put aside because another unit has been out for so long."""

    @property
    def unread(self) -> bool:
        return self.known > self.head

    def appended(self, events: Sequence[EventEnvelope], seq: int) -> None:
        """Take what follows without a gap; the rest is read when it is its turn."""
        if events and not self.unread and events[0].seq == self.head + 1:
            self.pending += [one for one in events if one.topic in self.topics]
            self.head = seq
            if not self.pending and not self.handling:
                self.position = seq
        self.known = max(self.known, seq)
        if len(self.pending) > MEMORY:
            self.head = self.pending[0].seq - 1
            self.pending.clear()
        if self.unread or self.pending:
            self.more.set()

    def again(self) -> None:
        """Read from the position on: what was begun is not all done."""
        self.pending.clear()
        self.head = self.position

    def settle(self) -> None:
        """Move the position up to the first event that is not done."""
        while self.begun and self.begun[0] in self.done:
            self.begun.popleft()
        if self.begun:
            self.reached(self.begun[0] - 1)
        else:
            self.reached(self.pending[0].seq - 1 if self.pending else self.head)

    def reached(self, seq: int) -> None:
        self.position = seq
        for subscription in self.subscriptions:
            if self.lease.offsets[subscription.name] < seq:
                self.lease.offsets[subscription.name] = seq
                self.lease.changed = True

    def passed(self) -> None:
        """Leave behind for good what concerned nobody here."""
        if not (self.unread or self.pending or self.handling):
            self.reached(self.position)

    def waits(self, moment: float) -> bool:
        return (self.unread or bool(self.pending)) and self.not_before <= moment

    def waited_enough(self, moment: float) -> bool:
        return bool(self.out_since) and moment - self.out_since > LONGEST_OUTAGE_SECONDS


class Aside:
    """What is put aside of one entity for one subscription: how often something was, and is being, put
    there."""

    def __init__(self) -> None:
        self.puts = 0
        self.putting = 0


class Consumer:
    """Has one unit's handlers receive the partitions whose leases this process holds.

    Order holds per entity; entities are handled side by side, and none waits for another's slow handler. An
    event that fails is put aside with everything that follows of its entity for that subscription, tried ten
    times, and kept for a human.
    When the database or another unit does not answer, the partition waits; after two minutes what needs the
    unit is put aside, tried until it answers, and the rest goes on.
    """

    def __init__(
        self, database: Database, subscriptions: Sequence[Subscription], hub: Hub, leases: Leases
    ) -> None:
        self._database = database
        self._unit = database.unit
        self._subscriptions = {subscription.name: subscription for subscription in subscriptions}
        if len(self._subscriptions) < len(subscriptions):
            raise ValueError(f"two subscriptions of {self._unit} have one name")
        self._sources = sorted({subscription.source for subscription in subscriptions})
        self._hub = hub
        self._leases = leases
        self._partitions: dict[str, Partition] = {}
        self._parked: dict[tuple[str, str], Aside] = {}
        self._retry_at = 0.0
        self._looked_at: float | None = None
        self._at_once = asyncio.Semaphore(AT_ONCE)
        self._at_once_of = {name: asyncio.Semaphore(AT_ONCE_OF_ONE) for name in self._subscriptions}
        self._wake = asyncio.Event()
        if subscriptions:
            leases.serve(self._unit)
            topics = {topic for subscription in subscriptions for topic in subscription.topics}
            hub.subscribe(self._appended, self._look_soon, topics)

    async def run(self) -> None:
        """Handle for ever: each partition goes on by itself, none waits for another."""
        if not self._subscriptions:
            return
        going: dict[str, asyncio.Task[int]] = {}
        loop = asyncio.get_running_loop()
        try:
            while True:
                try:
                    await self._join()
                    look = LOOK_LIVE_SECONDS if self._hub.live else LOOK_SECONDS
                    if self._looked_at is None or loop.time() - self._looked_at > look:
                        await self._look()
                except ConnectionFailure as error:
                    log.warning("consumer_waits", unit=self._unit, error=type(error).__name__)
                    await asyncio.sleep(0.5)
                for name, task in list(going.items()):
                    if task.done():
                        del going[name]
                        task.result()
                for name, partition in self._partitions.items():
                    if name not in going and partition.waits(loop.time()):
                        going[name] = asyncio.create_task(
                            self._advance(partition), name=f"{self._unit} {name}"
                        )
                        going[name].add_done_callback(lambda _: self._wake.set())
                if ASIDE not in going and self._retry_at <= loop.time():
                    going[ASIDE] = asyncio.create_task(self._retry(), name=f"{self._unit} {ASIDE}")
                try:
                    async with asyncio.timeout(0.5):
                        await self._wake.wait()
                except TimeoutError:
                    pass
                self._wake.clear()
        finally:
            for task in going.values():
                task.cancel()

    async def step(self) -> int:
        """Handle what waits, once; how many events went by. For whoever drives the clock."""
        if not self._subscriptions:
            return 0
        await self._join()
        if self._looked_at is None:
            await self._look()
        waiting = [one for one in self._partitions.values() if one.waits(asyncio.get_running_loop().time())]
        went = await asyncio.gather(*(self._advance(one) for one in waiting))
        if self._parked:
            self._retry_at = 0.0
        return sum(went) + await self._retry()

    def _appended(self, name: str, events: Sequence[EventEnvelope], seq: int) -> None:
        partition = self._partitions.get(name)
        if partition is not None:
            partition.appended(events, seq)
            if partition.unread or partition.pending:
                self._wake.set()

    async def _join(self) -> None:
        """Begin with the partitions that are newly ours, forget those that are not."""
        held = self._leases.of(self._unit)
        for name, partition in list(self._partitions.items()):
            lease = held.get(partition.lease.number)
            if lease is None or lease.token != partition.lease.token:
                del self._partitions[name]
        for place in [place for place in self._parked if partition_number(place[1]) not in held]:
            del self._parked[place]
        known = {partition.lease.number for partition in self._partitions.values()}
        fresh = [lease for number, lease in held.items() if number not in known]
        if not fresh:
            return
        await self._settle_newcomers(fresh)
        parked = {"unit": self._unit, "event.partition": {"$in": self._names(fresh)}}
        async for dead_letter in self._database["dead_letters"].find(
            parked, {"subscription": 1, "event.entity_id": 1}
        ):
            self._parked.setdefault((dead_letter["subscription"], dead_letter["event"]["entity_id"]), Aside())
        for lease in fresh:
            for source in self._sources:
                name = partition_of(source, lease.number)
                subscriptions = [one for one in self._subscriptions.values() if one.source == source]
                self._partitions[name] = Partition(name, lease, subscriptions)
        self._look_soon()

    def _names(self, leases: Sequence[Lease]) -> list[str]:
        return [partition_of(source, lease.number) for lease in leases for source in self._sources]

    async def _settle_newcomers(self, leases: Sequence[Lease]) -> None:
        """Give an offset to each subscription that has none: the beginning, or behind what was emitted before
        it."""
        new = [
            (lease, one)
            for lease in leases
            for one in self._subscriptions.values()
            if one.name not in lease.offsets
        ]
        if not new:
            return
        before = {}
        if any(one.since == "now" for _, one in new) and await heads(self._database):
            sources = sorted({one.source for _, one in new if one.since == "now"})
            before = await heads_before(self._database, sources, now() - NEWCOMER)
        for lease, one in new:
            place = before.get(partition_of(one.source, lease.number), 0) if one.since == "now" else 0
            lease.offsets[one.name] = place
            lease.changed = True

    async def _look(self) -> None:
        """Find out what was appended without our knowing, and how much there is to do."""
        self._looked_at = None
        behind = 0
        began = asyncio.get_running_loop().time()
        for name, head in (await heads(self._database)).items():
            partition = self._partitions.get(name)
            if partition is not None:
                behind += max(0, head - partition.position)
                partition.known = max(partition.known, head)
                partition.passed()
                if partition.unread:
                    partition.more.set()
        BEHIND.labels(self._unit).set(behind)
        self._looked_at = began

    def _look_soon(self) -> None:
        self._looked_at = None
        self._wake.set()

    async def _advance(self, partition: Partition) -> int:
        """Handle what waits in one partition; how many events went by."""
        partition.handling = True
        try:
            return await self._handle(partition)
        finally:
            partition.handling = False

    async def _handle(self, partition: Partition) -> int:
        """Handle what waits and what comes meanwhile, entity beside entity; how many events went by."""
        partition.begun.clear()
        partition.done.clear()
        partition.troubles.clear()
        partition.gave_up = False
        went = 0
        workers: set[asyncio.Task[None]] = set()
        try:
            while True:
                partition.more.clear()
                batch = await self._batch(partition, MEMORY - went)
                if partition.troubles:
                    batch = []  # what was read meanwhile must not overtake what failed
                went += len(batch)
                for envelope in batch:
                    partition.begun.append(envelope.seq)
                    if waiting := partition.by_entity.get(envelope.entity_id):
                        waiting.append(envelope)
                        continue
                    partition.by_entity[envelope.entity_id] = deque([envelope])
                    worker = asyncio.create_task(self._of_one_entity(partition, envelope.entity_id))
                    workers.add(worker)
                    worker.add_done_callback(workers.discard)
                partition.settle()
                if batch:
                    continue
                if not partition.by_entity:
                    break
                await partition.more.wait()
        except BaseException:
            for worker in workers:
                worker.cancel()
            partition.again()
            raise
        return self._ended(partition, went)

    def _ended(self, partition: Partition, went: int) -> int:
        """Nothing of this go is at work any more: what stopped it decides how it goes on."""
        troubles = partition.troubles
        for trouble in troubles:
            if not isinstance(trouble, LeaseLost | ConnectionFailure | Unavailable):
                partition.again()
                raise trouble
        if any(isinstance(trouble, LeaseLost) for trouble in troubles):
            self._leases.lost(partition.lease)
            if self._partitions.get(partition.name) is partition:
                del self._partitions[partition.name]
            return 0
        if troubles:
            return self._wait(partition, troubles[0])
        partition.patience = 0.0
        partition.handled.clear()
        if not partition.gave_up:
            partition.out_since = 0.0
        return went

    def _wait(self, partition: Partition, trouble: BaseException) -> int:
        """An outage says nothing of the events: the partition waits, each time twice as long."""
        moment = asyncio.get_running_loop().time()
        partition.patience = min(MOST_PATIENCE_SECONDS, max(0.1, partition.patience * 2))
        partition.not_before = moment + partition.patience
        if isinstance(trouble, Unavailable):
            partition.out_since = partition.out_since or moment
        partition.again()
        error = type(trouble).__name__
        log.warning("partition_waits", unit=self._unit, partition=partition.name, error=error)
        return 0

    async def _batch(self, partition: Partition, most: int) -> list[EventEnvelope]:
        """The next events that concern this unit; none once something is out, or no more are to be begun."""
        most = min(BATCH, most)
        if partition.troubles or most <= 0:
            return []
        if partition.pending:
            return [partition.pending.popleft() for _ in range(min(most, len(partition.pending)))]
        if not partition.unread:
            return []
        reached = partition.known
        beyond = {
            "partition": partition.name,
            "topic": {"$in": sorted(partition.topics)},
            "seq": {"$gt": partition.head, "$lte": reached},
        }
        try:
            found = self._database[EVENT_LOG].find(beyond, _WITHOUT_INDEXED).sort([("seq", 1)]).limit(most)
            batch = [envelope_of(document) for document in await found.to_list()]
        except ConnectionFailure as error:
            partition.troubles.append(error)
            return []
        partition.head = batch[-1].seq if len(batch) == most else reached
        return batch

    async def _of_one_entity(self, partition: Partition, entity_id: str) -> None:
        """What was begun of one entity, one event after the other, until something is out."""
        waiting = partition.by_entity[entity_id]
        try:
            while waiting:
                await self._receive(partition, waiting[0])
                partition.done.add(waiting.popleft().seq)
        except BaseException as error:  # one that cancels its own task too: what follows must not pass it
            partition.troubles.append(error)
        finally:
            del partition.by_entity[entity_id]
            partition.more.set()

    async def _receive(self, partition: Partition, envelope: EventEnvelope) -> None:
        """Every subscription that has not handled it yet, one after the other."""
        for subscription in partition.subscriptions:
            done = (subscription.name, envelope.seq) in partition.handled
            if envelope.topic not in subscription.topics or done:
                continue
            if envelope.seq > partition.lease.offsets[subscription.name]:
                async with self._at_once_of[subscription.name], self._at_once:
                    await self._deliver(partition, subscription, envelope)
                partition.handled.add((subscription.name, envelope.seq))

    async def _deliver(
        self, partition: Partition, subscription: Subscription, envelope: EventEnvelope
    ) -> None:
        lease = partition.lease
        if not lease.holds() or self._partitions.get(partition.name) is not partition:
            raise LeaseLost  # a renewed lease as well: what is put aside was forgotten with the partition
        place = subscription.name, envelope.entity_id
        if place in self._parked:
            await self._put_aside(
                subscription, envelope, "waits for an earlier event of the same thing", "behind"
            )
            return
        try:
            reason, tries = await self._tried(lease.fence, subscription, envelope, HANDLE_SECONDS), 1
        except Unavailable as error:
            if not partition.waited_enough(asyncio.get_running_loop().time()):
                raise
            partition.gave_up = True
            reason, tries = _said(error), 0
        if not reason:
            return
        if not lease.holds():
            raise LeaseLost
        log.error("event_failed", unit=self._unit, topic=envelope.topic, event_id=envelope.id, reason=reason)
        await self._put_aside(subscription, envelope, reason, "waiting", tries)

    async def _tried(
        self, fence: Fence, subscription: Subscription, envelope: EventEnvelope, seconds: float
    ) -> str:
        """Why it failed, or ""; outages and a lost lease are raised."""
        try:
            async with asyncio.timeout(seconds) as patience:
                await deliver(self._database, subscription, envelope, fence)
        except (LeaseLost, *OUTAGES):
            raise
        except asyncio.CancelledError as error:
            if (task := asyncio.current_task()) is None or task.cancelling():
                raise
            return _said(error)
        except TimeoutError as error:
            if not patience.expired():
                raise Unavailable from error
            return f"not done within {seconds:.0f} s"
        except Exception as error:
            if isinstance(error, AskRefused) and error.status in NOT_NOW:
                raise Unavailable from error
            log.info("listener_failed", unit=self._unit, topic=envelope.topic, exc_info=True)
            return await _why(self._database, envelope, error)
        return ""

    async def _put_aside(
        self, subscription: Subscription, envelope: EventEnvelope, reason: str, state: str, tries: int = 0
    ) -> None:
        """Keep it for later; one that only follows another waits until that one went through."""
        PARKED.labels(self._unit, envelope.topic).inc()
        dead_letter = {
            "_id": derived_id("ltr", self._unit, subscription.name, envelope.id),
            "unit": self._unit,
            "subscription": subscription.name,
            "event": msgspec.to_builtins(envelope, builtin_types=(datetime,)),
            "reason": reason,
            "tries": tries,
            "state": state,
            "put_aside_at": now(),
            "next_try_at": now() + timedelta(seconds=1),
        }
        aside = self._parked.setdefault((subscription.name, envelope.entity_id), Aside())
        self._retry_at = min(self._retry_at, asyncio.get_running_loop().time() + 1)
        aside.puts += 1
        aside.putting += 1
        try:
            await self._database["dead_letters"].update_one(
                {"_id": dead_letter["_id"]}, {"$setOnInsert": dead_letter}, upsert=True
            )
        finally:
            aside.putting -= 1

    async def _retry(self) -> int:
        """Try what was put aside and is due again, then what waits behind it; how many went through."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._retry_at:
            return 0
        self._retry_at = loop.time() + (1 if self._parked else ASIDE_LOOK_SECONDS)
        held = self._leases.of(self._unit)
        due = {
            "unit": self._unit,
            "state": {"$in": ["waiting", "behind"]},
            "next_try_at": {"$lte": now()},
            "event.partition": {"$in": self._names(list(held.values()))},
        }
        asked = {"subscription": 1, "event.entity_id": 1}
        dead_letters = self._database["dead_letters"].find(due, asked).sort([("next_try_at", 1)]).limit(BATCH)
        at_once = asyncio.Semaphore(ASIDE_AT_ONCE)

        async def one(name: str, entity_id: str) -> int:
            async with at_once:
                return await self._retry_one(held[partition_number(entity_id)], name, entity_id)

        try:
            places = {
                (dead_letter["subscription"], dead_letter["event"]["entity_id"])
                async for dead_letter in dead_letters
            }
            return sum(await asyncio.gather(*(one(*place) for place in sorted(places))))
        except ConnectionFailure as error:
            log.warning("consumer_waits", unit=self._unit, error=type(error).__name__)
            return 0

    async def _retry_one(self, lease: Lease, name: str, entity_id: str) -> int:
        """What is put aside of one entity for one subscription, in its order, until something fails again."""
        dead_letters = self._database["dead_letters"]
        subscription = self._subscriptions.get(name)
        aside = self._parked.setdefault((name, entity_id), Aside())
        of_it = {"unit": self._unit, "subscription": name, "event.entity_id": entity_id}
        went = 0
        while lease.holds():
            puts = aside.puts
            dead_letter = await dead_letters.find_one(of_it, sort=[("event.seq", 1)])
            if dead_letter is None:
                if aside.puts == puts and not aside.putting:
                    self._parked.pop((name, entity_id), None)
                    return went
                await asyncio.sleep(0)
                continue
            if dead_letter["state"] == "dead" or (
                dead_letter["state"] == "waiting" and dead_letter["next_try_at"] > now()
            ):
                later = {"next_try_at": now() + BEHIND_AGAIN}
                await dead_letters.update_many({**of_it, "state": "behind"}, {"$set": later})
                return went
            if subscription is None:
                await self._failed_again(dead_letter, "no subscription has this name any more", TRIES)
                return went
            envelope = msgspec.convert(dead_letter["event"], EventEnvelope, builtin_types=(datetime,))
            try:
                reason = await self._tried(lease.fence, subscription, envelope, ASIDE_SECONDS)
            except Unavailable as error:
                again = now() + timedelta(seconds=MOST_PATIENCE_SECONDS)
                change = {"state": "waiting", "reason": _said(error), "next_try_at": again}
                await dead_letters.update_one({"_id": dead_letter["_id"]}, {"$set": change})
                return went
            except LeaseLost:
                return went
            if reason:
                await self._failed_again(dead_letter, reason, dead_letter["tries"] + 1)
                return went
            await dead_letters.delete_one({"_id": dead_letter["_id"]})
            went += 1
        return went

    async def _failed_again(self, dead_letter: dict[str, Any], reason: str, tries: int) -> None:
        change = {
            "tries": tries,
            "next_try_at": now() + timedelta(seconds=min(300, 2**tries)),
            "reason": reason,
            "state": "dead" if tries >= TRIES else "waiting",
        }
        await self._database["dead_letters"].update_one({"_id": dead_letter["_id"]}, {"$set": change})


_WITHOUT_INDEXED = dict.fromkeys(FOUND_BY, 0)


async def deliver(
    database: Database, subscription: Subscription, envelope: EventEnvelope, fence: Fence
) -> None:
    """Have one handler receive one event, for its organization; a lost race for a document is run again."""
    unit = database.unit
    if envelope.org_id == ERASED:
        return
    event = None
    envelope = await database.personal.open(envelope)
    if len(subscription.topics) == 1:
        event = as_event(envelope.topic, _read(database, envelope))
        if event is None:
            return
    envelope = with_defaults(envelope)
    cause = Cause(fingerprint("event", unit, subscription.name, envelope.id), "event", fence=fence)
    actor = Actor(kind="unit", id=unit, org_id=envelope.org_id, name=unit)
    with acting_for(envelope.org_id), acting_as(actor), tracing(envelope.trace), because(cause):
        await retry_on_conflict(lambda: subscription.handle(event, envelope))
    HANDLED.labels(unit, envelope.topic).inc()


async def _why(database: Database, envelope: EventEnvelope, error: Exception) -> str:
    """What went wrong, without what was sealed in the event and open to the handler."""
    try:
        opened = await database.personal.open(envelope)
        sealed = [
            *_differing(envelope.body, _read(database, opened)),
            *_differing(envelope.actor, opened.actor),
        ]
    except (SealBroken, KeyLost):
        return _said(error)
    return _said(error, [*sealed, *_differing(envelope.change, opened.change)])


def _differing(sealed: Any, opened: Any) -> list[str]:
    """The texts in which two versions of a value differ, as the second has them."""
    if isinstance(sealed, dict) and isinstance(opened, dict):
        return [text for name in opened for text in _differing(sealed.get(name), opened[name])]
    if isinstance(sealed, list) and isinstance(opened, list) and len(sealed) == len(opened):
        return [t for one, other in zip(sealed, opened, strict=True) for t in _differing(one, other)]
    return [] if sealed == opened else texts_of(opened)


def texts_of(value: Any) -> list[str]:
    """Every text in a value, however deep."""
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_of(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_of(inner)]
    return [str(value)]


def _said(error: BaseException, secrets: Sequence[str] = ()) -> str:
    """An error as it can be kept, whatever it says: masked as in a log, since it lies there as long."""
    said = str(error)
    for secret in sorted(secrets, key=len, reverse=True):
        said = re.sub(re.escape(secret), VEILED, said, flags=re.IGNORECASE) if len(secret) > 1 else said
    return masked_said(type(error), said)[:MOST_SAID].encode(errors="replace").decode()


def _read(database: Database, envelope: EventEnvelope) -> dict[str, Any]:
    """The body with what is secret and meant for this unit."""
    return database.seals.opened(envelope.topic, envelope.body) if database.seals else envelope.body
