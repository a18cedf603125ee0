"""How far and how long by lorry where no road net is consulted, as estimates from coordinates."""

from math import asin, cos, exp, radians, sin, sqrt

Point = tuple[float, float]
"""Latitude and longitude, WGS 84 degrees."""
EARTH_RADIUS_KM = 6371.0088
"""Mean radius, IUGG."""
CROW_FLY = "crow-fly"
"""What these estimates stand on, to be shown beside them; `roads.basis` is the other."""
LONG_HAUL_CIRCUITY = 1.19
"""Road over great circle on long trips: eleven French and neighbouring pairs lie between 1.10 and 1.35."""
LOCAL_DETOUR_KM = 6.0
LOCAL_REACH_KM = 25.0
"""Getting out of one town and into another adds up to 6 km, most of it within the first 25."""
SPEED_STEPS = ((20.0, 38.0), (80.0, 62.0), (float("inf"), 74.0))
"""Kilometres of a trip and the average speed of a 44 t lorry on them, km/h (limits 50, 80 and 80-90)."""


def great_circle_km(start: Point, end: Point) -> float:
    """Shortest distance over the earth's surface (haversine), as ISO 14083 allows for t·km."""
    lat_1, lon_1, lat_2, lon_2 = map(radians, (*start, *end))
    chord = sin((lat_2 - lat_1) / 2) ** 2 + cos(lat_1) * cos(lat_2) * sin((lon_2 - lon_1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(chord)))


def road_km(start: Point, end: Point) -> float:
    """Estimated kilometres by road.

    Growing and concave in the great circle, so that a detour over a third place is never shorter.
    """
    straight = great_circle_km(start, end)
    return LONG_HAUL_CIRCUITY * straight + LOCAL_DETOUR_KM * (1 - exp(-straight / LOCAL_REACH_KM))


def driving_minutes(km: float) -> int:
    """Estimated minutes at the wheel of a lorry; breaks and rests of 561/2006 come on top."""
    hours, done = 0.0, 0.0
    for reach, speed in SPEED_STEPS:
        part = min(km - done, reach)
        if part <= 0:
            break
        hours, done = hours + part / speed, done + part
    return round(hours * 60)
