"""`rt forget`: what events told of somebody, or of some thing, is readable no more."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rt.host.house import House
from rt.host.keys import UnitKeys
from rt.kernel.erasures import erase_subject
from rt.kernel.estates import entity_collections, tellers
from rt.kernel.persistence import Database
from rt.kernel.personal import KeyLost
from rt.kernel.settings import Settings


class NobodySuch(ValueError):
    """What was to be forgotten is named so that nothing can have been told of it."""


async def forget(settings: Settings, uri: str, subject: str, org_ids: Sequence[str]) -> list[str]:
    """Destroy the key of a subject ("planning.drivers/drv_…", "authz.people/usr_…"); in which organizations.

    In each that is named, and in every other whose events tell of it: partners' orders name a driver too.
    What units keep of it themselves is removed by their own commands, before: what they write afterwards is
    sealed for nobody. Raises NobodySuch.
    """
    collection, _, subject_id = subject.partition("/")
    with tempfile.TemporaryDirectory() as folder:
        keys = UnitKeys(Path(folder))  # nobody is asked anything: any keys do
        keys.ensure()
        house = House(settings, uri, keys)
        database = house.database("kernel")
        try:
            await _check(database, collection, subject_id, org_ids)
            found = sorted({*org_ids, *await tellers(database, collection, subject_id)})
            if not found:
                raise NobodySuch(f"no event tells of {subject}")
            for org_id in found:
                await erase_subject(database, org_id, collection, subject_id)
        finally:
            await house.stop()
    return found


async def _check(database: Database, collection: str, subject_id: str, org_ids: Sequence[str]) -> None:
    """Raise NobodySuch for what is mistyped: it would be noted as erased, and be readable all the same."""
    if not subject_id or collection not in await entity_collections(database):
        raise NobodySuch("a subject is a collection and an identity: planning.drivers/drv_…")
    for org_id in org_ids:
        try:
            await database.personal.keys.cipher(org_id, f"{collection}/{subject_id}")
        except KeyLost as error:
            raise NobodySuch(f"nothing was ever told of anybody in {org_id}") from error
