"""What planning does by the clock: published tours that are over are done."""

from contextlib import suppress
from datetime import timedelta

from rt.kernel.clock import now
from rt.kernel.errors import ChangedMeanwhile
from rt.kernel.tenancy import acting_for
from rt.services.planning.store import PlanningStore

AFTERWARDS = timedelta(hours=12)
"""How long after its end a tour stays open for corrections."""
BATCH = 200
PLANS_KEPT = timedelta(days=30)


class Closing:
    """Closes the past, and forgets proposals that nobody looks at any more."""

    def __init__(self, store: PlanningStore) -> None:
        self._store = store

    async def close(self) -> None:
        """Batch after batch until none is left; each is looked at once, whatever becomes of it."""
        over = {"state": "published", "ends_at": {"$lt": now() - AFTERWARDS}}
        after = ""
        while True:
            page = await self._store.tours.everywhere.page(over, sort="ends_at", after=after, limit=BATCH)
            for found in page.items:
                with acting_for(found.org_id), suppress(ChangedMeanwhile):
                    async with self._store.tours.change(found.id) as tour:
                        if tour.state == "published":
                            tour.finish()
            after = page.next
            if not after:
                return

    async def forget(self) -> None:
        await self._store.plans.everywhere.remove_where({"changed_at": {"$lt": now() - PLANS_KEPT}})
