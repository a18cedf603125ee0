"""Proposes tours for a day: the jobs as a routing problem, its answer laid out on the real calendar.

The search sees one axis of working minutes: nights are cut out of it, so that a load of Monday evening can be
delivered on Tuesday morning. Driving is stretched by 45 min in 270, which always leaves room for the breaks.
Every route is then laid out on the calendar and checked; what the calendar refuses is taken off again.
"""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from math import ceil, floor

import msgspec
import numpy as np

from rt.services.planning.domain.axis import Axis, Window
from rt.services.planning.domain.checks import conflicts, zone_of
from rt.services.planning.domain.conflicts import (
    ByShip,
    NobodyThere,
    NoRoomLeft,
    NotLookedAt,
    PlanningConflict,
)
from rt.services.planning.domain.distances import (
    by_road,
    located,
    minutes_between,
    minutes_matrix,
    reached,
    town_of,
)
from rt.services.planning.domain.fits import Fit, best_fit
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.routing.problem import Problem, Request, Route, Truck
from rt.services.planning.domain.routing.solver import solve
from rt.services.planning.domain.stop import Stop
from rt.services.planning.domain.timeline import DRIVING_BEFORE_BREAK, DRIVING_PER_DAY
from rt.services.planning.domain.tour import Tour, new_tour
from rt.trade.calendars import paris_day
from rt.trade.places import Site

STRETCH = (DRIVING_BEFORE_BREAK + 45) / DRIVING_BEFORE_BREAK
PATIENCE = 4_000
"""Iterations without progress after which a small day is solved well enough."""
AFTERWARDS_SECONDS = 10.0
MOST_JOBS, MOST_SKILL_SETS = 500, 12
"""What one search takes: beyond, its matrices would outgrow the memory of its process."""
Manned = tuple[Crew, Window]


class Proposal(msgspec.Struct):
    """Tours with the job ids that found no place, each with what stands against it."""

    tours: list[Tour]
    left_over: dict[str, list[PlanningConflict]]


def propose(
    jobs: Sequence[Job],
    crews: Sequence[Crew],
    day: date,
    *,
    days: int,
    seconds: float,
    others: Sequence[Tour] = (),
    name_tour: str = "tour",
    afterwards: float | None = None,
) -> Proposal:
    """Tours for these jobs with these crews, from `day` over `days`, found in that many seconds.

    `afterwards` seconds more go into placing by hand what was left and saying why the rest has no place: as
    long as the search, 2 to 10 seconds where nothing is said.
    """
    longer = min(AFTERWARDS_SECONDS, max(2.0, seconds)) if afterwards is None else afterwards
    ends = time.monotonic() + seconds + longer
    left_over = {job.id: against for job in jobs if (against := [*job.obstacles(day), *_by_ship(job)])}
    placed = [job for job in jobs if job.id not in left_over]
    usable = [crew for crew in crews if located(crew.vehicle.depot)]
    tours: list[tuple[Tour, Crew]] = []
    for its_jobs, its_crews in _by_land(placed, usable):
        share = seconds * len(its_jobs) / len(placed)
        tours += _search(its_jobs, its_crews, day, days, share, others, f"{name_tour}{len(tours)}_")
    on_tour = {job_id for tour, _ in tours for job_id in tour.job_ids}
    reasons: dict[str, list[PlanningConflict]] = {
        job.id: why_not(job, usable, day, days, others, ends=ends) for job in placed if job.id not in on_tour
    }
    able = [job for job in placed if any(isinstance(one, NoRoomLeft) for one in reasons.get(job.id, []))]
    added = _place_the_rest(able, tours, usable, day, others, f"{name_tour}_", ends)
    left_over |= {job_id: why for job_id, why in reasons.items() if job_id not in added}
    return Proposal([tour for tour, _ in tours], left_over)


def why_not(
    job: Job,
    crews: Sequence[Crew],
    day: date,
    days: int,
    others: Sequence[Tour],
    *,
    ends: float = float("inf"),
) -> list[PlanningConflict]:
    """The least that stands against this job, over all crews if it were alone, as far as there is time."""
    if not crews:
        return [NobodyThere(vehicles=0, drivers=0)]
    least: Fit | None = None
    able: set[str] = set()
    for crew in crews:
        for later in range(days):
            if time.monotonic() > ends:
                break
            fit = best_fit(job, new_tour("alone", crew, day + timedelta(days=later)), crew, others)
            least = fit if least is None or fit.rank < least.rank else least
            if not fit.conflicts:
                able.add(crew.vehicle.id)
    if able:
        return [NoRoomLeft(count=len(able), reference=job.reference)]
    return least.conflicts if least else [NotLookedAt(reference=job.reference)]


def _by_ship(job: Job) -> list[PlanningConflict]:
    """What is carried over water is placed by hand: on one land each truck serves its own jobs."""
    if by_road(job.pickup, job.delivery) or not reached(job.pickup, job.delivery):
        return []
    return [ByShip(start=town_of(job.pickup), end=town_of(job.delivery))]


def _by_land(jobs: Sequence[Job], crews: Sequence[Crew]) -> list[tuple[list[Job], list[Crew]]]:
    """Jobs with the crews that a road leads to them: each land is a problem of its own."""
    lands: list[tuple[list[Job], list[Crew]]] = []
    for crew in crews:
        same = next((its for _, its in lands if by_road(its[0].vehicle.depot, crew.vehicle.depot)), None)
        if same is None:
            lands.append(([], [crew]))
        else:
            same.append(crew)
    for job in jobs:
        for its_jobs, its_crews in lands:
            if by_road(its_crews[0].vehicle.depot, job.pickup):
                its_jobs.append(job)
    return [(its_jobs[:MOST_JOBS], its_crews) for its_jobs, its_crews in lands if its_jobs]


