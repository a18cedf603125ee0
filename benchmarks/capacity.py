"""What an order costs the machines: requests, CPU, mails, bytes, from one scenario, a process per unit.

    .venv/bin/python benchmarks/capacity.py [--write]

The scenario of `rt demo` is played once, after the demonstration's accounts are made. CPU is that of the
units' processes alone: portals run elsewhere in production, and so does MongoDB. The baseline is a bare
Starlette application that answers the same bytes as a list of 50 orders, asked by the same client. `--write`
brings benchmarks/capacity.md and the measures that the bill is computed from up to date.
"""

import asyncio
import contextlib
import os
import random
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from rt.host.mongod import running
from rt.host.topology import UNITS
from rt.kernel.log.event_log import EVENT_LOG, LOG_SEGMENTS
from rt.kernel.storage.persistence import connect
from rt.ops.actors import OPEN_SESAME
from rt.ops.demo import Scenario
from rt.ops.world import SHIPPERS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "benchmarks" / "capacity.md"
MEASURES = ROOT / "src" / "rt" / "services" / "admin_gateway" / "domain" / "costs" / "measured.toml"
ORDERS_OF_A_SCENARIO = 20
SECONDS = 8
REST_SECONDS = 5
AT_ONCE = 8
TICKS = os.sysconf("SC_CLK_TCK")
READY = re.compile(r"ready in ([\d.]+) s · (\d+) MB without mongod · (\d+) of (\d+) units")
COUNTED = re.compile(r"^rt_requests_total\{(.+)\} ([\d.e+]+)$", re.MULTILINE)
OWN_WORDS = ('operation="health"', 'operation="ready"', 'operation="metrics"')
BARE = """
import sys, uvicorn
from pathlib import Path
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
body = Path(sys.argv[1]).read_bytes()
async def answer(request):
    return Response(body, media_type="application/json")
app = Starlette(routes=[Route("/", answer)])
uvicorn.run(app, port=int(sys.argv[2]), log_level="error", access_log=False)
"""


class Platform:
    """One platform of its own, one process per unit."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.shift = random.SystemRandom().randrange(6_000, 24_400, 200)
        self.edge = f"http://127.0.0.1:{8080 + self.shift}"

    def __enter__(self) -> "Platform":
        place = ["--port", str(8080 + self.shift), "--shift", str(self.shift), "--data", str(self.home)]
        command = [sys.executable, "-m", "rt.ops.command", "up", "--processes", "--demo", *place]
        limits = {"RT_USER_LIMIT": "1000000", "RT_IP_LIMIT": "1000000"}
        environment = {**os.environ, **limits, "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        for line in self.process.stdout or ():
            if OPEN_SESAME in line:
                return self
        raise SystemExit("the platform did not start")

    def __exit__(self, *_: object) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)

    def pids(self) -> dict[str, int]:
        notes = (self.home / "processes").read_text().splitlines()
        return {name: int(pid) for name, pid in (line.split() for line in notes)}

    def mongod_pid(self) -> int:
        """The process that serves the platform's data."""
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (process / "cmdline").read_text().split("\0")
                if words[0].endswith("mongod") and any(str(self.home) in word for word in words):
                    return int(process.name)
        raise LookupError("no mongod")

    def unit_pids(self) -> list[int]:
        named = {row.package for row in UNITS if row.built}
        return [pid for name, pid in self.pids().items() if name in named]

    def requests(self) -> float:
        """Requests that all units answered, asked by people or by each other."""
        total = 0.0
        for row in UNITS:
            if row.built:
                told = httpx.get(f"http://127.0.0.1:{row.port + self.shift}/metrics").text
                counted = COUNTED.findall(told)
                total += sum(float(n) for labels, n in counted if not any(w in labels for w in OWN_WORDS))
        return total

    def port(self, package: str) -> int:
        return next(row.port for row in UNITS if row.package == package) + self.shift


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of processes so far."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


async def kept(home: Path) -> dict[str, float]:
    """Bytes of documents in the database, and messages sent."""
    async with running(home) as uri:
        client = connect(uri)
        database: Any = client["rt-development"]
        stats = await database.command("dbStats")
        events = await database.command("collStats", EVENT_LOG)
        segments = await database.command("collStats", LOG_SEGMENTS)
        messages = await database["notifications.messages"].count_documents({"channel": "email"})
        await client.close()
    return {
        "database": float(stats["dataSize"]),
        "events": float(events["count"]),
        "event_log": float(events["size"] + segments["size"]),
        "emails": float(messages),
    }


def folder_bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def state(platform: Platform) -> dict[str, float]:
    return {
        "cpu": cpu_seconds(platform.unit_pids()),
        "mongod": cpu_seconds([platform.mongod_pid()]),
        "requests": platform.requests(),
        "stored": folder_bytes(platform.home / "files"),
        "log": (platform.home / "log.jsonl").stat().st_size,
        **asyncio.run(kept(platform.home)),
    }


