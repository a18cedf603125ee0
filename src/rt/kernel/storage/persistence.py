"""The only way to MongoDB: typed collections in which no organization sees another's documents."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar, cast

import msgspec
from pymongo import ASCENDING, DESCENDING, AsyncMongoClient, IndexModel, ReturnDocument, UpdateOne
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    NetworkTimeout,
    OperationFailure,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import (
    AlreadyExists,
    ChangedMeanwhile,
    KeyReused,
    NotFound,
    Refusal,
    Unavailable,
    VersionStale,
)
from rt.kernel.core.ids import Cause, current_cause, fresh_id
from rt.kernel.core.reading import read
from rt.kernel.core.telemetry import current_trace, log
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.entity import Entity
from rt.kernel.model.marks import sealed_fields
from rt.kernel.storage.changes import change_of
from rt.kernel.storage.listing import (
    MOST,
    Conditions,
    Listing,
    Page,
    at,
    decode_cursor,
    encode_cursor,
    index_name,
    order_of,
    projection,
    steps,
    stored_name,
    unsettled,
)
from rt.kernel.storage.personal import KeyLost, Personal, Unkeyed, is_kept
from rt.kernel.storage.sealing import Seals, unsealed
from rt.kernel.storage.search import fragments, words

E = TypeVar("E", bound=Entity)
R = TypeVar("R", bound=msgspec.Struct)
T = TypeVar("T")
Document = dict[str, Any]

KEYS_KEPT = 200
"""Idempotency keys kept per document: more than any client has in flight, over 30 days of a stop."""
KEYS_KEPT_FOR = timedelta(minutes=5)
"""Younger keys are kept besides: after an outage, a wait and a takeover what was handled is handled again."""
MOST_KEYS = 5_000
"""Half a megabyte; a document that is written more often than that in five minutes is none."""
DUPLICATE = 11_000
"""MongoDB's DuplicateKey."""
INDEX_CHANGED = (85, 86)
"""MongoDB's IndexOptionsConflict and IndexKeySpecsConflict."""
PATIENCE = 40
SOCKET_MS = 120_000
"""Longer than any answer takes but that to a large index being built, which is asked for again."""
OUTSIDE = dict.fromkeys(("outbox", "done", "emitted", "fences", "tokens"), 0)
"""Projection of documents without what the kernel keeps in them."""
BOOKKEEPING = frozenset({"_id", "version", "changed_at", "created_at", "org_id"})
"""What an event says of the entity besides, and the change need not repeat."""
MOST_SORTED = 2_000
"""Things that a search sorts after it has found them all."""
_random = secrets.SystemRandom()

_session: ContextVar[AsyncClientSession | None] = ContextVar("session", default=None)
_uncommitted: ContextVar[list[Callable[[], None]]] = ContextVar("uncommitted")


class LeaseLost(RuntimeError):
    """Another process has taken over what this one was handling: what it does now counts no more."""


class Index:
    """An index of a collection; the organization is put before its fields. "-field" is descending."""

    def __init__(
        self,
        *fields: str,
        unique: bool = False,
        everywhere: bool = False,
        when: Mapping[str, Any] | None = None,
        expires: bool = False,
    ) -> None:
        self.fields = fields
        self.unique = unique
        self.everywhere = everywhere
        self.when = when
        self.expires = expires

    def model(self, owner_field: str) -> IndexModel:
        keys = [] if self.everywhere else [(owner_field, ASCENDING)]
        keys += [
            (stored_name(f.lstrip("-")), DESCENDING if f.startswith("-") else ASCENDING) for f in self.fields
        ]
        options: Document = {}
        if self.unique:
            options["unique"] = True
        if self.when is not None:
            options["partialFilterExpression"] = dict(self.when)
        if self.expires:
            options["expireAfterSeconds"] = 0
        return IndexModel(keys, **options)


