"""Stops of a tour as they were planned, as positions show them, and as others were told."""

from datetime import datetime

import msgspec

from rt.contracts.tracking_ia import CorrectionView, EtaView, StopKind, StopSource, StopTime, StopView
from rt.services.tracking_ia.domain.arrivals import Arrival
from rt.services.tracking_ia.domain.judging import Call
from rt.trade.places import Site

HAPPENED = (
    "reached_at", "left_at", "elsewhere_at", "source", "signed_at",
    "told", "corrections", "told_eta", "delay_told",
)  # fmt: skip


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """An arrival or departure that had been told otherwise; None: not seen at all."""

    what: StopTime
    before: datetime | None
    after: datetime | None
    told_at: datetime


class WatchedStop(msgspec.Struct, kw_only=True):
    """A call of one order on the tour, as planned and as it was.

    `reached_at` and `left_at` are what all positions so far show; `told` is what others were told of them.
    """

    order_id: str
    kind: StopKind
    site: Site
    planned_from: datetime
    planned_until: datetime
    reached_at: datetime | None = None
    left_at: datetime | None = None
    elsewhere_at: datetime | None = None
    source: StopSource | None = None
    signed_at: datetime | None = None
    told: dict[StopTime, datetime | None] = msgspec.field(default_factory=dict)
    corrections: list[Correction] = msgspec.field(default_factory=list)
    told_eta: datetime | None = None
    delay_told: bool = False

    @property
    def place(self) -> tuple[float, float] | None:
        if self.site.latitude is None or self.site.longitude is None:
            return None
        return self.site.latitude, self.site.longitude

    @property
    def call(self) -> Call:
        return Call(self.order_id, self.kind, self.place, self.signed_at)

    def happened_as(self, before: "WatchedStop") -> None:
        """Planned anew: what was seen and told of it stays."""
        for field in HAPPENED:
            setattr(self, field, getattr(before, field))

    def corrections_view(self) -> list[CorrectionView]:
        return [
            CorrectionView(what=one.what, before=one.before, after=one.after, told_at=one.told_at)
            for one in self.corrections
        ]

    def view(self) -> StopView:
        return StopView(
            order_id=self.order_id,
            kind=self.kind,
            site=self.site,
            planned_from=self.planned_from,
            planned_until=self.planned_until,
            reached_at=self.reached_at,
            left_at=self.left_at,
            elsewhere_at=self.elsewhere_at,
            source=self.source,
            corrections=self.corrections_view(),
        )

    def eta_view(self, coming: Arrival, moment: datetime) -> EtaView:
        return EtaView(
            order_id=self.order_id,
            kind=self.kind,
            eta=coming.eta,
            eta_low=coming.low,
            eta_high=coming.high,
            late_probability=round(coming.late_probability(self.planned_until, moment), 3),
            remaining_km=coming.remaining_km,
            fix_at=coming.fix_at,
            old=coming.old,
        )
