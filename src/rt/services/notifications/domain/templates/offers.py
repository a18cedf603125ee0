"""Templates about offers to carriers: made, accepted, refused, lapsed."""

from datetime import datetime

from rt.services.notifications.domain.templates.layout import Text
from rt.services.notifications.domain.templates.moments import at_en, at_fr
from rt.services.notifications.domain.templates.orders import OrderTemplate

UNKNOWN_FR = (
    "C'est un expéditeur que vous ne connaissez pas : il n'est pas de vos partenaires. "
    "La page de l'offre permet de le bloquer."
)
UNKNOWN_EN = (
    "This is a shipper that you do not know: it is none of your partners. "
    "You can block it from the page of the offer."
)


class Tendered(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.order.tendered"
    secret = True

    deadline: datetime
    stranger: bool = False

    def fr(self) -> Text:
        return Text(
            subject=f"Transport proposé : {self.order.pickup.address.city} → "
            f"{self.order.delivery.address.city} ({self.order.reference})",
            lines=[
                f"{self.order.owner_name} vous propose ce transport.",
                *([UNKNOWN_FR] if self.stranger else []),
                "Rien n'est accepté tant que vous n'avez pas répondu sur la page.",
            ],
            facts=[*self.facts_fr(), ("Réponse attendue avant", at_fr(self.deadline))],
            button="Accepter ou refuser",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Transport offered: {self.order.pickup.address.city} → "
            f"{self.order.delivery.address.city} ({self.order.reference})",
            lines=[
                f"{self.order.owner_name} offers you this transport.",
                *([UNKNOWN_EN] if self.stranger else []),
                "Nothing is accepted until you answer on the page.",
            ],
            facts=[*self.facts_en(), ("Answer wanted before", at_en(self.deadline))],
            button="Accept or refuse",
        )


class Accepted(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.tender.accepted"

    def fr(self) -> Text:
        return Text(
            subject=f"{self.order.reference} : acceptée par {self.order.carrier_name}",
            lines=[f"{self.order.carrier_name} transporte votre commande."],
            facts=self.facts_fr(),
            button="Voir la commande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.order.reference}: accepted by {self.order.carrier_name}",
            lines=[f"{self.order.carrier_name} carries your order."],
            facts=self.facts_en(),
            button="See the order",
        )


class SlotWanted(OrderTemplate, frozen=True, kw_only=True):
    topic = "planning.slot.wanted"
    secret = True

    def fr(self) -> Text:
        return Text(
            subject=f"Quai à réserver : {self.order.reference}",
            lines=[
                f"Le transport de {self.order.owner_name} est à vous.",
                "Réservez l'heure du quai sur la page, à l'enlèvement et à la livraison. "
                "La même page sert à changer l'heure ou à la rendre.",
            ],
            facts=self.facts_fr(),
            button="Réserver un quai",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Dock to book: {self.order.reference}",
            lines=[
                f"The transport of {self.order.owner_name} is yours.",
                "Book your time at the dock on the page, for pickup and for delivery. "
                "The same page changes the time or gives it back.",
            ],
            facts=self.facts_en(),
            button="Book a dock",
        )


class Refused(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.tender.refused"

    reason: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.order.reference} : offre refusée",
            lines=["Le transporteur a refusé l'offre. La commande attend un autre transporteur."],
            facts=[*self.facts_fr(), ("Raison", self.reason)],
            button="Proposer à un autre",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.order.reference}: offer refused",
            lines=["The carrier refused the offer. The order waits for another carrier."],
            facts=[*self.facts_en(), ("Reason", self.reason)],
            button="Offer it to another",
        )


class Lapsed(OrderTemplate, frozen=True, kw_only=True):
    topic = "core_orders.tender.lapsed"

    expired: bool
    reason: str

    def fr(self) -> Text:
        why = "Personne n'a répondu à temps." if self.expired else "L'offre a été retirée."
        return Text(
            subject=f"{self.order.reference} : offre sans suite",
            lines=[why],
            facts=[*self.facts_fr(), ("Raison", self.reason)],
            button="Voir la commande",
        )

    def en(self) -> Text:
        why = "Nobody answered in time." if self.expired else "The offer was withdrawn."
        return Text(
            subject=f"{self.order.reference}: offer lapsed",
            lines=[why],
            facts=[*self.facts_en(), ("Reason", self.reason)],
            button="See the order",
        )
