"""What the tracking service does by the clock: see delays come in silence, and delete what is too old."""

import asyncio
from datetime import timedelta

from rt.kernel.core.clock import now
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import acting_for
from rt.services.tracking_ia.actions.judging import Judging
from rt.services.tracking_ia.domain.order import Purge
from rt.services.tracking_ia.store import TrackingStore
from rt.trade import roads


class Clock:
    """Repeated work of the service."""

    def __init__(self, store: TrackingStore, judging: Judging) -> None:
        self._store = store
        self._judging = judging

    async def foresee(self) -> None:
        """A vehicle that sends nothing any more may be late too; its mark is kept where nobody did."""
        moment = now()
        on = {"begins_at": {"$lte": moment}, "ends_at": {"$gte": moment}}
        async for watch in self._store.watches.everywhere.each(on, "ends_at"):
            with acting_for(watch.org_id):
                await self._judging.foresee(watch)

    async def purge(self) -> None:
        """Delete positions past each organization's retention and keep the proof (GDPR, art. 5 (1) e)."""
        rows = await self._store.buckets.everywhere.aggregate([{"$group": {"_id": "$org_id"}}])
        owners = {row["_id"] for row in rows} | set(await self._store.positions.owners())
        for org_id in sorted(owners):
            with acting_for(org_id):
                await self._purge_organization()

    async def _purge_organization(self) -> None:
        days = await self._store.figure("retention_days")
        before = now() - timedelta(days=days)
        old = {"hour": {"$lte": before - timedelta(hours=1)}}
        hours = await self._store.buckets.aggregate(
            [{"$match": old}, {"$group": {"_id": None, "points": {"$sum": "$count"}}}]
        )
        await self._store.heads.remove_before(before)
        deleted = await self._store.positions.remove_before(before)
        if hours:
            deleted += hours[0]["points"]
            await self._store.buckets.remove_where(old)
        if not deleted:
            return
        left = await self._store.positions.count_before(before) + await self._store.buckets.count(old)
        await self._store.purges.add(
            Purge(
                id=new_id("pur"),
                at=now(),
                before=before,
                points_deleted=deleted,
                points_left=left,
                kept_days=days,
            )
        )


async def begin(store: TrackingStore) -> None:
    """Reading the road net takes a second: before the first position, and beside the event loop."""
    await asyncio.gather(store.prepare(), asyncio.to_thread(roads.basis))
