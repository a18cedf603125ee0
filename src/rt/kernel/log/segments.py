"""The log sealed piece by piece: a hash per event and segment, each segment bound to the one before."""

import hashlib
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import msgspec

from rt.kernel.core.clock import now
from rt.kernel.log.event_log import EVENT_LOG, KEPT, LOG_SEGMENTS, digest_of, heads
from rt.kernel.storage.persistence import Database, DuplicateKeyError

ORIGIN = "0" * 64
MOST_EVENTS = 1_000
"""Events of one segment."""
ERASED = "erased"
"""The owner of events whose organization is gone: they stay for their numbers, emptied."""


class Segment(msgspec.Struct, kw_only=True):
    """The events of one partition from `first` to `last`, each with its hash, and the hash of it all."""

    id: str
    partition: str
    first: int
    last: int
    last_at: datetime
    digests: list[str]
    owners: list[str]
    """The organization of each event: whose erasure may have emptied it."""
    previous: str
    hash: str = ""
    dropped: bool = False
    """Older than what is kept: the events are gone, their hashes stay."""

    def computed(self) -> str:
        span = [self.partition, str(self.first), str(self.last), self.last_at.isoformat(), self.previous]
        content = [*span, *self.digests, *self.owners]
        return hashlib.sha256("\n".join(content).encode()).hexdigest()


class Broken(msgspec.Struct, frozen=True, kw_only=True):
    """The first event of a partition that was altered, removed, moved or put in."""

    partition: str
    seq: int


class Verdict(msgspec.Struct, kw_only=True):
    """What a verification found: events that hold, those not sealed yet, and where it is broken."""

    sealed: int = 0
    unsealed: int = 0
    broken: list[Broken] = []
    heads: dict[str, tuple[int, str]] = {}
    """By partition: the number and hash of its newest segment."""


class Segments:
    """Seals, verifies and at last drops what the log holds; written by one unit."""

    def __init__(self, database: Database) -> None:
        self._events = database[EVENT_LOG]
        self._segments = database[LOG_SEGMENTS]
        self._database = database

    async def prepare(self) -> None:
        await self._segments.create_index([("partition", 1), ("first", 1)], unique=True)
        await self._segments.create_index([("dropped", 1), ("last_at", 1)])

    async def seal(self) -> int:
        """Seal all that was appended since; how many events. Two at once meet each other on the number."""
        sealed = 0
        for partition, head in sorted((await heads(self._database)).items()):
            newest = await self._newest(partition)
            while head > (newest.last if newest else 0):
                segment = await self._made(partition, newest)
                if segment is None:
                    break
                try:
                    await self._segments.insert_one(_stored(segment))
                except DuplicateKeyError:
                    newest = await self._newest(partition)
                    continue
                sealed += segment.last - segment.first + 1
                newest = segment
        return sealed

    async def verify(self, erased: frozenset[str]) -> Verdict:
        """Recompute everything that is kept, from the first segment of each partition on.

        Events of the organizations named in `erased` may have been emptied.
        """
        verdict = Verdict()
        newest = await heads(self._database)
        known = await self._segments.distinct("partition")
        for partition in sorted({*newest, *known}):
            previous, expected = ORIGIN, 1
            async for segment in self._of(partition):
                broken = await self._broken(segment, previous, expected, erased)
                if broken is not None:
                    verdict.broken.append(broken)
                    break
                verdict.sealed += len(segment.digests)
                previous, expected = segment.hash, segment.last + 1
                verdict.heads[partition] = (segment.last, segment.hash)
            else:
                verdict.unsealed += max(0, newest.get(partition, 0) - expected + 1)
        return verdict

    async def drop(self) -> int:
        """Remove the events of whole segments that are older than what is kept; how many segments."""
        old = {"dropped": False, "last_at": {"$lt": now() - KEPT}}
        dropped = 0
        async for document in self._segments.find(old, {"digests": 0, "owners": 0}):
            span = {"$gte": document["first"], "$lte": document["last"]}
            await self._events.delete_many({"partition": document["partition"], "seq": span})
            await self._segments.update_one({"_id": document["_id"]}, {"$set": {"dropped": True}})
            dropped += 1
        return dropped

    async def hash_at(self, partition: str, last: int) -> str:
        """The hash of the segment that ends there, or ""."""
        found = await self._segments.find_one({"partition": partition, "last": last}, {"hash": 1})
        return str(found["hash"]) if found else ""

    async def newest(self) -> dict[str, tuple[int, str]]:
        """By partition: the number and hash of its newest segment."""
        last: list[dict[str, Any]] = [
            {"$sort": {"partition": -1, "first": -1}},
            {"$group": {"_id": "$partition", "last": {"$first": "$last"}, "hash": {"$first": "$hash"}}},
        ]
        cursor = await self._segments.aggregate(last)
        return {row["_id"]: (int(row["last"]), str(row["hash"])) async for row in cursor}

    async def _made(self, partition: str, newest: Segment | None) -> Segment | None:
        first = newest.last + 1 if newest else 1
        following = {"partition": partition, "seq": {"$gte": first, "$lt": first + MOST_EVENTS}}
        events = await self._events.find(following).sort([("seq", 1)]).to_list()
        if not events or [one["seq"] for one in events] != list(range(first, first + len(events))):
            return None
        segment = Segment(
            id=f"{partition}:{first:012d}",
            partition=partition,
            first=first,
            last=first + len(events) - 1,
            last_at=max(one["at"] for one in events),
            digests=[digest_of(one) for one in events],
            owners=[str(one.get("erased", one["org_id"])) for one in events],
            previous=newest.hash if newest else ORIGIN,
        )
        segment.hash = segment.computed()
        return segment

    async def _broken(
        self, segment: Segment, previous: str, expected: int, erased: frozenset[str]
    ) -> Broken | None:
        span = segment.last - segment.first + 1
        whole = (segment.first, segment.previous, segment.hash, span, span)
        counts = len(segment.digests), len(segment.owners)
        if whole != (expected, previous, segment.computed(), *counts):
            return Broken(partition=segment.partition, seq=expected)
        old = now() - segment.last_at > KEPT - timedelta(days=1)
        if segment.dropped:
            return None if old else Broken(partition=segment.partition, seq=segment.first)
        found = {}
        within = {"partition": segment.partition, "seq": {"$gte": segment.first, "$lte": segment.last}}
        async for event in self._events.find(within):
            owner = segment.owners[event["seq"] - segment.first]
            emptied = event["org_id"] == ERASED and event.get("erased") == owner and owner in erased
            found[event["seq"]] = ERASED if emptied else digest_of(event)
        for seq, digest in enumerate(segment.digests, segment.first):
            if found.get(seq, ERASED if old else None) not in (digest, ERASED):
                return Broken(partition=segment.partition, seq=seq)
        return None

    async def _newest(self, partition: str) -> Segment | None:
        found = await self._segments.find_one({"partition": partition}, sort=[("first", -1)])
        return _segment(found) if found else None

    async def _of(self, partition: str) -> AsyncIterator[Segment]:
        async for document in self._segments.find({"partition": partition}).sort([("first", 1)]):
            yield _segment(document)


def _stored(segment: Segment) -> dict[str, Any]:
    document = msgspec.to_builtins(segment, builtin_types=(datetime,))
    document["_id"] = document.pop("id")
    return dict(document)


def _segment(document: dict[str, Any]) -> Segment:
    return msgspec.convert({**document, "id": document["_id"]}, Segment, builtin_types=(datetime,))
