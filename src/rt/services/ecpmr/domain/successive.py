"""Successive carriers on one note: the legs that travel under it, who has the goods, who takes them next."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from msgspec import field

from rt.contracts.core_orders import LegSummary, OrderState
from rt.contracts.ecpmr import Party, PartyBox, SignatureGiven, Step, Stop
from rt.kernel.core.errors import ReferenceUnknown
from rt.services.ecpmr.domain import refusals
from rt.services.ecpmr.domain.ledger import Ledger
from rt.services.ecpmr.domain.records import Who
from rt.services.ecpmr.domain.signatures import HAULIERS
from rt.trade.places import Site, place_key

NOT_GIVEN: tuple[OrderState, ...] = ("draft", "confirmed", "tendered", "cancelled")
"""States of a leg that nobody carries: it is at most offered to somebody."""
DRIVERS_KEPT = 20
"""Accounts that a note or a leg remembers as its drivers', the latest ones: a phone may come back late."""


class NoteLeg(msgspec.Struct, kw_only=True):
    """A leg whose truck carries the goods under the note.

    `carrier_id` is empty as long as nobody has it. `through` are the carriers that gave it on, the last of
    them its owner: they answer for it, and stand for whoever it is not given to yet. `first`: it begins where
    the sender hands the goods over; `last`: it ends where the consignee receives them.
    """

    order_id: str
    carrier_id: str
    carrier_name: str
    pickup: Site
    delivery: Site
    vehicle_plate: str = ""
    drivers: list[str] = field(default_factory=list)
    through: list[str] = field(default_factory=list)
    first: bool = False
    last: bool = True
    carrier: PartyBox | None = None

    @property
    def carriers(self) -> set[str | None]:
        """Whose accounts sign for it."""
        one = self.carrier_id or next(reversed(self.through), None)
        return {one} if one else set()

    def box(self) -> PartyBox:
        """Who carries it, as it stands on the note."""
        return self.carrier or PartyBox(name=self.carrier_name or "—")

    @property
    def starts(self) -> str:
        return place_key(self.pickup)

    @property
    def ends(self) -> str:
        return place_key(self.delivery)


class Hauliers(NamedTuple):
    """The legs whose carriers sign a step: the one that has or brings the goods, and who takes them."""

    carrier: NoteLeg | None
    successor: NoteLeg | None = None


