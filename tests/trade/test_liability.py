"""What a carrier owes and by when: golden cases reckoned by hand, and laws that hold for every claim."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade.claim_clocks import clocks
from rt.trade.delivery_duty import legal_day, replaceable_at, standing
from rt.trade.gazetteer import inhabitants
from rt.trade.liability import Consignment, Harm, Suffered, exposure, owed, sdr_rows
from rt.trade.places import Address
from rt.trade.regimes import Regime, applies

CASES = json.loads((Path(__file__).parent / "claims.json").read_text())["cases"]
NAMES = [case["title"] for case in CASES]
LAWS: st.SearchStrategy[Regime] = st.sampled_from(("contract_type", "cmr"))
HARMS: st.SearchStrategy[Harm] = st.sampled_from(("loss", "damage", "delay"))
CENTS = st.integers(0, 10**8)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def day(case: dict[str, Any], name: str) -> date | None:
    return date.fromisoformat(case[name]) if case.get(name) else None


def place(case: dict[str, Any], name: str) -> Address:
    country, code = case[name]
    return Address(country=country, postal_code=code)


def suffered(case: dict[str, Any]) -> Suffered:
    return Suffered(
        harm=case["harm"],
        loss_cents=case["loss_cents"],
        weight_kg=case["weight_kg"],
        packages=case["lost_packages"],
        declared_cents=case.get("declared_cents"),
        grave=case.get("grave", False),
        euros_per_sdr=Decimal(case["sdr"]) if "sdr" in case else None,
    )


def carried(case: dict[str, Any]) -> Consignment:
    return Consignment(
        on=date.fromisoformat(case["on"]),
        weight_kg=case["shipment_kg"],
        packages=case["packages"],
        price_cents=case["price_cents"],
    )


def regime_of(case: dict[str, Any]) -> Regime:
    on = date.fromisoformat(case["on"])
    return applies(place(case, "pickup"), place(case, "delivery"), on).regime


def test_there_are_thirty_cases_and_more_each_with_its_arithmetic() -> None:
    assert len(CASES) >= 30
    assert len(set(NAMES)) == len(NAMES)
    assert all(case["arithmetic"] and case["source"] for case in CASES)


@pytest.mark.parametrize("case", CASES, ids=NAMES)
def test_what_is_owed(case: dict[str, Any]) -> None:
    expect, regime = case["expect"], regime_of(case)
    found = owed(regime, carried(case), suffered(case))
    assert regime == expect["regime"]
    assert found.cents == expect["cents"]
    assert (found.binding.code if found.binding else None) == expect["binding"]
    assert (found.freight.cents if found.freight else None) == expect.get("freight")


@pytest.mark.parametrize(
    "case", [one for one in CASES if "clocks" in one["expect"]], ids=lambda one: one["title"]
)
def test_by_when(case: dict[str, Any]) -> None:
    running = clocks(
        regime_of(case),
        case["harm"],
        delivered_on=day(case, "delivered_on"),
        due_on=day(case, "due_on"),
        apparent=case.get("apparent", True),
        grave=case.get("grave", False),
        at=place(case, "delivery"),
    )
    due = {one.code: one.due_on.isoformat() for one in running}
    expected = case["expect"]["clocks"]
    assert {code: due.get(code) for code in expected} == expected
    assert due or not expected
    post_by = {one.code: one.post_by.isoformat() for one in running}
    for code, wanted in case["expect"].get("post_by", {}).items():
        assert post_by[code] == wanted
    assert running == sorted(running, key=lambda one: one.due_on)


def test_every_number_of_a_bound_stands_in_its_arithmetic() -> None:
    carried_kg = Consignment(on=date(2026, 3, 2), weight_kg=500, packages=10, price_cents=None)
    found = owed(
        "contract_type", carried_kg, Suffered(harm="loss", loss_cents=200_000, weight_kg=12.5, packages=1)
    )
    said = [
        one.fr.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
        for one in found.bounds
    ]
    assert said == [
        "préjudice prouvé : 2 000,00 €",
        "12,5 kg × 33 €/kg = 412,50 €",
        "1 colis × 1 000,00 € = 1 000,00 €",
    ]
    assert [one.en for one in found.bounds][1] == "12.5 kg × 33 EUR/kg = EUR 412.50"


def test_what_comes_from_memory_says_so() -> None:
    convention = applies(Address(country="FR"), Address(country="DE"), date(2026, 3, 2))
    assert not convention.verified
    found = owed("cmr", Consignment(on=date(2026, 3, 2), weight_kg=10, packages=1), HUNDRED)
    assert not any(one.verified for one in found.bounds)
    assert "mémoire" in found.bounds[1].source
    assert all(row.source for row in sdr_rows())


def test_a_loss_that_nobody_has_said_is_owed_up_to_the_cap() -> None:
    whole = Consignment(on=date(2026, 3, 2), weight_kg=500, packages=10)
    unsaid = Suffered(harm="loss", loss_cents=None, weight_kg=10, packages=1)
    assert owed("contract_type", whole, unsaid).cents == 330_00
    grave = Suffered(harm="loss", loss_cents=None, weight_kg=10, packages=1, grave=True)
    assert owed("contract_type", whole, grave).cents is None


def test_a_weight_that_is_not_known_is_not_taken_for_nothing() -> None:
    assert (
        owed("contract_type", Consignment(on=date(2026, 3, 2), weight_kg=0, packages=1), HUNDRED).cents
        is None
    )


HUNDRED = Suffered(harm="loss", loss_cents=10_000, weight_kg=1, packages=1)


def test_the_exposure_is_the_loss_of_everything() -> None:
    small = exposure("contract_type", Consignment(on=date(2026, 3, 2), weight_kg=2_999, packages=10))
    large = exposure("contract_type", Consignment(on=date(2026, 3, 2), weight_kg=3_000, packages=10))
    assert [one.cents for one in small] == [98_967_00, 10_000_00]
    assert [one.cents for one in large] == [60_000_00, 9_600_00]
    assert exposure("overseas", Consignment(on=date(2026, 3, 2), weight_kg=1, packages=1))[0].cents is None


@given(LAWS, HARMS, CENTS, st.integers(1, 25_000), st.integers(0, 25_000), st.integers(1, 60), CENTS)
def test_nobody_owes_more_than_the_loss_or_any_bound(
    regime: Regime, harm: Harm, loss: int, whole: int, lost: int, packages: int, price: int
) -> None:
    carried = Consignment(on=date(2026, 3, 2), weight_kg=whole, packages=60, price_cents=price)
    harmed = Suffered(harm=harm, loss_cents=loss, weight_kg=min(lost, whole), packages=packages)
    found = owed(regime, carried, harmed)
    refunded = (found.freight.cents or 0) if found.freight else 0
    assert found.cents is not None
    assert 0 <= found.cents - refunded <= min(one.cents for one in found.bounds if one.cents is not None)
    assert 0 <= refunded <= price


@given(LAWS, CENTS, st.integers(1, 25_000), st.integers(0, 20_000), st.integers(0, 5_000), st.integers(1, 60))
def test_more_weight_never_pays_less(
    regime: Regime, loss: int, whole: int, lost: int, more: int, packages: int
) -> None:
    carried = Consignment(on=date(2026, 3, 2), weight_kg=whole, packages=60, price_cents=50_000)

    def of(weight: int) -> int:
        harmed = Suffered(harm="loss", loss_cents=loss, weight_kg=weight, packages=packages)
        return owed(regime, carried, harmed).cents or 0

    assert of(lost) <= of(lost + more)


@given(LAWS, HARMS, CENTS, st.integers(1, 25_000), CENTS)
def test_only_a_declaration_or_grave_fault_lifts_the_cap(
    regime: Regime, harm: Harm, loss: int, weight: int, declared: int
) -> None:
    carried = Consignment(on=date(2026, 3, 2), weight_kg=25_000, packages=60, price_cents=0)

    def of(declared_cents: int | None = None, grave: bool = False) -> int | None:
        harmed = Suffered(
            harm=harm,
            loss_cents=loss,
            weight_kg=weight,
            packages=1,
            declared_cents=declared_cents,
            grave=grave,
        )
        return owed(regime, carried, harmed).cents

    assert of(declared) == min(loss, declared)
    assert of(grave=True) == of(declared, grave=True) == loss


@given(
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.sampled_from(("67000", "69002", "97400", "")),
    HARMS,
    LAWS,
)
def test_a_deadline_is_never_before_the_delivery_and_is_posted_on_a_working_day(
    delivered: date, code: str, harm: Harm, regime: Regime
) -> None:
    at = Address(postal_code=code)
    for clock in clocks(regime, harm, delivered_on=delivered, apparent=False, at=at):
        assert delivered <= clock.post_by <= clock.due_on
        assert clock.code != "confirm" or clock.due_on >= delivered + timedelta(days=3)
        assert clock.source


def test_the_legal_day_says_how_it_was_counted() -> None:
    paris = Address(postal_code="75001", city="Paris")
    found = legal_day(
        date(2026, 3, 2), 470, weight_kg=500, inhabitants=inhabitants("75001", "Paris"), at=paris
    )
    assert (found.on, found.carriage_days, found.home_days) == (date(2026, 3, 5), 2, 1)
    hamlet = legal_day(date(2026, 3, 2), 470, weight_kg=500, inhabitants=None)
    assert (hamlet.on, hamlet.home_days) == (date(2026, 3, 6), 2)


def test_good_friday_is_no_day_of_carriage_to_strasbourg() -> None:
    thursday, strasbourg = date(2026, 4, 2), Address(postal_code="67000")
    assert legal_day(thursday, 100, weight_kg=500, inhabitants=280_000, at=strasbourg).on == date(2026, 4, 8)
    assert legal_day(thursday, 100, weight_kg=500, inhabitants=280_000).on == date(2026, 4, 4)


def test_towns_have_their_people() -> None:
    assert (inhabitants("42000", "Saint-Étienne") or 0) > 100_000
    assert inhabitants("42000", "Nulle-Part-sur-Rien") is None


@pytest.mark.parametrize(
    ("limit", "expected", "done", "stands"),
    [
        (None, 5, None, "unknown"),
        (2, None, None, "unknown"),
        (2, 1, None, "on_time"),
        (2, 3, None, "expected_late"),
        (-1, 3, None, "late"),
        (-1, None, -2, "on_time"),
        (-2, None, -1, "late"),
    ],
)
def test_what_is_late(limit: int | None, expected: int | None, done: int | None, stands: str) -> None:
    def at(hours: int | None) -> datetime | None:
        return None if hours is None else NOON + timedelta(hours=hours)

    assert standing(limit=at(limit), expected=at(expected), done=at(done), now=NOON) == stands


def test_two_hours_after_the_appointment_another_carrier_may_come() -> None:
    assert replaceable_at(NOON, loaded=False) == NOON + timedelta(hours=2)
    assert replaceable_at(NOON, loaded=True) is None
    assert replaceable_at(None, loaded=False) is None
