"""What each service takes as a process of its own, as on a machine, against its cap in the topology.

Run: .venv/bin/python benchmarks/machine_memory.py [SERVICE…]; it prints the table of machine_memory.md.
One service runs at a time, asked over HTTP; the memory of mongod is not counted. With --confined it runs
under what rt@.service forbids (MemoryDenyWriteExecute= and SystemCallFilter=), as far as a process can do
that to itself.
"""

import asyncio
import contextlib
import ctypes
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx

from rt.host.mongod import running
from rt.host.topology import UNITS, UnitRow

REQUESTS = 300
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, PR_SET_MDWE = 38, 22, 65
AUDIT_ARCH_X86_64, ALLOW, REFUSE = 0xC000003E, 0x7FFF0000, 0x00050001
UNISTD = Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h")
TEMPLATE = Path(__file__).parents[1] / "infra" / "machine" / "systemd" / "rt@.service"


class Instruction(ctypes.Structure):
    """One step of the kernel's packet filter: struct sock_filter."""

    _fields_ = [
        ("code", ctypes.c_uint16),
        ("yes", ctypes.c_uint8),
        ("no", ctypes.c_uint8),
        ("k", ctypes.c_uint32),
    ]


class Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_uint16), ("steps", ctypes.POINTER(Instruction))]


def called(group: str) -> set[str]:
    """The system calls of one of systemd's groups, and of the groups in it."""
    told = subprocess.run(
        ["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True
    ).stdout
    names = {line.strip() for line in told.splitlines() if line.startswith("    ")}
    plain = {name for name in names if not name.startswith(("@", "#"))}
    return plain.union(*(called(name) for name in names if name.startswith("@")))


def allowed() -> list[int]:
    """The numbers of the calls that the template's SystemCallFilter= lines leave."""
    names: set[str] = called("@default")
    for line in re.findall(r"^SystemCallFilter=(.*)$", TEMPLATE.read_text(), re.MULTILINE):
        for group in line.removeprefix("~").split():
            names = names - called(group) if line.startswith("~") else names | called(group)
    numbers = dict(re.findall(r"#define __NR_(\w+) (\d+)", UNISTD.read_text()))
    return sorted(int(numbers[name]) for name in names if name in numbers)


def confinement() -> Callable[[], None]:
    """What a child does to itself before it becomes the service."""
    numbers = allowed()
    steps = [Instruction(0x20, 0, 0, 4), Instruction(0x15, 1, 0, AUDIT_ARCH_X86_64)]
    steps += [Instruction(0x06, 0, 0, REFUSE), Instruction(0x20, 0, 0, 0)]
    for number in numbers:
        steps += [Instruction(0x15, 0, 1, number), Instruction(0x06, 0, 0, ALLOW)]
    steps.append(Instruction(0x06, 0, 0, REFUSE))
    program = Program(len(steps), (Instruction * len(steps))(*steps))
    libc = ctypes.CDLL(None, use_errno=True)

    def confine() -> None:
        if libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) or libc.prctl(PR_SET_MDWE, 1, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "MemoryDenyWriteExecute needs Linux 6.3")
        if libc.prctl(PR_SET_SECCOMP, 2, ctypes.byref(program), 0, 0):
            raise OSError(ctypes.get_errno(), "seccomp")

    return confine


def memory(pid: int) -> tuple[float, float, int]:
    """Resident and proportional size in megabytes, and threads."""
    told = Path(f"/proc/{pid}/smaps_rollup").read_text()
    rss, pss = (int(kb) / 1024 for kb in re.findall(r"^(?:Rss|Pss):\s+(\d+)", told, re.MULTILINE))
    return rss, pss, len(list(Path(f"/proc/{pid}/task").iterdir()))


async def asked(row: UnitRow, shift: int, times: int) -> None:
    """Requests that a stranger may make: health, its description, and pages that need a token."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{row.port + shift}", timeout=20) as web:
        for turn in range(times):
            for path in ("/health", "/ready", "/metrics", row.path, f"{row.path}/openapi.json"):
                with contextlib.suppress(httpx.ReadTimeout):
                    await web.get(path, headers={"x-turn": str(turn)})


def started(
    command: list[str], environment: dict[str, str], log: Path, confine: Callable[[], None] | None
) -> "subprocess.Popen[bytes]":
    with log.open("w") as lines:
        return subprocess.Popen(command, env=environment, stdout=lines, stderr=lines, preexec_fn=confine)


@contextlib.asynccontextmanager
async def service(
    row: UnitRow, shift: int, uri: str, home: str, confine: Callable[[], None] | None
) -> AsyncIterator[int]:
    """The process of a service that answers."""
    environment = {**os.environ, "MONGODB_URI": uri, "MALLOC_ARENA_MAX": "2", "RT_METRICS": "emf"}
    command = [
        sys.executable,
        "-m",
        "rt.ops.command",
        "run",
        row.package,
        "--shift",
        str(shift),
        "--data",
        home,
    ]
    process = started(command, environment, Path(home) / f"{row.package}.log", confine)
    try:
        deadline = time.monotonic() + 120
        while True:
            try:
                await asked(row, shift, 1)
                break
            except httpx.TransportError:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise SystemExit(f"{row.name} did not start") from None
                await asyncio.sleep(0.1)
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(40)


async def measured(row: UnitRow, shift: int, uri: str, home: str, confine: Callable[[], None] | None) -> str:
    began = time.monotonic()
    async with service(row, shift, uri, home, confine) as pid:
        ready = time.monotonic() - began
        await asyncio.sleep(2)
        idle = memory(pid)
        await asked(row, shift, REQUESTS // 5)
        busy = memory(pid)
    left = row.memory_mb - busy[0]
    return (
        f"| {row.name} | {ready:.1f} | {idle[0]:.0f} | {idle[1]:.0f} | {busy[0]:.0f} | {busy[2]}"
        f" | {row.memory_mb} | {left:.0f} |"
    )


async def together(rows: list[UnitRow], shift: int, uri: str, home: str) -> str:
    """All at once share the pages of the same libraries: each is counted by its share."""
    async with contextlib.AsyncExitStack() as stack:
        pids = [await stack.enter_async_context(service(row, shift, uri, home, None)) for row in rows]
        await asyncio.sleep(2)
        total = sum(memory(pid)[1] for pid in pids)
    return f"{len(rows)} together: {total:.0f} MB, {total / len(rows):.0f} MB each"


async def main(names: list[str]) -> None:
    confine = confinement() if "--confined" in names else None
    wanted = [name for name in names if not name.startswith("--")]
    rows = [row for row in UNITS if row.built and (not wanted or row.package in wanted or row.name in wanted)]
    shift = random.SystemRandom().randrange(6_000, 24_400, 100)
    print(
        "| service | ready after (s) | idle RSS (MB) | idle PSS | RSS after requests | threads | cap | left |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as home:
        async with running(Path(home)) as uri:
            for row in rows:
                print(await measured(row, shift, uri, home, confine), flush=True)
            print("\n" + await together(rows, shift, uri, home))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