def connect(uri: str) -> "AsyncMongoClient[Document]":
    """A client that sees times as UTC and gives up on an absent server after two seconds."""
    return AsyncMongoClient(
        uri,
        tz_aware=True,
        serverSelectionTimeoutMS=2_000,
        connectTimeoutMS=2_000,
        socketTimeoutMS=SOCKET_MS,
        maxPoolSize=50,
        retryWrites=True,
    )


async def admin_command(uri: str, command: Document, direct: bool = True) -> Document:
    """Run one command on the admin database of a server, by a connection of its own."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        uri, directConnection=direct, serverSelectionTimeoutMS=2_000
    )
    try:
        return await client.admin.command(command)
    finally:
        await client.close()


class Database:
    """One unit's part of the database: its collections carry its name, nobody else opens them."""

    def __init__(self, client: "AsyncMongoClient[Document]", name: str, unit: str) -> None:
        self.unit = unit
        self.client = client
        self.collections: list[Collection[Any]] = []
        self.emitted: Callable[[Collection[Any], str, list[Document]], None] = lambda *_: None
        self.seals: Seals | None = None
        self.personal = Personal(Unkeyed())
        durable = WriteConcern(w="majority", j=True)
        self._database: AsyncDatabase[Document] = client.get_database(
            name, write_concern=durable, read_concern=ReadConcern("majority")
        )

    def __getitem__(self, name: str) -> "AsyncCollection[Document]":
        """The kernel's own collections (events, places, timers); entities live in a Collection."""
        return self._database[name]

    async def ping(self) -> None:
        """Raise Unavailable unless the server answers within a second."""
        try:
            async with asyncio.timeout(1):
                await self._database.command("ping")
        except (ConnectionFailure, TimeoutError) as error:
            raise Unavailable from error

    async def names(self) -> list[str]:
        """The names of all collections of the platform, whosesoever they are."""
        return await self._database.list_collection_names()

    async def prepare(self) -> None:
        """Make the indexes of every collection."""
        await asyncio.gather(*(collection.prepare() for collection in self.collections))

    async def leftovers(self, limit: int) -> "list[tuple[Collection[Any], Document]]":
        """What still has something to emit, of each collection the oldest documents first: for the outbox."""
        by_name = {collection.name: collection for collection in self.collections}
        looks = {name: _leftovers(name, limit) for name in by_name}
        if not looks:
            return []
        first, *others = looks
        beside = [{"$unionWith": {"coll": name, "pipeline": looks[name]}} for name in others]
        found = await self[first].aggregate([*looks[first], *beside])
        return [(by_name[document.pop("of")], document) async for document in found]


def _leftovers(name: str, limit: int) -> list[Document]:
    return [
        {"$match": {"outbox.0": {"$exists": True}}},
        {"$sort": {"outbox.at": 1}},
        {"$limit": limit},
        {"$project": {"outbox": 1, "of": {"$literal": name}}},
    ]


async def retry_on_conflict(work: Callable[[], Awaitable[T]]) -> T:
    """Run an action; run the whole of it again when somebody else wrote first, with growing patience."""
    cause = current_cause()
    for attempt in range(PATIENCE):
        if cause is not None:
            cause.begin()
        try:
            return await work()
        except ChangedMeanwhile:
            await asyncio.sleep(_random.uniform(0, 0.004 * (attempt + 1)))
    raise ChangedMeanwhile


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[None]:
    """Everything inside is written, or nothing: a MongoDB transaction. Rare."""
    emitted = _uncommitted.set([])
    async with database.client.start_session() as session:
        try:
            async with await session.start_transaction():
                token = _session.set(session)
                try:
                    yield
                finally:
                    _session.reset(token)
        except OperationFailure as error:
            if error.has_error_label("TransientTransactionError"):
                raise ChangedMeanwhile from error
            raise
        finally:
            committed = _uncommitted.get()
            _uncommitted.reset(emitted)
    for tell in committed:
        tell()


