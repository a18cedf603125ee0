"""Where positions, watches, followed orders, shares and devices are kept."""

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from rt.contracts.tracking_ia import RuleKind
from rt.kernel.clock import now, today
from rt.kernel.errors import AlreadyExists, ChangedMeanwhile
from rt.kernel.ids import derived_id
from rt.kernel.persistence import Collection, Database, Index, Page, persist
from rt.kernel.tenancy import current_org
from rt.services.tracking_ia.domain.bucket import Bucket, hour_of
from rt.services.tracking_ia.domain.order import (
    Device,
    FollowedOrder,
    Purge,
    Rule,
    Share,
    in_force,
)
from rt.services.tracking_ia.domain.points import Fix, cleaned, plain_plate, unpack
from rt.services.tracking_ia.domain.reading import Doubt
from rt.services.tracking_ia.domain.trouble import Trouble, trouble_id
from rt.services.tracking_ia.domain.watch import Watch

HOURS_READ = 400
"""Hours with positions in one watch: more than two weeks without a break."""
LATEST = 120


class TrackingStore:
    """Collections of the service; followed orders are seen by all parties, the rest by the carrier alone."""

    def __init__(self, database: Database) -> None:
        self.buckets = Collection(
            database,
            Bucket,
            "buckets",
            Index("watch_id", "hour", unique=True),
            Index("hour"),
            Index("sources", "hour"),
            quiet=True,
        )
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
            database, FollowedOrder, "orders", Index("order_id", unique=True), shared=True
        )
        self.shares = Collection(
            database, Share, "shares", Index("order_id"), Index("token", unique=True, everywhere=True)
        )
        self.devices = Collection(
            database, Device, "devices", Index("key_hash", unique=True, everywhere=True), Index("plate")
        )
        self.troubles = Collection(
            database,
            Trouble,
            "troubles",
            Index("source", unique=True),
            Index("by_device", "-changed_at"),
            quiet=True,
        )
        self.rules = Collection(database, Rule, "rules", Index("kind", "valid_from", unique=True))
        self.purges = Collection(database, Purge, "purges", Index("-at"))

    async def keep(self, watch: Watch, fixes: Sequence[Fix]) -> set[tuple[str, int]]:
        """Store fixes of a watch; the keys of those that were new. One write for each hour they fall in."""
        by_hour: dict[datetime, list[Fix]] = {}
        for fix in fixes:
            by_hour.setdefault(hour_of(fix.at), []).append(fix)
        new: set[tuple[str, int]] = set()
        for hour, group in sorted(by_hour.items()):
            new |= await persist(partial(self._keep_hour, watch, hour, group))
        return new

    async def hours(self, watch_id: str, since: datetime | None = None) -> list[Bucket]:
        """All that is kept of a watch, by hour, from the hour of a moment on."""
        where: dict[str, Any] = {"watch_id": watch_id}
        if since is not None:
            where["hour"] = {"$gte": hour_of(since)}
        return await self.buckets.find(where, sort="hour", limit=HOURS_READ)

    async def stamp(self, watch_id: str) -> int:
        """A number that moves whenever a position of the watch is kept."""
        sums = {"$group": {"_id": None, "versions": {"$sum": "$version"}}}
        rows = await self.buckets.aggregate([{"$match": {"watch_id": watch_id}}, sums])
        return int(rows[0]["versions"]) if rows else 0

    async def newest(self, watch_id: str) -> Fix | None:
        """The newest fix that is believed, by the last ones of the latest two hours that have any."""
        buckets = await self.buckets.find({"watch_id": watch_id}, sort="-hour", limit=2)
        fixes = [fix for bucket in reversed(buckets) for fix in unpack(bucket.content)]
        track = cleaned(fixes[-LATEST:])
        return track[-1] if track else None

    async def devices_by(self, q: str, after: str, limit: int) -> Page[Device]:
        """Devices whose plate or name begins like this, the newest first."""
        where: dict[str, Any] = {}
        if q.strip():
            begins = {"$regex": "^" + re.escape(q.strip()), "$options": "i"}
            where["$or"] = [{"name": begins}]
            if plate := plain_plate(q):
                where["$or"].append({"plate": {"$regex": "^" + plate}})
        return await self.devices.page(where, after=after, limit=limit)

    async def troubles_of(self, sources: Sequence[str]) -> dict[str, Trouble]:
        """What was not believed, by who sent it."""
        found = await self.troubles.find({"source": {"$in": list(sources)}}, limit=len(sources) or 1)
        return {trouble.source: trouble for trouble in found}

    async def figure(self, kind: RuleKind) -> int:
        """The figure that holds today for the organization acted for."""
        return in_force(await self.rules.find({"kind": kind}), kind, today())

    async def order(self, order_id: str) -> FollowedOrder | None:
        return await self.orders.first({"order_id": order_id})

    async def watch_of_order(self, order_id: str) -> Watch | None:
        """The carrier's latest watch that calls for an order; ask it in the carrier's name."""
        return await self.watches.first({"stops.order_id": order_id}, sort="-begins_at")

    async def on_now(self) -> list[Watch]:
        """Watches of the organization that cover this moment."""
        where = {"begins_at": {"$lte": now()}, "ends_at": {"$gte": now()}}
        return [watch async for watch in every(self.watches, where)]

    async def note_trouble(self, source: str, by_device: bool, name: str, doubts: Sequence[Doubt]) -> None:
        """Count the points that were not believed at whoever sent them."""
        noted = Trouble(id=trouble_id(current_org(), source), source=source, by_device=by_device, name=name)
        if await self.troubles.first({"id": noted.id}) is None:
            noted.note(doubts, now())
            try:
                await self.troubles.add(noted)
            except AlreadyExists as error:
                raise ChangedMeanwhile from error
            return
        async with self.troubles.change(noted.id) as trouble:
            trouble.name = name
            trouble.note(doubts, now())

    async def _keep_hour(self, watch: Watch, hour: datetime, fixes: Sequence[Fix]) -> set[tuple[str, int]]:
        bucket_id = derived_id("bkt", watch.id, hour.isoformat())
        if await self.buckets.first({"id": bucket_id}) is None:
            bucket = Bucket(id=bucket_id, watch_id=watch.id, hour=hour, sources=[], count=0, content=b"")
            bucket.take(fixes)
            try:
                await self.buckets.add(bucket)
            except AlreadyExists as error:  # another batch has just begun the same hour: run again
                raise ChangedMeanwhile from error
            return {fix.key for fix in fixes}
        async with self.buckets.change(bucket_id) as bucket:
            return bucket.take(fixes)


async def every(watches: Collection[Watch], where: Mapping[str, Any]) -> AsyncIterator[Watch]:
    """All watches of a kind, however many."""
    after = ""
    while True:
        page = await watches.page(where, sort="ends_at", after=after, limit=200)
        for watch in page.items:
            yield watch
        if not page.next:
            return
        after = page.next
