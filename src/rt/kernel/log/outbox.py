"""From what entities emitted, each in its own document, to the log: in batches, in order, once."""

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any

from rt.kernel.core.telemetry import log
from rt.kernel.log.event_log import EVENT_LOG, LOG_SEGMENTS, indexed
from rt.kernel.log.hub import Hub
from rt.kernel.model.envelope import EventEnvelope, envelope_of, partition_number, partition_of
from rt.kernel.storage.persistence import DUPLICATE, BulkWriteError, Collection, ConnectionFailure, Database

BATCH = 200
SCAN_SECONDS = 60
"""How often leftovers of a process that never came back are looked for; each start looks first."""
CLEAR_SECONDS = 0.1
"""How long what the log has may stay in its documents: many are cleared in one write."""
_random = secrets.SystemRandom()
Document = dict[str, Any]


class Outbox:
    """Appends what one unit's entities emitted, numbered without gaps in each partition, and clears it there.

    What this process has written is appended from memory. A start, a lost connection and, now and then, the
    clock look for what was left in the documents. Two processes of a unit meet on a number or an event, and
    the later one goes on behind.
    """

    def __init__(self, database: Database, hub: Hub) -> None:
        self._database = database
        self._hub = hub
        self._written: list[tuple[Collection[Any], str, list[Document]]] = []
        self._scan = True
        self._scanned_at = 0.0
        self._seqs: dict[str, int] = {}
        self._uncleared: dict[str, tuple[Collection[Any], dict[str, set[str]]]] = {}
        """Events that the log has and their documents still hold, by collection and document."""
        self._clear_at = 0.0
        self._wake = asyncio.Event()
        database.emitted = self.take

    def take(self, collection: Collection[Any], id: str, events: list[Document]) -> None:
        """All that a document just written still has to emit, in the order of its versions."""
        self._written.append((collection, id, events))
        self._wake.set()

    def scan(self) -> None:
        """Look for leftovers at the next step."""
        self._scan = True
        self._wake.set()

    async def run(self) -> None:
        """Append for ever."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                appended = await self._append_batch()
                if self._uncleared and loop.time() >= self._clear_at:
                    await self._clear()
                if appended:
                    continue
                async with asyncio.timeout(CLEAR_SECONDS if self._uncleared else SCAN_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                pass
            except (ConnectionFailure, BulkWriteError) as error:
                log.warning("outbox_waits", unit=self._database.unit, error=type(error).__name__)
                await asyncio.sleep(0.5)
            self._wake.clear()

    async def step(self) -> int:
        """Append one batch and clear it; how many events it had."""
        appended = await self._append_batch()
        await self._clear()
        return appended

    async def _append_batch(self) -> int:
        taken, self._written = self._written[:BATCH], self._written[BATCH:]
        batch = taken
        try:
            if self._scan or asyncio.get_running_loop().time() - self._scanned_at >= SCAN_SECONDS:
                await self._clear()
                batch = [*taken, *await self._leftovers()]
            known = {
                one for _, cleared in self._uncleared.values() for ids in cleared.values() for one in ids
            }
            events = {one["id"]: one for _, _, emitted in batch for one in emitted if one["id"] not in known}
            if events:
                await self._append(list(events.values()))
            self._clear_later(batch)
        except BaseException:
            self._written = [*taken, *self._written]
            self._scan = True
            self._seqs.clear()
            raise
        return len(events)

    async def _leftovers(self) -> list[tuple[Collection[Any], str, list[Document]]]:
        """Documents that have events to emit, of each collection the oldest first."""
        left = await self._database.leftovers(BATCH)
        found = [(collection, one["_id"], one["outbox"]) for collection, one in left]
        self._scan = len(found) >= BATCH
        self._scanned_at = asyncio.get_running_loop().time()
        return found

    async def _append(self, events: Sequence[Document]) -> None:
        """Insert in this order, the whole batch at once; what the log has already is passed over."""
        rest = [await self._row(one) for one in events]
        while rest:
            partitions = {one["partition"] for one in rest}
            await self._number(rest)
            self._hub.appending(partitions, 1)
            done = 0
            try:
                await self._database[EVENT_LOG].insert_many(rest, ordered=True)
                done = len(rest)
            except BulkWriteError as error:
                failed = error.details["writeErrors"]
                if not failed or failed[0]["code"] != DUPLICATE:
                    raise
                done = int(failed[0]["index"])
            finally:
                self._appended(rest[:done])
                self._hub.appending(partitions, -1)
            if rest := rest[done:]:
                known = await self._known(rest)
                rest = [one for one in rest if one["_id"] not in known]
                self._seqs.clear()
                await asyncio.sleep(_random.uniform(0.001, 0.02))

    async def _known(self, rows: list[Document]) -> set[str]:
        """Those that the log has already."""
        ids = {"_id": {"$in": [one["_id"] for one in rows]}}
        return {one["_id"] async for one in self._database[EVENT_LOG].find(ids, {"_id": 1})}

    async def _row(self, events: Document) -> Document:
        """The event as the log has it, but for its number, and for what finds who was erased meanwhile."""
        if "labels" in events and not await self._database.personal.findable(events):
            events = {name: value for name, value in events.items() if name != "labels"}
        partition = partition_of(self._database.unit, partition_number(events["entity_id"]))
        row = {"_id": events["id"], "partition": partition, "seq": 0, "source": self._database.unit}
        row |= {name: value for name, value in events.items() if name != "id"}
        return row | indexed(events)

    async def _number(self, rows: list[Document]) -> None:
        numbers = dict(self._seqs)
        for row in rows:
            partition = row["partition"]
            if partition not in numbers:
                numbers[partition] = self._seqs[partition] = await self._last_seq(partition)
            numbers[partition] += 1
            row["seq"] = numbers[partition]

    def _appended(self, rows: list[Document]) -> None:
        by_partition: dict[str, list[EventEnvelope]] = {}
        for row in rows:
            by_partition.setdefault(row["partition"], []).append(envelope_of(row))
        for partition, events in by_partition.items():
            self._seqs[partition] = events[-1].seq
            self._hub.appended(partition, events, events[-1].seq)

    async def _last_seq(self, partition: str) -> int:
        last = await self._database[EVENT_LOG].find_one(
            {"partition": partition}, {"seq": 1}, sort=[("seq", -1)]
        )
        if last is None:  # all that was emitted is older than what is kept
            segments = self._database[LOG_SEGMENTS]
            sealed = await segments.find_one({"partition": partition}, {"last": 1}, sort=[("first", -1)])
            return int(sealed["last"]) if sealed else 0
        return int(last["seq"])

    def _clear_later(self, batch: list[tuple[Collection[Any], str, list[Document]]]) -> None:
        if not self._uncleared:
            self._clear_at = asyncio.get_running_loop().time() + CLEAR_SECONDS
        for collection, entity_id, events in batch:
            _, cleared = self._uncleared.setdefault(collection.name, (collection, {}))
            cleared.setdefault(entity_id, set()).update(one["id"] for one in events)

    async def _clear(self) -> None:
        uncleared, self._uncleared = self._uncleared, {}
        try:
            for collection, cleared in uncleared.values():
                await collection.clear_outbox(cleared)
        except BaseException:
            self._scan = True
            raise
