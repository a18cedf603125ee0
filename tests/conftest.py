"""What tests stand on: the real mongod, an empty database, and a platform of units to talk to."""

import asyncio
import json
import os
import shutil
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn
from uuid import uuid4

import httpx
import pytest
from hypothesis import settings as hypothesis_settings
from joserfc import jws
from joserfc.jwk import OKPKey

from rt.contracts.authz import GetKeys, KeySetView
from rt.host.keys import UnitKeys
from rt.host.mongod import Mongod, running
from rt.host.platform import Instance, Platform
from rt.host.topology import UNITS
from rt.kernel.access.identity import Actor, acting_as
from rt.kernel.access.tokens import ALGORITHM
from rt.kernel.core.ids import fingerprint, new_id
from rt.kernel.core.settings import Settings
from rt.kernel.core.telemetry import start_logging
from rt.kernel.core.tenancy import acting_for
from rt.kernel.log.event_log import EVENT_LOG
from rt.kernel.log.outbox import Outbox
from rt.kernel.model.entity import Entity
from rt.kernel.model.envelope import envelope_of, with_defaults
from rt.kernel.model.messages import Event
from rt.kernel.privacy.subject_keys import ERASURES, NODES
from rt.kernel.service.service import Served, ServiceContext, Unit, serve
from rt.kernel.storage.persistence import Collection, Database, connect

start_logging("error")
hypothesis_settings.register_profile("rt", deadline=None)
hypothesis_settings.load_profile("rt")
ROOT = Path(__file__).parents[1]
MEMORY = Path("/dev", "shm")
TEST_DATA = MEMORY / f"rt-test-{fingerprint(str(ROOT))[:8]}" if MEMORY.is_dir() else ROOT / ".rt" / "test"
"""Where the tests' server keeps its files: in memory if there is some, so that no test waits for a disk."""
KERNELS = ("consumer_members", "consumers", "dead_letters", "event_log", "limits", "log_segments", "timers")
"""What the kernel itself keeps for all units."""
LONGEST_PARAMETER = 80
SHARED = Path(os.environ.get("RT_SHARED", ROOT.parent / "shared"))


def left_out(want: str) -> NoReturn:
    """Leave a test out for want of something that not every machine has; our own CI must have it."""
    if os.environ.get("RT_REQUIRE_DATA") == "1":
        pytest.fail(f"required here: {want}")
    pytest.skip(f"left out: {want}")


def _shared(folder: str) -> Path:
    path = SHARED / folder
    if not path.is_dir():
        left_out(f"the shared folder “{folder}” is not beside this clone")
    return path


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Name a test by the name of a file's argument, not by its bytes: those may hold the time."""
    return argname if isinstance(val, bytes | str) and len(val) > LONGEST_PARAMETER else None


