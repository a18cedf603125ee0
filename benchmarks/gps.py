"""Single fixes of a fleet: how many a second, what one costs, how soon an arrival is told.

    .venv/bin/python -m benchmarks.gps [devices] [seconds] [connections]
    .venv/bin/python -m benchmarks.gps rounds [devices]

Every device is on duty with a tour of six stops, fences and expected times on, and sends one position after
the other by the OsmAnd protocol (one GET a fix). One process serves tracking alone, beside its mongod; the
sender is a process of its own, and its CPU is not counted. Each device has sent one fix before, so that its
expected times are told. The baseline, in the same run: as many points inserted 200 at a time.

`rounds`: what keeping and judging alone cost, without requests: a fix of each device, judged, and so on.
"""

import asyncio
import itertools
import os
import random
import secrets
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import uvloop

from rt.contracts.planning import TourPublished, TourStop
from rt.host.keys import UnitKeys
from rt.host.listener import listener
from rt.host.mongod import Mongod, running
from rt.host.platform import Platform
from rt.host.topology import UNITS
from rt.kernel.core.settings import Settings
from rt.kernel.core.telemetry import start_logging
from rt.kernel.log.event_log import EVENT_LOG
from rt.kernel.model.envelope import PARTITIONS, partition_of
from rt.kernel.storage.persistence import Collection, connect
from rt.kernel.storage.points import Point
from rt.services.tracking_ia.actions.judging import Judging
from rt.services.tracking_ia.actions.recording import hash_of
from rt.services.tracking_ia.domain.order import Device
from rt.services.tracking_ia.domain.points import Fix, packed
from rt.services.tracking_ia.domain.watch import Watch, watched
from rt.services.tracking_ia.store import TrackingStore
from rt.trade.places import Address, Site

HZ = os.sysconf("SC_CLK_TCK")
STOP = (45.75, 4.85)
ARRIVES = 25
"""Every so many devices one arrives at its first stop meanwhile."""
BARE_AT_ONCE = 200
LEAD_SECONDS = 200
"""Each fix of a device is a second after its last, however fast they are sent: they begin in the past."""
TOLD_LOOK_SECONDS = 0.05
WARM_ROUNDS, ROUNDS = 2, 60


def settings(home: Path) -> Settings:
    return Settings(
        mongodb_db="gps", home=home, jwt_secret=secrets.token_hex(32), user_limit=10**9, ip_limit=10**9
    )


def platform(home: Path, uri: str) -> Platform:
    keys = UnitKeys(home / "keys")
    keys.ensure()
    found = Platform(settings(home), uri, keys)
    found.add(next(row for row in UNITS if row.package == "tracking_ia"))
    return found


async def serve(home: Path, uri: str, port: int) -> None:
    """What `rt run tracking_ia` runs: the unit, its outbox, consumer and clock, and its judging."""
    own = platform(home, uri)
    await own.start()
    server = listener(own.instances["tracking_ia"].app, port, "127.0.0.1", "tracking-ia")
    print("ready", flush=True)
    await server.serve()


def tour(nth: int, moment: datetime) -> TourPublished:
    stops = [
        TourStop(
            order_id=f"ord_{nth}_{call // 2}",
            shipper_id="org_shipper",
            kind="delivery" if call % 2 else "pickup",
            site=Site(
                name=f"S{call}",
                address=Address(city=f"S{call}"),
                latitude=STOP[0] - call * 0.3,
                longitude=STOP[1],
            ),
            planned_from=moment + timedelta(hours=call),
            planned_until=moment + timedelta(hours=call + 1),
            weight_kg=1_000,
            pallets=1,
        )
        for call in range(6)
    ]
    return TourPublished(
        tour_id=f"tou_{nth}",
        carrier_id=f"org_{nth % 200}",
        vehicle_id=f"veh_{nth}",
        vehicle_plate=f"AB{nth:06}",
        driver_id=f"drv_{nth}",
        driver_user_id=f"usr_{nth}",
        driver_name="",
        stops=stops,
    )


async def equip(store: TrackingStore, devices: int) -> list[str]:
    """Devices and watches of a fleet, as if long known; their keys."""
    moment = datetime.now(UTC)
    keys = [secrets.token_urlsafe(24) for _ in range(devices)]
    watches: list[Watch] = [watched(tour(nth, moment), f"wat_{nth:06}") for nth in range(devices)]
    boxes = [
        Device(
            id=f"dev_{nth:06}",
            org_id=watches[nth].org_id,
            kind="vehicle",
            name="",
            vehicle_plate=watches[nth].plate,
            plate=watches[nth].plate,
            driver_user_id="",
            key_hash=hash_of(key),
        )
        for nth, key in enumerate(keys)
    ]
    pairs: list[tuple[Collection[Any], list[Any]]] = [(store.watches, watches), (store.devices, boxes)]
    for collection, entities in pairs:
        documents = [
            {**collection._document(one), "version": 1, "outbox": [], "done": []} for one in entities
        ]
        await collection._stored.insert_many(documents)
    return keys


