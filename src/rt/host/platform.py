"""Units running in one process: built, opened to the web, their outboxes, consumers and clocks kept going."""

import asyncio
import importlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

import httpx
import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from rt.contracts.authz import CheckKey, GetKeys
from rt.host.keys import UnitKeys
from rt.host.topology import UNITS, UnitRow, may_ask, secrets_of
from rt.kernel.access.identity import Actor, Identity, Keyring, Revocations
from rt.kernel.core.errors import Refusal, Unavailable
from rt.kernel.core.ids import because
from rt.kernel.core.settings import Settings
from rt.kernel.core.telemetry import log, start_tracing
from rt.kernel.core.tls import tls
from rt.kernel.log.consumer import Consumer
from rt.kernel.log.event_log import follow_appends, prepare_log
from rt.kernel.log.hub import Hub
from rt.kernel.log.leases import Leases
from rt.kernel.log.outbox import Outbox
from rt.kernel.log.revocation_feed import RevocationFeed
from rt.kernel.privacy.erasures import replay
from rt.kernel.privacy.subject_keys import SubjectKeys
from rt.kernel.service.client import Services
from rt.kernel.service.jobs import Scheduler, Timers
from rt.kernel.service.service import ServiceContext, Unit
from rt.kernel.storage.files import Files
from rt.kernel.storage.persistence import ConnectionFailure, Database, connect
from rt.kernel.storage.personal import Personal
from rt.kernel.web.application import ApiContext, web_app
from rt.kernel.web.limits import Limiter

Build = Callable[[ServiceContext], Unit]


class Instance:
    """One unit that runs: its application, and what goes on behind it."""

    def __init__(
        self,
        unit: Unit,
        context: ServiceContext,
        app: ASGIApp,
        outbox: Outbox,
        consumer: Consumer,
        scheduler: Scheduler,
    ) -> None:
        self.unit = unit
        self.context = context
        self.app = app
        self.outbox = outbox
        self.consumer = consumer
        self.scheduler = scheduler


