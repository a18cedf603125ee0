"""The OsmAnd protocol as devices speak it: query parameters, or the JSON body of newer clients."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from rt.contracts.tracking_ia import PositionPoint
from rt.kernel.errors import Invalid

KMH_PER_KNOT = 1.852
KMH_PER_METRE_PER_SECOND = 3.6
MILLISECONDS_FROM = 100_000_000_000
"""A number this big cannot be seconds (year 5138): the device counts milliseconds."""


class ReportUnreadable(Invalid):
    fr = "Trame OsmAnd illisible."
    en = "Unreadable OsmAnd report."


def from_query(query: Mapping[str, str], moment: datetime) -> tuple[str, list[PositionPoint]]:
    """The device key and the position of a request; speed is in knots, time is now when none is given."""
    key = query.get("id") or query.get("deviceid") or query.get("device_id") or ""
    if not key:
        raise ReportUnreadable("id")
    latitude, longitude = _number(query.get("lat")), _number(query.get("lon"))
    if (pair := query.get("location", "")).count(",") == 1:
        latitude, longitude = (_number(part) for part in pair.split(","))
    if query.get("valid", "true").lower() in ("false", "0"):
        latitude = longitude = None
    speed = _number(query.get("speed"))
    return key, [
        PositionPoint(
            at=_moment(query["timestamp"]) if query.get("timestamp") else moment,
            latitude=latitude,
            longitude=longitude,
            speed_kmh=None if speed is None else round(speed * KMH_PER_KNOT, 3),
            heading_deg=_number(query.get("bearing") or query.get("heading")),
            altitude_m=_number(query.get("altitude")),
            accuracy_m=_number(query.get("accuracy")),
            battery_percent=_number(query.get("batt")),
        )
    ]


def from_body(body: bytes, moment: datetime) -> tuple[str, list[PositionPoint]]:
    """The device key and the positions of a JSON body; -1 is unknown, speed is in metres per second."""
    try:
        said = msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        raise ReportUnreadable from error
    if not isinstance(said, dict) or not isinstance(said.get("device_id"), str) or not said["device_id"]:
        raise ReportUnreadable("device_id")
    locations = said.get("location")
    locations = locations if isinstance(locations, list) else [locations]
    if not all(isinstance(location, dict) for location in locations):
        raise ReportUnreadable("location")
    return said["device_id"], [_located(location, moment) for location in locations]


def _located(location: dict[str, Any], moment: datetime) -> PositionPoint:
    coords = location.get("coords")
    coords = coords if isinstance(coords, dict) else {}
    battery = location.get("battery")
    level = _known(battery.get("level")) if isinstance(battery, dict) else None
    speed = _known(coords.get("speed"))
    timestamp = location.get("timestamp")
    return PositionPoint(
        at=_moment(str(timestamp)) if timestamp else moment,
        latitude=_number(coords.get("latitude")),
        longitude=_number(coords.get("longitude")),
        speed_kmh=None if speed is None else round(speed * KMH_PER_METRE_PER_SECOND, 3),
        heading_deg=_known(coords.get("heading")),
        altitude_m=_number(coords.get("altitude")),
        accuracy_m=_known(coords.get("accuracy")),
        battery_percent=None if level is None else round(level * 100, 1),
    )


def _moment(said: str) -> datetime:
    """Seconds, milliseconds or ISO 8601; without a zone it is UTC."""
    try:
        number = float(said)
    except ValueError:
        try:
            at = datetime.fromisoformat(said)
        except ValueError as error:
            raise ReportUnreadable("timestamp") from error
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    try:
        return datetime.fromtimestamp(number / 1000 if number > MILLISECONDS_FROM else number, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise ReportUnreadable("timestamp") from error


def _number(said: Any) -> float | None:
    if isinstance(said, bool):
        return None
    if isinstance(said, (int, float)):
        return float(said)
    try:
        return float(said) if isinstance(said, str) else None
    except ValueError:
        return None


def _known(said: Any) -> float | None:
    number = _number(said)
    return None if number is None or number < 0 else number
