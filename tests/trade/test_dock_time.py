"""Time at the dock: free minutes as transcribed, and a clock that stops when the text says so."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade import dock_time
from rt.trade.calendars import paris_day
from rt.trade.zones import PARIS

ON = date(2026, 3, 2)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def free(arrival: dock_time.Arrival = "other", *, weight_kg: float = 12_000) -> dock_time.FreeTime:
    return dock_time.free_time(ON, weight_kg=weight_kg, packages=10, volume_m3=20, arrival=arrival)


def test_free_minutes_are_those_transcribed(shared_data: Path) -> None:
    written = json.loads((shared_data / "rules_fr" / "contrat_type_general.json").read_text())
    table = written["immobilisation_max_minutes"]
    kinds: dict[str, dock_time.Arrival] = {
        "appointment_kept": "appointment",
        "window_kept": "window",
        "other": "other",
    }
    for row, weight_kg, volume_m3 in (
        ("3_to_10t_and_le_30m3", 3_000, 30),
        ("3_to_10t_and_le_30m3", 10_000, 30),
        ("gt_10t_or_gt_30m3", 10_001, 1),
        ("gt_10t_or_gt_30m3", 5_000, 30.1),
    ):
        for name, arrival in kinds.items():
            found = dock_time.free_time(
                ON, weight_kg=weight_kg, packages=1, volume_m3=volume_m3, arrival=arrival
            )
            assert found.minutes == table[row][name]
            missed = dock_time.free_time(
                ON, weight_kg=weight_kg, packages=1, volume_m3=volume_m3, arrival="missed"
            )
            assert missed.minutes == table[row]["other"] + 15
    small = table["lt_3t"]
    for weight_kg, packages, minutes in (
        (99, 19, small["lt_100kg_and_lt_20_packages"]),
        (100, 19, small["other"]),
        (99, 20, small["other"]),
        (2_999, 1, small["other"]),
    ):
        found = dock_time.free_time(
            ON, weight_kg=weight_kg, packages=packages, volume_m3=50, arrival="appointment"
        )
        assert (found.minutes, found.tolerance) == (minutes, 0)


def test_an_appointment_is_kept_up_to_half_an_hour_late() -> None:
    at = paris("2026-03-02T09:00")
    assert dock_time.arrival_kind(at + timedelta(minutes=30), at, on=ON) == "appointment"
    assert dock_time.arrival_kind(at + timedelta(minutes=31), at, on=ON) == "missed"


def test_with_an_appointment_the_clock_waits_for_it_and_half_an_hour_more_is_admitted() -> None:
    found = dock_time.waiting(
        paris("2026-03-02T07:10"),
        paris("2026-03-02T11:00"),
        free("appointment"),
        agreed_from=paris("2026-03-02T09:00"),
    )
    assert found.free_until == paris("2026-03-02T10:30")
    assert found.excess_minutes == 30


def test_free_time_not_run_out_at_closing_goes_on_at_opening() -> None:
    # Friday 17:00, three hours: one before 18:00, two from 08:00 on Saturday, a jour ouvrable.
    found = dock_time.waiting(paris("2026-03-06T17:00"), paris("2026-03-07T11:15"), free())
    assert found.free_until == paris("2026-03-07T10:00")
    assert found.excess_minutes == 75


def test_a_sunday_and_a_holiday_are_slept_through() -> None:
    found = dock_time.waiting(paris("2026-05-23T17:00"), paris("2026-05-26T09:00"), free())
    assert found.free_until == paris("2026-05-26T10:00")
    assert found.excess_minutes == 0


def test_once_free_time_has_run_out_the_night_counts() -> None:
    found = dock_time.waiting(paris("2026-03-02T15:00"), paris("2026-03-03T08:00"), free())
    assert found.free_until == paris("2026-03-02T18:00")
    assert found.excess_minutes == 14 * 60


def test_the_site_has_its_own_hours() -> None:
    found = dock_time.waiting(
        paris("2026-03-02T15:00"),
        paris("2026-03-03T08:30"),
        free(),
        opens=time(6, 30),
        closes=time(16, 30),
    )
    assert found.free_until == paris("2026-03-03T08:00")
    with pytest.raises(dock_time.OpeningHoursEmpty):
        dock_time.waiting(ARRIVALS_FROM, ARRIVALS_FROM, free(), opens=time(6), closes=time(6))


@pytest.mark.parametrize(
    ("arrived", "covered_until"),
    [
        ("2026-03-02T23:00", "2026-03-03T02:00"),
        ("2026-03-03T04:00", "2026-03-03T23:00"),
        ("2026-03-03T12:00", "2026-03-04T01:00"),
        ("2026-03-08T01:00", "2026-03-08T04:00"),
        ("2026-03-08T05:00", "2026-03-10T00:00"),
        ("2026-03-29T01:30", "2026-03-29T05:30"),
        ("2026-10-25T01:30", "2026-10-25T03:30"),
    ],
)
def test_a_site_that_works_through_the_night_counts_across_midnight(arrived: str, covered_until: str) -> None:
    """Three hours; Saturday's night ends on Sunday, whose own does not begin; nights of 7 and 9 hours."""
    found = dock_time.waiting(
        paris(arrived), paris(covered_until) + timedelta(minutes=20), free(), opens=time(22), closes=time(6)
    )
    assert found.free_until == paris(covered_until).astimezone(UTC)
    assert found.excess_minutes == 20


ARRIVALS_FROM = paris("2026-01-05T00:00")


@given(
    st.integers(0, 60 * 24 * 360),
    st.integers(0, 3_000),
    st.integers(0, 600),
    st.sampled_from([500, 5_000, 12_000]),
)
def test_longer_at_the_dock_is_never_cheaper(start: int, stay: int, more: int, weight_kg: int) -> None:
    arrived = ARRIVALS_FROM + timedelta(minutes=start)
    covered = free(weight_kg=weight_kg)
    short = dock_time.waiting(arrived, arrived + timedelta(minutes=stay), covered)
    long = dock_time.waiting(arrived, arrived + timedelta(minutes=stay + more), covered)
    assert short.free_until == long.free_until
    assert 0 <= short.excess_minutes <= long.excess_minutes <= stay + more
    assert short.free_until - arrived >= timedelta(minutes=covered.minutes)
    assert paris_day(short.free_until) - paris_day(arrived) <= timedelta(days=6)
