"""What planning does by the clock: published tours that are over are done."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from rt.kernel.core.clock import now
from rt.kernel.core.errors import ChangedMeanwhile
from rt.kernel.core.tenancy import acting_for
from rt.services.planning.store import PlanningStore
from rt.trade import roads

AFTERWARDS = timedelta(hours=12)
"""How long after its end a tour stays open for corrections."""
PLANS_KEPT = timedelta(days=30)


class Closing:
    """Closes the past, and forgets proposals that nobody looks at any more."""

    def __init__(self, store: PlanningStore) -> None:
        self._store = store

    async def close(self) -> None:
        """Each is looked at once, whatever becomes of it."""
        over = {"state": "published", "ends_at": {"$lt": now() - AFTERWARDS}}
        async for found in self._store.tours.everywhere.each(over, sort="ends_at"):
            with acting_for(found.org_id), suppress(ChangedMeanwhile):
                async with self._store.tours.change(found.id) as tour:
                    if tour.state == "published":
                        tour.finish()

    async def forget(self) -> None:
        await self._store.plans.everywhere.remove_where({"changed_at": {"$lt": now() - PLANS_KEPT}})


async def road_net_read() -> None:
    """Reading the road net takes a second: before the first request, and beside the event loop."""
    await asyncio.to_thread(roads.basis)
