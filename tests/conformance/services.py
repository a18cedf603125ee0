"""Every service does what its OpenAPI document says and nothing else, with a token and without.

Not collected with the others, as it takes minutes: `./rt test tests/conformance/services.py`.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.journeys.conftest import RunningHouse, Start, start_house

from rt.host.topology import UNITS, UnitRow
from rt.ops import world
from rt.ops.actors import Stage

__all__ = ["start_house"]

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COMMAND = Path(sys.executable).with_name("schemathesis")
EXAMPLES = 2
"""Made at random for each operation, beside those that cover each bound and each way to break it."""
ALL = "examples,coverage,fuzzing"
AT_THE_DOOR = "examples,fuzzing"
"""Whoever has no token is refused before a field is read: each bound need not be tried."""
SECONDS = 300


def faults(house: RunningHouse, unit: UnitRow, token: str, folder: Path) -> str:
    """What Schemathesis holds against a service, or ""."""
    bearer = ["--header", f"Authorization: Bearer {token}"] if token else []
    phases = ALL if token else AT_THE_DOOR
    done = subprocess.run(
        [
            *(str(COMMAND), "--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"{house.edge}{unit.path}/openapi.json", "--url", house.edge, *bearer),
            *("--phases", phases, "--max-examples", str(EXAMPLES), "--seed", "1"),
            *("--checks", "all", "--continue-on-failure", "--no-shrink"),
        ],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.conformance.accepted", "PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    return "" if done.returncode == 0 else f"{unit.package}:\n{done.stdout[-8_000:]}{done.stderr[-2_000:]}"


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "nobody"])
def test_every_service_keeps_to_its_document(signed_in: bool, start_house: Start, tmp_path: Path) -> None:
    house = start_house()
    stage = Stage(house.edge, "conformance")
    firm = world.CARRIERS[0]
    world.open_firm(stage, firm)
    found = []
    for unit in (unit for unit in UNITS if unit.built):
        # Whoever tries every operation signs out and suspends: each service hears somebody who has just come.
        if unit.package == "admin_gateway":
            speaker = Stage(house.edge, "conformance").admin
        else:
            speaker = stage.sign_in(firm.email, firm.person)
        found.append(faults(house, unit, speaker.token if signed_in else "", tmp_path))
    if any(found):
        pytest.fail("\n".join(found), pytrace=False)
