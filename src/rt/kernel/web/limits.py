"""How often one user or one address may ask: a sliding minute that holds across processes."""

import asyncio
import time
from collections.abc import Callable

from rt.kernel.core.clock import now
from rt.kernel.core.errors import TooMany
from rt.kernel.storage.persistence import ConnectionFailure, Database, ReturnDocument

WINDOW_SECONDS = 60
SLICE_SECONDS = 5
SLICES = WINDOW_SECONDS // SLICE_SECONDS + 1
"""The oldest slice is counted whole although the minute has left a part of it: never too many."""
SHARE = 40
"""At most a fortieth of what is left is taken in advance, so that little is held where it is not used."""


class Count:
    """What this process knows of one bucket: what all have taken per slice, and what it holds unused."""

    def __init__(self) -> None:
        self.taken: dict[int, int] = {}
        self.own: dict[int, int] = {}
        self.held = 0
        self.slice = 0
        self.lock = asyncio.Lock()

    def move_to(self, current: int) -> None:
        """Time goes on: old slices leave the window, and what was held for a past slice is given up."""
        if current != self.slice:
            self.held, self.slice = 0, current
        self.taken = {number: n for number, n in self.taken.items() if number > current - SLICES}
        self.own = {number: n for number, n in self.own.items() if number > current - SLICES}

    @property
    def total(self) -> int:
        return sum(self.taken.values())


class Limiter:
    """At most `limit` per bucket in any 60 seconds, counted together by all processes.

    A process takes requests in advance from the common count in the database, no more than it has used itself
    and a fortieth of what is left: one round trip for several requests far from the limit, one for each near
    it, none when refused. What is taken and not used counts as used, so the limit is never exceeded. When the
    database does not answer, each process keeps the limit alone.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._counts: dict[str, Count] = {}

    async def prepare(self) -> None:
        await self._database["limits"].create_index([("used_at", 1)], expireAfterSeconds=WINDOW_SECONDS * 3)

    async def let(self, bucket: str, limit: int) -> None:
        """Count one request, or raise TooMany with the seconds to wait."""
        if len(self._counts) > 50_000:
            self._counts.clear()
        count = self._counts.setdefault(bucket, Count())
        async with count.lock:
            current = int(self._clock() // SLICE_SECONDS)
            count.move_to(current)
            if not count.held:
                if count.total >= limit:
                    raise self._refusal(count, limit)
                wanted = max(1, min(sum(count.own.values()), (limit - count.total) // SHARE))
                count.held = await self._take(bucket, count, wanted, limit)
                if not count.held:
                    raise self._refusal(count, limit)
            count.held -= 1
            count.own[current] = count.own.get(current, 0) + 1

    async def _take(self, bucket: str, count: Count, wanted: int, limit: int) -> int:
        """Take from the common count; what is beyond the limit goes back."""
        try:
            count.taken = await self._add(bucket, count.slice, wanted)
            surplus = min(wanted, max(0, count.total - limit))
            if surplus:
                count.taken = await self._add(bucket, count.slice, -surplus)
        except ConnectionFailure:
            count.taken[count.slice] = count.taken.get(count.slice, 0) + wanted
            surplus = min(wanted, max(0, count.total - limit))
        return wanted - surplus

    async def _add(self, bucket: str, current: int, number: int) -> dict[int, int]:
        found = await self._database["limits"].find_one_and_update(
            {"_id": bucket},
            {"$inc": {f"slices.{current}": number}, "$set": {"used_at": now()}},
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        slices = {int(name): n for name, n in found["slices"].items()} if found else {}
        gone = {f"slices.{name}": "" for name in slices if name <= current - SLICES}
        if len(gone) >= SLICES:
            await self._database["limits"].update_one({"_id": bucket}, {"$unset": gone})
        return {name: n for name, n in slices.items() if name > current - SLICES}

    def _refusal(self, count: Count, limit: int) -> TooMany:
        """Says when enough of the window will have gone by."""
        surplus = count.total - limit + 1
        until = count.slice + SLICES
        for number in sorted(count.taken):
            surplus -= count.taken[number]
            if surplus <= 0:
                until = number + SLICES
                break
        seconds = max(1, int(until * SLICE_SECONDS - self._clock()) + 1)
        return TooMany(seconds=seconds, retry_after=seconds)
