"""Every message that answers a page, in each sort and by each filter: how the server found its rows."""

import importlib
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from uuid import uuid4

import msgspec
import pytest
from msgspec import inspect
from pymongo import monitoring
from tests.conftest import TestPlatform
from tests.isolation.samples import PLANTED, body, sample
from tests.isolation.test_matrix import ALL_RIGHTS, BUILT, operations, owned, path

from rt.host.keys import UnitKeys
from rt.kernel.core.settings import Settings
from rt.kernel.core.tenancy import acting_for
from rt.kernel.service.service import Served
from rt.kernel.storage.listing import Listing
from rt.kernel.storage.persistence import Collection
from rt.services.authz.domain.identity import IdentityWish
from rt.services.authz.store.organizations import STANDINGS
from rt.services.ecpmr.domain.records import Version
from rt.services.notifications.store import MAILBOX

MANY = 1_200
LIMIT = 20
SLACK = 15
"""Keys and documents beside the rows: the end of a page, and one step for each of several states."""
START = datetime(2026, 11, 2, tzinfo=UTC)
STOP = {"site": {"name": "n", "address": {"street": "s", "postal_code": "69007", "city": "Lyon"}}}
WHOLE: dict[str, dict[str, Any]] = {
    "ecpmr.notes": {"versions": [sample(Version)]},
    "authz.organizations": {"wish": sample(IdentityWish), "open": True},
    "core_orders.orders": {"stops": [{"kind": "pickup", **STOP}, {"kind": "delivery", **STOP}]},
}
"""What a thing has to have before it can be shown, where the least that is stored is too little."""
BESIDE = {
    ("ReadMailbox", "channel"): "where the platform is tried out: production has no mailbox",
    ("ReadMailbox", "topic"): "likewise",
    ("ReadMailbox", "order_id"): "likewise",
    ("FindJobs", "day"): "of what waits or is planned: jobs whose pickup began before and still lasts",
}
"""Filters that are looked through, and why that is bounded."""
LOOKED_THROUGH = {
    (MAILBOX, "channel"): "likewise",
    (STANDINGS, "kind"): "of one standing, in an organization's own book of partners",
}
"""The same of closed lists of words."""


class Overheard(monitoring.CommandListener):
    """The finds that reach the server while `on`."""

    def __init__(self) -> None:
        self.on = False
        self.finds: list[dict[str, Any]] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        if self.on and event.command_name == "find":
            self.finds.append(dict(event.command))

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        pass

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        pass


overheard = Overheard()


