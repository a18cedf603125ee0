"""Processes of the house: everything in one, one unit alone, or one per unit under a supervisor."""

import asyncio
import contextlib
import gc
import importlib
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from pathlib import Path

import httpx
import msgspec
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from rt.host.edge import Edge, not_built, proxy
from rt.host.house import House
from rt.host.keys import UnitKeys
from rt.host.topology import EDGE_PORT, PORTALS, UNITS, PortalRow, UnitRow
from rt.kernel import offload
from rt.kernel.client import Services
from rt.kernel.gate import Gate, client_address
from rt.kernel.identity import seen_from
from rt.kernel.settings import Settings
from rt.kernel.telemetry import log

DRAIN_SECONDS = 30
"""How long a request under way may take after SIGTERM (R-16)."""
BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
"""Longer than load balancers keep an idle connection (60 s): they end it, so no request meets its end."""


class Place(msgspec.Struct, frozen=True):
    """Where this house listens; `shift` moves the ports of units and portals, for a second house beside."""

    edge: int = EDGE_PORT
    shift: int = 0

    def of(self, row: UnitRow | PortalRow) -> int:
        return row.port + self.shift


class Server(uvicorn.Server):
    """One listener of several in a process; the process itself hears signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; connections accepted too late to be told are told again, or they would hold us for 30 s."""
        telling = asyncio.create_task(self._tell_latecomers())
        try:
            await super().shutdown(sockets)
        finally:
            telling.cancel()

    async def _tell_latecomers(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            for connection in list(self.server_state.connections):
                connection.shutdown()


def server(app: ASGIApp, port: int, host: str) -> Server:
    return Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            access_log=False,
            log_config=None,  # what uvicorn has to say goes through our mask
            server_header=False,
            date_header=True,
            lifespan="off",
            timeout_graceful_shutdown=DRAIN_SECONDS,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            backlog=BACKLOG,
            h11_max_incomplete_event_size=16_384,
        )
    )


def taken(ports: Mapping[str, int]) -> list[str]:
    """The names whose port somebody else already listens on."""
    busy = []
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                busy.append(f"{name} (port {port})")
    return busy


def build_portal(row: PortalRow, house: House) -> ASGIApp:
    """A portal from its `app.py`; it speaks to units with its visitors' own tokens."""
    package = f"portal_{row.package}"
    services = Services(house.keys.of(package), house.door)
    build = importlib.import_module(f"rt.portals.{row.package}.app").build
    secret = house.keys.secret_of(package).hex()
    portal: ASGIApp = build(connect=services.using, secret=secret, secure=house.settings.production)

    async def located(scope: Scope, receive: Receive, send: Send) -> None:
        with seen_from(client_address(scope, house.settings.trusted_proxies)):
            await portal(scope, receive, send)

    return Gate(located, package)


async def all_in_one(
    settings: Settings, uri: str, keys: UnitKeys, place: Place, ready: asyncio.Event
) -> None:
    """Every unit and portal in this process, each at its own port and all behind the edge."""
    house = House(settings, uri, keys, reach=lambda row: f"http://127.0.0.1:{place.of(row)}")
    for row in UNITS:
        if row.built:
            house.add(row)
    await house.start()
    units = {row.package: house.rooms[row.package].app if row.built else not_built(row) for row in UNITS}
    portals = {row.package: build_portal(row, house) for row in PORTALS if row.built}
    edge = Edge(units, portals, settings, house.limiter)
    servers = [server(edge, place.edge, settings.host)]
    servers += [server(units[row.package], place.of(row), settings.host) for row in UNITS]
    servers += [server(portals[row.package], place.of(row), settings.host) for row in PORTALS if row.built]
    await _serve(servers, house, ready)


async def one_unit(settings: Settings, uri: str, keys: UnitKeys, place: Place, name: str) -> None:
    """One unit, portal or the edge alone; the others are reached over HTTP at their ports."""

    def reach(row: UnitRow) -> str:
        return settings.unit_urls.get(row.package, f"http://127.0.0.1:{place.of(row)}")

    house = House(settings, uri, keys, reach)
    app, port = _alone(name, house, settings, place)
    await house.start()
    await _serve([server(app, port, settings.host)], house, asyncio.Event())


def _alone(name: str, house: House, settings: Settings, place: Place) -> tuple[ASGIApp, int]:
    if name == "edge":
        client = httpx.AsyncClient(timeout=60, limits=httpx.Limits(max_connections=500))
        units = {row.package: proxy(f"http://127.0.0.1:{place.of(row)}", client) for row in UNITS}
        portals = {
            row.package: proxy(f"http://127.0.0.1:{place.of(row)}", client) for row in PORTALS if row.built
        }
        return Edge(units, portals, settings, house.limiter), place.edge
    for unit in UNITS:
        if name in (unit.name, unit.package):
            return (house.add(unit).app if unit.built else not_built(unit)), place.of(unit)
    for portal in PORTALS:
        if name in (portal.name, f"portal_{portal.package}"):
            return build_portal(portal, house), place.of(portal)
    raise LookupError(f"there is no unit called {name}")


async def _serve(servers: list[Server], house: House, ready: asyncio.Event) -> None:
    """Listen until SIGTERM or SIGINT, then finish what is under way and stop."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    serving = [asyncio.create_task(one.serve()) for one in servers]
    while not all(one.started for one in servers):
        if failed := next((task for task in serving if task.done()), None):
            failed.result()
            raise SystemExit("a listener stopped at once: is its port taken?")
        await asyncio.sleep(0.01)
    gc.collect()
    gc.freeze()
    ready.set()
    await stopping.wait()
    for one in servers:
        one.should_exit = True
    await asyncio.gather(*serving, return_exceptions=True)
    await offload.close()
    await house.stop()


class Supervisor:
    """Forks one process per unit from this one, after everything is imported, and keeps them running.

    `notes` is a file that says which process is which.
    """

    def __init__(self, run: Callable[[str], Awaitable[None]], names: list[str], notes: Path) -> None:
        self._run = run
        self._names = names
        self._notes = notes
        self._pids: dict[int, str] = {}
        self._restarts: dict[str, list[float]] = {}
        self._due: dict[str, float] = {}
        self._stopping = False

    def start(self) -> None:
        gc.collect()
        gc.freeze()  # what is imported stays shared between the processes
        for name in self._names:
            self._fork(name)

    def tend(self) -> None:
        """Start again what has died: at once the first time, later with growing patience (R-19)."""
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
            moment = time.monotonic()
            recent = [at for at in self._restarts.get(name, []) if moment - at < 60]
            self._restarts[name] = [*recent, moment]
            self._due[name] = moment + (min(30, 2 ** len(recent) / 4) if recent else 0)
            log.warning("process_died", process=name, status=status, restarts=len(recent) + 1)
        for name in [name for name, due in self._due.items() if due <= time.monotonic()]:
            del self._due[name]
            self._fork(name)

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
    async with httpx.AsyncClient(timeout=2) as client:
        rows: list[UnitRow | PortalRow] = [*UNITS, *(portal for portal in PORTALS if portal.built)]
        for row in rows:
            path = "/health" if isinstance(row, UnitRow) else "/offline"
            try:
                answer = await client.get(f"http://127.0.0.1:{place.of(row)}{path}")
                state = answer.json()["status"] if isinstance(row, UnitRow) else "ok"
            except (httpx.TransportError, ValueError, KeyError):
                state = "down"
            yield row.name, state
