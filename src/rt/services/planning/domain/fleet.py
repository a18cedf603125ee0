"""Vehicles and drivers: what they carry, what they can do, and when they are there."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

import msgspec

from rt.contracts.planning import DriverView, EditDriver, EditVehicle, PeriodView, VehicleView, WorkingHours
from rt.contracts.planning.fleet import VehicleKind
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict, Invalid
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal, PersonalLabel
from rt.services.planning.domain.distances import placed
from rt.services.planning.domain.hours import Span, check_hours, spans_of, without
from rt.trade.calendars import paris_day
from rt.trade.places import Site

USUAL_HOURS = tuple(WorkingHours(weekday=day, from_minute=6 * 60, until_minute=19 * 60) for day in range(5))
LONGEST_SHIFT = timedelta(hours=13)
"""24 hours less the daily rest of 11 (Regulation 561/2006, art. 8)."""

MOST_ABSENCES = 200
REMEMBERED = timedelta(days=400)
"""How long an absence that is over is kept: as long as a plan can look back."""


class PeriodReversed(Invalid):
    fr = "La période finit ({ends_at}) avant de commencer ({starts_at}). Inversez les dates."
    en = "The period ends ({ends_at}) before it begins ({starts_at}). Swap the dates."


class AlreadyAway(Conflict):
    fr = "{name} est déjà absent du {starts_at} au {ends_at}. Retirez d'abord cette absence."
    en = "{name} is already away from {starts_at} to {ends_at}. Remove that absence first."


class TooManyAbsences(Conflict):
    fr = "{name} a déjà {count} absences notées. Retirez-en avant d'en ajouter."
    en = "{name} already has {count} absences noted. Remove some before adding more."


class Vehicle(Entity):
    """A vehicle of the carrier; `plate` is unique in the organization."""

    plate: str
    kind: VehicleKind
    capacity_kg: float
    capacity_pallets: int
    capacity_loading_metres: float
    gross_weight_t: float
    depot: Site
    equipment: list[str] = msgspec.field(default_factory=list)
    usual_driver_id: str | None = None
    maintenance: list[PeriodView] = msgspec.field(default_factory=list)
    active: bool = True

    def search_texts(self) -> Iterable[str]:
        return (self.plate,)

    @property
    def gross_kg(self) -> int:
        return round(self.gross_weight_t * 1000)

    @property
    def capacity(self) -> tuple[float, float, float]:
        """Kilograms, pallets, loading metres."""
        return self.capacity_kg, self.capacity_pallets, self.capacity_loading_metres

    def in_maintenance(self, since: datetime, until: datetime) -> PeriodView | None:
        return _first_over(self.maintenance, since, until)

    def edit(self, asked: EditVehicle) -> None:
        check_periods(asked.maintenance or ())
        if "depot" in self.patch(asked):
            self.depot = placed(self.depot)

    def view(self) -> VehicleView:
        return VehicleView(
            vehicle_id=self.id,
            plate=self.plate,
            kind=self.kind,
            capacity_kg=self.capacity_kg,
            capacity_pallets=self.capacity_pallets,
            capacity_loading_metres=self.capacity_loading_metres,
            gross_weight_t=self.gross_weight_t,
            equipment=self.equipment,
            depot=self.depot,
            usual_driver_id=self.usual_driver_id,
            maintenance=self.maintenance,
            active=self.active,
            version=self.version,
        )


class Driver(Entity):
    """A driver of the carrier; `user_id` is who signs in on the phone."""

    name: PersonalLabel
    phone: Personal = ""
    user_id: str | None = None
    skills: list[str] = msgspec.field(default_factory=list)
    hours: list[WorkingHours] = msgspec.field(default_factory=lambda: list(USUAL_HOURS))
    absences: list[PeriodView] = msgspec.field(default_factory=list)
    active: bool = True

    def search_texts(self) -> Iterable[str]:
        return (self.name,)

    def shifts(self, since: datetime, until: datetime) -> list[Span]:
        """When this driver works in that time: the week's hours less absences, none longer than 13 h."""
        week = spans_of(self.hours, paris_day(since), paris_day(until))
        kept = [(start, min(end, start + LONGEST_SHIFT)) for start, end in week]
        away = [(one.starts_at, one.ends_at) for one in self.absences if one.ends_at > since - LONGEST_SHIFT]
        return [span for span in without(kept, away) if span[1] > since and span[0] < until]

    def away(self, since: datetime, until: datetime) -> PeriodView | None:
        return _first_over(self.absences, since, until)

    def edit(self, asked: EditDriver) -> None:
        check_hours(asked.hours or ())
        self.patch(asked)

    def leave(self, period: PeriodView) -> None:
        """Note an absence; two may not overlap."""
        check_periods([period])
        kept = [one for one in self.absences if one.ends_at > now() - REMEMBERED]
        if len(kept) >= MOST_ABSENCES:
            raise TooManyAbsences(name=self.name, count=len(kept))
        if standing := self.away(period.starts_at, period.ends_at):
            raise AlreadyAway(name=self.name, starts_at=standing.starts_at, ends_at=standing.ends_at)
        self.absences = sorted([*kept, period], key=lambda one: one.starts_at)

    def come_back(self, starts_at: datetime) -> None:
        self.absences = [one for one in self.absences if one.starts_at != starts_at]

    def view(self) -> DriverView:
        return DriverView(
            driver_id=self.id,
            name=self.name,
            phone=self.phone,
            user_id=self.user_id,
            skills=self.skills,
            hours=self.hours,
            absences=self.absences,
            active=self.active,
            version=self.version,
        )


class Crew(msgspec.Struct, frozen=True):
    """A vehicle with the driver who takes it."""

    vehicle: Vehicle
    driver: Driver

    @property
    def skills(self) -> frozenset[str]:
        return frozenset([*self.vehicle.equipment, *self.driver.skills])


def check_periods(periods: Sequence[PeriodView]) -> None:
    for period in periods:
        if period.ends_at <= period.starts_at:
            raise PeriodReversed("ends_at", starts_at=period.starts_at, ends_at=period.ends_at)


def crews(
    vehicles: Sequence[Vehicle], drivers: Sequence[Driver], since: datetime, until: datetime
) -> list[Crew]:
    """Who drives what in that time: usual drivers first, then the free ones with the most useful skills."""
    there = {one.id: one for one in drivers if one.active and one.shifts(since, until)}
    free = [one for one in vehicles if one.active and not one.in_maintenance(since, until)]
    found = []
    for vehicle in free:
        if vehicle.usual_driver_id in there:
            found.append(Crew(vehicle, there.pop(vehicle.usual_driver_id)))
    taken = {crew.vehicle.id for crew in found}
    rest = sorted(there.values(), key=lambda one: (-len(one.skills), one.name))
    for vehicle, driver in zip([one for one in free if one.id not in taken], rest, strict=False):
        found.append(Crew(vehicle, driver))
    return found


def _first_over(periods: Sequence[PeriodView], since: datetime, until: datetime) -> PeriodView | None:
    return next((one for one in periods if one.starts_at < until and one.ends_at > since), None)
