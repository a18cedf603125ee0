"""Emissions: the law's own figures, parts that add up in any order, ships by their names."""

from datetime import date
from math import fsum

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade import emission_factors as factors
from rt.trade import emissions
from rt.trade.emissions import Load, Stretch
from rt.trade.gazetteer import locate
from rt.trade.loading import EQUIPMENT
from rt.trade.stretches import stretch

TODAY, BEFORE = date(2026, 11, 29), date(2016, 3, 1)
LOADS = st.lists(
    st.builds(
        Load,
        order_id=st.text(alphabet="abcdef", min_size=1, max_size=6),
        mass_kg=st.one_of(st.just(0.0), st.floats(0.1, 26_000)),
        distance_km=st.one_of(st.just(0.0), st.floats(0.01, 3_000)),
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda load: load.order_id,
)


@pytest.mark.parametrize(
    ("code", "on", "grams"),
    [
        ("artic_40", BEFORE, 84.0),  # 0.342 x 3.07 / 12.5, as the press of 2012 had it
        ("artic_40", TODAY, 86.7),
        ("artic_40_volume", TODAY, 96.1),
        ("rigid_19_cold", TODAY, 312.2),  # both engines: (0.270 + 0.055) x 3.17 / 3.3
        ("van_letters", TODAY, 1_950.8),
    ],
)
def test_a_tonne_kilometre_is_what_the_law_says_that_day(code: str, on: date, grams: float) -> None:
    assert factors.factor(code, on).grams_per_tonne_km == pytest.approx(grams, abs=0.05)


def test_before_the_duty_its_first_day_holds_and_each_row_has_a_source() -> None:
    assert factors.factor("artic_40", date(2000, 1, 1)) == factors.factor("artic_40", factors.IN_FORCE)
    for row in (*factors.DIESEL, *factors.ROAD_CLASSES, *factors.SHIP_CLASSES):
        assert row.source
    assert not any(row.verified for row in factors.SHIP_CLASSES), "nobody read a ferry's own"


def test_every_vehicle_that_an_order_can_ask_for_has_a_class() -> None:
    for row in EQUIPMENT:
        for cold in (False, True):
            assert factors.factor(factors.class_asked(row.code, cold, TODAY), TODAY).litres_per_km > 0
    assert factors.class_asked("semi_reefer", False, TODAY) == "artic_40_cold"
    assert factors.class_asked("rigid_7t5", False, TODAY) == "rigid_7t5"
    assert factors.class_asked("semi_mega", False, TODAY) == "artic_40_volume"


def test_an_estimate_is_tonnes_times_kilometres_times_the_factor() -> None:
    found = emissions.estimate(10_000, Stretch(500, "road", "net 1"), "artic_40", TODAY)
    assert found.grams == pytest.approx(10 * 500 * 86.7, rel=1e-3)
    assert found.use_grams / found.grams == pytest.approx(2.51 / 3.17)
    assert (found.tonne_km, found.distance_basis, found.method) == (5_000, "net 1", "estimate")


def test_a_ferry_on_the_way_is_named_and_has_its_own_factor() -> None:
    calais, dover = locate("", "Calais", "FR"), locate("", "Dover", "GB")
    assert calais
    assert dover
    way = stretch(calais, dover)
    assert len(way.ships) == 1
    found = emissions.estimate(1_000, way, "artic_40", TODAY)
    (ship,) = found.ships
    assert ship.name in ("Calais–Douvres", "Dunkerque–Douvres", "Eurotunnel Coquelles–Folkestone")
    by_road = emissions.estimate(1_000, way._replace(ships=()), "artic_40", TODAY)
    assert found.grams == pytest.approx(by_road.grams + ship.grams)
    assert ship.grams == pytest.approx(ship.km * ship.grams_per_tonne_km)


def test_where_no_road_leads_the_great_circle_stands_and_is_called_so() -> None:
    found = stretch((48.85, 2.35), (40.71, -74.0))
    assert (found.kind, found.basis) == ("great_circle", "great circle")
    assert found.km == pytest.approx(5_837, rel=0.01)


@given(LOADS, st.floats(0, 1e8), st.floats(0, 1))
def test_the_parts_add_up_to_the_whole(loads: list[Load], grams: float, use: float) -> None:
    parts = emissions.shared(grams, grams * use, loads)
    assert fsum(one.grams for one in parts) == pytest.approx(grams, rel=1e-6, abs=1e-6)
    assert fsum(one.use_grams for one in parts) == pytest.approx(grams * use, rel=1e-6, abs=1e-6)
    assert all(0 <= one.use_grams <= one.grams for one in parts)


@given(LOADS, st.floats(0, 1e8), st.randoms(use_true_random=False))
def test_they_do_not_change_when_stops_are_called_at_in_another_order(loads, grams, chance) -> None:
    shuffled = list(loads)
    chance.shuffle(shuffled)
    parts = {one.order_id: one for one in emissions.shared(grams, grams, loads)}
    assert {one.order_id: one for one in emissions.shared(grams, grams, shuffled)} == parts


@given(LOADS, st.floats(1, 1e8), st.floats(0.01, 0.99))
def test_an_order_cut_in_two_has_together_what_it_had_whole(loads, grams, cut) -> None:
    """What groupage and legs stand on."""
    first, *others = loads
    halves = [
        first._replace(order_id="x", mass_kg=first.mass_kg * cut),
        first._replace(order_id="y", mass_kg=first.mass_kg * (1 - cut)),
    ]
    if fsum(load.tonne_km for load in loads) == 0:
        return
    whole = emissions.shared(grams, grams, loads)[0]
    x, y, *_ = emissions.shared(grams, grams, [*halves, *others])
    assert x.grams + y.grams == pytest.approx(whole.grams, rel=1e-9)


@pytest.mark.parametrize(
    ("loads", "parts"),
    [
        ([Load("a", 0, 100), Load("b", 1_000, 100)], [0, 100]),
        ([Load("a", 500, 0), Load("b", 1_000, 100)], [0, 100]),
        ([Load("a", 0, 300), Load("b", 0, 100)], [75, 25]),
        ([Load("a", 500, 0), Load("b", 900, 0)], [50, 50]),
        ([Load("a", 0, 0)], [100]),
        ([], []),
    ],
)
def test_without_weight_or_distance_the_whole_is_still_shared(loads, parts) -> None:
    assert [one.grams for one in emissions.shared(100, 80, loads)] == pytest.approx(parts)


def test_a_tour_emits_for_its_empty_kilometres_too_and_an_order_keeps_nothing_of_others() -> None:
    loads = [Load("a", 4_000, 100), Load("b", 8_000, 200)]
    tour = emissions.of_tour(620, loads, "artic_40", TODAY, basis="net 1")
    assert tour.grams == pytest.approx(620 * 0.342 * 3_170)
    assert tour.tonne_km == 2_000
    mine = emissions.of_share(tour, "a")
    assert mine
    assert mine.grams == pytest.approx(tour.grams / 5)
    assert mine.grams_per_tonne_km == pytest.approx(tour.grams / tour.tonne_km)
    assert mine.tonne_km * mine.grams_per_tonne_km == pytest.approx(mine.grams)
    assert emissions.of_share(tour, "c") is None


def test_legs_add_up_to_the_order_that_they_carry() -> None:
    one = emissions.estimate(5_000, Stretch(300, "road", "net 1"), "artic_40", TODAY)
    other = emissions.estimate(5_000, Stretch(40, "great_circle", "great circle"), "rigid_19", TODAY)
    whole = emissions.together({"ord_1": one, "ord_2": other})
    assert whole.grams == pytest.approx(one.grams + other.grams)
    assert whole.use_grams == pytest.approx(one.use_grams + other.use_grams)
    assert [part.order_id for part in whole.legs] == ["ord_1", "ord_2"]
    assert (whole.method, whole.mass_kg, whole.distance_km) == ("legs", 5_000, 340)
    assert whole.distance_kind == "great_circle"
    assert emissions.together({}).grams == 0
