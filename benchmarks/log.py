"""The event log: events a second through all consumers, round trips, CPU and delay, alone and in a burst.

Run: PYTHONPATH=src:. .venv/bin/python benchmarks/log.py; it prints the table of benchmarks/log.md.

The subscriptions are those of the built units, with what they do left out: what an event costs before anybody
reacts; the nine to come hear what the design says they will. The events are an order's, written into
documents as commands write them. The baseline is the bare append: the same events inserted into a collection
without any other index, 200 at a time. "Shared" has a second process with the same consumers, which takes its
half of the partitions; "slow" has one subscription of one unit that takes 200 ms for each event.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from pymongo import monitoring
from tests.services.notifications import make

from rt.contracts.core_orders import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderInTransit,
    OrderLoading,
)
from rt.host.keys import UnitKeys
from rt.host.mongod import running
from rt.host.platform import Platform as AllUnits
from rt.host.topology import UNITS
from rt.kernel.core.clock import now
from rt.kernel.core.ids import new_id
from rt.kernel.core.settings import Settings
from rt.kernel.core.telemetry import start_logging
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.consumer import Consumer
from rt.kernel.log.event_log import EVENT_LOG, follow_appends, prepare_log
from rt.kernel.log.hub import Hub
from rt.kernel.log.leases import Leases
from rt.kernel.log.outbox import Outbox
from rt.kernel.log.subscriptions import Subscription, subscribe_to_all
from rt.kernel.model.entity import Entity
from rt.kernel.model.envelope import EventEnvelope
from rt.kernel.model.messages import Event
from rt.kernel.privacy.subject_keys import SubjectKeys
from rt.kernel.storage.persistence import Collection, Database, connect
from rt.kernel.storage.personal import Personal

TICKS = os.sysconf("SC_CLK_TCK")
BURST, ORDERS = 20_000, 2_000
PACE, PACED = 200, 2_000
ALONE = 20
LIFE = ("confirmed", "planned", "loading", "in_transit", "delivered", "cancelled", "closed", "invoiced")
TO_COME = {
    "pricing_grids": ["core_orders.order.confirmed"],
    "vigilance": ["core_orders.order.confirmed", "core_orders.tender.accepted"],
    "affret_ia": ["core_orders.order.confirmed", "core_orders.order.delivered", "core_orders.tender.refused"],
    "bourse": ["core_orders.order.cancelled"],
    "tms_sync": [f"core_orders.order.{one}" for one in LIFE],
    "wms_sync": ["core_orders.order.confirmed", "ecpmr.takeover.signed", "ecpmr.delivery.signed"],
    "storage_market": ["authz.partner.accepted"],
    "erp_sync": ["ecpmr.delivery.signed", "core_orders.proof.accepted", "core_orders.incident.reported"],
    "training": ["core_orders.incident.reported", "authz.member.changed"],
}
"""What the services that are not built yet will hear of those that are."""
UNIT = "core_orders"
SLOW = "notifications", "core_orders.order.delivered"
"""The unit, and the topic of its subscription that is slow: a fifth of all events."""
SLOW_SECONDS = 0.2
SHARED_SECONDS = 60


class Thing(Entity):
    """What tells: an order without what an order is besides."""


class Counter(monitoring.CommandListener):
    """Commands that went to the server; a change stream's waiting is none."""

    def __init__(self) -> None:
        self.count = 0

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        self.count += event.command_name not in ("hello", "ping", "getMore", "endSessions")

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


COMMANDS = Counter()


class Ears:
    """Handlers that do nothing but note when they handled what; one may be made to take its time."""

    def __init__(self, slow: bool = False) -> None:
        self.slow = slow
        self.calls = 0
        self.newest = 0.0
        self.delays: dict[str, list[float]] = {"others": [], "beside": [], "slow": []}
        """From told to handled, in ms: of other units, of the same unit, of the subscription itself."""

    def of(self, unit: str, subscription: Subscription) -> Callable[[Any, EventEnvelope], Awaitable[None]]:
        whose = "others" if unit != SLOW[0] else "slow" if SLOW[1] in subscription.topics else "beside"
        delays = self.delays[whose]
        wait = SLOW_SECONDS if self.slow and whose == "slow" else 0.0

        async def handle(event: Any, envelope: EventEnvelope) -> None:
            if wait:
                await asyncio.sleep(wait)
            self.calls += 1
            self.newest = time.time()
            delays.append((self.newest - envelope.at.timestamp()) * 1000)

        return handle

    def forget(self) -> None:
        for delays in self.delays.values():
            delays.clear()


