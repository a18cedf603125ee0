"""What the demonstration looks at when it checks an outcome, and where it goes on on another day."""

from datetime import date
from typing import Any

import pytest

from rt.ops.demo import PRICE_CENTS, numbers
from rt.ops.filling import last_step
from rt.ops.world import STEPS


def test_a_price_is_seen_wherever_it_stands_and_a_time_is_none() -> None:
    assert PRICE_CENTS in numbers({"tenders": [{"price": {"cents": PRICE_CENTS}}]})
    assert PRICE_CENTS not in numbers({"history": [{"at": "2026-11-28T14:00:00.415000Z"}], "open": True})


@pytest.mark.parametrize(
    ("row", "until"),
    [
        (None, "in_transit"),
        ({"state": "in_transit", "delivery_until": "2026-11-28T22:30:00Z"}, "in_transit"),
        ({"state": "in_transit", "delivery_until": "2026-11-27T22:30:00Z"}, "delivered"),
        ({"state": "loading", "delivery_until": "2026-11-27T22:30:00Z"}, "delivered"),
        ({"state": "planned", "delivery_until": "2026-11-27T22:30:00Z"}, "in_transit"),
    ],
)
def test_a_lorry_on_the_road_yesterday_has_arrived(row: Any, until: str) -> None:
    assert last_step(STEPS.index("in_transit") + 1, row, date(2026, 11, 28)) == until
