"""The positions of one watch in one hour, packed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from rt.kernel.entity import Entity
from rt.kernel.messages import HIDDEN
from rt.services.tracking_ia.domain.points import Fix, merged, pack, unpack

HOUR = timedelta(hours=1)


class Bucket(Entity, kw_only=True):
    """The positions of one watch in one hour, packed.

    One document per watch and hour makes of a batch one write, of a track a few reads and of retention a
    deletion of whole documents. The story of a change never shows `content`:
    positions must not outlive their deletion in the event log.
    """

    watch_id: str
    hour: datetime
    sources: list[str]
    count: int
    content: Annotated[bytes, HIDDEN]

    def take(self, fixes: Sequence[Fix]) -> set[tuple[str, int]]:
        """Keep fixes too; the keys of those that were new."""
        before = unpack(self.content)
        kept = merged(before, fixes)
        self.sources = sorted({fix.source for fix in kept})
        self.count = len(kept)
        self.content = pack(kept)
        return {fix.key for fix in kept} - {fix.key for fix in before}


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
