"""The net to be looked at: no view is too heavy, roads lie where they are, a tile without a name is none."""

import json
import zipfile
from importlib.resources import as_file, files
from itertools import accumulate, pairwise
from math import floor

import pytest

from rt.trade import roads_map
from rt.trade.roads_map import MAIN_DEGREES, NEAR_DEGREES, tile
from rt.trade.roads_map_build import chained, cut, simpler, steps

MOST_BYTES = 300_000
"""Of one view of the map."""


def read(name: str) -> dict[str, list]:
    content = tile(name)
    assert content is not None
    return json.loads(content)


def sizes() -> dict[str, int]:
    with as_file(files("rt.trade").joinpath(roads_map.ARCHIVE)) as path, zipfile.ZipFile(path) as archive:
        return {one.filename: one.file_size for one in archive.infolist()}


@pytest.mark.parametrize(
    ("level", "degrees", "wide", "high"),
    [("main", MAIN_DEGREES, 32.5, 24.0), ("near", NEAR_DEGREES, 3.2, 2.6)],
)
def test_no_view_is_heavier_than_it_may_be(level, degrees, wide, high):
    """As wide as the map draws that level, and as high as it is then at most."""
    known = sizes()

    def seen(west: float, south: float) -> int:
        columns = range(floor(west / degrees), floor((west + wide) / degrees) + 1)
        rows = range(floor(south / degrees), floor((south + high) / degrees) + 1)
        names = (f"{level}_{x * degrees}_{y * degrees}" for x in columns for y in rows)
        return sum(known.get(name, len(roads_map.EMPTY)) for name in names)

    heaviest = max(seen(west + 0.5, south + 0.5) for west in range(-11, 30) for south in range(35, 66))
    assert 50_000 < heaviest <= MOST_BYTES


def test_roads_of_a_tile_lie_in_it_or_step_over_its_edge():
    here = read("near_4_45")
    assert here["m"]
    assert len(here["r"]) > 50
    for road in [*here["m"], *here["r"]]:
        east, north = list(accumulate(road[::2])), list(accumulate(road[1::2]))
        assert min(east) < 5_000
        assert max(east) > 4_000
        assert min(north) < 46_000
        assert max(north) > 45_000


def test_towns_are_named_once_the_greatest_first():
    names = [one[0] for one in read("near_4_45")["t"]]
    assert names[0] == "Lyon"
    assert names.count("Lyon") == 1
    assert "Saint-Étienne" in names
    people = [one[3] for one in read("main_0_48")["t"]]
    assert people == sorted(people, reverse=True)
    assert read("main_0_48")["t"][0][0] == "Paris"


@pytest.mark.parametrize("name", ["near", "../x", "near_4_45.json", "far_4_45", "near_4444_45", ""])
def test_what_is_no_name_of_a_tile_is_none(name):
    assert tile(name) is None


def test_over_water_there_is_nothing():
    assert read("near_-20_45") == {"m": [], "r": [], "t": []}


def test_edges_become_lines_that_hold_each_once():
    edges = [(1, 2), (2, 3), (3, 4), (3, 5), (6, 7), (7, 8), (6, 8)]
    lines = list(chained(edges))
    drawn = sorted(tuple(sorted(pair)) for line in lines for pair in pairwise(line))
    assert drawn == sorted(tuple(sorted(one)) for one in edges)
    assert [1, 2, 3] in lines


def test_a_line_keeps_what_winds_and_is_cut_between_tiles():
    assert simpler([(0, 0), (500, 1), (1_000, 0)], 2) == [(0, 0), (1_000, 0)]
    bent = [(0, 0), (500, 400), (1_000, 0)]
    assert simpler(bent, 2) == bent
    parts = list(cut([(100, 100), (900, 100), (1_500, 100)], "near", 1))
    assert parts == [("near_0_0", [(100, 100), (900, 100)]), ("near_1_0", [(900, 100), (1_500, 100)])]
    assert steps([(10, 20), (15, 18)]) == [10, 20, 5, -2]
