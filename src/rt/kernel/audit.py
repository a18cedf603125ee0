"""The audit trail: append-only, each line bound to the one before by its hash."""

import hashlib
from datetime import datetime
from typing import Any

import msgspec

from rt.kernel.bus import Told
from rt.kernel.persistence import Database, DuplicateKeyError

ORIGIN = "0" * 64


class Line(msgspec.Struct, kw_only=True):
    """Who did what to which object, when, for which organization; before and after."""

    id: str
    seq: int
    at: datetime
    org_id: str
    actor: dict[str, str]
    did: str
    entity: str
    entity_id: str
    trace: str
    change: dict[str, dict[str, Any]]
    previous: str
    hash: str = ""

    def computed(self) -> str:
        content = msgspec.json.encode(msgspec.structs.replace(self, hash=""), order="deterministic")
        return hashlib.sha256(content).hexdigest()


class Trail:
    """One chain for the whole house, written by one unit from the event log."""

    def __init__(self, database: Database) -> None:
        self._lines = database["audit"]

    async def prepare(self) -> None:
        await self._lines.create_index([("seq", 1)], unique=True)
        await self._lines.create_index([("org_id", 1), ("seq", -1)])
        await self._lines.create_index([("entity_id", 1), ("seq", 1)])

    async def record(self, told: Told) -> None:
        """Append what was told; what was appended already stays as it is."""
        for _ in range(50):
            last = await self._lines.find_one({}, sort=[("seq", -1)])
            line = Line(
                id=told.id,
                seq=last["seq"] + 1 if last else 1,
                at=told.at,
                org_id=told.org_id,
                actor=told.actor,
                did=told.topic,
                entity=told.entity,
                entity_id=told.entity_id,
                trace=told.trace,
                change=told.change,
                previous=last["hash"] if last else ORIGIN,
            )
            line.hash = line.computed()
            document = msgspec.to_builtins(line, builtin_types=(datetime,))
            document["_id"] = document.pop("id")
            try:
                await self._lines.insert_one(document)
            except DuplicateKeyError:
                if await self._lines.find_one({"_id": told.id}, {"_id": 1}):
                    return
                continue
            return
        raise RuntimeError("the audit trail cannot be appended to")

    async def lines(self, where: dict[str, Any], before: int | None = None, limit: int = 100) -> list[Line]:
        """The newest lines first, from below a sequence number."""
        if before is not None:
            where = {**where, "seq": {"$lt": before}}
        found = self._lines.find(where).sort([("seq", -1)]).limit(limit)
        return [_line(document) async for document in found]

    async def verify(self) -> int | None:
        """The number of the first line that was altered, removed or moved; None when the chain holds."""
        previous, expected = ORIGIN, 1
        async for document in self._lines.find({}).sort([("seq", 1)]):
            line = _line(document)
            if line.seq != expected or line.previous != previous or line.hash != line.computed():
                return expected
            previous, expected = line.hash, expected + 1
        return None


def _line(document: dict[str, Any]) -> Line:
    return msgspec.convert({**document, "id": document["_id"]}, Line, builtin_types=(datetime,))
