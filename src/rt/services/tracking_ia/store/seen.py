"""Where each watched vehicle was seen last, by a mark that judging keeps and the few positions since."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.core.clock import now
from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.heads import Head, Heads
from rt.kernel.storage.persistence import Collection
from rt.kernel.storage.points import Series
from rt.services.tracking_ia.domain.bucket import Bucket
from rt.services.tracking_ia.domain.mark import Mark, packed_mark, unpacked_mark
from rt.services.tracking_ia.domain.points import FUTURE, Fix, joined, unpack
from rt.services.tracking_ia.domain.watch import Watch

KEPT_EVERY = 20
"""Fixes after which a watch gets another mark: one costs as much as half a fix, and each is read on from."""
LATEST = 120
AT_ONCE = 10
"""Watches whose positions are read side by side: the rest of the connections are for everybody else."""


class Seen(msgspec.Struct, frozen=True):
    """A watch followed to its last position; what is `kept` of that, and how many positions `behind`."""

    mark: Mark
    kept: bytes | None
    behind: int


class SeenLast:
    """The newest fix of each watch that is believed; where nothing is kept yet, by its last ones."""

    def __init__(self, heads: Heads, positions: Series, buckets: Collection[Bucket]) -> None:
        self._heads = heads
        self._positions = positions
        self._buckets = buckets

    async def of(self, watches: Iterable[Watch]) -> dict[str, Fix]:
        """By watch: of all of them at once, with every position that is stored."""
        seen = await self._seen(watches)
        return {watch_id: one.mark.last for watch_id, one in seen.items() if one.mark.last}

    async def renewed(self, watch: Watch) -> Fix | None:
        """Of one watch; a mark is kept where there is none, or where it was left behind."""
        one = (await self._seen([watch])).get(watch.id)
        if one and (one.kept is None or one.behind >= KEPT_EVERY):
            await self._heads.replace(_head(watch, one.mark), one.kept)
        return one.mark.last if one else None

    async def last_fixes(self, device_ids: Sequence[str]) -> dict[str, datetime]:
        """When each device's last fix was, of those that sent any."""
        found = await self._positions.last_at(device_ids)
        older = [one for one in device_ids if one not in found]
        stages: list[dict[str, Any]] = [
            {"$match": {"sources": {"$in": older}}},
            {"$sort": {"hour": -1}},
            {"$unwind": "$sources"},
            {"$group": {"_id": "$sources", "content": {"$first": "$content"}}},
        ]
        hours = {row["_id"]: row["content"] for row in await self._buckets.aggregate(stages)} if older else {}
        for one in hours.keys() & set(older):
            found[one] = max(fix.at for fix in unpack(hours[one]) if fix.source == one)
        return found

    async def keep(self, marks: Iterable[tuple[Watch, Mark]]) -> None:
        await self._heads.keep([_head(watch, mark) for watch, mark in marks])

    async def _seen(self, watches: Iterable[Watch]) -> Mapping[str, Seen]:
        begun = {watch.id: watch for watch in watches if watch.begins_at <= now() + FUTURE}
        kept = await self._heads.of({watch.id: watch.org_id for watch in begun.values()})
        marks = {watch_id: unpacked_mark(content) for watch_id, content in kept.items()}
        begins = {watch_id: (begun[watch_id].org_id, mark.second) for watch_id, mark in marks.items()}
        tails = await self._positions.tails(begins)
        found = {
            watch_id: Seen(mark.on(unpack(joined(tails[watch_id]))), kept[watch_id], len(tails[watch_id]))
            for watch_id, mark in marks.items()
        }
        turns = asyncio.Semaphore(AT_ONCE)

        async def read(watch: Watch) -> None:
            async with turns:
                found[watch.id] = Seen(Mark().on(await self._latest(watch)), None, 0)

        await asyncio.gather(*(read(watch) for watch in begun.values() if watch.id not in marks))
        return found

    async def _latest(self, watch: Watch) -> list[Fix]:
        with acting_for(watch.org_id):
            if contents := await self._positions.latest(watch.id, LATEST):
                return unpack(joined(contents))
            bucket = await self._buckets.first({"watch_id": watch.id}, sort="-hour")
        return unpack(bucket.content)[-LATEST:] if bucket else []


def _head(watch: Watch, mark: Mark) -> Head:
    """It is as old as the oldest position in it."""
    return Head(watch.org_id, watch.id, mark.last.at if mark.last else now(), packed_mark(mark))
