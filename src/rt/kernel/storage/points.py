"""Readings that sources send, appended by the hundred, each kept once, read by series and read on.

A reading has no timeline, emits nothing and is never changed: it is appended and, when it is old, deleted.
Its identity is series, second and source, so that what is sent twice is kept once.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from rt.kernel.core.tenancy import current_org
from rt.kernel.storage.persistence import DUPLICATE, BulkWriteError, Database, DuplicateKeyError

APPENDED_AT_ONCE = 1_000
TAILS_AT_ONCE = 500
READ_AT_ONCE = 5_000
"""More than one append holds, so that whole appends are read."""
ANNOUNCED_AGAIN = timedelta(minutes=10)
FORGOTTEN = timedelta(hours=2)
"""A writer that has not announced itself for so long has nothing under way; it is read to its end before."""
LEASE = timedelta(seconds=10)


class Point(msgspec.Struct, frozen=True):
    """One reading of one source; `content` is opaque here."""

    org_id: str
    series: str
    source: str
    at_ms: int
    content: bytes

    @property
    def moment(self) -> tuple[str, int]:
        """One source measures one thing in one second."""
        return self.source, self.at_ms // 1000

    @property
    def key(self) -> str:
        """Sorted by these, a series lies together and in the order of time."""
        return f"{self.series}:{self.at_ms // 1000:011d}:{self.source}"


class Arrived(msgspec.Struct, frozen=True):
    """A reading as it is read on: where it stands in the order in which its writer kept it."""

    writer: str
    nth: int
    org_id: str
    series: str
    content: bytes


class Series:
    """Readings of one kind, of all organizations.

    Of two that one source sent for one second the `better` stays, whichever came first.
    """

    def __init__(self, database: Database, name: str, better: Callable[[bytes, bytes], bool]) -> None:
        self.name = f"{database.unit}.{name}"
        self.places = database["series_places"]
        self._stored = database[self.name]
        self._better = better
        self._writer = secrets.token_hex(8)
        self._nth = 0
        self._announced = datetime.min.replace(tzinfo=UTC)
        self._turn = asyncio.Lock()

    async def prepare(self) -> None:
        await self._stored.create_index([("org_id", 1), ("source", 1), ("at", 1)])
        await self._stored.create_index([("writer", 1), ("nth", 1)])

    async def append(self, points: Sequence[Point]) -> list[bool]:
        """Keep readings in one write; durable when it returns. For each, whether it was new.

        One append of a process at a time, so that what a writer has kept is seen in the order of `nth`. What
        is sent again may not have been acknowledged, so it is given to the reader again too.
        """
        new: list[bool] = []
        async with self._turn:
            await self._announce()
            for begin in range(0, len(points), APPENDED_AT_ONCE):
                new += await self._append(points[begin : begin + APPENDED_AT_ONCE])
        return new

    async def contents(self, series: str, since: datetime | None = None) -> list[bytes]:
        """The readings of a series in the order of time, from the second of a moment on."""
        begin = f"{series}:{int(since.timestamp()):011d}" if since else f"{series}:"
        where = {"_id": {"$gte": begin, "$lt": f"{series};"}, "org_id": current_org()}
        cursor = self._stored.find(where, {"_id": 0, "content": 1}).sort("_id", 1).batch_size(10_000)
        return [row["content"] async for row in cursor]

    async def latest(self, series: str, count: int) -> list[bytes]:
        """The last readings of a series, in the order of time."""
        where = {"_id": {"$gte": f"{series}:", "$lt": f"{series};"}, "org_id": current_org()}
        cursor = self._stored.find(where, {"_id": 0, "content": 1}).sort("_id", -1)
        rows = await cursor.limit(count).batch_size(count).to_list()
        return [row["content"] for row in reversed(rows)]

    async def tails(self, begins: Mapping[str, tuple[str, int]]) -> dict[str, list[bytes]]:
        """The readings of many series, each from a second on; by series its organization and that second.

        Asked at once; of each series in no order.
        """
        found: dict[str, list[bytes]] = {series: [] for series in begins}
        asked = list(begins.items())
        for begin in range(0, len(asked), TAILS_AT_ONCE):
            some = [
                {"_id": {"$gte": f"{series}:{second:011d}", "$lt": f"{series};"}, "org_id": org_id}
                for series, (org_id, second) in asked[begin : begin + TAILS_AT_ONCE]
            ]
            cursor = self._stored.find({"$or": some}, {"content": 1}).hint("_id_").batch_size(10_000)
            async for row in cursor:
                found[row["_id"].partition(":")[0]].append(row["content"])
        return found

    async def last_at(self, sources: Sequence[str]) -> dict[str, datetime]:
        """When each of these sources measured last, of those that ever did: one key of the index each."""
        stages: list[dict[str, Any]] = [
            {"$match": {"org_id": current_org(), "source": {"$in": list(sources)}}},
            {"$sort": {"source": -1, "at": -1}},
            {"$group": {"_id": "$source", "at": {"$first": "$at"}}},
        ]
        return {row["_id"]: row["at"] async for row in await self._stored.aggregate(stages)}

    async def owners(self) -> list[str]:
        """The organizations that have any."""
        found: list[str] = await self._stored.distinct("org_id")
        return sorted(found)

    async def remove_before(self, moment: datetime) -> int:
        """Delete what is older, source by source; how many: for retention."""
        sources = await self._stored.distinct("source", {"org_id": current_org()})
        gone = 0
        for source in sources:
            where = {"org_id": current_org(), "source": source, "at": {"$lt": moment}}
            gone += (await self._stored.delete_many(where)).deleted_count
        return gone

    async def count_before(self, moment: datetime) -> int:
        return await self._stored.count_documents({"org_id": current_org(), "at": {"$lt": moment}})

    async def after(self, writer: str, nth: int, limit: int) -> list[Arrived]:
        """What a writer kept after a place, whole appends at a time."""
        fields = {"_id": 1, "org_id": 1, "nth": 1, "content": 1}
        cursor = self._stored.find({"writer": writer, "nth": {"$gt": nth}}, fields).sort("nth", 1)
        rows = await cursor.limit(limit).batch_size(limit).to_list()
        if len(rows) == limit:
            rows = [row for row in rows if row["nth"] < rows[-1]["nth"]]
        return [
            Arrived(writer, row["nth"], row["org_id"], row["_id"].partition(":")[0], row["content"])
            for row in rows
        ]

    async def _append(self, points: Sequence[Point]) -> list[bool]:
        self._nth = max(self._nth + 1, time.time_ns() // 1000)
        new = [True] * len(points)
        try:
            await self._stored.insert_many([self._document(point) for point in points], ordered=False)
        except BulkWriteError as error:
            failed = error.details["writeErrors"]
            if any(one["code"] != DUPLICATE for one in failed):
                raise
            for one in failed:
                new[one["index"]] = False
            again = [point for point, fresh in zip(points, new, strict=True) if not fresh]
            await self._again({point.key: point for point in sorted(again, key=self._rank)})
        return new

    async def _again(self, points: Mapping[str, Point]) -> None:
        """Let the better of each stay, and have all of them read again."""
        async for row in self._stored.find({"_id": {"$in": list(points)}}, {"content": 1, "org_id": 1}):
            point = points[row["_id"]]
            if point.org_id == row["org_id"] and self._better(point.content, row["content"]):
                same = {"_id": row["_id"], "content": row["content"]}
                await self._stored.update_one(same, {"$set": self._document(point)})
        place = {"writer": self._writer, "nth": self._nth}
        await self._stored.update_many({"_id": {"$in": list(points)}}, {"$set": place})

    def _rank(self, point: Point) -> Any:
        return _Rank(point.content, self._better)

    def _document(self, point: Point) -> dict[str, Any]:
        return {
            "_id": point.key,
            "org_id": point.org_id,
            "source": point.source,
            "at": datetime.fromtimestamp(point.at_ms / 1000, UTC),
            "writer": self._writer,
            "nth": self._nth,
            "content": point.content,
        }

    async def _announce(self) -> None:
        """Say that this process keeps readings, before the first and now and then."""
        moment = datetime.now(UTC)
        if moment - self._announced < ANNOUNCED_AGAIN:
            return
        place = {"series": self.name, "announced_at": moment}
        update = {"$set": place, "$setOnInsert": {"read": self._nth}}
        await self.places.update_one({"_id": f"{self.name}/{self._writer}"}, update, upsert=True)
        self._announced = moment


class _Rank:
    """Sorts the better reading last."""

    def __init__(self, content: bytes, better: Callable[[bytes, bytes], bool]) -> None:
        self._content = content
        self._better = better

    def __lt__(self, other: "_Rank") -> bool:
        return self._better(other._content, self._content)


class Reader:
    """Reads on in a series, one process of all at a time, each reading at least once whatever dies.

    What is read is done when the place says so: `done` moves it, and a process that takes over begins there.
    `begun` counts how often this one did: what it knew of before may be read on by another since.
    """

    def __init__(self, series: Series, database: Database) -> None:
        self._series = series
        self._places = series.places
        self._lease = database["series_readers"]
        self._me = secrets.token_hex(8)
        self._read: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self.begun = 0

    async def read(self) -> list[Arrived] | None:
        """What came since the last time; None when another process reads."""
        if not await self._mine():
            return None
        found: list[Arrived] = []
        read = dict(self._read)
        async for row in self._places.find({"series": self._series.name}):
            writer = row["_id"].rpartition("/")[2]
            begin = read.setdefault(writer, row["read"])
            self._done.setdefault(writer, row["read"])
            some = await self._series.after(writer, begin, READ_AT_ONCE)
            if some:
                read[writer] = some[-1].nth
            elif self._done[writer] == begin and row["announced_at"] < datetime.now(UTC) - FORGOTTEN:
                await self._places.delete_one({"_id": row["_id"], "announced_at": row["announced_at"]})
            found += some
        self._read = read
        return found

    async def done(self, undone: Mapping[str, int]) -> None:
        """Everything that was read is done, but for what `undone` names: by writer the first such place."""
        for writer, nth in self._read.items():
            upto = min(nth, undone.get(writer, nth + 1) - 1)
            if upto > self._done[writer]:
                place = {"_id": f"{self._series.name}/{writer}"}
                await self._places.update_one(place, {"$max": {"read": upto}})
                self._done[writer] = upto

    async def leave(self) -> None:
        """Let another process read, without waiting for the end of the lease."""
        await self._lease.delete_one({"_id": self._series.name, "by": self._me})

    async def _mine(self) -> bool:
        """Take or keep the reading; places of an earlier time are forgotten when it was another's since."""
        moment = datetime.now(UTC)
        mine = {"_id": self._series.name, "$or": [{"by": self._me}, {"until": {"$lt": moment}}]}
        try:
            before = await self._lease.find_one_and_update(
                mine, {"$set": {"by": self._me, "until": moment + LEASE}}, upsert=True
            )
        except DuplicateKeyError:
            return False
        if before is None or before["by"] != self._me:
            self._read.clear()
            self._done.clear()
            self.begun += 1
        return True
