"""Estimated kilometres and driving minutes between sites that a road joins, and where a town's site lies."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
import numpy as np
from numpy.typing import NDArray

from rt.trade.distances import (
    EARTH_RADIUS_KM,
    LOCAL_DETOUR_KM,
    LOCAL_REACH_KM,
    LONG_HAUL_CIRCUITY,
    SPEED_STEPS,
    driving_minutes,
    road_km,
)
from rt.trade.gazetteer import locate
from rt.trade.islands import same_landmass
from rt.trade.places import Address, Site


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


def kilometres(start: Site, end: Site) -> float:
    """Estimated road kilometres; 0 where a place is unknown or water lies between: the check says so."""
    if start.latitude is None or start.longitude is None or end.latitude is None or end.longitude is None:
        return 0.0
    if not by_road(start, end):
        return 0.0
    return road_km((start.latitude, start.longitude), (end.latitude, end.longitude))


def minutes_between(start: Site, end: Site) -> int:
    """Estimated minutes at the wheel."""
    return driving_minutes(kilometres(start, end))


def minutes_matrix(sites: Sequence[Site]) -> NDArray[np.float64]:
    """Driving minutes between places that have coordinates and lie on one land, the same both ways."""
    latitudes = np.radians([site.latitude or 0.0 for site in sites])
    longitudes = np.radians([site.longitude or 0.0 for site in sites])
    north = np.sin((latitudes[:, None] - latitudes) / 2) ** 2
    east = np.sin((longitudes[:, None] - longitudes) / 2) ** 2
    chord = north + np.cos(latitudes)[:, None] * np.cos(latitudes) * east
    straight = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(1.0, np.sqrt(chord)))
    kilometres = LONG_HAUL_CIRCUITY * straight + LOCAL_DETOUR_KM * (1 - np.exp(-straight / LOCAL_REACH_KM))
    hours, done = np.zeros_like(kilometres), np.zeros_like(kilometres)
    for reach, speed in SPEED_STEPS:
        part = np.clip(kilometres - done, 0.0, reach)
        hours, done = hours + part / speed, done + part
    minutes: NDArray[np.float64] = np.rint(hours * 60)
    return minutes


@lru_cache(maxsize=20_000)
def _joined(country: str, code: str, city: str, to_country: str, to_code: str, to_city: str) -> bool:
    return same_landmass(
        Address(country=country, postal_code=code, city=city),
        Address(country=to_country, postal_code=to_code, city=to_city),
    )