def _search(
    jobs: Sequence[Job],
    crews: Sequence[Crew],
    day: date,
    days: int,
    seconds: float,
    others: Sequence[Tour],
    name_tour: str,
) -> list[tuple[Tour, Crew]]:
    """The tours that the search finds, laid out on the calendar."""
    axis = Axis(crews, day, days)
    zone = zone_of([*(crew.vehicle.depot for crew in crews), *_sites(jobs)])
    manned = [(crew, window) for crew in crews if (window := axis.window(crew, zone)) is not None]
    manned = _alike_enough(manned, frozenset(skill for job in jobs for skill in job.requirements))
    if not manned:
        return []
    answer = solve(_problem(jobs, manned, axis), seconds, patience=PATIENCE)
    tours = []
    for number, route in enumerate(answer.routes):
        crew = manned[route.truck][0]
        tour = _lay(f"{name_tour}{number}", route, jobs, crew, day, others)
        if tour.stops:
            tours.append((tour, crew))
    return tours


def _alike_enough(manned: Sequence[Manned], needed: frozenset[str]) -> list[Manned]:
    """The crews of the commonest skills: the search keeps a matrix for each set of skills that matters."""
    sets = Counter(crew.skills & needed for crew, _ in manned)
    kept = {skills for skills, _ in sets.most_common(MOST_SKILL_SETS)}
    return [one for one in manned if one[0].skills & needed in kept]


def _sites(jobs: Sequence[Job]) -> list[Site]:
    return [site for job in jobs for site in (job.pickup, job.delivery)]


def _problem(jobs: Sequence[Job], manned: Sequence[Manned], axis: Axis) -> Problem:
    """Whole minutes at the wheel are what costs; loads in whole kilograms, pallets and centimetres."""
    sites = [crew.vehicle.depot for crew, _ in manned]
    needed = frozenset(skill for job in jobs for skill in job.requirements)
    requests = []
    for job in jobs:
        pickup, delivery = job.stops()
        at = len(sites)
        sites += [job.pickup, job.delivery]
        requests.append(
            Request(
                pickup=axis.call(at, pickup),
                delivery=axis.call(at + 1, delivery),
                load=(ceil(job.weight_kg), job.pallets, ceil(job.loading_metres * 100)),
                skills=frozenset(job.requirements),
            )
        )
    trucks = tuple(
        Truck(
            start=number,
            end=number,
            opens=since,
            closes=until,
            capacity=(
                floor(crew.vehicle.capacity_kg),
                crew.vehicle.capacity_pallets,
                floor(crew.vehicle.capacity_loading_metres * 100 + 1e-6),
            ),
            skills=crew.skills & needed,
            most_cost=DRIVING_PER_DAY * days,
        )
        for number, (crew, (since, until, days)) in enumerate(manned)
    )
    minutes = minutes_matrix(sites)
    durations = np.ceil(minutes * STRETCH)
    return Problem(costs=minutes, durations=durations, requests=tuple(requests), trucks=trucks)


def _lay(id: str, route: Route, jobs: Sequence[Job], crew: Crew, day: date, others: Sequence[Tour]) -> Tour:
    """The route on the calendar; jobs that the calendar refuses are taken off, the worst first."""
    stops = [jobs[visit.request].stops()[0 if visit.is_pickup else 1] for visit in route.visits]
    while stops:
        tour = _earliest_allowed(id, stops, crew, day, others)
        against = conflicts(tour, crew, others)
        if not against:
            return tour
        worst = next((one.job_id for one in against if one.job_id), stops[-1].job_id)
        stops = [stop for stop in stops if stop.job_id != worst]
    return new_tour(id, crew, day)


def _earliest_allowed(id: str, stops: Sequence[Stop], crew: Crew, day: date, others: Sequence[Tour]) -> Tour:
    """The tour beginning on the day when it has to leave, or else on the first day of the plan."""
    away = timedelta(minutes=minutes_between(crew.vehicle.depot, stops[0].site))
    leaving = max(day, paris_day(stops[0].opens - away))
    for start in dict.fromkeys((leaving, day)):
        tour = new_tour(id, crew, start)
        tour.arrange(stops, crew)
        if not conflicts(tour, crew, others):
            break
    return tour


def _place_the_rest(
    jobs: Sequence[Job],
    tours: list[tuple[Tour, Crew]],
    crews: Sequence[Crew],
    day: date,
    others: Sequence[Tour],
    name_tour: str,
    ends: float,
) -> set[str]:
    """Put what was left or taken off where it still fits, if it does; the job ids that found a place."""
    added: set[str] = set()
    for job in jobs:
        if time.monotonic() > ends:
            break
        busy = {crew.vehicle.id for _, crew in tours}
        places = [(n, best_fit(job, tour, crew, others, ends=ends)) for n, (tour, crew) in enumerate(tours)]
        places += [
            (-1, best_fit(job, new_tour(f"{name_tour}{len(tours)}", crew, start), crew, others))
            for crew in crews
            if crew.vehicle.id not in busy
            for start in sorted({day, max(day, paris_day(job.pickup_from))})
        ]
        allowed = [(n, fit) for n, fit in places if not fit.conflicts]
        if allowed:
            number, fit = min(allowed, key=lambda one: one[1].added_km)
            added.add(job.id)
            if number < 0:
                tours.append((fit.tour, fit.crew))
            else:
                tours[number] = (fit.tour, fit.crew)
    return added
