"""Estimated kilometres and driving minutes of a goods vehicle between two places.

Great circle times a detour factor: road distances in France and its neighbours lie 1.2 to 1.35 above the
great circle. Concave in distance, so that no detour over a third place is ever quicker. Shown as estimates.
"""

from collections.abc import Sequence
from math import asin, ceil, cos, radians, sin, sqrt

import numpy as np
from numpy.typing import NDArray

from rt.trade.places import Site

EARTH_KM = 6371.0
DETOUR = 1.27
SLOW_KM, SLOW_KMH, ROAD_KMH = 20.0, 40.0, 72.0
"""The first and last kilometres are town; then a lorry's average on trunk roads and motorways."""


def located(site: Site) -> bool:
    return site.latitude is not None and site.longitude is not None


def kilometres(start: Site, end: Site) -> float:
    """Estimated road kilometres; 0 where a place is unknown (the plan then says so)."""
    if start.latitude is None or start.longitude is None or end.latitude is None or end.longitude is None:
        return 0.0
    north = radians(end.latitude - start.latitude)
    east = radians(end.longitude - start.longitude)
    flat = cos(radians(start.latitude)) * cos(radians(end.latitude))
    return 2 * EARTH_KM * asin(min(1.0, sqrt(sin(north / 2) ** 2 + flat * sin(east / 2) ** 2))) * DETOUR


def driving_minutes(km: float) -> int:
    """Whole minutes at the wheel for that many kilometres."""
    return ceil(60 * (min(km, SLOW_KM) / SLOW_KMH + max(0.0, km - SLOW_KM) / ROAD_KMH))


def minutes_matrix(sites: Sequence[Site]) -> NDArray[np.float64]:
    """Driving minutes between all places."""
    at = np.radians([[site.latitude or 0.0, site.longitude or 0.0] for site in sites])
    north, east = (at[:, None] - at[None])[..., 0], (at[:, None] - at[None])[..., 1]
    flat = np.cos(at[:, None, 0]) * np.cos(at[None, :, 0])
    half = np.sin(north / 2) ** 2 + flat * np.sin(east / 2) ** 2
    km = 2 * EARTH_KM * DETOUR * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    slow, fast = np.minimum(km, SLOW_KM) / SLOW_KMH, np.maximum(0.0, km - SLOW_KM) / ROAD_KMH
    minutes: NDArray[np.float64] = np.ceil(60 * (slow + fast))
    return minutes
