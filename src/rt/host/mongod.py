"""Starts, shares, watches and stops the MongoDB server of development and tests, one for each data folder."""

import asyncio
import contextlib
import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import IO, Any

from rt.host.engine import MongodMissing, Progress, install
from rt.kernel.storage.persistence import admin_command

PORTS = range(27100, 28100)
"""Below what systems lend to outgoing connections, or the port of last time would often be taken."""
CACHE_GB = "0.25"
CHECKPOINT_S = "10"
OPLOG_MB = "512"
LOG_BYTES = 10_000_000
START_SECONDS = 60
STOP_SECONDS = 20


@contextlib.asynccontextmanager
async def running(
    data_dir: Path, progress: Progress = lambda said: None, empty: bool = False
) -> AsyncIterator[str]:
    """The address of a server that is up: `MONGODB_URI`, else the one of this data folder.

    Whoever comes first starts it, the others join it, the last to leave stops it. While someone is here, a
    server that dies comes back on the same port. `empty` forgets what an earlier server left (for tests).
    """
    if given := os.environ.get("MONGODB_URI"):
        yield given
        return
    program = await asyncio.to_thread(install, progress)
    server = Mongod(program, data_dir)
    try:
        port = await server.join(empty)
        watching = asyncio.create_task(server.watch(progress))
        try:
            yield f"mongodb://127.0.0.1:{port}/?replicaSet=rt"
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    finally:
        await server.leave()


