"""Numbers: every reading of a text is known, and what is written has one."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade.numbers import (
    COUNT,
    LENGTH_CM,
    PRICE_EUR,
    VOLUME_M3,
    WEIGHT_KG,
    NumberUnreadable,
    UnitUnknown,
    figure,
    in_unit,
    written,
)

AMOUNTS = st.decimals(-(10**9), 10**9, places=4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1250", "1250"), ("1 250", "1250"), ("1\u00a0250", "1250"), ("1\u202f250", "1250"), ("1'250",
        "1250"),
        ("1’250", "1250"), ("1 250,5", "1250.5"), ("1.250,5", "1250.5"), ("1,250.5", "1250.5"), ("12,5",
        "12.5"),
        ("12.5", "12.5"), ("0,250", "0.25"), ("0.250", "0.25"), ("1250,500", "1250.5"), ("1.250.000",
        "1250000"),
        ("1,250,000", "1250000"), ("1 250,500", "1250.5"), ("1,2500", "1.25"), (",5", "0.5"), ("-5", "-5"),
        ("480,-", "480"), ("480.-", "480"), ("480,--", "480"), ("480.–", "480"), ("480,—", "480"),
        ("1.250,-", "1250"), ("1'250.-", "1250"), ("1 250,--", "1250"), ("-480,-", "-480"),
        ("−5", "-5"), ("+5", "5"), ("½", "0.5"), ("2½", "2.5"), ("1.25E+03", "1250"), ("1,25E+03", "1250"),
    ],
)  # fmt: skip
def test_a_text_with_one_reading_is_that_number(text: str, value: str) -> None:
    read = figure(text)
    assert {one for one in (read.comma, read.point) if one is not None} == {Decimal(value)}
    assert read.unit == ""


@pytest.mark.parametrize("text", ["1,250", "1.250", "12,500 kg", "999.999", "-1,250"])
def test_three_figures_behind_one_mark_have_two_readings(text: str) -> None:
    read = figure(text)
    assert None not in (read.comma, read.point)
    assert read.comma != read.point
    assert read.shows is None


@pytest.mark.parametrize(
    ("text", "mark"),
    [("12,5", ","), ("1.234,5", ","), ("1.250.000", ","), ("12.5", "."), ("1,250.5", "."), ("1,250,000", "."),
     ("1250", None), ("1 250", None), ("1,250", None), ("½", None)],
)  # fmt: skip
def test_a_text_shows_the_mark_that_it_cannot_be_read_without(text: str, mark: str | None) -> None:
    assert figure(text).shows == mark


@pytest.mark.parametrize(
    ("text", "known", "value"),
    [
        ("1 250 kg", WEIGHT_KG, 1250), ("1,2 t", WEIGHT_KG, 1200), ("1.5T.", WEIGHT_KG, 1500),
        ("500 Kgs", WEIGHT_KG, 500), ("2 m³", VOLUME_M3, 2), ("2,5 m3", VOLUME_M3, Decimal("2.5")),
        ("1,2 m", LENGTH_CM, 120), ("1200 mm", LENGTH_CM, 120), ("480,00 €", PRICE_EUR, 480),
        ("€ 480", PRICE_EUR, 480), ("480,- €", PRICE_EUR, 480), ("EUR 1.250,--", PRICE_EUR, 1250),
        ("480 EUR HT", PRICE_EUR, 480), ("12 pal.", COUNT, 12), ("33 palettes",
        COUNT, 33),
    ],
)  # fmt: skip
def test_units_behind_and_before_a_figure_are_reckoned_with(text: str, known: dict, value: float) -> None:
    read = figure(text)
    assert read.point is not None or read.comma is not None
    number = read.comma if read.comma is not None else read.point
    assert number is not None
    assert number * in_unit(read.unit, known) == value


@pytest.mark.parametrize(("text", "known"), [("5 $", PRICE_EUR), ("5 kg", LENGTH_CM), ("~500", WEIGHT_KG)])
def test_another_unit_is_refused_by_its_name(text: str, known: dict) -> None:
    with pytest.raises(UnitUnknown):
        in_unit(figure(text).unit, known)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "lourd",
        "500-600",
        "12 50",
        "1 2 3",
        "1,2,3",
        "12.50.30",
        "1.250,000.5",
        "5.",
        "5,---",
        "5,-6",
        "5,-,-",
        "3 x 4",
        "9" * 40,
        "-",
    ],
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(NumberUnreadable):
        figure(text)


@given(AMOUNTS)
def test_what_is_written_has_one_reading_and_is_that_number(amount: Decimal) -> None:
    read = figure(written(amount))
    assert {one for one in (read.comma, read.point) if one is not None} == {amount}


@given(st.floats(-1e12, 1e12))
def test_any_quantity_is_read_back_to_the_last_digit(quantity: float) -> None:
    with contextlib.suppress(NumberUnreadable):  # longer than a cell may be: 1e-300
        read = figure(written(quantity))
        assert {float(one) for one in (read.comma, read.point) if one is not None} == {quantity}


@given(AMOUNTS, st.sampled_from([" ", "\u00a0", "\u202f", "'", "."]))
def test_any_amount_grouped_the_continental_way_has_it_among_its_readings(amount: Decimal, gap: str) -> None:
    text = f"{amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", gap)
    assert figure(text).comma == round(amount, 2)


@given(st.text(max_size=40))
def test_any_text_is_a_figure_or_a_refusal(text: str) -> None:
    with contextlib.suppress(NumberUnreadable):
        figure(text)
