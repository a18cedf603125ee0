"""What an entry is worth, said to the database: the same rule as in `domain/consent.py`."""

from typing import Any

from rt.kernel.core.clock import now

COUNTS = ("confirmed", "own")
"""Standings with which an entry counts in its holder's book."""
BOUND = {"$ifNull": ["$bound", []]}
ABSENT = {"$ifNull": ["$absent", []]}
CLOSED = {"$ifNull": ["$closed", ""]}


def standing() -> dict[str, Any]:
    """The standing of the unwound `lines` of a movement, as its holder sees it now."""
    holder, partner = {"$in": ["$lines.holder_id", BOUND]}, {"$in": ["$lines.partner_id", BOUND]}
    overdue = {"$and": [{"$gt": ["$lapses_at", None]}, {"$lte": ["$lapses_at", now()]}]}
    own = [holder, {"$in": ["$lines.partner_id", ABSENT]}, {"$ne": [CLOSED, "withdrawn"]}]
    return {
        "$switch": {
            "branches": [
                {"case": {"$and": [holder, partner]}, "then": "confirmed"},
                {"case": {"$and": own}, "then": "own"},
                {"case": {"$ne": [CLOSED, ""]}, "then": CLOSED},
                {"case": overdue, "then": "lapsed"},
            ],
            "default": "claimed",
        }
    }


def sum_of(wanted: str, also: dict[str, Any] | None = None) -> dict[str, Any]:
    """The sum of the quantities of one standing."""
    said = [{"$eq": ["$standing", wanted]}, *([also] if also else [])]
    return {"$sum": {"$cond": [{"$and": said}, "$lines.quantity", 0]}}
