"""Kilometres and driving minutes between sites that a road joins, and where a town's site lies.

Measured on the road net; as the crow flies where that has no road for a place that a lorry does reach.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from rt.trade import roads, ways
from rt.trade.distances import CROW_FLY
from rt.trade.gazetteer import locate
from rt.trade.islands import same_landmass
from rt.trade.places import Address, Site


class Way(NamedTuple):
    """From site to site: kilometres driven, minutes with those on a ferry, and what both stand on."""

    km: float
    minutes: int
    basis: str


def placed(site: Site) -> Site:
    """The site with coordinates: its own, or those of its town; without any if the town is not known."""
    if located(site):
        return site
    found = locate(site.address.postal_code, site.address.city, site.address.country)
    return msgspec.structs.replace(site, latitude=found[0], longitude=found[1]) if found else site


def located(site: Site) -> bool:
    return site.latitude is not None and site.longitude is not None


def by_road(start: Site, end: Site) -> bool:
    """Whether a lorry gets there without a ship or a shuttle train."""
    here, there = start.address, end.address
    return _joined(here.country, here.postal_code, here.city, there.country, there.postal_code, there.city)


def town_of(site: Site) -> str:
    """A site as a crossing names it."""
    return site.address.city or site.name


def way(start: Site, end: Site) -> Way | None:
    """None where a place is unknown or water lies between: the check says so."""
    if start.latitude is None or start.longitude is None or end.latitude is None or end.longitude is None:
        return None
    if not by_road(start, end):
        return None
    found = ways.way((start.latitude, start.longitude), (end.latitude, end.longitude))
    return Way(found.km, round(found.minutes), found.basis)


def kilometres(start: Site, end: Site) -> float:
    """Road kilometres; 0 where there is no way."""
    found = way(start, end)
    return found.km if found else 0.0


def minutes_between(start: Site, end: Site) -> int:
    """Minutes at the wheel; 0 where there is no way."""
    found = way(start, end)
    return found.minutes if found else 0


def basis_of(sites: Sequence[Site]) -> str:
    """What the kilometres along these sites stand on: the crow's flight if one of them does."""
    found = {one.basis for one in map(way, sites, sites[1:]) if one}
    return CROW_FLY if CROW_FLY in found else next(iter(found), "")


def minutes_matrix(sites: Sequence[Site]) -> NDArray[np.float64]:
    """Minutes between places that have coordinates and lie on one land, the same both ways."""
    places = [(site.latitude or 0.0, site.longitude or 0.0) for site in sites]
    found = roads.matrix(places)
    minutes: NDArray[np.float64] = np.rint(found.driving_minutes + found.sea_minutes)
    for one, other in np.argwhere(~found.reached).tolist():
        minutes[one, other] = round(ways.way(places[one], places[other]).minutes)
    return minutes


@lru_cache(maxsize=20_000)
def _joined(country: str, code: str, city: str, to_country: str, to_code: str, to_city: str) -> bool:
    return same_landmass(
        Address(country=country, postal_code=code, city=city),
        Address(country=to_country, postal_code=to_code, city=to_city),
    )
