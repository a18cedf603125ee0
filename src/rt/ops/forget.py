"""`rt forget`: what events told of somebody, or of some thing, is readable no more."""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from rt.host.house import House
from rt.host.keys import UnitKeys
from rt.kernel.erasures import erase_subject
from rt.kernel.settings import Settings


async def forget(settings: Settings, uri: str, subject: str, org_ids: Sequence[str]) -> None:
    """Destroy the key of a subject ("planning.drivers/drv_…", "authz.people/usr_…") in each organization.

    What units keep of it themselves is removed by their own commands, before: what they write afterwards is
    sealed for nobody.
    """
    collection, _, subject_id = subject.partition("/")
    with tempfile.TemporaryDirectory() as folder:
        keys = UnitKeys(Path(folder))  # nobody is asked anything: any keys do
        keys.ensure()
        house = House(settings, uri, keys)
        try:
            for org_id in org_ids:
                await erase_subject(house.database("kernel"), org_id, collection, subject_id)
        finally:
            await house.stop()
