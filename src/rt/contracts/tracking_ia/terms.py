"""The closed lists of the tracking messages."""

from typing import Annotated, Literal

from msgspec import Meta

DeviceKind = Literal["vehicle", "phone"]
StopKind = Literal["pickup", "delivery"]
StopSource = Literal["gps", "signature"]
StopTime = Literal["arrival", "departure"]
DutyState = Literal["on", "paused", "off"]
RefusedReason = Literal[
    "off_duty", "paused", "future", "too_old", "no_fix", "zero_island", "out_of_range", "malformed"
]
OrderPhase = Literal["planned", "loading", "in_transit", "delivered", "cancelled"]
RuleKind = Literal["retention_days", "late_alert_percent", "eta_step_minutes", "share_hours_after_delivery"]

Text = Annotated[str, Meta(max_length=120)]
Limit = Annotated[int, Meta(ge=1, le=200)]
