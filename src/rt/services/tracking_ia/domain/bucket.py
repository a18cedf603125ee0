"""An hour of positions of one watch in one document, as releases before kept them."""

from datetime import datetime
from typing import Annotated

from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import HIDDEN


class Bucket(Entity, kw_only=True):
    """Read until its positions are old enough to be deleted; nothing is put into one any more.

    The timeline of a change never shows `content`: positions must not outlive their deletion in the event
    log.
    """

    watch_id: str
    hour: datetime
    sources: list[str]
    count: int
    content: Annotated[bytes, HIDDEN]


def hour_of(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)
