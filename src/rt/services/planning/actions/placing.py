"""Where one job would go on one tour, asked by check and by assignment alike."""

from rt.contracts.planning import AssignJob, CheckAssignment
from rt.kernel.core.errors import Invalid, ReferenceUnknown
from rt.kernel.core.ids import new_id
from rt.services.planning.actions.computing import worked_out
from rt.services.planning.domain.beside import PlaceAsked, place
from rt.services.planning.domain.conflicts import DerogationUnknown
from rt.services.planning.domain.fits import Fit
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.job import Job, JobNotFree
from rt.services.planning.domain.stop import TruckBrokenDown
from rt.services.planning.domain.tour import Tour, new_tour
from rt.services.planning.store import PlanningStore
from rt.trade.truck_bans import derogation_of


class CrewMissing(Invalid):
    fr = "Indiquez une tournée, ou un véhicule, un conducteur et un jour."
    en = "Name a tour, or a vehicle, a driver and a day."


async def fit_of(
    store: PlanningStore, asked: CheckAssignment | AssignJob, derogation: str
) -> tuple[Job, Fit]:
    """The job and its best place on the tour or with the crew that was named."""
    job = await store.jobs.get(asked.job_id)
    tour, crew = await _named(store, asked)
    if asked.tour_id and job.tour_id != tour.id:
        if isinstance(asked, AssignJob):
            tour.need_read(asked.tour_version, "tour_version")
        tour.need_live()
        if tour.handed_over:
            raise TruckBrokenDown("tour_id")
        tour.need_ahead("pickup_position", asked.pickup_position)
        tour.need_ahead("delivery_position", asked.delivery_position)
    if job.tour_id not in (None, tour.id) or job.state == "cancelled":
        raise JobNotFree(reference=job.reference, state=job.state)
    question = PlaceAsked(
        job=job,
        tour=tour,
        crew=crew,
        others=[] if job.obstacles(tour.day) else await store.around(tour.day),
        pickup_position=asked.pickup_position,
        delivery_position=asked.delivery_position,
        derogation=derogation,
    )
    return job, await worked_out(place, question)


async def _named(store: PlanningStore, asked: CheckAssignment | AssignJob) -> tuple[Tour, Crew]:
    """The tour that is named, or a new one for the crew that is; whatever is named must be ours."""
    tour = await store.tours.first({"id": asked.tour_id}) if asked.tour_id else None
    vehicle = await store.vehicles.first({"id": asked.vehicle_id}) if asked.vehicle_id else None
    driver = await store.drivers.first({"id": asked.driver_id}) if asked.driver_id else None
    for field, found in (("tour_id", tour), ("vehicle_id", vehicle), ("driver_id", driver)):
        if found is None and getattr(asked, field):
            raise ReferenceUnknown(field)
    if tour is not None:
        return tour, await store.crew_of(tour)
    if vehicle is None or driver is None or asked.day is None:
        raise CrewMissing("vehicle_id")
    crew = Crew(vehicle, driver)
    return new_tour(new_id("tur"), crew, asked.day), crew


def known(derogation: str) -> str:
    """The code of a derogation, which must be one of the law."""
    if derogation and derogation_of(derogation) is None:
        raise DerogationUnknown(field="derogation", given=derogation[:60])
    return derogation
