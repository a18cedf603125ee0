"""Amounts: whole cents and a currency, never a float."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated

from msgspec import Meta

from rt.kernel.model.messages import View


class Money(View):
    """An amount in cents of an ISO 4217 currency."""

    cents: int
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "EUR"


def to_cents(amount: Decimal) -> int:
    """Cents of an amount in whole units, half up."""
    return int((amount * 100).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def shared_out(cents: int, weights: Sequence[int]) -> list[int]:
    """A price in parts by weight that add up to it; without weights in equal ones."""
    parts = list(weights) if any(weights) else [1] * len(weights)
    total, reached, done = sum(parts), 0, 0
    shares = []
    for part in parts:
        reached += part
        upto = cents * reached // total
        shares.append(upto - done)
        done = upto
    return shares
