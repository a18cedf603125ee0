"""A local fleet run as its users run it: built, brought up, asked, deployed to."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
from tests.journeys.load import Load
from tests.ops.variants import Patches, install_variant, make_variant

from rt.ops import release, world
from rt.ops.actors import Caller, Stage
from rt.ops.deploy.journal import Journal

ROOT = Path(__file__).parents[2]
RT = (sys.executable, "-m", "rt.ops.command")
LIMITS = {"RT_USER_LIMIT": "1000000", "RT_IP_LIMIT": "1000000"}


class Outcome(msgspec.Struct):
    """How a command of the deployer ended."""

    status: int
    seconds: float
    journal: Journal
    said: str

    def seconds_from(self, what: str) -> float:
        """From the end of the first such step to the end of the run."""
        first = next(step for step in self.journal.steps if what in step.what)
        return (self.journal.steps[-1].at - first.at).total_seconds()


class LocalTown:
    """The fleet of one folder and the releases made for it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.source = home / "made"
        self.key = release.make_keys(home / "signing")
        self.first = release.build(ROOT, self.source, self.key, dirty=True).name
        self.port = 0
        self._process: subprocess.Popen[str] | None = None

    def variant(self, name: str, patches: Patches, install: bool) -> str:
        """Another release; `install` puts it on the machines without their fetching it."""
        version = make_variant(self.source, self.first, self.key, name, patches, self.home / "workshop")
        if install:
            installed = self.home / "data" / "fleet" / "releases"
            install_variant(installed, self.first, version, self.source, patches)
        return version

    def up(self, port: int, shift: int) -> None:
        self.port = port
        command = [*RT, "fleet", "up", "--release", self.first, "--source", str(self.source)]
        command += ["--public", str(self.key.with_name(release.PUBLIC)), "--port", str(port)]
        command += ["--shift", str(shift)]
        self._process = subprocess.Popen(
            [*command, "--data", str(self.home / "data")],
            cwd=self.home,
            env={**os.environ, **LIMITS, "PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        said = []
        assert self._process.stdout is not None
        for line in self._process.stdout:
            said.append(line)
            if line.startswith("the fleet is up"):
                return
        raise AssertionError("the fleet did not come up:\n" + "".join(said))

    def down(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)

    def open_accounts(self) -> tuple[Caller, Caller]:
        """A shipper and a carrier."""
        stage = Stage(f"http://127.0.0.1:{self.port}", "fleet")
        firms = world.open_firm(stage, world.SHIPPERS[0]), world.open_firm(stage, world.CARRIERS[0])
        world.befriend(*firms)
        return firms

    async def command(self, *words: str) -> Outcome:
        """`rt deploy local …` and the like, in a process of its own."""
        began = time.monotonic()
        process = await asyncio.create_subprocess_exec(
            *RT,
            *words,
            "--data",
            str(self.home / "data"),
            cwd=self.home,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said = (await process.communicate())[0].decode()
        content = (self.home / "data" / "fleet" / "deploy.json").read_bytes()
        journal = msgspec.json.decode(content, type=Journal)
        return Outcome(process.returncode or 0, time.monotonic() - began, journal, said)

    def running(self) -> dict[str, str]:
        """Which machine runs what."""
        fleet = self.home / "data" / "fleet"
        return {name: (fleet / name / "current").readlink().name for name in ("a", "b")}


def stored_movements(shipper: Caller) -> dict[str, str]:
    """Every movement of an organization: its id by its note; a note that occurs twice is a doubled write."""
    found: dict[str, str] = {}
    after = ""
    while True:
        page: dict[str, Any] = shipper.get("/api/palettes/movements", limit=200, after=after)
        for row in page["items"]:
            assert row["note"] not in found, f"{row['note']} was booked twice"
            found[row["note"]] = row["id"]
        after = page["next"]
        if not after:
            return found


def summary(load: Load) -> str:
    return (
        f"{load.answered} answers, {len(load.faults)} failed, {len(load.written)} writes, "
        f"p50 {load.percentile(0.5):.0f} ms, p99 {load.percentile(0.99):.0f} ms"
    )
