"""Ways: the net's where it has a road, the crow's where not, and no longer at the end than it looks."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rt.trade import roads
from rt.trade.distances import CROW_FLY, great_circle_km, road_km
from rt.trade.ways import NEAR_KM, onward, way

PARIS, LYON, CALAIS, DOVER = (48.8566, 2.3522), (45.764, 4.8357), (50.95, 1.86), (51.127, 1.313)
FRANCE = st.tuples(st.floats(43.5, 49.5), st.floats(-0.5, 6.5))


def test_a_way_is_that_of_the_net_and_the_same_back():
    found = way(PARIS, LYON)
    net = roads.leg(PARIS, LYON)
    assert isinstance(net, roads.Leg)
    assert (found.km, found.minutes) == (net.km, net.minutes)
    assert found.basis == roads.basis()
    assert way(LYON, PARIS) == found


def test_a_ship_takes_its_time_apart():
    assert way(CALAIS, DOVER).sea_minutes > 30


def test_where_the_net_has_no_road_the_crow_flies_and_it_is_said():
    moor = (46.5, -5.0)
    assert way(PARIS, moor).basis == CROW_FLY
    assert way(PARIS, moor).km == road_km(PARIS, moor)


@settings(max_examples=40)
@given(FRANCE, st.floats(-0.12, 0.12), st.floats(-0.12, 0.12))
def test_the_last_kilometres_do_not_grow(end, north, east):
    here = (end[0] + north, end[1] + east)
    found = onward(here, end)
    assert found.km <= way(here, end).km
    if great_circle_km(here, end) < NEAR_KM:
        assert found.km <= road_km(here, end)


def test_a_lorry_that_stands_there_has_nothing_left():
    assert onward(PARIS, PARIS).km == pytest.approx(0)
