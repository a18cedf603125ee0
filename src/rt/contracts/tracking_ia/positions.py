"""Words about devices, duty and the positions that they report."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.tracking_ia.terms import DeviceKind, DutyState, RefusedReason, RuleKind, Text
from rt.kernel.messages import OPEN, SELF, Command, Empty, Query, View
from rt.trade.references import DeviceId, PersonId


class DeviceView(View):
    """What reports positions; `key` is shown once, when the device is added."""

    id: str
    kind: DeviceKind
    name: str
    vehicle_plate: str
    driver_user_id: str
    key: str
    added_at: datetime
    last_fix_at: datetime | None


class DevicesView(View):
    """The organization's devices."""

    items: list[DeviceView]


class AddDevice(Command[DeviceView], route="/api/tracking/devices", needs="tracking_ia.admin", status=201):
    """Register the tracker of a vehicle or the phone of a driver; the answer holds its secret key."""

    kind: DeviceKind
    name: Text = ""
    vehicle_plate: Annotated[str, Meta(max_length=16)] = ""
    driver_user_id: PersonId = ""


class FindDevices(Query[DevicesView], route="/api/tracking/devices", needs="tracking_ia.read"):
    """The organization's devices, without their keys."""


class RemoveDevice(
    Command[Empty], route="/api/tracking/devices/{device_id}", needs="tracking_ia.admin", method="DELETE"
):
    """Forget a device; what it sends from now on is refused."""

    device_id: DeviceId


class PositionPoint(View):
    """One fix; coordinates are WGS 84 degrees checked one by one: a bad point spoils no batch."""

    at: datetime
    latitude: float | None
    longitude: float | None
    id: Annotated[str, Meta(max_length=64)] = ""
    speed_kmh: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    accuracy_m: float | None = None
    battery_percent: float | None = None


class RefusedPoint(View):
    """A point that was not stored, by its place in the batch, and why."""

    index: int
    reason: RefusedReason


class RecordedView(View):
    """What became of a batch."""

    new: int
    duplicate: int
    refused: list[RefusedPoint]
    duty: DutyState


class RecordPositions(
    Command[RecordedView], route="/api/tracking/positions", needs="tracking_ia.write", keyed=False
):
    """Positions of the driver's phone, at most 1,000; the same batch sent twice changes nothing."""

    points: Annotated[list[PositionPoint], Meta(min_length=1, max_length=1_000)]


class OsmAndReport(Query[Empty], route="/api/tracking/osmand", needs=OPEN):
    """One position in the OsmAnd protocol, as query parameters; `id` is the device key."""


class OsmAndPost(Command[Empty], route="/api/tracking/osmand", needs=OPEN, keyed=False):
    """Positions in the OsmAnd protocol, as form or query parameters or as a JSON body with `device_id`."""


class DutyView(View):
    """Whether positions of the driver are recorded now, and why."""

    state: DutyState
    vehicle_plate: str
    since: datetime | None
    until: datetime | None
    tour_id: str


class StartDuty(Command[DutyView], route="/api/tracking/duty/start", needs="tracking_ia.write"):
    """The driver starts or resumes duty: positions are recorded from now on."""

    vehicle_plate: Annotated[str, Meta(max_length=16)] = ""


class PauseDuty(Command[DutyView], route="/api/tracking/duty/pause", needs="tracking_ia.write"):
    """The driver pauses: nothing is recorded until duty starts again."""


class EndDuty(Command[DutyView], route="/api/tracking/duty/end", needs="tracking_ia.write"):
    """The driver's duty ends: nothing is recorded until the next tour or start."""


class TrackPoint(View):
    """One recorded fix."""

    at: datetime
    latitude: float
    longitude: float
    speed_kmh: float | None
    heading_deg: float | None


class MyTrackView(View):
    """What is recorded about the driver who asks: nothing else is kept."""

    duty: DutyView
    points: list[TrackPoint]
    kept_days: int
    why_fr: str
    why_en: str


class MyTrack(Query[MyTrackView], route="/api/tracking/me", needs=SELF):
    """The driver's own recorded positions of one day."""

    day: date | None = None


class RuleView(View):
    """A dated figure; the latest one that has begun holds."""

    kind: RuleKind
    valid_from: date
    value: int
    source: str


class RulesView(View):
    """Dated figures, those of the house and those of the organization."""

    items: list[RuleView]


class FindRules(Query[RulesView], route="/api/tracking/rules", needs="tracking_ia.read"):
    """Retention, thresholds of alerts and the life of shares, by date."""


class SetRule(Command[RuleView], route="/api/tracking/rules", needs="tracking_ia.admin"):
    """Set a figure from a day on; earlier days keep theirs."""

    kind: RuleKind
    valid_from: date
    value: Annotated[int, Meta(ge=1, le=1_000)]
    source: Annotated[str, Meta(max_length=500)] = ""


class PurgeView(View):
    """The proof of one deletion: how many points of before which moment, and that none was left."""

    id: str
    at: datetime
    before: datetime
    points_deleted: int
    points_left: int
    rule: Literal["retention_days"]
    kept_days: int


class PurgesView(View):
    """Deletions, newest first."""

    items: list[PurgeView]


class FindPurges(Query[PurgesView], route="/api/tracking/purges", needs="tracking_ia.read"):
    """Proofs that old positions were deleted."""
