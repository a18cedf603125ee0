"""The road net: near what public pages say, the same both ways, no faster over a third place, dry-shod."""

import csv
import gzip
import hashlib
import heapq
import statistics
from importlib.resources import files
from importlib.util import find_spec
from math import inf, nan
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conftest import left_out

from rt.trade import crossings, gazetteer, roads
from rt.trade.distances import Point, great_circle_km
from rt.trade.gazetteer import locate
from rt.trade.roads import NoRoad, Road
from rt.trade.roads_build import SOURCE
from rt.trade.roads_contract import Graph, contract
from rt.trade.roads_local import LocalTown, local_roads
from rt.trade.roads_net import ROAD, climb, road_net, way

ROWS = list(csv.DictReader((Path(__file__).parent / "road_distances.csv").open(encoding="utf-8")))
CALIBRATED_ON, HELD_OUT = ROWS[::2], ROWS[1::2]
"""Every second row, in the order of the towns' names."""
FRANCE = st.tuples(st.floats(43.5, 49.5), st.floats(-0.5, 6.5))
EUROPE = st.tuples(st.floats(36, 60), st.floats(-9, 42))


def town(name: str, country: str = "FR", code: str = "") -> Point:
    found = locate(code, name, country)
    assert found
    return found


def driven(start: Point, end: Point) -> Road:
    found = roads.road(start, end)
    assert isinstance(found, Road), found
    return found


def error(row: dict[str, str]) -> float:
    start, end = (town(row[end], row[f"{end}_country"]) for end in ("start", "end"))
    return driven(start, end).km / float(row["km"]) - 1


def test_distances_are_those_of_public_pages() -> None:
    """Seventy-five of them, from twenty sources; the net was calibrated on the other half."""
    assert len(ROWS) >= 30
    held_out = sorted(abs(error(row)) for row in HELD_OUT)
    fitted = sorted(abs(error(row)) for row in CALIBRATED_ON)
    assert statistics.median(held_out) <= 0.03
    assert statistics.median(fitted) <= 0.03
    assert sum(off > 0.08 for off in held_out) <= 1
    assert held_out[-1] <= 0.1


@settings(max_examples=40, deadline=None)
@given(EUROPE, EUROPE)
def test_the_way_back_is_the_same(start: Point, end: Point) -> None:
    there, back = roads.road(start, end, path=True), roads.road(end, start, path=True)
    if isinstance(there, NoRoad) or isinstance(back, NoRoad):
        assert type(there) is type(back)
        return
    assert (there.km, there.driving_minutes, there.minutes) == (back.km, back.driving_minutes, back.minutes)
    assert there.ships == back.ships[::-1]
    assert there.path[0] == back.path[-1] == start
    assert there.countries == back.countries


@settings(max_examples=40, deadline=None)
@given(FRANCE, FRANCE, FRANCE)
def test_a_detour_is_never_faster(start: Point, over: Point, end: Point) -> None:
    ways = [roads.road(start, end), roads.road(start, over), roads.road(over, end)]
    if all(isinstance(one, Road) for one in ways):
        direct, first, second = (one.minutes for one in ways if isinstance(one, Road))
        assert direct <= first + second + 1e-9


@settings(max_examples=20, deadline=None)
@given(st.lists(EUROPE, min_size=2, max_size=6))
def test_a_matrix_says_what_each_way_says(places: list[Point]) -> None:
    found = roads.matrix(places)
    assert np.array_equal(found.km, found.km.T, equal_nan=True)
    assert np.array_equal(found.reached, ~np.isnan(found.km))
    for n, start in enumerate(places):
        for m, end in enumerate(places):
            one = roads.road(start, end)
            assert found.reached[n, m] == isinstance(one, Road)
            if isinstance(one, Road):
                assert found.km[n, m] == pytest.approx(one.km)
                assert found.driving_minutes[n, m] == pytest.approx(one.driving_minutes)
                assert found.sea_minutes[n, m] == pytest.approx(sum(ship.minutes for ship in one.ships))


