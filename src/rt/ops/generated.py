"""Every committed file that is made from the code: what it should say, and bringing it up to date."""

from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from rt.host import topology
from rt.ops import drawings, machine, reference

ROOT = Path(__file__).parents[3]
"""The clone: these files lie beside the package, not in it."""

Made = Callable[[str], str]
"""What a file should say, from what it says now (empty when it is missing)."""


def files() -> Mapping[str, Made]:
    """Each generated file by its path in the clone."""
    return {
        "docs/ARCHITECTURE.md": drawings.documented,
        "docs/API.md": lambda _: reference.document(),
        "infra/machine/cloudwatch-agent.json": machine.agent_configuration,
        "infra/machine/units": lambda _: machine.units_table(),
        "infra/topology.json": lambda _: topology.as_json().decode(),
        "src/rt/services/admin_gateway/domain/costs/house.json": lambda _: _sizes(),
    }


def _sizes() -> str:
    """What a bill must know of the platform: the cap of memory of each service, and the portals."""
    services = {row.name: row.memory_mb for row in topology.UNITS}
    told = {"services": services, "portals": [row.name for row in topology.PORTALS]}
    return msgspec.json.format(msgspec.json.encode(told)).decode() + "\n"


def stale(root: Path = ROOT) -> dict[str, str]:
    """The files that do not say what they should, with what they should say."""
    wanted = {}
    for name, made in files().items():
        path = root / name
        written = path.read_text(encoding="utf-8") if path.exists() else ""
        text = made(written)
        if text != written:
            wanted[name] = text
    return wanted


def write(root: Path = ROOT) -> list[str]:
    """Bring them up to date; the names of those that were not."""
    wanted = stale(root)
    for name, text in wanted.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return list(wanted)
