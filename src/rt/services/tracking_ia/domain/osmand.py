"""The OsmAnd protocol as devices speak it: query parameters, or the JSON body of newer clients."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rt.contracts.tracking_ia import PositionPoint
from rt.kernel.core.errors import Invalid
from rt.services.tracking_ia.domain.reading import Doubt, moment_of, number, quoted

KMH_PER_KNOT = 1.852
KMH_PER_METRE_PER_SECOND = 3.6


class ReportUnreadable(Invalid):
    """Nobody can be told: what arrived names no device."""

    fr = "Trame OsmAnd illisible."
    en = "Unreadable OsmAnd report."


def from_query(query: Mapping[str, str], moment: datetime) -> tuple[str, list[PositionPoint | Doubt]]:
    """The device key and the position of a request; speed is in knots, time is now when none is given."""
    key = query.get("id") or query.get("deviceid") or query.get("device_id") or ""
    if not key:
        raise ReportUnreadable("id")
    at = _moment(query.get("timestamp"), moment)
    if isinstance(at, Doubt):
        return key, [at]
    latitude, longitude = number(query.get("lat")), number(query.get("lon"))
    if (pair := query.get("location", "")).count(",") == 1:
        latitude, longitude = (number(part.strip()) for part in pair.split(","))
    if query.get("valid", "true").lower() in ("false", "0"):
        latitude = longitude = None
    return key, [
        PositionPoint(
            at=at,
            latitude=latitude,
            longitude=longitude,
            speed_kmh=_times(number(query.get("speed")), KMH_PER_KNOT),
            heading_deg=number(query.get("bearing") or query.get("heading")),
            altitude_m=number(query.get("altitude")),
            accuracy_m=number(query.get("accuracy")),
            battery_percent=number(query.get("batt")),
        )
    ]


def from_body(body: bytes, moment: datetime) -> tuple[str, list[PositionPoint | Doubt]]:
    """The device key and the positions of a JSON body, each read on its own; speed is in metres per second.

    Python's reader, because devices send NaN, which JSON does not know.
    """
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ReportUnreadable from error
    if not isinstance(said, dict) or not isinstance(said.get("device_id"), str) or not said["device_id"]:
        raise ReportUnreadable("device_id")
    locations = said.get("location")
    locations = locations if isinstance(locations, list) else [locations]
    return said["device_id"], [_located(location, moment) for location in locations]


def _located(location: Any, moment: datetime) -> PositionPoint | Doubt:
    if not isinstance(location, dict):
        return Doubt("malformed", quoted(location))
    at = _moment(location.get("timestamp"), moment)
    if isinstance(at, Doubt):
        return at
    coords = _part(location, "coords")
    return PositionPoint(
        at=at,
        latitude=number(coords.get("latitude")),
        longitude=number(coords.get("longitude")),
        speed_kmh=_times(number(coords.get("speed")), KMH_PER_METRE_PER_SECOND),
        heading_deg=number(coords.get("heading")),
        altitude_m=number(coords.get("altitude")),
        accuracy_m=number(coords.get("accuracy")),
        battery_percent=_times(number(_part(location, "battery").get("level")), 100),
    )


def _part(location: dict[str, Any], name: str) -> dict[str, Any]:
    part = location.get(name)
    return part if isinstance(part, dict) else {}


def _moment(said: Any, moment: datetime) -> datetime | Doubt:
    """What is said without a zone is UTC."""
    if said is None or said == "":
        return moment
    at = moment_of(said)
    if at is None:
        return Doubt("malformed", quoted(said))
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _times(figure: float | None, factor: float) -> float | None:
    return None if figure is None else round(figure * factor, 3)
