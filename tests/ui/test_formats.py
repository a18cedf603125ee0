"""What a dense list says of a window of time."""

from datetime import UTC, datetime

import pytest

from rt.ui import formats
from rt.ui.formats import brief, day, speaking

DAY = datetime(2026, 6, 3, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "said"),
    [
        (DAY.replace(hour=6), DAY.replace(hour=8, minute=30), "03/06 8h–10h30"),
        (DAY.replace(hour=19), DAY.replace(day=4, hour=23), "03/06 21h–05/06 1h"),
        (DAY.replace(hour=22), None, "04/06 0h"),
        (None, None, ""),
    ],
)
def test_a_window_is_as_short_as_it_can_be_read(
    start: datetime | None, end: datetime | None, said: str
) -> None:
    assert brief(start, end).replace("\u2060", "").replace("\u00a0", " ") == said


def test_a_day_said_again_is_not_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking("fr"):
        first = day(DAY, "weekday")
    with speaking("en"):
        other = day(DAY, "weekday")
    monkeypatch.setattr(formats, "dates", None)
    with speaking("fr"):
        assert day(DAY, "weekday") == first == "mer. 3 juin"
    with speaking("en"):
        assert day(DAY, "weekday") == other == "Wed 3 Jun"
