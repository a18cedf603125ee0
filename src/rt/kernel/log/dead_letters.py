"""What waits on the platform: dead letters, consumers behind the log, timers not yet due."""

from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.core.clock import now
from rt.kernel.log.event_log import heads
from rt.kernel.storage.persistence import Database


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """An event that a handler failed on, or that waits behind one ("behind")."""

    id: str
    unit: str
    subscription: str
    event: dict[str, Any]
    reason: str
    tries: int
    state: str
    put_aside_at: datetime
    next_try_at: datetime


class Queue(msgspec.Struct, frozen=True, kw_only=True):
    """How much a unit still has to handle, to try again and to be woken for."""

    unit: str
    behind: int
    dead_letters: int
    timers: int


STATES = {"dead": ["dead"], "waiting": ["waiting", "behind"], "": ["dead", "waiting", "behind"]}


async def dead_letters(
    database: Database, unit: str, state: str, after: str = "", limit: int = 200
) -> list[DeadLetter]:
    """Events put aside, oldest first, from behind one on; of one unit, or in one state, where named.

    The one to go on from may be gone meanwhile: then from the beginning.
    """
    where: dict[str, Any] = {"state": {"$in": STATES[state]}} | ({"unit": unit} if unit else {})
    last = await database["dead_letters"].find_one({"_id": after}) if after else None
    if last is not None:
        same = {"put_aside_at": last["put_aside_at"], "_id": {"$gt": after}}
        where["$or"] = [{"put_aside_at": {"$gt": last["put_aside_at"]}}, same]
    found = database["dead_letters"].find(where).sort([("put_aside_at", 1), ("_id", 1)]).limit(limit)
    return [
        msgspec.convert({**document, "id": document["_id"]}, DeadLetter, builtin_types=(datetime,))
        async for document in found
    ]


async def dead_letter_counts(database: Database, unit: str) -> dict[str, int]:
    """How many events are put aside in each state; of one unit where named."""
    where = {"unit": unit} if unit else {}
    return {
        state: await database["dead_letters"].count_documents({**where, "state": {"$in": STATES[state]}})
        for state in ("dead", "waiting")
    }


async def replay(database: Database, dead_letter_id: str) -> bool:
    """Have the handler try again at once, with all its tries before it; false when there is none.

    One that waits behind another stays there: the one before is tried.
    """
    dead_letter = await database["dead_letters"].find_one({"_id": dead_letter_id})
    if dead_letter is None:
        return False
    of_it = {
        "unit": dead_letter["unit"],
        "subscription": dead_letter["subscription"],
        "event.entity_id": dead_letter["event"]["entity_id"],
    }
    first = await database["dead_letters"].find_one(of_it, {"_id": 1}, sort=[("event.seq", 1)])
    await database["dead_letters"].update_one({"_id": (first or dead_letter)["_id"]}, {"$set": _anew()})
    return True


async def replay_alike(database: Database, dead_letter_id: str) -> int:
    """Have all tried again that failed in the same handler as this one; how many."""
    dead_letter = await database["dead_letters"].find_one(
        {"_id": dead_letter_id}, {"unit": 1, "subscription": 1}
    )
    if dead_letter is None:
        return 0
    alike = {
        "unit": dead_letter["unit"],
        "subscription": dead_letter["subscription"],
        "state": {"$in": ["dead", "waiting"]},
    }
    changed = await database["dead_letters"].update_many(alike, {"$set": _anew()})
    return changed.matched_count


def _anew() -> dict[str, Any]:
    return {"state": "waiting", "tries": 0, "next_try_at": now()}


async def queues(database: Database) -> list[Queue]:
    """Every unit that consumes events or is woken by the clock."""
    newest = await heads(database)
    aside = await _by_unit(database, "dead_letters")
    timers = await _by_unit(database, "timers")
    behind: dict[str, int] = {}
    async for lease in database["consumers"].find({}):
        of_partition = {
            name.rpartition(".")[0]: seq
            for name, seq in newest.items()
            if name.endswith(f".{lease['number']}")
        }
        reached: dict[str, int] = {}
        for subscription, seq in lease["offsets"].items():
            source = subscription.rpartition(" ")[2].partition(".")[0]
            reached[source] = min(seq, reached.get(source, seq))
        waiting = sum(max(0, of_partition.get(source, 0) - seq) for source, seq in reached.items())
        behind[lease["unit"]] = behind.get(lease["unit"], 0) + waiting
    return [
        Queue(
            unit=unit, behind=behind.get(unit, 0), dead_letters=aside.get(unit, 0), timers=timers.get(unit, 0)
        )
        for unit in sorted({*behind, *aside, *timers})
    ]


async def _by_unit(database: Database, name: str) -> dict[str, int]:
    cursor = await database[name].aggregate([{"$group": {"_id": "$unit", "count": {"$sum": 1}}}])
    return {row["_id"]: row["count"] async for row in cursor}
