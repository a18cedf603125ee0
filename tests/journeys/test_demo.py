"""`rt demo` as a program: it holds every check, and goes on when the platform is killed under it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.journeys.conftest import RunningPlatform, Start
from tests.journeys.dump import LOG, Dump, readable

from rt.host.mongod import running
from rt.ops.actors import OPEN_SESAME

pytestmark = pytest.mark.xdist_group("journeys")


def play(platform: RunningPlatform, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "rt.ops.command", "demo", "--port", str(platform.port), "--json"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "RT_DATA": str(folder)}
    pipe = subprocess.PIPE
    return subprocess.Popen(command, cwd=folder, env=environment, text=True, stdout=pipe, stderr=pipe)


def test_the_platform_is_killed_in_the_middle_and_the_story_goes_on(
    start_platform: Start, tmp_path: Path
) -> None:
    platform = start_platform()
    demo = play(platform, tmp_path)
    assert demo.stderr is not None
    held = 0
    for line in demo.stderr:
        held += "✓" in line
        if held == 9:
            break
    platform.process.send_signal(signal.SIGKILL)
    platform.process.wait()
    start_platform(home=platform.home, port=platform.port, shift=platform.shift)
    said, grumbled = demo.communicate(timeout=400)
    assert demo.returncode == 0, grumbled
    told = json.loads(said)
    assert set(told) == {"steps", "documents"}
    assert all(set(step) == {"service", "actor", "does", "ok", "ms"} and step["ok"] for step in told["steps"])
    services = {"authz", "core_orders", "planning", "ecpmr", "tracking_ia", "palette", "notifications"}
    assert {step["service"] for step in told["steps"]} == services | {"admin_gateway"}
    assert {document["kind"] for document in told["documents"]} >= {"cmr", "follow", "pallet_statement"}
    found = asyncio.run(what_can_be_read(platform))
    assert found.known > 40
    assert found.secrets == set()
    assert found.people == set()


class Readable(NamedTuple):
    """What was looked for, and what of it stands where it must not, each with the place."""

    known: int
    secrets: set[tuple[str, str]]
    people: set[tuple[str, str]]


async def what_can_be_read(platform: RunningPlatform) -> Readable:
    """Look in all that the platform has written for all that it knows and must not write."""
    async with running(platform.home) as uri:
        dump = Dump(uri, "rt-development", platform.home / "files")
        known, everything = await dump.known(), await dump.everything()
        await dump.close()
    secrets = {*known.secrets, OPEN_SESAME}
    log = {name: content for name, content in everything.items() if name in LOG or name.startswith("told of")}
    log |= {name: content for name, content in everything.items() if name.startswith("file documents/audit")}
    return Readable(
        known=len(secrets) + len(known.people),
        secrets={
            (one, name) for one in secrets for name, where in everything.items() if readable(one, where)
        },
        people={(one, name) for one in known.people for name, where in log.items() if readable(one, where)},
    )
