"""What is kept of an order, how its history is written and what is told of it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs

from rt.contracts.core_orders import (
    ChangeView,
    Equipment,
    Incoterm,
    Milestone,
    NoteRule,
    OrderSummary,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Conflict
from rt.kernel.model.messages import Personal, PersonalLabel
from rt.services.core_orders.domain.journey import located, weighed
from rt.services.core_orders.domain.kept import Incident
from rt.services.core_orders.domain.legs import LEGS_TOLD, Leg, Load, within
from rt.services.core_orders.domain.line import OrderLine
from rt.services.core_orders.domain.states import MOVES, Author, NotYourPart, refuse_illegal
from rt.trade.emissions import Emissions
from rt.trade.goods import Goods
from rt.trade.plates import plain_plate

HISTORY_LIMIT = 500
"""Lines of history kept with the order; the oldest go first, the audit keeps them all."""


EXECUTED = ("planned", "loading", "in_transit", "delivered", "pod_ok")


class OrderChanged(Conflict):
    fr = "La commande a changé depuis que vous l'avez lue (version {given}, à présent {current}). Relisez-la."
    en = "The order has changed since you read it (version {given}, now {current}). Read it again."


class Record(OrderLine, kw_only=True):
    """An order as it is stored: of the organization that runs it, seen by those that have a part in it.

    `parents` are the orders that it is a leg of, `depth` how many stand above it; `legs` carry it.
    """

    consignee_email: PersonalLabel = ""
    goods: list[Goods] = msgspec.field(default_factory=list)
    equipment: Equipment = ""
    incoterm: Incoterm = ""
    instructions: Personal = ""
    volume_m3: float = 0
    buy_cents: int | None = None
    invoiced_cents: int | None = None
    invoice_number: str = ""
    cancel_reason: Personal = ""
    incidents: list[Incident] = msgspec.field(default_factory=list)
    history: list[ChangeView] = msgspec.field(default_factory=list)
    import_id: str = ""
    emissions: Emissions | None = None
    """Of the tour that carries it, as the tour said."""
    handed: dict[str, Emissions | None] = msgspec.field(default_factory=dict)
    """Its share of tours from which its goods changed trucks; None where that tour said nothing."""
    note: NoteRule = "own"
    depth: int = 0
    parents: list[Load] = msgspec.field(default_factory=list)
    legs: list[Leg] = msgspec.field(default_factory=list)

    def reckon(self) -> None:
        """Derive what follows from the rest: totals, who sees it, how it is found. Refuses what cannot be."""
        self.name_parties()
        load = weighed(self.stops, self.goods, self.equipment)
        self.stops = [located(stop) for stop in self.stops]
        self.pallets, self.weight_kg = load.pallets, load.weight_kg
        self.volume_m3, self.loading_metres = load.volume_m3, load.loading_metres
        self.pickup_at = self.pickup.from_at or self.pickup.until_at
        self.delivery_at = self.delivery.from_at or self.delivery.until_at
        self.index()

    def index(self) -> None:
        """Who sees the order and what of it lists ask for; a draft is its owner's alone, called off too.

        A leg is between its owner and its carrier: shipper and consignee know the order that it carries.
        """
        deal = [self.org_id, self.carrier_id, self.offer.carrier_id if self.offer else None]
        parts = [self.client, self.shipper, self.supplier_id, self.consignee_id, self.logistician_id]
        parts = [self.logistician_id] if self.parents else parts
        others = [] if self.state == "draft" else parts
        if self.state == "cancelled":
            others = [one for one in parts if one in self.seen_by]
        self.deal_of = list(dict.fromkeys(one for one in deal if one))
        self.seen_by = list(dict.fromkeys([*self.deal_of, *(one for one in others if one)]))
        lasting = [one for one in self.incidents if one.resolved_at is None]
        known = {org for one in lasting for org in (self.seen_by if one.shared else [one.org_id])}
        self.incident_for = [org for org in self.seen_by if org in known]
        self.plate = plain_plate(self.plan.vehicle_plate) if self.plan else ""
        self.given_on, self.is_leg = any(leg.stands for leg in self.legs), bool(self.parents)

    def search_texts(self) -> Iterable[str]:
        sites = [stop.site for stop in self.stops]
        return [
            self.reference,
            *structs.astuple(self.references),
            self.owner_name,
            self.shipper_name,
            self.carrier_name,
            self.consignee_name,
            self.plate,
            *(site.name for site in sites),
            *(f"{site.address.postal_code} {site.address.city}" for site in sites),
        ]

    def allow(self, asked: str, by: Author) -> None:
        """Refuse a command that is not this hand's to say, not of what it read, or not in this state."""
        self.allow_part(asked, by)
        if by.read not in (None, self.version):
            raise OrderChanged(field="version", given=by.read, current=self.version)
        if self.state not in MOVES[asked].states:
            raise refuse_illegal(self.state, asked)

    def allow_part(self, asked: str, by: Author) -> None:
        """Refuse a command that is not this hand's to say, whatever the state."""
        roles = self.roles_of(by)
        if not roles & MOVES[asked].roles:
            raise NotYourPart(role=", ".join(sorted(roles)) or "none", asked=asked)

    def move(self, asked: str, by: Author, what: str, note: str = "") -> None:
        """Say a command that leads to another state."""
        self.allow(asked, by)
        to = MOVES[asked].to
        if to is not None:
            self.state = to
        self.write(by, what, note)

    def write(self, by: Author, what: str, note: str = "", at: datetime | None = None) -> None:
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

    def summary_view(self) -> OrderSummary:
        """The order as events carry it; while it is offered, `carrier_id` is whom it is offered to."""
        offer = self.offer
        return OrderSummary(
            order_id=self.id,
            reference=self.reference,
            references=self.references,
            owner_id=self.org_id,
            owner_name=self.owner_name,
            client_id=self.client,
            client_name=self.client_name,
            shipper_id=self.shipper,
            shipper_name=self.shipper_name,
            supplier_id=self.supplier_id,
            carrier_id=offer.carrier_id if offer else self.carrier_id,
            carrier_name=offer.carrier_name if offer else self.carrier_name,
            offered=offer is not None,
            consignee_id=self.consignee_id,
            consignee_name=self.consignee_name,
            consignee_email=self.consignee_email,
            logistician_id=self.logistician_id,
            goods=self.goods,
            pallets=self.pallets,
            pallet_type=next((line.pallet_type for line in self.goods if line.pallets), "EUR"),
            weight_kg=self.weight_kg,
            loading_metres=self.loading_metres,
            requirements=list(self.requirements),
            stops=self.stops,
            instructions=self.instructions,
            note=self.note,
            parents=[load.parent() for load in self.parents],
            legs=within(LEGS_TOLD, [one for leg in self.legs if leg.stands for one in leg.views()]),
        )

    def milestones(self) -> list[Milestone]:
        """When each step of the execution was last reached; offers and their refusals are no milestones.

        Who takes its word on a proof back delivers nothing again: deadlines run from the day of the goods.
        """
        reached: dict[Any, Milestone] = {}
        before = ""
        for line in self.history:
            taken_back = (before, line.state) == ("pod_ok", "delivered")
            if line.state != before and line.state in EXECUTED and not taken_back:
                reached[line.state] = Milestone(state=line.state, at=line.at)
            before = line.state
        return list(reached.values())
