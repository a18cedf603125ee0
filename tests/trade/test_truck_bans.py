"""Truck bans: the golden cases of the arrêté, the calendar of 2026, and the days when clocks change."""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade import truck_bans
from rt.trade.calendars import paris_day, paris_instant
from rt.trade.zones import PARIS

ZONES = get_args(truck_bans.Zone)


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def shown(at: datetime) -> str:
    return at.astimezone(PARIS).strftime("%m-%d %H:%M")


def test_every_golden_case_gets_its_answer(shared_data: Path) -> None:
    cases = json.loads((shared_data / "rules_fr" / "truck_bans.json").read_text())["golden_cases"]
    assert len(cases) == 10
    for case in cases:
        zone = case.get("network", "general").replace("-", "_")
        ban = truck_bans.banned(paris(case["t"]), int(case["gvw"] * 1000), zone)
        assert (ban is None) == case["allowed"], case


def test_the_seasons_of_2026_are_those_published(shared_data: Path) -> None:
    published = json.loads((shared_data / "rules_fr" / "truck_bans.json").read_text())
    table = {
        one.rule: [day.isoformat() for day in one.days] for one in truck_bans.SEASONS if one.year == 2026
    }
    assert table == {"summer": published["summer_2026"], "winter": published["winter_2026"]}
    assert truck_bans.seasons_known(2026)
    assert not truck_bans.seasons_known(2031)


def test_the_bans_of_may_2026_are_those_written_by_hand() -> None:
    found = truck_bans.bans(paris("2026-05-01T00:00"), paris("2026-05-31T23:59"), 40_000)
    assert [(shown(ban.starts_at), shown(ban.ends_at)) for ban in found] == [
        ("04-30 22:00", "05-01 22:00"),
        ("05-02 22:00", "05-03 22:00"),
        ("05-07 22:00", "05-08 22:00"),
        ("05-09 22:00", "05-10 22:00"),
        ("05-13 22:00", "05-14 22:00"),
        ("05-16 22:00", "05-17 22:00"),
        ("05-23 22:00", "05-25 22:00"),
        ("05-30 22:00", "05-31 22:00"),
    ]


def test_winter_holds_on_the_rhone_alpes_network_alone() -> None:
    noon = paris("2026-02-14T12:00")
    assert truck_bans.banned(noon, 40_000) is None
    ban = truck_bans.banned(noon, 40_000, "rhone_alpes")
    assert ban is not None
    assert (ban.rule, shown(ban.ends_at)) == ("winter", "02-14 18:00")


@pytest.mark.parametrize(
    ("at", "zone", "until"),
    [
        ("2026-03-06T17:00", "ile_de_france_outbound", "03-06 21:00"),
        ("2026-05-13T17:00", "ile_de_france_outbound", "05-14 24:00"),
        ("2026-03-14T10:00", "ile_de_france_outbound", "03-14 18:00"),
        ("2026-03-15T12:00", "ile_de_france_outbound", "03-15 24:00"),
        ("2026-03-16T07:00", "ile_de_france_inbound", "03-16 10:00"),
        ("2026-05-15T07:00", "ile_de_france_inbound", "05-15 10:00"),
    ],
)
def test_ile_de_france_has_hours_of_its_own(at: str, zone: truck_bans.Zone, until: str) -> None:
    day, hour = until.split(" ")
    free = truck_bans.next_allowed(paris(at), 40_000, zone)
    expected = paris(f"2026-{day}T00:00") + timedelta(hours=int(hour[:2]))
    assert shown(free) == shown(expected)


def test_a_derogation_frees_but_not_in_ile_de_france() -> None:
    sunday, friday = paris("2026-03-15T12:00"), paris("2026-03-06T17:00")
    assert truck_bans.banned(sunday, 40_000, derogation="perishables") is None
    assert truck_bans.banned(sunday, 40_000, derogation="no such thing") is not None
    assert truck_bans.banned(friday, 40_000, "ile_de_france_outbound", derogation="perishables") is not None


@pytest.mark.parametrize(("sunday", "hours"), [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-14", 24)])
def test_the_sunday_when_clocks_change_is_an_hour_shorter_or_longer(sunday: str, hours: int) -> None:
    ban = truck_bans.banned(paris(f"{sunday}T12:00"), 40_000)
    assert ban is not None
    assert ban.ends_at - ban.starts_at == timedelta(hours=hours)
    assert shown(ban.ends_at).endswith("22:00")


INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31)).map(lambda at: at.replace(tzinfo=UTC))


@given(INSTANTS, st.sampled_from(ZONES))
def test_the_next_allowed_instant_is_allowed_and_nothing_before_it_is(
    at: datetime, zone: truck_bans.Zone
) -> None:
    free = truck_bans.next_allowed(at, 40_000, zone)
    assert truck_bans.banned(free, 40_000, zone) is None
    if free > at:
        assert truck_bans.banned(free - timedelta(seconds=1), 40_000, zone) is not None
        assert free - at <= timedelta(days=4)


@given(INSTANTS, st.integers(0, 400), st.sampled_from(ZONES))
def test_a_list_of_bans_says_the_same_as_asking_at_each_instant(
    since: datetime, hours: int, zone: truck_bans.Zone
) -> None:
    at = since + timedelta(hours=hours)
    listed = truck_bans.bans(since, since + timedelta(hours=400), 40_000, zone)
    inside = any(ban.starts_at <= at < ban.ends_at for ban in listed)
    assert inside == (truck_bans.banned(at, 40_000, zone) is not None)
    assert listed == sorted(listed, key=lambda ban: ban.starts_at)


@given(INSTANTS, st.integers(0, 400), st.sampled_from(ZONES))
def test_each_days_hours_lie_in_one_ban_and_bans_of_one_rule_lie_apart(
    since: datetime, days: int, zone: truck_bans.Zone
) -> None:
    """Swept once from day to day, and still what the arrêté says of each day by itself."""
    until = since + timedelta(days=days)
    listed = truck_bans.bans(since, until, 40_000, zone)
    for ahead in range(days):
        day = paris_day(since) + timedelta(days=ahead)
        for rule, start, end in truck_bans._hours(day, zone):
            starts_at, ends_at = paris_instant(day, start), paris_instant(day, end)
            if since < ends_at and starts_at <= until:
                around = [
                    b for b in listed if b.rule == rule and b.starts_at <= starts_at and ends_at <= b.ends_at
                ]
                assert len(around) == 1
    for rule in get_args(truck_bans.Rule):
        same = [ban for ban in listed if ban.rule == rule]
        assert all(before.ends_at < after.starts_at for before, after in pairwise(same))


def test_nobody_lists_the_bans_of_fifteen_centuries() -> None:
    with pytest.raises(ValueError, match="400 days"):
        truck_bans.bans(paris("2026-06-02T08:00"), paris("3500-06-02T08:00"), 40_000)


@given(INSTANTS, st.integers(0, 7_500), st.sampled_from(ZONES))
def test_a_light_vehicle_always_drives(at: datetime, gross_kg: int, zone: truck_bans.Zone) -> None:
    assert truck_bans.banned(at, gross_kg, zone) is None


def test_every_rule_says_where_it_comes_from() -> None:
    assert {rule.rule for rule in truck_bans.RULES} == set(get_args(truck_bans.Rule))
    assert all(row.source for row in (*truck_bans.RULES, *truck_bans.SEASONS, *truck_bans.DEROGATIONS))
    assert paris_day(paris("2026-07-18T00:00")).isoformat() == "2026-07-18"
