"""What planning does by the clock: published tours that are over are done."""

from datetime import timedelta

from rt.kernel.clock import now
from rt.kernel.tenancy import acting_for
from rt.services.planning.store import PlanningStore

AFTERWARDS = timedelta(hours=12)
"""How long after its end a tour stays open for corrections."""
BATCH = 200


class Closing:
    """Closes the past."""

    def __init__(self, store: PlanningStore) -> None:
        self._store = store

    async def close(self) -> None:
        over = {"state": "published", "ends_at": {"$lt": now() - AFTERWARDS}}
        for found in await self._store.tours.everywhere.find(over, sort="ends_at", limit=BATCH):
            with acting_for(found.org_id):
                async with self._store.tours.change(found.id) as tour:
                    tour.finish()
