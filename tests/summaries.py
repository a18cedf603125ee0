"""Summaries of orders for tests that name the first pickup and the last delivery alone."""

from typing import Any

from rt.contracts.core_orders import OrderSummary, Stop


def summary_of(**said: Any) -> OrderSummary:
    """`pickup` and `delivery` are sites, with their times beside them as `pickup_from`, `delivery_until`.

    `stops`, where they are given, say it all.
    """
    stops = [
        Stop(
            kind=kind,
            site=said.pop(kind),
            from_at=said.pop(f"{kind}_from", None),
            until_at=said.pop(f"{kind}_until", None),
        )
        for kind in ("pickup", "delivery")
    ]
    return OrderSummary(**OrderSummary.from_earlier({"stops": stops} | said))
