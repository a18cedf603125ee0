"""Where positions, watches, followed orders, shares and devices are kept."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec

from rt.contracts.tracking_ia import RuleKind, StopKind
from rt.kernel.core.clock import now, today
from rt.kernel.core.tenancy import current_org
from rt.kernel.storage.heads import Heads
from rt.kernel.storage.listing import Listing
from rt.kernel.storage.persistence import Collection, Database, Index
from rt.kernel.storage.points import Reader, Series
from rt.services.tracking_ia.domain.believed import Believed
from rt.services.tracking_ia.domain.bucket import Bucket, hour_of
from rt.services.tracking_ia.domain.order import (
    Device,
    FollowedOrder,
    Purge,
    Rule,
    Share,
    in_force,
)
from rt.services.tracking_ia.domain.points import better, joined
from rt.services.tracking_ia.domain.reading import Doubt
from rt.services.tracking_ia.domain.trouble import Trouble, trouble_id
from rt.services.tracking_ia.domain.watch import Watch
from rt.services.tracking_ia.store.seen import SeenLast

DEVICES = Listing(Device, {"newest": "-created_at"})
TROUBLED_APPS = Listing(Trouble, {"latest": "-changed_at"}, always={"by_device": False})
HOURS_READ = 400
"""Hours with positions in one watch: more than two weeks without a break."""


class Kept(msgspec.Struct, frozen=True):
    """Packed positions and how many they are."""

    contents: list[bytes]
    count: int


class TrackingStore:
    """Collections of the service; followed orders are seen by all parties, the rest by the carrier alone."""

    def __init__(self, database: Database) -> None:
        self.positions = Series(database, "positions", better)
        self.reader = Reader(self.positions, database)
        self.heads = Heads(database, "heads")
        self.known_devices: Believed[str, Device] = Believed()
        self.known_rules: Believed[str, list[Rule]] = Believed()
        self.known_watches: Believed[tuple[str, ...], list[Watch]] = Believed()
        self.buckets = Collection(
            database,
            Bucket,
            "buckets",
            Index("watch_id", "hour", unique=True),
            Index("hour"),
            Index("sources", "hour"),
            quiet=True,
        )
        self.seen = SeenLast(self.heads, self.positions, self.buckets)
        self.watches = Collection(
            database,
            Watch,
            "watches",
            Index("ends_at"),
            Index("plate", "ends_at"),
            Index("driver_user_id", "ends_at"),
            Index("tour_id"),
            Index("stops.order_id"),
            Index("ends_at", everywhere=True),
        )
        self.orders = Collection(
            database, FollowedOrder, "orders", Index("order_id", unique=True), shared=True, quiet=True
        )
        self.shares = Collection(
            database,
            Share,
            "shares",
            Index("order_id"),
            Index("token_hash", unique=True, everywhere=True, when={"token_hash": {"$gt": ""}}),
        )
        self.devices = Collection(
            database,
            Device,
            "devices",
            Index("key_hash", unique=True, everywhere=True),
            Index("plate"),
            listings=(DEVICES,),
        )
        self.troubles = Collection(
            database,
            Trouble,
            "troubles",
            Index("source", unique=True),
            quiet=True,
            listings=(TROUBLED_APPS,),
        )
        self.rules = Collection(database, Rule, "rules", Index("kind", "valid_from", unique=True))
        self.purges = Collection(database, Purge, "purges", Index("-at"))

    async def prepare(self) -> None:
        await asyncio.gather(self.positions.prepare(), self.heads.prepare())

    async def kept(self, watch_id: str, since: datetime | None = None) -> Kept:
        """All that is kept of a watch, from the hour of a moment on."""
        where: dict[str, Any] = {"watch_id": watch_id}
        if since is not None:
            where["hour"] = {"$gte": hour_of(since)}
        buckets = await self.buckets.find(where, sort="hour", limit=HOURS_READ)
        fixes = await self.positions.contents(watch_id, hour_of(since) if since else None)
        contents = [*(bucket.content for bucket in buckets), joined(fixes)]
        return Kept(contents, sum(bucket.count for bucket in buckets) + len(fixes))

    async def device(self, key_hash: str) -> Device | None:
        """The device of a key; one that was removed elsewhere is believed for a minute more."""
        known = self.known_devices.get(key_hash)
        if known is None and (found := await self.devices.everywhere.first({"key_hash": key_hash})):
            known = self.known_devices.put(key_hash, found)
        return known

    def changed(self, watch: Watch) -> None:
        """Know a watch as it is now, where it is known: it need not be asked for with the next fix."""
        for owner in (watch.plate, watch.driver_user_id):
            key = watch.org_id, owner
            if known := self.known_watches.get(key):
                self.known_watches.correct(key, [watch if one.id == watch.id else one for one in known])

    async def versions(self, watch_ids: Iterable[str]) -> dict[str, int]:
        """The versions of watches, whosesoever they are: whether what is known of them still holds."""
        wanted: list[dict[str, Any]] = [
            {"$match": {"_id": {"$in": list(watch_ids)}}},
            {"$project": {"version": 1}},
        ]
        return {row["_id"]: row["version"] for row in await self.watches.everywhere.aggregate(wanted)}

    async def troubles_of(self, sources: Sequence[str]) -> dict[str, Trouble]:
        """What was not believed, by who sent it."""
        found = await self.troubles.find({"source": {"$in": list(sources)}}, limit=len(sources) or 1)
        return {trouble.source: trouble for trouble in found}

    async def figure(self, kind: RuleKind) -> int:
        """The figure that holds today for the organization acted for."""
        org_id = current_org()
        rules = self.known_rules.get(org_id)
        if rules is None:
            rules = self.known_rules.put(org_id, await self.rules.find({}, limit=1_000))
        return in_force(rules, kind, today())

    async def order(self, order_id: str) -> FollowedOrder | None:
        return await self.orders.first({"order_id": order_id})

    async def watch_of_order(self, order_id: str, kind: StopKind) -> Watch | None:
        """The carrier's latest watch with that stop of an order; ask it in the carrier's name."""
        call = {"$elemMatch": {"order_id": order_id, "kind": kind}}
        return await self.watches.first({"stops": call}, sort="-begins_at")

    async def watches_of(self, orders: Iterable[FollowedOrder]) -> dict[str, Watch]:
        """The same of many orders, by order: their carriers' watches are asked for at once."""
        called: dict[str, set[str]] = defaultdict(set)
        by_call = {order.order_id: order.called for order in orders}
        for ride in by_call.values():
            if ride.carrier_id:
                called[ride.carrier_id].add(ride.order_id)
        if not called:
            return {}
        any_of = [{"org_id": org, "stops.order_id": {"$in": sorted(ids)}} for org, ids in called.items()]
        found: dict[str, Watch] = {}
        async for watch in self.watches.everywhere.each({"$or": any_of}, "-begins_at"):
            for stop in watch.stops:
                if stop.order_id in called[watch.org_id]:
                    found.setdefault(stop.order_id, watch)
        return {one: found[ride.order_id] for one, ride in by_call.items() if ride.order_id in found}

    async def on_now(self) -> list[Watch]:
        """Watches of the organization that cover this moment."""
        where = {"begins_at": {"$lte": now()}, "ends_at": {"$gte": now()}}
        return [watch async for watch in self.watches.each(where, "ends_at")]

    async def note_trouble(self, source: str, by_device: bool, name: str, doubts: Sequence[Doubt]) -> None:
        """Count the points that were not believed at whoever sent them."""
        fresh = Trouble(id=trouble_id(current_org(), source), source=source, by_device=by_device, name=name)
        async with self.troubles.change_or_add(fresh) as trouble:
            trouble.name = name
            trouble.note(doubts, now())
