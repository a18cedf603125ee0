"""What a phone or tracker says of one point, read on its own: a position, or why it is none."""

import math
import re
from datetime import UTC, datetime
from typing import Any

import msgspec

from rt.contracts.tracking_ia import PositionPoint, RefusedReason

NUMBER = re.compile(r"[+-]?[0-9]{1,20}([.,][0-9]{0,20})?([eE][+-]?[0-9]{1,2})?")
MILLISECONDS_FROM = 100_000_000_000
"""A number this big cannot be seconds (year 5138): the device counts milliseconds."""
SHORTEST_MOMENT = len("20260302T0800")
"""A day without a time of day is no moment."""
QUOTED_CHARACTERS = 40


class Doubt(msgspec.Struct, frozen=True):
    """Why a point is not believed, and what was said there: never a place."""

    reason: RefusedReason
    said: str = ""


def point_of(said: Any) -> PositionPoint | Doubt:
    """A point of a batch as the drivers' app sends it; what it says beside is passed over."""
    if not isinstance(said, dict):
        return Doubt("malformed", quoted(said))
    at = moment_of(said.get("at"))
    if at is None or at.tzinfo is None:
        return Doubt("malformed", quoted(said.get("at")))
    return PositionPoint(
        at=at,
        latitude=number(said.get("latitude")),
        longitude=number(said.get("longitude")),
        speed_kmh=number(said.get("speed_kmh")),
        heading_deg=number(said.get("heading_deg")),
        altitude_m=number(said.get("altitude_m")),
        accuracy_m=number(said.get("accuracy_m")),
        battery_percent=number(said.get("battery_percent")),
    )


def moment_of(said: Any) -> datetime | None:
    """Seconds, milliseconds or ISO 8601, as a number or as text; None when it is none of these."""
    if isinstance(said, datetime):
        return said
    seconds = number(said)
    if seconds is None:
        return None
    if not math.isnan(seconds):
        try:
            return datetime.fromtimestamp(seconds / 1000 if seconds > MILLISECONDS_FROM else seconds, UTC)
        except (ValueError, OverflowError, OSError):
            return None
    if not isinstance(said, str) or len(said.strip()) < SHORTEST_MOMENT:
        return None
    try:
        return datetime.fromisoformat(said.strip())
    except ValueError:
        return None


def number(said: Any) -> float | None:
    """A number, also one written as text; None when nothing is said, not a number when it cannot be read."""
    if said is None or said == "":
        return None
    if isinstance(said, str) and NUMBER.fullmatch(said.strip()):
        said = float(said.strip().replace(",", "."))
    if isinstance(said, bool) or not isinstance(said, (int, float)):
        return math.nan
    try:
        return float(said)
    except OverflowError:
        return math.nan


def known(figure: float | None, low: float, high: float) -> float | None:
    """The figure where it can be true: Android and iOS say -1 for what they do not know."""
    return figure if figure is not None and low <= figure <= high else None


def quoted(said: Any) -> str:
    """What was said, short and on one line, to be shown to people; of lists and objects only their kind."""
    if isinstance(said, dict):
        return "{…}"
    if isinstance(said, (list, tuple)):
        return "[…]"
    text = "" if said is None else str(said)
    return "".join(sign if sign.isprintable() else "�" for sign in text[:QUOTED_CHARACTERS])
