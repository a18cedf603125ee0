"""Times proposed for places where goods change trucks: by the road between where they come from and go to.

By estimates from coordinates: what is proposed is mended by hand, and a portal does not hold the road net.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

from rt.trade.distances import Point, driving_minutes, road_km
from rt.trade.gazetteer import locate
from rt.trade.places import Site

QUARTER_MINUTES = 15
LATEST_SHARE = 0.9
"""Of the time that there is, goods are at the last place before this part of it is over."""


class Times(NamedTuple):
    """When goods are unloaded at a place, and when they are loaded again."""

    from_at: datetime
    until_at: datetime
    again_from_at: datetime
    again_until_at: datetime


def point_of(site: Site) -> Point | None:
    """Where a site is: as its owner said, else its town."""
    if site.latitude is not None and site.longitude is not None:
        return site.latitude, site.longitude
    address = site.address
    return locate(address.postal_code, address.city, address.country) if address.city else None


def way_minutes(start: Point, end: Point) -> float:
    """Minutes by lorry, about."""
    return driving_minutes(road_km(start, end))


def way_km(start: Point, end: Point) -> float:
    """Kilometres by lorry, about."""
    return road_km(start, end)


def proposed(start: Site, hubs: Sequence[Site], end: Site, leaves: datetime, due: datetime) -> list[Times]:
    """Times for the places on the way, in parts of what lies between leaving and being due.

    The parts are those of the road; of equal length where a town is not known.
    """
    points = [point_of(site) for site in (start, *hubs, end)]
    known = [one for one in points if one is not None]
    minutes = [way_minutes(*pair) for pair in pairwise(known)] if len(known) == len(points) else []
    if not sum(minutes):
        minutes = [1.0] * (len(points) - 1)
    span, reached, found = max(due - leaves, timedelta(hours=len(minutes))), 0.0, []
    stay = min(timedelta(hours=1), span / (4 * len(minutes)))
    for part in minutes[:-1]:
        reached += part
        share = min(reached / sum(minutes), LATEST_SHARE)
        middle = leaves + span * share
        found.append(
            Times(
                _quarter(max(middle - stay, leaves)),
                _quarter(middle),
                _quarter(middle),
                _quarter(middle + stay),
            )
        )
    return found


def _quarter(at: datetime) -> datetime:
    """The quarter of an hour before."""
    return at.replace(minute=at.minute // QUARTER_MINUTES * QUARTER_MINUTES, second=0, microsecond=0)
