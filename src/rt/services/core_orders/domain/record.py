"""What is kept of an order, how its history is written and what is told of it."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from msgspec import structs

from rt.contracts.core_orders import (
    ChangeView,
    Equipment,
    Incoterm,
    OrderState,
    OrderSummary,
    PlanView,
    References,
    Requirement,
    Stop,
)
from rt.kernel.clock import now
from rt.kernel.entity import Entity
from rt.kernel.errors import Conflict
from rt.services.core_orders.domain.journey import located, weighed
from rt.services.core_orders.domain.kept import Document, Incident, Tender
from rt.services.core_orders.domain.states import MOVES, Hand, NotYourPart, refuse_illegal
from rt.trade.goods import Goods
from rt.trade.roles import PartnerRole

HISTORY_LIMIT = 500
"""Lines of history kept with the order; the oldest go first, the audit keeps them all."""


class OrderChanged(Conflict):
    fr = "La commande a changé depuis que vous l'avez lue (version {given}, à présent {current}). Relisez-la."
    en = "The order has changed since you read it (version {given}, now {current}). Read it again."


class Record(Entity, kw_only=True):
    """An order as it is stored: owned by its shipper, seen by the partners that have a part in it.

    `given_by` is the offer by which the carrier has it; None when it was given outright.
    """

    reference: str
    references: References = References()
    state: OrderState = "draft"
    shipper_name: str = ""
    carrier_id: str | None = None
    carrier_name: str = ""
    given_by: str | None = None
    consignee_id: str | None = None
    consignee_name: str = ""
    consignee_email: str = ""
    logistician_id: str | None = None
    stops: list[Stop] = msgspec.field(default_factory=list)
    goods: list[Goods] = msgspec.field(default_factory=list)
    requirements: list[Requirement] = msgspec.field(default_factory=list)
    equipment: Equipment = ""
    incoterm: Incoterm = ""
    instructions: str = ""
    pallets: int = 0
    weight_kg: float = 0
    volume_m3: float = 0
    loading_metres: float = 0
    pickup_at: datetime | None = None
    sell_cents: int | None = None
    buy_cents: int | None = None
    agreed_cents: int | None = None
    invoiced_cents: int | None = None
    invoice_number: str = ""
    currency: str = "EUR"
    tenders: list[Tender] = msgspec.field(default_factory=list)
    plan: PlanView | None = None
    drivers: list[str] = msgspec.field(default_factory=list)
    reserves_reported: bool = False
    accepted_proof: str = ""
    cancel_reason: str = ""
    documents: list[Document] = msgspec.field(default_factory=list)
    incidents: list[Incident] = msgspec.field(default_factory=list)
    incident_open: bool = False
    history: list[ChangeView] = msgspec.field(default_factory=list)
    import_id: str = ""

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

    def role_of(self, by: Hand) -> PartnerRole | None:
        """The part that a hand's organization plays; its drivers play theirs whatever the organization's is.

        Once a tour has said whose drive it is, the other drivers have no part; who had it keeps it, for what
        a phone without network still brings. An order planned by hand names no account: it is any driver's.

        A link opens the order while its offer is open, or is the one by which the carrier has the order.
        """
        offer = self.offer
        if by.tender_id is not None and by.tender_id not in (self.given_by, offer and offer.tender_id):
            return None
        offered_to = offer.carrier_id if offer else None
        parts: Iterable[tuple[str | None, PartnerRole]] = (
            (self.org_id, "shipper"),
            (self.carrier_id, "carrier"),
            (offered_to, "carrier"),
            (self.logistician_id, "logistician"),
            (self.consignee_id, "consignee"),
        )
        role = next((role for partner, role in parts if partner == by.org_id), None)
        if not by.driver or role is None:
            return role
        return "driver" if not self.drivers or by.actor_id in self.drivers else None

    def reckon(self) -> None:
        """Derive what follows from the rest: totals, who sees it, how it is found. Refuses what cannot be."""
        load = weighed(self.stops, self.goods, self.equipment)
        self.stops = [located(stop) for stop in self.stops]
        self.pallets, self.weight_kg = load.pallets, load.weight_kg
        self.volume_m3, self.loading_metres = load.volume_m3, load.loading_metres
        self.pickup_at = self.pickup.from_at or self.pickup.until_at
        self.index()

    def index(self) -> None:
        """Who sees the order, and the words that find it; a draft is its shipper's alone."""
        partners = [self.carrier_id, self.offer.carrier_id if self.offer else None]
        if self.state != "draft":
            partners += [self.consignee_id, self.logistician_id]
        self.seen_by = list(dict.fromkeys([self.org_id, *(p for p in partners if p)]))

    def search_texts(self) -> Iterable[str]:
        sites = [stop.site for stop in self.stops]
        return [
            self.reference,
            *structs.astuple(self.references),
            self.shipper_name,
            self.carrier_name,
            self.consignee_name,
            *(site.name for site in sites),
            *(f"{site.address.postal_code} {site.address.city}" for site in sites),
        ]

    def allow(self, asked: str, by: Hand) -> None:
        """Refuse a command that is not this hand's to say, not of what it read, or not in this state."""
        self.allow_part(asked, by)
        if by.read not in (None, self.version):
            raise OrderChanged(field="version", given=by.read, current=self.version)
        if self.state not in MOVES[asked].states:
            raise refuse_illegal(self.state, asked)

    def allow_part(self, asked: str, by: Hand) -> None:
        """Refuse a command that is not this hand's to say, whatever the state."""
        role = self.role_of(by)
        if role not in MOVES[asked].roles:
            raise NotYourPart(role=role or "none", asked=asked)

    def move(self, asked: str, by: Hand, what: str, note: str = "") -> None:
        """Say a command that leads to another state."""
        self.allow(asked, by)
        to = MOVES[asked].to
        if to is not None:
            self.state = to
        self.write(by, what, note)

    def write(self, by: Hand, what: str, note: str = "", at: datetime | None = None) -> None:
        """Add a line to the history; `at` is when it happened, if that was not now."""
        line = ChangeView(
            at=at or now(),
            actor_id=by.actor_id,
            actor_name=by.name,
            source=by.source,
            what=what,
            state=self.state,
            note=note,
        )
        self.history = [*self.history, line][-HISTORY_LIMIT:]

    def summary(self) -> OrderSummary:
        """The order as events carry it; while it is offered, `carrier_id` is whom it is offered to."""
        pickup, delivery = self.pickup, self.delivery
        offer = self.offer
        return OrderSummary(
            order_id=self.id,
            reference=self.reference,
            references=self.references,
            shipper_id=self.org_id,
            shipper_name=self.shipper_name,
            carrier_id=offer.carrier_id if offer else self.carrier_id,
            carrier_name=offer.carrier_name if offer else self.carrier_name,
            consignee_id=self.consignee_id,
            consignee_name=self.consignee_name,
            consignee_email=self.consignee_email,
            logistician_id=self.logistician_id,
            pickup=pickup.site,
            delivery=delivery.site,
            pickup_from=pickup.from_at or pickup.until_at,
            pickup_until=pickup.until_at or pickup.from_at,
            delivery_from=delivery.from_at or delivery.until_at,
            delivery_until=delivery.until_at or delivery.from_at,
            goods=self.goods,
            pallets=self.pallets,
            pallet_type=next((line.pallet_type for line in self.goods if line.pallets), "EUR"),
            weight_kg=self.weight_kg,
            loading_metres=self.loading_metres,
            requirements=list(self.requirements),
            stops=self.stops,
            instructions=self.instructions,
        )
