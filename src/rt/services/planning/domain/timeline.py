"""When a crew is where: driving, breaks, rests, waiting and work along a list of stops.

Reading of Regulation (EC) 561/2006 that is kept: 45 min break after 4 h 30 at the wheel, 9 h of driving and
13 h on duty between daily rests of 11 h. The exceptions (10 h twice a week, reduced rests, 15 + 30 min) are
left to the driver as a reserve. Waiting of 45 min counts as a break, of 11 h as a rest.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

import msgspec

from rt.contracts.planning import FerryView
from rt.services.planning.domain import distances
from rt.services.planning.domain.distances import basis_of, way_to
from rt.services.planning.domain.fleet import LONGEST_SHIFT, Driver, Vehicle
from rt.services.planning.domain.hours import Span
from rt.services.planning.domain.job import HORIZON
from rt.services.planning.domain.stop import Stop
from rt.trade.calendars import paris_instant

BREAK, REST = timedelta(minutes=45), timedelta(hours=11)
DRIVING_BEFORE_BREAK, DRIVING_PER_DAY = 270, 540
"""Minutes at the wheel (art. 6 and 7)."""
SAME = ("job_id", "kind", "site", "opens", "closes")
TIMED = ("arrives_at", "starts_at", "leaves_at", "km_before", "ferries")
"""By what a stop is known to be the one that lies behind, and what it keeps of it."""


class Timeline(msgspec.Struct, kw_only=True):
    """A tour laid out in time; `drives` are the stretches at the wheel."""

    stops: list[Stop]
    starts_at: datetime
    ends_at: datetime
    distance_km: float
    driving_minutes: int
    distance_basis: str
    drives: list[Span]
    ferries_home: list[FerryView]


class Way(NamedTuple):
    """How far a truck has come: when it left, where it has been, what was driven, and what time it is."""

    began: datetime
    behind: Sequence[Stop]
    drives: Sequence[Span]
    at: datetime

    @property
    def next_minute(self) -> datetime:
        return self.at.replace(second=0, microsecond=0) + timedelta(minutes=1)

    def done(self, stops: Sequence[Stop]) -> list[Stop]:
        """What lies behind of these stops, when it was there; what was agreed otherwise since lies ahead."""
        done: list[Stop] = []
        for stop, was in zip(stops, self.behind, strict=False):
            if any(getattr(stop, name) != getattr(was, name) for name in SAME):
                break
            done.append(msgspec.structs.replace(stop, **{name: getattr(was, name) for name in TIMED}))
        return done


def lay_out(
    stops: Sequence[Stop], vehicle: Vehicle, driver: Driver, day: date, way: Way | None = None
) -> Timeline:
    """The earliest times at which this crew does these stops in this order, leaving as late as it may.

    On its `way` it goes on from the last stop behind it, and reaches no other before now.
    """
    clock = _Clock(driver, day)
    timed = way.done(stops) if way else []
    behind = len(timed)
    if way and timed:
        clock.go_on(way, timed)
    here, total_km, total_minutes = vehicle.depot, 0.0, 0
    for position, stop in enumerate(stops):
        to_it = way_to(here, stop.site)
        km, minutes = to_it.km, to_it.driving_minutes
        here, total_km, total_minutes = stop.site, total_km + km, total_minutes + minutes
        if position < behind:
            continue
        if position == 0:
            pauses = BREAK * (max(0, minutes - 1) // DRIVING_BEFORE_BREAK)
            clock.begin(stop.opens - timedelta(minutes=to_it.minutes) - pauses)
        clock.go(to_it)
        if way and position == behind:
            clock.at = max(clock.at, way.next_minute)
        arrives = clock.at
        clock.wait_until(stop.opens)
        starts = clock.work(timedelta(minutes=stop.service_minutes))
        timed.append(
            msgspec.structs.replace(
                stop,
                arrives_at=arrives,
                starts_at=starts,
                leaves_at=clock.at,
                km_before=round(km, 1),
                ferries=to_it.ferries,
            )
        )
    home = way_to(here, vehicle.depot)
    clock.go(home)
    return Timeline(
        stops=timed,
        starts_at=clock.began,
        ends_at=clock.at,
        distance_km=round(total_km + home.km, 1),
        driving_minutes=total_minutes + home.driving_minutes,
        distance_basis=basis_of([vehicle.depot, *(stop.site for stop in stops), vehicle.depot]),
        drives=clock.drives,
        ferries_home=home.ferries,
    )


class _Clock:
    """One driver's time, moved forward by driving, waiting and working.

    Where the calendar has no hours, usual ones are assumed: the check of the tour then names the conflict.
    """

    def __init__(self, driver: Driver, day: date) -> None:
        first = paris_instant(day, 0)
        self.shifts = driver.shifts(first, first + HORIZON)
        self.shifts = [shift for shift in self.shifts if shift[0] >= first]
        if not self.shifts or self.shifts[0][0] >= paris_instant(day, 24):
            self.shifts.insert(0, (paris_instant(day, 6), paris_instant(day, 19)))
        self.shift = self.shifts[0]
        self.at = self.began = self.duty_began = self.shift[0]
        self.since_break = self.today = 0
        self.drives: list[Span] = []

    def go_on(self, way: Way, done: Sequence[Stop]) -> None:
        """From the last of these stops, with what was driven since the last break and the last rest."""
        self.began = self.duty_began = free = way.began
        self.at = done[-1].leaves_at
        self.drives = [drive for drive in way.drives if drive[0] < self.at]
        worked = [(stop.starts_at, stop.leaves_at, 0) for stop in done]
        driven = [(since, until, (until - since) // timedelta(minutes=1)) for since, until in self.drives]
        for since, until, minutes in sorted([*worked, *driven]):
            if since - free >= BREAK:
                self.since_break = 0
            if since - free >= REST:
                self.today, self.duty_began = 0, since
            self.since_break, self.today = self.since_break + minutes, self.today + minutes
            free = max(free, until)
        later = (shift for shift in self.shifts if shift[1] >= self.at)
        self.shift = next(later, self._assumed(self.duty_began))
        if self.shift[0] > self.at:  # somebody else takes over
            self.at = self.duty_began = self.shift[0]
            self.since_break = self.today = 0

    def begin(self, wanted: datetime) -> None:
        """Leave when wanted, within the first shift."""
        if wanted > self.shift[0]:
            later = [shift for shift in self.shifts if shift[1] > wanted]
            on_the_day = later and later[0][0] < self.shifts[0][0] + timedelta(days=1)
            self.shift = later[0] if on_the_day else self.shift
            self.at = max(self.shift[0], wanted) if on_the_day else self.shift[0]
            self.began = self.duty_began = self.at

    def go(self, way: distances.Way) -> None:
        """Drive, and rest on ships: time aboard is a break, or a rest (Regulation 561/2006, art. 9)."""
        for stage in way.stages:
            self.drive(stage.minutes)
            if stage.ship:
                self.wait_until(self.at + timedelta(minutes=stage.ship.minutes))

    def drive(self, minutes: int) -> None:
        while minutes > 0:
            if self.today >= DRIVING_PER_DAY or self._left() < timedelta(minutes=1):
                self._rest()
            elif self.since_break >= DRIVING_BEFORE_BREAK:
                self.at += BREAK
                self.since_break = 0
            else:
                left = int(self._left() / timedelta(minutes=1))
                chunk = min(
                    minutes, left, DRIVING_BEFORE_BREAK - self.since_break, DRIVING_PER_DAY - self.today
                )
                until = self.at + timedelta(minutes=chunk)
                self.drives.append((self.at, until))
                self.at = until
                self.since_break += chunk
                self.today += chunk
                minutes -= chunk

    def wait_until(self, moment: datetime) -> None:
        gap = moment - self.at
        if gap <= timedelta(0):
            return
        self.at = moment
        if gap >= BREAK:
            self.since_break = 0
        if gap >= REST:
            self.today, self.duty_began = 0, moment
            self.shift = next((shift for shift in self.shifts if shift[1] > moment), self._assumed(moment))

    def work(self, duration: timedelta) -> datetime:
        """Do that work, resting first if the day has no room for it; the instant it begins."""
        if self.at < self.shift[0]:
            self.wait_until(self.shift[0])
        if self._left() < duration:
            self._rest()
        started = self.at
        self.at += duration
        return started

    def _left(self) -> timedelta:
        return min(self.shift[1], self.duty_began + LONGEST_SHIFT) - self.at

    def _rest(self) -> None:
        """Rest until the next shift, 11 h at least."""
        earliest = self.at + REST
        later = next((shift for shift in self.shifts if shift[1] > earliest), None)
        if later is None:
            later = self._assumed(earliest)
        self.shift = later
        self.at = self.duty_began = max(earliest, later[0])
        self.since_break = self.today = 0

    @staticmethod
    def _assumed(moment: datetime) -> Span:
        return moment, moment + LONGEST_SHIFT
