"""What a whole track says of the stops of a tour: a function of the set of fixes, not of their order."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from rt.contracts.tracking_ia import StopKind
from rt.services.tracking_ia.domain.fences import Coming, Crossing, Going, looked, ms_of
from rt.services.tracking_ia.domain.mark import Mark
from rt.services.tracking_ia.domain.points import Fix, Line, drawn_by, in_time, metres, unpack

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


class Following(msgspec.Struct):
    """Where a judgement stands: enough to tell whether the fixes that come next may change it.

    Most do not: the vehicle drives, or stands where it stood. As soon as one shows what a call awaits, the
    whole track is judged again, for other calls may depend on it. A first fix that is left out afterwards can
    only have it judged too soon.
    """

    calls: list[Call]
    line: Line
    awaited: list[Coming | Going]
    newest: tuple[int, str]
    late: bool = False

    @property
    def mark(self) -> Mark:
        return Mark(self.line.last, self.line.suspect, self.newest)

    def turned(self, fixes: Sequence[Fix]) -> bool:
        """Take the next fixes; whether they change anything. One from before is `late`, and not looked at."""
        for fix in sorted(fixes, key=in_time):
            if in_time(fix) <= self.newest:
                self.late = True
                continue
            self.newest = in_time(fix)
            for believed in self.line.take(fix):
                if any(one.take(believed) for one in self.awaited):
                    return True
        return False


class Judgement(msgspec.Struct, frozen=True):
    """What is seen at each call, in their order, the newest fix that is believed, and how to go on."""

    seen: list[Seen]
    newest: Fix | None
    following: Following


def judged(contents: Sequence[bytes], calls: Sequence[Call]) -> Judgement:
    """The judgement of packed fixes."""
    fixes = [fix for content in contents for fix in unpack(content)]
    line = Line()
    track = drawn_by(line, fixes)
    awaited: list[Coming | Going] = []
    seen = seen_at(track, calls, awaited)
    newest = max(map(in_time, fixes), default=(0, ""))
    return Judgement(seen, line.last, Following(list(calls), line, awaited, newest))


def seen_at(
    track: Sequence[Fix], calls: Sequence[Call], awaited: list[Coming | Going] | None = None
) -> list[Seen]:
    """Pickups first: a delivery is not awaited before its own. `awaited` takes what is still looked for."""
    found: dict[int, Seen] = {}
    still: list[Coming | Going] = [] if awaited is None else awaited
    for kind in ("pickup", "delivery"):
        pickups = {calls[nth].order_id: (calls[nth], one) for nth, one in found.items()}
        for nth, call in enumerate(calls):
            if call.kind == kind:
                found[nth] = _seen(track, call, pickups.get(call.order_id), still)
    return [found[nth] for nth in range(len(calls))]


def _seen(
    track: Sequence[Fix], call: Call, pickup: tuple[Call, Seen] | None, still: list[Coming | Going]
) -> Seen:
    if call.place is None:
        return Seen()
    after: datetime | None = None
    if pickup is not None and pickup[0].place is not None:
        near = metres(pickup[0].place, call.place) < SAME_PLACE_M
        left = pickup[1].left.at if pickup[1].left else None
        after = left if near else reached(pickup[0], pickup[1])
        if after is None:
            return _left(track, call, None, still)
    coming = looked(Coming(call.place, ms_of(after)), track)
    if coming.seen is None:
        still.append(coming)
    return _left(track, call, coming.seen, still)


def _left(track: Sequence[Fix], call: Call, came: Crossing | None, still: list[Coming | Going]) -> Seen:
    since = came.at if came else call.signed_at
    if since is None or call.place is None:
        return Seen(came)
    going = looked(Going(call.place, ms_of(since)), track)
    if going.seen is None:
        still.append(going)
    return Seen(came, going.seen)


def reached(call: Call, seen: Seen) -> datetime | None:
    """The arrival that was seen, else the signature that proves it; the earlier of both."""
    moments = [at for at in (seen.came.at if seen.came else None, call.signed_at) if at is not None]
    return min(moments, default=None)
