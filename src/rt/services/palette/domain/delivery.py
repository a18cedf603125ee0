"""Signed notes: the movement that a delivery makes, and whom the signatures on it bind."""

import msgspec

from rt.contracts.ecpmr import DeliverySigned
from rt.contracts.palette import PolicyMode
from rt.kernel.core.ids import derived_id
from rt.services.palette.domain.ledger import NAMED, Exchange, Party, delivery_lines, organizations
from rt.services.palette.domain.movement import Movement


class NoteParties(msgspec.Struct, frozen=True, kw_only=True):
    """Who meets on a signed note, by account; `guests` of them act for whoever wrote them down.

    `owner_id` runs the order: if that is the shipper, it has entrusted the goods to the carrier itself.
    """

    owner_id: str
    shipper: Party
    carrier: Party
    consignee: Party
    guests: frozenset[str] = frozenset()

    @property
    def entrusted(self) -> bool:
        return self.owner_id == self.shipper.id


def delivered(
    event: DeliverySigned, parties: NoteParties, exchanges: list[Exchange], policy: PolicyMode
) -> Movement:
    """The movement of a signed note; its identity follows from the note, so that it is booked once."""
    ids = shipper, carrier, consignee = parties.shipper.id, parties.carrier.id, parties.consignee.id
    signed_by = signing_side(event, parties)
    teller = signed_by if signed_by in ids else consignee
    return Movement(
        id=derived_id("mov", "delivery", event.document_id),
        kind="delivery",
        moved_at=event.signed_at,
        parties=[parties.shipper, parties.carrier, parties.consignee],
        lines=[
            line
            for exchange in exchanges
            for line in delivery_lines(exchange, shipper, carrier, consignee, event.site_name)
        ],
        order_id=event.order_id,
        document_number=event.number,
        site_name=event.site_name,
        policy=policy,
        exchanges=exchanges,
        teller_id=teller,
        principal_id=shipper if parties.entrusted else "",
        agent_id=carrier if parties.entrusted else "",
        witness_id=teller if teller.startswith(NAMED) else "",
        seen_by=organizations(shipper, carrier, consignee),
    )


def signing_side(event: DeliverySigned, parties: NoteParties) -> str:
    """On whose side the note was signed: who brings the goods for the carrier of the note signs for it.

    So the pallets of an order that is given on in legs stand once, between those who have agreed on it.
    """
    known = {parties.shipper.id, parties.carrier.id, parties.consignee.id}
    return parties.carrier.id if event.leg_id and event.by_org_id not in known else event.by_org_id


def bound_by(event: DeliverySigned, parties: NoteParties, contract: bool) -> set[str]:
    """Whom a signed note binds.

    Whoever signed on an account or link of its own is bound. A signature on glass binds its party if the
    carrier that collected it gains nothing by the count: one that is neither shipper nor consignee, nor a
    guest who acts for one of them; nor does it run the order, which it could have written for that. A shipper
    is bound that entrusted the goods to that carrier itself. A contract (a policy that both accepted) binds
    shipper and consignee to what either of them had signed.
    """
    shipper, carrier, consignee = parties.shipper.id, parties.carrier.id, parties.consignee.id
    signed_by = signing_side(event, parties)
    bound = {signed_by}
    if signed_by == carrier:
        if carrier != consignee and parties.entrusted:
            bound.add(shipper)
        if carrier not in (shipper, parties.owner_id, *parties.guests):
            bound.add(consignee)
    if contract and bound & {shipper, consignee}:
        bound |= {shipper, consignee}
    return bound
