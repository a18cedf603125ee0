"""Identifiers: every published vector, and one changed digit is always seen."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.kernel.core.errors import Invalid
from rt.trade import identifiers as ids


def vectors(folder: Path, name: str, *, valid: bool) -> list[str]:
    groups = json.loads((folder / "identifiers" / name).read_text())
    return [number for group in groups if ("not " in group["check"]) == valid for number in group["numbers"]]


def test_every_published_siren_and_siret_is_accepted(shared_data: Path) -> None:
    sirens = vectors(shared_data, "test_fr_siren.json", valid=True)
    sirets = vectors(shared_data, "test_fr_siret.json", valid=True)
    assert (len(sirens), len(sirets)) == (13, 51)
    assert all(len(ids.siren(one)) == 9 for one in sirens)
    assert all(ids.siren_of_siret(one) == ids.siren(ids.siret(one)[:9]) for one in sirets)


def test_every_published_iban_gets_its_verdict(shared_data: Path) -> None:
    groups = json.loads((shared_data / "identifiers" / "test_iban.json").read_text())
    right, wrong = groups[0]["numbers"], [n for group in groups[1:] for n in group["numbers"]]
    assert (len(right), len(wrong)) == (194, 21)
    for number in right:
        assert " " not in ids.bank_account(number)
    for number in wrong:
        with pytest.raises(ids.IbanInvalid):
            ids.bank_account(number)


def test_la_poste_has_its_own_key() -> None:
    assert ids.siret("356 000 000 00048") == "35600000000048"
    assert ids.siret("35600000049837") == "35600000049837"
    with pytest.raises(ids.SiretInvalid):
        ids.siret("35600000049838")


@pytest.mark.parametrize(("siren", "vat"), [("732829320", "FR44732829320"), ("404833048", "FR83404833048")])
def test_the_french_vat_number_follows_from_the_siren(siren: str, vat: str) -> None:
    assert ids.vat_of_siren(siren) == vat
    assert ids.vat(f"{vat[:4]} {vat[4:]}") == vat
    assert ids.vat_belongs_to_siren(vat, siren) == vat


def test_a_vat_number_of_another_company_is_named() -> None:
    with pytest.raises(ids.VatOfAnotherCompany, match="FR44732829320 expected"):
        ids.vat_belongs_to_siren("FR83404833048", "732829320")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("BE 0697 449 992", "BE0697449992"),
        ("de136695976", "DE136695976"),
        ("EL 094259216", "EL094259216"),
        ("GR 094259216", "EL094259216"),
        ("IT 00743110157", "IT00743110157"),
        ("NL004495445B01", "NL004495445B01"),
        ("ES B-58378431", "ESB58378431"),
        ("XI 980780684", "XI980780684"),
    ],
)
def test_vat_numbers_of_europe(given: str, kept: str) -> None:
    assert ids.vat(given) == kept


@pytest.mark.parametrize(
    "wrong", ["FR45732829320", "GB980780684", "DE136695978", "FR", "", "12", "CHE107787577"]
)
def test_vat_numbers_that_are_none(wrong: str) -> None:
    with pytest.raises(ids.VatInvalid):
        ids.vat(wrong)


def test_gs1_keys_are_checked_by_length_and_digit() -> None:
    assert ids.gln("3 012345 678902") == "3012345678902"
    assert ids.sscc("(00)354123450000000014") == "354123450000000014"
    assert ids.sscc("00354123450000000014") == "354123450000000014"
    assert ids.gtin("40170725") == "40170725"
    for wrong in (
        "354123450000000015",
        "35412345000000001",
        "35412345000000001A",
        "３５４１２３４５００００００００１４",
    ):
        with pytest.raises(ids.Gs1KeyInvalid):
            ids.sscc(wrong)
    with pytest.raises(ids.Gs1KeyInvalid):
        ids.gln("40170725")


@given(st.from_regex(r"[0-9]{17}", fullmatch=True), st.integers(0, 16), st.integers(1, 9))
def test_one_changed_digit_of_an_sscc_is_always_seen(digits: str, place: int, by: int) -> None:
    sscc = digits + ids.gs1_check_digit(digits)
    assert ids.sscc(sscc) == sscc
    changed = sscc[:place] + str((int(sscc[place]) + by) % 10) + sscc[place + 1 :]
    with pytest.raises(ids.Gs1KeyInvalid):
        ids.sscc(changed)


@given(st.integers(0, 8), st.integers(1, 9))
def test_one_changed_digit_of_a_siren_is_always_seen(place: int, by: int) -> None:
    changed = list("732829320")
    changed[place] = str((int(changed[place]) + by) % 10)
    with pytest.raises(ids.SirenInvalid):
        ids.siren("".join(changed))


def test_containers_and_legal_entities() -> None:
    assert ids.container("CSQU 305438-3") == "CSQU3054383"
    assert ids.legal_entity("213800kuD8lAJWsq9D15") == "213800KUD8LAJWSQ9D15"
    with pytest.raises(ids.ContainerInvalid):
        ids.container("CSQU3054384")
    for wrong in ("213800KUD8LXJWSQ9D15", "", "98", "97"):
        with pytest.raises(ids.LeiInvalid):
            ids.legal_entity(wrong)


def test_locodes_have_the_shape_of_the_recommendation() -> None:
    assert ids.locode("fr leh") == "FRLEH"
    for wrong in ("FRLE", "FRL0H", "F1LEH", "FRLEHA"):
        with pytest.raises(ids.LocodeInvalid):
            ids.locode(wrong)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("ab 123 cd", "AB-123-CD"),
        ("AB-123-CD", "AB-123-CD"),
        ("WW-123-AB", "WW-123-AB"),
        ("W 123 AB", "W-123-AB"),
        ("1234 AB 69", "1234-AB-69"),
        ("12 ABC 2A", "12-ABC-2A"),
    ],
)
def test_french_plates(given: str, kept: str) -> None:
    assert ids.plate(given) == kept


@pytest.mark.parametrize(
    "wrong", ["AB-000-CD", "OB-123-CD", "AB-123-SS", "SS-123-AB", "AB-12-CD", "1234 AB 96", ""]
)
def test_what_is_no_french_plate(wrong: str) -> None:
    with pytest.raises(ids.PlateInvalid):
        ids.plate(wrong)


def test_plates_from_abroad_keep_letters_and_digits() -> None:
    assert ids.plate("B-MW 1234", country="DE") == "BMW1234"
    with pytest.raises(ids.PlateInvalid):
        ids.plate("TRUCK", country="DE")


CHECKS = (
    ids.siren,
    ids.siret,
    ids.vat,
    ids.bank_account,
    ids.legal_entity,
    ids.gln,
    ids.gtin,
    ids.sscc,
    ids.container,
    ids.locode,
    ids.plate,
)


@given(st.text(max_size=24) | st.from_regex(r"[A-Z]{0,4}[0-9A-Z ]{0,20}", fullmatch=True))
def test_any_text_is_kept_or_refused_and_what_is_kept_stays(text: str) -> None:
    for check in CHECKS:
        try:
            kept, said = check(text), ""
        except Invalid as refusal:
            kept, said = "", refusal.says("fr") + refusal.says("en")
        if said:
            assert said.count(text) >= 2
        else:
            assert check(kept) == kept
