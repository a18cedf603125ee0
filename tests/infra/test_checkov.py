"""checkov over all of infra: clean, and what it is told to pass over says why."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest
from tests.conftest import left_out
from tests.infra.cloud import INFRA

pytestmark = [pytest.mark.xdist_group("infra"), pytest.mark.usefixtures("meanwhile")]

TOOLS = Path(os.environ.get("RT_TOOLS", INFRA.parent / ".rt" / "tools"))
SKIP = re.compile(r"#\s*checkov:skip=(\w+)(?::\s*(.*))?")


def test_checkov_finds_nothing() -> None:
    program = TOOLS / "bin" / "checkov"
    if not program.exists():
        left_out("no checkov in RT_TOOLS or .rt/tools (requirements-tools.lock)")
    done = subprocess.run(
        [program, "-d", INFRA, "--framework", "terraform", "-o", "json", "--quiet", "--compact"],
        env=os.environ | {"LOG_LEVEL": "ERROR"},
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(done.stdout)
    assert found["summary"]["parsing_errors"] == 0
    assert {
        f"{c['check_id']} {c['resource']}: {c['check_name']}" for c in found["results"]["failed_checks"]
    } == set()
    assert found["summary"]["passed"] > 300


def test_every_skip_says_why() -> None:
    skips = [
        (path.relative_to(INFRA), *found)
        for path in INFRA.rglob("*.tf")
        if ".terraform" not in path.parts
        for found in SKIP.findall(path.read_text(encoding="utf-8"))
    ]
    assert skips
    assert [skip for skip in skips if len(skip[2].split()) < 4] == []
