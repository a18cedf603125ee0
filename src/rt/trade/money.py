"""Amounts: whole cents and a currency, never a float."""

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
