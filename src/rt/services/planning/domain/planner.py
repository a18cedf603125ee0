"""Proposes tours for a day: the jobs as a routing problem, its answer laid out on the real calendar.

The search sees one axis of working minutes: nights are cut out of it, so that a load of Monday evening can be
delivered on Tuesday morning. Driving is stretched by 45 min in 270, which always leaves room for the breaks.
Every route is then laid out on the calendar and checked; what the calendar refuses is taken off again.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from math import ceil, floor

import msgspec
import numpy as np

from rt.services.planning.domain.checks import conflicts, zone_of
from rt.services.planning.domain.conflicts import NobodyThere, NoRoomLeft, PlaceUnknown, PlanningConflict
from rt.services.planning.domain.distances import located, minutes_between, minutes_matrix
from rt.services.planning.domain.fits import best_fit
from rt.services.planning.domain.fleet import Crew, Span, without
from rt.services.planning.domain.job import Job, Stop
from rt.services.planning.domain.routing.problem import Call, Problem, Request, Route, Truck
from rt.services.planning.domain.routing.solver import solve
from rt.services.planning.domain.timeline import DRIVING_BEFORE_BREAK, DRIVING_PER_DAY
from rt.services.planning.domain.tour import Tour, new_tour
from rt.trade.calendars import paris_day, paris_instant
from rt.trade.truck_bans import bans

STRETCH = (DRIVING_BEFORE_BREAK + 45) / DRIVING_BEFORE_BREAK
Window = tuple[int, int, int]
"""From and until on the axis, and over how many shifts."""
PATIENCE = 4_000
"""Iterations without progress after which a small day is solved well enough."""


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
) -> Proposal:
    """Tours for these jobs with these crews, from `day` over `days`, found in that many seconds."""
    left_over: dict[str, list[PlanningConflict]] = {}
    placed = []
    for job in jobs:
        unknown = [site for site in (job.pickup, job.delivery) if not located(site)]
        if unknown:
            left_over[job.id] = [PlaceUnknown(site=site.name) for site in unknown]
        else:
            placed.append(job)
    usable = [crew for crew in crews if located(crew.vehicle.depot)]
    axis = _Axis(usable, day, days)
    manned = [(crew, window) for crew in usable if (window := axis.window(crew, placed)) is not None]
    tours: list[tuple[Tour, Crew]] = []
    if placed and manned:
        problem = _problem(placed, manned, axis)
        answer = solve(problem, seconds, patience=PATIENCE)
        for number, route in enumerate(answer.routes):
            crew = manned[route.truck][0]
            tour = _lay(f"{name_tour}{number}", route, placed, crew, day, others)
            if tour.stops:
                tours.append((tour, crew))
    on_tour = {job_id for tour, _ in tours for job_id in tour.job_ids}
    reasons = {job.id: why_not(job, usable, day, days, others) for job in placed if job.id not in on_tour}
    able = [job for job in placed if any(isinstance(one, NoRoomLeft) for one in reasons.get(job.id, []))]
    added = _place_the_rest(able, tours, [crew for crew, _ in manned], day, others, name_tour)
    left_over |= {job_id: why for job_id, why in reasons.items() if job_id not in added}
    return Proposal([tour for tour, _ in tours], left_over)


def why_not(
    job: Job, crews: Sequence[Crew], day: date, days: int, others: Sequence[Tour]
) -> list[PlanningConflict]:
    """The least that stands against this job, over all crews if it were alone."""
    if not crews:
        return [NobodyThere(vehicles=0, drivers=0)]
    alone = [
        best_fit(job, new_tour("alone", crew, day + timedelta(days=later)), crew, others)
        for crew in crews
        for later in range(days)
    ]
    able = {fit.crew.vehicle.id for fit in alone if not fit.conflicts}
    if able:
        return [NoRoomLeft(count=len(able), reference=job.reference)]
    return min(alone, key=lambda fit: fit.rank).conflicts


class _Axis:
    """Working minutes of the horizon, one after the other: most crews' hours, without the nights."""

    def __init__(self, crews: Sequence[Crew], day: date, days: int) -> None:
        self.since = paris_instant(day, 0)
        self.until = paris_instant(day + timedelta(days=days), 0)
        patterns = Counter(tuple(self._shifts(crew)) for crew in crews)
        usual = sorted(patterns.items(), key=lambda one: (one[1], one[0]))
        self.spans: list[Span] = list(usual[-1][0]) if usual else []

    def minute(self, at: datetime) -> int:
        """Working minutes from the start of the horizon to that moment."""
        return int(
            sum(max(timedelta(0), min(at, end) - start) / timedelta(minutes=1) for start, end in self.spans)
        )

    def window(self, crew: Crew, jobs: Sequence[Job]) -> Window | None:
        """From, until and days of the longest time this crew may be on the road without a gap."""
        zone = zone_of([crew.vehicle.depot, *(site for job in jobs for site in (job.pickup, job.delivery))])
        spans = self._shifts(crew)
        for ban in bans(self.since, self.until, crew.vehicle.gross_kg, zone):
            spans = without(spans, ban.starts_at, ban.ends_at)
        pieces: list[Window] = []
        for start, end in self.spans:
            for since, until in spans:
                a, b = self.minute(max(start, since)), self.minute(min(end, until))
                if a >= b:
                    continue
                if pieces and pieces[-1][1] == a:
                    pieces[-1] = (pieces[-1][0], b, pieces[-1][2] + 1)
                else:
                    pieces.append((a, b, 1))
        return max(pieces, key=lambda one: one[1] - one[0], default=None)

    def call(self, node: int, stop: Stop) -> Call:
        """The stop's window on the axis; work that would run into the night is begun earlier."""
        opens, closes = self.minute(stop.opens), self.minute(stop.closes)
        over = any(end <= stop.closes + timedelta(minutes=stop.service_minutes) for _, end in self.spans)
        ends = {self.minute(end) for _, end in self.spans}
        if over and closes in ends:
            closes = max(opens, closes - stop.service_minutes)
        return Call(node, opens, closes, stop.service_minutes)

    def _shifts(self, crew: Crew) -> list[Span]:
        return crew.driver.shifts(self.since, self.until)


def _problem(
    jobs: Sequence[Job], manned: Sequence[tuple[Crew, tuple[int, int, int]]], axis: _Axis
) -> Problem:
    """Whole minutes at the wheel are what costs; loads in whole kilograms, pallets and centimetres."""
    sites = [crew.vehicle.depot for crew, _ in manned]
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
            skills=crew.skills,
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
) -> set[str]:
    """Put what was left or taken off where it still fits, if it does; the job ids that found a place."""
    added: set[str] = set()
    for job in jobs:
        busy = {crew.vehicle.id for _, crew in tours}
        places = [(n, best_fit(job, tour, crew, others)) for n, (tour, crew) in enumerate(tours)]
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
