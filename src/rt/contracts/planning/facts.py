"""What planning emits of tours: published, changed, taken back."""

from datetime import datetime
from typing import Annotated

from msgspec import field

from rt.contracts.planning.tours import StopKind
from rt.kernel.model.messages import Event, View, personal_of
from rt.trade.emissions import TourEmissions
from rt.trade.places import Site


class TourStop(View):
    """A stop as others hear of it; `transfer`: the goods change trucks here, after a breakdown.

    `ferries` are taken on the way to it, by their names.
    """

    order_id: str
    shipper_id: str
    kind: StopKind
    site: Site
    planned_from: datetime
    planned_until: datetime
    weight_kg: float
    pallets: int
    transfer: bool = False
    ferries: list[str] = field(default_factory=list)


class TourPublished(Event, topic="planning.tour.published"):
    """A tour goes to its driver, or is another since it went (`again`).

    `left` are orders that are on it no more, `former_driver_user_id` who drove it until now and
    `former_vehicle_plate` with which vehicle, if the driver changed. `emissions` are its plan's.
    """

    tour_id: str
    carrier_id: str
    vehicle_id: str
    vehicle_plate: str
    driver_id: str
    driver_user_id: str | None
    driver_name: Annotated[str, personal_of("driver_id", "planning.drivers")]
    stops: list[TourStop]
    again: bool = False
    left: list[str] = field(default_factory=list)
    former_driver_user_id: str = ""
    former_vehicle_plate: str = ""
    emissions: TourEmissions | None = None


class TourWithdrawn(Event, topic="planning.tour.withdrawn"):
    """A published tour was taken back from its driver."""

    tour_id: str
    order_ids: list[str]
    vehicle_plate: str = ""
    driver_user_id: str | None = None
