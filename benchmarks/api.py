"""The order API beside a careful Fastify service on the same mongod: CPU of the servers per request.

    .venv/bin/python -m benchmarks.api [rounds]

The platform runs as users run it, one process per unit, with its demonstration. The peer (`benchmarks/peer`)
does what such a service does: JWT, JSON schema, one durable write, a projected list, a page by EJS. Rounds
are interleaved in random order; CPU is user and system time from /proc, without mongod's. "Whole platform"
is every process of it until what a request set off is over, above what it takes when nobody asks.
"""

import asyncio
import os
import random
import secrets
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from joserfc import jwt
from joserfc.jwk import OctKey
from tests.journeys.conftest import RunningPlatform, free_place, starting

from rt.host.mongod import running
from rt.ops import world
from rt.ops.actors import OPEN_SESAME, Stage

HZ = os.sysconf("SC_CLK_TCK")
PEER = Path(__file__).parent / "peer"
ROUNDS, TIMES, WARM_UP = 5, 150, 120
SETTLE_SECONDS = 4
"""After this long what the orders of a round set off is over: events are handled within a tenth of it."""
IDLE_SECONDS = 2
Act = Callable[[], None]


def cpu_ms(pids: list[int]) -> float:
    """User and system time of these processes so far."""
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / HZ * 1000


def order() -> dict[str, Any]:
    """Two stops and five lines of goods: what a shipper of full loads writes."""

    def stop(kind: str, name: str, city: str, code: str, at: tuple[float, float], day: int) -> dict[str, Any]:
        street = {"street": "12 rue de l'Industrie", "postal_code": code, "city": city, "country": "FR"}
        site = {"name": name, "address": street, "latitude": at[0], "longitude": at[1]}
        hours = {"from_at": f"2026-12-0{day}T06:00:00+01:00", "until_at": f"2026-12-0{day}T10:00:00+01:00"}
        return {"kind": kind, "site": site, **hours}

    return {
        "reference": f"B{uuid4().hex[:14]}",
        "consignee_name": "Halle de Grenoble",
        "instructions": "Hayon obligatoire, quai 4, badge à l'entrée",
        "stops": [
            stop("pickup", "Usine de Bourg", "Bourg-en-Bresse", "01000", (46.2, 5.22), 2),
            stop("delivery", "Halle de Grenoble", "Grenoble", "38000", (45.18, 5.72), 3),
        ],
        "goods": [
            {"description": f"Fûts de solvant {n}", "quantity": n + 1, "weight_kg": 180.5 + n, "pallets": 1}
            for n in range(5)
        ],
    }


class Side:
    """One of the two: how it is asked, and the processes whose time counts."""

    def __init__(self, api: str, token: str, pages: httpx.Client) -> None:
        self.api = httpx.Client(base_url=api, headers={"authorization": f"Bearer {token}"}, timeout=60)
        self.pages = pages

    def create(self) -> None:
        answer = self.api.post("/api/orders", json=order(), headers={"idempotency-key": uuid4().hex})
        assert answer.status_code == 201, answer.text

    def list(self) -> None:
        answer = self.api.get("/api/orders", params={"limit": 50})
        assert len(answer.json()["items"]) == 50, answer.text

    def page(self) -> None:
        answer = self.pages.get("/orders")
        assert answer.text.count("<tr") > 50, answer.text


def shipper_of(platform: RunningPlatform) -> Side:
    """A shipper at core-orders' own port and at the shippers' portal."""
    shipper = world.open_firm(Stage(platform.edge, "api"), world.SHIPPERS[0])
    pages = httpx.Client(base_url=f"http://127.0.0.1:{3010 + platform.shift}", timeout=60)
    proof = pages.get("/login").text.partition('name="_csrf" value="')[2].partition('"')[0]
    typed = {"email": world.SHIPPERS[0].email, "password": OPEN_SESAME, "_csrf": proof}
    assert pages.post("/login", data=typed).status_code == 303
    return Side(f"http://127.0.0.1:{3001 + platform.shift}", shipper.token, pages)


