"""Checks a tour by hand: overlaps, calendars, places, order, loads, windows, skills and truck bans."""

from collections.abc import Sequence

from rt.services.planning.domain.conflicts import (
    DeliveredBeforePickup,
    DriverAbsent,
    DriverBusy,
    OutOfService,
    OverCapacity,
    PlaceUnknown,
    PlanningConflict,
    SeaCrossing,
    SkillMissing,
    TourTooLong,
    TruckBanned,
    VehicleBusy,
    VehicleInMaintenance,
    WindowMissed,
    clock,
)
from rt.services.planning.domain.distances import located, reached, town_of
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.hours import Span
from rt.services.planning.domain.job import HORIZON
from rt.services.planning.domain.sequence import plus
from rt.services.planning.domain.tour import Tour
from rt.trade.places import Site
from rt.trade.truck_bans import Zone, bans

UNITS = ("kg", "pal", "ml")
TOLERANCE = 0.005
"""Grams and millimetres are not argued about."""
WINTER_NETWORK = ("01", "07", "26", "38", "42", "69", "73", "74")
"""Departments of the Rhône-Alpes network (winter bans)."""


def conflicts(tour: Tour, crew: Crew, others: Sequence[Tour], derogation: str = "") -> list[PlanningConflict]:
    """Everything that stands against this tour as it is laid out; `others` are the live tours around it."""
    if not tour.stops:
        return []
    if tour.ends_at - tour.starts_at > HORIZON:
        return [TourTooLong(days=(tour.ends_at - tour.starts_at).days, most=HORIZON.days)]
    return [
        *_busy(tour, crew, others),
        *_calendar(tour, crew),
        *_places(tour, crew),
        *_order(tour),
        *_loads(tour, crew),
        *_windows(tour),
        *_skills(tour, crew),
        *_bans(tour, crew, derogation),
    ]


def zone_of(sites: Sequence[Site]) -> Zone:
    """The ban network that these places touch."""
    winter = any(
        site.address.country == "FR" and site.address.postal_code.startswith(WINTER_NETWORK) for site in sites
    )
    return "rhone_alpes" if winter else "general"


def _busy(tour: Tour, crew: Crew, others: Sequence[Tour]) -> list[PlanningConflict]:
    found: list[PlanningConflict] = []
    for other in others:
        apart = other.ends_at <= tour.starts_at or other.starts_at >= tour.ends_at
        if other.id == tour.id or other.state in ("withdrawn", "done") or not other.stops or apart:
            continue
        since, until = clock(other.starts_at), clock(other.ends_at)
        if other.vehicle_id == tour.vehicle_id:
            found.append(VehicleBusy(plate=crew.vehicle.plate, since=since, until=until))
        if other.driver_id == tour.driver_id:
            found.append(DriverBusy(name=crew.driver.name, since=since, until=until))
    return found


def _calendar(tour: Tour, crew: Crew) -> list[PlanningConflict]:
    """Nobody works or drives outside of hours, absent, with a vehicle in the workshop, or out of service.

    What lies behind was done by whoever drove then.
    """
    found: list[PlanningConflict] = []
    for name, active in ((crew.vehicle.plate, crew.vehicle.active), (crew.driver.name, crew.driver.active)):
        if not active:
            found.append(OutOfService(name=name))
    behind = tour.behind()
    since = behind[-1].leaves_at if behind else tour.starts_at
    spans = [*tour.drives, *((stop.starts_at, stop.leaves_at) for stop in tour.stops)]
    spans = [span for span in spans if span[0] >= since]
    shifts = crew.driver.shifts(tour.starts_at, tour.ends_at)
    outside = _outside(spans, shifts)
    if outside:
        since, until = min(outside)[0], max(end for _, end in outside)
        away = crew.driver.away(since, until)
        reason = (away.reason or "absence") if away else "hors horaires / outside of hours"
        found.append(
            DriverAbsent(name=crew.driver.name, since=clock(since), until=clock(until), reason=reason)
        )
    if period := crew.vehicle.in_maintenance(tour.starts_at, tour.ends_at):
        found.append(
            VehicleInMaintenance(
                plate=crew.vehicle.plate,
                since=clock(period.starts_at),
                until=clock(period.ends_at),
                reason=period.reason or "entretien / maintenance",
            )
        )
    return found


