"""The clock of a site: its country's, or its island's."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade.zones import (
    _OF_COUNTRY,
    _OF_POSTAL_CODE,
    PARIS,
    HourSkipped,
    day_at,
    instant_at,
    instant_told,
    zone_of,
)


@pytest.mark.parametrize(
    ("country", "postal_code", "zone"),
    [
        ("FR", "75001", "Europe/Paris"),
        ("FR", "20000", "Europe/Paris"),
        ("FR", "97400", "Indian/Reunion"),
        ("RE", "97400", "Indian/Reunion"),
        ("ES", "28001", "Europe/Paris"),
        ("ES", "35001", "Atlantic/Canary"),
        ("PT", "1000-001", "Europe/Lisbon"),
        ("PT", "9500-001", "Atlantic/Azores"),
        ("GB", "CT16 1JA", "Europe/London"),
    ],
)
def test_a_site_keeps_the_hour_of_where_it_stands(country: str, postal_code: str, zone: str) -> None:
    assert zone_of(country, postal_code).key == zone


def test_every_zone_of_the_tables_exists_and_is_whole_quarters_from_utc() -> None:
    for zone in {*_OF_COUNTRY.values(), *(row[2] for row in _OF_POSTAL_CODE)}:
        for month in (1, 7):
            offset = datetime(2026, month, 1, tzinfo=ZoneInfo(zone)).utcoffset()
            assert offset is not None
            assert offset % timedelta(minutes=15) == timedelta(0)


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 1_439), st.sampled_from(["FR", "GB", "RE"])
)
def test_an_hour_on_the_wall_belongs_to_its_day(day: date, minute: int, country: str) -> None:
    zone = zone_of(country)
    at = instant_at(day, minute, zone)
    assert at.tzinfo is UTC
    assert day_at(at, zone) == day
    assert instant_at(day - timedelta(days=1), minute + 1_440, zone) == at


def test_paris_is_two_hours_ahead_in_summer() -> None:
    assert instant_at(date(2026, 7, 1), 22 * 60) == datetime(2026, 7, 1, 20, tzinfo=UTC)
    assert day_at(datetime(2026, 7, 1, 22, tzinfo=UTC)) == date(2026, 7, 2)
    assert PARIS.key == "Europe/Paris"


@pytest.mark.parametrize(
    ("day", "clock", "country"),
    [
        (date(2027, 3, 28), time(2), "FR"),
        (date(2027, 3, 28), time(2, 30), "FR"),
        (date(2027, 3, 28), time(2, 59, 59), "FR"),
        (date(2027, 3, 28), time(1, 30), "GB"),
        (date(2027, 3, 28), time(3, 30), "FI"),
    ],
)
def test_an_hour_that_the_clocks_skip_is_refused(day: date, clock: time, country: str) -> None:
    with pytest.raises(HourSkipped) as refused:
        instant_told(day, clock, zone_of(country), "from_at")
    assert refused.value.field == "from_at"
    assert f"{clock:%H:%M}" in refused.value.says("fr")


@pytest.mark.parametrize(
    ("day", "clock", "at"),
    [
        (date(2027, 3, 28), time(1, 59), datetime(2027, 3, 28, 0, 59, tzinfo=UTC)),
        (date(2027, 3, 28), time(3), datetime(2027, 3, 28, 1, tzinfo=UTC)),
        (date(2026, 10, 25), time(2, 30), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (date(2026, 10, 25), time(3), datetime(2026, 10, 25, 2, tzinfo=UTC)),
    ],
)
def test_of_an_hour_that_comes_twice_the_first_is_meant(day: date, clock: time, at: datetime) -> None:
    assert instant_told(day, clock) == at
    assert instant_told(day, clock).tzinfo is UTC
