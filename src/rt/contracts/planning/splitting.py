"""The message by which another truck takes over what a tour has still to do."""

from rt.contracts.planning.tours import Position, Reason, TourView
from rt.kernel.model.messages import Command, Version
from rt.trade.days import TripMoment
from rt.trade.places import Site
from rt.trade.references import DriverId, TourId, VehicleId


class SplitTour(
    Command[TourView], route="/api/planning/tours/{tour_id}/split", needs="planning.write", status=201
):
    """After a breakdown another truck does what a published tour has to do from the stop at `position` on.

    What is on board changes trucks at `site`, from `at` on. The answer is the tour of the other truck,
    published. Refused with every conflict; `late` accepts the windows that are missed.
    """

    tour_id: TourId
    version: Version
    position: Position
    vehicle_id: VehicleId
    driver_id: DriverId
    site: Site
    at: TripMoment
    late: bool = False
    derogation: Reason = ""
