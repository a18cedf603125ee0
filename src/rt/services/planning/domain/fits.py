"""Where a job fits best: every pair of positions of every tour, cheapest kilometres first."""

import time
from collections.abc import Iterator, Sequence
from copy import copy
from datetime import date
from heapq import nsmallest
from typing import NamedTuple

from rt.contracts.planning import FitView
from rt.services.planning.domain.checks import conflicts
from rt.services.planning.domain.conflicts import (
    UNMEASURED,
    OutOfReach,
    OutOfService,
    PlaceUnknown,
    PlanningConflict,
    SeaCrossing,
    SkillMissing,
)
from rt.services.planning.domain.distances import kilometres
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.sequence import insert
from rt.services.planning.domain.tour import Tour, new_tour

ANYWHERE = (SkillMissing, OutOfService, PlaceUnknown, SeaCrossing, OutOfReach)
"""Conflicts that no other position would mend."""
MOST_TRIES = 400
"""Pairs of positions looked at: all of them up to 26 stops, the 400 shortest beyond."""


class Fit(NamedTuple):
    """A job on a tour: where, the tour as it would become, what stands against it, what it adds."""

    tour: Tour
    crew: Crew
    pickup_position: int
    delivery_position: int
    conflicts: list[PlanningConflict]
    added_km: float
    added_minutes: int

    @property
    def rank(self) -> tuple[int, float]:
        return len(self.conflicts), self.added_km

    @property
    def measured(self) -> bool:
        """Whether its kilometres mean anything: not where a place is unknown or water lies between."""
        return not any(isinstance(one, UNMEASURED) for one in self.conflicts)

    def view(self) -> FitView:
        return FitView(
            vehicle_id=self.crew.vehicle.id,
            vehicle_plate=self.crew.vehicle.plate,
            driver_id=self.crew.driver.id,
            driver_name=self.crew.driver.name,
            tour_id="" if self.tour.id == "new" else self.tour.id,
            tour_version=0 if self.tour.id == "new" else self.tour.version,
            pickup_position=self.pickup_position,
            delivery_position=self.delivery_position,
            added_km=self.added_km if self.measured else None,
            added_minutes=self.added_minutes,
            feasible=not self.conflicts,
            conflicts=[one.conflict_view() for one in self.conflicts],
        )


def best_fit(
    job: Job,
    tour: Tour,
    crew: Crew,
    others: Sequence[Tour],
    *,
    pickup_position: int | None = None,
    delivery_position: int | None = None,
    derogation: str = "",
    ends: float | None = None,
) -> Fit:
    """The allowed place with the fewest kilometres, or else the one with the least against it.

    Positions that are given are kept to. After `ends` (of time.monotonic) the best so far is taken.
    """
    if against := job.obstacles(tour.day):
        return Fit(tour, crew, 0, 1, against, 0, 0)
    others = [one for one in others if one.vehicle_id == tour.vehicle_id or one.driver_id == tour.driver_id]
    best: Fit | None = None
    for _, first, second in _cheapest(job, tour, crew, pickup_position, delivery_position):
        fit = try_at(job, tour, crew, others, first, second, derogation=derogation)
        best = fit if best is None or fit.rank < best.rank else best
        hopeless = any(isinstance(one, ANYWHERE) for one in fit.conflicts)
        late = ends is not None and time.monotonic() > ends
        if not best.conflicts or hopeless or late:
            break
    if best is None:
        last = len(tour.stops)
        first = last if pickup_position is None else min(pickup_position, last)
        second = last + 1 if delivery_position is None else min(delivery_position, last + 1)
        best = try_at(job, tour, crew, others, first, second, derogation=derogation)
    return best


def tries(tour: Tour) -> int:
    """How many places of a tour are looked at, at most."""
    return min(MOST_TRIES, (len(tour.stops) + 1) * (len(tour.stops) + 2) // 2)


def try_at(
    job: Job, tour: Tour, crew: Crew, others: Sequence[Tour], first: int, second: int, *, derogation: str = ""
) -> Fit:
    """The tour with this job's pickup and delivery at these positions."""
    after = copy(tour)
    after.arrange(insert(tour.stops, job, first, second), crew)
    return Fit(
        after,
        crew,
        first,
        second,
        conflicts(after, crew, others, derogation or tour.derogation),
        round(after.distance_km - tour.distance_km, 1),
        round(((after.ends_at - after.starts_at) - (tour.ends_at - tour.starts_at)).total_seconds() / 60),
    )


class Found(NamedTuple):
    """The places found, and whether there was time to look at all."""

    fits: list[Fit]
    complete: bool


def fits(
    job: Job,
    tours: Sequence[tuple[Tour, Crew]],
    free: Sequence[Crew],
    day: date,
    others: Sequence[Tour],
    *,
    seconds: float = 60,
) -> Found:
    """The best place on each tour and with each free crew, allowed and cheap ones first.

    The most promising are looked at first; when the seconds are over, the rest is left out.
    """
    ends = time.monotonic() + seconds
    places = [*tours, *((new_tour("new", crew, day), crew) for crew in free)]
    placed = sorted(places, key=lambda place: next(_cheapest(job, *place))[0])
    found: list[Fit] = []
    for tour, crew in placed:
        if found and time.monotonic() > ends:
            break
        found.append(best_fit(job, tour, crew, others, ends=ends))
    return Found(sorted(found, key=lambda fit: fit.rank), len(found) == len(placed))


def _cheapest(
    job: Job, tour: Tour, crew: Crew, pickup_at: int | None = None, delivery_at: int | None = None
) -> Iterator[tuple[float, int, int]]:
    """The kilometres that pairs of positions in the new list add, and the pair; the fewest first.

    What lies behind the truck is no place any more.
    """
    stops, depot = tour.stops, crew.vehicle.depot
    sites = [depot, *(stop.site for stop in stops), depot]
    to_pickup = [kilometres(site, job.pickup) for site in sites]
    to_delivery = [kilometres(site, job.delivery) for site in sites]
    along = [kilometres(sites[n], sites[n + 1]) for n in range(len(sites) - 1)]
    straight = kilometres(job.pickup, job.delivery)
    pairs = []
    for first in range(len(tour.behind()), len(stops) + 1):
        added = to_pickup[first] + straight + to_delivery[first + 1] - along[first]
        pairs.append((added, first, first + 1))
        pickup_added = to_pickup[first] + to_pickup[first + 1] - along[first]
        for second in range(first + 1, len(stops) + 1):
            delivery_added = to_delivery[second] + to_delivery[second + 1] - along[second]
            pairs.append((pickup_added + delivery_added, first, second + 1))
    asked = (pair for pair in pairs if pickup_at in (None, pair[1]) and delivery_at in (None, pair[2]))
    yield from nsmallest(MOST_TRIES, asked)
