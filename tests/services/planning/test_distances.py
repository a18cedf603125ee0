"""How far apart sites are for planning: by the road net, over no water, else as the crow flies."""

import msgspec
import numpy as np
import pytest
from tests.services.planning import make
from tests.services.planning.make import site

from rt.services.planning.domain.distances import kilometres, minutes_between, minutes_matrix, placed, way
from rt.services.planning.domain.tour import new_tour
from rt.trade.distances import CROW_FLY, road_km
from rt.trade.places import Address, Site


def town(name: str, code: str, country: str = "FR") -> Site:
    return placed(Site(name=name, address=Address(city=name, postal_code=code, country=country)))


FAR_FROM_ROADS = Site(
    name="phare", address=Address(city="Brest", postal_code="29200"), latitude=48.4, longitude=-6
)


def test_a_way_stands_on_the_road_net() -> None:
    found = way(site("Lyon"), town("Nice", "06000"))
    assert found
    assert found.basis.startswith("road net ")
    assert found.km == pytest.approx(470, rel=0.05)
    assert found.km > 1.2 * road_km((45.764, 4.8357), (43.7, 7.27))


def test_over_water_a_ship_is_taken_that_is_known_by_name_and_where_none_is_there_is_no_way() -> None:
    ajaccio = town("Ajaccio", "20000")
    found = way(town("Bourg-en-Bresse", "01000"), ajaccio)
    assert found
    assert [ship.name for ship in found.ferries] == ["Nice–Ajaccio"]
    assert kilometres(town("Bastia", "20200"), ajaccio) > 100
    island = town("Le Palais", "56360")
    assert way(site("Lyon"), island) is None
    assert kilometres(site("Lyon"), island) == minutes_between(site("Lyon"), island) == 0


def test_a_place_far_from_the_net_is_estimated_and_says_so() -> None:
    found = way(site("Paris"), FAR_FROM_ROADS)
    assert found
    assert found.basis == CROW_FLY
    assert found.km == pytest.approx(road_km((48.8566, 2.3522), (48.4, -6)))


def test_a_tour_says_what_its_kilometres_stand_on() -> None:
    crew = make.crew()
    tour = new_tour("t1", crew, make.DAY)
    tour.arrange(make.job(pickup="Paris", delivery="Lyon").stops(), crew)
    assert tour.view(()).distance_basis.startswith("road net ")
    stops = [msgspec.structs.replace(stop, site=FAR_FROM_ROADS) for stop in tour.stops]
    tour.arrange(stops, crew)
    assert tour.view(()).distance_basis == CROW_FLY


def test_the_matrix_says_what_each_way_says() -> None:
    sites = [
        site("Paris"),
        site("Lyon"),
        site("Reims"),
        FAR_FROM_ROADS,
        town("Grenoble", "38000"),
        site("Paris"),
    ]
    found = minutes_matrix(sites)
    assert np.array_equal(found, found.T)
    for n, start in enumerate(sites):
        for m, end in enumerate(sites):
            assert found[n, m] == minutes_between(start, end)