class Platform:
    """The units of this process; others are reached over HTTP at their ports (`reach`)."""

    def __init__(
        self,
        settings: Settings,
        uri: str,
        keys: UnitKeys,
        reach: Callable[[UnitRow], str] = lambda row: f"http://127.0.0.1:{row.port}",
    ) -> None:
        self.settings = settings
        self.keys = keys
        self.instances: dict[str, Instance] = {}
        self.client = connect(uri)
        self.keys_client = connect(settings.mongodb_keys_uri) if settings.mongodb_keys_uri else self.client
        self.subject_keys = SubjectKeys(Database(self.keys_client, f"{settings.mongodb_db}_keys", "kernel"))
        self.personal = Personal(self.subject_keys)
        start_tracing(settings.otlp_endpoint)
        self.hub = Hub()
        self.leases = Leases(self.database("kernel"), settings.instance)
        self.limiter = Limiter(self.database("edge"))
        self.revocations = Revocations()
        self.revocation_feed = RevocationFeed(self.database("authz"), "authz", self.revocations, self.hub)
        self._reach = reach
        self._clients: dict[str, httpx.AsyncClient] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.broken = asyncio.Event()
        """Set when what goes on behind the units has ended with an error: this process is of no more use."""
        self._access_keys = Keyring(self._fetch_access_keys)
        self._unit_keys = Keyring(keys.public)

    def database(self, unit: str) -> Database:
        database = Database(self.client, self.settings.mongodb_db, unit)
        database.personal = self.personal
        return database

    def context(self, package: str) -> ServiceContext:
        """What a unit stands on in this process."""
        database = self.database(package)
        database.seals = self.keys.seals_of(package)
        services = Services(self.keys.of(package), self.client_of)
        settings = self.settings.with_only(secrets_of(package))
        secret = self.keys.secret_of(package)
        return ServiceContext(settings, database, services, Files(settings, secret), Timers(database), secret)

    def add(self, row: UnitRow, build: Build | None = None) -> Instance:
        """Build a unit (from its service's `app.py`) and open it to the web of this process."""
        build = build or importlib.import_module(f"rt.services.{row.package}.app").build
        context = self.context(row.package)
        unit = build(context)
        identity = self.identity(row.package)
        api = ApiContext(unit, context.settings, context.database, identity, self.limiter, context.files)
        app = web_app(api, row.path, self.works)
        outbox = Outbox(context.database, self.hub)
        consumer = Consumer(context.database, unit.subscriptions, self.hub, self.leases)
        scheduler = Scheduler(
            context.database, context.timers, list(unit.jobs), unit.timers, self.settings.instance
        )
        instance = self.instances[row.package] = Instance(unit, context, app, outbox, consumer, scheduler)
        return instance

    def identity(self, package: str) -> Identity:
        """Who may come in to a unit or portal."""
        callers = frozenset(
            row.package for row in UNITS if row.package == package or may_ask(row.package, package)
        )
        return Identity(
            package, self._access_keys, self._unit_keys, callers, self._check_key, self.revocations
        )

    async def start(self, background: bool = True) -> None:
        """Make indexes, run what units do when they start, and keep outboxes, consumers and clocks going."""
        first = self.database("admin_gateway")
        await self.prepare()
        await replay(first, lambda: Files(self.settings, b""))
        await self.revocation_feed.step()
        for instance in self.instances.values():
            if instance.unit.start is not None:
                await instance.unit.start()
        if not background:
            return
        await self.leases.step()
        self._keep(self.leases.run(), "leases")
        self._keep(self.revocation_feed.run(), "revocations")
        self._keep(follow_appends(first, self.hub), "change stream")
        for name, instance in self.instances.items():
            self._keep(instance.outbox.run(), f"{name} outbox")
            self._keep(instance.consumer.run(), f"{name} consumer")
            self._keep(instance.scheduler.run(), f"{name} clock")
            for work in instance.unit.works:
                self._keep(work.run(), f"{name} {type(work).__name__.lower()}")

    async def prepare(self) -> None:
        """Make every index that this process needs."""
        await prepare_log(self.database("admin_gateway"))
        await self.subject_keys.prepare()
        await self.limiter.prepare()
        for instance in self.instances.values():
            await instance.context.database.prepare()
            await instance.scheduler.prepare()

    def works(self) -> bool:
        """Whether what goes on behind the units still goes on, or had nothing to do."""
        return not self.broken.is_set()

    async def stop(self) -> None:
        while going := [task for task in self._tasks if not task.done()]:
            for task in going:
                task.cancel()
            await asyncio.wait(going, timeout=1)  # PyMongo's change stream swallows one that meets it badly
        with suppress(ConnectionFailure):
            await self.leases.stop()
        for client in self._clients.values():
            await client.aclose()
        await self.client.close()
        await self.keys_client.close()

    def client_of(self, package: str) -> httpx.AsyncClient:
        """The client that reaches a unit: through this process when it is in it, else over HTTP."""
        if package not in self._clients:
            row = next(row for row in UNITS if row.package == package)
            if package in self.instances:
                transport: httpx.AsyncBaseTransport = httpx.ASGITransport(
                    _inside(self.instances[package].app), raise_app_exceptions=False
                )
                self._clients[package] = httpx.AsyncClient(transport=transport, base_url="http://inside")
            else:
                self._clients[package] = httpx.AsyncClient(
                    base_url=self._reach(row), timeout=10, verify=tls()
                )
        return self._clients[package]

    @cached_property
    def _own(self) -> Services:
        """What every unit needs of authz is asked as one of this process: a machine may hold no other key."""
        return Services(self.keys.of(next(iter(self.instances))), self.client_of)

    def _keep(self, work: Any, name: str) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks.append(task)

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("background_work_ended", work=task.get_name(), exc_info=error)
            self.broken.set()

    async def _fetch_access_keys(self) -> dict[str, Any]:
        """The keys of authz; whatever it answers instead is no verdict on the token that was to be read."""
        try:
            with because(None):
                keys: dict[str, Any] = msgspec.to_builtins(await self._own.ask(GetKeys()))
        except Refusal as refusal:
            raise Unavailable(retry_after=1) from refusal
        return keys

    async def _check_key(self, key: str, address: str) -> Actor:
        with because(None):
            found = await self._own.ask(CheckKey(key=key, ip=address))
        return Actor(
            kind="key",
            id=found.key_id,
            org_id=found.organization_id,
            rights=frozenset(found.rights),
            name=found.name,
        )


def built_units(names: Sequence[str] = ()) -> list[UnitRow]:
    """The rows of the units that exist, or of those named."""
    return [row for row in UNITS if row.built and (not names or row.package in names or row.name in names)]


def _inside(app: ASGIApp) -> ASGIApp:
    """Calls that never left the process say so where no header can."""

    async def marked(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, "rt.inside": True}, receive, send)

    return marked
