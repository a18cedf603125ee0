"""The health of units: up after two good answers, down after three bad ones, measured over a day."""

from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from rt.contracts.admin_gateway import HealthState

GOOD_TO_RISE = 2
BAD_TO_FALL = 3
HOURS = 24
UNITS: Final[tuple[str, ...]] = (
    "admin_gateway",
    "authz",
    "core_orders",
    "notifications",
    "planning",
    "tms_sync",
    "ecpmr",
    "vigilance",
    "palette",
    "affret_ia",
    "training",
    "storage_market",
    "pricing_grids",
    "tracking_ia",
    "bourse",
    "wms_sync",
    "erp_sync",
)


class Hour(msgspec.Struct, kw_only=True):
    """How many answers of one hour were good."""

    begins_at: datetime
    good: int = 0
    asked: int = 0


class Pulse(msgspec.Struct, kw_only=True):
    """What is known of one unit."""

    state: HealthState = "unknown"
    since: datetime | None = None
    checked_at: datetime | None = None
    milliseconds: float | None = None
    good: int = 0
    bad: int = 0
    hours: list[Hour] = []

    def answered(self, milliseconds: float, moment: datetime) -> None:
        self.good, self.bad, self.milliseconds = self.good + 1, 0, milliseconds
        self._count(True, moment)
        if self.good >= GOOD_TO_RISE or self.state == "not_built":
            self._become("up", moment)

    def failed(self, moment: datetime) -> None:
        self.good, self.bad, self.milliseconds = 0, self.bad + 1, None
        self._count(False, moment)
        if self.bad >= BAD_TO_FALL:
            self._become("down", moment)

    def absent(self, moment: datetime) -> None:
        """The unit says itself that it is not built: neither good nor bad."""
        self.checked_at, self.milliseconds, self.good, self.bad = moment, None, 0, 0
        self._become("not_built", moment)

    def availability(self) -> float | None:
        """The share of good answers over the last day, from 0 to 1."""
        asked = sum(hour.asked for hour in self.hours)
        return sum(hour.good for hour in self.hours) / asked if asked else None

    def _become(self, state: HealthState, moment: datetime) -> None:
        if self.state != state:
            self.state, self.since = state, moment

    def _count(self, good: bool, moment: datetime) -> None:
        self.checked_at = moment
        begins_at = moment.replace(minute=0, second=0, microsecond=0)
        kept = [hour for hour in self.hours if hour.begins_at > begins_at - timedelta(hours=HOURS)]
        if not kept or kept[-1].begins_at != begins_at:
            kept.append(Hour(begins_at=begins_at))
        kept[-1].asked += 1
        kept[-1].good += good
        self.hours = kept


def worst(states: list[HealthState]) -> Literal["up", "degraded", "down"]:
    """The state of the house: down when nothing that is built is up, degraded when something is not."""
    built = [state for state in states if state != "not_built"]
    if built and all(state == "down" for state in built):
        return "down"
    return "degraded" if "down" in built else "up"
