"""Checks finished tours again from what is written in them, without the code that made them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from rt.services.planning.domain.distances import minutes_between
from rt.services.planning.domain.fleet import Driver, Vehicle
from rt.services.planning.domain.tour import Tour
from rt.trade.truck_bans import Zone, banned
from rt.trade.zones import PARIS

Rule = Literal[
    "job_once", "pickup_first", "capacity", "window", "service", "travel", "skill", "calendar", "maintenance",
    "ban", "break", "daily_driving", "vehicle_twice", "driver_twice",
]  # fmt: skip
STEP = timedelta(minutes=5)
WINTER = {"01", "07", "26", "38", "42", "69", "73", "74"}


class Violation(msgspec.Struct, frozen=True):
    """One rule that a tour breaks."""

    rule: Rule
    tour_id: str
    text: str


def violations(
    tours: Sequence[Tour], vehicles: Mapping[str, Vehicle], drivers: Mapping[str, Driver]
) -> list[Violation]:
    """Everything wrong with these tours taken together; a derogation lifts what the law lets it lift."""
    found: list[Violation] = []
    for job_id, times in Counter(job for tour in tours for job in tour.job_ids).items():
        if times > 1:
            found.append(Violation("job_once", "", f"{job_id} is on {times} tours"))
    found += _twice("vehicle_twice", [(tour.vehicle_id, tour) for tour in tours])
    found += _twice("driver_twice", [(tour.driver_id, tour) for tour in tours])
    for tour in tours:
        found += _cargo(tour, vehicles[tour.vehicle_id], drivers[tour.driver_id])
        found += _times(tour, vehicles[tour.vehicle_id])
        found += _law(tour, vehicles[tour.vehicle_id], drivers[tour.driver_id])
    return found


def _twice(rule: Rule, taken: Sequence[tuple[str, Tour]]) -> list[Violation]:
    """Tours of one vehicle or driver that begin before an earlier one has ended."""
    found = []
    last: dict[str, Tour] = {}
    for who, tour in sorted(taken, key=lambda one: one[1].starts_at):
        before = last.get(who)
        if before is not None and tour.starts_at < before.ends_at and before.starts_at < tour.ends_at:
            found.append(Violation(rule, before.id, tour.id))
        if before is None or tour.ends_at > before.ends_at:
            last[who] = tour
    return found


def _cargo(tour: Tour, vehicle: Vehicle, driver: Driver) -> list[Violation]:
    found = []
    on_board: dict[str, tuple[float, int, float]] = {}
    able = {*vehicle.equipment, *driver.skills}
    for stop in tour.stops:
        if stop.kind == "pickup":
            on_board[stop.job_id] = (stop.weight_kg, stop.pallets, stop.loading_metres)
            if lacking := set(stop.requirements) - able:
                found.append(Violation("skill", tour.id, f"{stop.reference} needs {sorted(lacking)}"))
        elif on_board.pop(stop.job_id, None) is None:
            found.append(Violation("pickup_first", tour.id, stop.reference))
        kilograms = sum(load[0] for load in on_board.values())
        pallets = sum(load[1] for load in on_board.values())
        metres = sum(load[2] for load in on_board.values())
        if kilograms > vehicle.capacity_kg + 0.01:
            found.append(Violation("capacity", tour.id, f"{kilograms} kg after {stop.reference}"))
        if pallets > vehicle.capacity_pallets:
            found.append(Violation("capacity", tour.id, f"{pallets} pallets after {stop.reference}"))
        if metres > vehicle.capacity_loading_metres + 0.01:
            found.append(Violation("capacity", tour.id, f"{metres} m after {stop.reference}"))
    found += [Violation("pickup_first", tour.id, f"{job_id} stays on board") for job_id in on_board]
    return found


def _times(tour: Tour, vehicle: Vehicle) -> list[Violation]:
    """Windows, work, and enough time at the wheel before every arrival."""
    found = []
    here, left_at = vehicle.depot, tour.starts_at
    for stop in tour.stops:
        needed = minutes_between(here, stop.site)
        if _at_the_wheel(tour, left_at, stop.arrives_at) < needed:
            found.append(Violation("travel", tour.id, f"{needed} min to {stop.site.name} do not fit"))
        if not stop.opens <= stop.starts_at <= stop.closes or stop.starts_at < stop.arrives_at:
            found.append(Violation("window", tour.id, f"{stop.reference} begins {stop.starts_at}"))
        if stop.leaves_at - stop.starts_at < timedelta(minutes=stop.service_minutes):
            found.append(Violation("service", tour.id, f"{stop.reference} is cut short"))
        here, left_at = stop.site, stop.leaves_at
    needed = minutes_between(here, vehicle.depot)
    if _at_the_wheel(tour, left_at, tour.ends_at) < needed:
        found.append(Violation("travel", tour.id, f"{needed} min home do not fit"))
    return found


def _law(tour: Tour, vehicle: Vehicle, driver: Driver) -> list[Violation]:
    """Calendar, workshop, bans, breaks and daily driving, moment by moment."""
    found = []
    zone: Zone = "general"
    for site in (vehicle.depot, *(stop.site for stop in tour.stops)):
        if site.address.country == "FR" and site.address.postal_code[:2] in WINTER:
            zone = "rhone_alpes"
    working = [*tour.drives, *((stop.starts_at, stop.leaves_at) for stop in tour.stops)]
    if not all(_works(driver, at) for start, end in working for at in _moments(start, end)):
        found.append(Violation("calendar", tour.id, f"{driver.name} is not there"))
    for period in vehicle.maintenance:
        if period.starts_at < tour.ends_at and tour.starts_at < period.ends_at:
            found.append(Violation("maintenance", tour.id, vehicle.plate))
    gross = round(vehicle.gross_weight_t * 1000)
    moments = [at for start, end in tour.drives for at in _moments(start, end)]
    if any(banned(at, gross, zone, derogation=tour.derogation) for at in moments):
        found.append(Violation("ban", tour.id, vehicle.plate))
    since_break = today = timedelta(0)
    before: datetime | None = None
    services = [(stop.starts_at, stop.leaves_at) for stop in tour.stops]
    for start, end in sorted(tour.drives):
        idle = _longest_idle(before, start, services) if before else timedelta(0)
        since_break = timedelta(0) if idle >= timedelta(minutes=45) else since_break
        today = timedelta(0) if idle >= timedelta(hours=11) else today
        since_break, today, before = since_break + (end - start), today + (end - start), end
        if since_break > timedelta(hours=4, minutes=30):
            found.append(Violation("break", tour.id, f"{since_break} without a break"))
        if today > timedelta(hours=9):
            found.append(Violation("daily_driving", tour.id, f"{today} in a day"))
    return found


def _works(driver: Driver, at: datetime) -> bool:
    local = at.astimezone(PARIS)
    minute = local.hour * 60 + local.minute
    here = any(
        (one.weekday == local.weekday() and one.from_minute <= minute < one.until_minute)
        or (
            one.until_minute < one.from_minute
            and (
                (one.weekday == local.weekday() and minute >= one.from_minute)
                or ((one.weekday + 1) % 7 == local.weekday() and minute < one.until_minute)
            )
        )
        for one in driver.hours
    )
    return here and not any(away.starts_at <= at < away.ends_at for away in driver.absences)


def _at_the_wheel(tour: Tour, since: datetime, until: datetime) -> float:
    inside = (min(end, until) - max(start, since) for start, end in tour.drives)
    return sum(max(0.0, span.total_seconds() / 60) for span in inside)


def _longest_idle(
    since: datetime, until: datetime, services: Sequence[tuple[datetime, datetime]]
) -> timedelta:
    """The longest stretch between two moments in which no work was done."""
    longest, at = timedelta(0), since
    for start, end in sorted(services):
        if end > since and start < until:
            longest, at = max(longest, start - at), max(at, end)
    return max(longest, until - at)


def _moments(start: datetime, end: datetime) -> list[datetime]:
    return [start + STEP * n for n in range(int((end - start) / STEP) + 1) if start + STEP * n < end]