class Successive(Ledger, kw_only=True):
    """A note that one carrier hands to the next (CMR art. 34 and 35).

    `legs` are those whose trucks carry the goods, in the order of the way; `leg_ids` all legs of the order,
    those that are given on themselves too: by them it is found.
    """

    legs: list[NoteLeg] = field(default_factory=list)
    leg_ids: list[str] = field(default_factory=list)

    def follow_legs(
        self,
        told: Sequence[LegSummary],
        parties: Iterable[str],
        ends: tuple[Site, Site],
        boxes: Mapping[str, PartyBox],
    ) -> None:
        """The order is given on in these legs; those that have signed stay where they are."""
        former = {one for leg in self.legs for one in (leg.carrier_id, *leg.through)}
        known = {leg.order_id: leg for leg in self.legs}
        fresh = {leg.order_id: _with_known(leg, known.get(leg.order_id)) for leg in driven(told, *ends)}
        done = [fresh.get(leg_id) or known[leg_id] for leg_id in self._legs_signed() if leg_id in known]
        left = [leg for leg in fresh.values() if leg not in done]
        at = done[-1].ends if done else place_key(ends[0])
        self.legs = [*done, *in_order(left, at)]
        for leg in self.legs:
            leg.carrier = boxes.get(leg.carrier_id, leg.carrier)
        self.leg_ids = list(
            dict.fromkeys([*(leg.order_id for leg in self.legs), *(o.order_id for o in told)])
        )
        carriers = [one for leg in self.legs for one in (leg.carrier_id, *leg.through) if one]
        others = [one for one in self.seen_by if one not in former]
        self.seen_by = list(dict.fromkeys([*others, *parties, *carriers]))

    @property
    def held_by(self) -> NoteLeg | None:
        """The leg whose truck has the goods."""
        signed = self._legs_signed()
        return self.leg(signed[-1]) if signed else None

    @property
    def next_leg(self) -> NoteLeg | None:
        """The leg that takes the goods over where the truck that has them takes them."""
        held = self.held_by
        if held is None:
            return None
        signed = self._legs_signed()
        return next(
            (leg for leg in self.legs if leg.order_id not in signed and leg.starts == held.ends), None
        )

    def leg(self, leg_id: str) -> NoteLeg | None:
        return next((leg for leg in self.legs if leg.order_id == leg_id), None)

    def hauliers(self, step: Step | None = None, leg_id: str = "") -> Hauliers:
        """Whose truck is at a step; without one, at whatever is signed next."""
        first = next((leg for leg in self.legs if leg.first), None)
        if step == "takeover":
            took = next((act.leg_id for act in self.acts if act.step == step and act.takes_over), None)
            return Hauliers(first if took is None else self.leg(took))
        if step == "handover":
            brought = next(
                (act.from_leg_id for act in self.acts_of("handover", leg_id) if act.takes_over), None
            )
            brings = self.held_by if brought is None else self.leg(brought)
            return Hauliers(brings, self.leg(leg_id))
        return Hauliers(self.held_by or (first if self.taken_over_at is None else None), self.next_leg)

    def organizations(self, step: Step | None = None, leg_id: str = "") -> dict[Party, set[str | None]]:
        """Who is which party of the note when this is signed."""
        carrier, successor = self.hauliers(step, leg_id)
        return {
            "sender": {self.shipper_id, self.logistician_id} - {None},
            "carrier": carrier.carriers if carrier else {self.carrier_id} - {None},
            "successor": successor.carriers if successor else set(),
            "consignee": {self.consignee_id} - {None},
        }

    def collectors(self, step: Step, leg_id: str) -> set[str | None]:
        """Whose devices may bring others' strokes: the carriers that are there, and those who sent them."""
        parties = self.organizations(step, leg_id)
        legs = [leg for leg in self.hauliers(step, leg_id) if leg]
        sent = {one for leg in legs for one in leg.through}
        taking = parties["successor"] if step == "handover" else set()
        return (parties["carrier"] | taking | sent | {self.carrier_id}) - {None}

    def side_of(self, organization_id: str) -> Party | None:
        if organization_id == self.carrier_id:
            return "carrier"
        return next((p for p, known in self.organizations().items() if organization_id in known), None)

    def name_of(self, party: Party) -> str:
        """The organization that stands in this party's box."""
        carrier, successor = self.hauliers()
        if party == "successor":
            return successor.carrier_name if successor else ""
        if party == "carrier" and carrier and carrier.carrier_name:
            return carrier.carrier_name
        box: PartyBox = getattr(self.consignment, party)
        return box.name

    def hidden_from(self, driver: str, org_id: str) -> bool:
        """Whether it is another's drive: once a tour has said whose it is, other drivers do not find it."""
        mine = [leg.drivers for leg in self.legs if leg.carrier_id == org_id]
        named = mine if mine else [self.drivers]
        return bool(driver and all(named)) and not any(driver in one for one in named)

    def handover_to(self, leg_id: str) -> NoteLeg:
        """The leg that a handover is to, if that is what can be signed now."""
        to = self.leg(leg_id)
        if to is None:
            raise ReferenceUnknown("leg_id")
        if self.state in ("new", "loading"):
            raise refusals.NotTakenOver
        if self.state == "delivered":
            raise refusals.DeliveredBefore
        if to != self.next_leg and not any(act.takes_over for act in self.acts_of("handover", leg_id)):
            raise refusals.NotNextLeg("leg_id", name=to.carrier_name or to.delivery.name)
        return to

    def to_hand_over(self, given: Sequence[SignatureGiven], who: Who, leg_id: str) -> list[SignatureGiven]:
        """The signatures of a handover that are new: two drivers may have signed on each other's phone.

        What one of them signed on its own account is not collected again; what was collected, its own account
        may sign itself.
        """
        done = self.signed_step("handover", leg_id) - self.collected_of(who, leg_id)
        return [one for one in given if one.party not in done] or list(given)

    def collected_of(self, who: Who, leg_id: str) -> set[Party]:
        """The parties of a handover that are somebody's own, and were signed for elsewhere alone."""
        parties = self.organizations("handover", leg_id)
        own = {party for act in self.acts_of("handover", leg_id) for party in act.own}
        mine = {party for party in HAULIERS if who.kind == "user" and who.org_id in parties[party]}
        return (mine & self.signed_step("handover", leg_id)) - own

    def refuse_handover_missing(self) -> None:
        """Refuse a delivery while another leg is to take the goods on from where the truck takes them."""
        if leg := self.next_leg:
            raise refusals.HandoverMissing(place=leg.pickup.name)

    def stop_of(self, stop: Stop, leg_id: str) -> str:
        """The leg whose own stop this is; "" for the ends of the note, whoever drives there."""
        leg = self.leg(leg_id) if leg_id else None
        if leg_id and leg is None:
            raise ReferenceUnknown("leg_id")
        if (
            leg is None
            or (stop == "pickup" and leg.first)
            or (stop == "delivery" and self.gives(leg) == "delivery")
        ):
            return ""
        return leg.order_id

    def refuse_elsewhere(self, stop: Stop, leg_id: str, org_id: str) -> None:
        """Refuse the times of others' stops to who carries a leg, or gave it on: a time stands for good."""
        own = [leg for leg in self.legs if org_id in (leg.carrier_id, *leg.through)]
        if not own or org_id in ("", self.org_id, self.carrier_id):
            return
        if leg_id:
            there = any(leg.order_id == leg_id for leg in own)
        else:
            there = any(leg.first if stop == "pickup" else self.gives(leg) == "delivery" for leg in own)
        if not there:
            raise refusals.NotYourStop

    def gives(self, leg: NoteLeg) -> Step:
        """What is signed where the leg ends."""
        return "delivery" if leg.last and not self.after(leg) else "handover"

    def after(self, leg: NoteLeg) -> NoteLeg | None:
        """The leg that goes on where this one ends."""
        later = self.legs[self.legs.index(leg) + 1 :]
        return next((one for one in later if one.starts == leg.ends), None)

    def _legs_signed(self) -> list[str]:
        """Legs that have taken the goods over, in that order."""
        return [leg_id for place in self.takings if (leg_id := self.acts[place].leg_id)]


