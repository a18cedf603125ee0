"""The carrier's vehicles and drivers: what they carry, what they can do, when they are there."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from rt.kernel.model.messages import PERSONAL, SAID, Command, Cursor, Query, SearchText, View
from rt.trade.contacts import ONE_LINE
from rt.trade.places import Site
from rt.trade.references import DriverId, PersonId, VehicleId

VehicleKind = Literal["van", "rigid", "tractor_trailer", "road_train"]
Plate = Annotated[str, Meta(pattern="^[A-Z0-9][A-Z0-9 -]{2,14}$")]
Skill = Annotated[str, Meta(pattern="^[a-z][a-z0-9_]{1,39}$")]
"""Equipment or qualification in the words of an order's requirements: tail_lift, adr, temperature…"""
Note = Annotated[str, Meta(max_length=200)]
MinuteOfDay = Annotated[int, Meta(ge=0, le=1440)]
Moment = Annotated[datetime, Meta(tz=True)]
"""A point in time with its offset; naive ones are refused."""
Limit = Annotated[int, Meta(ge=1, le=200)]


class PeriodView(View):
    """A stretch of time in which a vehicle or driver is not there: workshop, leave, illness."""

    starts_at: Moment
    ends_at: Moment
    reason: Annotated[Note, PERSONAL] = ""


class WorkingHours(View):
    """One working day of the week in Paris time; `weekday` 0 is Monday, times in minutes of the day.

    Hours that end before they begin end on the next day: a night's work.
    """

    weekday: Annotated[int, Meta(ge=0, le=6)]
    from_minute: MinuteOfDay
    until_minute: MinuteOfDay


Skills = Annotated[list[Skill], Meta(max_length=50)]
Maintenance = Annotated[list[PeriodView], Meta(max_length=100)]
WorkingWeek = Annotated[list[WorkingHours], Meta(max_length=21)]
"""Three lines a day."""


class VehicleView(View):
    """A vehicle of the carrier."""

    vehicle_id: str
    plate: str
    kind: VehicleKind
    capacity_kg: float
    capacity_pallets: int
    capacity_loading_metres: float
    gross_weight_t: float
    equipment: list[str]
    depot: Site
    usual_driver_id: str | None
    maintenance: list[PeriodView]
    active: bool
    version: int


class VehiclesPage(View):
    """A page of the fleet."""

    items: list[VehicleView]
    next: str = ""


class AddVehicle(Command[VehicleView], route="/api/planning/vehicles", needs="planning.write", status=201):
    """Add a vehicle to the fleet."""

    plate: Plate
    kind: VehicleKind
    capacity_kg: Annotated[float, Meta(gt=0, le=100_000)]
    capacity_pallets: Annotated[int, Meta(ge=0, le=200)]
    capacity_loading_metres: Annotated[float, Meta(ge=0, le=40)]
    gross_weight_t: Annotated[float, Meta(gt=0, le=100)]
    depot: Site
    equipment: Skills = field(default_factory=list)
    usual_driver_id: DriverId | None = None
    maintenance: Maintenance = field(default_factory=list)


class EditVehicle(
    Command[VehicleView], route="/api/planning/vehicles/{vehicle_id}", needs="planning.write", method="PATCH"
):
    """Change what is given of a vehicle (If-Match: its version)."""

    vehicle_id: VehicleId
    plate: Plate | UnsetType = UNSET
    kind: VehicleKind | UnsetType = UNSET
    capacity_kg: Annotated[float, Meta(gt=0, le=100_000)] | UnsetType = UNSET
    capacity_pallets: Annotated[int, Meta(ge=0, le=200)] | UnsetType = UNSET
    capacity_loading_metres: Annotated[float, Meta(ge=0, le=40)] | UnsetType = UNSET
    gross_weight_t: Annotated[float, Meta(gt=0, le=100)] | UnsetType = UNSET
    depot: Site | UnsetType = UNSET
    equipment: Skills | UnsetType = UNSET
    usual_driver_id: Annotated[DriverId, SAID] | UnsetType | None = UNSET
    maintenance: Maintenance | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class GetVehicle(
    Query[VehicleView],
    route="/api/planning/vehicles/{vehicle_id}",
    needs="planning.read",
    closed_to=("driver",),
):
    """One vehicle."""

    vehicle_id: VehicleId


class FindVehicles(
    Query[VehiclesPage], route="/api/planning/vehicles", needs="planning.read", closed_to=("driver",)
):
    """The fleet by plate."""

    q: SearchText = ""
    active: bool | None = None
    after: Cursor = ""
    limit: Limit = 50


class DriverView(View):
    """A driver of the carrier; `user_id` ties the phone to the person."""

    driver_id: str
    name: str
    phone: str
    user_id: str | None
    skills: list[str]
    hours: list[WorkingHours]
    absences: list[PeriodView]
    active: bool
    version: int


class DriversPage(View):
    """A page of drivers."""

    items: list[DriverView]
    next: str = ""


class AddDriver(Command[DriverView], route="/api/planning/drivers", needs="planning.write", status=201):
    """Add a driver; without hours Monday to Friday 06:00-19:00 is meant. `user_id` is a member's."""

    name: Annotated[str, ONE_LINE, Meta(min_length=1, max_length=120)]
    phone: Annotated[str, Meta(max_length=40)] = ""
    user_id: PersonId | None = None
    skills: Skills = field(default_factory=list)
    hours: WorkingWeek | None = None


class EditDriver(
    Command[DriverView], route="/api/planning/drivers/{driver_id}", needs="planning.write", method="PATCH"
):
    """Change what is given of a driver (If-Match: its version); without `user_id` (null) no phone is tied."""

    driver_id: DriverId
    name: Annotated[str, ONE_LINE, Meta(min_length=1, max_length=120)] | UnsetType = UNSET
    phone: Annotated[str, SAID, Meta(max_length=40)] | UnsetType | None = UNSET
    user_id: Annotated[PersonId, SAID] | UnsetType | None = UNSET
    skills: Skills | UnsetType = UNSET
    hours: WorkingWeek | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class GetDriver(
    Query[DriverView],
    route="/api/planning/drivers/{driver_id}",
    needs="planning.read",
    closed_to=("driver",),
):
    """One driver."""

    driver_id: DriverId


class FindDrivers(
    Query[DriversPage], route="/api/planning/drivers", needs="planning.read", closed_to=("driver",)
):
    """The drivers by name."""

    q: SearchText = ""
    active: bool | None = None
    after: Cursor = ""
    limit: Limit = 50


class AddAbsence(
    Command[DriverView],
    route="/api/planning/drivers/{driver_id}/absences",
    needs="planning.write",
    status=201,
):
    """Note when a driver is away; tours already planned in it show the conflict."""

    driver_id: DriverId
    starts_at: Moment
    ends_at: Moment
    reason: Note = ""


class RemoveAbsence(
    Command[DriverView],
    route="/api/planning/drivers/{driver_id}/absences/remove",
    needs="planning.write",
):
    """Take back the absence that starts at this instant."""

    driver_id: DriverId
    starts_at: Moment
