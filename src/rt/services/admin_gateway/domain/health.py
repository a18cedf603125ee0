"""The health of units: up after two good answers, down after three bad ones, measured over a day."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

import msgspec

from rt.contracts.admin_gateway import HealthState, HealthView
from rt.kernel.core.clock import ZONE, day_of

GOOD_TO_RISE = 2
BAD_TO_FALL = 3
HOURS = 24
DAYS = 90


class Share(msgspec.Struct, kw_only=True):
    """How many answers of one hour or one day were good."""

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
    hours: list[Share] = []
    days: list[Share] = []

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

    def by_day(self, first: date) -> list[float | None]:
        """The share of good answers on each of the ninety days from the first on."""
        known = {day_of(share.begins_at): share.good / share.asked for share in self.days}
        return [known.get(first + timedelta(days=nth)) for nth in range(DAYS)]

    def view(self, unit: str) -> HealthView:
        return HealthView(
            unit=unit,
            name=unit.replace("_", "-"),
            state=self.state,
            since=self.since,
            checked_at=self.checked_at,
            milliseconds=self.milliseconds,
            availability_24h=self.availability(),
        )

    def _become(self, state: HealthState, moment: datetime) -> None:
        if self.state != state:
            self.state, self.since = state, moment

    def _count(self, good: bool, moment: datetime) -> None:
        self.checked_at = moment
        hour = moment.replace(minute=0, second=0, microsecond=0)
        self.hours = _counted(self.hours, hour, timedelta(hours=HOURS), good)
        midnight = datetime.combine(day_of(moment), time(), ZONE).astimezone(UTC)
        self.days = _counted(self.days, midnight, timedelta(days=DAYS), good)


def _counted(shares: list[Share], begins_at: datetime, kept_for: timedelta, good: bool) -> list[Share]:
    """One answer more in the latest stretch of time; the oldest fall out."""
    kept = [share for share in shares if share.begins_at > begins_at - kept_for]
    if not kept or kept[-1].begins_at != begins_at:
        kept.append(Share(begins_at=begins_at))
    kept[-1].asked += 1
    kept[-1].good += good
    return kept


def worst(states: list[HealthState]) -> Literal["up", "degraded", "down"]:
    """The state of the platform: down when nothing that is built is up, degraded when something is not."""
    built = [state for state in states if state != "not_built"]
    if built and all(state == "down" for state in built):
        return "down"
    return "degraded" if "down" in built else "up"