_heard: dict[str, float] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note when each worker last told of a test; workers themselves have nobody to note."""
    if (worker := getattr(report, "node", None)) is not None:
        _heard[worker.gateway.id] = time.monotonic()


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how long each worker had nothing to do at the end: a long test that comes last holds all up."""
    if _heard:
        end = max(_heard.values())
        waited = ", ".join(f"{name} {end - at:.0f} s" for name, at in sorted(_heard.items()))
        terminalreporter.write_line(f"waited for the last: {waited}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The last to leave takes the tests' data along."""
    if not hasattr(session.config, "workerinput") and Mongod(Path(), TEST_DATA).pid() is None:
        shutil.rmtree(TEST_DATA, ignore_errors=True)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Published benchmarks and golden cases; tests that need them are left out where they are missing."""
    return _shared("data")


@pytest.fixture(scope="session")
def shared_spec() -> Path:
    """The specification beside the project."""
    return _shared("spec")


@pytest.fixture(scope="session")
async def mongod() -> AsyncIterator[str]:
    """The address of a real mongod, shared by all workers of the run.

    Its clients ask after the server instead of having it report: between tests nothing reads reports, and a
    client that finds none in time gives up its connections and the commands in flight on them.
    """
    if uri := os.environ.get("MONGODB_URI"):
        yield polled(uri)
        return
    async with running(TEST_DATA, empty=True) as uri:
        yield polled(uri)


def polled(uri: str) -> str:
    return f"{uri}{'&' if '?' in uri else '?'}serverMonitoringMode=poll"


@pytest.fixture(scope="session")
def unit_keys(tmp_path_factory: pytest.TempPathFactory) -> UnitKeys:
    keys = UnitKeys(tmp_path_factory.mktemp("keys"))
    keys.ensure()
    return keys


class Shelf:
    """The database that a worker's tests of one folder use one after the other, each of them empty.

    Making a platform's indexes and dropping them costs more than most tests do. So the collections of the
    kernel and the services are emptied between tests; those that only a test has are dropped.
    """

    def __init__(self, uri: str) -> None:
        self.client = connect(uri)
        self.name = ""
        self._kept: set[str] = set()
        self._indexed: set[str] = set()
        self._folder: Path | None = None

    async def turn_to(self, folder: Path | None) -> None:
        """Another folder's tests have other units: they begin with a new database."""
        if folder == self._folder:
            return
        if self.name:
            await self.client.drop_database(self.name)
            await self.client.drop_database(f"{self.name}_keys")
        self._folder, self.name = folder, f"test_{uuid4().hex[:12]}"
        self._kept, self._indexed = set(KERNELS), set()

    async def prepare(self, platform: Platform) -> None:
        """Make the indexes that are not there yet: the kernel's with the first platform of a folder."""
        entities = self._entities(platform)
        if self._indexed:
            await asyncio.gather(*(one.prepare() for one in entities if one.name not in self._indexed))
        else:
            await Platform.prepare(platform)
        self._indexed |= {*KERNELS, *self._lasting(entities)}

    def keep(self, platform: Platform) -> None:
        """A service's collections have the same indexes whichever test mounts it."""
        self._kept |= self._lasting(self._entities(platform))

    def _entities(self, platform: Platform) -> list[Collection[Any]]:
        databases = [instance.context.database for instance in platform.instances.values()]
        return [one for database in databases for one in database.collections]

    def _lasting(self, entities: list[Collection[Any]]) -> set[str]:
        """The names of those that are a service's: what a test invented goes with it."""
        return {one.name for one in entities if one.entity.__module__.startswith("rt.")}

    async def empty(self) -> None:
        database = Database(self.client, self.name, "kernel")
        names = set(await database.names())
        await asyncio.gather(*(database[name].drop() for name in names - self._kept))
        written = await self._written(database, sorted(names & self._kept))
        keys = Database(self.client, f"{self.name}_keys", "kernel")
        emptied = [*(database[name] for name in written), *(keys[name] for name in (NODES, ERASURES))]
        await asyncio.gather(*(one.delete_many({}) for one in emptied))

    async def _written(self, database: Database, names: list[str]) -> list[str]:
        """Which of these collections hold anything, asked at once."""
        if not names:
            return []
        looks = [[{"$limit": 1}, {"$project": {"_id": {"$literal": name}}}] for name in names]
        others = zip(names[1:], looks[1:], strict=True)
        unions = [{"$unionWith": {"coll": name, "pipeline": look}} for name, look in others]
        found = await database[names[0]].aggregate([*looks[0], *unions])
        return [one["_id"] async for one in found]


def stand_in(package: str, *served: Served) -> Callable[[ServiceContext], Unit]:
    """A neighbour that answers these messages as the test has it, to be mounted in its place."""

    async def keys(_asked: GetKeys) -> KeySetView:
        return KeySetView(keys=[])

    def build(_context: ServiceContext) -> Unit:
        name = next(row.name for row in UNITS if row.package == package)
        return Unit(name=name, serves=[*served, serve(GetKeys, keys)] if package == "authz" else served)

    build.__module__ = f"rt.services.{package}.app"
    return build


class TestPlatform(Platform):
    """A platform whose clocks go when the test says so; its own key signs tokens of invented actors."""

    __test__ = False

    def __init__(self, settings: Settings, uri: str, keys: UnitKeys, shelf: Shelf | None = None) -> None:
        super().__init__(settings, uri, keys)
        self._shelf = shelf
        self.key = OKPKey.generate_key("Ed25519")
        self._emitters: dict[str, tuple[Collection[Entity], Outbox]] = {}

    async def mount(self, *builds: Callable[[ServiceContext], Unit]) -> None:
        """Build units by their `build` function, make their indexes and run what they do at the start."""
        for build in builds:
            package = build.__module__.split(".")[2]
            self.add(next(row for row in UNITS if row.package == package), build)
        await self.start(background=False)
        if self._shelf is not None:
            self._shelf.keep(self)
        await self.leases.step()
        for instance in self.instances.values():
            await instance.consumer._join()

    async def prepare(self) -> None:
        await (super().prepare() if self._shelf is None else self._shelf.prepare(self))

    async def settle(self) -> None:
        """Append and handle until nothing is left."""
        await self.leases.step()
        while True:
            moved = await self.work()
            for instance in self.instances.values():
                while step := await instance.outbox.step():
                    moved += step
            for _, outbox in self._emitters.values():
                moved += await outbox.step()
            for instance in self.instances.values():
                moved += await instance.consumer.step()
            if not moved:
                return

    async def emit(self, event: Event, org: str = "org_a") -> None:
        """Have the unit that an event is of tell it; the unit itself need not be mounted."""
        unit = event.topic.partition(".")[0]
        if unit not in self._emitters:
            database = self.database(unit)
            database.seals = self.keys.seals_of(unit)
            self._emitters[unit] = Collection(database, Entity, "emitters"), Outbox(database, self.hub)
        emitters, _ = self._emitters[unit]
        with acting_for(org):
            emitter = Entity(id=new_id("emi"))
            emitter.emit(event)
            await emitters.add(emitter)

    async def emitted(self, topic: str) -> list[dict[str, Any]]:
        """What every event of a topic says to its reader, as they were appended (clocks may be held)."""
        await self.settle()
        events = self.database("kernel")[EVENT_LOG].find({"topic": topic})
        return [await self.letter(event) async for event in events.sort("$natural", 1)]

    async def redeliver(self) -> None:
        """Have every subscription hear the whole log once more, as after a crash that saved no offset."""
        for lease in self.leases._held.values():
            lease.offsets = dict.fromkeys(lease.offsets, 0)
        for instance in self.instances.values():
            instance.consumer._partitions.clear()
        await self.settle()

    async def work(self) -> int:
        """Do what units do behind their answers, by the (held) clock; how much was done."""
        works = [work for instance in self.instances.values() for work in instance.unit.works]
        return sum([await work.step() for work in works])

    async def tick(self) -> None:
        """Do what is due by the (held) clock, and let everybody hear of it."""
        for instance in self.instances.values():
            instance.scheduler._not_before.clear()
            await instance.scheduler.step()
        await self.settle()

    def actor(
        self,
        org: str = "org_a",
        rights: set[str] | None = None,
        roles: set[str] | None = None,
        id: str = "usr_a",
        **more: Any,
    ) -> Actor:
        return Actor(
            kind=more.pop("kind", "user"),
            id=id,
            org_id=org,
            rights=frozenset(rights or ()),
            roles=frozenset(roles or ()),
            session_id=more.pop("session_id", f"ses_{id}"),
            **more,
        )

    def token(self, actor: Actor, **claims: Any) -> str:
        """A token for an invented actor, as authz would sign it."""
        link = actor.kind == "link"
        moment = int(time.time())
        content = {
            "iss": "authz",
            "aud": "link" if link else "rt",
            "sub": actor.id,
            "org": actor.org_id,
            "sid": actor.session_id,
            "jti": actor.id if link else uuid4().hex,
            "rights": sorted(actor.rights),
            "roles": sorted(actor.roles),
            "name": actor.name,
            "lang": actor.language,
            "scope": actor.scope,
            "obj": actor.object_id,
            "claims": actor.claims,
            "iat": moment,
            "exp": moment + 3600,
        } | claims
        header = {"alg": ALGORITHM, "kid": "test", "typ": "link+jwt" if link else "at+jwt"}
        return jws.serialize_compact(header, json.dumps(content), self.key, algorithms=[ALGORITHM])

    def web(self, package: str, actor: Actor | None = None, **headers: str) -> httpx.AsyncClient:
        """A client of one unit as an actor; commands get a fresh idempotency key unless one is given."""
        if actor is not None:
            headers["authorization"] = f"Bearer {self.token(actor)}"

        async def keyed(request: httpx.Request) -> None:
            if request.method != "GET" and "idempotency-key" not in request.headers:
                request.headers["idempotency-key"] = uuid4().hex

        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.instances[package].app, raise_app_exceptions=False),
            base_url="http://test",
            headers=headers,
            event_hooks={"request": [keyed]},
        )

    async def _fetch_access_keys(self) -> dict[str, Any]:
        own = {**self.key.as_dict(private=False), "kid": "test"}
        if "authz" not in self.instances:
            return {"keys": [own]}
        return {"keys": [own, *(await super()._fetch_access_keys())["keys"]]}

    async def letter(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """What an event of the log says to notifications, which alone opens its secrets."""
        emitted = with_defaults(await self.personal.open(envelope_of(event)))
        return self.keys.seals_of("notifications").opened(emitted.topic, emitted.body)

    def instance(self, package: str) -> Instance:
        return self.instances[package]


@pytest.fixture(scope="session")
async def shelf(mongod: str) -> AsyncIterator[Shelf]:
    shelf = Shelf(mongod)
    yield shelf
    await shelf.turn_to(None)
    await shelf.client.close()


@pytest.fixture
async def shelved(shelf: Shelf, request: pytest.FixtureRequest) -> AsyncIterator[str]:
    """The name of an empty database; it is empty again afterwards."""
    await shelf.turn_to(request.path.parent)
    yield shelf.name
    await shelf.empty()


@pytest.fixture
def settings(shelved: str, tmp_path: Path) -> Settings:
    return Settings(
        mongodb_db=shelved,
        home=tmp_path,
        jwt_secret="a secret of tests that is long enough for anybody",
        bcrypt_rounds=4,
        user_limit=100_000,
        ip_limit=1_000_000,
    )


@pytest.fixture
async def platform(
    mongod: str, settings: Settings, unit_keys: UnitKeys, shelf: Shelf
) -> AsyncIterator[TestPlatform]:
    """An empty platform with an empty database: `await platform.mount(build, …)`, then `platform.web(unit,
    actor)`."""
    platform = TestPlatform(settings, mongod, unit_keys, shelf)
    try:
        yield platform
    finally:
        await platform.stop()


@pytest.fixture
def database(platform: TestPlatform) -> Database:
    return platform.database("palette")


@pytest.fixture
def acting() -> Callable[[Actor], Any]:
    """`with acting(actor):` calls actions directly as this actor, for its organization."""

    @contextmanager
    def act(actor: Actor) -> Iterator[None]:
        with acting_as(actor), acting_for(actor.org_id):
            yield

    return act
