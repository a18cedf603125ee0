"""The one append-only log: event bus, audit trail, timeline of every object; its indexes and readings."""

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from rt.kernel.access.tokens import Revoked
from rt.kernel.core.telemetry import log
from rt.kernel.log.hub import Hub
from rt.kernel.model.envelope import PARTITIONS, EventEnvelope, envelope_of, partition_of
from rt.kernel.storage.listing import decode_cursor, encode_cursor, steps
from rt.kernel.storage.persistence import Database, IndexModel
from rt.kernel.storage.personal import FOUND, PLACEHOLDER

EVENT_LOG = "event_log"
LOG_SEGMENTS = "log_segments"
KERNEL = "kernel"
"""How topics begin that every unit tells in its own partitions."""
KEPT = timedelta(days=400)
"""Longer than the year for which the audit trail must be explainable (specification, Compliance)."""
NEWEST = [("at", -1), ("seq", -1), ("_id", -1)]
"""The order of pages: events of one millisecond as they were emitted."""
MOST_IDS = 64
"""Identities and labels of one event that its object can be found by; an event of a long list names more
than anyone looks for, and each is an entry of the index."""
FOUND_BY = ("ids", "labels")
"""Made from what an event says, and made anew when the making changes."""
IDENTITY = re.compile(r"^[a-z]{2,5}_[0-9a-z_]{6,60}$")
LABELS = frozenset(
    {"number", "reference", "name", "plate", "vehicle_plate"}
    | {"purchase_order", "delivery_note", "booking", "siret", "email"}
)
"""Fields whose value people write on paper and search for."""


async def prepare_log(database: Database) -> None:
    """Make the indexes of the log, of the consumers' leases and of what was put aside."""
    labelled = {"labels": {"$exists": True}}
    revoked = {"topic": Revoked.topic}
    await database[EVENT_LOG].create_indexes(
        [
            IndexModel([("partition", 1), ("seq", 1)], unique=True),
            IndexModel([("partition", 1), ("topic", 1), ("seq", 1)]),
            IndexModel([("ids", 1), *NEWEST]),
            IndexModel([("labels", 1), *NEWEST], partialFilterExpression=labelled),
            IndexModel([("org_id", 1), *NEWEST]),
            IndexModel(NEWEST),
            IndexModel([("body.subject", 1), ("at", 1)], partialFilterExpression=revoked),
        ]
    )
    await database["consumers"].update_many({"lane": {"$exists": True}}, {"$rename": {"lane": "number"}})
    await database["consumers"].create_index([("unit", 1), ("owner", 1)])
    await database["consumer_members"].create_index([("until", 1)], expireAfterSeconds=3600)
    named_before = {"listener": {"$exists": True}}  # in releases before decision 0020
    await database["dead_letters"].update_many(named_before, {"$rename": {"listener": "subscription"}})
    await database["dead_letters"].create_indexes(
        [
            IndexModel([("unit", 1), ("state", 1), ("next_try_at", 1)]),
            IndexModel([("unit", 1), ("subscription", 1), ("event.entity_id", 1), ("event.seq", 1)]),
        ]
    )


NEWEST_OF_EACH: list[dict[str, Any]] = [
    {"$sort": {"partition": -1, "seq": -1}},
    {"$group": {"_id": "$partition", "seq": {"$first": "$seq"}}},
]
"""Sorted as the index is, only backwards: else MongoDB reads and sorts the whole log for it."""


async def heads(database: Database) -> dict[str, int]:
    """The number of the newest event of every partition: one step of the index for each."""
    cursor = await database[EVENT_LOG].aggregate(NEWEST_OF_EACH)
    return {row["_id"]: int(row["seq"]) async for row in cursor}


async def heads_before(database: Database, units: Sequence[str], moment: datetime) -> dict[str, int]:
    """The number of the newest event before a moment, of each partition of these units."""
    partitions = [partition_of(unit, number) for unit in units for number in range(PARTITIONS)]
    found = {}
    for partition in partitions:
        before = {"partition": partition, "at": {"$lt": moment}}
        last = await database[EVENT_LOG].find_one(before, {"seq": 1}, sort=[("seq", -1)])
        found[partition] = int(last["seq"]) if last else 0
    return found


async def follow_appends(database: Database, hub: Hub) -> None:
    """Tell the hub what other processes append of its topics: what concerns nobody here wakes nobody.

    While the stream is down whoever waits looks for itself.
    """
    wanted = {"operationType": "insert", "fullDocument.topic": {"$in": sorted(hub.topics)}}
    appended: list[dict[str, Any]] = [
        {"$match": wanted},
        {"$project": {"_id": 1, "fullDocument.partition": 1, "fullDocument.seq": 1}},
    ]
    while True:
        try:
            async with await database[EVENT_LOG].watch(appended, batch_size=1000) as stream:
                hub.turn(live=True)
                async for change in stream:
                    event = change["fullDocument"]
                    hub.elsewhere(event["partition"], event["seq"])
        except Exception as error:
            hub.turn(live=False)
            log.info("no_change_stream", unit=database.unit, error=type(error).__name__)
            await asyncio.sleep(5)


