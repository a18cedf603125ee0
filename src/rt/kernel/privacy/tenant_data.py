"""Everything that one organization has in the platform, over all units: counted, read out, removed."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

from rt.kernel.log.event_log import EVENT_LOG
from rt.kernel.log.segments import ERASED
from rt.kernel.model.marks import telling_of
from rt.kernel.storage.files import KINDS, Files
from rt.kernel.storage.persistence import OUTSIDE, Collection, Database
from rt.kernel.storage.personal import FOUND, KeyLost, is_kept


async def entity_collections(database: Database) -> list[str]:
    """The collections in which units keep entities: those whose name begins with the unit's."""
    return sorted(name for name in await database.names() if "." in name and not name.startswith("system."))


async def counts(database: Database, org_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """How many objects each organization has in each collection; one question walks the keys of them all."""
    found: dict[str, dict[str, int]] = {org_id: {} for org_id in org_ids}
    names = await entity_collections(database)
    if names:
        steps = [{"$unionWith": {"coll": name, "pipeline": _counting(name, org_ids)}} for name in names[1:]]
        async for row in await database[names[0]].aggregate([*_counting(names[0], org_ids), *steps]):
            found[row["_id"]][row["name"]] = row["count"]
    return found


def _counting(name: str, org_ids: Sequence[str]) -> list[dict[str, Any]]:
    return [
        {"$match": {"org_id": {"$in": list(org_ids)}}},
        {"$group": {"_id": "$org_id", "count": {"$sum": 1}}},
        {"$set": {"name": name}},
    ]


async def rows(database: Database, org_id: str) -> AsyncIterator[tuple[str, dict[str, Any]]]:
    """Every document that an organization owns or alone sees, with the name of its collection."""
    own = {"$or": [{"org_id": org_id}, {"seen_by": [org_id]}]}
    for name in await entity_collections(database):
        async for document in database[name].find(own, OUTSIDE):
            yield name, await _opened(database, name, document)


async def _opened(database: Database, name: str, document: dict[str, Any]) -> dict[str, Any]:
    """The document with what is encrypted where it is stored in clear; what no key opens is left empty."""
    opened: dict[str, Any] = {}
    for field, value in document.items():
        if is_kept(value):
            place = f"{name}/{document['_id']}"
            opened[field] = None
            with suppress(KeyLost):
                opened[field] = await database.personal.kept(document["org_id"], place, value)
    return document | opened


async def erase(database: Database, org_id: str) -> dict[str, int]:
    """Remove what an organization owns or alone sees, and its sight of the rest; how much went from where.

    Events keep their place in the log and lose their content; what partners' events tell of its people loses
    its key.
    """
    await database.personal.keys.destroy(org_id)
    removed = {}
    for name in await entity_collections(database):
        gone = await database[name].delete_many({"$or": [{"org_id": org_id}, {"seen_by": [org_id]}]})
        await database[name].update_many({"seen_by": org_id}, {"$pull": {"seen_by": org_id}})
        removed[name] = gone.deleted_count
    for name, owner in (("timers", "org_id"), ("dead_letters", "event.org_id")):
        removed[name] = (await database[name].delete_many({owner: org_id})).deleted_count
    emptied: dict[str, Any] = {"org_id": ERASED, "erased": org_id, "body": {}, "actor": {}}
    emptied |= {"change": [], "ids": [], "personal": []}
    await database[EVENT_LOG].update_many({"org_id": org_id}, {"$set": emptied, "$unset": {"labels": ""}})
    return {name: count for name, count in removed.items() if count}


async def forget(database: Database, org_id: str, collection: str, subject_id: str) -> None:
    """Destroy the key of one subject: what an organization's events told of it is empty, and finds nothing.

    What the units themselves keep of it is theirs to remove.
    """
    await database.personal.keys.destroy(org_id, f"{collection}/{subject_id}")
    own = {"ids": subject_id, "org_id": org_id, "entity": collection, "entity_id": subject_id}
    hashed = {"labels": {"$regex": f"^{FOUND}"}}
    await database[EVENT_LOG].update_many(own | hashed, {"$pull": hashed})


async def tellers(database: Database, collection: str, subject_id: str) -> list[str]:
    """The organizations whose events tell something of a subject under its own key."""
    parts = {
        "ids": subject_id,
        "personal.of": {"$regex": f"/{re.escape(collection)}/{re.escape(subject_id)}$"},
    }
    found: set[str] = set()
    async for event in database[EVENT_LOG].find(parts, {"personal.of": 1}):
        names = (part["of"].partition("/") for part in event["personal"])
        found |= {org_id for org_id, _, subject in names if subject == f"{collection}/{subject_id}"}
    return sorted(found)


async def kept(collections: Sequence[Collection[Any]], collection: str, subject_id: str) -> dict[str, int]:
    """How many documents units keep of a subject, or that say something of it, by collection."""
    found = {}
    for one in collections:
        where: list[dict[str, Any]] = [{path: subject_id} for path in telling_of(one.entity, collection)]
        if one.name == collection:
            where.append({"_id": subject_id})
        if where:
            found[one.name] = await one.everywhere.count({"$or": where})
    return {name: count for name, count in found.items() if count}


async def erase_files(files: Files, org_id: str) -> None:
    """Remove all files of an organization."""
    for kind in KINDS:
        for key in await files.keys(kind, org_id):
            await files.remove(key)


async def left(database: Database, org_id: str) -> int:
    """How many documents anywhere still belong to an organization."""
    total = 0
    for name in await database.names():
        if not name.startswith("system."):
            owned = {"$or": [{"org_id": org_id}, {"seen_by": org_id}, {"event.org_id": org_id}]}
            total += await database[name].count_documents(owned)
    return total
