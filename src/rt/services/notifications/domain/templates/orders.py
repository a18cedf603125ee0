"""Templates about orders: planned, carried, delivered, gone wrong."""

from collections.abc import Mapping
from datetime import datetime

from rt.contracts.core_orders import IncidentKind, OrderSummary
from rt.services.notifications.domain.templates.layout import Template, Text
from rt.services.notifications.domain.templates.moments import at_en, at_fr

INCIDENTS: Mapping[str, tuple[str, str]] = {
    "delay": ("retard", "delay"),
    "damage": ("avarie", "damage"),
    "missing": ("manquant", "missing goods"),
    "refused": ("refus", "refusal"),
    "access": ("accès impossible", "no access"),
    "breakdown": ("panne", "breakdown"),
    "accident": ("accident", "accident"),
    "theft": ("vol", "theft"),
    "other": ("autre", "other"),
}
"""Each kind in French and English."""


class OrderTemplate(Template, frozen=True, kw_only=True):
    """A template about one order."""

    order: OrderSummary

    def facts_fr(self) -> list[tuple[str, str]]:
        order = self.order
        return [
            ("Commande", order.reference),
            ("Enlèvement", _place(order, "pickup", at_fr(order.pickup_from))),
            ("Livraison", _place(order, "delivery", at_fr(order.delivery_from))),
            ("Marchandise", f"{order.pallets} palettes, {order.weight_kg:.0f} kg"),
        ]

    def facts_en(self) -> list[tuple[str, str]]:
        order = self.order
        return [
            ("Order", order.reference),
            ("Pickup", _place(order, "pickup", at_en(order.pickup_from))),
            ("Delivery", _place(order, "delivery", at_en(order.delivery_from))),
            ("Goods", f"{order.pallets} pallets, {order.weight_kg:.0f} kg"),
        ]


class Planned(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.order.planned"

    vehicle_plate: str
    planned_pickup_at: datetime | None
    planned_delivery_at: datetime | None

    def fr(self) -> Text:
        return Text(
            subject=f"{self.order.reference} : planifiée",
            lines=[f"{self.order.carrier_name} a planifié votre transport."],
            facts=[
                *self.facts_fr(),
                ("Véhicule", self.vehicle_plate),
                ("Enlèvement prévu", at_fr(self.planned_pickup_at)),
                ("Livraison prévue", at_fr(self.planned_delivery_at)),
            ],
            button="Voir la commande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.order.reference}: planned",
            lines=[f"{self.order.carrier_name} planned your transport."],
            facts=[
                *self.facts_en(),
                ("Vehicle", self.vehicle_plate),
                ("Pickup planned", at_en(self.planned_pickup_at)),
                ("Delivery planned", at_en(self.planned_delivery_at)),
            ],
            button="See the order",
        )


class Loading(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.order.loading"

    def fr(self) -> Text:
        where = self.order.pickup.name
        return Text(
            subject=f"{self.order.reference} : chargement en cours",
            lines=[f"Le camion est à quai : {where}."],
            facts=self.facts_fr(),
            button="Suivre la commande",
        )

    def en(self) -> Text:
        where = self.order.pickup.name
        return Text(
            subject=f"{self.order.reference}: loading",
            lines=[f"The truck is at the dock: {where}."],
            facts=self.facts_en(),
            button="Follow the order",
        )


class InTransit(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.order.in_transit"

    def fr(self) -> Text:
        return Text(
            subject=f"{self.order.reference} : en route",
            lines=["La marchandise est prise en charge."],
            facts=self.facts_fr(),
            button="Suivre la commande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.order.reference}: on its way",
            lines=["The goods were taken over."],
            facts=self.facts_en(),
            button="Follow the order",
        )


class Delivered(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.order.delivered"

    with_reserves: bool

    def fr(self) -> Text:
        with_ = "avec réserves" if self.with_reserves else "sans réserve"
        return Text(
            subject=f"{self.order.reference} : livrée {with_}",
            lines=[f"La livraison est signée, {with_}."],
            facts=self.facts_fr(),
            button="Voir la lettre de voiture",
        )

    def en(self) -> Text:
        with_ = "with reservations" if self.with_reserves else "without reservation"
        return Text(
            subject=f"{self.order.reference}: delivered {with_}",
            lines=[f"The delivery is signed, {with_}."],
            facts=self.facts_en(),
            button="See the consignment note",
        )


class ProofTaken(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.proof.accepted"

    def fr(self) -> Text:
        return Text(
            subject=f"{self.order.reference} : preuve de livraison acceptée",
            lines=["La preuve de livraison est acceptée. Vous pouvez facturer."],
            facts=self.facts_fr(),
            button="Voir la commande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.order.reference}: proof of delivery accepted",
            lines=["The proof of delivery is accepted. You can invoice."],
            facts=self.facts_en(),
            button="See the order",
        )


class Cancelled(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.order.cancelled"

    reason: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.order.reference} : annulée",
            lines=[f"{self.order.owner_name} a annulé ce transport."],
            facts=[*self.facts_fr(), ("Raison", self.reason)],
            button="Voir la commande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.order.reference}: cancelled",
            lines=[f"{self.order.owner_name} cancelled this transport."],
            facts=[*self.facts_en(), ("Reason", self.reason)],
            button="See the order",
        )


class Incident(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.incident.reported"

    kind: IncidentKind
    text: str

    def fr(self) -> Text:
        kind, _ = INCIDENTS[self.kind]
        return Text(
            subject=f"{self.order.reference} : incident ({kind})",
            lines=[self.text or "Un incident a été signalé."],
            facts=self.facts_fr(),
            button="Voir la commande",
        )

    def en(self) -> Text:
        _, kind = INCIDENTS[self.kind]
        return Text(
            subject=f"{self.order.reference}: incident ({kind})",
            lines=[self.text or "An incident was reported."],
            facts=self.facts_en(),
            button="See the order",
        )


def _place(order: OrderSummary, stop: str, moment: str) -> str:
    site = order.pickup if stop == "pickup" else order.delivery
    where = ", ".join(part for part in (site.name, site.address.city) if part)
    return f"{where} — {moment}" if moment else where
