"""From what entities told to the durable event log, and from the log to those who listen."""

import asyncio
import secrets
from datetime import datetime, timedelta
from typing import Any

import msgspec

from rt.kernel.bus import Hub, Listener, Told, as_event
from rt.kernel.clock import now
from rt.kernel.identity import Actor, Revocations, acting_as
from rt.kernel.ids import Cause, because, derived_id, fingerprint
from rt.kernel.persistence import (
    BulkWriteError,
    ConnectionFailure,
    Database,
    DuplicateKeyError,
    ReturnDocument,
    persist,
)
from rt.kernel.sealing import SealBroken
from rt.kernel.telemetry import HEARD, PARKED, log, tracing
from rt.kernel.tenancy import acting_for
from rt.kernel.tokens import LATE, LIVES, Revoked

BATCH = 200
LEASE = timedelta(seconds=15)
POLL_SECONDS = 2.0
"""How long a change written by another process may stay unheard when its ring was missed."""
TRIES = 10
_random = secrets.SystemRandom()
KEPT = timedelta(days=400)
"""Longer than the year for which the audit trail must be explainable (specification, Compliance)."""


async def prepare_log(database: Database) -> None:
    """Make the indexes of the log, of the places and of what was put aside."""
    log_ = database["events"]
    await log_.create_index([("source", 1), ("seq", 1)], unique=True)
    await log_.create_index([("entity_id", 1), ("at", 1)])
    await log_.create_index([("trace", 1), ("at", 1)])
    await log_.create_index([("org_id", 1), ("at", -1)])
    revoked = {"topic": Revoked.topic}
    await log_.create_index([("topic", 1), ("seq", 1)], partialFilterExpression=revoked)
    await log_.create_index([("body.subject", 1), ("at", 1)], partialFilterExpression=revoked)
    await log_.create_index([("at", 1)], expireAfterSeconds=int(KEPT.total_seconds()))
    await database["dead_letters"].create_index([("unit", 1), ("state", 1), ("next_try_at", 1)])


class Relay:
    """Moves what one unit's entities told into the log, numbered without gaps per unit."""

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._seq: int | None = None
        self._wake = asyncio.Event()
        database.wrote = self._wake.set

    async def run(self) -> None:
        """Relay for ever; leftovers of a crash are found at the start and every few seconds."""
        while True:
            try:
                while await self.step():
                    pass
                async with asyncio.timeout(5):
                    await self._wake.wait()
            except TimeoutError:
                pass
            except ConnectionFailure as error:
                log.warning("relay_waits", unit=self._database.unit, error=type(error).__name__)
                await asyncio.sleep(0.5)
            self._wake.clear()

    async def step(self) -> int:
        """Move one batch; how many events were moved."""
        moved = 0
        for collection in self._database.collections:
            documents = await collection.leftovers(BATCH)
            if not documents:
                continue
            moved += await self._append([told for document in documents for told in document["told"]])
            for document in documents:
                await collection.forget_told(document["_id"], [told["id"] for told in document["told"]])
        if moved:
            self._hub.ring()
        return moved

    async def _append(self, told: list[dict[str, Any]]) -> int:
        """Insert what the log does not hold yet. Two relays of one unit meet on the number and try again."""
        events = self._database["events"]
        for _ in range(50):
            known = {
                document["_id"]
                async for document in events.find({"_id": {"$in": [one["id"] for one in told]}}, {"_id": 1})
            }
            fresh = [one for one in told if one["id"] not in known]
            if not fresh:
                return len(told)
            if self._seq is None:
                self._seq = await self._last_seq()
            numbered = [
                {"_id": one["id"], "source": self._database.unit, "seq": self._seq + n, **one}
                for n, one in enumerate(fresh, 1)
            ]
            for document in numbered:
                del document["id"]
            try:
                await events.insert_many(numbered, ordered=True)
            except (BulkWriteError, DuplicateKeyError):
                self._seq = None
                await asyncio.sleep(_random.uniform(0.001, 0.02))
                continue
            self._seq += len(numbered)
            return len(told)
        raise RuntimeError("the event log cannot be appended to")

    async def _last_seq(self) -> int:
        last = await self._database["events"].find_one({"source": self._database.unit}, sort=[("seq", -1)])
        return int(last["seq"]) if last else 0


