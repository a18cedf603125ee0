"""Processes of the platform: everything in one, one unit alone, or one per unit under a supervisor."""

import asyncio
import contextlib
import gc
import importlib
import os
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path

import httpx
import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from rt.host.edge import Edge, not_built, proxy, unhopped
from rt.host.front import front_page_app
from rt.host.keys import UnitKeys
from rt.host.listener import DRAIN_SECONDS, PortTaken, Server, listener
from rt.host.platform import Platform
from rt.host.topology import EDGE_PORT, PORTALS, UNITS, PortalRow, UnitRow
from rt.kernel.access.identity import seen_from
from rt.kernel.core import offload
from rt.kernel.core.settings import Settings
from rt.kernel.core.telemetry import log
from rt.kernel.core.tls import tls
from rt.kernel.service.client import Services
from rt.kernel.web.middleware import RequestMiddleware, client_address
from rt.pages.demonstration import Demonstration, entered_by_press
from rt.ui.session import Seal

PORT_TAKEN = 98
"""How a process ends that found its port taken (EADDRINUSE on Linux)."""


class Place(msgspec.Struct, frozen=True):
    """Where this platform listens; `shift` moves the ports of units and portals, for a second platform
    beside.

    `hop` is the key by which processes behind an edge of their own know it.
    """

    edge: int = EDGE_PORT
    shift: int = 0
    hop: str = ""

    def of(self, row: UnitRow | PortalRow) -> int:
        return row.port + self.shift

    def named(self, process: str) -> str:
        """A process of `process_names` and its port, for people."""
        rows: dict[str, UnitRow | PortalRow] = {row.package: row for row in UNITS}
        rows |= {f"portal_{row.package}": row for row in PORTALS}
        port = self.of(rows[process]) if process in rows else self.edge
        return f"{process} (port {port})"


def build_portal(row: PortalRow, platform: Platform, demonstration: Demonstration | None = None) -> ASGIApp:
    """A portal from its `app.py`; it speaks to units with its visitors' own tokens.

    In development people of a demonstration enter without a password; elsewhere there is no such address.
    """
    package = f"portal_{row.package}"
    services = Services(platform.keys.of(package), platform.client_of)
    build = importlib.import_module(f"rt.portals.{row.package}.app").build
    secret = platform.keys.secret_of(package).hex()
    secure = platform.settings.production
    portal: ASGIApp = build(connect=services.using, secret=secret, secure=secure)
    if demonstration is not None and platform.settings.environment == "development":
        seal = Seal(secret, secure=secure)
        portal = entered_by_press(portal, demonstration.of(row.package), seal, services.using)

    async def located(scope: Scope, receive: Receive, send: Send) -> None:
        with seen_from(client_address(scope, platform.settings.trusted_proxies)):
            await portal(scope, receive, send)

    return RequestMiddleware(located, package)


async def all_in_one(
    settings: Settings,
    uri: str,
    keys: UnitKeys,
    place: Place,
    ready: asyncio.Event,
    demonstration: Demonstration | None = None,
) -> None:
    """Every unit and portal in this process, each at its own port and all behind the edge."""
    platform = Platform(settings, uri, keys, reach=lambda row: f"http://127.0.0.1:{place.of(row)}")
    for row in UNITS:
        if row.built:
            platform.add(row)
    await platform.start()
    units = {
        row.package: platform.instances[row.package].app if row.built else not_built(row) for row in UNITS
    }
    portals = {row.package: build_portal(row, platform, demonstration) for row in PORTALS if row.built}
    edge = build_edge(units, portals, platform, place, demonstration)
    apps: list[tuple[str, ASGIApp, int]] = [("edge", edge, place.edge)]
    apps += [(row.name, units[row.package], place.of(row)) for row in UNITS]
    apps += [(row.name, portals[row.package], place.of(row)) for row in PORTALS if row.built]
    await _serve([listener(app, port, settings.host, name) for name, app, port in apps], platform, ready)


def build_edge(
    units: Mapping[str, ASGIApp],
    portals: Mapping[str, ASGIApp],
    platform: Platform,
    place: Place,
    demonstration: Demonstration | None,
) -> Edge:
    """The edge, with the front page at its bare host."""
    development = platform.settings.environment == "development"
    front = front_page_app(
        portals,
        platform.client_of,
        demonstration if development else None,
        port=place.edge,
        production=platform.settings.production,
    )
    return Edge(units, portals, platform.settings, platform.limiter, front)


async def one_unit(
    settings: Settings,
    uri: str,
    keys: UnitKeys,
    place: Place,
    name: str,
    demonstration: Demonstration | None = None,
) -> None:
    """One unit, portal or the edge alone; the others are reached over HTTP at their ports."""

    def reach(row: UnitRow) -> str:
        return settings.unit_urls.get(row.package, f"http://127.0.0.1:{place.of(row)}")

    platform = Platform(settings, uri, keys, reach)
    app, port = _alone(name, platform, place, demonstration)
    app = unhopped(app, place.hop) if place.hop else app
    await platform.start()
    await _serve([listener(app, port, settings.host, name)], platform, asyncio.Event())


def _alone(
    name: str, platform: Platform, place: Place, demonstration: Demonstration | None
) -> tuple[ASGIApp, int]:
    if name == "edge":
        client = httpx.AsyncClient(timeout=60, verify=tls(), limits=httpx.Limits(max_connections=500))

        def behind(row: UnitRow | PortalRow) -> ASGIApp:
            return proxy(f"http://127.0.0.1:{place.of(row)}", client, place.hop)

        units = {row.package: behind(row) for row in UNITS}
        portals = {row.package: behind(row) for row in PORTALS if row.built}
        return build_edge(units, portals, platform, place, demonstration), place.edge
    for unit in UNITS:
        if name in (unit.name, unit.package):
            return (platform.add(unit).app if unit.built else not_built(unit)), place.of(unit)
    for portal in PORTALS:
        if name in (portal.name, f"portal_{portal.package}"):
            return build_portal(portal, platform, demonstration), place.of(portal)
    raise LookupError(f"there is no unit called {name}")


