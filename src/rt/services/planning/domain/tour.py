"""A tour: one crew's stops in order, from draft to done, and everything that may stand against it."""

from collections.abc import Sequence
from copy import copy
from datetime import date, datetime
from typing import Annotated

import msgspec

from rt.contracts.planning import FerryView, TourPublished, TourView, TourWithdrawn
from rt.contracts.planning.tours import TourState
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, VersionStale
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import personal_of
from rt.services.planning.domain.conflicts import UNMEASURED, PlanningConflict
from rt.services.planning.domain.emitting import emission_class, emitted
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.hours import Span, half_hours
from rt.services.planning.domain.job import HORIZON, Job
from rt.services.planning.domain.sequence import plus
from rt.services.planning.domain.stop import GoodsBetweenTrucks, Stop
from rt.services.planning.domain.timeline import Way, lay_out
from rt.trade.calendars import paris_instant
from rt.trade.emissions import TourEmissions


class TourNotDraft(Conflict):
    fr = "La tournée est {state} : seul un brouillon se modifie. Retirez-la d'abord."
    en = "The tour is {state}: only a draft can be changed. Withdraw it first."


class StopBehind(Conflict):
    fr = "L'arrêt {position} est passé : seul ce qui est devant le camion se modifie encore."
    en = "Stop {position} lies behind: only what is ahead of the truck can still be changed."


class VehicleUnderWay(Conflict):
    fr = "Des arrêts sont passés : la marchandise est à bord, le véhicule ne se remplace plus."
    en = "Stops lie behind: the goods are on board, the vehicle can no longer be replaced."


class TourOver(Conflict):
    fr = "La tournée est déjà {state}."
    en = "The tour is already {state}."


class TourEmpty(Conflict):
    fr = "La tournée n'a aucun arrêt : affectez d'abord une commande."
    en = "The tour has no stop: assign an order first."