def driven(told: Sequence[LegSummary], start: Site, end: Site) -> list[NoteLeg]:
    """The legs whose trucks drive: those that are not given on themselves; each with who gave it on."""
    found: list[NoteLeg] = []
    above: list[LegSummary] = []
    for n, leg in enumerate(told):
        above = [*above[: leg.level - 1], leg]
        if n + 1 < len(told) and told[n + 1].level > leg.level:
            continue
        given = leg.carrier_id if leg.state not in NOT_GIVEN else None
        found.append(
            NoteLeg(
                order_id=leg.order_id,
                carrier_id=given or "",
                carrier_name=leg.carrier_name if given else "",
                pickup=leg.pickup,
                delivery=leg.delivery,
                vehicle_plate=leg.vehicle_plate,
                drivers=[leg.driver_user_id] if leg.driver_user_id else [],
                through=[one.carrier_id for one in above[:-1] if one.carrier_id],
                first=place_key(leg.pickup) == place_key(start),
                last=place_key(leg.delivery) == place_key(end),
            )
        )
    return found


def in_order(legs: Sequence[NoteLeg], at: str) -> list[NoteLeg]:
    """Legs as they follow each other from a place; what nothing leads to comes last."""
    left, found = list(legs), list[NoteLeg]()
    while left:
        following = next((leg for leg in left if leg.starts == at), left[0])
        left.remove(following)
        found.append(following)
        at = following.ends
    return found


def _with_known(leg: NoteLeg, known: NoteLeg | None) -> NoteLeg:
    """A leg as it is told, with the drivers and the box of its carrier that are known already."""
    if known is None or known.carrier_id != leg.carrier_id:
        return leg
    drivers = list(dict.fromkeys([*known.drivers, *leg.drivers]))[-DRIVERS_KEPT:]
    return msgspec.structs.replace(leg, drivers=drivers, carrier=known.carrier)
