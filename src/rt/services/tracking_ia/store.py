"""Where positions, watches, followed orders, shares and devices are kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from rt.contracts.tracking_ia import RuleKind
from rt.kernel.clock import now, today
from rt.kernel.entity import Entity
from rt.kernel.errors import AlreadyExists, ChangedMeanwhile
from rt.kernel.ids import derived_id
from rt.kernel.persistence import Collection, Database, Index
from rt.services.tracking_ia.domain.order import (
    Device,
    FollowedOrder,
    Purge,
    Rule,
    Share,
    in_force,
)
from rt.services.tracking_ia.domain.points import Fix, merged, pack, unpack
from rt.services.tracking_ia.domain.watch import Watch

HOUR = timedelta(hours=1)


class Bucket(Entity, kw_only=True):
    """The positions of one watch in one hour, packed.

    One document per watch and hour makes of a batch one write, of a track a few reads and of retention a
    deletion of whole documents. `content` is so named because the story of a change never shows such a field:
    positions must not outlive their deletion in the event log.
    """

    watch_id: str
    hour: datetime
    sources: list[str]
    count: int
    content: bytes


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
        self.rules = Collection(database, Rule, "rules", Index("kind", "valid_from", unique=True))
        self.purges = Collection(database, Purge, "purges", Index("-at"))

    async def keep(self, watch: Watch, fixes: Sequence[Fix]) -> set[tuple[str, int]]:
        """Store fixes of a watch; the keys of those that were new. One write for each hour they fall in."""
        by_hour: dict[datetime, list[Fix]] = {}
        for fix in fixes:
            by_hour.setdefault(hour_of(fix.at), []).append(fix)
        new: set[tuple[str, int]] = set()
        for hour, group in sorted(by_hour.items()):
            new |= await self._keep_hour(watch, hour, group)
        return new

    async def track(
        self, watch_id: str, since: datetime | None = None, until: datetime | None = None
    ) -> list[Fix]:
        """Every stored fix of a watch between two moments, by time."""
        where: dict[str, Any] = {"watch_id": watch_id}
        if since is not None:
            where["hour"] = {"$gte": hour_of(since)}
        buckets = await self.buckets.find(where, sort="hour", limit=400)
        fixes = [fix for bucket in buckets for fix in unpack(bucket.content)]
        return [
            fix for fix in fixes if (since is None or fix.at >= since) and (until is None or fix.at <= until)
        ]

    async def newest(self, watch_id: str) -> list[Fix]:
        """The fixes of the latest two hours in which there were any."""
        buckets = await self.buckets.find({"watch_id": watch_id}, sort="-hour", limit=2)
        return [fix for bucket in reversed(buckets) for fix in unpack(bucket.content)]

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
        return await self.watches.find(
            {"begins_at": {"$lte": now()}, "ends_at": {"$gte": now()}}, sort="ends_at", limit=2_000
        )

    async def _keep_hour(self, watch: Watch, hour: datetime, fixes: Sequence[Fix]) -> set[tuple[str, int]]:
        bucket_id = derived_id("bkt", watch.id, hour.isoformat())
        if await self.buckets.first({"id": bucket_id}) is None:
            kept, _ = merged([], fixes)
            bucket = Bucket(
                id=bucket_id,
                watch_id=watch.id,
                hour=hour,
                sources=sorted({fix.source for fix in kept}),
                count=len(kept),
                content=pack(kept),
            )
            try:
                await self.buckets.add(bucket)
            except AlreadyExists as error:  # another batch has just begun the same hour: run again
                raise ChangedMeanwhile from error
            return {fix.key for fix in kept}
        async with self.buckets.change(bucket_id) as bucket:
            before = unpack(bucket.content)
            kept, added = merged(before, fixes)
            if added:
                bucket.sources = sorted({fix.source for fix in kept})
                bucket.count = len(kept)
                bucket.content = pack(kept)
        return {fix.key for fix in kept} - {fix.key for fix in before}


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
