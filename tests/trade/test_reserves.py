"""Reserves: formulas that courts do not accept are named, descriptions of damage are left in peace."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade.reserves import WORDINGS, vague_reserves, weigh_reserves

ON = date(2026, 6, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Sous réserve de déballage", "subject_to_unpacking"),
        ("SOUS RESERVES DE DEBALLAGE", "subject_to_unpacking"),
        ("reçu sous réserve d’ouverture des colis", "subject_to_unpacking"),
        ("Sous réserve de contrôle", "subject_to_checking"),
        ("sous réserve du contrôle qualité", "subject_to_checking"),
        ("Réserve de comptage.", "subject_to_checking"),
        ("Réserves d'usage", "usual_reserves"),
        ("sous toutes réserves", "all_reserves"),
        ("Sous réserve d'avarie", "subject_to_hidden_damage"),
        ("marchandise non contrôlée", "not_checked"),
        ("Colis abîmés", "damaged_packaging_alone"),
        ("Sous réserve", "unspecified"),
        ("Subject to unpacking", "subject_to_unpacking"),
        ("subject to later inspection", "subject_to_checking"),
        ("Goods not counted", "not_checked"),
        ("general reservations", "usual_reserves"),
    ],
)
def test_vague_formulas_are_named(text: str, code: str) -> None:
    assert [one.code for one in vague_reserves(text, ON)] == [code]


@pytest.mark.parametrize(
    "text",
    [
        "3 cartons écrasés sur la palette 2, bouteilles cassées",
        "Manque 2 colis sur 24",
        "Palette n° 5 filmée déchirée, 4 sacs percés",
        "2 boxes missing out of 10",
        "Température relevée 9 °C au lieu de 4 °C",
        "1 pallet broken, 12 bottles leaking",
    ],
)
def test_a_description_of_damage_is_precise_and_not_vague(text: str) -> None:
    weighed = weigh_reserves(text, ON)
    assert weighed.vague == []
    assert weighed.precise


def test_a_precise_reserve_beside_a_formula_keeps_both() -> None:
    weighed = weigh_reserves("2 cartons mouillés, sous réserve de déballage", ON)
    assert weighed.precise
    assert [one.words for one in weighed.vague] == ["sous réserve de déballage"]
    assert "combien" in weighed.vague[0].reason_fr


@pytest.mark.parametrize("text", ["", "  ", "RAS", "Livraison conforme", "Réservé au quai 4", "Thank you"])
def test_other_remarks_are_left_in_peace(text: str) -> None:
    assert vague_reserves(text, ON) == []


def test_a_wording_holds_from_its_date() -> None:
    assert vague_reserves("Sous réserve de déballage", date(1990, 1, 1)) == []
    assert len({wording.code for wording in WORDINGS}) == len(WORDINGS)


@given(st.text(max_size=200))
def test_any_text_can_be_weighed(text: str) -> None:
    for one in vague_reserves(text, ON):
        assert one.words in text