class Collection(Generic[E]):
    """Where one kind of entity is kept; every filter ends with the organization that is acted for.

    `shared`: partners see it too. `quiet`: a write that emits nothing is not logged as a change, for what is
    written many times a minute and is nobody's act.
    """

    def __init__(
        self,
        database: Database,
        entity: type[E],
        name: str,
        *indexes: Index,
        shared: bool = False,
        quiet: bool = False,
        missing: type[NotFound] = NotFound,
        listings: Sequence[Listing[Any]] = (),
    ) -> None:
        self.quiet = quiet
        self.name = f"{database.unit}.{name}"
        self.entity = entity
        self._database = database
        self._indexes = indexes
        self.listings = listings
        self._missing = missing
        self._owner_field = "seen_by" if shared else "org_id"
        self._stored = database[self.name]
        self._shared = shared
        self._sealed = sealed_fields(entity)
        self._searched = entity.search_texts is not Entity.search_texts
        self._fields = {stored_name(one): 1 for one in entity.__struct_encode_fields__}
        database.collections.append(self)

    @property
    def everywhere(self) -> "Collection[E]":
        """The same collection over all organizations: for logins, public tokens and the clock."""
        twin = object.__new__(Everywhere)
        twin.__dict__.update(self.__dict__)
        return cast("Collection[E]", twin)

    def within(self, where: Mapping[str, Any]) -> Document:
        """The filter with the organization merged last, so that nothing asked for can widen it."""
        return {**_named(where), self._owner_field: current_org()}

    async def prepare(self) -> None:
        """Make the indexes; what an earlier release made besides stays until `forget_indexes`."""
        models = self._models()
        try:
            await self._index(models)
        except OperationFailure as error:
            if error.code not in INDEX_CHANGED:
                raise
            for model in models:
                await self._renew(model)

    async def carry_outbox(self) -> int:
        """Move what releases before decision 0020 left to emit, in `told`, to the outbox; of how many."""
        left = {"told.0": {"$exists": True}}
        kept = {"$concatArrays": ["$told", {"$ifNull": ["$outbox", []]}]}
        moved = await self._stored.update_many(left, [{"$set": {"outbox": kept}}, {"$unset": "told"}])
        return moved.modified_count

    async def forget_indexes(self) -> list[str]:
        """Drop the indexes that nobody names any more, and say which: when no earlier release needs them."""
        named = {"_id_", *(model.document["name"] for model in self._models())}
        dropped = [name for name in await self._stored.index_information() if name not in named]
        for name in dropped:
            await self._stored.drop_index(name)
        return dropped

    def _models(self) -> list[IndexModel]:
        leftovers = IndexModel(
            [("outbox.at", ASCENDING)], name="outbox", partialFilterExpression={"outbox.0": {"$exists": True}}
        )
        indexes = [index.model(self._owner_field) for index in self._indexes]
        if self._searched:
            indexes += [
                Index("org_id", "tokens", everywhere=True).model(""),
                Index("org_id", "id", everywhere=True).model(""),
            ]
        if self._searched and any(listing.everywhere for listing in self.listings):
            indexes.append(Index("tokens", everywhere=True).model(""))
        listed = (one for listing in self.listings for one in listing.indexes(self._owner_field))
        for keys, when in listed:
            options = {"partialFilterExpression": when} if when else {}
            indexes.append(IndexModel(keys, name=index_name(keys, when), **options))
        return [leftovers, *{one.document["name"]: one for one in indexes}.values()]

    async def _renew(self, model: IndexModel) -> None:
        """Make one index; one of the same name or keys that was made otherwise goes first."""
        try:
            await self._index([model])
        except OperationFailure as error:
            if error.code not in INDEX_CHANGED:
                raise
            for name, known in (await self._stored.index_information()).items():
                if name == model.document["name"] or _alike(known, model.document):
                    await self._stored.drop_index(name)
            await self._index([model])

    async def _index(self, models: list[IndexModel]) -> None:
        """Have indexes made, however long it takes: the server goes on when a client stops listening."""
        while True:
            try:
                await self._stored.create_indexes(models)
                return
            except NetworkTimeout:
                log.info("indexes_awaited", collection=self.name)

    async def get(self, id: str) -> E:
        """The entity, or NotFound: also when it is another organization's."""
        return await self._opened(await self._read(id, self._fields))

    async def first(self, where: Mapping[str, Any], sort: str = "-created_at") -> E | None:
        found = await self.find(where, sort=sort, limit=1)
        return found[0] if found else None

    async def find(self, where: Mapping[str, Any], sort: str = "-created_at", limit: int = 100) -> list[E]:
        cursor = self._stored.find(self.within(where), self._fields, session=_session.get())
        cursor = cursor.sort(order_of(sort)).batch_size(limit)  # else the server answers 101 first
        if not self._sealed:
            return [self._entity(document) for document in await cursor.limit(limit).to_list()]
        found: list[E] = []
        async with cursor:
            while len(found) < limit and (documents := await cursor.to_list(limit)):
                found += await self._all_opened(documents)
        return found[:limit]

    async def each(
        self, where: Mapping[str, Any], sort: str = "-created_at", at_a_time: int = 200
    ) -> AsyncIterator[E]:
        """All that match, however many, read a few at a time."""
        cursor = self._stored.find(self.within(where), self._fields, session=_session.get())
        async for document in cursor.sort(order_of(sort)).batch_size(at_a_time):
            for one in await self._all_opened([document]):
                yield one

    async def rows(
        self,
        listing: Listing[R],
        named: Conditions | None = None,
        *,
        q: str = "",
        sort: str = "",
        after: str = "",
        limit: int = 50,
    ) -> Page[R]:
        """One page of a listing after a cursor that an earlier page of the same sort gave; 200 at most.

        `named` are conditions by the names of the listing's filters, `q` fragments of the search texts.
        Raises SortUnknown, FilterUnknown, CursorUnknown.
        """
        named, sort = named or {}, sort or listing.default
        order, owners = listing.order(sort), listing.sort(sort).owners
        where = [*listing.where(named), listing.spread(named), self.within({})]
        if owners:
            where.append({owners: current_org()})
        if said := await self.saying(q):
            where.append(said)
        hint = listing.hint(self._owner_field, sort, named)
        found_by = "tokens_1" if listing.everywhere else "org_id_1_tokens_1"
        if said and await self._few(said, found_by):
            hint = found_by
        fields = self._read_for(listing.row) | {field: 1 for field, _ in order}
        limit = max(1, min(limit, MOST))
        found: list[Document] = []
        for stretch in steps(order, decode_cursor(after, sort, len(order))) if after else [{}]:
            if len(found) > limit:
                break
            asked = [*where, stretch]
            cursor = self._stored.find({"$and": asked}, fields, session=_session.get())
            left = limit + 1 - len(found)
            cursor = cursor.sort(unsettled(order, asked)).limit(left).batch_size(left)
            found += await (cursor.hint(hint) if hint else cursor).to_list()
        ends = [at(found[limit - 1], field) for field, _ in order] if len(found) > limit else []
        rows = [_read_as(document, listing.row) for document in await self._all_plain(found[:limit])]
        return Page(rows, encode_cursor(sort, ends) if ends else "")

    async def _few(self, said: Document, index: str) -> bool:
        """Whether a search text is rare: then all it finds is sorted; what is common is met in order.

        Left to itself the server takes the way that it took for another text.
        """
        longest = {**said, "$and": said["$and"][:1]} if "$and" in said else said
        owned = {} if self._shared else self.within({})
        command = {"count": self.name, "query": longest | owned, "limit": MOST_SORTED, "hint": index}
        found = await self._stored.database.command(command, session=_session.get())
        return int(found["n"]) < MOST_SORTED

    def _read_for(self, row: type[msgspec.Struct]) -> Document:
        """What of a document a row is made of; what is stored encrypted is one text, whatever it says."""
        fields = projection(row)
        whole = {path: path.partition(".")[0] for path in fields}
        return {"org_id": 1} | {(top if top in self._sealed else path): 1 for path, top in whole.items()}

    async def saying(self, q: str) -> Document:
        """The filter for what a search text finds: every word of it begins a fragment; {} for no text.

        The index begins with the owner: of what partners share, all owners of what is seen are named.
        """
        if not q.strip():
            return {}
        said = sorted(words(q), key=len, reverse=True)
        found: Document = {"$and": [{"tokens": {"$regex": f"^{message}"}} for message in said]}
        if not said:
            found = {"tokens": {"$in": []}}
        return found | ({"org_id": {"$in": await self._owners()}} if self._shared else {})

    async def _owners(self) -> list[str]:
        """Whose documents the organization sees."""
        found: list[str] = await self._stored.distinct("org_id", self.within({}), session=_session.get())
        return found

    async def fill_tokens(self) -> int:
        """Make findable what was stored before its kind could be searched; how many documents."""
        if not self._searched:
            return 0
        filled = 0
        async for document in self._stored.find({"tokens": {"$exists": False}}):
            for entity in await self._all_opened([document]):
                tokens = fragments(entity.search_texts())
                same = {"_id": document["_id"], "version": document["version"]}
                filled += (await self._stored.update_one(same, {"$set": {"tokens": tokens}})).modified_count
        return filled

    async def derive(self, rule: Callable[[E], None]) -> None:
        """Store again what follows from the rest of each entity, and emit nothing: for migrations."""
        async for stored in self._stored.find({}, self._fields):
            for document in await self._all_plain([stored]):
                entity = self._entity(document)
                rule(entity)
                derived = self._document(entity)
                changed = {name: value for name, value in derived.items() if document.get(name) != value}
                if changed:
                    same = {"_id": document["_id"], "version": document["version"]}
                    await self._stored.update_one(same, {"$set": await self._kept(changed, derived)})

    async def count(self, where: Mapping[str, Any], most: int = 0) -> int:
        """How many there are; counted no further than `most`, if that is given."""
        bound = {"limit": most} if most else {}
        return await self._stored.count_documents(self.within(where), session=_session.get(), **bound)

    async def count_rows(
        self, listing: Listing[Any], named: Conditions, most: int = 0, *, q: str = ""
    ) -> int:
        """How many rows of a listing there are, without a text by its index alone; up to `most`, 0 is all."""
        said = await self.saying(q)
        where = [*listing.where(named), self.within({}), said]
        command: Document = {"count": self.name, "query": {"$and": where}}
        command |= {"limit": most} if most else {}
        if hint := "" if said else listing.hint(self._owner_field, listing.default, named):
            command["hint"] = hint
        return int((await self._stored.database.command(command, session=_session.get()))["n"])

    async def aggregate(self, stages: Sequence[Mapping[str, Any]]) -> list[Document]:
        """What a pipeline gives, over the documents of this organization alone."""
        pipeline = [{"$match": self.within({})}, *stages]
        cursor = await self._stored.aggregate(pipeline, session=_session.get())
        return await cursor.to_list()

    async def add(self, entity: E) -> E:
        """Store a new entity with what it emits; a repeat of the same command meets the stored one."""
        _refuse_late()
        key = _key(self.name, entity.id)
        entity.version = 1
        document = self._document(entity)
        events = await self._events(entity, {}, document, 0)
        document |= {"done": [_done(key)] if key else [], "outbox": events, "emitted": len(events)}
        if self._searched:
            document["tokens"] = fragments(entity.search_texts())
        if (cause := current_cause()) is not None and cause.fence is not None:
            document["fences"] = {str(cause.fence.number): cause.fence.token}
        try:
            if _session.get() is not None and await self._stored.find_one(
                {"_id": entity.id}, session=_session.get()
            ):
                raise DuplicateKeyError("met before the insert, which would end the transaction")
            await self._stored.insert_one(await self._kept(document, document), session=_session.get())
        except DuplicateKeyError as error:
            stored = await self._stored.find_one({"_id": entity.id}, session=_session.get())
            if stored is None or not _already(stored, key):
                raise AlreadyExists from error
            entity = await self._opened(stored)
        else:
            entity.clear_emitted()
            self._emitted(entity.id, events)
        return entity

    @asynccontextmanager
    async def change(self, id: str) -> AsyncIterator[E]:
        """Read, let the block apply its rule, write if nobody else wrote meanwhile.

        A repeat of a command that was already done runs its block on a copy that goes nowhere; afterwards the
        entity is as it is stored now. Raises NotFound, VersionStale, ChangedMeanwhile and the block's own.
        """
        key = _key(self.name, id)
        stored = await self._read(id, self._fields | _bookkeeping(key))
        entity = await self._opened(stored)
        _refuse_overtaken(stored)
        if key is not None and _already(stored, key):
            with suppress(Refusal):  # the first time it was allowed, and that time counts
                yield entity
            _restore(entity, await self._opened(stored))
            return
        _refuse_stale(id, stored["version"])
        before, texts = self._document(entity), list(entity.search_texts())
        yield entity
        await self._replace(entity, before, stored, key, texts)

    @asynccontextmanager
    async def change_or_add(self, fresh: E) -> AsyncIterator[E]:
        """The entity of this identity, which follows from what it is of, changed by the block; else `fresh`.

        Two at once: the second runs again, and changes what the first has made.
        """
        if await self.count({"id": fresh.id}, most=1):
            async with self.change(fresh.id) as entity:
                yield entity
            return
        yield fresh
        try:
            await self.add(fresh)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error

    async def remove(self, id: str) -> None:
        """Delete one entity; gone already is fine."""
        _refuse_late()
        await self._stored.delete_one(self.within({"id": id}), session=_session.get())

    async def remove_where(self, where: Mapping[str, Any]) -> int:
        """Delete what matches and say how many: for retention."""
        _refuse_late()
        removed = await self._stored.delete_many(self.within(where), session=_session.get())
        return removed.deleted_count

    async def clear_outbox(self, cleared: Mapping[str, set[str]]) -> None:
        """What the log holds need not be appended again, by document: for the outbox.

        Whether it is cleared after a crash too does not matter: then it is found once more, and known.
        """
        hasty = self._stored.with_options(write_concern=WriteConcern(w=1))
        pulls = [
            UpdateOne({"_id": one}, {"$pull": {"outbox": {"id": {"$in": sorted(ids)}}}})
            for one, ids in cleared.items()
        ]
        await hasty.bulk_write(pulls, ordered=False)

    async def _read(self, id: str, projection: Mapping[str, Any]) -> Document:
        document = await self._stored.find_one(self.within({"id": id}), projection, session=_session.get())
        if document is None:
            raise self._missing()
        return document

    def _emitted(self, id: str, events: list[Document]) -> None:
        """Hand to the outbox what a document has to emit, once it is committed."""
        if not events:
            return
        if _session.get() is None:
            self._database.emitted(self, id, events)
        else:
            _uncommitted.get().append(lambda: self._database.emitted(self, id, events))

    async def _replace(
        self, entity: E, before: Document, stored: Document, key: str | None, texts: list[str]
    ) -> None:
        after = self._document(entity)
        changed = {name: value for name, value in after.items() if before.get(name) != value}
        if not changed and not entity.emitted:
            return
        entity.version += 1
        entity.changed_at = now()
        changed |= {"version": entity.version, "changed_at": entity.changed_at}
        emitted = stored.get("emitted", 0)
        events = await self._events(entity, before, changed, emitted)
        if after["org_id"] != before["org_id"]:
            changed |= {field: after[field] for field in self._sealed}
        changed = await self._kept(changed, after)
        update: Document = {"$set": changed | {"emitted": emitted + len(events)} | _fenced(), "$push": {}}
        if (found_by := list(entity.search_texts())) != texts:
            update["$set"]["tokens"] = fragments(found_by)
        if events:
            update["$push"]["outbox"] = {"$each": events}
        if key is not None:
            keys = min(MOST_KEYS, max(KEYS_KEPT, stored["done_lately"] + 1))
            update["$push"]["done"] = {"$each": [_done(key)], "$slice": -keys}
        where = {"_id": entity.id, "version": before["version"], "org_id": before["org_id"]}
        try:
            written = await self._stored.update_one(where, update, session=_session.get())
        except DuplicateKeyError as error:
            raise AlreadyExists from error
        if written.matched_count == 0:
            raise ChangedMeanwhile
        entity.clear_emitted()
        self._emitted(entity.id, [*stored.get("outbox", ()), *events])

    async def _events(self, entity: E, before: Document, after: Document, emitted: int) -> list[Document]:
        if self.quiet and not entity.emitted:
            return []
        seal = self._database.seals.sealed if self._database.seals else unsealed
        facts = [(event.topic, seal(event)) for event in entity.emitted]
        events = _events(self.name, entity, facts, before, after, emitted)
        for event in events:
            await self._database.personal.seal(event)
        return events

    async def _kept(self, document: Document, whole: Document) -> Document:
        """Fields as they may be stored: what opens something encrypted, for its organization and place."""
        sealed: Document = {}
        for field in [field for field in self._sealed if document.get(field)]:
            place = f"{self.name}/{whole['_id']}"
            sealed[field] = await self._database.personal.keep(whole["org_id"], place, document[field])
            if sealed[field] is None:
                raise self._missing()
        return document | sealed

    async def _opened(self, document: Document) -> E:
        """The entity of a document; NotFound where its organization was erased, with the key to it."""
        return self._entity(await self._plain(document))

    async def _all_opened(self, documents: list[Document]) -> list[E]:
        """The same of many; what cannot be opened any more is left out."""
        return [self._entity(document) for document in await self._all_plain(documents)]

    async def _plain(self, document: Document) -> Document:
        opened: Document = {}
        for field in [field for field in self._sealed if is_kept(document.get(field))]:
            place = f"{self.name}/{document['_id']}"
            opened[field] = await self._database.personal.kept(document["org_id"], place, document[field])
            if opened[field] is None:
                raise self._missing()
        return document | opened

    async def _all_plain(self, documents: list[Document]) -> list[Document]:
        """Those that can be opened: one that no key opens keeps nobody from the others, and is a fault."""
        found: list[Document] = []
        lost = 0
        for document in documents:
            try:
                found.append(await self._plain(document))
            except self._missing:
                continue
            except KeyLost:
                lost += 1
        if lost:
            log.error("keys_lost", collection=self.name, documents=lost)
        return found

    def _entity(self, document: Document) -> E:
        return cast("E", _read_as(document, self.entity))

    def _document(self, entity: E) -> Document:
        document = msgspec.to_builtins(entity, builtin_types=(datetime, bytes))
        document["_id"] = document.pop("id")
        return cast("Document", document)


