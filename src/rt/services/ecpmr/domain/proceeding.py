"""What follows from an act of signing: the goods have another carrier, are delivered, boxes stand or not."""

from rt.contracts.ecpmr import (
    DeliverySigned,
    DocumentAmended,
    HandoverSigned,
    ReserveFact,
    ReservesNoted,
    TakeoverSigned,
)
from rt.services.ecpmr.domain.chain import difference
from rt.services.ecpmr.domain.records import Act
from rt.services.ecpmr.domain.shown import Shown
from rt.services.ecpmr.domain.signatures import proven


class Proceeding(Shown):
    """How a note goes on once somebody has signed."""

    def proceed(self, act: Act) -> None:
        """The goods are the carrier's when its side has acted; a sender who signs first waits for it."""
        by = act.signatures[0]
        if act.step == "takeover" and not act.by_carrier:
            self.begin_loading()
        elif act.step == "takeover" and self.state in ("new", "loading"):
            self.state = "in_transport"
            self.taken_over_at = act.happened_at
            self.emit(
                TakeoverSigned(
                    document_id=self.id,
                    order_id=self.order_id,
                    number=self.number,
                    signed_at=act.happened_at,
                    reserves=len(act.reserves),
                    by_name=by.name,
                    kind=self.kind,
                    leg_id=act.leg_id,
                )
            )
        elif act.step == "handover" and self._takes_first(act):
            self.emit(
                HandoverSigned(
                    document_id=self.id,
                    order_id=self.order_id,
                    number=self.number,
                    from_leg_id=act.from_leg_id,
                    to_leg_id=act.leg_id,
                    signed_at=act.happened_at,
                    reserves=len(act.reserves),
                    by_name=by.name,
                    kind=self.kind,
                    content_hash=act.content_hash,
                )
            )
        elif act.step == "delivery" and self.state == "in_transport":
            self.state = "delivered"
            self.delivered_at = act.happened_at
            self.emit(
                DeliverySigned(
                    document_id=self.id,
                    order_id=self.order_id,
                    number=self.number,
                    owner_id=self.org_id,
                    shipper_id=self.shipper_id,
                    carrier_id=self.carrier_id or "",
                    consignee_id=self.consignee_id,
                    consignee_name=self.consignment.consignee.name,
                    site_name=self.consignment.delivery.name,
                    signed_at=act.happened_at,
                    by_name=by.name,
                    by_org_id=act.who.org_id,
                    reserves=[
                        ReserveFact(line=r.line, text=r.text, photos=len(r.photo_ids))
                        for r in (kept.given for kept in act.reserves)
                    ],
                    pallets=act.pallets,
                    content_hash=act.content_hash,
                    kind=self.kind,
                    proven=proven(act, by.party),
                    leg_id=act.leg_id,
                )
            )
        elif act.step == "amendment" and not self.must_agree(act.version):
            before = self.consignment
            self.enforce(act.version)
            self.tell_amended(difference(before, self.consignment))
        elif act.reserves:
            self.emit(
                ReservesNoted(
                    document_id=self.id,
                    order_id=self.order_id,
                    number=self.number,
                    step=act.step,
                    noted_at=act.happened_at,
                    reserves=len(act.reserves),
                    kind=self.kind,
                )
            )

    def tell_amended(self, changed: list[str]) -> None:
        self.emit(
            DocumentAmended(
                document_id=self.id,
                order_id=self.order_id,
                number=self.number,
                version=len(self.versions),
                changed=changed,
                to_sign=self.to_sign if self.proposal else [],
                content_hash=self.content_hash,
                kind=self.kind,
            )
        )

    def _takes_first(self, act: Act) -> bool:
        """Whether this act of a handover is the one by which the goods changed carriers."""
        return next((one for one in self.acts_of("handover", act.leg_id) if one.takes_over), None) is act
