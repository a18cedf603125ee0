"""The event log read backwards: every event that has to do with an object, whichever unit told it."""

import re
from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.bus import Told
from rt.kernel.persistence import Database
from rt.kernel.relay import KEPT, told_of

IDENTITY = re.compile(r"^[a-z]{2,5}_[0-9a-z_]{6,60}$")
LABELS = frozenset({"number", "reference", "name", "plate"})
"""Fields whose value people write on paper and search for."""
STORY_LIMIT = 500


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """Where one event belongs: the objects it names, and what is written on them."""

    id: str
    at: datetime
    org_id: str
    entity: str
    entity_id: str
    ids: list[str]
    labels: list[str]


class Story:
    """An index beside the log, written by one unit as it hears; it tells nothing itself."""

    def __init__(self, database: Database) -> None:
        self._mentions = database["mentions"]
        self._events = database["events"]

    async def prepare(self) -> None:
        await self._mentions.create_index([("ids", 1), ("at", 1)])
        await self._mentions.create_index([("labels", 1), ("at", -1)])
        await self._mentions.create_index([("org_id", 1)])
        await self._mentions.create_index([("at", 1)], expireAfterSeconds=int(KEPT.total_seconds()))

    async def index(self, told: Told) -> None:
        """Note what an event is about; said again it changes nothing."""
        after = told.change.get("after", {})
        ids = {told.entity_id, told.trace, *named(told.body), *named(after)} - {""}
        labels = {label.lower() for part in (told.body, after) for label in labelled(part)}
        mention = {
            "at": told.at,
            "org_id": told.org_id,
            "entity": told.entity,
            "entity_id": told.entity_id,
            "ids": sorted(ids),
            "labels": sorted(labels),
        }
        await self._mentions.update_one({"_id": told.id}, {"$setOnInsert": mention}, upsert=True)

    async def about(self, subject: str, after: str = "", limit: int = STORY_LIMIT) -> tuple[list[Told], str]:
        """The newest events of an object or trace, in the order in which they happened.

        Beside them where the page of the ones before begins ("" at the beginning), to be given as `after`.
        """
        where: dict[str, Any] = {"ids": subject}
        if after:
            last = await self._mentions.find_one({"_id": after}, {"at": 1})
            if last is None:
                return [], ""
            where["$or"] = [{"at": {"$lt": last["at"]}}, {"at": last["at"], "_id": {"$lt": after}}]
        found = self._mentions.find(where, {"_id": 1}).sort([("at", -1), ("_id", -1)]).limit(limit + 1)
        wanted = [mention["_id"] async for mention in found]
        more, wanted = len(wanted) > limit, wanted[:limit]
        events = self._events.find({"_id": {"$in": wanted}})
        told = [told_of(document) async for document in events]
        return sorted(told, key=lambda one: (one.at, one.source, one.seq)), wanted[-1] if more else ""

    async def find(self, q: str, limit: int = 200) -> list[Mention]:
        """Events that name an object by its identity, or by how a number or name on it begins."""
        beginning = {"$regex": "^" + re.escape(q.lower())}
        where = {"$or": [{"ids": q}, {"labels": beginning}]}
        found = self._mentions.find(where).sort([("at", -1)]).limit(limit)
        return [
            msgspec.convert({**mention, "id": mention["_id"]}, Mention, builtin_types=(datetime,))
            async for mention in found
        ]


def named(body: Any) -> set[str]:
    """Every identity in a body, however deep."""
    if isinstance(body, dict):
        return {found for value in body.values() for found in named(value)}
    if isinstance(body, list):
        return {found for value in body for found in named(value)}
    return {body} if isinstance(body, str) and IDENTITY.match(body) else set()


def labelled(body: Any) -> set[str]:
    """What is written on the object itself and on what it holds."""
    if not isinstance(body, dict):
        return set()
    own = {value for name, value in body.items() if name in LABELS and isinstance(value, str) and value}
    return own | {found for value in body.values() if isinstance(value, dict) for found in labelled(value)}
