"""Estimated kilometres and driving minutes between sites, and where a site is when it only names its town."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from rt.trade.distances import driving_minutes, road_km
from rt.trade.gazetteer import locate
from rt.trade.places import Site


def placed(site: Site) -> Site:
    """The site with coordinates: its own, or those of its town; without any if the town is not known."""
    if located(site):
        return site
    found = locate(site.address.postal_code, site.address.city, site.address.country)
    return msgspec.structs.replace(site, latitude=found[0], longitude=found[1]) if found else site


def located(site: Site) -> bool:
    return site.latitude is not None and site.longitude is not None


def kilometres(start: Site, end: Site) -> float:
    """Estimated road kilometres; 0 where a place is unknown (the check then says so)."""
    if start.latitude is None or start.longitude is None or end.latitude is None or end.longitude is None:
        return 0.0
    return road_km((start.latitude, start.longitude), (end.latitude, end.longitude))


def minutes_between(start: Site, end: Site) -> int:
    """Estimated minutes at the wheel."""
    return driving_minutes(kilometres(start, end))


def minutes_matrix(sites: Sequence[Site]) -> NDArray[np.float64]:
    """Driving minutes between all places, the same both ways."""
    matrix = np.zeros((len(sites), len(sites)))
    for row, start in enumerate(sites):
        for column in range(row):
            matrix[row, column] = matrix[column, row] = minutes_between(start, sites[column])
    return matrix