def facts() -> list[Event]:
    """What one order tells in its life, once."""
    order = make.order()
    return [
        OrderConfirmed(order=order),
        OrderLoading(order=order),
        OrderInTransit(order=order),
        OrderDelivered(order=order, with_reserves=False),
        OrderCancelled(order=order, reason="no longer needed"),
    ]


async def real_subscriptions(platform: AllUnits) -> dict[str, list[Subscription]]:
    """By unit: what the built units hear."""
    return {row.package: list(platform.add(row).unit.subscriptions) for row in UNITS if row.built}


async def unheard(event: None, envelope: EventEnvelope) -> None:
    """Stands where `Ears` will."""


class Platform:
    """Outbox of one unit and the consumers of all, in this process, on a database of its own."""

    def __init__(
        self, uri: str, subscriptions: dict[str, list[Subscription]], slow: bool = False, name: str = ""
    ) -> None:
        self.client = connect(uri)
        self.name = name or f"bench_{uuid4().hex[:8]}"
        self.ears = Ears(slow)
        self.hub = Hub()
        self.personal = Personal(SubjectKeys(Database(self.client, f"{self.name}_keys", "kernel")))
        self.leases = Leases(self.database("kernel"), f"bench {os.getpid()}")
        self.orders = self.database(UNIT)
        self.things = Collection(self.orders, Thing, "orders")
        self.outbox = Outbox(self.orders, self.hub)
        deaf = {
            unit: [msgspec.structs.replace(one, handle=self.ears.of(unit, one)) for one in listeners]
            for unit, listeners in subscriptions.items()
        }
        self.consumers = [
            Consumer(self.database(unit), listeners, self.hub, self.leases)
            for unit, listeners in deaf.items()
        ]

    def database(self, unit: str) -> Database:
        database = Database(self.client, self.name, unit)
        database.personal = self.personal
        return database

    async def start(self, emits: bool = True) -> None:
        await prepare_log(self.orders)
        await self.orders.prepare()
        await self.leases.step()
        going = [self.leases.run(), follow_appends(self.orders, self.hub)]
        going += [self.outbox.run()] if emits else []
        going += [consumer.run() for consumer in self.consumers]
        self.tasks = [asyncio.create_task(one) for one in going]
        await asyncio.sleep(2)

    async def stop(self) -> None:
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks, timeout=2)
        await self.client.drop_database(self.name)
        await self.client.drop_database(f"{self.name}_keys")
        await self.client.close()

    async def emit(self, event: Event) -> None:
        with acting_for("org_a"):
            thing = Thing(id=new_id("ord"))
            thing.emit(event)
            await self.things.add(thing)

    def held(self) -> int:
        """Partitions that this process handles, of all consumers together."""
        return sum(len(self.leases.of(consumer._unit)) for consumer in self.consumers)

    def behind(self) -> int:
        """Events that some consumer has still to pass."""
        return sum(
            partition.known - partition.position
            for consumer in self.consumers
            for partition in consumer._partitions.values()
        )

    async def all_heard(self, events: int) -> None:
        for _ in range(100_000):
            there = not self.busy() and await self.orders[EVENT_LOG].count_documents({}) == events
            if there and not self.busy():
                return
            await asyncio.sleep(0.002)
        raise SystemExit("the events did not all come through")

    def busy(self) -> bool:
        return bool(self.outbox._written or self.outbox._scan or self.behind())


def cpu(pid: int) -> float:
    """Seconds of CPU, user and system."""
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def mongod_pid(uri: str) -> int:
    port = uri.rsplit(":", 1)[1].split("/")[0]
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            words = (folder / "cmdline").read_text().split("\0") if (folder / "cmdline").exists() else []
            if "--port" in words and words[words.index("--port") + 1] == port and "mongod" in words[0]:
                return int(folder.name)
    raise SystemExit("no mongod at that port")


