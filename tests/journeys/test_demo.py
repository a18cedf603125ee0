"""`rt demo` as a program: it holds every check, and goes on when the house is killed under it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.journeys.conftest import RunningHouse, Start

pytestmark = pytest.mark.xdist_group("journeys")


def play(house: RunningHouse, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rt.ops.command", "demo", "--port", str(house.port), "--json"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "RT_DATA": str(folder)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=environment, text=True, stdout=pipe, stderr=pipe)


def test_the_house_is_killed_in_the_middle_and_the_story_goes_on(start_house: Start, tmp_path: Path) -> None:
    house = start_house()
    demo = play(house, tmp_path)
    assert demo.stderr is not None
    held = 0
    for line in demo.stderr:
        held += "✓" in line
        if held == 9:
            break
    house.process.send_signal(signal.SIGKILL)
    house.process.wait()
    start_house(home=house.home, port=house.port, shift=house.shift)
    said, grumbled = demo.communicate(timeout=400)
    assert demo.returncode == 0, grumbled
    told = json.loads(said)
    assert set(told) == {"steps", "documents"}
    assert all(set(step) == {"service", "actor", "does", "ok", "ms"} and step["ok"] for step in told["steps"])
    services = {"authz", "core_orders", "planning", "ecpmr", "tracking_ia", "palette", "notifications"}
    assert {step["service"] for step in told["steps"]} == services | {"admin_gateway"}
    assert {document["kind"] for document in told["documents"]} >= {"cmr", "follow", "pallet_statement"}
