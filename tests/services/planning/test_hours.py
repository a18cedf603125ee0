"""Hours of a week: over midnight, in nights of 7 and 9 hours, swept once and still what each line says."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.planning import make

from rt.contracts.planning import OpeningHours, PeriodView, WorkingHours
from rt.services.planning.domain.checks import _outside, conflicts
from rt.services.planning.domain.docks import LONGEST_SLOT, Dock
from rt.services.planning.domain.hours import ends, merged, spans_of, without
from rt.services.planning.domain.verifier import violations
from rt.trade.places import Address
from rt.trade.zones import day_at, instant_at, zone_of

MONDAY = date(2026, 6, 1)
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
"""The Sundays on which Europe's clocks change, at 01:00 UTC."""
DAYS = st.one_of(
    st.dates(date(2026, 1, 1), date(2027, 12, 31)),
    st.dates(SPRING - timedelta(days=2), SPRING + timedelta(days=1)),
    st.dates(AUTUMN - timedelta(days=2), AUTUMN + timedelta(days=1)),
)
HALF_HOURS = st.integers(0, 48).map(lambda n: n * 30)
LINES = st.lists(
    st.builds(
        OpeningHours, weekday=st.integers(0, 6), from_minute=HALF_HOURS, until_minute=HALF_HOURS
    ).filter(lambda line: line.from_minute != line.until_minute),
    max_size=8,
)
SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(
        lambda one: (make.at(0) + timedelta(hours=one[0]), make.at(0) + timedelta(hours=sum(one)))
    ),
    max_size=8,
)


def dock(**more):
    values = {
        "id": "dck_1", "org_id": "site", "name": "Quai 1", "site": make.site("Reims"), "step_minutes": 30,
        "hours": [OpeningHours(weekday=day, from_minute=1320, until_minute=360) for day in range(7)],
        "lead_hours": 0, "base_minutes": 30, "minutes_per_pallet": 0,
    }  # fmt: skip
    return Dock(**(values | more))


def shown(at, country="FR"):
    return at.astimezone(zone_of(country)).strftime("%d %H:%M")


@settings(max_examples=200, deadline=None)
@given(LINES, DAYS, st.integers(0, 95), st.sampled_from(["FR", "GB", "FI"]))
def test_a_moment_is_within_hours_exactly_when_a_clock_on_the_wall_says_so(lines, day, quarter, country):
    """Read from the clock: its weekday's line, or the night before's. Hours shown twice are left out."""
    zone = zone_of(country)
    at = instant_at(day, 0, zone) + timedelta(minutes=15 * quarter)
    if day_at(at, zone) != day or day in (SPRING, AUTUMN):
        near = at.astimezone(zone).replace(tzinfo=None)
        if near.hour < 5:
            return
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    said = any(
        (line.weekday == local.weekday() and line.from_minute <= minute < ends(line))
        or ((line.weekday + 1) % 7 == local.weekday() and minute + 1440 < ends(line))
        for line in lines
    )
    spans = spans_of(lines, day, day, zone)
    assert any(since <= at < until for since, until in spans) == said
    assert any(since <= at < until for since, until in merged(spans)) == said


@pytest.mark.parametrize(("night", "hours"), [(SPRING, 7), (AUTUMN, 9), (date(2026, 6, 14), 8)])
def test_the_nights_when_clocks_change_are_an_hour_shorter_or_longer(night, hours):
    eve = night - timedelta(days=1)
    nights = [span for span in dock().opening(eve) if span[0] >= instant_at(eve, 720)]
    assert [until - since for since, until in nights] == [timedelta(hours=hours)]
    starts = [at for at in dock().starts(night, timedelta(hours=1)) if at < instant_at(night, 720)]
    assert starts == sorted(set(starts))
    assert starts[-1] == instant_at(night, 300)
    assert shown(starts[0]) == f"{night:%d} 00:00"


@settings(max_examples=200)
@given(SPANS, SPANS)
def test_what_is_left_is_what_lies_in_a_stretch_and_in_no_hole(spans, holes):
    left = without(spans, holes)
    for hour in range(-1, 100):
        at = make.at(0) + timedelta(hours=hour, minutes=30)
        inside = any(a <= at < b for a, b in spans) and not any(a <= at < b for a, b in holes)
        assert any(a <= at < b for a, b in left) == inside
    assert left == sorted(left)
    assert all(a < b for a, b in left)


@settings(max_examples=200)
@given(SPANS, SPANS)
def test_work_is_outside_of_hours_exactly_when_no_shift_holds_it_whole(spans, shifts):
    shifts = sorted(shifts)
    simple = [span for span in sorted(spans) if not any(a <= span[0] and span[1] <= b for a, b in shifts)]
    assert _outside(spans, shifts) == simple


