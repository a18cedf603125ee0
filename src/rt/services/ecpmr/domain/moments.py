"""When something happened: what a device's clock says, held against what cannot have been otherwise."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from rt.kernel.core.clock import ZONE, now
from rt.kernel.core.errors import Invalid

TOLERANCE = timedelta(minutes=10)
"""Clocks of phones drift so much; the act shows the time of receipt beside."""
BEFORE_ISSUE = timedelta(days=1)
"""A truck may stand at the dock before its order is in any computer."""


class HappenedInTheFuture(Invalid):
    fr = "Cette heure ({said}) est dans le futur. Vérifiez l'horloge de l'appareil."
    en = "This time ({said}) is in the future. Check the clock of the device."


class HappenedTooEarly(Invalid):
    fr = "Cette heure ({said}) précède {what_fr} ({since})."
    en = "This time ({said}) is before {what_en} ({since})."


class HappenedTooLate(Invalid):
    fr = "Cette heure ({said}) suit {what_fr} ({since})."
    en = "This time ({said}) is after {what_en} ({since})."


class Bound(NamedTuple):
    """A moment that something else cannot lie before (or after), and what it was."""

    at: datetime
    fr: str
    en: str


class Settled(NamedTuple):
    """When it happened as it is kept; `device_time` is what the device said, where that cannot be."""

    at: datetime
    device_time: str


def settled(
    said: datetime, device_time: str, after: Sequence[Bound] = (), before: Sequence[Bound] = ()
) -> Settled:
    """The time as said, if it can be. If not, it is refused, but never to a phone.

    A phone that kept what happened sends its clock's own words as `device_time`: the person who signed on it
    has gone, so the act is kept, dated by its receipt, and says that the clock was wrong.
    """
    wrong = _fault(said, after, before)
    if wrong is None:
        return Settled(said, device_time if _differs(device_time, said) else "")
    if not device_time:
        raise wrong
    latest = min([now(), *(bound.at for bound in before)])
    return Settled(latest.replace(microsecond=latest.microsecond // 1000 * 1000), device_time)


def _fault(said: datetime, after: Sequence[Bound], before: Sequence[Bound]) -> Invalid | None:
    if said > now() + TOLERANCE:
        return HappenedInTheFuture("happened_at", said=_spelled(said))
    for bound in after:
        if said < bound.at - TOLERANCE:
            return HappenedTooEarly("happened_at", **_named(said, bound))
    for bound in before:
        if said > bound.at + TOLERANCE:
            return HappenedTooLate("happened_at", **_named(said, bound))
    return None


def _differs(device_time: str, said: datetime) -> bool:
    """Whether the phone corrected its own clock by more than what is let pass."""
    if not device_time:
        return False
    try:
        return abs(datetime.fromisoformat(device_time) - said) > TOLERANCE
    except (ValueError, TypeError, OverflowError):
        return True


def _named(said: datetime, bound: Bound) -> dict[str, Any]:
    since = _spelled(bound.at)
    return {"said": _spelled(said), "what_fr": bound.fr, "what_en": bound.en, "since": since}


def _spelled(at: datetime) -> str:
    return f"{at.astimezone(ZONE):%d/%m/%Y %H:%M}"