class Everywhere(Collection[E]):
    """A collection over all organizations."""

    def within(self, where: Mapping[str, Any]) -> Document:
        return _named(where)


def _named(where: Mapping[str, Any]) -> Document:
    return {stored_name(name): value for name, value in where.items()}


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two indexes have the same keys and hold the same: there may be only one of them."""
    part = "partialFilterExpression"
    return dict(one["key"]) == dict(other["key"]) and one.get(part) == other.get(part)


def _read_as(document: Document, kind: type) -> Any:
    return read({**document, "id": document["_id"]}, kind, (datetime, bytes))


def _key(collection: str, id: str) -> str | None:
    """The key under which this run's next write to this entity is remembered."""
    cause = current_cause()
    return cause.next_key(f"{collection}/{id}") if cause else None


def _done(key: str) -> Document:
    cause = cast("Cause", current_cause())
    return {"key": key, "fingerprint": cause.fingerprint, "at": now()}


def _already(stored: Document, key: str | None) -> bool:
    cause = current_cause()
    done = next((done for done in stored.get("done") or () if done["key"] == key), None)
    if cause is None or done is None:
        return False
    if done["fingerprint"] != cause.fingerprint:
        raise KeyReused
    cause.replayed = True
    return True


def _bookkeeping(key: str | None) -> Document:
    """What a change reads besides the entity: what it has to emit yet, and whether this was done already."""
    fields: Document = {"outbox": 1, "emitted": 1, "fences": 1}
    if key is None:
        return fields
    same = {"$filter": {"input": "$done", "cond": {"$eq": ["$$this.key", key]}}}
    lately = {"$gte": ["$$this.at", now() - KEYS_KEPT_FOR]}
    count = {"$size": {"$filter": {"input": {"$ifNull": ["$done", []]}, "cond": lately}}}
    return fields | {"done": same, "done_lately": count}