@settings(max_examples=30, deadline=None)
@given(FRANCE, FRANCE)
def test_a_way_is_the_sum_of_its_countries_and_as_long_as_the_crow_at_least(start: Point, end: Point) -> None:
    found = roads.road(start, end, path=True)
    if isinstance(found, Road):
        assert sum(found.countries.values()) == pytest.approx(found.km, abs=0.2)
        assert found.km >= great_circle_km(start, end) * 0.99
        assert found.driving_minutes >= found.km / 90 * 60
        assert (found.path[0], found.path[-1]) == (start, end)


def test_neighbouring_towns_are_not_sent_round_by_main_roads() -> None:
    """Towns of 2,000 people and more 4 to 15 km apart: the usual ratio to the crow is 1.3 to 1.5."""
    rows = [line.split("\t") for line in gazetteer_lines()]
    known = [(float(row[2]), float(row[3])) for row in rows if row[1] == "FR" and int(row[4]) >= 2_000]
    known = sorted({place for place in known if 42.5 < place[0] < 51 and -4.5 < place[1] < 8})
    ratios = []
    for start in known[::20]:
        near = [
            end for end in known if abs(end[0] - start[0]) < 0.13 and 4 <= great_circle_km(start, end) < 15
        ]
        for end in near[:2]:
            found = roads.leg(start, end)
            if isinstance(found, roads.Leg):
                ratios.append(found.km / great_circle_km(start, end))
    ratios.sort()
    assert len(ratios) > 200
    assert statistics.median(ratios) < 1.6
    assert ratios[int(len(ratios) * 0.85)] < 2.6


@pytest.mark.parametrize(
    ("start", "end", "most_km"),
    [
        (town("Brest"), town("Quimper"), 82),
        (town("Saint-Nazaire", code="44600"), town("Saint-Brevin-les-Pins", code="44250"), 22),
        (town("Andernos-les-Bains", code="33510"), town("Gujan-Mestras", code="33470"), 45),
        (town("Sète", code="34200"), town("Agde", code="34300"), 40),
        (town("Bristol", "GB"), town("Cardiff", "GB"), 80),
        (town("Linköping", "SE"), town("Norrköping", "SE"), 50),
        (town("Athens", "GR"), town("Patras", "GR"), 240),
        (town("Maribor", "SI"), town("Zagreb", "HR"), 140),
        (town("Burgas", "BG"), town("Varna", "BG"), 150),
    ],
)
def test_a_main_road_that_the_source_cuts_is_closed_by_a_line_of_the_table(
    start: Point, end: Point, most_km: float
) -> None:
    assert driven(start, end).km <= most_km


def gazetteer_lines() -> list[str]:
    raw = files("rt.trade").joinpath(gazetteer.TABLE).read_bytes()
    return gzip.decompress(raw).decode().splitlines()


def test_a_local_road_is_guessed_where_main_roads_lead_there_too() -> None:
    """Two towns 3 km apart, each on a main road: that they are joined depends on the way round."""
    west, east = LocalTown((46.0, 4.0), "FR"), LocalTown((46.0, 4.04), "FR")
    banks: list[Point] = [(46.01, 3.99), (46.01, 4.05)]
    crossed = [*local_roads(banks, [{1: 8.0}, {0: 8.0}], [west, east])]
    assert (2, 3) in {(road.one, road.other) for road in crossed}
    for apart in ([{1: 40.0}, {0: 40.0}], [{}, {}]):
        kept_apart = [*local_roads(banks, apart, [west, east])]
        assert {(road.one, road.other) for road in kept_apart} == {(2, 0), (3, 1)}
    cut = [*local_roads(banks, [{1: 60.0}, {0: 60.0}], [west, east])]
    assert (2, 3) in {(road.one, road.other) for road in cut}
    norway = [LocalTown(town.place, "NO") for town in (west, east)]
    assert len([*local_roads(banks, [{1: 60.0}, {0: 60.0}], norway)]) == 2