class BackgroundWorkEnded(Exception):
    """What goes on behind the units ended with an error: whoever started this process starts it again."""


async def _serve(servers: list[Server], platform: Platform, ready: asyncio.Event) -> None:
    """Listen until SIGTERM or SIGINT, then finish what is under way and stop.

    BackgroundWorkEnded when an outbox, a consumer or a clock has ended instead: a unit that answers and tells
    nobody is worse than none.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    serving = [asyncio.create_task(one.serve()) for one in servers]
    while not all(one.started for one in servers):
        if failed := next((task for task in serving if task.done()), None):
            failed.result()
            raise SystemExit("a listener stopped at once")
        await asyncio.sleep(0.01)
    gc.collect()
    gc.freeze()
    ready.set()
    await _first(stopping, platform.broken)
    for one in servers:
        one.should_exit = True
    await asyncio.gather(*serving, return_exceptions=True)
    await offload.close()
    await platform.stop()
    if platform.broken.is_set():
        raise BackgroundWorkEnded("what goes on behind the units ended with an error; see the log")


async def _first(*events: asyncio.Event) -> None:
    waiting = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()


class Supervisor:
    """Forks one process per unit from this one, after everything is imported, and keeps them running.

    `notes` is a file that says which process is which.
    """

    def __init__(
        self, run: Callable[[str], Awaitable[None]], names: list[str], notes: Path, place: Place
    ) -> None:
        self._run = run
        self._place = place
        self._names = names
        self._notes = notes
        self._pids: dict[int, str] = {}
        self._restarts: dict[str, list[float]] = {}
        self._due: dict[str, float] = {}
        self._taken: list[str] = []
        self._stopping = False

    def start(self) -> None:
        gc.collect()
        gc.freeze()  # what is imported stays shared between the processes
        for name in self._names:
            self._fork(name)

    def tend(self) -> None:
        """Start again what has died: at once the first time, later with growing patience (R-19).

        PortTaken when one found its port in somebody else's hands: to try again would not help.
        """
        while not self._stopping:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                break
            if pid == 0:
                break
            name = self._pids.pop(pid, None)
            if name is None:
                continue
            if os.waitstatus_to_exitcode(status) == PORT_TAKEN:
                self._taken.append(self._place.named(name))
                continue
            moment = time.monotonic()
            recent = [at for at in self._restarts.get(name, []) if moment - at < 60]
            self._restarts[name] = [*recent, moment]
            self._due[name] = moment + (min(30, 2 ** len(recent) / 4) if recent else 0)
            log.warning("process_died", process=name, status=status, restarts=len(recent) + 1)
        for name in [name for name, due in self._due.items() if due <= time.monotonic()]:
            del self._due[name]
            self._fork(name)
        if self._taken:
            raise PortTaken(self._taken)

    def stop(self) -> None:
        """Ask all to finish, wait as long as they may take, end what is left."""
        self._stopping = True
        for pid in self._pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        deadline = time.monotonic() + DRAIN_SECONDS + 2
        while self._pids and time.monotonic() < deadline:
            pid, _ = os.waitpid(-1, os.WNOHANG)
            self._pids.pop(pid, None)
            time.sleep(0.02)
        for pid in self._pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    @property
    def pids(self) -> dict[int, str]:
        return dict(self._pids)

    def _fork(self, name: str) -> None:
        pid = os.fork()
        if pid:
            self._pids[pid] = name
            self._notes.write_text("".join(f"{name} {pid}\n" for pid, name in self._pids.items()))
            return
        status = 1
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            asyncio.run(_child(self._run(name)))
            status = 0
        except PortTaken as error:
            log.error("port_taken", process=name, said=str(error))
            status = PORT_TAKEN
        except BaseException as error:
            log.error("process_failed", process=name, exc_info=error)
        finally:
            os._exit(status)


async def _child(work: Awaitable[None]) -> None:
    await work


def import_everything() -> None:
    """Import what any unit or portal may need, so that forked processes share it."""
    for unit in UNITS:
        if unit.built:
            importlib.import_module(f"rt.services.{unit.package}.app")
    for portal in PORTALS:
        if portal.built:
            importlib.import_module(f"rt.portals.{portal.package}.app")


def process_names() -> list[str]:
    return (
        [row.package for row in UNITS] + [f"portal_{row.package}" for row in PORTALS if row.built] + ["edge"]
    )


def memory_mb(pids: list[int]) -> float:
    """Proportional set size of processes in megabytes: shared pages are counted once."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
    return total / 1024


async def health(place: Place) -> AsyncIterator[tuple[str, str]]:
    """The state of each unit and portal as its own port answers."""
    async with httpx.AsyncClient(timeout=2, verify=tls()) as client:
        rows: list[UnitRow | PortalRow] = [*UNITS, *(portal for portal in PORTALS if portal.built)]
        for row in rows:
            path = "/health" if isinstance(row, UnitRow) else "/offline"
            try:
                answer = await client.get(f"http://127.0.0.1:{place.of(row)}{path}")
                state = answer.json()["status"] if isinstance(row, UnitRow) else "ok"
            except (httpx.TransportError, ValueError, KeyError):
                state = "down"
            yield row.name, state
