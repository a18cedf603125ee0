"""How often one user or one address may ask: a sliding minute that holds across processes."""

import asyncio
import time
from collections.abc import Callable

from rt.kernel.clock import now
from rt.kernel.errors import TooMany
from rt.kernel.persistence import ConnectionFailure, Database, ReturnDocument

WINDOW_SECONDS = 60
SLICE_SECONDS = 5
SHARE = 20
"""A process may let through a twentieth of what is left before it compares notes with the others."""


class Count:
    """What this process knows of one bucket: counts told by all, and its own not yet told."""

    def __init__(self) -> None:
        self.slices: dict[int, int] = {}
        self.untold = 0
        self.allowance = 0
        self.lock = asyncio.Lock()

    def total(self, current: int) -> int:
        oldest = current - WINDOW_SECONDS // SLICE_SECONDS
        return sum(count for number, count in self.slices.items() if number >= oldest)


class Limiter:
    """At most `limit` per bucket in any 60 seconds, counted together by all processes.

    The window is made of slices, the oldest counted whole, so that no sliding minute ever holds more than the
    limit plus what processes have let through untold: at most a twentieth each of what was left. One round
    trip to the database for several requests far from the limit, one for each near it, none when refused.
    When the database does not answer, each process keeps the limit alone.
    """

    def __init__(self, database: Database, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._counts: dict[str, Count] = {}

    async def prepare(self) -> None:
        await self._database["limits"].create_index(
            [("expires_at", 1)], expireAfterSeconds=WINDOW_SECONDS * 3
        )

    async def let(self, bucket: str, limit: int) -> tuple[int, int]:
        """Count one request; (left, seconds until the window has moved on), or TooMany."""
        count = self._counts.get(bucket)
        if count is None:
            if len(self._counts) > 50_000:
                self._forget_old()
            count = self._counts[bucket] = Count()
        async with count.lock:
            current = int(self._clock() // SLICE_SECONDS)
            known = count.total(current) + count.untold
            if known >= limit:
                raise self._refusal(count, current, limit)
            count.untold += 1
            if count.untold > count.allowance:
                await self._compare(bucket, count, current)
                count.allowance = max(0, (limit - count.total(current)) // SHARE)
                if count.total(current) > limit:
                    raise self._refusal(count, current, limit)
            return max(0, limit - count.total(current) - count.untold), SLICE_SECONDS

    async def _compare(self, bucket: str, count: Count, current: int) -> None:
        update = {"$inc": {f"slices.{current}": count.untold}, "$set": {"expires_at": now()}}
        try:
            document = await self._database["limits"].find_one_and_update(
                {"_id": bucket}, update, upsert=True, return_document=ReturnDocument.AFTER
            )
            told = document["slices"] if document else {}
        except ConnectionFailure:
            told = {**{str(k): v for k, v in count.slices.items()}}
            told[str(current)] = told.get(str(current), 0) + count.untold
        oldest = current - WINDOW_SECONDS // SLICE_SECONDS
        count.slices = {int(number): n for number, n in told.items() if int(number) >= oldest}
        count.untold = 0

    def _refusal(self, count: Count, current: int, limit: int) -> TooMany:
        oldest = current - WINDOW_SECONDS // SLICE_SECONDS
        surplus = count.total(current) + count.untold - limit + 1
        seconds = WINDOW_SECONDS
        for number in sorted(count.slices):
            if number < oldest:
                continue
            surplus -= count.slices[number]
            if surplus <= 0:
                seconds = (
                    int((number + WINDOW_SECONDS // SLICE_SECONDS + 1) * SLICE_SECONDS - self._clock()) + 1
                )
                break
        return TooMany(seconds=max(1, seconds), retry_after=max(1, seconds))

    def _forget_old(self) -> None:
        current = int(self._clock() // SLICE_SECONDS)
        self._counts = {name: count for name, count in self._counts.items() if count.total(current)}