def _fenced() -> Document:
    """The number of the takeover under which an effect is written: an earlier holder writes no more."""
    fence = cause.fence if (cause := current_cause()) else None
    return {} if fence is None else {f"fences.{fence.number}": fence.token}


def _refuse_late() -> None:
    """Raise LeaseLost where the time of the lease is over: what others made of it since may be gone again."""
    cause = current_cause()
    if cause is not None and cause.fence is not None and not cause.fence.holds():
        raise LeaseLost


def _refuse_overtaken(stored: Document) -> None:
    """Raise LeaseLost where a later holder of the lease has written already.

    Whoever reads before it does and writes after it meets another version.
    """
    _refuse_late()
    fence = cause.fence if (cause := current_cause()) else None
    if fence is not None and stored.get("fences", {}).get(str(fence.number), 0) > fence.token:
        raise LeaseLost


def _refuse_stale(id: str, version: int) -> None:
    cause = current_cause()
    if cause is None or cause.if_match is None or id not in cause.path_ids:
        return
    if cause.if_match != version and cause.writes(id) <= 1:
        raise VersionStale(given=cause.if_match, current=version)


def _restore(entity: Entity, stored: Entity) -> None:
    for field in entity.__struct_fields__:
        setattr(entity, field, getattr(stored, field))
    entity.clear_emitted()