@settings(max_examples=20, deadline=None)
@given(EUROPE, EUROPE)
def test_numbers_alone_are_those_of_the_way(start: Point, end: Point) -> None:
    way_there, numbers = roads.road(start, end), roads.leg(start, end)
    if isinstance(way_there, Road) and isinstance(numbers, roads.Leg):
        assert (numbers.km, numbers.driving_minutes) == (way_there.km, way_there.driving_minutes)
        assert numbers.minutes == pytest.approx(way_there.minutes)
    else:
        assert way_there == numbers


def test_numbers_add_up_where_the_way_round_a_gap_would_take_a_week() -> None:
    """East of Batman the source is cut: shortcuts round Europe are climbed there, and must not overflow."""
    batman, silvan = town("Batman", "TR"), town("Silvan", "TR")
    there, numbers, table = (
        driven(batman, silvan),
        roads.leg(batman, silvan),
        roads.matrix([batman, silvan]),
    )
    assert isinstance(numbers, roads.Leg)
    assert (numbers.km, numbers.driving_minutes) == (there.km, there.driving_minutes)
    assert table.km[0, 1] == there.km < 60


def test_no_places_and_one_place_have_a_matrix() -> None:
    assert roads.matrix([]).km.shape == (0, 0)
    lyon = town("Lyon")
    assert roads.matrix([lyon, lyon]).km.tolist() == [[0, 0], [0, 0]]
    assert driven(lyon, lyon).km == 0


@pytest.mark.parametrize(
    ("start", "end", "ships"),
    [
        (town("Bourg-en-Bresse"), town("Ajaccio"), 1),
        (town("Bastia"), town("Ajaccio"), 0),
        (town("Paris"), town("London", "GB"), 1),
        (town("Paris"), town("Dublin", "IE"), 2),
        (town("London", "GB"), town("Glasgow", "GB"), 0),
        (town("Naples", "IT"), town("Messina", "IT"), 1),
        (town("Rome", "IT"), town("Olbia", "IT"), 1),
        (town("Lyon"), town("Palma", "ES"), 1),
        (town("Copenhagen", "DK"), town("Malmö", "SE"), 0),
        (town("Odense", "DK"), town("Copenhagen", "DK"), 0),
        (town("Helsinki", "FI"), town("Tallinn", "EE"), 1),
        (town("Saint-Denis", code="97400"), town("Saint-Pierre", code="97410"), 0),
        (town("Lyon"), town("Turin", "IT"), 0),
        (town("Caen"), town("Le Havre"), 0),
    ],
)
def test_water_is_crossed_by_named_ships_alone(start: Point, end: Point, ships: int) -> None:
    found = driven(start, end)
    assert len(found.ships) == ships
    for ship in found.ships:
        assert ship.name == crossings.crossings()[ship.id].name
        assert ship.minutes > 0
        assert ship.km > 0
        assert found.minutes > found.driving_minutes
    assert found.basis.startswith("road net ")


def test_a_ship_is_not_driven() -> None:
    """From Marseille's side to Ajaccio there is water, of which no kilometre is the lorry's."""
    corsica = driven(town("Nice"), town("Ajaccio"))
    assert corsica.km < 30
    assert corsica.driving_minutes < 60
    assert corsica.ships[0].km > 150


def test_mountains_are_not_flat() -> None:
    """Lyon to Nice goes by the Rhône and the coast; over the passes it would be slower though shorter."""
    found = driven(town("Lyon"), town("Nice"))
    assert found.km > 1.4 * great_circle_km(town("Lyon"), town("Nice"))
    border = driven(town("Grenoble"), town("Turin", "IT"))
    assert set(border.countries) == {"FR", "IT"}


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        (town("Le Palais", code="56360"), "island_without_road"),
        (town("Portoferraio", "IT"), "island_without_road"),
        (town("Saint-Denis", code="97400"), "no_link"),
        (town("Reykjavík", "IS"), "no_link"),
        ((45.5, -8.0), "far_from_roads"),
        ((0.0, 0.0), "far_from_roads"),
        ((4.83, 45.76), "far_from_roads"),
        ((90.0, 0.0), "far_from_roads"),
        ((65.0, -180.0), "far_from_roads"),
        ((inf, 4.83), "far_from_roads"),
        ((45.76, inf), "far_from_roads"),
        ((nan, 4.83), "far_from_roads"),
        ((45.76, nan), "far_from_roads"),
    ],
)
def test_no_road_is_said_with_its_reason(place: Point, reason: str) -> None:
    found = roads.road(town("Lyon"), place)
    assert isinstance(found, NoRoad)
    assert found.reason == reason
    assert found.fr
    assert found.en
    table = roads.matrix([town("Lyon"), place])
    assert not table.reached[0, 1]
    assert np.isnan(table.km[0, 1])


