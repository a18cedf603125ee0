"""What waits in the house: events put aside, listeners behind the log, timers not yet due."""

from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.clock import now
from rt.kernel.persistence import Database


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """An event that a listener could not hear."""

    id: str
    unit: str
    listener: str
    event: dict[str, Any]
    reason: str
    tries: int
    state: str
    put_aside_at: datetime
    next_try_at: datetime


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """How much a unit still has to hear, to try again and to be woken for."""

    unit: str
    behind: int
    letters: int
    timers: int


async def letters(
    database: Database, unit: str, state: str, after: str = "", limit: int = 200
) -> list[Letter]:
    """Events put aside, oldest first, from behind one on; of one unit, or in one state, where named.

    The one to go on from may be gone meanwhile: then from the beginning.
    """
    where: dict[str, Any] = {name: value for name, value in (("unit", unit), ("state", state)) if value}
    last = await database["dead_letters"].find_one({"_id": after}) if after else None
    if last is not None:
        same = {"put_aside_at": last["put_aside_at"], "_id": {"$gt": after}}
        where["$or"] = [{"put_aside_at": {"$gt": last["put_aside_at"]}}, same]
    found = database["dead_letters"].find(where).sort([("put_aside_at", 1), ("_id", 1)]).limit(limit)
    return [
        msgspec.convert({**document, "id": document["_id"]}, Letter, builtin_types=(datetime,))
        async for document in found
    ]


async def letter_counts(database: Database, unit: str) -> dict[str, int]:
    """How many events are put aside in each state; of one unit where named."""
    where = {"unit": unit} if unit else {}
    return {
        state: await database["dead_letters"].count_documents({**where, "state": state})
        for state in ("dead", "waiting")
    }


async def replay(database: Database, letter_id: str) -> bool:
    """Have the listener try again at once, with all its tries before it; false when there is none."""
    change = {"state": "waiting", "tries": 0, "next_try_at": now()}
    changed = await database["dead_letters"].update_one({"_id": letter_id}, {"$set": change})
    return changed.matched_count == 1


async def queues(database: Database) -> list[Queue]:
    """Every unit that hears or is woken by the clock."""
    cursor = await database["events"].aggregate([{"$group": {"_id": "$source", "last": {"$max": "$seq"}}}])
    last = {row["_id"]: row["last"] async for row in cursor}
    aside = await _by_unit(database, "dead_letters")
    timers = await _by_unit(database, "timers")
    behind: dict[str, int] = {}
    async for place in database["places"].find({}):
        heard = place.get("places", {})
        behind[place["_id"]] = sum(max(0, last.get(source, 0) - seq) for source, seq in heard.items())
    return [
        Queue(unit=unit, behind=behind.get(unit, 0), letters=aside.get(unit, 0), timers=timers.get(unit, 0))
        for unit in sorted({*behind, *aside, *timers})
    ]


async def _by_unit(database: Database, name: str) -> dict[str, int]:
    cursor = await database[name].aggregate([{"$group": {"_id": "$unit", "count": {"$sum": 1}}}])
    return {row["_id"]: row["count"] async for row in cursor}
