"""What senders of positions get wrong, so that somebody can put it right: counted, the last ones kept."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from rt.contracts.tracking_ia import BadPointView, RefusedReason, TroubleView
from rt.kernel.core.ids import derived_id
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal
from rt.services.tracking_ia.domain.reading import Doubt

LAST_KEPT = 10


class BadPoint(msgspec.Struct, frozen=True, kw_only=True):
    """One point that was not believed; never a place."""

    received_at: datetime
    reason: RefusedReason
    said: Personal


class Trouble(Entity, kw_only=True):
    """The points of one device, or of the app of one driver, that were not believed.

    Points off duty or in a pause are none: they are refused by rule and leave no trace.
    """

    source: str
    by_device: bool
    name: Personal
    by_reason: dict[RefusedReason, int] = msgspec.field(default_factory=dict)
    last: list[BadPoint] = msgspec.field(default_factory=list)

    @property
    def total(self) -> int:
        return sum(self.by_reason.values())

    def note(self, doubts: Sequence[Doubt], moment: datetime) -> None:
        counts = Counter(doubt.reason for doubt in doubts)
        self.by_reason = {
            reason: self.by_reason.get(reason, 0) + counts[reason]
            for reason in dict.fromkeys((*self.by_reason, *counts))
        }
        fresh = [BadPoint(received_at=moment, reason=doubt.reason, said=doubt.said) for doubt in doubts]
        self.last = [*reversed(fresh), *self.last][:LAST_KEPT]

    def view(self) -> TroubleView:
        return TroubleView(
            total=self.total,
            by_reason=self.by_reason,
            since=self.created_at,
            last=[
                BadPointView(received_at=one.received_at, reason=one.reason, said=one.said)
                for one in self.last
            ],
        )


def trouble_id(org_id: str, source: str) -> str:
    return derived_id("trb", org_id, source)
