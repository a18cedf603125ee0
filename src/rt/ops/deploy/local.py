"""A fleet on this computer: two machines as folders, each running released units, behind a real HAProxy."""

import contextlib
import fcntl
import hashlib
import os
import shlex
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import msgspec

from rt.host.keys import UnitKeys
from rt.ops.deploy.balancer import Balancer
from rt.ops.deploy.journal import NONE, Overtaken
from rt.ops.deploy.rolling import Failed, Machine, Pace, Phase, Traffic
from rt.ops.release import ReleaseRefused, verify

PACE = Pace(poll=0.5, grace=15, patience=60, watch=8, lease=timedelta(seconds=10))
RT_MACHINE = Path(__file__).parents[4] / "infra" / "machine" / "rt-machine"
APART = 100
"""Between the ports of machine a and those of machine b."""
PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR", "RT_LOG", "RT_USER_LIMIT", "RT_IP_LIMIT")
"""What the units of a machine see of the environment that the fleet is started with."""


class Plan(msgspec.Struct, frozen=True):
    """What a fleet needs to know of itself between commands."""

    edge: int
    shifts: dict[str, int]
    source: str
    """Folder with releases/<version>/, the bucket's place here."""
    public: str
    mongodb_uri: str


class Folder:
    """A shelf in a file: read, compared and replaced under a lock."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def look(self) -> tuple[bytes, str]:
        content = self._path.read_bytes() if self._path.exists() else b""
        return content, _tag(content)

    def put(self, content: bytes, tag: str) -> str:
        with self._path.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self.look()[1] != tag:
                raise Overtaken
            partial = self._path.with_suffix(".partial")
            partial.write_bytes(content)
            partial.replace(self._path)
        return _tag(content)


class LocalMachine:
    """A folder laid out like a machine; its releases are the fleet's, as if they shared a disk."""

    def __init__(self, fleet: "LocalFleet", name: str) -> None:
        self.name = name
        self._fleet = fleet
        self.root = fleet.home / name
        self.shift = fleet.plan.shifts[name]
        self.pid_file = self.root / "pid"

    def version(self) -> str:
        return self._told("version").strip()

    def fetch(self, release: str) -> None:
        self._told("fetch", release, self._fleet.plan.source)

    def migrate(self, release: str, phase: Phase) -> None:
        script = self.root / "releases" / release / "machine" / "rt-machine"
        self._good(self._run("migrate", release, phase, script=script))

    def activate(self, release: str) -> None:
        self._told("activate", release)

    def prune(self, keep: int) -> None:
        self._told("prune", str(keep))

    def unwell(self) -> list[str]:
        done = self._run("health")
        return done.stdout.split("\n")[:-1] if done.returncode else []

    def leave(self) -> None:
        self._fleet.balancer.state(self.name, "drain")

    def busy(self) -> list[str]:
        return self._fleet.balancer.busy(self.name)

    def join(self) -> None:
        self._fleet.balancer.state(self.name, "ready")

    def missing(self) -> list[str]:
        return self._fleet.balancer.spared(self.name)

    def environment(self) -> dict[str, str]:
        """What its units and rt-machine are started with."""
        plan = self._fleet.plan
        ours = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        wait = "while kill -0 $pid 2>/dev/null; do sleep 0.05; done"
        return ours | {
            "RT_ENV": "development",
            "RT_INSTANCE": self.name,
            "RT_DATA": str(self._fleet.home / "kept"),
            "RT_KEYS": str(self._fleet.home / "keys"),
            "RT_TRUSTED_PROXIES": "1",
            "MONGODB_URI": plan.mongodb_uri,
            "PUBLIC_API_URL": f"http://localhost:{plan.edge}",
            "RT_ROOT": str(self.root),
            "RT_ETC": str(self._fleet.home / "etc"),
            "RT_PYTHON": sys.executable,
            "RT_SHIFT": str(self.shift),
            "RT_RESTART": f"pid=$(cat {shlex.quote(str(self.pid_file))}) && kill -TERM $pid && {wait}",
        }

    def first(self, release: str) -> None:
        """Install a release on a machine that runs nothing yet."""
        self.root.mkdir(exist_ok=True)
        if not (self.root / "releases").is_symlink():
            (self.root / "releases").symlink_to(self._fleet.home / "releases")
        self.fetch(release)
        self._good(self._run("activate", release, restart=False))

    def start(self) -> "subprocess.Popen[bytes]":
        """The process that runs its units, from the release that is current now."""
        program = str(self.root / "current" / "venv" / "bin" / "rt")
        command = [program, "run", "units", "--shift", str(self.shift)]
        with (self._fleet.home / f"{self.name}.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        self.pid_file.write_text(str(process.pid))
        return process

    def _told(self, *words: str) -> str:
        return self._good(self._run(*words))

    def _good(self, done: "subprocess.CompletedProcess[str]") -> str:
        if done.returncode:
            said = (done.stderr or done.stdout).strip()
            raise Failed(f"{self.name}: {said.rpartition(chr(10))[2]}")
        return done.stdout

    def _run(
        self, *words: str, script: Path | None = None, restart: bool = True
    ) -> "subprocess.CompletedProcess[str]":
        current = self.root / "bin" / "rt-machine"
        return subprocess.run(
            ["sh", script or (current if current.exists() else RT_MACHINE), *words],
            env=self.environment() | ({} if restart else {"RT_RESTART": ":"}),
            capture_output=True,
            text=True,
            check=False,
        )


class LocalFleet:
    """The fleet of a folder, as `rt fleet up` has laid it out."""

    name = "local"
    pace = PACE

    def __init__(self, home: Path) -> None:
        self.home = home.resolve()
        try:
            self.plan = msgspec.json.decode((self.home / "plan.json").read_bytes(), type=Plan)
        except FileNotFoundError as error:
            raise Failed(f"there is no fleet at {self.home}: rt fleet up") from error
        self.shelf = Folder(self.home / "deploy.json")
        self.balancer = Balancer(self.home)
        self._released = self.home / "release.json"

    def verify(self, release: str) -> None:
        try:
            verify(Path(self.plan.source) / "releases" / release, Path(self.plan.public))
        except ReleaseRefused as refused:
            raise Failed(str(refused)) from refused

    def machines(self) -> list[LocalMachine]:
        return [LocalMachine(self, name) for name in self.plan.shifts]

    def hold(self) -> list[str]:
        return []

    def let_go(self, held: list[str]) -> None:
        """Nothing takes machines away here."""

    def watch(self, machine: Machine) -> Callable[[], Mapping[str, Traffic]]:
        began = self.balancer.counted(machine.name)

        def since() -> dict[str, Traffic]:
            return {
                unit: Traffic(now.requests - began[unit].requests, now.failed - began[unit].failed)
                for unit, now in self.balancer.counted(machine.name).items()
            }

        return since

    def release(self) -> tuple[str, str]:
        if not self._released.exists():
            return NONE, NONE
        return msgspec.json.decode(self._released.read_bytes(), type=tuple[str, str])

    def remember(self, release: str, previous: str) -> None:
        partial = self._released.with_suffix(".partial")
        partial.write_bytes(msgspec.json.encode((release, previous)))
        partial.replace(self._released)


def lay_out(home: Path, plan: Plan, release: str) -> LocalFleet:
    """The folders of a fleet; machines that run nothing yet get the release."""
    home = home.resolve()
    for folder in ("releases", "keys", "kept", "etc"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    shutil.copy(plan.public, home / "etc" / "release.pub")
    UnitKeys(home / "keys").ensure()
    (home / "plan.json").write_bytes(msgspec.json.format(msgspec.json.encode(plan)))
    fleet = LocalFleet(home)
    for machine in fleet.machines():
        if not (machine.root / "current").exists():
            fleet.verify(release)
            machine.first(release)
    if fleet.release() == (NONE, NONE):
        fleet.remember(release, NONE)
    return fleet


class Keeper:
    """Keeps a fleet's HAProxy and machines running, as systemd does: what ends is started again."""

    def __init__(self, fleet: LocalFleet) -> None:
        self._fleet = fleet
        self._machines: dict[str, subprocess.Popen[bytes]] = {}
        self._balancer: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        plan = self._fleet.plan
        self._balancer = self._fleet.balancer.start(plan.edge, plan.shifts)
        for machine in self._fleet.machines():
            self._machines[machine.name] = machine.start()

    def tend(self) -> None:
        if self._balancer is None or self._balancer.poll() is not None:
            raise Failed("HAProxy has stopped: is its port taken?")
        for machine in self._fleet.machines():
            if self._machines[machine.name].poll() is not None:
                self._machines[machine.name] = machine.start()

    def ready(self) -> bool:
        """Whether the load balancer sends requests to every unit of every machine."""
        try:
            return not any(machine.unwell() or machine.missing() for machine in self._fleet.machines())
        except Failed:
            return False

    def stop(self) -> None:
        for process in self._machines.values():
            process.send_signal(signal.SIGTERM)
        for process in self._machines.values():
            try:
                process.wait(40)
            except subprocess.TimeoutExpired:
                process.kill()
        if self._balancer is not None:
            self._balancer.send_signal(signal.SIGTERM)
            self._balancer.wait(10)


@contextlib.contextmanager
def kept(fleet: LocalFleet, seconds: float = 120) -> Iterator[Callable[[], None]]:
    """A fleet up and in service until the block is left; who calls what is yielded tends it."""
    keeper = Keeper(fleet)
    keeper.start()
    try:
        deadline = time.monotonic() + seconds
        while not keeper.ready():
            keeper.tend()
            if time.monotonic() > deadline:
                raise Failed(f"the fleet did not come up within {seconds:.0f} s; see {fleet.home}/*.log")
            time.sleep(0.2)
        yield keeper.tend
    finally:
        keeper.stop()


def _tag(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest() if content else ""
