"""Calendars: French holidays, working days and the two days of the year that are not 24 hours long."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from rt.trade import calendars
from rt.trade.places import Address

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def test_the_eleven_holidays_of_2026() -> None:
    assert [day.isoformat()[5:] for day in calendars.public_holidays(2026)] == [
        "01-01", "04-06", "05-01", "05-08", "05-14", "05-25", "07-14", "08-15", "11-01", "11-11", "12-25",
    ]  # fmt: skip


def test_alsace_and_moselle_have_two_more() -> None:
    strasbourg = calendars.public_holidays(2026, Address(postal_code="67000"))
    more = set(strasbourg) - set(calendars.public_holidays(2026))
    assert more == {date(2026, 4, 3), date(2026, 12, 26)}
    assert calendars.in_alsace_moselle("67000")
    assert not calendars.in_alsace_moselle("69000")


def test_holidays_are_those_of_the_place() -> None:
    assumption, abolition = date(2026, 8, 15), date(2026, 12, 20)
    for reunion in (Address(postal_code="97400"), Address(country="RE")):
        assert calendars.is_public_holiday(abolition, reunion)
    assert not calendars.is_public_holiday(abolition)
    assert calendars.is_public_holiday(date(2026, 10, 3), Address(country="DE"))
    assert calendars.is_public_holiday(assumption)
    assert not calendars.is_public_holiday(assumption, Address(country="GB"))


def test_the_islands_of_the_north_keep_their_own_days_under_the_codes_of_guadeloupe() -> None:
    parts = {"97133": (10, 9), "97150": (5, 28), "97110": (5, 27)}
    for code, (month, day) in parts.items():
        days = calendars.public_holidays(2026, Address(postal_code=code))
        assert days.keys() & {date(2026, *one) for one in parts.values()} == {date(2026, month, day)}


def test_working_days_with_and_without_saturday() -> None:
    saturday, armistice = date(2026, 11, 14), date(2026, 11, 11)
    assert not calendars.is_working_day(saturday)
    assert calendars.is_working_day(saturday, saturdays=True)
    assert not calendars.is_working_day(armistice, saturdays=True)
    assert calendars.add_working_days(date(2026, 11, 10), 1) == date(2026, 11, 12)
    assert calendars.add_working_days(date(2026, 11, 13), 1) == date(2026, 11, 16)


def test_the_days_when_clocks_change() -> None:
    assert [calendars.hours_in_day(date(2026, 3, d)) for d in (28, 29, 30)] == [24, 23, 24]
    assert [calendars.hours_in_day(date(2026, 10, d)) for d in (24, 25, 26)] == [24, 25, 24]
    assert calendars.paris_instant(date(2026, 7, 1), 22) == datetime(2026, 7, 1, 20, tzinfo=UTC)


@given(DAYS, st.integers(0, 30))
def test_working_days_counted_forward_are_found_again(day: date, count: int) -> None:
    end = calendars.add_working_days(day, count)
    between = [date.fromordinal(n) for n in range(day.toordinal() + 1, end.toordinal() + 1)]
    assert sum(map(calendars.is_working_day, between)) == count


@given(DAYS, st.integers(0, 23))
def test_an_hour_of_paris_belongs_to_its_day(day: date, hour: int) -> None:
    assert calendars.paris_day(calendars.paris_instant(day, hour)) == day
