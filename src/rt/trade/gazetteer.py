"""Where towns are: French communes by postal code and name, towns of Europe and the Maghreb by name.

The table is made by gazetteer_build from the communes and postal codes of France (INSEE, La Poste, BAN:
Licence Ouverte) and GeoNames (CC BY 4.0). Positions are of the commune, not of the street.
"""

import gzip
import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files

import msgspec

TABLE = "gazetteer.tsv.gz"
"""Sorted lines: folded name or postal code, country, latitude, longitude, inhabitants, postal codes, name."""
ALIAS = "~"
"""Stands for the postal codes in the line of a name in another language."""
FRANCE_WEIGHT = 20
"""A French town is suggested before one abroad with up to that many times its inhabitants."""
FOREIGN_NAME_WEIGHT = 20
"""A name in another language counts for that much less: few who type "par" mean Warsaw."""
ARRONDISSEMENT = re.compile(r"^(paris|lyon|marseille) \d.*$")
CEDEX = re.compile(r" cedex\b.*$")
"""Cedex codes lead to a sorting office: the town's name is what tells where to drive."""
SAINT = {"st": "saint", "ste": "sainte"}
LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d"})
"""Letters that Unicode does not take apart."""
SHORTEST_PREFIX = 2


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A town; `postal_code` is known in France alone, the first of several."""

    name: str
    postal_code: str
    country: str
    latitude: float
    longitude: float


class _Line(msgspec.Struct, frozen=True):
    country: str
    latitude: float
    longitude: float
    population: int
    postal_codes: list[str]
    name: str
    alias: bool

    @property
    def weight(self) -> tuple[float, bool]:
        known_as = self.population / (FOREIGN_NAME_WEIGHT if self.alias else 1)
        return known_as * (FRANCE_WEIGHT if self.country == "FR" else 1), not self.alias


def locate(postal_code: str, city: str, country: str = "FR") -> tuple[float, float] | None:
    """Latitude and longitude of a town, or None rather than a guess.

    In France the postal code decides between towns of one name: first the town with that very code, then one
    in the same département, then the middle of what the code serves, whatever the town is called. Elsewhere
    the largest town of that name is meant.
    """
    code = re.sub(r"\D", "", postal_code) if country == "FR" else ""
    named = [line for line in _lines(fold(city)) if line.country == country]
    if not code:
        return _largest(named)
    # The arrondissement before the whole city: the fewer codes a line has, the closer it is.
    exact = min(
        (line for line in named if code in line.postal_codes),
        key=lambda line: (len(line.postal_codes), -line.population),
        default=None,
    )
    if exact:
        return exact.latitude, exact.longitude
    nearby = [
        line for line in named if any(_department(one) == _department(code) for one in line.postal_codes)
    ]
    return _largest(nearby) or _middle([*_lines(code)])


def inhabitants(postal_code: str, city: str) -> int | None:
    """How many people live in a French town with that postal code; None where it is not known."""
    named = [line for line in _lines(fold(city)) if line.country == "FR"]
    code = re.sub(r"\D", "", postal_code)
    there = [
        line for line in named if any(_department(one) == _department(code) for one in line.postal_codes)
    ]
    return max((line.population for line in there), default=None)


def suggest(prefix: str, *, country: str = "", limit: int = 10) -> list[Place]:
    """Towns whose name or postal code begins so, France before abroad and large before small."""
    start = fold(prefix)
    if len(start) < SHORTEST_PREFIX:
        return []
    wanted = (line for line in _lines(start, whole=False) if not country or line.country == country)
    found: dict[tuple[str, str, str], Place] = {}
    for line in sorted(wanted, key=lambda line: line.weight, reverse=True):
        code = next(iter(line.postal_codes), "")
        # Abroad a town is known by where it is, since it stands once for each of its names.
        district = (code if start.isdecimal() else _department(code)) or f"{line.latitude},{line.longitude}"
        place = Place(
            name=line.name,
            postal_code=code,
            country=line.country,
            latitude=line.latitude,
            longitude=line.longitude,
        )
        found.setdefault((line.country, line.name if code else "", district), place)
        if len(found) == limit:
            break
    return list(found.values())


def postal_codes(city: str) -> list[str]:
    """The postal codes of the largest French town of that name."""
    named = (line for line in _lines(fold(city)) if line.country == "FR" and line.postal_codes)
    line = max(named, key=lambda line: line.population, default=None)
    return line.postal_codes if line else []


def countries(city: str) -> list[str]:
    """The countries that have a town of that name, the one with the largest first."""
    largest: dict[str, int] = {}
    for line in _lines(fold(city)):
        largest[line.country] = max(largest.get(line.country, 0), line.population)
    return sorted(largest, key=lambda country: -largest[country])


def serves(postal_code: str, city: str = "") -> bool:
    """Whether a French town has that postal code; with `city`, one of that name nearby."""
    if not city:
        return any(True for _ in _lines(postal_code))
    named = (line for line in _lines(fold(city)) if line.country == "FR")
    department = _department(postal_code)
    return any(_department(code) == department for line in named for code in line.postal_codes)


def fold(name: str) -> str:
    """A town's name as it is looked up: no capitals, accents, hyphens, Cedex or arrondissement."""
    spelled = unicodedata.normalize("NFKD", name.casefold()).casefold()
    letters = "".join(c for c in spelled if not unicodedata.combining(c)).translate(LETTERS)
    words = " ".join(SAINT.get(word, word) for word in re.findall(r"\w+", letters))
    return ARRONDISSEMENT.sub(r"\1", CEDEX.sub("", words))


def _department(postal_code: str) -> str:
    return postal_code[:3] if postal_code.startswith(("97", "98")) else postal_code[:2]


def _largest(lines: list[_Line]) -> tuple[float, float] | None:
    line = max(lines, key=lambda line: line.population, default=None)
    return (line.latitude, line.longitude) if line else None


def _middle(lines: list[_Line]) -> tuple[float, float] | None:
    """Where the people served by a postal code live, on average."""
    people = sum(line.population + 1 for line in lines)
    if not people:
        return None
    return (
        round(sum(line.latitude * (line.population + 1) for line in lines) / people, 4),
        round(sum(line.longitude * (line.population + 1) for line in lines) / people, 4),
    )


def _lines(key: str, *, whole: bool = True) -> Iterator[_Line]:
    """The lines of that key, or of all keys that begin so."""
    if not key:
        return
    table, starts = _table()
    wanted = key.encode() + (b"\t" if whole else b"")
    place = bisect_left(starts, wanted, key=lambda at: table[at : at + len(wanted)])
    while place < len(starts) and table.startswith(wanted, starts[place]):
        at = starts[place]
        _, country, latitude, longitude, people, codes, name = (
            table[at : table.index(b"\n", at)].decode().split("\t")
        )
        alias = codes == ALIAS
        known = codes.split(",") if codes and not alias else []
        yield _Line(country, float(latitude), float(longitude), int(people), known, name, alias)
        place += 1


@lru_cache(maxsize=1)
def _table() -> tuple[bytes, "array[int]"]:
    """The table as one string of bytes and where its lines begin: 6 MB, read when first asked."""
    table = gzip.decompress(files(__package__).joinpath(TABLE).read_bytes())
    return table, array("I", (match.start() for match in re.finditer(rb"(?m)^(?=.)", table)))
