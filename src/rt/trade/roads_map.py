"""The road net to be looked at: roads and towns by tiles, in two levels of detail. For maps alone.

`roads_map.zip` is made by roads_map_build from the road net (© OpenStreetMap contributors, ODbL 1.0) and the
gazetteer. A tile is JSON: `m` main roads, `r` other roads, `t` towns, the greatest first. A road is longitude
and latitude of its first point in thousandths of a degree, then the steps from each point to the next; a town
is its name, latitude, longitude and inhabitants.
"""

import re
import zipfile
from functools import lru_cache
from importlib.resources import as_file, files

ARCHIVE = "roads_map.zip"
MAIN_DEGREES, NEAR_DEGREES = 8, 1
"""How wide and high tiles are: of main roads and cities, and of all roads and towns."""
NAME = re.compile(r"(main|near)_-?\d{1,3}_-?\d{1,2}")
EMPTY = b'{"m":[],"r":[],"t":[]}'
KEPT = 256


@lru_cache(maxsize=KEPT)
def tile(name: str) -> bytes | None:
    """A tile by its level and the degrees of its south-west corner, such as "near_4_45".

    Over water and off the map it is empty; None is for what is no name of a tile.
    """
    if not NAME.fullmatch(name):
        return None
    archive = _archive()
    try:
        return archive.read(name)
    except KeyError:
        return EMPTY


@lru_cache(maxsize=1)
def _archive() -> zipfile.ZipFile:
    with as_file(files("rt.trade").joinpath(ARCHIVE)) as path:
        return zipfile.ZipFile(path)
