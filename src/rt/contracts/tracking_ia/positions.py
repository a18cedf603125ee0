"""Messages about devices, duty and the positions that they report."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from msgspec import Meta

from rt.contracts.tracking_ia.terms import DeviceKind, DutyState, Limit, RefusedReason, RuleKind, Text
from rt.kernel.model.messages import OPEN, SELF, Command, Cursor, Empty, Query, SearchText, View
from rt.trade.days import TripDay
from rt.trade.references import DeviceId, PersonId


class BadPointView(View):
    """A point that was not believed: when it came, why not, and what was said there; never a place."""

    received_at: datetime
    reason: RefusedReason
    said: str


class TroubleView(View):
    """Points of one sender that were not believed: how many, by reason, and the last ten, newest first."""

    total: int
    by_reason: dict[RefusedReason, int]
    since: datetime
    last: list[BadPointView]


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
    trouble: TroubleView | None = None


class DevicesView(View):
    """Devices, the newest first; `next` is empty on the last page."""

    items: list[DeviceView]
    next: str = ""


class AppView(View):
    """The app on a driver's phone, of which points were not believed."""

    driver_user_id: str
    driver_name: str
    trouble: TroubleView


class AppsView(View):
    """Drivers whose app sent points that were not believed, the latest first."""

    items: list[AppView]
    next: str = ""


class AddDevice(Command[DeviceView], route="/api/tracking/devices", needs="tracking_ia.admin", status=201):
    """Register the tracker of a vehicle or the phone of a driver; the answer holds its secret key."""

    kind: DeviceKind
    name: Text = ""
    vehicle_plate: Annotated[str, Meta(max_length=16)] = ""
    driver_user_id: PersonId = ""


class FindDevices(
    Query[DevicesView], route="/api/tracking/devices", needs="tracking_ia.read", closed_to=("driver",)
):
    """The organization's devices without their keys, and what each sent that was not believed."""

    q: SearchText = ""
    after: Cursor = ""
    limit: Limit = 50


class FindApps(Query[AppsView], route="/api/tracking/apps", needs="tracking_ia.read", closed_to=("driver",)):
    """What the drivers' app sent that was not believed, by driver."""

    after: Cursor = ""
    limit: Limit = 50


class RemoveDevice(
    Command[Empty], route="/api/tracking/devices/{device_id}", needs="tracking_ia.admin", method="DELETE"
):
    """Forget a device; what it sends from now on is refused."""

    device_id: DeviceId


class PositionPoint(View):
    """One fix in WGS 84 degrees, as it is read: figures that cannot be true are unknown."""

    at: datetime
    latitude: float | None
    longitude: float | None
    speed_kmh: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    accuracy_m: float | None = None
    battery_percent: float | None = None


SentPoint = Annotated[
    Any,
    Meta(
        title="SentPoint",
        description=(
            "An object, read on its own: `at` (RFC 3339 with an offset, or seconds or milliseconds since "
            "1970), `latitude` (-90 to 90), `longitude` (-180 to 180), and if known `speed_kmh` (0 to 300), "
            "`heading_deg` (0 to 360), `altitude_m` (-500 to 9,000), `accuracy_m` (0 to 5,000), "
            "`battery_percent` (0 to 100). Figures may be texts; one that cannot be true (-1) is unknown. "
            "A point that cannot be read or believed is refused alone, with its reason, in the answer."
        ),
        examples=[{"at": "2026-03-02T08:00:00Z", "latitude": 45.75, "longitude": 4.85, "speed_kmh": 72}],
    ),
]


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
    """Positions of the driver's phone, at most 1,000; the same batch sent twice changes nothing.

    Each point stands alone: what is wrong with one costs that one.
    """

    points: Annotated[list[SentPoint], Meta(max_length=1_000)]


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
    trouble: TroubleView | None
    kept_days: int
    why_fr: str
    why_en: str


class MyTrack(Query[MyTrackView], route="/api/tracking/me", needs=SELF):
    """The driver's own recorded positions of one day."""

    day: TripDay | None = None


class RuleView(View):
    """A dated figure; the latest one that has begun holds."""

    kind: RuleKind
    valid_from: date
    value: int
    source: str


class RulesView(View):
    """Dated figures, those of the platform and those of the organization."""

    items: list[RuleView]


class FindRules(
    Query[RulesView], route="/api/tracking/rules", needs="tracking_ia.read", closed_to=("driver",)
):
    """Retention, thresholds of alerts and the life of shares, by date."""


class SetRule(Command[RuleView], route="/api/tracking/rules", needs="tracking_ia.admin"):
    """Set a figure from a day on; earlier days keep theirs."""

    kind: RuleKind
    valid_from: TripDay
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


class FindPurges(
    Query[PurgesView], route="/api/tracking/purges", needs="tracking_ia.read", closed_to=("driver",)
):
    """Proofs that old positions were deleted."""