async def hammer(url: str, headers: dict[str, str]) -> int:
    """Requests answered in some seconds by a client that always has a few on their way."""
    until = time.monotonic() + SECONDS
    async with httpx.AsyncClient(headers=headers) as client:

        async def one() -> int:
            answered = 0
            while time.monotonic() < until:
                (await client.get(url)).raise_for_status()
                answered += 1
            return answered

        return sum(await asyncio.gather(*(one() for _ in range(AT_ONCE))))


def read_speed(platform: Platform) -> tuple[float, float, float]:
    """CPU ms of a list of 50 orders, of the same bytes from the bare application, and requests a second."""
    told = httpx.post(
        f"{platform.edge}/auth/login",
        json={"email": SHIPPERS[0].email, "password": OPEN_SESAME},
        headers={"idempotency-key": secrets.token_hex(8)},
    ).raise_for_status()
    headers = {"authorization": f"Bearer {told.json()['access_token']}"}
    url = f"http://127.0.0.1:{platform.port('core_orders')}/api/orders?limit=50"
    body = httpx.get(url, headers=headers).raise_for_status().content
    pid = [platform.pids()["core_orders"]]
    before = cpu_seconds(pid)
    answered = asyncio.run(hammer(url, headers))
    ours = (cpu_seconds(pid) - before) / answered * 1000
    sample = platform.home / "answer.json"
    sample.write_bytes(body)
    port = 8080 + platform.shift + 150
    bare = subprocess.Popen([sys.executable, "-c", BARE, str(sample), str(port)])
    try:
        for _ in range(100):
            try:
                httpx.get(f"http://127.0.0.1:{port}/")
                break
            except httpx.TransportError:
                time.sleep(0.05)
        before = cpu_seconds([bare.pid])
        plainly = asyncio.run(hammer(f"http://127.0.0.1:{port}/", {}))
        theirs = (cpu_seconds([bare.pid]) - before) / plainly * 1000
    finally:
        bare.terminate()
        bare.wait(10)
    return ours, theirs, answered / SECONDS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, Platform(Path(folder)) as platform:
        at_rest = state(platform)
        time.sleep(REST_SECONDS)
        before = state(platform)
        idle = {name: (before[name] - at_rest[name]) / REST_SECONDS for name in ("cpu", "mongod")}
        began = time.monotonic()
        Scenario(platform.edge, f"R{secrets.token_hex(3).upper()}", lambda step: None).play()
        seconds = time.monotonic() - began
        after = state(platform)
        used = {
            name: (after[name] - before[name] - idle.get(name, 0) * seconds) / ORDERS_OF_A_SCENARIO
            for name in after
        }
        built = len(platform.unit_pids())
        ours, theirs, rate = read_speed(platform)
    per_request = used["cpu"] / used["requests"] * 1000
    figures = {
        "cpu_ms_per_request": f"{per_request:.1f}",
        "requests_per_order": f"{used['requests']:.1f}",
        "emails_per_order": f"{used['emails']:.1f}",
        "stored_kb_per_order": f"{used['stored'] / 1000:.1f}",
        "log_kb_per_order": f"{used['log'] / 1000:.1f}",
        "database_kb_per_order": f"{used['database'] / 1000:.1f}",
    }
    page = f"""# What an order costs the machines

{date.today().isoformat()}, two shared cores with other work on them; made by `benchmarks/capacity.py`.
{built} units, one process each; the scenario of `rt demo` once: {ORDERS_OF_A_SCENARIO} orders, from the sheet
to signed consignment notes, in {seconds:.0f} s, most of it waiting.

| of one order | measured |
| --- | --- |
| requests answered by units, each other's included | {figures["requests_per_order"]} |
| CPU of the units a request | {figures["cpu_ms_per_request"]} ms |
| CPU of the units an order | {used["cpu"] * 1000:.0f} ms |
| CPU of MongoDB an order | {used["mongod"] * 1000:.0f} ms |
| events | {used["events"]:.1f} |
| mails | {figures["emails_per_order"]} |
| files kept | {figures["stored_kb_per_order"]} kB |
| log lines | {figures["log_kb_per_order"]} kB |
| documents in the database | {figures["database_kb_per_order"]} kB |
| of these in the event log | {used["event_log"] / 1000:.1f} kB |

A list of 50 orders takes {ours:.1f} ms of CPU ({rate:.0f} a second, {AT_ONCE} at once, the client on the same
cores); a bare Starlette application takes {theirs:.2f} ms for the same bytes: {ours / theirs:.1f} times the
baseline.

Planning, password hashes, events and jobs are in the CPU and not among the requests; what the units take when
nobody asks ({idle["cpu"] * 1000:.0f} ms a second, MongoDB {idle["mongod"] * 1000:.0f}) is not in it.
"""
    print(page)
    if "--write" in sys.argv:
        PAGE.write_text(page, encoding="utf-8")
        text = MEASURES.read_text(encoding="utf-8")
        text = re.sub(r"^date = .*$", f"date = {date.today().isoformat()}", text, flags=re.MULTILINE)
        for name, figure in figures.items():
            text = re.sub(rf"^{name} = .*$", f'{name} = "{figure}"', text, flags=re.MULTILINE)
        MEASURES.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