class Fleet:
    """What each device sends next: on the road, or every so many at its stop, standing for two minutes."""

    def __init__(self, keys: list[str]) -> None:
        self.keys = keys
        self.sent_at: dict[str, float] = {}
        self._rounds = [0] * len(keys)
        self._begun = time.time()
        self._chance = random.Random(7)

    def requests(self) -> Iterator[bytes]:
        while True:
            for nth in range(len(self.keys)):
                yield self._request(nth)

    def _request(self, nth: int) -> bytes:
        turn = self._rounds[nth]
        at, latitude = self._begun - LEAD_SECONDS + turn, STOP[0] + 0.5
        longitude = STOP[1] + self._chance.random() / 1000
        if nth % ARRIVES == 0:
            latitude = STOP[0] + (0.01 if turn < 1 else 0)
            at -= (200, 150)[turn] if turn < 2 else 0
            if turn == 2:
                self.sent_at[f"wat_{nth:06}"] = time.time()
        self._rounds[nth] += 1
        query = f"id={self.keys[nth]}&lat={latitude:.5f}&lon={longitude:.5f}&timestamp={at * 1000:.0f}"
        query += "&speed=30&bearing=180&altitude=200&accuracy=5&batt=90"
        return f"GET /api/tracking/osmand?{query} HTTP/1.1\r\nHost: x\r\nUser-Agent: OsmAnd\r\n\r\n".encode()


class Sender(asyncio.Protocol):
    """One connection: the next fix as soon as the last is answered."""

    def __init__(self, requests: Iterator[bytes], until: float, waits: list[float]) -> None:
        self._requests = requests
        self._until = until
        self._waits = waits
        self._got = b""
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.WriteTransport", transport)  # uvloop's says what it is to nobody
        self._next()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length: ")[2].split(b"\r\n")[0]):
            return
        assert b" 200 " in head[:20], self._got
        assert b'"new":1' in body, self._got
        self._waits.append(time.perf_counter() - self._began)
        self._got = b""
        self._next()

    def _next(self) -> None:
        following = next(self._requests, None) if time.time() < self._until else None
        if following is None:
            self._transport.close()
            self.done.set_result(None)
            return
        self._began = time.perf_counter()
        self._transport.write(following)


async def send(port: int, fleet: Fleet, count: int, seconds: float, connections: int) -> list[float]:
    """Send so many fixes or for so long; seconds that each answer took."""
    loop, requests = asyncio.get_running_loop(), itertools.islice(fleet.requests(), count)
    waits: list[float] = []
    made = [
        await loop.create_connection(
            lambda: Sender(requests, time.time() + seconds, waits), "127.0.0.1", port
        )
        for _ in range(connections)
    ]
    await asyncio.gather(*(one.done for _, one in made))
    return waits


async def watch_told(uri: str, fleet: Fleet, ending: asyncio.Event) -> list[float]:
    """Seconds from the fix that shows an arrival to its place in the event log."""
    seen: dict[str, float] = {}
    while not ending.is_set():
        await asyncio.sleep(TOLD_LOOK_SECONDS)
        for watch_id in await told(uri, "tracking_ia.stop.reached"):
            seen.setdefault(watch_id, time.time())
    return [seen.get(one, float("inf")) - at for one, at in fleet.sent_at.items()]


async def told(uri: str, topic: str) -> set[str]:
    """The watches that told something."""
    log = connect(uri)["gps"][EVENT_LOG]
    partitions = [partition_of("tracking_ia", number) for number in range(PARTITIONS)]
    where = {"partition": {"$in": partitions}, "topic": topic}
    return {event["entity_id"] async for event in log.find(where, {"entity_id": 1})}


async def all_foreseen(uri: str, devices: int) -> None:
    """Return when the expected times of every watch are told."""
    for _ in range(120):
        if len(await told(uri, "tracking_ia.eta.changed")) == devices:
            return
        await asyncio.sleep(1)
    raise SystemExit("not all expected times were told")


async def bare(uri: str, count: int) -> float:
    """Seconds to insert as many points, 200 at a time, into a collection with the same indexes."""
    stored = connect(uri)["gps"]["bare"]
    await stored.create_index([("org_id", 1), ("source", 1), ("at", 1)])
    await stored.create_index([("writer", 1), ("nth", 1)])
    moment = datetime.now(UTC)
    at_ms = round(moment.timestamp() * 1000)
    documents = [
        {
            "_id": f"wat_{nth:026}:{nth:011d}:dev_{nth:026}",
            "org_id": f"org_{nth % 200}",
            "source": f"dev_{nth:026}",
            "at": moment,
            "writer": "0011223344556677",
            "nth": at_ms * 1000 + nth,
            "content": packed(Fix(at_ms, 45.75, 4.85, f"dev_{nth:026}", 55.56, 180, 200, 5, 90)),
        }
        for nth in range(count)
    ]
    began = time.perf_counter()
    for begin in range(0, count, BARE_AT_ONCE):
        await stored.insert_many(documents[begin : begin + BARE_AT_ONCE], ordered=False)
    return time.perf_counter() - began


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / HZ


def p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)] if values else float("nan")


