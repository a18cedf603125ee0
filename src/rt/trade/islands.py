"""What land a place lies on, and whether a lorry gets from one place to another by road alone.

The table is islands.txt, beside this file: each line says what tells an island, how it is called, and where
that was read.
"""

import re
from datetime import date
from functools import lru_cache
from importlib.resources import files
from typing import Literal, cast

import msgspec

from rt.trade import gazetteer
from rt.trade.places import Address
from rt.trade.postal_codes import compact

TABLE = "islands.txt"
MAINLAND = "mainland"
"""Europe and Asia: from Brest to Vladivostok by road; Denmark, Sweden and Norway by bridges and by land."""

Crossing = Literal["ferry", "tunnel", "sea"]
"""How goods get over: lorries on a ferry; a ferry or the Channel tunnel's shuttle; containers by sea."""


class Landmass(msgspec.Struct, frozen=True, kw_only=True):
    """Land that roads, bridges and dams join; French and English names with their articles."""

    id: str
    fr: str
    en: str


class Shore(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the table: what tells that a place lies there."""

    landmass: str
    countries: frozenset[str]
    whole: frozenset[str]
    codes: tuple[tuple[str, str], ...]
    towns: dict[str, str | None]
    box: tuple[float, ...]
    crossing: Literal["ferry", "sea"]
    fr: str
    en: str
    source: str
    read_on: date
    verified: bool

    def has_code(self, code: str) -> bool:
        return any(first <= code[: len(first)] <= last for first, last in self.codes if code)

    def has_town(self, town: str, code: str) -> bool:
        if town not in self.towns:
            return False
        beside = self.towns[town]
        return not code or (beside is not None and code.startswith(beside))

    def has_position(self, latitude: float, longitude: float) -> bool:
        if not self.box:
            return False
        south, west, north, east = self.box
        return south <= latitude <= north and west <= longitude <= east


def landmass(country: str, postal_code: str = "", city: str = "") -> Landmass:
    """The land that the place lies on; `country` is ISO 3166-1 alpha-2, overseas départements as FR too.

    The postal code decides where it tells; without one the town does. A country that the table does not know
    is taken for an island of its own.
    """
    shore, code, town = _shore(country, postal_code, city)
    if shore is None:
        return Landmass(id=country.lower(), fr=country, en=country)
    stem, stars = shore.landmass.rstrip("*"), shore.landmass.count("*")
    known = stem + ((code[:stars] or town) if stars else "")
    return Landmass(id=known, fr=shore.fr, en=shore.en)


def same_landmass(one: Address, other: Address) -> bool:
    """Whether a lorry gets from one to the other by road, bridge or dam alone."""
    return _of(one).id == _of(other).id


def crossing(one: Address, other: Address) -> Crossing | None:
    """What lies between the two; None where the road leads all the way."""
    lands = {_of(one).id, _of(other).id}
    if len(lands) == 1:
        return None
    if lands == {MAINLAND, "great_britain"}:
        return "tunnel"
    shores = [_shore(place.country, place.postal_code, place.city)[0] for place in (one, other)]
    by_sea = any(shore is None or shore.crossing == "sea" for shore in shores)
    return "sea" if by_sea else "ferry"


def _of(place: Address) -> Landmass:
    return landmass(place.country, place.postal_code, place.city)


@lru_cache(maxsize=10_000)
def _shore(country: str, postal_code: str, city: str) -> tuple[Shore | None, str, str]:
    """The line that the place falls under, its bare postal code and folded town."""
    code, town = compact(postal_code, country), gazetteer.fold(city)
    if country == "GB" and len(code) > len("BT1A"):
        code = code[:-3]  # the outward half alone names the area
    if country in ("FR", "MC") and code.startswith("980"):
        country, code = "MC", ""
    if country == "FR" and not code:
        named = [shore for shore in _table() if country in shore.countries and shore.has_town(town, "")]
        code = "" if named else next(iter(gazetteer.postal_codes(city)), "")
    lines = [shore for shore in _table() if country in shore.countries]
    found = next((shore for shore in lines if shore.has_town(town, code) or shore.has_code(code)), None)
    if found is None and not code and (position := gazetteer.locate("", city, country)):
        found = next((shore for shore in lines if shore.has_position(*position)), None)
    if found is None:
        found = next((shore for shore in lines if country in shore.whole), None)
    return found, code, town.replace(" ", "_")


@lru_cache(maxsize=1)
def _table() -> tuple[Shore, ...]:
    shores = []
    source, read_on, verified = "", date.min, False
    for line in files(__package__).joinpath(TABLE).read_text("utf-8").splitlines():
        if line.startswith("="):
            source, day, read = (part.strip() for part in line[1:].split("|"))
            read_on, verified = date.fromisoformat(day), read == "yes"
        elif line and not line.startswith("#"):
            name, countries, codes, towns, box, way, fr, en = (part.strip() for part in line.split("|"))
            shores.append(
                Shore(
                    landmass=name,
                    countries=frozenset(re.findall("[A-Z]{2}", countries)),
                    whole=frozenset(re.findall("([A-Z]{2})=", countries)),
                    codes=tuple((one.partition("-")[0], one.rpartition("-")[2]) for one in codes.split()),
                    towns=dict(_town(one) for one in towns.split(",") if one),
                    box=tuple(map(float, box.split())),
                    crossing=cast("Literal['ferry', 'sea']", way),
                    fr=fr,
                    en=en,
                    source=source,
                    read_on=read_on,
                    verified=verified,
                )
            )
    return tuple(shores)


def _town(written: str) -> tuple[str, str | None]:
    """A town as it is looked up, and the beginning of the postal code it counts beside (None: none)."""
    name, at, beside = written.partition("@")
    return gazetteer.fold(name), beside.strip() if at else None
