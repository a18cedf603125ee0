"""Tours by hand or by the optimiser, where a job fits, and what is told once a tour is published."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.planning.fleet import DriverView, VehicleView
from rt.contracts.planning.jobs import ConflictView, JobView
from rt.kernel.model.messages import SELF, Command, Query, Version, View, personal_of
from rt.trade.days import TripDay
from rt.trade.emissions import TourEmissions
from rt.trade.places import Site
from rt.trade.references import DriverId, JobId, TourId, VehicleId

StopKind = Literal["pickup", "delivery"]
TourState = Literal["draft", "published", "withdrawn", "done"]
Reason = Annotated[str, Meta(max_length=300)]
Position = Annotated[int, Meta(ge=0, le=1_000)]


class FerryView(View):
    """A ship or shuttle train: its minutes with those of waiting, and what it costs if a tariff is known.

    What is not `verified` is from memory, to be read in the timetables.
    """

    name: str
    minutes: int
    cost_cents: int | None
    verified: bool


class StopView(View):
    """One call of a tour: when the truck is there, what it takes on or off, what it carries afterwards.

    `transfer`: the goods change trucks here, after a breakdown; the order is neither picked up nor delivered.
    `ferries` are taken on the way to it.
    """

    position: int
    job_id: str
    order_id: str
    reference: str
    kind: StopKind
    site: Site
    arrives_at: datetime
    starts_at: datetime
    leaves_at: datetime
    window_from: datetime
    window_until: datetime
    weight_kg: float
    pallets: int
    loading_metres: float
    load_kg: float
    load_pallets: int
    load_loading_metres: float
    km_before: float
    goods_text: str
    requirements: list[str]
    transfer: bool = False
    ferries: list[FerryView] = field(default_factory=list)


class TourView(View):
    """A vehicle's and driver's work; distances and times are estimates, by what `distance_basis` says.

    That is a road net and its version, "crow-fly" where it has no road, empty for older tours. To an
    unknown place, or where no known ship goes, `distance_km` is null; what a ship carries is not driven.
    `ferries_home` are taken after the last stop. Who asks for one tour alone is told its `emissions`.
    """

    tour_id: str
    day: date
    state: TourState
    vehicle_id: str
    vehicle_plate: str
    driver_id: str
    driver_name: Annotated[str, personal_of("driver_id", "planning.drivers")]
    starts_at: datetime
    ends_at: datetime
    distance_km: float | None
    driving_minutes: int
    distance_basis: str
    stops: list[StopView]
    conflicts: list[ConflictView]
    derogation: str
    version: int
    emissions: TourEmissions | None = None
    ferries_home: list[FerryView] = field(default_factory=list)


class CheckView(View):
    """What an assignment would do: allowed or not, and the tour as it would become.

    `added_km` is null where no road leads or a place is unknown.
    """

    feasible: bool
    conflicts: list[ConflictView]
    added_km: float | None
    added_minutes: int
    tour: TourView


class CheckAssignment(
    Query[CheckView],
    route="/api/planning/jobs/{job_id}/check",
    needs="planning.read",
    closed_to=("driver",),
):
    """Would this job fit? On a tour (`tour_id`), or as a new one (`vehicle_id`, `driver_id`, `day`).

    Positions count the tour's stops from 0; without them the cheapest allowed place is taken.
    """

    job_id: JobId
    tour_id: TourId = ""
    vehicle_id: VehicleId = ""
    driver_id: DriverId = ""
    day: TripDay | None = None
    pickup_position: Position | None = None
    delivery_position: Position | None = None


class FitView(View):
    """One place where a job would go; `tour_id` is empty and `tour_version` 0 where it would open a tour."""

    vehicle_id: str
    vehicle_plate: str
    driver_id: str
    driver_name: str
    tour_id: str
    tour_version: int
    pickup_position: int
    delivery_position: int
    added_km: float | None
    added_minutes: int
    feasible: bool
    conflicts: list[ConflictView]


class FitsView(View):
    """Places for a job: allowed ones first, cheapest first.

    `against` stands against it everywhere: then nothing is worked out. Not `complete`: time ran out before.
    """

    items: list[FitView]
    against: list[ConflictView]
    complete: bool


class FindFits(
    Query[FitsView], route="/api/planning/jobs/{job_id}/fits", needs="planning.read", closed_to=("driver",)
):
    """The best places for a job on this day over all tours and free vehicles."""

    job_id: JobId
    day: TripDay
    limit: Annotated[int, Meta(ge=1, le=50)] = 5


class AssignJob(Command[TourView], route="/api/planning/jobs/{job_id}/assign", needs="planning.write"):
    """Put a job on a tour, or open one for a vehicle and driver; refused with every conflict at once.

    A tour is named at the version that was read (`tour_version`; 0 opens a new one).
    `derogation` is the code of a reason that lifts a truck ban (arrêté of 2 March 2015, art. 4; the table
    is `rt.trade.truck_bans.DEROGATIONS`); it heals nothing else.
    """

    job_id: JobId
    tour_id: TourId = ""
    vehicle_id: VehicleId = ""
    driver_id: DriverId = ""
    tour_version: Annotated[int, Meta(ge=0, le=1_000_000_000)] = 0
    day: TripDay | None = None
    pickup_position: Position | None = None
    delivery_position: Position | None = None
    derogation: Reason = ""


class UnassignJob(Command[JobView], route="/api/planning/jobs/{job_id}/unassign", needs="planning.write"):
    """Take a job off this tour, back into the basket; off a published one while its stops lie ahead."""

    job_id: JobId
    tour_id: TourId


class ChangeCrew(Command[TourView], route="/api/planning/tours/{tour_id}/crew", needs="planning.write"):
    """Give a tour another vehicle, another driver or both; refused with every conflict.

    Once a stop of a published tour lies behind, its vehicle stays: the goods are on it.
    """

    tour_id: TourId
    version: Version
    vehicle_id: VehicleId
    driver_id: DriverId
    derogation: Reason = ""


class MoveStop(Command[TourView], route="/api/planning/tours/{tour_id}/stops/move", needs="planning.write"):
    """Move one stop to another position; refused with every conflict. What lies behind stays where it is."""

    tour_id: TourId
    version: Version
    position: Position
    to_position: Position
    derogation: Reason = ""


class PublishTour(Command[TourView], route="/api/planning/tours/{tour_id}/publish", needs="planning.write"):
    """Send a draft tour to its driver and tell the customers; conflicts are checked once more."""

    tour_id: TourId
    version: Version
    derogation: Reason = ""


class WithdrawTour(Command[TourView], route="/api/planning/tours/{tour_id}/withdraw", needs="planning.write"):
    """Take a tour back; its jobs return to the basket."""

    tour_id: TourId
    version: Version
    reason: Reason = ""


class DayCounts(View):
    """How many there are in all."""

    vehicles: int
    drivers: int
    tours: int
    unplanned: int


class DayView(View):
    """One day for Gantt, map and list: rows are vehicles, bars are tours, the basket beside.

    At most 500 vehicles, drivers and tours, and the 200 most urgent jobs; `counts` says what there is.
    `driving_bans` are told in French, `driving_bans_en` the same in English.
    """

    day: date
    vehicles: list[VehicleView]
    drivers: list[DriverView]
    tours: list[TourView]
    unplanned: list[JobView]
    counts: DayCounts
    driving_bans: list[str]
    driving_bans_en: list[str] = field(default_factory=list)


class GetPlan(Query[DayView], route="/api/planning/days/{day}", needs="planning.read", closed_to=("driver",)):
    """Everything that happens on a day; of what is more than fits, `counts` says how much there is."""

    day: TripDay


class GetTour(Query[TourView], route="/api/planning/tours/{tour_id}", needs="planning.read"):
    """One tour with its stops and open conflicts."""

    tour_id: TourId


class MyDayView(View):
    """The driver's own published tours of today and tomorrow."""

    driver_id: str
    driver_name: str
    tours: list[TourView]


class MyDay(Query[MyDayView], route="/api/planning/my-day", needs=SELF):
    """What I drive today and tomorrow: for the user that a driver is tied to."""