def _events(
    collection: str,
    entity: Entity,
    facts: list[tuple[str, Document]],
    before: Document,
    after: Document,
    emitted: int,
) -> list[Document]:
    """What the entity emits, as the log will hold it; a change that emits nothing is logged as itself."""
    actor = current_actor()
    by = {"kind": actor.kind, "id": actor.id, "org_id": actor.org_id, "name": actor.name}
    by |= {"for": actor.person} if actor.person != actor.id else {}
    unit = collection.partition(".")[0]
    events = [
        {
            "id": fresh_id("evt"),
            "topic": topic,
            "at": now(),
            "org_id": entity.org_id,
            "entity": collection,
            "entity_id": entity.id,
            "version": entity.version,
            "nth": emitted + n + 1,
            "actor": by,
            "trace": current_trace(),
            "body": body,
        }
        for n, (topic, body) in enumerate(facts or [(f"{unit}.{collection.partition('.')[2]}.changed", {})])
    ]
    if change := change_of(type(entity), before, _without(after, BOOKKEEPING)):
        events[-1]["change"] = change
    return events


def _without(document: Document, names: frozenset[str]) -> Document:
    return {name: value for name, value in document.items() if name not in names}


__all__ = [
    "DUPLICATE",
    "OUTSIDE",
    "BulkWriteError",
    "Collection",
    "ConnectionFailure",
    "Database",
    "DuplicateKeyError",
    "Index",
    "IndexModel",
    "LeaseLost",
    "ReturnDocument",
    "UpdateOne",
    "admin_command",
    "connect",
    "retry_on_conflict",
    "transaction",
]
