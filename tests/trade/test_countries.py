"""Countries: known by every name, code and sign that people use, never guessed."""

import contextlib
import re

import pytest
from babel import Locale
from hypothesis import given, settings
from hypothesis import strategies as st

from rt.trade.countries import CountryAmbiguous, CountryUnknown, country, name, state

EUROPE = re.findall(
    "..",
    "ADALATBABEBGBYCHCYCZDEDKEEESFIFRGBGRHRHUIEISITLILTLULVMCMDMEMKMTNLNOPLPTRORSRUSE"
    "SISKSMTRUAVAXKREGPMQGFYTMADZTN",
)
LANGUAGES = ["fr", "en", "de", "es", "it", "nl", "pl", "pt"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Danemark", "DK"), ("Slovénie", "SI"), ("SLOVENIE", "SI"), ("La Réunion", "RE"), ("Réunion", "RE"),
        ("DEU", "DE"), ("UK", "GB"), ("Pays-Bas", "NL"), ("Les Pays-Bas", "NL"), ("Pays Bas", "NL"),
        ("Czechia", "CZ"),
        ("République tchèque", "CZ"), ("Tchéquie", "CZ"), ("Grande-Bretagne", "GB"), ("Royaume-Uni", "GB"),
        ("Angleterre", "GB"), ("D", "DE"), ("F", "FR"), ("B", "BE"), ("I", "IT"), ("E", "ES"), ("NL", "NL"),
        ("A", "AT"), ("L", "LU"), ("CH", "CH"), ("SLO", "SI"), ("IRL", "IE"), ("FRA", "FR"), ("fr", "FR"),
        (" be ", "BE"),
        ("GBR", "GB"), ("Deutschland", "DE"), ("España", "ES"), ("Espagne", "ES"), ("Österreich", "AT"),
        ("Suisse", "CH"),
        ("Schweiz", "CH"), ("The Netherlands", "NL"), ("Holland", "NL"), ("Hollande", "NL"), ("Polska", "PL"),
        ("Côte d'Ivoire", "CI"), ("Türkiye", "TR"), ("Turquie", "TR"), ("Turkey", "TR"), ("USA", "US"),
        ("EL", "GR"),
        ("Corse", "FR"), ("Guadeloupe", "GP"), ("Îles Canaries", "ES"), ("Irlande", "IE"), ("Luxembourg (L)",
        "LU"),
    ],
)  # fmt: skip
def test_a_country_is_known_by_what_people_call_it(text: str, code: str) -> None:
    assert country(text) == code


@pytest.mark.parametrize("text", ["Atlantide", "ZZ", "XX", "", "12", "Fr ance métro", "EU", "B-1000", "??"])
def test_what_is_no_country_is_refused_by_its_words(text: str) -> None:
    with pytest.raises(CountryUnknown) as refused:
        country(text)
    assert text[:40] in refused.value.says("fr")


@pytest.mark.parametrize(("text", "choices"), [("Congo", ["CG", "CD"]), ("Corée", ["KR", "KP"])])
def test_what_may_be_two_countries_is_asked_about(text: str, choices: list[str]) -> None:
    with pytest.raises(CountryAmbiguous) as asked:
        country(text)
    assert all(one in asked.value.says("fr") for one in choices)


@settings(deadline=None)
@given(
    st.sampled_from(EUROPE), st.sampled_from(LANGUAGES), st.sampled_from([str.upper, str.lower, str.title])
)
def test_a_country_of_europe_is_known_in_its_neighbours_languages(code: str, language: str, cased) -> None:
    assert country(cased(Locale(language).territories[code])) == code


@settings(deadline=None)
@given(st.sampled_from(EUROPE))
def test_a_code_is_that_country_and_has_a_name(code: str) -> None:
    assert country(code) == code
    assert name(code, "fr") != code


@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_country_or_a_refusal(text: str) -> None:
    with contextlib.suppress(CountryUnknown, CountryAmbiguous):
        assert len(country(text)) == 2


@pytest.mark.parametrize(
    ("code", "of"), [("RE", "FR"), ("GP", "FR"), ("NC", "FR"), ("FR", "FR"), ("BE", "BE")]
)
def test_what_lies_overseas_belongs_to_its_state(code: str, of: str) -> None:
    assert state(code) == of
