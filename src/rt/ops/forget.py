"""`rt forget`: what events told of somebody, or of some thing, is readable no more."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from rt.host.keys import UnitKeys
from rt.host.platform import Platform, built_units
from rt.kernel.core.settings import Settings
from rt.kernel.privacy.erasures import erase_subject
from rt.kernel.privacy.tenant_data import entity_collections, kept, tellers
from rt.kernel.storage.persistence import Database
from rt.kernel.storage.personal import KeyLost


class NobodySuch(ValueError):
    """What was to be forgotten is named so that nothing can have been told of it."""


class Forgotten(NamedTuple):
    """In which organizations the log says no more of somebody; how much units still keep, by collection."""

    org_ids: list[str]
    kept: dict[str, int]


async def forget(settings: Settings, uri: str, subject: str, org_ids: Sequence[str]) -> Forgotten:
    """Destroy the key of a subject ("planning.drivers/drv_…", "authz.people/usr_…") in organizations.

    In each that is named, and in every other whose events tell of it: partners' orders name a driver too.
    What units write of it afterwards is sealed for nobody; what they keep of it is theirs, and is counted.
    Raises NobodySuch.
    """
    collection, _, subject_id = subject.partition("/")
    with tempfile.TemporaryDirectory() as folder:
        keys = UnitKeys(Path(folder))  # nobody is asked anything: any keys do
        keys.ensure()
        platform = Platform(settings, uri, keys)
        database = platform.database("kernel")
        try:
            await _check(database, collection, subject_id, org_ids)
            found = sorted({*org_ids, *await tellers(database, collection, subject_id)})
            if not found:
                raise NobodySuch(f"no event tells of {subject}")
            for org_id in found:
                await erase_subject(database, org_id, collection, subject_id)
            instances = [platform.add(row) for row in built_units()]
            collections = [one for instance in instances for one in instance.context.database.collections]
            return Forgotten(found, await kept(collections, collection, subject_id))
        finally:
            await platform.stop()


async def _check(database: Database, collection: str, subject_id: str, org_ids: Sequence[str]) -> None:
    """Raise NobodySuch for what is mistyped: it would be noted as erased, and be readable all the same."""
    if not subject_id or collection not in await entity_collections(database):
        raise NobodySuch("a subject is a collection and an identity: planning.drivers/drv_…")
    for org_id in org_ids:
        try:
            await database.personal.keys.cipher(org_id, f"{collection}/{subject_id}")
        except KeyLost as error:
            raise NobodySuch(f"nothing was ever told of anybody in {org_id}") from error
