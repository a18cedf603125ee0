"""A release's migrations, run on the machine that has it: expand before it serves, contract long after."""

import tempfile
from pathlib import Path

from rt.host.house import House
from rt.host.keys import UnitKeys
from rt.host.topology import UNITS
from rt.kernel.migrations import Migrations, Phase
from rt.kernel.settings import Settings


async def migrate(settings: Settings, uri: str, phase: Phase) -> list[str]:
    """What was done. `expand` makes every unit's indexes; `contract` drops those no unit names any more."""
    with tempfile.TemporaryDirectory() as folder:
        keys = UnitKeys(Path(folder))  # nobody is asked anything: any keys do
        keys.ensure()
        house = House(settings, uri, keys)
        try:
            for row in UNITS:
                if row.built:
                    house.add(row)
            if phase == "expand":
                await house.prepare()
            done = []
            for room in house.rooms.values():
                migrations = Migrations(room.ground.database, room.unit.migrations)
                done += await migrations.run(phase)
            return done
        finally:
            await house.stop()