def digest_of(event: Mapping[str, Any]) -> str:
    """The hash of an event as it was emitted, whatever it is found by."""
    event = {name: value for name, value in event.items() if name not in FOUND_BY}
    return hashlib.sha256(msgspec.json.encode(event, order="deterministic")).hexdigest()


def indexed(document: Mapping[str, Any]) -> dict[str, Any]:
    """What an event is found by: the identities that it names, and what is written on the object."""
    leaves = [(leaf["path"].rpartition(".")[2], leaf.get("after")) for leaf in document.get("change", ())]
    own = {document["entity_id"], document["trace"]} - {""}
    ids = {*named(document["body"]), *(one for _, after in leaves for one in named(after))} - own
    parts = [document["body"], *({name: after} for name, after in leaves)]
    written = {label.lower()[:80] for part in parts for label in labelled(part)}
    labels = [*document.get("labels", ()), *sorted(written)]
    found: dict[str, Any] = {"ids": [*sorted(own), *sorted(ids)][:MOST_IDS]}
    return found | ({"labels": labels[:MOST_IDS]} if labels else {})


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
    own = {value for name, value in body.items() if name in LABELS and _readable(value)}
    return own | {found for value in body.values() if isinstance(value, dict) for found in labelled(value)}


def _readable(value: Any) -> bool:
    return isinstance(value, str) and bool(value) and not value.startswith(PLACEHOLDER)


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An object that an event names, and what is written on it."""

    at: datetime
    org_id: str
    entity: str
    entity_id: str
    labels: list[str] = []


class EventLog:
    """The log read backwards: timelines of objects, searches, the audit trail."""

    def __init__(self, database: Database) -> None:
        self._events = database[EVENT_LOG]
        self._personal = database.personal

    async def about(self, subject: str, after: str, limit: int) -> tuple[list[EventEnvelope], str]:
        """The newest events of an object or trace, in the order in which they happened.

        Beside them where the page of the ones before begins ("" at the beginning), to be given as `after`.
        """
        found, following = await self.lines({"ids": subject}, after, limit)
        return [event for event, _ in reversed(found)], following

    async def find(self, q: str, limit: int = 200) -> list[Found]:
        """Objects named by an identity, or by how a number or name on them begins; personal ones whole."""
        between = {"$gte": q.lower(), "$lt": q.lower() + "\U0010ffff"}
        beginning = {"$elemMatch": between}  # one label, not two on either side
        asked = ("at", "org_id", "entity", "entity_id", "labels")
        found: dict[str, Found] = {}
        hashed = {"labels": {"$in": await self._personal.labels(q)}}
        for where in ({"ids": q}, {"labels": beginning}, hashed):
            cursor = self._events.find(where, dict.fromkeys(asked, 1)).sort([("at", -1)])
            async for document in cursor.limit(limit).batch_size(limit):
                if where is hashed and not await self._personal.findable(document):
                    continue
                readable = [one for one in document.get("labels", ()) if not one.startswith(FOUND)]
                found[document["_id"]] = msgspec.convert(
                    {**document, "labels": readable}, Found, builtin_types=(datetime,)
                )
        return sorted(found.values(), key=lambda one: one.at, reverse=True)[:limit]

    async def lines(
        self, where: Mapping[str, Any], after: str, limit: int
    ) -> tuple[list[tuple[EventEnvelope, str]], str]:
        """The newest events first, each with its hash, from behind one on; beside them where to go on.

        Of what is personal it is said who acted; of the rest, that it is there or erased.

        Raises CursorUnknown for an `after` that no page gave.
        """
        unit = str(where.get("topic", KERNEL)).partition(".")[0]
        if unit != KERNEL:  # else one that is rare is looked for in all that was told
            where = {**where, "partition": {"$in": [partition_of(unit, n) for n in range(PARTITIONS)]}}
        found: list[dict[str, Any]] = []
        for stretch in steps(NEWEST, decode_cursor(after, "newest", len(NEWEST))) if after else [{}]:
            if len(found) <= limit:
                cursor = self._events.find({"$and": [where, stretch]}).sort(NEWEST)
                found += await cursor.limit(limit + 1 - len(found)).to_list()
        shown = found[:limit]
        following = ""
        if len(found) > limit:
            following = encode_cursor("newest", [shown[-1][name] for name, _ in NEWEST])
        event = [(await self._personal.show(envelope_of(one)), digest_of(one)) for one in shown]
        return event, following
