"""Distances: a metric on the sphere, a road estimate that keeps it, near the measured road network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade import distances as far
from rt.trade.distances import Point

EVERYWHERE = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
FRANCE = st.tuples(st.floats(42, 51), st.floats(-5, 8))
PARIS, LYON, MARSEILLE, LILLE = (48.8566, 2.3522), (45.764, 4.8357), (43.2965, 5.3698), (50.6292, 3.0573)
BORDEAUX, LE_HAVRE, STRASBOURG = (44.8378, -0.5792), (49.4944, 0.1079), (48.5734, 7.7521)
TOULOUSE, NANTES, BREST, MILANO = (43.6047, 1.4442), (47.2184, -1.5536), (48.3904, -4.4861), (45.4642, 9.19)


@pytest.mark.parametrize(
    ("start", "end", "network_km"),
    [
        (PARIS, LYON, 447),
        (PARIS, MARSEILLE, 754),
        (PARIS, LILLE, 214),
        (PARIS, BORDEAUX, 557),
        (LE_HAVRE, STRASBOURG, 650),
        (LYON, MARSEILLE, 308),
        (TOULOUSE, NANTES, 541),
        (BREST, PARIS, 579),
        (LYON, MILANO, 437),
    ],
)
def test_estimates_are_near_the_road_network(start: Point, end: Point, network_km: int) -> None:
    """OpenStreetMap highways as scgraph measures them, which lie 3-7 % under the usual road distances."""
    assert far.road_km(start, end) == pytest.approx(network_km * 1.05, rel=0.12)


@given(EVERYWHERE, EVERYWHERE)
def test_the_way_back_is_as_long(start: Point, end: Point) -> None:
    assert far.great_circle_km(start, end) == pytest.approx(far.great_circle_km(end, start), abs=1e-6)
    assert far.road_km(start, end) == pytest.approx(far.road_km(end, start), abs=1e-6)
    assert far.road_km(start, start) == 0


@given(EVERYWHERE, EVERYWHERE, EVERYWHERE)
def test_a_detour_is_never_shorter(start: Point, over: Point, end: Point) -> None:
    for measure in (far.great_circle_km, far.road_km):
        assert measure(start, end) <= measure(start, over) + measure(over, end) + 1e-6


@given(FRANCE, FRANCE)
def test_roads_wind_but_not_absurdly(start: Point, end: Point) -> None:
    straight = far.great_circle_km(start, end)
    if straight > 0.1:
        assert 1.0 <= far.road_km(start, end) / straight <= 1.6


@given(st.floats(0, 3_000), st.floats(0, 3_000))
def test_farther_takes_longer_at_a_lawful_speed(km: float, more: float) -> None:
    assert far.driving_minutes(km) <= far.driving_minutes(km + more)
    assert far.driving_minutes(km) >= km / 90 * 60 - 1


@pytest.mark.parametrize(("km", "minutes"), [(0, 0), (10, 16), (50, 61), (100, 109), (450, 393)])
def test_a_lorry_is_slow_in_town_and_steady_on_the_motorway(km: float, minutes: int) -> None:
    assert far.driving_minutes(km) == minutes
