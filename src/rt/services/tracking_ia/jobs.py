"""What the tracking service does by the clock: see delays come in silence, and delete what is too old."""

from datetime import timedelta

from rt.kernel.clock import now
from rt.kernel.ids import new_id
from rt.kernel.tenancy import acting_for
from rt.services.tracking_ia.actions.recording import Recording
from rt.services.tracking_ia.domain.bucket import HOUR
from rt.services.tracking_ia.domain.order import Purge
from rt.services.tracking_ia.store import TrackingStore, every


class Clock:
    """Repeated work of the service."""

    def __init__(self, store: TrackingStore, recording: Recording) -> None:
        self._store = store
        self._recording = recording

    async def foresee(self) -> None:
        """A vehicle that sends nothing any more may be late too."""
        moment = now()
        on = {"begins_at": {"$lte": moment}, "ends_at": {"$gte": moment}, "stops.reached_at": None}
        async for watch in every(self._store.watches.everywhere, on):
            with acting_for(watch.org_id):
                await self._recording.foresee(watch.id)

    async def purge(self) -> None:
        """Delete positions past each organization's retention and keep the proof (GDPR, art. 5 (1) e)."""
        rows = await self._store.buckets.everywhere.aggregate(
            [{"$group": {"_id": "$org_id"}}, {"$sort": {"_id": 1}}]
        )
        for row in rows:
            with acting_for(row["_id"]):
                await self._purge_organization()

    async def _purge_organization(self) -> None:
        days = await self._store.figure("retention_days")
        before = now() - timedelta(days=days)
        old = {"hour": {"$lte": before - HOUR}}
        counted = await self._store.buckets.aggregate(
            [{"$match": old}, {"$group": {"_id": None, "points": {"$sum": "$count"}}}]
        )
        if not counted:
            return
        await self._store.buckets.remove_where(old)
        left = await self._store.buckets.count(old)
        await self._store.purges.add(
            Purge(
                id=new_id("pur"),
                at=now(),
                before=before,
                points_deleted=counted[0]["points"],
                points_left=left,
                kept_days=days,
            )
        )