class Tour(Entity):
    """One crew's work. `holds` are the unique keys of its jobs and of its crew's half hours."""

    day: date
    vehicle_id: str
    vehicle_plate: str
    driver_id: str
    driver_name: Annotated[str, personal_of("driver_id", "planning.drivers")]
    driver_user_id: str | None
    starts_at: datetime
    ends_at: datetime
    stops: list[Stop] = msgspec.field(default_factory=list)
    drives: list[Span] = msgspec.field(default_factory=list)
    distance_km: float = 0
    driving_minutes: int = 0
    distance_basis: str = ""
    emission_class: str = ""
    ferries_home: list[FerryView] = msgspec.field(default_factory=list)
    state: TourState = "draft"
    derogation: str = ""
    holds: list[str] = msgspec.field(default_factory=list)

    @property
    def job_ids(self) -> list[str]:
        """Those that it has: what changed trucks is the other one's."""
        gone = self.handed_over
        return [one for one in dict.fromkeys(stop.job_id for stop in self.stops) if one not in gone]

    @property
    def handed_over(self) -> set[str]:
        """What another truck has taken over from it, after a breakdown."""
        return {stop.job_id for stop in self.stops if stop.transfer and stop.kind == "delivery"}

    def fetched(self, job_id: str) -> bool:
        """Whether its goods are on the road by the plan: on board, or where they change trucks."""
        on_the_road = (*self.behind(), *(one for one in self.stops if one.takes_over))
        return any(one.job_id == job_id for one in on_the_road)

    def arrange(self, stops: Sequence[Stop], crew: Crew) -> None:
        """Lay these stops out in this order; what that needs is held by `hold`."""
        times = lay_out(stops, crew.vehicle, crew.driver, self.day, self._way())
        self.stops, self.drives = times.stops, times.drives
        self.starts_at, self.ends_at = times.starts_at, times.ends_at
        self.distance_km, self.driving_minutes = times.distance_km, times.driving_minutes
        self.ferries_home = times.ferries_home
        self.distance_basis, self.emission_class = times.distance_basis, emission_class(crew.vehicle)

    def emissions(self) -> TourEmissions | None:
        return emitted(self.day, self.distance_km, self.emission_class, self.stops)

    def hold(self) -> None:
        """What no other tour may hold: jobs and half hours of the crew; nothing when it is over."""
        if self.state in ("withdrawn", "done") or not self.stops:
            self.holds = [self.id]
            return
        times = half_hours(self.starts_at, min(self.ends_at, self.starts_at + HORIZON))
        cells = (f"{who}@{at:%Y%m%d%H%M}" for at in times for who in (self.vehicle_id, self.driver_id))
        self.holds = [*self.job_ids, *cells]

    def need_read(self, version: int, field: str = "version") -> None:
        if version != self.version:
            raise VersionStale(field, given=version, current=self.version)

    def need_draft(self) -> None:
        if self.state != "draft":
            raise TourNotDraft(state=self.state)

    def need_live(self) -> None:
        """A draft or a published tour: both can be changed, what is over cannot."""
        if self.state not in ("draft", "published"):
            raise TourOver(state=self.state)

    def behind(self) -> list[Stop]:
        """The stops of a published tour that the truck has reached by its plan."""
        return [one for one in self.stops if one.arrives_at <= now()] if self.state == "published" else []

    def need_ahead(self, field: str, position: int | None) -> None:
        """A place that is named lies ahead of the truck."""
        if position is not None and position < len(self.behind()):
            raise StopBehind(field, position=position + 1)

    def changed(self, before: "Tour") -> None:
        """It was another until now: what lay behind must have stayed, and whoever drives it is told."""
        kept = [(one.job_id, one.kind) for one in self.stops]
        for position, one in enumerate(before.behind()):
            if kept[position : position + 1] != [(one.job_id, one.kind)]:
                raise StopBehind(position=position + 1)
        if self.state == "published":
            self._tell(before)

    def man(self, crew: Crew) -> None:
        """Another crew drives it."""
        if crew.vehicle.id != self.vehicle_id and self.behind():
            raise VehicleUnderWay("vehicle_id")
        self.vehicle_id, self.vehicle_plate = crew.vehicle.id, crew.vehicle.plate
        self.driver_id, self.driver_name = crew.driver.id, crew.driver.name
        self.driver_user_id = crew.driver.user_id

    def let_go(self, job_id: str, crew: Crew, hold: bool) -> None:
        """A job leaves with its stops, which must lie ahead; with the last one the tour is withdrawn.

        Without `hold` it holds no other time than until now: another tour of its crew has what it needs.
        """
        self.need_live()
        self._refuse_boarding(job_id)
        before, left = copy(self), [stop for stop in self.stops if stop.job_id != job_id]
        if left or self.state == "draft":
            self.arrange(left, crew)
            self.changed(before)
            self.holds = [one for one in self.holds if one != job_id]
            if hold:
                self.hold()
        elif self.behind():
            raise StopBehind(position=1)
        if not left:
            self.withdraw()

    def break_off(self, position: int, transfers: Sequence[Stop], at: datetime) -> None:
        """After a breakdown: what it has done stays, the rest goes; what is on board leaves it at `at`."""
        before, last = copy(self), self.stops[position - 1].leaves_at
        at = max(at, last) if transfers else last
        self.stops = [*self.stops[:position], *transfers]
        self.drives = [(since, min(until, at)) for since, until in self.drives if since < at]
        self.ends_at, self.ferries_home = at, []
        self.distance_km = round(sum(stop.km_before for stop in self.stops), 1)
        self.driving_minutes = sum((until - since).seconds // 60 for since, until in self.drives)
        self.hold()
        self._tell(before)

    def publish(self) -> None:
        """Hand it to the driver and tell everybody concerned."""
        self.need_draft()
        if not self.stops:
            raise TourEmpty()
        self.state = "published"
        self.hold()
        self._tell()

    def follow(self, job: Job, crew: Crew, hold: bool) -> None:
        """A job of it is another by consent: its stops are laid out anew; who drives is told of what shows.

        Without `hold` it does not hold the time that it needs now: another tour of its crew has it.
        """
        if self.state not in ("draft", "published"):
            return
        fresh, before = {stop.kind: stop for stop in job.stops()}, self.stops
        self.arrange([one.again(fresh[one.kind]) for one in self.stops], crew)
        if hold:
            self.hold()
        if self.state == "published" and self.stops != before:
            self._tell(self)

    def _refuse_boarding(self, *job_ids: str) -> None:
        """Back in the basket another truck would fetch them where they are no more."""
        if one := next((one for one in self.stops if one.takes_over and one.job_id in job_ids), None):
            raise GoodsBetweenTrucks(reference=one.reference)

    def _way(self) -> Way | None:
        """How far a published tour has come by its plan; a draft may be of the past."""
        return Way(self.starts_at, self.behind(), self.drives, now()) if self.state == "published" else None

    def _tell(self, before: "Tour | None" = None) -> None:
        """Say how it is; `before`: how it was when it was told the last time."""
        was = before or self
        swapped = was.driver_id != self.driver_id
        left = {one.order_id for one in was.stops} - {one.order_id for one in self.stops}
        self.emit(
            TourPublished(
                tour_id=self.id,
                carrier_id=self.org_id,
                vehicle_id=self.vehicle_id,
                vehicle_plate=self.vehicle_plate,
                driver_id=self.driver_id,
                driver_user_id=self.driver_user_id,
                driver_name=self.driver_name,
                stops=[stop.told_view() for stop in self.stops],
                again=before is not None,
                left=sorted(left),
                former_driver_user_id=(was.driver_user_id or "") if swapped else "",
                former_vehicle_plate=was.vehicle_plate if swapped else "",
                emissions=self.emissions(),
            )
        )

    def withdraw(self) -> None:
        """Take it back; those who were told are told again."""
        if self.state in ("withdrawn", "done"):
            raise TourOver(state=self.state)
        self._refuse_boarding(*self.job_ids)
        if self.state == "published":
            self.emit(
                TourWithdrawn(
                    tour_id=self.id,
                    order_ids=list(dict.fromkeys(stop.order_id for stop in self.stops)),
                    vehicle_plate=self.vehicle_plate,
                    driver_user_id=self.driver_user_id,
                )
            )
        self.state = "withdrawn"
        self.hold()

    def finish(self) -> None:
        self.state, self.holds = "done", [self.id]

    def view(self, conflicts: Sequence[PlanningConflict] = ()) -> TourView:
        carried, stops = (0.0, 0.0, 0.0), []
        for position, stop in enumerate(self.stops):
            carried = plus(carried, stop.load)
            stops.append(stop.view(position, carried))
        return TourView(
            tour_id=self.id,
            day=self.day,
            state=self.state,
            vehicle_id=self.vehicle_id,
            vehicle_plate=self.vehicle_plate,
            driver_id=self.driver_id,
            driver_name=self.driver_name,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            distance_km=None if any(isinstance(one, UNMEASURED) for one in conflicts) else self.distance_km,
            driving_minutes=self.driving_minutes,
            distance_basis=self.distance_basis,
            stops=stops,
            conflicts=[one.conflict_view() for one in conflicts],
            derogation=self.derogation,
            version=self.version,
            ferries_home=self.ferries_home,
        )


def new_tour(id: str, crew: Crew, day: date) -> Tour:
    """An empty draft."""
    midnight = paris_instant(day, 0)
    return Tour(
        id=id,
        org_id=crew.vehicle.org_id,
        day=day,
        vehicle_id=crew.vehicle.id,
        vehicle_plate=crew.vehicle.plate,
        driver_id=crew.driver.id,
        driver_name=crew.driver.name,
        driver_user_id=crew.driver.user_id,
        starts_at=midnight,
        ends_at=midnight,
        holds=[id],
    )
