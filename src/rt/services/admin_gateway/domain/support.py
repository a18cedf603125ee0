"""How soon support answers: dated levels, and the moment by which an answer is due."""

from datetime import UTC, date, datetime, timedelta
from typing import Final

import msgspec

from rt.contracts.admin_gateway import Severity, SupportLevel, SupportLevelView
from rt.trade.calendars import is_working_day, paris_day, paris_instant

OPENS, CLOSES = 9, 18
"""Business hours in Paris, Monday to Friday but public holidays."""


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """What one level of support promises from a day on."""

    level: SupportLevel
    since: date
    address: str
    answer: timedelta
    always: bool
    """Day and night; otherwise only business hours count."""

    def view(self, moment: datetime) -> SupportLevelView:
        """What it promises who asks at this moment."""
        return SupportLevelView(
            level=self.level,
            since=self.since,
            address=self.address,
            always=self.always,
            answer_minutes=int(self.answer.total_seconds()) // 60,
            answer_by=answer_by(self.level, moment),
        )


LEVELS: Final = (
    Level(
        level="l1",
        since=date(2025, 11, 18),
        address="support@rt-technologie.com",
        answer=timedelta(hours=24),
        always=True,
    ),
    Level(
        level="l2",
        since=date(2025, 11, 18),
        address="tech@rt-technologie.com",
        answer=timedelta(hours=4),
        always=False,
    ),
    Level(
        level="l3",
        since=date(2025, 11, 18),
        address="PagerDuty",
        answer=timedelta(minutes=30),
        always=True,
    ),
)
"""The specification's levels (version 1.0.0). A promise that changes is a new row with its day."""

LEVEL_OF: Final[dict[Severity, SupportLevel]] = {"p1": "l3", "p2": "l2", "p3": "l1"}
"""Which level answers an incident of which severity."""


def promised(level: SupportLevel, on: date) -> Level:
    """What the level promises on that day; before its first row, the first row."""
    rows = sorted((row for row in LEVELS if row.level == level), key=lambda row: row.since)
    held = [row for row in rows if row.since <= on]
    return held[-1] if held else rows[0]


def answer_by(level: SupportLevel, asked_at: datetime) -> datetime:
    """The moment by which a question asked then is answered at the latest (UTC)."""
    row = promised(level, paris_day(asked_at))
    return asked_at + row.answer if row.always else in_business_hours(asked_at, row.answer)


def in_business_hours(start: datetime, length: timedelta) -> datetime:
    """The moment when that much time of business hours has gone by; at closing time, not at opening."""
    day, left = paris_day(start), length
    while True:
        if is_working_day(day):
            opens = max(start, paris_instant(day, OPENS))
            closes = paris_instant(day, CLOSES)
            if opens + left <= closes:
                return (opens + left).astimezone(UTC)
            left -= max(closes - opens, timedelta())
        day += timedelta(days=1)
