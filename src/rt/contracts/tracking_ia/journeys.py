"""Messages about what positions tell: tracks, stops and arrival times."""

from datetime import datetime

from rt.contracts.tracking_ia.positions import TrackPoint
from rt.contracts.tracking_ia.terms import OrderPhase, StopKind, StopSource, StopTime
from rt.kernel.model.messages import Event, Query, View
from rt.trade.places import Site
from rt.trade.references import OrderId, OrderIds, TourId


class EtaView(View):
    """When the vehicle will be there: 8 times out of 10 between `eta_low` and `eta_high`.

    `old` says that there has been no signal for a while; the band has grown with the silence.
    """

    order_id: str
    kind: StopKind
    eta: datetime
    eta_low: datetime
    eta_high: datetime
    late_probability: float
    remaining_km: float
    fix_at: datetime | None
    old: bool


class CorrectionView(View):
    """An arrival or departure that late positions show otherwise than it was told; None: not seen."""

    what: StopTime
    before: datetime | None
    after: datetime | None
    told_at: datetime


class StopView(View):
    """A call of an order as planned and as all positions so far show it.

    Where no position shows the vehicle leaving, `left_at` is when it was last seen there and `elsewhere_at`
    when it was first seen away.
    """

    order_id: str
    kind: StopKind
    site: Site
    planned_from: datetime
    planned_until: datetime
    reached_at: datetime | None
    left_at: datetime | None
    elsewhere_at: datetime | None
    source: StopSource | None
    corrections: list[CorrectionView]


class TrackView(View):
    """The way of one order: what was driven for it, its stops and when it will be there."""

    order_id: str
    reference: str
    phase: OrderPhase
    vehicle_plate: str
    driver_name: str
    points: list[TrackPoint]
    stops: list[StopView]
    etas: list[EtaView]
    driven_km: float
    fix_at: datetime | None
    old: bool


class GetTrack(Query[TrackView], route="/api/tracking/orders/{order_id}", needs="tracking_ia.read"):
    """The track of an order, from its pickup on for all but its carrier."""

    order_id: OrderId


class EtasView(View):
    """Expected arrivals at the stops of an order that are still ahead."""

    order_id: str
    items: list[EtaView]


class GetEta(Query[EtasView], route="/api/tracking/orders/{order_id}/eta", needs="tracking_ia.read"):
    """When the order will be picked up and delivered."""

    order_id: OrderId


class ArrivalsView(View):
    """Expected arrivals at the stops ahead of several orders."""

    items: list[EtaView]


class FindEtas(
    Query[ArrivalsView], route="/api/tracking/etas", needs="tracking_ia.read", closed_to=("driver",)
):
    """When these orders will be picked up and delivered; of those that nobody follows nothing is said."""

    order_ids: OrderIds


class VehiclePositionView(View):
    """Where a vehicle on tour is and what it drives to."""

    tour_id: str
    vehicle_plate: str
    driver_name: str
    latitude: float | None
    longitude: float | None
    speed_kmh: float | None
    heading_deg: float | None
    fix_at: datetime | None
    old: bool
    next_stop: StopView | None
    next_eta: EtaView | None


class FleetView(View):
    """The carrier's vehicles that are on tour now."""

    items: list[VehiclePositionView]


class FleetPositions(
    Query[FleetView], route="/api/tracking/fleet", needs="tracking_ia.read", closed_to=("driver",)
):
    """Where the carrier's vehicles on tour are."""


class SegmentView(View):
    """A stretch of driving (`stop` false) or of standing still."""

    stop: bool
    begins_at: datetime
    ends_at: datetime
    minutes: float
    distance_km: float
    mean_kmh: float
    latitude: float
    longitude: float


class TripsView(View):
    """A tour cut into trips and stops."""

    tour_id: str
    segments: list[SegmentView]
    driven_km: float
    driving_minutes: float
    standing_minutes: float


class GetTrips(
    Query[TripsView],
    route="/api/tracking/tours/{tour_id}/trips",
    needs="tracking_ia.read",
    closed_to=("driver",),
):
    """Trips and stops of one of the carrier's tours."""

    tour_id: TourId


class StopReached(Event, topic="tracking_ia.stop.reached"):
    """The vehicle stands at a stop of the order; `distance_m` from the site's point."""

    order_id: str
    kind: StopKind
    at: datetime
    distance_m: int
    source: StopSource
    tour_id: str
    site_name: str


class StopLeft(Event, topic="tracking_ia.stop.left"):
    """The vehicle has left a stop of the order."""

    order_id: str
    kind: StopKind
    at: datetime
    distance_m: int
    source: StopSource
    tour_id: str
    site_name: str


class StopCorrected(Event, topic="tracking_ia.stop.corrected"):
    """Late positions show an arrival or departure otherwise than it was told; None: not seen at all."""

    order_id: str
    kind: StopKind
    what: StopTime
    before: datetime | None
    after: datetime | None
    tour_id: str
    site_name: str


class EtaChanged(Event, topic="tracking_ia.eta.changed"):
    """The expected arrival moved by more than the threshold."""

    order_id: str
    kind: StopKind
    eta: datetime
    eta_low: datetime
    eta_high: datetime
    late_probability: float


class DelayForeseen(Event, topic="tracking_ia.delay.foreseen"):
    """The order will most likely be late; told once for a stop."""

    order_id: str
    kind: StopKind
    eta: datetime
    promised_until: datetime
    minutes_late: int
