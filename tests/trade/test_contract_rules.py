"""The contrat type: its tables equal the transcribed text, and the answer follows the date."""

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.trade import contract_rules as rules
from rt.trade import waybill_rules
from rt.trade.goods import Goods
from rt.trade.places import Address
from rt.trade.tables import RuleUnknownThen, row_on

DAYS = st.dates(date(2005, 1, 1), date(2035, 12, 31))


@pytest.fixture
def contrat_type(shared_data: Path) -> Any:
    return json.loads((shared_data / "rules_fr" / "contrat_type_general.json").read_text())


def test_liability_caps_are_those_transcribed(contrat_type: Any) -> None:
    assert len(contrat_type["liability_caps"]) == len(rules.LIABILITY)
    for written, row in zip(contrat_type["liability_caps"], rules.LIABILITY, strict=True):
        assert (written["from"], written["to"]) == (
            row.starts_on.isoformat(),
            row.ends_on.isoformat() if row.ends_on else None,
        )
        assert written["lt_3t"] == {"eur_per_kg": row.small_per_kg, "eur_per_package": row.small_per_package}
        assert written["ge_3t"] == {
            "eur_per_kg": row.large_per_kg,
            "eur_per_tonne_shipment": row.large_per_tonne,
        }


def test_home_delivery_days_are_those_transcribed(contrat_type: Any) -> None:
    written, row = contrat_type["transit_time"]["home_delivery"], row_on(rules.TRANSIT, date(2026, 1, 1))
    assert written["town_ge_5000_or_sous_prefecture"] == row.home_delivery_town
    assert written["other"] == row.home_delivery_elsewhere
    assert "450 km" in contrat_type["transit_time"]["days"]
    assert row.km_per_day == 450


@pytest.mark.parametrize(("km", "days"), [(1, 1), (450, 1), (450.1, 2), (900, 2), (1_000, 3)])
def test_one_day_for_each_started_450_km(km: float, days: int) -> None:
    assert rules.transit_days(km, date(2026, 1, 5)) == days


@pytest.mark.parametrize(
    ("picked_up", "km", "weight_kg", "inhabitants", "due"),
    [
        ("2026-03-02", 400, 500, 8_000, "2026-03-04"),
        ("2026-03-02", 400, 500, 900, "2026-03-05"),
        ("2026-03-02", 400, 3_000, 900, "2026-03-04"),
        # Friday: carriage on Monday; then home delivery, for which Saturday would count.
        ("2026-03-06", 400, 500, 8_000, "2026-03-10"),
        # Thursday: carriage on Friday, delivery on Saturday.
        ("2026-03-05", 400, 500, 8_000, "2026-03-07"),
        # 30 April: 1 May is a holiday, then a week-end.
        ("2026-04-30", 400, 500, 8_000, "2026-05-05"),
    ],
)
def test_the_last_day_of_delivery(
    picked_up: str, km: float, weight_kg: float, inhabitants: int, due: str
) -> None:
    found = rules.due_on(date.fromisoformat(picked_up), km, weight_kg=weight_kg, inhabitants=inhabitants)
    assert found == date.fromisoformat(due)


@pytest.mark.parametrize(
    ("claim", "delivered", "deadline"),
    [
        ("domestic_reserves", "2026-03-18", "2026-03-21"),
        ("domestic_reserves", "2026-05-07", "2026-05-11"),
        ("domestic_reserves", "2026-05-13", "2026-05-17"),
        ("cmr_reserves", "2026-03-18", "2026-03-26"),
        ("cmr_delay", "2026-03-18", "2026-04-08"),
    ],
)
def test_deadlines_to_write_to_the_carrier(claim: rules.Claim, delivered: str, deadline: str) -> None:
    assert rules.claim_deadline(claim, date.fromisoformat(delivered)) == date.fromisoformat(deadline)


def test_good_friday_gives_strasbourg_a_day_more() -> None:
    thursday = date(2026, 4, 2)
    assert rules.claim_deadline("domestic_reserves", thursday) == date(2026, 4, 5)
    assert rules.claim_deadline("domestic_reserves", thursday, Address(postal_code="67000")) == date(
        2026, 4, 7
    )


