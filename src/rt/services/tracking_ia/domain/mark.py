"""How far a track was followed: enough to say, with the fixes since, where the vehicle was seen last."""

from collections.abc import Sequence

import msgspec

from rt.services.tracking_ia.domain.points import Fix, Line, drawn_by, in_time


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """The newest fix that is believed, the one after it that is not, and the time of the newest of all."""

    last: Fix | None = None
    suspect: Fix | None = None
    newest: tuple[int, str] = (0, "")

    @property
    def second(self) -> int:
        """From which on there may be fixes that were not followed."""
        return self.newest[0] // 1000

    def on(self, fixes: Sequence[Fix]) -> "Mark":
        """The mark after these fixes; what it knows already, and what came late, is passed over."""
        fresh = [fix for fix in fixes if in_time(fix) > self.newest]
        line = Line(self.last, self.suspect)
        drawn_by(line, fresh)
        return Mark(line.last, line.suspect, max([self.newest, *map(in_time, fresh)]))


_packer = msgspec.msgpack.Encoder()
_unpacker = msgspec.msgpack.Decoder(Mark)


def packed_mark(mark: Mark) -> bytes:
    return _packer.encode(mark)


def unpacked_mark(content: bytes) -> Mark:
    return _unpacker.decode(content)
