"""What is measured rather than decided: small documents that leave no trace in the event log."""

from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from rt.kernel.storage.persistence import Database

N = TypeVar("N", bound=msgspec.Struct)


class KeyValues(Generic[N]):
    """One kind of note by name; the newest overwrites the one before."""

    def __init__(self, database: Database, kind: type[N], name: str) -> None:
        self._notes = database[name]
        self._kind = kind

    async def put(self, name: str, note: N) -> None:
        document = msgspec.to_builtins(note, builtin_types=(datetime,))
        await self._notes.replace_one({"_id": name}, document, upsert=True)

    async def get(self, name: str) -> N | None:
        found = await self._notes.find_one({"_id": name}, {"_id": 0})
        return msgspec.convert(found, self._kind, builtin_types=(datetime,)) if found else None

    async def all(self) -> dict[str, N]:
        return {
            document.pop("_id"): msgspec.convert(document, self._kind, builtin_types=(datetime,))
            async for document in self._notes.find({})
        }