class Follower:
    """Has one unit's listeners hear the log from where they stopped, one event after the other.

    One process at a time follows for a unit (a lease). An event that fails is tried again at once, then put
    aside with everything that follows of the same entity, tried ten times, and kept for a human.
    """

    def __init__(
        self, database: Database, listeners: list[Listener], sources: list[str], hub: Hub, instance: str
    ) -> None:
        self._database = database
        self._unit = database.unit
        self._listeners = listeners
        self._everything = any(listener.topic == "*" for listener in listeners)
        topics = {listener.topic.partition(".")[0] for listener in listeners}
        self._sources = sources if self._everything else [source for source in sources if source in topics]
        self._hub = hub
        self._instance = instance
        self._places: dict[str, int] = {}
        self._blocked: set[tuple[str, str]] = set()
        self._renewed_at: datetime | None = None

    async def run(self) -> None:
        if not self._listeners:
            return
        while True:
            try:
                if not await self.step():
                    await self._hub.wait(POLL_SECONDS)
            except ConnectionFailure as error:
                log.warning("follower_waits", unit=self._unit, error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def step(self) -> int:
        """Hear one batch; how many events were passed. Zero when another process follows."""
        if not await self._hold():
            return 0
        retried = await self._retry()
        batch = await self._batch()
        for document in batch:
            await self._hear(told_of(document))
            self._places[document["source"]] = document["seq"]
        if batch:
            await self._save()
            self._hub.ring()
        return len(batch) + retried

    async def _batch(self) -> list[dict[str, Any]]:
        beyond = [{"source": source, "seq": {"$gt": self._places.get(source, 0)}} for source in self._sources]
        if not beyond:
            return []
        cursor = self._database["events"].find({"$or": beyond}).sort([("source", 1), ("seq", 1)]).limit(BATCH)
        return await cursor.to_list()

    async def _hold(self) -> bool:
        """Have or take the lease; the places are read when it is newly ours."""
        moment = now()
        if self._renewed_at is not None and moment - self._renewed_at < LEASE / 3:
            return True
        mine_or_free = {"$or": [{"owner": self._instance}, {"until": {"$lt": moment}}]}
        try:
            place = await self._database["places"].find_one_and_update(
                {"_id": self._unit, **mine_or_free},
                {"$set": {"owner": self._instance, "until": moment + LEASE}},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        except DuplicateKeyError:
            self._renewed_at = None
            return False
        if self._renewed_at is None:
            self._places = dict(place.get("places", {})) if place else {}
            self._blocked = {
                (letter["listener"], letter["event"]["entity_id"])
                async for letter in self._database["dead_letters"].find({"unit": self._unit})
            }
        self._renewed_at = moment
        return True

    async def _save(self) -> None:
        await self._database["places"].update_one(
            {"_id": self._unit, "owner": self._instance}, {"$set": {"places": self._places}}
        )

    async def _hear(self, told: Told) -> None:
        for listener in self._listeners:
            if listener.topic not in ("*", told.topic):
                continue
            if (listener.name, told.entity_id) in self._blocked:
                await self._put_aside(listener, told, "waits for an earlier event of the same thing", 0)
                continue
            try:
                await deliver(self._database, listener, told)
            except ConnectionFailure:
                raise
            except Exception as error:
                log.error("event_failed", unit=self._unit, topic=told.topic, event_id=told.id, exc_info=True)
                await self._put_aside(listener, told, _why(self._database, told, error), 1)

    async def _put_aside(self, listener: Listener, told: Told, reason: str, tries: int) -> None:
        PARKED.labels(self._unit, told.topic).inc()
        self._blocked.add((listener.name, told.entity_id))
        letter = {
            "_id": derived_id("ltr", self._unit, listener.name, told.id),
            "unit": self._unit,
            "listener": listener.name,
            "event": msgspec.to_builtins(told, builtin_types=(datetime,)),
            "reason": reason,
            "tries": tries,
            "state": "waiting",
            "put_aside_at": now(),
            "next_try_at": now() + timedelta(seconds=1),
        }
        await self._database["dead_letters"].update_one(
            {"_id": letter["_id"]}, {"$setOnInsert": letter}, upsert=True
        )

    async def _retry(self) -> int:
        """Try what was put aside and is due again, oldest first; how many went through."""
        if not self._blocked:
            return 0
        letters = self._database["dead_letters"]
        due = {"unit": self._unit, "state": "waiting", "next_try_at": {"$lte": now()}}
        went = 0
        stuck: set[tuple[str, str]] = set()
        async for letter in letters.find({"unit": self._unit}).sort([("event.source", 1), ("event.seq", 1)]):
            told = msgspec.convert(letter["event"], Told, builtin_types=(datetime,))
            place = (letter["listener"], told.entity_id)
            ready = letter["state"] == due["state"] and letter["next_try_at"] <= now()
            if place in stuck or not ready:
                stuck.add(place)
                continue
            listener = next((one for one in self._listeners if one.name == letter["listener"]), None)
            try:
                if listener is not None:
                    await deliver(self._database, listener, told)
                await letters.delete_one({"_id": letter["_id"]})
                went += 1
            except Exception as error:
                stuck.add(place)
                tries = letter["tries"] + 1
                later = now() + timedelta(seconds=min(300, 2**tries))
                reason = _why(self._database, told, error)
                change = {"tries": tries, "next_try_at": later, "reason": reason}
                change |= {"state": "dead"} if tries >= TRIES else {}
                await letters.update_one({"_id": letter["_id"]}, {"$set": change})
        self._blocked = stuck
        return went


async def deliver(database: Database, listener: Listener, told: Told) -> None:
    """Have one listener hear one event, for its organization; a lost race for a document is run again."""
    unit = database.unit
    event = as_event(told.topic, _read(database, told)) if listener.topic != "*" else None
    if event is None and listener.topic != "*":
        return
    cause = Cause(fingerprint("event", unit, listener.name, told.id), "event")
    actor = Actor(kind="unit", id=unit, org_id=told.org_id, name=unit)
    with acting_for(told.org_id), acting_as(actor), tracing(told.trace), because(cause):
        await persist(lambda: listener.hear(event, told))
    HEARD.labels(unit, told.topic).inc()


def _why(database: Database, told: Told, error: Exception) -> str:
    """What went wrong, without what was secret in the event and open to the listener."""
    reason = f"{type(error).__name__}: {error}"
    try:
        opened = _read(database, told)
    except SealBroken:
        return reason
    for name, value in opened.items():
        if value != told.body.get(name):
            reason = reason.replace(str(value), "***")
    return reason


def _read(database: Database, told: Told) -> dict[str, Any]:
    """The body with what is secret and meant for this unit."""
    return database.seals.opened(told.topic, told.body) if database.seals else told.body


class Watch:
    """Keeps what every process must know at once, the revocations in one unit's part of the log, in memory.

    The start reads what a living token may still carry, and no other event; afterwards only what is new.
    """

    def __init__(self, database: Database, source: str, revocations: Revocations, hub: Hub) -> None:
        self._database = database
        self._source = source
        self._revocations = revocations
        self._hub = hub
        self._seq: int | None = None

    async def run(self) -> None:
        while True:
            try:
                await self.step()
                await self._hub.wait(POLL_SECONDS)
            except ConnectionFailure:
                await asyncio.sleep(0.5)

    async def step(self) -> None:
        if self._seq is None:
            last = await self._database["events"].find_one(self._revoked(), sort=[("seq", -1)])
            for subject, life in LIVES.items():
                since = now() - life - LATE
                await self._hear(self._revoked({"body.subject": subject, "at": {"$gt": since}}))
            self._seq = int(last["seq"]) if last else 0
        self._seq = max(self._seq, await self._hear(self._revoked({"seq": {"$gt": self._seq}})))

    async def _hear(self, where: dict[str, Any]) -> int:
        """The number of the last that was heard."""
        last = 0
        async for document in self._database["events"].find(where, {"seq": 1, "body": 1}):
            last = max(last, int(document["seq"]))
            self._revocations.heard(msgspec.convert(document["body"], Revoked))
        return last

    def _revoked(self, more: dict[str, Any] | None = None) -> dict[str, Any]:
        known = {"topic": Revoked.topic, "source": self._source, "body.subject": {"$in": list(LIVES)}}
        return known | (more or {})


async def ring_on_change(database: Database, hub: Hub) -> None:
    """Ring when another process appends to the log; without change streams the poll does it later."""
    while True:
        try:
            async with await database["events"].watch(
                [{"$match": {"operationType": "insert"}}, {"$project": {"_id": 1}}], batch_size=1000
            ) as stream:
                async for _ in stream:
                    hub.ring()
        except Exception as error:
            log.info("no_change_stream", unit=database.unit, error=type(error).__name__)
            await asyncio.sleep(5)


def told_of(document: dict[str, Any]) -> Told:
    """An event as the log holds it."""
    fields = {name: document[name] for name in Told.__struct_fields__ if name in document}
    return msgspec.convert({**fields, "id": document["_id"]}, Told, builtin_types=(datetime,))
