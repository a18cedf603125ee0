"""Rules of the gateway: when a unit is up, what a cell may hold, what is masked."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.services.admin_gateway.domain.checkpoint import CheckpointForged, Seal
from rt.services.admin_gateway.domain.health import Pulse, worst
from rt.services.admin_gateway.domain.masking import exported, masked

AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


def beat(answers: str) -> Pulse:
    """A unit that answered well (+) and badly (-), every 30 seconds."""
    pulse = Pulse()
    for nth, answer in enumerate(answers):
        moment = AT + timedelta(seconds=30 * nth)
        pulse.answered(3.0, moment) if answer == "+" else pulse.failed(moment)
    return pulse


@pytest.mark.parametrize(
    ("answers", "state"),
    [
        ("", "unknown"),
        ("+", "unknown"),
        ("++", "up"),
        ("++--", "up"),
        ("++---", "down"),
        ("++---+", "down"),
        ("++---++", "up"),
        ("++--+--", "up"),
    ],
)
def test_a_unit_rises_after_two_good_and_falls_after_three_bad(answers: str, state: str) -> None:
    assert beat(answers).state == state


@given(st.text("+-", min_size=1, max_size=400))
def test_availability_is_the_share_of_good_answers(answers: str) -> None:
    assert beat(answers).availability() == pytest.approx(answers.count("+") / len(answers))


def test_availability_forgets_what_is_older_than_a_day() -> None:
    pulse = beat("---")
    pulse.answered(1.0, AT + timedelta(hours=25))
    assert pulse.availability() == 1.0


def test_the_platform_is_as_its_units() -> None:
    assert worst(["up", "not_built"]) == "up"
    assert worst(["up", "down"]) == "degraded"
    assert worst(["down", "not_built"]) == "down"


def test_what_opens_doors_is_masked_however_deep() -> None:
    sealed = "eyJhbGciOiJFQ0RILUVTIn0..aXY.Y2lwaGVy.dGFn"
    body = {
        "link_token": sealed,
        "code": sealed,
        "order": {"consignee_email": "a@b.example", "reference": "R1"},
        "text": "écrire à a@b.example",
        "postal_code": "69007",
    }
    shown = masked(body)
    assert shown["order"]["reference"] == "R1"
    assert shown["postal_code"] == "69007"
    for secret in ("eyJ", "a@b.example"):
        assert secret not in repr(shown)


def test_an_export_keeps_everything_but_credentials() -> None:
    row = {"email": "a@b.example", "password_hash": "x", "signature": "png"}
    assert exported(row) == {"email": "a@b.example", "password_hash": "***", "signature": "png"}


def test_a_checkpoint_is_signed_by_the_platform() -> None:
    content = Seal(b"one").seal({"palette.3": (7, "abc")}, AT)
    assert Seal(b"one").open(content).segments == {"palette.3": (7, "abc")}
    with pytest.raises(CheckpointForged):
        Seal(b"two").open(content)
    with pytest.raises(CheckpointForged):
        Seal(b"one").open(content.replace(b"[7,", b"[8,"))