def test_a_date_before_any_rule_is_refused() -> None:
    with pytest.raises(RuleUnknownThen):
        rules.transit_days(10, date(1990, 1, 1))


@given(DAYS, st.floats(1, 3_000), st.floats(0, 2_000), st.integers(0, 30_000))
def test_farther_is_never_due_earlier(picked_up: date, km: float, more: float, weight_kg: int) -> None:
    near = rules.due_on(picked_up, km, weight_kg=weight_kg, inhabitants=9_000)
    assert picked_up < near <= rules.due_on(picked_up, km + more, weight_kg=weight_kg, inhabitants=9_000)


@given(DAYS)
def test_three_days_are_never_fewer_and_skip_every_holiday(delivered: date) -> None:
    deadline = rules.claim_deadline("domestic_reserves", delivered)
    assert deadline >= delivered + timedelta(days=3)
    assert not rules.is_public_holiday(deadline)


LYON = Address(street="1 quai Perrache", postal_code="69002", city="Lyon")
FULL = waybill_rules.Waybill(
    issued_on=date(2026, 3, 2),
    carrier_name="Transports Durand",
    carrier_address=LYON,
    carrier_siren_or_vat="732829320",
    taken_over_on=date(2026, 3, 2),
    goods=[Goods(description="Pièces", quantity=4)],
    sender_name="Usine",
    pickup_address=LYON,
    consignee_name="Client",
    delivery_address=LYON,
)


def without(**changes: Any) -> waybill_rules.Waybill:
    fields = {name: getattr(FULL, name) for name in FULL.__struct_fields__}
    return waybill_rules.Waybill(**(fields | changes))


def test_the_mentions_are_those_of_the_arrete(shared_data: Path) -> None:
    written = json.loads((shared_data / "rules_fr" / "lettre_de_voiture.json").read_text())
    mandatory = [one for one in waybill_rules.MENTIONS if not one.cabotage_only]
    assert len(mandatory) == len(written["mandatory"]) == 8
    assert len(waybill_rules.MENTIONS) - 8 == len(written["cabotage_extra"])


def test_a_full_waybill_misses_nothing() -> None:
    assert waybill_rules.missing_mentions(FULL) == []
    waybill_rules.require_mentions(FULL)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"issued_on": None}, ["issued_on"]),
        ({"carrier_siren_or_vat": " "}, ["carrier"]),
        ({"carrier_address": None}, ["carrier"]),
        ({"taken_over_on": None}, ["taken_over_on"]),
        ({"goods": []}, ["goods"]),
        ({"sender_name": ""}, ["sender_name"]),
        ({"pickup_address": Address(city="Lyon")}, ["pickup_address"]),
        ({"pickup_address": Address(postal_code="69002", city="Lyon")}, ["pickup_address"]),
        ({"consignee_name": ""}, ["consignee_name"]),
        ({"delivery_address": None}, ["delivery_address"]),
        ({"cabotage": True}, ["vehicle_plate", "unloaded_on"]),
        ({"cabotage": True, "vehicle_plate": "AB-123-CD", "unloaded_on": date(2026, 3, 3)}, []),
    ],
)
def test_each_missing_mention_is_named(changes: dict[str, Any], missing: list[str]) -> None:
    assert [one.code for one in waybill_rules.missing_mentions(without(**changes))] == missing


def test_at_issue_the_dates_to_come_are_not_asked() -> None:
    assert waybill_rules.missing_mentions(without(taken_over_on=None), at_issue=True) == []


def test_a_refusal_carries_every_missing_mention() -> None:
    with pytest.raises(waybill_rules.Invalid) as refused:
        waybill_rules.require_mentions(without(sender_name="", consignee_name=""))
    assert [part.field for part in refused.value.parts] == ["sender_name", "consignee_name"]
    assert "destinataire" in refused.value.parts[1].says("fr")
