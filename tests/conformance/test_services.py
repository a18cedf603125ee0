"""Every service does what its OpenAPI document says and nothing else, with a token and without.

In the suite somebody who has the right tries the bounds of each field and the ways to break them; of
operations with many, a part (`signed_in.py`). `RT_EXAMPLES=20 ./rt test tests/conformance` takes minutes: all
of them, up to so many requests made at random for each operation besides, and what ends a session, too.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.journeys.conftest import RunningPlatform, starting

from rt.host.topology import UNITS, UnitRow
from rt.ops import world
from rt.ops.actors import Stage

pytestmark = pytest.mark.xdist_group("conformance")

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
COMMAND = Path(sys.executable).with_name("schemathesis")
EXAMPLES = int(os.environ.get("RT_EXAMPLES", "0"))
BUILT = [unit for unit in UNITS if unit.built]
FOR_UNITS = ("--exclude-by", "/x-needs == unit")
"""Nobody who signs in may do these."""
ENDING = ("Logout", "EndSession", "EndAllSessions", "SuspendOrganization")
"""Whoever does these has to sign in again, each time for half a second, and is heard no more meanwhile."""
EVERYTHING = "examples,coverage,fuzzing"
SECONDS = 900


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningPlatform]:
    with starting(tmp_path_factory.mktemp("conformance")) as start:
        platform = start()
        world.open_firm(Stage(platform.edge, "conformance"), world.CARRIERS[0])
        yield platform


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Schemathesis runs: the tables of characters that its Hypothesis works out are kept there."""
    return tmp_path_factory.mktemp("asking")


def ask(platform: RunningPlatform, unit: UnitRow, hooks: str, folder: Path, *options: str) -> None:
    """Fail with what Schemathesis holds against a service."""
    done = subprocess.run(
        [
            *(str(COMMAND), "--config-file", str(HERE / "schemathesis.toml")),
            *("run", f"{platform.edge}{unit.path}/openapi.json", "--url", platform.edge),
            *("--checks", "all", "--continue-on-failure", "--no-shrink", "--seed", "1", *options),
        ],
        env={
            **os.environ,
            "SCHEMATHESIS_HOOKS": f"tests.conformance.{hooks}",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"{done.stdout[-8_000:]}{done.stderr[-2_000:]}", pytrace=False)


def each(option: str, operations: tuple[str, ...]) -> list[str]:
    return [message for operation in operations for message in (option, operation)]


@pytest.mark.parametrize("unit", BUILT, ids=lambda unit: unit.package)
def test_a_service_keeps_to_its_document(unit: UnitRow, platform: RunningPlatform, folder: Path) -> None:
    left_out = (*FOR_UNITS, *each("--exclude-operation-id", ENDING))
    ask(platform, unit, "signed_in", folder, "--phases", "coverage", *left_out)
    if not EXAMPLES:
        return
    at_random = ("--max-examples", str(EXAMPLES), "--warnings", "off")
    ask(platform, unit, "signed_in", folder, "--phases", "examples,fuzzing", *at_random, *left_out)
    if unit.package == "authz":
        ending = each("--include-operation-id", ENDING)
        ask(platform, unit, "signed_in", folder, "--phases", EVERYTHING, *at_random, *ending)


@pytest.mark.parametrize("unit", BUILT, ids=lambda unit: unit.package)
def test_a_service_keeps_to_its_document_towards_nobody(
    unit: UnitRow, platform: RunningPlatform, folder: Path
) -> None:
    """Whoever has no token is refused before a field is read: in the suite each bound need not be tried."""
    phases = EVERYTHING if EXAMPLES else "examples,fuzzing"
    few = ("--phases", phases, "--max-examples", str(EXAMPLES or 1), "--warnings", "off")
    ask(platform, unit, "accepted", folder, *few)
