"""What a tour emits: shared by each order's own way, whatever the order of the stops; told with the tour."""

from math import fsum

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.planning import make

from rt.contracts.planning import TourPublished
from rt.services.planning.domain.emitting import emission_class, emitted
from rt.services.planning.domain.tour import Tour
from rt.trade.distances import great_circle_km

PAIRS = [("Paris", "Reims"), ("Lille", "Paris"), ("Amiens", "Lyon"), ("Rouen", "Orléans")]


def loaded(*kg: float) -> Tour:
    jobs = [make.job(start, end, weight_kg=weight) for (start, end), weight in zip(PAIRS, kg, strict=False)]
    return make.tour(make.crew(), *jobs)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"kind": "van", "gross_weight_t": 3.5}, "van_parcels"),
        ({"kind": "rigid", "gross_weight_t": 26, "equipment": ["temperature"]}, "rigid_19_cold"),
        ({"kind": "tractor_trailer", "gross_weight_t": 44}, "artic_40"),
        ({"kind": "tractor_trailer", "gross_weight_t": 44, "equipment": ["temperature"]}, "artic_40_cold"),
        ({"kind": "road_train", "gross_weight_t": 44}, "artic_40_volume"),
    ],
)
def test_a_vehicle_has_a_class_of_the_law(values, code) -> None:
    assert emission_class(make.vehicle(**values)) == code


@settings(max_examples=25)
@given(st.data(), st.lists(st.floats(0, 9_000), min_size=1, max_size=4))
def test_stops_called_at_in_another_order_change_no_part_of_the_whole(data, kg) -> None:
    """The whole may be longer then; what an order has of it is the same."""
    tour = loaded(*kg)
    before = tour.emissions()
    crew = make.crew()
    tour.arrange(data.draw(st.permutations(tour.stops)), crew)
    after = tour.emissions()
    assert before
    assert after
    assert after.grams == pytest.approx(tour.distance_km * 0.270 * 3_170)
    assert fsum(one.grams for one in after.shares) == pytest.approx(after.grams, rel=1e-6)
    parts = {one.order_id: one.grams / before.grams for one in before.shares}
    assert {one.order_id: one.grams / after.grams for one in after.shares} == pytest.approx(parts, rel=1e-6)


def test_the_empty_way_from_the_depot_and_home_is_shared_too() -> None:
    (share,) = (tour := loaded(2_000)).emissions().shares
    assert share.grams == pytest.approx(tour.distance_km * 0.270 * 3_170)
    assert tour.distance_km > share.distance_km * 1.9


def test_where_the_net_has_no_road_for_one_order_all_are_measured_by_the_great_circle() -> None:
    moor = make.site("Paris", latitude=46.5, longitude=-5.0)
    odd = make.job(moor, "Reims", weight_kg=1_000)
    tour = make.tour(make.crew(), make.job("Paris", "Reims"), odd)
    found = tour.emissions()
    assert found
    assert found.distance_kind == "great_circle"
    first = found.shares[0]
    assert first.distance_km == pytest.approx(
        great_circle_km(make.TOWNS["Paris"][:2], make.TOWNS["Reims"][:2])
    )


def test_without_a_class_a_stop_or_a_place_nothing_is_said() -> None:
    tour = loaded(2_000)
    assert emitted(tour.day, tour.distance_km, "", tour.stops) is None
    assert emitted(tour.day, 0, "rigid_19", []) is None
    nowhere = make.job(make.site("Paris", latitude=None, longitude=None), "Reims")
    assert make.tour(make.crew(), nowhere).emissions() is None


def test_a_published_tour_tells_its_emissions() -> None:
    tour = loaded(2_000, 3_000)
    tour.publish()
    (told,) = tour.emitted
    assert isinstance(told, TourPublished)
    assert told.emissions == tour.emissions()
    assert [one.order_id for one in told.emissions.shares] == list(
        dict.fromkeys(s.order_id for s in tour.stops)
    )
