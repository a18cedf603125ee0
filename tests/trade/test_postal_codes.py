"""Postal codes: each country's own shape, zeros back only where that country has them."""

import contextlib
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade.postal_codes import SHAPES, PostalCodeInvalid, compact, country_of, postal_code


@pytest.mark.parametrize(
    ("country", "text", "kept"),
    [
        ("FR", "1000", "01000"), ("FR", "01000", "01000"), ("FR", "69 007", "69007"), ("FR", "F-69007",
        "69007"),
        ("FR", "FR-69007", "69007"), ("FR", "69439 CEDEX 03", "69439"), ("FR", "F69007", "69007"),
        ("BE", "1000", "1000"), ("BE", "B-1000", "1000"), ("BE", "BE 1000", "1000"), ("LU", "L-1234", "1234"),
        ("CH", "CH 1201", "1201"), ("CH", "1201", "1201"), ("AT", "A-1010", "1010"), ("DE", "1067", "01067"),
        ("DE", "D-80331", "80331"), ("NL", "1234ab", "1234 AB"), ("NL", "NL-1234 AB", "1234 AB"),
        ("NL", "1234", "1234"), ("GB", "sw1a1aa", "SW1A 1AA"), ("GB", "M1 1AE", "M1 1AE"), ("GB", "BT1",
        "BT1"),
        ("PT", "1000205", "1000-205"), ("PT", "1000-205", "1000-205"), ("PT", "1000", "1000"),
        ("IT", "118", "00118"), ("IT", "I-00118", "00118"), ("ES", "8001", "08001"), ("ES", "E-08001",
        "08001"),
        ("PL", "1", "00-001"), ("PL", "30-001", "30-001"), ("SE", "S-114 55", "114 55"), ("CZ", "11000",
        "110 00"),
        ("FI", "100", "00100"), ("NO", "150", "0150"), ("DK", "800", "0800"), ("DK", "DK-3700", "3700"),
        ("IE", "d02af30", "D02 AF30"), ("MT", "VLT1117", "VLT 1117"), ("AD", "AD500", "AD500"), ("LV",
        "LV-1001", "1001"),
        ("RE", "97400", "97400"), ("JP", "100-0001", "100-0001"), ("FR", "", ""), ("US", "2108", "02108"),
    ],
)  # fmt: skip
def test_a_code_is_kept_as_its_country_writes_it(country: str, text: str, kept: str) -> None:
    assert postal_code(text, country) == kept
    assert postal_code(kept, country) == kept


@pytest.mark.parametrize(
    ("country", "text"),
    [("FR", "100"), ("FR", "690070"), ("FR", "B-1000"), ("BE", "100"), ("BE", "10000"), ("BE", "'1000"[:2]),
     ("NL", "AB 1234"), ("GB", "12345"), ("DE", "106"), ("JP", "1234567890123"), ("FR", "Lyon")],
)  # fmt: skip
def test_what_is_no_code_of_that_country_is_refused_with_its_shape(country: str, text: str) -> None:
    with pytest.raises(PostalCodeInvalid) as refused:
        postal_code(text, country)
    assert country in refused.value.says("fr")


@pytest.mark.parametrize(
    ("text", "country"),
    [("B-1000", "BE"), ("L-1234", "LU"), ("F-69000", "FR"), ("CH 1201", "CH"), ("D-80331", "DE"),
     ("NL-1234 AB", "NL"),
     ("1234 AB", ""), ("69007", ""), ("SW1A 1AA", ""), ("VLT 1117", ""), ("D 02 AF30", ""), ("AD500", ""),
     ("", "")],
)  # fmt: skip
def test_the_country_before_a_code_is_heard(text: str, country: str) -> None:
    assert country_of(text) == country


@given(st.sampled_from(sorted(SHAPES)), st.integers(0, 9_999_999))
def test_a_figure_never_becomes_another_figure(country: str, figure: int) -> None:
    with contextlib.suppress(PostalCodeInvalid):
        assert int(compact(postal_code(str(figure), country), country)) == figure


@given(st.sampled_from(sorted(SHAPES)), st.data())
def test_any_code_of_the_shape_is_kept_and_kept_again(country: str, drawn: st.DataObject) -> None:
    code = drawn.draw(st.from_regex(re.compile(SHAPES[country].pattern, re.ASCII), fullmatch=True))
    kept = postal_code(code, country)
    assert postal_code(kept, country) == kept
    assert kept.replace(" ", "").replace("-", "") == code


@given(st.text(max_size=30), st.sampled_from(["FR", "BE", "GB", "NL", "JP"]))
def test_any_text_is_a_code_or_a_refusal(text: str, country: str) -> None:
    with contextlib.suppress(PostalCodeInvalid):
        assert len(postal_code(text, country)) <= 12
    country_of(text)