class Cost:
    """CPU of this process and of mongod, and commands, since it began."""

    def __init__(self, server: int) -> None:
        self.server = server
        self.began = time.perf_counter(), cpu(os.getpid()), cpu(server), COMMANDS.count

    def of(self, events: int) -> dict[str, float]:
        seconds, own, server, commands = self.began
        return {
            "events/s": events / (time.perf_counter() - seconds),
            "ms CPU": (cpu(os.getpid()) - own) / events * 1000,
            "ms mongod": (cpu(self.server) - server) / events * 1000,
            "round trips": (COMMANDS.count - commands) / events,
        }


async def left_behind(platform: Platform) -> None:
    """As many events as a queue that has grown, left in documents."""
    told = facts()
    documents = []
    for number in range(ORDERS):
        order_id = f"ord_{number:026d}"
        events = [
            {
                "id": f"evt_{number}_{nth}", "topic": type(told[nth % len(told)]).topic, "at": now(),
                "org_id": "org_a", "entity": "core_orders.orders", "entity_id": order_id,
                "version": nth + 1, "nth": nth + 1, "trace": uuid4().hex,
                "actor": {"kind": "user", "id": "usr_a", "org_id": "org_a", "name": "Karim"},
                "body": msgspec.to_builtins(told[nth % len(told)]),
                "change": [{"path": "state", "before": "planned", "after": "loading"}],
            }
            for nth in range(BURST // ORDERS)
        ]  # fmt: skip
        for one in events:
            await platform.personal.seal(one)
        documents.append({"_id": order_id, "org_id": "org_a", "version": 1, "outbox": events})
    await platform.orders["core_orders.orders"].insert_many(documents)


async def burst(platform: Platform, server: int) -> dict[str, float]:
    """A queue that has grown, appended and handled by all."""
    await left_behind(platform)
    began, cost = time.time(), Cost(server)
    platform.outbox.scan()
    await platform.all_heard(BURST)
    return cost.of(BURST) | {"events/s": BURST / (platform.ears.newest - began)}


class Beside:
    """The second process, as what it last said of itself."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.held = self.calls = 0
        self.newest = 0.0

    async def listen(self) -> None:
        while self.process.stdout and (line := await self.process.stdout.readline()):
            held, calls, newest = line.split()
            self.held, self.calls, self.newest = int(held), int(calls), float(newest)


@asynccontextmanager
async def beside(uri: str, home: Path, name: str) -> AsyncIterator[Beside]:
    """A second process with the same consumers on the same database."""
    command = [sys.executable, __file__, "--beside", uri, str(home), name]
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    other = Beside(process)
    listening = asyncio.create_task(other.listen())
    try:
        yield other
    finally:
        process.terminate()
        await process.wait()
        await listening


async def stand_beside(uri: str, home: Path, name: str) -> None:
    """What the second process does: handle its share, and say how far it is."""
    platform = Platform(uri, await subscriptions_of(uri, home), name=name)
    await platform.start(emits=False)
    while True:
        print(platform.held(), platform.ears.calls, platform.ears.newest, flush=True)
        await asyncio.sleep(0.05)


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(100_000):
        if holds():
            return
        await asyncio.sleep(0.02)


async def shared(platform: Platform, server: int, uri: str, home: Path, calls: int) -> dict[str, float]:
    """The same burst when a second process holds half of the partitions; `calls` are made of it in all."""
    share = platform.held() // 2
    async with beside(uri, home, platform.name) as other, asyncio.timeout(SHARED_SECONDS):
        await until(lambda: other.held >= share)
        await left_behind(platform)
        began, theirs, cost = time.time(), cpu(other.process.pid), Cost(server)
        platform.outbox.scan()
        await until(lambda: platform.ears.calls + other.calls >= calls)
        seconds = max(platform.ears.newest, other.newest) - began
        more = (cpu(other.process.pid) - theirs) / BURST * 1000
        found = cost.of(BURST)
        print(f"shared: the second process handled {other.calls / calls:.0%} of {calls:,}")
        return found | {"events/s": BURST / seconds, "ms CPU": found["ms CPU"] + more}


async def alone(platform: Platform, server: int) -> dict[str, float]:
    """One event after the other, each heard and its offsets saved before the next is told."""
    event = facts()[0]
    found = []
    for _ in range(ALONE):
        await asyncio.sleep(1.5)
        await platform.emit(event)
        before = COMMANDS.count
        await asyncio.sleep(1.0)
        found.append(COMMANDS.count - before)
    return {"round trips": statistics.median(found)}


async def paced(platform: Platform) -> None:
    """Tell at a steady pace; the delays from told to handled are with those that handle."""
    platform.ears.forget()
    told, began = facts(), time.perf_counter()
    for number in range(PACED):
        await asyncio.sleep(max(0.0, began + number / PACE - time.perf_counter()))
        await platform.emit(told[number % len(told)])
    await asyncio.sleep(1)


async def subscriptions_of(uri: str, home: Path) -> dict[str, list[Subscription]]:
    keys = UnitKeys(home / "keys")
    keys.ensure()
    settings = Settings(mongodb_db="bench", home=home, jwt_secret="x" * 48)
    return await real_subscriptions(AllUnits(settings, uri, keys))


def delay(delays: list[float]) -> str:
    ordered = sorted(delays)
    return f"p50 {ordered[len(ordered) // 2]:.0f} ms, p99 {ordered[int(len(ordered) * 0.99)]:.0f} ms"


async def bare(uri: str, server: int) -> dict[str, float]:
    """The baseline: the same events appended to a collection without any other index."""
    client = connect(uri)
    name = f"bench_{uuid4().hex[:8]}"
    log = Database(client, name, "bare")["log"]
    body = msgspec.to_builtins(facts()[0])
    cost = Cost(server)
    for start in range(0, BURST, 200):
        await log.insert_many([{"_id": f"{start + n}", "at": now(), "body": body} for n in range(200)])
    found = cost.of(BURST)
    await client.drop_database(name)
    await client.close()
    return found


def shown(name: str, cost: dict[str, float], baseline: dict[str, float]) -> str:
    ratio = (cost["ms CPU"] + cost["ms mongod"]) / (baseline["ms CPU"] + baseline["ms mongod"])
    figures = [f"{cost['events/s']:,.0f}", f"{cost['ms CPU']:.2f}", f"{cost['ms mongod']:.2f}"]
    return f"| {name} | {' | '.join(figures)} | {cost['round trips']:.3f} | {ratio:.1f} |"


async def main() -> None:
    start_logging("critical")
    monitoring.register(COMMANDS)
    async with AsyncExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        uri = await stack.enter_async_context(running(home / "mongo"))
        server = mongod_pid(uri)
        subscriptions = await subscriptions_of(uri, home)
        dummies = {
            unit: subscribe_to_all(topics, unheard, since="beginning", name=unit)
            for unit, topics in TO_COME.items()
        }
        baseline = await bare(uri, server)
        print("| what | events/s | ms CPU | ms mongod | round trips | times the baseline's CPU |")
        print("|---|---|---|---|---|---|")
        print(shown("baseline: bare append", baseline, baseline))
        calls = 0
        for name, more, slow in (("8 units", {}, False), ("slow", {}, True), ("nine more", dummies, False)):
            platform = Platform(uri, subscriptions | more, slow)
            await platform.start()
            if not slow:
                print(shown(f"burst, {name}", await burst(platform, server), baseline))
                calls = calls or platform.ears.calls
                one = await alone(platform, server)
                print(f"{name}: alone {one['round trips']:.0f} round trips")
            await paced(platform)
            for whose, delays in platform.ears.delays.items():
                print(f"{name}: at {PACE}/s told to handled, {whose}: {delay(delays)}")
            await platform.stop()
        platform = Platform(uri, subscriptions)
        await platform.start()
        print(shown("burst, shared", await shared(platform, server, uri, home, calls), baseline))
        await platform.stop()


if __name__ == "__main__":
    if "--beside" in sys.argv:
        uri, folder, name = sys.argv[2:]
        with suppress(asyncio.CancelledError):
            asyncio.run(stand_beside(uri, Path(folder), name))
    else:
        asyncio.run(main())