def _outside(spans: Sequence[Span], shifts: Sequence[Span]) -> list[Span]:
    """The stretches that lie in no shift whole; of those begun by then the longest counts."""
    found, place, lasts = [], 0, None
    for since, until in sorted(spans):
        while place < len(shifts) and shifts[place][0] <= since:
            lasts = shifts[place][1] if lasts is None else max(lasts, shifts[place][1])
            place += 1
        if lasts is None or until > lasts:
            found.append((since, until))
    return found


def _places(tour: Tour, crew: Crew) -> list[PlanningConflict]:
    sites = [(None, crew.vehicle.depot), *((n, stop.site) for n, stop in enumerate(tour.stops))]
    found: list[PlanningConflict] = [
        PlaceUnknown(stop=n, site=site.name) for n, site in sites if not located(site)
    ]
    there = [*sites[1:], (None, crew.vehicle.depot)]
    for (_, start), (position, end) in zip(sites, there, strict=True):
        if not reached(start, end):
            found.append(SeaCrossing(stop=position, start=town_of(start), end=town_of(end)))
    return found


def _order(tour: Tour) -> list[PlanningConflict]:
    loaded: set[str] = set()
    found: list[PlanningConflict] = []
    for position, stop in enumerate(tour.stops):
        if stop.kind == "pickup":
            loaded.add(stop.job_id)
        elif stop.job_id not in loaded:
            found.append(
                DeliveredBeforePickup(
                    stop=position, job_id=stop.job_id, reference=stop.reference, place=position + 1
                )
            )
    return found


def _loads(tour: Tour, crew: Crew) -> list[PlanningConflict]:
    """Each dimension once, where it is worst."""
    found: list[PlanningConflict] = []
    carried, loads = (0.0, 0.0, 0.0), []
    for stop in tour.stops:
        carried = plus(carried, stop.load)
        loads.append(carried)
    for dimension, (unit, most) in enumerate(zip(UNITS, crew.vehicle.capacity, strict=True)):
        load, worst = max((load[dimension], position) for position, load in enumerate(loads))
        if load > most + TOLERANCE:
            found.append(
                OverCapacity(
                    stop=worst,
                    job_id=tour.stops[worst].job_id,
                    place=worst + 1,
                    plate=crew.vehicle.plate,
                    load=f"{load:.10g}",
                    unit=unit,
                    most=f"{most:.10g}",
                )
            )
    return found


def _windows(tour: Tour) -> list[PlanningConflict]:
    return [
        WindowMissed(
            stop=position,
            job_id=stop.job_id,
            place=position + 1,
            reference=stop.reference,
            at=clock(stop.starts_at),
            closes=clock(stop.closes),
            minutes=round((stop.starts_at - stop.closes).total_seconds() / 60),
        )
        for position, stop in enumerate(tour.stops)
        if stop.starts_at > stop.closes
    ]


def _skills(tour: Tour, crew: Crew) -> list[PlanningConflict]:
    found: list[PlanningConflict] = []
    for position, stop in enumerate(tour.stops):
        if stop.kind == "pickup":
            found += [
                SkillMissing(
                    stop=position,
                    job_id=stop.job_id,
                    reference=stop.reference,
                    skill=skill,
                    plate=crew.vehicle.plate,
                    name=crew.driver.name,
                )
                for skill in sorted(set(stop.requirements) - crew.skills)
            ]
    return found


def _bans(tour: Tour, crew: Crew, derogation: str) -> list[PlanningConflict]:
    """Each ban that a stretch at the wheel falls into and that the derogation does not lift."""
    zone = zone_of([crew.vehicle.depot, *(stop.site for stop in tour.stops)])
    found: list[PlanningConflict] = []
    for ban in bans(tour.starts_at, tour.ends_at, crew.vehicle.gross_kg, zone, derogation=derogation):
        inside = [drive for drive in tour.drives if drive[0] < ban.ends_at and drive[1] > ban.starts_at]
        if inside:
            found.append(
                TruckBanned(
                    plate=crew.vehicle.plate,
                    tonnes=crew.vehicle.gross_weight_t,
                    at=clock(max(inside[0][0], ban.starts_at)),
                    since=clock(ban.starts_at),
                    until=clock(ban.ends_at),
                    rule=ban.rule,
                )
            )
    return found