class Mongod:
    """One server on one data folder, a replica set of one node so that transactions and change streams work.

    Nothing is believed from files alone. Who runs is told by the operating system (a process whose command
    line names our database folder), who uses it by advisory locks, which end with their process.
    """

    def __init__(self, program: Path, data_dir: Path) -> None:
        self.program = program
        self.home = data_dir.resolve() / "mongo"
        self.db = self.home / "db"
        self.log = self.home / "mongod.log"
        self.db.mkdir(parents=True, exist_ok=True)
        self._child: subprocess.Popen[bytes] | None = None
        self._users: IO[str] | None = None

    async def join(self, empty: bool = False) -> int:
        """Its port, once it is primary. Until `leave` nobody stops the server."""
        async with self._alone():
            if empty and self.pid() is None:
                shutil.rmtree(self.db)
                self.db.mkdir()
            self._users = (self.home / "users.lock").open("w")
            fcntl.flock(self._users, fcntl.LOCK_SH)
            return await self._ensure()

    async def watch(self, progress: Progress) -> None:
        """Bring the server back when it dies under its users."""
        while True:
            await asyncio.sleep(0.5)
            if self.pid() is None:
                progress("the MongoDB server died; starting it again")
                async with self._alone():
                    with contextlib.suppress(MongodMissing):
                        await self._ensure()

    async def leave(self) -> None:
        """Stop the server unless somebody else still uses it."""
        if self._users is None:
            return
        async with self._alone():
            with self._users as users, contextlib.suppress(BlockingIOError):
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
                await self._stop()

    def pid(self) -> int | None:
        """The process that serves our folder, or None. The pid in the folder may be stale, and reused."""
        with contextlib.suppress(OSError, ValueError):
            noted = int((self.db / "mongod.lock").read_text())
            if self._serves(noted):
                return noted
        # Our own child needs no proof: just after its start the system does not know its command line yet.
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def _serves(self, pid: int) -> bool:
        return pid > 0 and f" --dbpath {self.db} " in _command_line(pid)

    async def _ensure(self) -> int:
        if self.pid() is None:
            self._start(self._choose_port())
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            pid = self.pid()
            if pid is None:
                raise MongodMissing(f"mongod stopped at once; the reason stands at the end of {self.log}")
            if await self._is_primary(port := _port_of(pid)):
                return port
            await asyncio.sleep(0.05)
        raise MongodMissing(f"mongod is not ready after {START_SECONDS} s; see {self.log}")

    def _start(self, port: int) -> None:
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        (self.home / "port").write_text(str(port))
        options = {
            "--dbpath": str(self.db),
            "--port": str(port),
            "--bind_ip": "127.0.0.1",
            "--replSet": "rt",
            "--wiredTigerCacheSizeGB": CACHE_GB,
            "--oplogSize": OPLOG_MB,
            "--networkMessageCompressors": "disabled",
            "--syncdelay": CHECKPOINT_S,
            "--logpath": str(self.log),
        }
        flags = ["--nounixsocket", "--logappend", "--quiet"]
        flags += ["--setParameter", "diagnosticDataCollectionEnabled=false"]
        # Files of what was dropped go at the next checkpoint, not five minutes later: tests drop thousands.
        flags += ["--setParameter", "minSnapshotHistoryWindowInSeconds=0"]
        # Its own session: Ctrl-C reaches the units first, which still need the server while they drain.
        self._child = subprocess.Popen(
            [str(self.program), *(part for option in options.items() for part in option), *flags],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    async def _stop(self) -> None:
        pid = self.pid()
        if pid is None:
            return
        await _ask(_port_of(pid), {"shutdown": 1, "force": True, "timeoutSecs": 0})
        for harder in (signal.SIGTERM, signal.SIGKILL):
            deadline = time.monotonic() + STOP_SECONDS
            while time.monotonic() < deadline:
                if self._child is not None:
                    self._child.poll()
                if _ended(pid):
                    return
                await asyncio.sleep(0.02)
            os.kill(pid, harder)

    def _choose_port(self) -> int:
        """The port of last time if it is free, so that addresses stay good across restarts."""
        with contextlib.suppress(OSError, ValueError):
            last = int((self.home / "port").read_text())
            if _is_free(last):
                return last
        return next(port for port in random.sample(PORTS, len(PORTS)) if _is_free(port))

    async def _is_primary(self, port: int) -> bool:
        """Ask; on the way make a new server a replica set, or tell a moved one its new port."""
        hello = await _ask(port, {"hello": 1})
        if hello is None or hello.get("isWritablePrimary"):
            return hello is not None
        here = f"127.0.0.1:{port}"
        known = await _ask(port, {"replSetGetConfig": 1})
        if known is None:
            await _ask(port, {"replSetInitiate": {"_id": "rt", "members": [{"_id": 0, "host": here}]}})
        elif known["config"]["members"][0]["host"] != here:
            config = known["config"]
            config["members"][0]["host"] = here
            config["version"] += 1
            await _ask(port, {"replSetReconfig": config, "force": True})
        return False

    @contextlib.asynccontextmanager
    async def _alone(self) -> AsyncIterator[None]:
        """One starter or stopper at a time, across processes; waiting leaves the event loop free."""
        with (self.home / "start.lock").open("w") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    await asyncio.sleep(0.02)
            yield


async def _ask(port: int, command: dict[str, object]) -> dict[str, Any] | None:
    """The server's answer, or None while it cannot give one: starting, refusing, or gone in mid-sentence."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return await admin_command(f"mongodb://127.0.0.1:{port}", command, direct=True)
    except Exception:  # the driver's errors are the kernel's to name; every one means "not yet" here
        return None


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def _port_of(pid: int) -> int:
    """Where a server of ours listens: its own command line knows, whoever started it."""
    words = _command_line(pid).split()
    return int(words[words.index("--port") + 1]) if "--port" in words else 0


def _ended(pid: int) -> bool:
    """Whether a process has let go of its files and ports; one that nobody has reaped yet has."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    process = Path("/proc") / str(pid)
    with contextlib.suppress(OSError):
        state = (process / "stat").read_text().rpartition(")")[2].split()[0]
        # Its first thread may be through while the others still hold everything.
        return state == "Z" and len(list((process / "task").iterdir())) == 1
    return False


def _command_line(pid: int) -> str:
    """What a process was started with; empty when it is gone (a zombie has none either)."""
    if Path("/proc/self").exists():
        try:
            words = (Path("/proc") / str(pid) / "cmdline").read_bytes()
        except OSError:
            return ""
        return words.replace(b"\0", b" ").decode(errors="replace")
    ps = ["ps", "-o", "args=", "-p", str(pid)]
    return subprocess.run(ps, capture_output=True, text=True, check=False).stdout.strip() + " "
