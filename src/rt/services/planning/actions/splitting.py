"""A tour that broke down: another truck takes over what it has still to do."""

from rt.contracts.planning import SplitTour, TourView
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists, ChangedMeanwhile, ReferenceUnknown
from rt.kernel.core.ids import new_id
from rt.kernel.storage.persistence import transaction
from rt.services.planning.actions.placing import known
from rt.services.planning.domain.checks import conflicts
from rt.services.planning.domain.conflicts import AssignmentRefused, WindowMissed
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.job import HORIZON
from rt.services.planning.domain.splitting import split
from rt.services.planning.store import PlanningStore


class Splitting:
    """Tours split over two trucks."""

    def __init__(self, store: PlanningStore) -> None:
        self._store = store

    async def split(self, asked: SplitTour) -> TourView:
        tour_id = new_id("tur")
        seen = await self._store.tours.get(asked.tour_id)
        vehicle = await self._store.vehicles.first({"id": asked.vehicle_id})
        driver = await self._store.drivers.first({"id": asked.driver_id})
        if vehicle is None or driver is None:
            raise ReferenceUnknown("vehicle_id" if vehicle is None else "driver_id")
        crew, ends = Crew(vehicle, driver), max(seen.ends_at, now()) + HORIZON
        others = await self._store.live_tours(seen.starts_at - HORIZON, ends + HORIZON)
        try:
            async with transaction(self._store.database):
                async with self._store.tours.change(asked.tour_id) as tour:
                    tour.need_read(asked.version)
                    fresh = split(tour, asked.position, crew, asked.site, asked.at, tour_id)
                    fresh.derogation = known(asked.derogation) or fresh.derogation
                    others = [tour if one.id == tour.id else one for one in others]
                    against = conflicts(fresh, crew, others, fresh.derogation)
                    if asked.late:
                        against = [one for one in against if not isinstance(one, WindowMissed)]
                    if against:
                        raise AssignmentRefused(against)
                    fresh.publish()
                added = await self._store.tours.add(fresh)
                for job_id in fresh.job_ids:
                    async with self._store.jobs.change(job_id) as job:
                        if job.tour_id == tour.id:
                            job.tour_id = fresh.id
        except AlreadyExists as error:
            raise ChangedMeanwhile from error
        return added.view()
