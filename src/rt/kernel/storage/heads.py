"""What the readings of each series amount to as far as they were followed: of many it is asked at once."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.core.tenancy import current_org
from rt.kernel.storage.persistence import Database, DuplicateKeyError, UpdateOne

KEPT_AT_ONCE = 1_000


class Head(msgspec.Struct, frozen=True):
    """What a series amounts to up to some reading; `content` is opaque here."""

    org_id: str
    series: str
    at: datetime
    content: bytes


class Heads:
    """Heads of the series of one kind, of all organizations.

    They follow from the readings: each may be made anew, and one that is behind only leaves more to read on.
    Whoever reads the series keeps them.
    """

    def __init__(self, database: Database, name: str) -> None:
        self._stored = database[f"{database.unit}.{name}"]

    async def prepare(self) -> None:
        await self._stored.create_index([("org_id", 1)])

    async def keep(self, heads: Sequence[Head]) -> None:
        """Put each in the place of the one before."""
        for begin in range(0, len(heads), KEPT_AT_ONCE):
            some = heads[begin : begin + KEPT_AT_ONCE]
            updates = [UpdateOne({"_id": one.series}, {"$set": _fields(one)}, upsert=True) for one in some]
            await self._stored.bulk_write(updates, ordered=False)

    async def replace(self, head: Head, before: bytes | None) -> None:
        """Put one in the place of what it was made from, None for nothing; what came meanwhile stays."""
        same = {"_id": head.series, "content": {"$exists": False} if before is None else before}
        with suppress(DuplicateKeyError):
            await self._stored.update_one(same, {"$set": _fields(head)}, upsert=before is None)

    async def of(self, owners: Mapping[str, str]) -> dict[str, bytes]:
        """What is kept of series, each of which its organization is said to own, by series."""
        where = {"_id": {"$in": list(owners)}, "org_id": {"$in": sorted(set(owners.values()))}}
        cursor = self._stored.find(where, {"org_id": 1, "content": 1}).batch_size(len(owners) or 1)
        rows = await cursor.to_list() if owners else []
        return {row["_id"]: row["content"] for row in rows if row["org_id"] == owners[row["_id"]]}

    async def remove_before(self, moment: datetime) -> None:
        """Delete what is older: for retention."""
        await self._stored.delete_many({"org_id": current_org(), "at": {"$lt": moment}})


def _fields(head: Head) -> dict[str, Any]:
    return {"org_id": head.org_id, "at": head.at, "content": head.content}