@settings(max_examples=80, deadline=None)
@given(LINES, DAYS, st.integers(1, 6), st.integers(1, 3), st.data())
def test_free_doors_swept_are_those_counted_one_by_one(lines, day, long, doors, data):
    at = dock(hours=lines, doors=doors, base_minutes=30 * long)
    begins = at.starts(day, at.duration(0))
    taken = set()
    for begin in begins:
        if data.draw(st.booleans()):
            door = data.draw(st.integers(1, doors))
            taken.update(at.cells(door, begin, at.step * data.draw(st.integers(1, 4))))
    simple = {b: len(at.free_doors(b, at.duration(0), taken)) for b in begins}
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    swept = {one.starts_at: one.doors_free for one in at.free(day, 0, "dry", taken, long_ago)}
    assert swept == {begin: count for begin, count in simple.items() if count}


@settings(max_examples=80, deadline=None)
@given(LINES, DAYS, st.integers(1, 20))
def test_every_start_is_on_its_day_on_the_grid_and_open_to_its_end(lines, day, long):
    at = dock(hours=lines)
    duration = timedelta(minutes=30 * long)
    starts = at.starts(day, duration)
    open_hours = merged(spans_of(lines, day, day + timedelta(days=1)))
    for begin in starts:
        assert at.day_of(begin) == day
        assert begin.minute % 30 == 0
        assert any(a <= begin and begin + duration <= b for a, b in open_hours)
    assert len(starts) == len(set(starts))


def test_a_night_dock_takes_slots_before_across_and_after_midnight():
    at, long = dock(), timedelta(hours=1)
    monday = [shown(one) for one in at.starts(MONDAY, long)]
    assert monday[0] == "01 00:00"
    assert "01 05:00" in monday
    assert "01 05:30" not in monday
    assert monday[-4:] == ["01 22:00", "01 22:30", "01 23:00", "01 23:30"]
    at.check(make.at(23.5, MONDAY), long, "dry", make.NOON_BEFORE)


def test_hours_that_touch_are_one_opening_and_lines_said_twice_are_one():
    morning = OpeningHours(weekday=0, from_minute=480, until_minute=720)
    at = dock(hours=[morning, morning, OpeningHours(weekday=0, from_minute=720, until_minute=840)])
    assert at.opening(MONDAY) == [(make.at(8, MONDAY), make.at(14, MONDAY))]
    assert len(at.starts(MONDAY, timedelta(minutes=30))) == 12


def test_a_dock_that_never_closes_takes_no_slot_longer_than_a_day():
    at = dock(hours=[OpeningHours(weekday=day, from_minute=0, until_minute=1440) for day in range(7)])
    assert len(at.starts(MONDAY, LONGEST_SLOT)) == 48
    assert at.starts(MONDAY, LONGEST_SLOT + timedelta(minutes=30)) == []


@pytest.mark.parametrize(
    ("country", "opens"), [("FR", "2026-06-01T20:00"), ("GB", "2026-06-01T21:00"), ("FI", "2026-06-01T19:00")]
)
def test_a_dock_opens_by_the_clock_of_its_own_site(country, opens):
    site = make.site("Reims", address=Address(city="X", postal_code="", country=country))
    evening = [span for span in dock(site=site).opening(MONDAY) if shown(span[0], country)[3:] == "22:00"]
    assert f"{evening[-1][0]:%Y-%m-%dT%H:%M}" == opens


def test_fifteen_thousand_opening_lines_kept_from_before_are_read_as_the_few_that_they_are():
    many = [
        OpeningHours(weekday=n % 7, from_minute=n % 700, until_minute=700 + n % 700) for n in range(15_000)
    ]
    at = dock(hours=many)
    assert len(at.opening(MONDAY)) == 1
    assert len(at.free(MONDAY, 0, "dry", set(), datetime(2020, 1, 1, tzinfo=UTC))) == 46


def test_a_driver_of_the_night_works_across_midnight_and_rests_in_the_absence():
    nights = [WorkingHours(weekday=day, from_minute=1200, until_minute=480) for day in range(7)]
    crew = make.crew(driver_hours=nights)
    job = make.job(
        "Paris", "Lyon", pickup_from=make.at(21), pickup_until=make.at(23),
        delivery_from=make.at(28), delivery_until=make.at(32),
    )  # fmt: skip
    tour = make.tour(crew, job)
    assert [one.code for one in conflicts(tour, crew, [])] == []
    fleet = {crew.vehicle.id: crew.vehicle}, {crew.driver.id: crew.driver}
    assert [one.rule for one in violations([tour], *fleet)] == []
    crew.driver.absences = [PeriodView(starts_at=make.at(25), ends_at=make.at(30))]
    late = make.tour(crew, job)
    assert {one.code for one in conflicts(late, crew, [])} == {"window_missed"}
    assert all(until <= make.at(25) or since >= make.at(30) for since, until in late.drives)


def test_a_driver_has_two_hundred_absences_at_most_and_those_of_years_ago_are_forgotten():
    hour = timedelta(hours=1)
    old = [
        PeriodView(
            starts_at=make.at(0) - 900 * 24 * hour + n * hour,
            ends_at=make.at(0) - 900 * 24 * hour + (n + 1) * hour,
        )
        for n in range(300)
    ]
    driver = make.driver(absences=old)
    driver.leave(PeriodView(starts_at=make.at(0), ends_at=make.at(1)))
    assert len(driver.absences) == 1
