"""Templates about changes of an order that was agreed on: asked for, answered, done."""

from collections.abc import Mapping, Sequence
from typing import Literal

from rt.contracts.core_orders import AmendedPart, ChangingRole
from rt.services.notifications.domain.templates.layout import Text
from rt.services.notifications.domain.templates.orders import OrderTemplate

WHO: Mapping[ChangingRole, tuple[str, str]] = {
    "owner": ("Le gestionnaire de la commande", "Whoever runs the order"),
    "client": ("Le client", "The client"),
    "carrier": ("Le transporteur", "The carrier"),
}
PARTS: Mapping[AmendedPart, tuple[str, str]] = {
    "stops": ("lieux et dates", "places and dates"),
    "goods": ("marchandise", "goods"),
    "requirements": ("exigences", "requirements"),
    "instructions": ("consignes", "instructions"),
    "price": ("prix", "price"),
}
OUTCOMES: Mapping[str, tuple[str, str]] = {
    "refused": ("refusée", "refused"),
    "withdrawn": ("retirée", "taken back"),
    "lapsed": ("sans objet", "no longer of use"),
}


class Requested(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.change.requested"

    asked_by: ChangingRole
    reason: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.order.reference} : une modification attend votre réponse",
            lines=[
                f"{WHO[self.asked_by][0]} demande une modification.",
                "Rien ne change avant votre accord. Les deux versions sont côte à côte sur la commande.",
            ],
            facts=[*self.facts_fr(), ("Raison", self.reason)],
            button="Répondre",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.order.reference}: a change awaits your answer",
            lines=[
                f"{WHO[self.asked_by][1]} asks for a change.",
                "Nothing changes before you agree. Both versions are side by side on the order.",
            ],
            facts=[*self.facts_en(), ("Reason", self.reason)],
            button="Answer",
        )


class Closed(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.change.closed"

    outcome: Literal["refused", "withdrawn", "lapsed"]
    reason: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.order.reference} : modification {OUTCOMES[self.outcome][0]}",
            lines=["La commande reste comme elle était."],
            facts=[*self.facts_fr(), *([("Raison", self.reason)] if self.reason else [])],
            button="Voir la commande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.order.reference}: change {OUTCOMES[self.outcome][1]}",
            lines=["The order stays as it was."],
            facts=[*self.facts_en(), *([("Reason", self.reason)] if self.reason else [])],
            button="See the order",
        )


class Amended(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.order.amended"

    parts: Sequence[AmendedPart]

    def fr(self) -> Text:
        return Text(
            subject=f"{self.order.reference} : commande modifiée",
            lines=[f"Ce qui a changé : {', '.join(PARTS[one][0] for one in self.parts)}."],
            facts=self.facts_fr(),
            button="Voir la commande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.order.reference}: order changed",
            lines=[f"What changed: {', '.join(PARTS[one][1] for one in self.parts)}."],
            facts=self.facts_en(),
            button="See the order",
        )