@pytest.fixture(scope="module")
async def wide(
    mongod: str, unit_keys: UnitKeys, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[TestPlatform]:
    """All built units, with more than a thousand things of three organizations in every collection."""
    monitoring.register(overheard)
    async with planted_platform(mongod, unit_keys, tmp_path_factory, MANY) as platform:
        yield platform


@asynccontextmanager
async def planted_platform(
    mongod: str, unit_keys: UnitKeys, folders: pytest.TempPathFactory, many: int, alike: int = 1
) -> AsyncIterator[TestPlatform]:
    """All built units, with so many things in every collection; so many of them alike in what sorts them."""
    name = f"test_{uuid4().hex[:12]}"
    settings = Settings(
        mongodb_db=name,
        home=folders.mktemp("house"),
        jwt_secret=uuid4().hex,
        bcrypt_rounds=4,
        user_limit=1_000_000,
    )
    platform = TestPlatform(settings, mongod, unit_keys)
    await platform.mount(*(importlib.import_module(f"rt.services.{row.package}.app").build for row in BUILT))
    for instance in platform.instances.values():
        for collection in owned(instance):
            documents = [await collection._kept(one, one) for one in planted(collection, many, alike)]
            await instance.context.database[collection.name].insert_many(documents)
    yield platform
    await platform.client.drop_database(name)
    await platform.stop()


def planted(collection: Collection[Any], many: int, alike: int) -> Iterator[dict[str, Any]]:
    """Copies of one thing, each with its own identity and other values in what lists sort and filter by.

    Some are `alike`, and then what may be missing is missing in others.
    """
    raw = sample(collection.entity) | WHOLE.get(collection.name, {})
    raw |= {"id": PLANTED, "org_id": "org_a", "version": 1}
    model = collection._document(
        msgspec.convert(raw, collection.entity, builtin_types=(bytes,), strict=False)
    )
    shape = inspect.type_info(collection.entity)
    varied = {one for listing in collection.listings for order, _ in listing.indexes("") for one, _ in order}
    unique = {one.lstrip("-") for index in collection._indexes if index.unique for one in index.fields}
    varied |= unique
    sorts = {sort.owners for listing in collection.listings for sort in listing.sorts.values() if sort.owners}
    filters = (one for listing in collection.listings for one in listing.filters.values())
    seers = sorts | {one.field for one in filters if one.owners}
    varied -= {"", "_id", "org_id", "seen_by", *seers}
    always = [pair for listing in collection.listings for pair in listing.always.items()]
    kept = {field: value for field, value in always if not isinstance(value, dict) and field not in varied}
    for n in range(many):
        org = f"org_{'abc'[n % 3]}"
        document = msgspec.to_builtins(model, builtin_types=(datetime, bytes))
        document |= {
            "_id": f"{PLANTED}_{n:05d}",
            "org_id": org,
            "seen_by": [org, "org_a"] if n % 2 else [org],
        }
        document |= {
            "created_at": START + timedelta(minutes=n // alike),
            "outbox": [],
            "done": [],
            "tokens": ["XY"],
        }
        for field in varied:
            place = n if field in unique else n // alike
            gap = alike > 1 and n % 7 < alike and field not in unique and _may_miss(shape, field.split("."))
            _put(document, field, None if gap else _value(_at(shape, field.split(".")), place))
        for field, value in kept.items():
            document[field] = value
        for field in seers:
            _put(document, field, ["org_a"] if n % 100 == 0 else [org])
        yield document


def _put(document: dict[str, Any], field: str, value: Any) -> None:
    *above, last = field.split(".")
    for name in above:
        inner = document.get(name)
        document = document.setdefault(name, {}) if not isinstance(inner, list) else (inner or [{}])[0]
    document[last] = value


def _at(shape: inspect.Type, names: list[str]) -> inspect.Type:
    """The type of a field at a path."""
    while isinstance(shape, (inspect.Metadata, inspect.UnionType)):
        types = [shape.type] if isinstance(shape, inspect.Metadata) else shape.types
        shape = next(one for one in types if not isinstance(one, inspect.NoneType))
    if not names:
        return shape
    if isinstance(shape, inspect.ListType):
        return _at(shape.item_type, names)
    assert isinstance(shape, inspect.StructType), names
    field = next(one for one in shape.fields if one.encode_name == names[0])
    return _at(field.type, names[1:])


def _may_miss(shape: inspect.Type, names: list[str]) -> bool:
    """Whether the last field of a path may be None."""
    *above, last = names
    holder = _at(shape, above)
    assert isinstance(holder, inspect.StructType), names
    kind = next(one for one in holder.fields if one.encode_name == last).type
    while isinstance(kind, inspect.Metadata):
        kind = kind.type
    return isinstance(kind, inspect.UnionType)


def _value(kind: inspect.Type, n: int) -> Any:
    """The n-th value of a type: times rise, of closed lists every word comes, texts differ."""
    match kind:
        case inspect.DateTimeType():
            return START + timedelta(minutes=n)
        case inspect.DateType():
            return f"{START + timedelta(days=n):%Y-%m-%d}"
        case inspect.LiteralType():
            messages = sorted(kind.values, key=str)
            return messages[n % len(messages)]
        case inspect.BoolType():
            return n % 2 == 0
        case inspect.IntType() | inspect.FloatType():
            return n
        case inspect.ListType() if isinstance(_at(kind.item_type, []), inspect.StrType):
            return [f"v{n:05d}"]
        case _:
            return f"v{n:05d}"


def asked(platform: TestPlatform) -> list[tuple[str, Served, dict[str, Any]]]:
    """Every page, plain, in each of its sorts, and by each of its filters."""
    found = []
    for unit, served in operations(platform):
        answer = getattr(served.message.shape.answer, "__struct_fields__", ())
        if not {"items", "next"} <= set(answer):
            continue
        fields = {one.encode_name: one for one in msgspec.structs.fields(served.message)}
        plain = msgspec.to_builtins(body(served.message))
        sorts = get_args(fields["sort"].type) if "sort" in fields else ()
        found += [(unit, served, plain), *((unit, served, {**plain, "sort": sort}) for sort in sorts)]
        for name, field in fields.items():
            if name in ("sort", "after", "limit", "q", *plain, *served.message.shape.path_fields):
                continue
            if (served.message.__name__, name) in BESIDE:
                continue
            for value in _values(field.type):
                bounded, _, end = name.rpartition("_")
                by = {"sort": bounded} if end in ("since", "until") and bounded in sorts else {}
                found.append((unit, served, {**plain, name: value, **by}))
    return found


def _values(kind: Any) -> list[Any]:
    """Values that a filter is tried with: of a closed list and of a yes or no each."""
    shape = _at(inspect.type_info(kind), [])
    match shape:
        case inspect.BoolType():
            return ["true", "false"]
        case inspect.LiteralType():
            return [value for value in shape.values if value]
        case inspect.ListType():
            return [[f"{PLANTED}_{n:05d}" for n in range(12)]]
        case _:
            return [msgspec.to_builtins(sample(shape))]


async def test_pages_are_found_by_an_index_in_their_order(wide: TestPlatform) -> None:
    """No scan of a collection, nothing sorted besides, and little looked at that is not shown."""
    wrong = []
    pages = asked(wide)
    for unit, served, said in pages:
        for shown in await explained(wide, unit, served, said):
            wrong += [f"{served.message.__name__} {said}: {fault}" for fault in faults(shown)]
    assert not wrong, "\n".join(wrong)


async def test_a_closed_list_of_words_narrows_every_sort_alike(wide: TestPlatform) -> None:
    """Either way round, by one word, by two or by none: no more is looked at, but one key for each word."""
    wrong = []
    for instance in wide.instances.values():
        for collection in owned(instance):
            for listing in collection.listings:
                for named, sort, words in narrowed(listing):
                    for shown in await turned(wide, collection, listing, named, sort):
                        said = f"{collection.name} {named} by {sort}"
                        wrong += [f"{said}: {fault}" for fault in faults(shown, max(words, SLACK))]
    assert not wrong, "\n".join(wrong)


def narrowed(listing: Listing[Any]) -> Iterator[tuple[dict[str, Any], str, int]]:
    """Each sort, both ways, by the words of each filter that has a closed list of them, and their number."""
    shape = inspect.type_info(listing.row)
    for name, one in listing.filters.items():
        match _at(shape, one.field.split(".")):
            case inspect.LiteralType(values=words) if (listing, name) not in LOOKED_THROUGH:
                few = [*words, {"$in": list(words[:2])}, {"$in": list(words[1:])}, {"$ne": words[0]}]
                for sort in (way + sort for sort in listing.sorts for way in ("", "-")):
                    yield {}, sort, len(words)
                    yield from (({name: word}, sort, len(words)) for word in few)


async def turned(
    platform: TestPlatform, collection: Collection[Any], listing: Listing[Any], named: Any, sort: str
) -> list[dict[str, Any]]:
    """How the server did each find of the first page of a listing and of the next."""
    overheard.finds, overheard.on = [], True
    read = collection.everywhere if listing.everywhere else collection
    with acting_for("org_a"):
        page = await read.rows(listing, named, sort=sort, limit=LIMIT)
        if page.next:
            await read.rows(listing, named, sort=sort, limit=LIMIT, after=page.next)
    overheard.on = False
    return [await explain(platform, find) for find in overheard.finds]


async def explained(
    platform: TestPlatform, unit: str, served: Served, said: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """How the server did each find that the message made, on its first page and on the next."""
    found = []
    after = ""
    paged = {one.name for one in platform.instances[unit].context.database.collections if one.listings}
    for _ in range(2):
        overheard.finds, overheard.on = [], True
        roles = {"admin", "platform_admin"}
        limit = {"limit": LIMIT} if "limit" in served.message.__struct_fields__ else {}
        more = {"after": after} if after else {}
        async with platform.web(unit, platform.actor("org_a", set(ALL_RIGHTS), roles)) as web:
            answer = await web.get(path(served, PLANTED + "_00000"), params={**said, **limit, **more})
        overheard.on = False
        assert answer.status_code in (200, 403, 404), f"{served.message.__name__} {said}: {answer.text[:300]}"
        for find in overheard.finds:
            if find["find"] in paged:
                found.append(await explain(platform, find))
        after = answer.json().get("next", "")
        if not after:
            break
    return found


async def explain(platform: TestPlatform, find: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("find", "filter", "sort", "projection", "limit", "hint")
    command = {name: find[name] for name in kept if name in find}
    database = platform.client.get_database(platform.settings.mongodb_db)
    shown: dict[str, Any] = await database.command({"explain": command, "verbosity": "executionStats"})
    return shown


def faults(shown: Mapping[str, Any], slack: int = SLACK) -> Iterator[str]:
    stages = set(_stages(shown["executionStats"]["executionStages"]))
    stats = shown["executionStats"]
    most = 2 * stats["nReturned"] + slack
    examined = max(stats["totalKeysExamined"], stats["totalDocsExamined"])
    where = shown["command"].get("filter")
    if "COLLSCAN" in stages:
        yield f"a scan of the collection for {where}"
    if examined > most:
        yield f"{examined} looked at for {stats['nReturned']} ({sorted(stages)}) {where}"
    ours = where and "$and" in where and not any("_id" in part for part in where["$and"])
    if "SORT" in stages and ours:
        yield f"sorted besides: {where}"


def _stages(stage: Mapping[str, Any]) -> Iterator[str]:
    yield stage["stage"]
    for inner in (stage.get("inputStage"), *stage.get("inputStages", ())):
        if inner:
            yield from _stages(inner)


def test_every_page_of_things_is_explained(wide: TestPlatform) -> None:
    """Those of the admin gateway read the log, letters and other units besides."""
    assert len({served.message.__name__ for _, served, _ in asked(wide)}) > 20
