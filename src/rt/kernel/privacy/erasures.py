"""Erasures outlive restores: what was erased since a backup was made goes again before anything is served.

That something is erased is noted beside the keys, and once it is done in the database itself too. A database
from an older backup lacks the second note, keys from an older backup the first: either way it is done again.
"""

from collections.abc import Callable

from rt.kernel.core.clock import now
from rt.kernel.core.telemetry import log
from rt.kernel.privacy.tenant_data import erase, erase_files, forget
from rt.kernel.storage.files import Files
from rt.kernel.storage.persistence import Database
from rt.kernel.storage.personal import Erased

DONE = "erasures_done"


async def erase_organization(database: Database, files: Files, org_id: str) -> dict[str, int]:
    """Remove all that an organization has, its files and keys too; how much went from where.

    One that was cut short is done by doing it again.
    """
    removed = await erase(database, org_id)
    await erase_files(files, org_id)
    await _note(database, Erased(org_id=org_id))
    return removed


async def erase_subject(database: Database, org_id: str, collection: str, subject_id: str) -> None:
    """Empty what an organization's events tell of one subject, for good."""
    await forget(database, org_id, collection, subject_id)
    await _note(database, Erased(org_id=org_id, subject=f"{collection}/{subject_id}"))


async def replay(database: Database, files: Callable[[], Files]) -> int:
    """Do again what was erased and is not, or is no longer, gone; how many erasures."""
    noted = {one.id: one for one in await database.personal.keys.erased()}
    done = {row["_id"]: Erased.named(row["_id"]) async for row in database[DONE].find({})}
    again = [one for name, one in (noted | done).items() if name not in noted or name not in done]
    for one in again:
        if one.subject:
            collection, _, subject_id = one.subject.partition("/")
            await erase_subject(database, one.org_id, collection, subject_id)
        else:
            await erase_organization(database, files(), one.org_id)
        log.warning("erasure_replayed", erasure=one.id)
    return len(again)


async def _note(database: Database, one: Erased) -> None:
    await database[DONE].update_one({"_id": one.id}, {"$setOnInsert": {"at": now()}}, upsert=True)
