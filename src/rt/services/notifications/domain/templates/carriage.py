"""Templates about the road: tours, docks, signatures, following a delivery, delays."""

from datetime import datetime

from rt.services.notifications.domain.templates.layout import Template, Text
from rt.services.notifications.domain.templates.moments import at_en, at_fr


class SlotTemplate(Template, frozen=True, kw_only=True):
    """A template about a time at a dock."""

    reference: str
    site_name: str
    dock_name: str
    starts_at: datetime
    ends_at: datetime

    def facts_fr(self) -> list[tuple[str, str]]:
        return [
            ("Commande", self.reference),
            ("Quai", self.dock_name),
            ("De", at_fr(self.starts_at)),
            ("À", at_fr(self.ends_at)),
        ]

    def facts_en(self) -> list[tuple[str, str]]:
        return [
            ("Order", self.reference),
            ("Dock", self.dock_name),
            ("From", at_en(self.starts_at)),
            ("To", at_en(self.ends_at)),
        ]


class SlotTaken(SlotTemplate, frozen=True, kw_only=True):
    topic = "planning.slot.booked"

    def fr(self) -> Text:
        return Text(
            subject=f"Rendez-vous au quai : {self.site_name}, {at_fr(self.starts_at)}",
            lines=["Le créneau est réservé."],
            facts=self.facts_fr(),
            button="Voir le rendez-vous",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Dock appointment: {self.site_name}, {at_en(self.starts_at)}",
            lines=["The slot is booked."],
            facts=self.facts_en(),
            button="See the appointment",
        )


class SlotMoved(SlotTemplate, frozen=True, kw_only=True):
    topic = "planning.slot.changed"

    reason: str

    def fr(self) -> Text:
        return Text(
            subject=f"Rendez-vous modifié : {self.site_name}, {at_fr(self.starts_at)}",
            lines=["Le créneau au quai a changé."],
            facts=[*self.facts_fr(), ("Raison", self.reason)],
            button="Voir le rendez-vous",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Appointment changed: {self.site_name}, {at_en(self.starts_at)}",
            lines=["The dock slot has changed."],
            facts=[*self.facts_en(), ("Reason", self.reason)],
            button="See the appointment",
        )


class SigningLink(Template, frozen=True, kw_only=True):
    """Says who asks: a signer who did not expect it can ask back."""

    topic = "ecpmr.link.sent"
    secret = True

    number: str
    sender_name: str
    site_name: str
    expires_at: datetime
    requested_by_name: str = ""

    def fr(self) -> Text:
        return Text(
            subject=f"À signer : lettre de voiture {self.number}",
            lines=["La lettre de voiture vous attend. Vous pouvez y écrire vos réserves avant de signer."],
            facts=[
                ("Demandée par", self.requested_by_name or self.sender_name),
                ("Expéditeur", self.sender_name),
                ("Lieu", self.site_name),
                ("Lien valable jusqu'au", at_fr(self.expires_at)),
            ],
            button="Lire et signer",
        )

    def en(self) -> Text:
        return Text(
            subject=f"To sign: consignment note {self.number}",
            lines=["The consignment note awaits you. You can write reservations before you sign."],
            facts=[
                ("Requested by", self.requested_by_name or self.sender_name),
                ("Sender", self.sender_name),
                ("Place", self.site_name),
                ("The link works until", at_en(self.expires_at)),
            ],
            button="Read and sign",
        )


class SigningCode(Template, frozen=True, kw_only=True):
    """The code stands alone between spaces, so that a phone can read it out and fill it in."""

    topic = "ecpmr.code.requested"
    secret = True

    code: str

    def fr(self) -> Text:
        return Text(
            subject="Votre code de signature",
            lines=[f"Votre code est {self.code} et sert une seule fois.", "Ne le donnez à personne d'autre."],
        )

    def en(self) -> Text:
        return Text(
            subject="Your signing code",
            lines=[f"Your code is {self.code} and works once.", "Do not give it to anybody else."],
        )


class DeliveryNoted(Template, frozen=True, kw_only=True):
    topic = "ecpmr.delivery.signed"

    number: str
    by_name: str
    site_name: str
    signed_at: datetime
    reserves: int

    def fr(self) -> Text:
        return Text(
            subject=f"Lettre de voiture {self.number} signée",
            lines=[f"{self.by_name} a signé la livraison ({self.reserves or 'aucune'} réserve)."],
            facts=[("Lieu", self.site_name), ("Signée le", at_fr(self.signed_at))],
            button="Voir la lettre de voiture",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Consignment note {self.number} signed",
            lines=[f"{self.by_name} signed the delivery ({self.reserves or 'no'} reservation)."],
            facts=[("Place", self.site_name), ("Signed", at_en(self.signed_at))],
            button="See the consignment note",
        )


class FollowDelivery(Template, frozen=True, kw_only=True):
    topic = "tracking_ia.follow_link.made"
    secret = True

    name: str
    reference: str

    def fr(self) -> Text:
        return Text(
            subject=f"Suivez votre livraison {self.reference}",
            lines=[
                f"Bonjour {self.name},".replace(" ,", ","),
                "Votre livraison se suit en direct, sans compte.",
            ],
            button="Suivre la livraison",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Follow your delivery {self.reference}",
            lines=[
                f"Hello {self.name},".replace(" ,", ","),
                "Follow your delivery live, without an account.",
            ],
            button="Follow the delivery",
        )


class DelayAhead(Template, frozen=True, kw_only=True):
    topic = "tracking_ia.delay.foreseen"

    reference: str
    kind: str
    eta: datetime
    promised_until: datetime
    minutes_late: int

    def fr(self) -> Text:
        stop = "enlèvement" if self.kind == "pickup" else "livraison"
        return Text(
            subject=f"{self.reference} : {stop} prévu avec {self.minutes_late} min de retard",
            lines=["Un retard est prévu d'après la position du véhicule."],
            facts=[("Arrivée prévue", at_fr(self.eta)), ("Promis avant", at_fr(self.promised_until))],
            button="Suivre la commande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.reference}: {self.kind} expected {self.minutes_late} min late",
            lines=["A delay is expected from the vehicle's position."],
            facts=[("Expected", at_en(self.eta)), ("Promised before", at_en(self.promised_until))],
            button="Follow the order",
        )


class StopPutRight(Template, frozen=True, kw_only=True):
    topic = "tracking_ia.stop.corrected"

    reference: str
    kind: str
    what: str
    site_name: str
    before: datetime | None
    after: datetime | None

    def fr(self) -> Text:
        stop = "l'enlèvement" if self.kind == "pickup" else "la livraison"
        time = "d'arrivée" if self.what == "arrival" else "de départ"
        return Text(
            subject=f"{self.reference} : heure {time} corrigée à {stop}",
            lines=["Des positions reçues en retard montrent une autre heure que celle annoncée."],
            facts=[
                ("Lieu", self.site_name),
                ("Annoncé", at_fr(self.before) or "pas de passage"),
                ("Corrigé", at_fr(self.after) or "pas de passage"),
            ],
            button="Voir la commande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.reference}: {self.what} at {self.kind} corrected",
            lines=["Positions that came late show another time than was announced."],
            facts=[
                ("Place", self.site_name),
                ("Announced", at_en(self.before) or "not there"),
                ("Corrected", at_en(self.after) or "not there"),
            ],
            button="See the order",
        )