async def measure(home: Path, devices: int, seconds: float, connections: int) -> None:
    port = random.SystemRandom().randrange(20_000, 30_000)
    async with running(home / "db", empty=True) as uri:
        mongod = Mongod(Path(), home / "db").pid() or 0
        preparing = platform(home, uri)
        await preparing.start(background=False)
        keys = await equip(TrackingStore(preparing.database("tracking_ia")), devices)
        await preparing.stop()
        command = [sys.executable, "-m", "benchmarks.gps", "serve", str(home), uri, str(port)]
        server = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        try:
            assert server.stdout is not None
            while await server.stdout.readline() != b"ready\n":
                pass
            fleet, ending = Fleet(keys), asyncio.Event()
            await send(port, fleet, devices, float("inf"), connections)
            await all_foreseen(uri, devices)
            looking = asyncio.create_task(watch_told(uri, fleet, ending))
            load = os.getloadavg()[0]
            before, began = (cpu(server.pid), cpu(mongod)), time.perf_counter()
            waits = await send(port, fleet, sys.maxsize, seconds, connections)
            took = time.perf_counter() - began
            await asyncio.sleep(5)
            ending.set()
            delays = await looking
            units_ms, database = cpu(server.pid) - before[0], cpu(mongod) - before[1]
            before = (time.process_time(), cpu(mongod))
            await bare(uri, len(waits))
            own, beside = time.process_time() - before[0], cpu(mongod) - before[1]
        finally:
            server.send_signal(signal.SIGTERM)
            await server.wait()
    report(devices, waits, took, (units_ms, database), (own, beside), delays, load)


async def in_rounds(home: Path, devices: int) -> None:
    async with running(home / "db", empty=True) as uri:
        mongod = Mongod(Path(), home / "db").pid() or 0
        own = platform(home, uri)
        await own.start(background=False)
        store = TrackingStore(own.database("tracking_ia"))
        await equip(store, devices)
        judging, begun_ms = Judging(store), round(time.time() - LEAD_SECONDS) * 1000
        before = (0.0, 0.0)
        for nth in range(WARM_ROUNDS + ROUNDS):
            if nth == WARM_ROUNDS:
                before = (time.process_time(), cpu(mongod))
            at_ms, place = begun_ms + nth * 1000, (STOP[0] + 0.5, STOP[1])
            contents = [
                packed(Fix(at_ms, *place, f"dev_{one:06}", 30, 180, 200, 5, 90)) for one in range(devices)
            ]
            points = [
                Point(f"org_{one % 200}", f"wat_{one:06}", f"dev_{one:06}", at_ms, content)
                for one, content in enumerate(contents)
            ]
            await store.positions.append(points)
            await judging.step(paced=True)
        spent = time.process_time() - before[0], cpu(mongod) - before[1]
        await own.stop()
    each, base = (value / devices / ROUNDS * 1000 for value in spent)
    print(f"{each:.3f} ms here and {base:.3f} in mongod a fix, load {os.getloadavg()[0]:.1f}")


def report(
    devices: int,
    waits: list[float],
    took: float,
    fleet: tuple[float, float],
    bare: tuple[float, float],
    told: list[float],
    load: float,
) -> None:
    count = len(waits)
    each, base = [value / count * 1000 for value in fleet], [value / count * 1000 for value in bare]
    print(
        f"\n{count} fixes of {devices} devices in {took:.0f} s, {count / took:.0f} a second; load {load:.1f}"
    )
    print("\n| CPU a fix | platform | mongod | both | two cores, at most |\n| --- | --- | --- | --- | --- |")
    for name, (units_ms, mongod) in (
        ("single fixes", each),
        (f"bare append, {BARE_AT_ONCE} at a time", base),
    ):
        both = units_ms + mongod
        print(
            f"| {name} | {units_ms:.3f} ms | {mongod:.3f} ms | {both:.3f} ms | {2000 / both:,.0f} a second |"
        )
    print(f"| ratio | | | {sum(each) / sum(base):.1f} | |")
    print("\n| | median | p99 |\n| --- | --- | --- |")
    answers = [wait * 1000 for wait in waits]
    print(f"| fix → answer (kept for good) | {statistics.median(answers):.0f} ms | {p99(answers):.0f} ms |")
    print(f"| fix → arrival told ({len(told)}) | {statistics.median(told):.1f} s | {p99(told):.1f} s |")


def main() -> None:
    if sys.argv[1:2] == ["serve"]:
        with (Path(sys.argv[2]) / "log").open("w") as lines:
            start_logging("info", lines)
            uvloop.run(serve(Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
        return
    if sys.argv[1:2] == ["rounds"]:
        with tempfile.TemporaryDirectory(prefix="rt-gps.") as home:
            uvloop.run(in_rounds(Path(home), int([*sys.argv, "400"][2])))
        return
    devices, seconds, connections = (*map(int, sys.argv[1:4]), *(10_000, 20, 200)[len(sys.argv) - 1 :])
    with tempfile.TemporaryDirectory(prefix="rt-gps.") as home:
        uvloop.run(measure(Path(home), devices, seconds, connections))


if __name__ == "__main__":
    main()
