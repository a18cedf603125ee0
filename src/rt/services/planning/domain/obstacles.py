"""What stands against a job whoever carries it: places nobody can find, and dates that no tour reaches."""

from datetime import date, datetime, timedelta

from rt.services.planning.domain.conflicts import OutOfReach, PlaceUnknown, PlanningConflict, dated
from rt.services.planning.domain.distances import located
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.timeline import HORIZON
from rt.trade.zones import day_at, instant_at

BEHIND, AHEAD = timedelta(days=400), timedelta(days=800)
"""How far from today a tour's day may lie (rt.trade.days.TripDay)."""


def obstacles(job: Job, day: date) -> list[PlanningConflict]:
    """What no crew could mend on a tour of that day."""
    found: list[PlanningConflict] = [
        PlaceUnknown(site=site.name) for site in (job.pickup, job.delivery) if not located(site)
    ]
    (since, closes), (reaches, until) = job.window("pickup"), job.window("delivery")
    midnight = instant_at(day, 0)
    if closes < midnight - BEHIND or max(since, reaches) > midnight + HORIZON:
        found.append(
            OutOfReach(reference=job.reference, since=dated(since), until=dated(until), day=f"{day:%d/%m/%Y}")
        )
    return found


def obstacles_ever(job: Job, today: datetime) -> list[PlanningConflict]:
    """What stands against it on every day that could be planned: on the one that suits it best."""
    return obstacles(job, day_at(min(max(job.window("pickup")[0], today - BEHIND), today + AHEAD)))
