"""What a whole track says of the stops of a tour: a function of the set of fixes, not of their order."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from rt.contracts.tracking_ia import StopKind
from rt.services.tracking_ia.domain.fences import Crossing, arrival, departure
from rt.services.tracking_ia.domain.points import Fix, cleaned, metres, unpack

SAME_PLACE_M = 500


class Call(msgspec.Struct, frozen=True):
    """A stop as it is judged: where it is, and when a signature proved it."""

    order_id: str
    kind: StopKind
    place: tuple[float, float] | None
    signed_at: datetime | None


class Seen(msgspec.Struct, frozen=True):
    """When the vehicle came to a stop and when it left, as far as the track shows it."""

    came: Crossing | None = None
    left: Crossing | None = None


class Judgement(msgspec.Struct, frozen=True):
    """What is seen at each call, in their order, and the newest fix that is believed."""

    seen: list[Seen]
    newest: Fix | None


def judged(contents: Sequence[bytes], calls: Sequence[Call]) -> Judgement:
    """The judgement of packed fixes."""
    track = cleaned([fix for content in contents for fix in unpack(content)])
    return Judgement(seen_at(track, calls), track[-1] if track else None)


def seen_at(track: Sequence[Fix], calls: Sequence[Call]) -> list[Seen]:
    """Pickups first: a delivery is not awaited before its own."""
    found: dict[int, Seen] = {}
    for kind in ("pickup", "delivery"):
        pickups = {calls[nth].order_id: (calls[nth], one) for nth, one in found.items()}
        for nth, call in enumerate(calls):
            if call.kind == kind:
                found[nth] = _seen(track, call, pickups.get(call.order_id))
    return [found[nth] for nth in range(len(calls))]


def _seen(track: Sequence[Fix], call: Call, pickup: tuple[Call, Seen] | None) -> Seen:
    if call.place is None:
        return Seen()
    after: datetime | None = None
    if pickup is not None and pickup[0].place is not None:
        near = metres(pickup[0].place, call.place) < SAME_PLACE_M
        left = pickup[1].left.at if pickup[1].left else None
        after = left if near else reached(pickup[0], pickup[1])
        if after is None:
            return _left(track, call, None)
    return _left(track, call, arrival(track, call.place, after))


def _left(track: Sequence[Fix], call: Call, came: Crossing | None) -> Seen:
    since = came.at if came else call.signed_at
    if since is None or call.place is None:
        return Seen(came)
    return Seen(came, departure(track, call.place, since))


def reached(call: Call, seen: Seen) -> datetime | None:
    """The arrival that was seen, else the signature that proves it; the earlier of both."""
    moments = [at for at in (seen.came.at if seen.came else None, call.signed_at) if at is not None]
    return min(moments, default=None)