@contextmanager
def peer(uri: str, folder: Path) -> Iterator[tuple[Side, int]]:
    """The Fastify service and its process; its packages come by npm into `folder`."""
    shutil.copytree(PEER, folder)
    install = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--silent")
    subprocess.run(install, cwd=folder, check=True)
    port, secret = free_place()[0], secrets.token_hex(32)
    settings = {"PORT": str(port), "MONGO": uri, "SECRET": secret, "NODE_ENV": "production"}
    process = subprocess.Popen(("node", "orders.js"), cwd=folder, env=os.environ | settings)
    try:
        address = f"http://127.0.0.1:{port}"
        while True:
            try:
                httpx.get(address)
                break
            except httpx.ConnectError:
                time.sleep(0.1)
        claims = {"sub": "camille", "tid": "laiterie", "exp": int(time.time()) + 36_000}
        token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(secret))
        yield Side(address, token, httpx.Client(base_url=address, headers=_bearer(token))), process.pid
    finally:
        process.terminate()
        process.wait(10)


def measured(act: Act, pids: dict[str, list[int]], settle: float) -> dict[str, float]:
    """Milliseconds of CPU a request, by the processes that are named."""
    before = {name: cpu_ms(each) for name, each in pids.items()}
    time.sleep(IDLE_SECONDS)
    idle = {name: (cpu_ms(each) - before[name]) / IDLE_SECONDS for name, each in pids.items()}
    began = time.monotonic()
    before = {name: cpu_ms(each) for name, each in pids.items()}
    for _ in range(TIMES):
        act()
    time.sleep(settle)
    seconds = time.monotonic() - began
    return {name: (cpu_ms(each) - before[name] - idle[name] * seconds) / TIMES for name, each in pids.items()}


def rounds(
    count: int, ours: Side, platform: RunningPlatform, other: Side, node: int
) -> dict[str, list[float]]:
    """Every figure of every round."""
    everybody = platform.pids()
    orders, portal = platform.pid_of("core_orders"), platform.pid_of("portal_industry")
    found: dict[str, list[float]] = {}
    for _ in range(count):
        for what in ("create", "list", "page"):
            sides = [("ours", ours), ("peer", other)]
            random.shuffle(sides)
            for name, side in sides:
                own = [portal, orders] if what == "page" else [orders]
                pids = {"": own, ", whole platform": everybody} if name == "ours" else {"": [node]}
                settle = SETTLE_SECONDS if what == "create" and name == "ours" else 0
                for which, ms in measured(getattr(side, what), pids, settle).items():
                    found.setdefault(f"{what}, {name}{which}", []).append(ms)
    return found


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def table(found: dict[str, list[float]]) -> None:
    """Medians, their range, and how many times the peer's."""
    print("| CPU a request, ms | median | least to most | times the peer's |\n|---|---|---|---|")
    for name, values in sorted(found.items()):
        middle = statistics.median(values)
        times = middle / statistics.median(found[f"{name.split(',')[0]}, peer"])
        print(f"| {name} | {middle:.2f} | {min(values):.2f} to {max(values):.2f} | {times:.2f} |")


async def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder, "mongod")) as uri:
            os.environ["MONGODB_URI"] = uri
            await asyncio.to_thread(_measure, Path(folder), uri, count)


def _measure(folder: Path, uri: str, count: int) -> None:
    with starting(folder) as start, peer(uri, folder / "peer") as (other, node):
        platform = start("--processes")
        ours = shipper_of(platform)
        for side in (ours, other):
            for _ in range(WARM_UP):
                side.create()
            for _ in range(20):
                side.list()
                side.page()
        time.sleep(SETTLE_SECONDS)
        table(rounds(count, ours, platform, other, node))


if __name__ == "__main__":
    asyncio.run(main())
