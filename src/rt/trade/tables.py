"""Tables of the law and of the trade: each row says from when to when it holds, and who says so."""

from collections.abc import Iterable
from datetime import date
from typing import TypeVar

import msgspec

from rt.kernel.core.errors import Invalid


class RuleUnknownThen(Invalid):
    fr = "Aucune règle de cette table n'est en vigueur le {on}."
    en = "No rule of this table is in force on {on}."


class Dated(msgspec.Struct, frozen=True, kw_only=True):
    """A row in force from `starts_on` to `ends_on`, both included; `verified` once its text was read."""

    starts_on: date
    ends_on: date | None = None
    source: str
    verified: bool

    def holds(self, on: date) -> bool:
        return self.starts_on <= on and (self.ends_on is None or on <= self.ends_on)


Row = TypeVar("Row", bound=Dated)


def in_force(rows: Iterable[Row], on: date) -> Row | None:
    """The row that holds that day; the latest to start if several do."""
    return max((row for row in rows if row.holds(on)), key=lambda row: row.starts_on, default=None)


def row_on(rows: Iterable[Row], on: date) -> Row:
    """The row that holds that day, or RuleUnknownThen."""
    row = in_force(rows, on)
    if row is None:
        raise RuleUnknownThen(on=on.isoformat())
    return row
