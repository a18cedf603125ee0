"""What the demonstration looks at when it checks an outcome."""

from rt.ops.demo import PRICE_CENTS, numbers


def test_a_price_is_seen_wherever_it_stands_and_a_time_is_none() -> None:
    assert PRICE_CENTS in numbers({"tenders": [{"price": {"cents": PRICE_CENTS}}]})
    assert PRICE_CENTS not in numbers({"history": [{"at": "2026-11-28T14:00:00.415000Z"}], "open": True})
