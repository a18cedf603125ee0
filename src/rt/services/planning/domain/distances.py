"""Kilometres and minutes between sites, by road and by ship, and where a town's site lies.

Measured on the road net; as the crow flies where that has no road for a place that a lorry does reach.
"""

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from rt.contracts.planning import FerryView
from rt.trade import roads, ways
from rt.trade.crossings import crossings
from rt.trade.distances import CROW_FLY, Point, great_circle_km
from rt.trade.gazetteer import locate
from rt.trade.islands import same_landmass
from rt.trade.places import Address, Site
from rt.trade.roads import Ship


class Stage(NamedTuple):
    """Minutes at the wheel, and the ship that they lead to; none at the end of the way."""

    minutes: int
    ship: FerryView | None = None


class Way(NamedTuple):
    """From site to site: kilometres driven, minutes with those on a ferry, and what both stand on."""

    km: float
    minutes: int
    basis: str
    stages: tuple[Stage, ...]

    @property
    def ferries(self) -> list[FerryView]:
        return [stage.ship for stage in self.stages if stage.ship]

    @property
    def driving_minutes(self) -> int:
        return sum(stage.minutes for stage in self.stages)


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


def reached(start: Site, end: Site) -> bool:
    """Whether a lorry gets there by road, or over water by a ship or shuttle that is known."""
    return by_road(start, end) or way(start, end) is not None


def town_of(site: Site) -> str:
    """A site as a crossing names it."""
    return site.address.city or site.name


def way(start: Site, end: Site) -> Way | None:
    """None where a place is unknown or no known ship goes over the water between: the check says so."""
    if start.latitude is None or start.longitude is None or end.latitude is None or end.longitude is None:
        return None
    places = (start.latitude, start.longitude), (end.latitude, end.longitude)
    if not by_road(start, end):
        return _over_water(*places)
    found = ways.way(*places)
    return Way(found.km, round(found.minutes), found.basis, (Stage(round(found.minutes)),))


def way_to(start: Site, end: Site) -> Way:
    """The way, or one of nothing where there is none."""
    return way(start, end) or Way(0.0, 0, "", ())


def kilometres(start: Site, end: Site) -> float:
    """Road kilometres; 0 where there is no way."""
    found = way(start, end)
    return found.km if found else 0.0


def minutes_between(start: Site, end: Site) -> int:
    """Minutes at the wheel and at sea; 0 where there is no way."""
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


@lru_cache(maxsize=4_096)
def _over_water(start: Point, end: Point) -> Way | None:
    """Driven to each port, carried over, driven on: by the ships that the fastest way takes."""
    found = roads.road(start, end)
    if isinstance(found, roads.NoRoad):
        return None
    here, stages, left = start, [], found.driving_minutes
    for ship in found.ships:
        near, far = sorted(crossings()[ship.id].ends, key=partial(great_circle_km, here))
        to_port = roads.leg(here, near)
        drive = 0.0 if isinstance(to_port, roads.NoRoad) else min(to_port.driving_minutes, left)
        stages.append(Stage(round(drive), _taken(ship)))
        here, left = far, left - drive
    return Way(found.km, round(found.minutes), found.basis, (*stages, Stage(round(left))))


def _taken(ship: Ship) -> FerryView:
    return FerryView(
        name=ship.name, minutes=round(ship.minutes), cost_cents=ship.cost_cents, verified=ship.verified
    )


@lru_cache(maxsize=20_000)
def _joined(country: str, code: str, city: str, to_country: str, to_code: str, to_city: str) -> bool:
    return same_landmass(
        Address(country=country, postal_code=code, city=city),
        Address(country=to_country, postal_code=to_code, city=to_city),
    )
