"""A release's migrations, run on the machine that has it: expand before it serves, contract long after."""

import tempfile
from pathlib import Path

from rt.host.keys import UnitKeys
from rt.host.platform import Platform
from rt.host.topology import UNITS
from rt.kernel.core.settings import Settings
from rt.kernel.storage.migrations import Migrations, Phase


async def migrate(settings: Settings, uri: str, phase: Phase) -> list[str]:
    """What was done. `expand` makes every unit's indexes; `contract` drops those no unit names any more."""
    with tempfile.TemporaryDirectory() as folder:
        keys = UnitKeys(Path(folder))  # nobody is asked anything: any keys do
        keys.ensure()
        platform = Platform(settings, uri, keys)
        try:
            for row in UNITS:
                if row.built:
                    platform.add(row)
            if phase == "expand":
                await platform.prepare()
            done = []
            for instance in platform.instances.values():
                migrations = Migrations(instance.context.database, instance.unit.migrations)
                done += await migrations.run(phase)
            return done
        finally:
            await platform.stop()