def test_the_net_is_made_from_the_tables_beside_it() -> None:
    """Whoever mends a crossing builds the net anew; whoever has the source may compare it."""
    header = road_net().header
    table = files("rt.trade").joinpath(crossings.TABLE).read_bytes()
    assert hashlib.sha256(table).hexdigest() == header.crossings_sha256
    carried = [(one.id, one.seconds) for one in crossings.crossings().values() if one.kind != "bridge"]
    assert carried == header.crossings
    if (source := find_spec("scgraph_data")) is None or source.origin is None:
        left_out("scgraph_data, the source of the road net, is not installed")
    there = Path(source.origin).parents[1] / SOURCE
    assert hashlib.sha256(there.read_bytes()).hexdigest() == header.source_sha256


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (town("Bastia"), town("Bonifacio")),
        (town("Saint-Denis", code="97400"), town("Cilaos", code="97413")),
        (town("Lille"), town("Marseille")),
    ],
)
def test_the_contracted_net_finds_what_a_plain_search_finds(start: Point, end: Point) -> None:
    net = road_net()
    first, last = roads.access(start), roads.access(end)
    assert isinstance(first, roads.Access)
    assert isinstance(last, roads.Access)
    plain: list[dict[int, int]] = [{} for _ in net.country]
    for arc, left in enumerate(net.left):
        if left <= ROAD:
            tail, head = net.tail(arc), net.head[arc]
            plain[tail][head] = plain[head][tail] = net.cost[arc]
    pieces, cost = way(net, first.node, last.node)
    assert cost == cheapest(plain, first.node)[last.node]
    assert sum(net.cost[arc] for *_, arc in pieces) == cost
    assert [pieces[0][0], *(head for _, head, _ in pieces)] == [*(tail for tail, *_ in pieces), last.node]
    assert pieces[0][0] == first.node


@given(
    st.integers(2, 12).flatmap(
        lambda size: st.lists(
            st.tuples(st.integers(0, size - 1), st.integers(0, size - 1), st.integers(1, 9)), max_size=30
        ).map(lambda found: (size, found))
    )
)
def test_contracting_keeps_what_is_cheapest(drawn: tuple[int, list[tuple[int, int, int]]]) -> None:
    size, edges = drawn
    graph: Graph = [{} for _ in range(size)]
    for one, other, cost in edges:
        if one != other:
            graph[one][other] = graph[other][one] = min(cost, graph[one].get(other, cost))
    truth = [cheapest(graph, n) for n in range(size)]
    order, up = contract([dict(heads) for heads in graph])
    assert sorted(order) == list(range(size))
    rising = [{head: cost for head, cost, _ in up[n]} for n in range(size)]
    climbed = [cheapest(rising, n) for n in range(size)]
    for one in range(size):
        for other in range(size):
            met = [climbed[one][n] + climbed[other][n] for n in climbed[one] if n in climbed[other]]
            assert min(met, default=None) == truth[one].get(other)


def cheapest(graph: list[dict[int, int]], start: int) -> dict[int, int]:
    """Dijkstra without any art."""
    found: dict[int, int] = {}
    queue = [(0, start)]
    while queue:
        cost, node = heapq.heappop(queue)
        if node not in found:
            found[node] = cost
            for head, more in graph[node].items():
                heapq.heappush(queue, (cost + more, head))
    return found


def test_climbing_ends_at_the_top() -> None:
    net = road_net()
    reached, _ = climb(net, 0)
    assert 0 in reached
    assert len(reached) < len(net.country) / 50
