"""A whole platform run as its users run it, on free ports and a folder of its own."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from rt.host.topology import PORTALS, UNITS

ROOT = Path(__file__).parents[2]
START_SECONDS = 90


class RunningPlatform(msgspec.Struct):
    """`./rt up` as a process: where its edge is, where it keeps things, and who runs what."""

    port: int
    shift: int
    home: Path
    process: subprocess.Popen[str]

    @property
    def edge(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def portal(self, subdomain: str) -> str:
        return f"http://{subdomain}.localhost:{self.port}"

    def pid_of(self, unit: str) -> int:
        """The process that serves a unit (with --processes)."""
        notes = (self.home / "processes").read_text().split("\n")
        return int(next(line.split()[1] for line in notes if line.split()[:1] == [unit]))

    def pids(self) -> list[int]:
        """Every process of it (with --processes), its supervisor among them."""
        notes = (self.home / "processes").read_text().split("\n")
        return [self.process.pid, *(int(line.split()[1]) for line in notes if line)]

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(40)
        except subprocess.TimeoutExpired:
            self.process.kill()


Start = Callable[..., RunningPlatform]


@pytest.fixture
def start_platform(tmp_path: Path) -> Iterator[Start]:
    """`start_house("--processes")` runs a platform; `home=` starts again on what another left behind."""
    with starting(tmp_path) as start:
        yield start


@contextmanager
def starting(folder: Path) -> Iterator[Start]:
    """Starts platforms in a folder, and stops them at the end."""
    platforms: list[RunningPlatform] = []

    def start(*options: str, home: Path | None = None, port: int = 0, shift: int = 0) -> RunningPlatform:
        if not port:
            port, shift = free_place()
        home = home or folder / "house"
        command = [sys.executable, "-m", "rt.ops.command", "up", "--port", str(port), "--shift", str(shift)]
        environment = {
            **os.environ,
            "RT_USER_LIMIT": "1000000",
            "RT_IP_LIMIT": "1000000",
            "RT_ENV": "development",
            "PYTHONUNBUFFERED": "1",
        }
        process = subprocess.Popen(
            [*command, "--data", str(home), *options],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        platform = RunningPlatform(port, shift, home, process)
        platforms.append(platform)
        said = []
        deadline = time.monotonic() + START_SECONDS
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if line.startswith("ready in"):
                threading.Thread(target=process.stdout.read, daemon=True).start()
                return platform
            if time.monotonic() > deadline:
                break
        raise AssertionError("the house did not start:\n" + "".join(said))

    try:
        yield start
    finally:
        for platform in platforms:
            if platform.process.poll() is None:
                platform.stop()


def free_place() -> tuple[int, int]:
    """An edge port and a shift under which every port of the platform is free.

    All are below those that systems lend to outgoing connections (32768 and up), which come and go.
    """
    rows = [*UNITS, *PORTALS]
    chance = random.SystemRandom()
    while True:
        shift = chance.randrange(6_000, 24_400, 200)
        ports = [8080 + shift, *(row.port + shift for row in rows)]
        if all(_free(port) for port in ports):
            return 8080 + shift, shift


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
