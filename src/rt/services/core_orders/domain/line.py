"""What a list of orders reads of each: who plays which part in it, where it goes and what proves it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

import msgspec

from rt.contracts.core_orders import OrderRow, OrderState, PlanView, References, Requirement, Stop
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import DERIVED
from rt.services.core_orders.domain.kept import Document, OrderChange, Tender
from rt.services.core_orders.domain.sight import hide
from rt.services.core_orders.domain.states import PARTIES, Author, moves
from rt.trade.roles import PartnerRole, Roles

SIGNED_ON_PAPER = ("pod", "waybill", "cmr")
"""Kinds of a brought file that can prove a delivery: the paper that the consignee signed."""
FOREMOST: tuple[PartnerRole, ...] = (
    "driver",
    "shipper",
    "carrier",
    "client",
    "owner",
    "supplier",
    "logistician",
    "consignee",
)
"""Of several roles the one that is named alone."""


class OrderLine(Entity, kw_only=True):
    """An order as lists read it.

    `given_by` is the offer by which the carrier has it; None when it was given outright. `deal_of`: who sees
    its price; `incident_for`: who knows of an incident that is not over; `plate`: of the plan, as compared;
    `given_on`: whether legs carry it; `is_leg`: whether it is one.
    Without a `client_id` the owner is the client, without a `shipper_id` the client is the shipper.
    """

    reference: str
    references: References = References()
    state: OrderState = "draft"
    owner_name: str = ""
    client_id: str | None = None
    client_name: str = ""
    shipper_id: str | None = None
    shipper_name: str = ""
    supplier_id: str | None = None
    supplier_name: str = ""
    carrier_id: str | None = None
    carrier_name: str = ""
    given_by: str | None = None
    consignee_id: str | None = None
    consignee_name: str = ""
    logistician_id: str | None = None
    stops: list[Stop] = msgspec.field(default_factory=list)
    requirements: list[Requirement] = msgspec.field(default_factory=list)
    pallets: int = 0
    weight_kg: float = 0
    loading_metres: float = 0
    pickup_at: datetime | None = None
    delivery_at: Annotated[datetime | None, DERIVED] = None
    sell_cents: int | None = None
    agreed_cents: int | None = None
    currency: str = "EUR"
    tenders: list[Tender] = msgspec.field(default_factory=list)
    plan: PlanView | None = None
    drivers: list[str] = msgspec.field(default_factory=list)
    reserves_reported: bool = False
    accepted_proof: str = ""
    changes: list[OrderChange] = msgspec.field(default_factory=list)
    documents: list[Document] = msgspec.field(default_factory=list)
    deal_of: Annotated[list[str], DERIVED] = msgspec.field(default_factory=list)
    incident_for: Annotated[list[str], DERIVED] = msgspec.field(default_factory=list)
    plate: Annotated[str, DERIVED] = ""
    given_on: Annotated[bool, DERIVED] = False
    is_leg: Annotated[bool, DERIVED] = False

    def __post_init__(self) -> None:
        self.name_parties()

    def name_parties(self) -> None:
        """Who is not named apart has the name of whom it is; orders before December 2026 kept one name."""
        self.owner_name = self.owner_name or self.shipper_name
        if self.client_id is None:
            self.client_name = self.owner_name
        if self.shipper_id is None:
            self.shipper_name = self.client_name

    @property
    def client(self) -> str:
        """The organization that asks for the transport and pays the owner."""
        return self.client_id or self.org_id

    @property
    def shipper(self) -> str:
        """The organization that hands the goods over."""
        return self.shipper_id or self.client

    @property
    def pickup(self) -> Stop:
        return next(stop for stop in self.stops if stop.kind == "pickup")

    @property
    def delivery(self) -> Stop:
        return next(stop for stop in reversed(self.stops) if stop.kind == "delivery")

    @property
    def with_reserves(self) -> bool:
        """Whether anybody made a reserve: written on a note, or said by whoever reported the delivery."""
        return self.reserves_reported or any(one.reserves for one in self.documents)

    @property
    def offer(self) -> Tender | None:
        """The tender that waits for an answer."""
        return next((tender for tender in self.tenders if tender.state == "open"), None)

    @property
    def proof(self) -> Document | None:
        """What proves the delivery: what was accepted, for good; else the signed note, else signed paper."""
        proving = [one for one in self.documents if proves(one)]
        accepted = [one for one in self.documents if one.document_id == self.accepted_proof]
        signed = [one for one in proving if one.signed_at]
        return next(reversed([*proving, *signed, *accepted]), None)

    @property
    def open_change(self) -> OrderChange | None:
        """The change that was asked for and waits for an answer."""
        return next((one for one in self.changes if one.state == "open"), None)

    def may(self, roles: Roles, by: Author) -> list[str]:
        """The commands that whoever has these roles can say now, where what they answer is there."""
        change = self.open_change
        there = {
            "AcceptProof": self.proof is not None,
            "PlanOrder": not self.given_on,
            "ReportProgress": not self.given_on or "owner" in roles,
            "Subcontract": self.given_on or self.plan is None,
            "RequestChange": change is None,
            "AcceptChange": change is not None and by.org_id in change.asked_of,
            "RefuseChange": change is not None and by.org_id in change.asked_of,
            "WithdrawChange": change is not None and by.org_id == change.asked_by,
        }
        return [one for one in moves(roles, self.state) if there.get(one, True)]

    def roles_of(self, by: Author) -> Roles:
        """The parts that a hand's organization plays; its drivers have theirs in what it carries alone.

        Once a tour has said whose drive it is, the other drivers have no part; who had it keeps it, for what
        a phone without network still brings. An order planned by hand names no account: it is any driver's.

        A link opens the order while its offer is open, or is the one by which the carrier has the order.
        """
        offer = self.offer
        if by.tender_id is not None and by.tender_id not in (self.given_by, offer and offer.tender_id):
            return frozenset()
        offered_to = offer.carrier_id if offer else None
        parts: Iterable[tuple[str | None, PartnerRole]] = (
            (self.org_id, "owner"),
            (self.client, "client"),
            (self.shipper, "shipper"),
            (self.carrier_id, "carrier"),
            (offered_to, "carrier"),
            (self.logistician_id, "logistician"),
            (self.consignee_id, "consignee"),
            (self.supplier_id, "supplier"),
        )
        roles = frozenset(role for partner, role in parts if partner == by.org_id)
        if not by.driver:
            return roles
        drives = "carrier" in roles and (not self.drivers or by.actor_id in self.drivers)
        return frozenset({"driver"} if drives else ())

    def row(self, roles: Roles, by: Author) -> OrderRow:
        """The order in a list as these roles may see it."""
        pickup, delivery = self.pickup, self.delivery
        offer, plan = self.offer, self.plan
        between = offer if offer and offer.is_between(roles, by) else None
        row = OrderRow(
            order_id=self.id,
            version=self.version,
            my_role=foremost(roles),
            owned="owner" in roles,
            reference=self.reference,
            references=self.references,
            state=self.state,
            may=self.may(roles, by),
            created_at=self.created_at,
            owner_id=self.org_id,
            owner_name=self.owner_name,
            client_id=self.client,
            client_name=self.client_name,
            shipper_id=self.shipper,
            shipper_name=self.shipper_name,
            carrier_id=self.carrier_id,
            carrier_name=self.carrier_name,
            consignee_name=self.consignee_name,
            pickup_name=pickup.site.name,
            pickup_city=pickup.site.address.city,
            pickup_country=pickup.site.address.country,
            pickup_from=pickup.from_at,
            pickup_until=pickup.until_at,
            delivery_name=delivery.site.name,
            delivery_city=delivery.site.address.city,
            delivery_country=delivery.site.address.country,
            delivery_from=delivery.from_at,
            delivery_until=delivery.until_at,
            pallets=self.pallets,
            weight_kg=self.weight_kg,
            loading_metres=self.loading_metres,
            requirements=self.requirements,
            vehicle_plate=plan.vehicle_plate if plan else "",
            driver_name=plan.driver_name if plan else "",
            incident_open=by.org_id in self.incident_for,
            with_reserves=self.with_reserves,
            change_for_me=bool((change := self.open_change) and by.org_id in change.asked_of),
            proof=self.proof.proof_view() if self.proof else None,
            tender_id=between.tender_id if between else None,
            tender_stranger=between.stranger if between else None,
            tender_deadline=between.deadline if between else None,
            tender_price_cents=between.price_cents if between else None,
            agreed_cents=self.agreed_cents,
            sell_cents=self.sell_cents,
            currency=self.currency,
            given_on=self.given_on and bool(roles & PARTIES),
            is_leg=self.is_leg and "owner" in roles,
        )
        return hide(row, roles)


def foremost(roles: Roles) -> PartnerRole:
    """The role by which somebody with these is addressed."""
    return next(role for role in FOREMOST if role in roles)


def proves(one: Document) -> bool:
    """Whether a paper says that the goods were delivered: a signed note, or what was signed on paper."""
    if one.ecpmr_document_id:
        return one.signed_at is not None
    return one.latest and one.kind in SIGNED_ON_PAPER
