"""What may be told to whom by which channel: the list of topics, and each person's choice."""

from collections.abc import Mapping, Sequence

import msgspec

from rt.contracts.notifications import Channel, PreferenceView
from rt.kernel.core.errors import Invalid, NotFound
from rt.kernel.model.entity import Entity


class TopicUnknown(NotFound):
    fr = "Aucun message ne porte ce nom."
    en = "No message has this name."


class ChannelImpossible(Invalid):
    fr = "Ce message ne part pas par « {channel} »."
    en = "This message does not go by “{channel}”."


class TopicMandatory(Invalid):
    fr = "Ce message est obligatoire : gardez au moins {channels}."
    en = "This message is mandatory: keep at least {channels}."


class Subject(msgspec.Struct, frozen=True):
    """One kind of event as a person can choose it: its name, the channels at first, the channels possible.

    `roles` are those of the members it concerns; none: the person named in the event.
    """

    fr: str
    en: str
    default: tuple[Channel, ...]
    roles: frozenset[str] = frozenset()
    mandatory: bool = False
    possible: tuple[Channel, ...] = ("in_app", "email", "push")

    def view(self, topic: str, channels: Sequence[Channel]) -> PreferenceView:
        """As a person has chosen it."""
        return PreferenceView(
            topic=topic,
            label_fr=self.fr,
            label_en=self.en,
            channels=[channel for channel in self.possible if channel in channels],
            possible=list(self.possible),
            mandatory=self.mandatory,
        )


DESK = frozenset({"admin", "dispatcher", "operator"})
PARTNERS = frozenset({"admin", "dispatcher"})
ACCOUNTS = frozenset({"admin", "accountant", "dispatcher"})
ADMINS = frozenset({"admin", "platform_admin"})
PLATFORM = frozenset({"platform_admin"})
LOUD: tuple[Channel, ...] = ("in_app", "email")
QUIET: tuple[Channel, ...] = ("in_app",)
MAIL: tuple[Channel, ...] = ("email",)

SUBJECTS: Mapping[str, Subject] = {
    "authz.user.invited": Subject("Invitation", "Invitation", MAIL, mandatory=True, possible=MAIL),
    "authz.password.reset_asked": Subject(
        "Nouveau mot de passe", "New password", MAIL, mandatory=True, possible=MAIL
    ),
    "authz.security.alerted": Subject(
        "Sécurité du compte", "Account security", LOUD, mandatory=True, possible=LOUD
    ),
    "authz.partner.asked": Subject("Demande de partenariat", "Partnership asked for", LOUD, PARTNERS),
    "authz.partner.accepted": Subject("Partenariat accepté", "Partnership accepted", QUIET, PARTNERS),
    "authz.identity.asked": Subject("Numéro à confirmer", "Number to confirm", LOUD, PLATFORM),
    "authz.identity.answered": Subject("SIRET et TVA", "SIRET and VAT", LOUD, ADMINS, mandatory=True),
    "core_orders.order.tendered": Subject("Transport proposé", "Transport offered", LOUD, DESK),
    "core_orders.tender.accepted": Subject("Offre acceptée", "Offer accepted", QUIET, DESK),
    "planning.slot.wanted": Subject("Quai à réserver", "Dock to book", MAIL, mandatory=True, possible=MAIL),
    "core_orders.tender.refused": Subject("Offre refusée", "Offer refused", LOUD, DESK),
    "core_orders.tender.lapsed": Subject("Offre sans suite", "Offer lapsed", LOUD, DESK),
    "core_orders.order.planned": Subject("Commande planifiée", "Order planned", QUIET, DESK),
    "core_orders.order.loading": Subject("Chargement", "Loading", QUIET, DESK),
    "core_orders.order.in_transit": Subject("En route", "On its way", QUIET, DESK),
    "core_orders.order.delivered": Subject("Commande livrée", "Order delivered", LOUD, DESK),
    "core_orders.proof.accepted": Subject("Preuve acceptée", "Proof accepted", QUIET, DESK | ACCOUNTS),
    "core_orders.change.requested": Subject("Modification demandée", "Change asked for", LOUD, DESK),
    "core_orders.change.closed": Subject("Modification sans suite", "Change not made", LOUD, DESK),
    "core_orders.order.amended": Subject("Commande modifiée", "Order changed", LOUD, DESK),
    "core_orders.order.cancelled": Subject("Commande annulée", "Order cancelled", LOUD, DESK),
    "core_orders.incident.reported": Subject("Incident", "Incident", LOUD, DESK),
    "planning.tour.published": Subject(
        "Tournée publiée", "Tour published", ("in_app", "push"), frozenset({"driver"})
    ),
    "planning.slot.booked": Subject("Rendez-vous au quai", "Dock appointment", QUIET, DESK),
    "planning.slot.changed": Subject("Rendez-vous modifié", "Appointment changed", LOUD, DESK),
    "ecpmr.link.sent": Subject("Lien de signature", "Signing link", MAIL, mandatory=True, possible=MAIL),
    "ecpmr.code.requested": Subject(
        "Code de signature", "Signing code", MAIL, mandatory=True, possible=("email", "sms")
    ),
    "ecpmr.delivery.signed": Subject("Livraison signée", "Delivery signed", QUIET, DESK),
    "tracking_ia.follow_link.made": Subject("Suivi de livraison", "Delivery tracking", MAIL, possible=MAIL),
    "tracking_ia.delay.foreseen": Subject("Retard prévu", "Delay expected", LOUD, DESK),
    "tracking_ia.stop.corrected": Subject("Passage corrigé", "Stop corrected", QUIET, DESK),
    "palette.movement.claimed": Subject("Palettes à confirmer", "Pallets to confirm", LOUD, DESK | ACCOUNTS),
    "palette.movement.confirmed": Subject("Palettes confirmées", "Pallets confirmed", QUIET, ACCOUNTS),
    "palette.movement.disputed": Subject("Palettes contestées", "Pallets disputed", LOUD, DESK | ACCOUNTS),
    "palette.movement.lapsed": Subject("Palettes sans réponse", "Pallets unanswered", LOUD, ACCOUNTS),
    "palette.policy.proposed": Subject("Consigne proposée", "Pallet policy proposed", LOUD, DESK | ACCOUNTS),
    "palette.policy.answered": Subject("Réponse à la consigne", "Policy answered", QUIET, DESK | ACCOUNTS),
    "palette.voucher.issued": Subject("Bon palettes", "Pallet voucher", QUIET, DESK | ACCOUNTS),
    "palette.statement.ready": Subject("Relevé de palettes", "Pallet statement", LOUD, ACCOUNTS),
    "palette.statement.answered": Subject("Réponse au relevé", "Statement answered", LOUD, ACCOUNTS),
    "palette.limitation.near": Subject("Prescription proche", "Claim lapses soon", LOUD, ACCOUNTS),
    "admin_gateway.window.foreseen": Subject("Maintenance à venir", "Coming maintenance", LOUD, ADMINS),
    "admin_gateway.window.cancelled": Subject("Maintenance annulée", "Maintenance called off", LOUD, ADMINS),
    "admin_gateway.post_mortem.awaited": Subject(
        "Bilan d'incident attendu", "Post-mortem awaited", LOUD, ADMINS
    ),
    "notifications.message.bounced": Subject("Adresse rejetée", "Address bounced", QUIET, ADMINS),
    "notifications.message.dead": Subject("Message abandonné", "Message given up", QUIET, ADMINS),
}


class Preference(Entity, kw_only=True):
    """The channels one person wants for one kind of event."""

    user_id: str
    topic: str
    channels: list[Channel]


def subject(topic: str) -> Subject:
    """The topic's row, or TopicUnknown."""
    if topic not in SUBJECTS:
        raise TopicUnknown(field="topic")
    return SUBJECTS[topic]


def chosen(topic: str, channels: Sequence[Channel]) -> list[Channel]:
    """A choice that holds: possible channels only, and all first ones kept of what is mandatory."""
    row = subject(topic)
    for channel in channels:
        if channel not in row.possible:
            raise ChannelImpossible(field="channels", channel=channel)
    if row.mandatory and not set(row.default) <= set(channels):
        raise TopicMandatory(field="channels", channels=", ".join(row.default))
    return list(dict.fromkeys(channels))


def wanted(topic: str, choice: Sequence[Channel] | None) -> tuple[Channel, ...]:
    """The channels by which a person is told; a mandatory topic always keeps its own."""
    row = SUBJECTS[topic]
    if choice is None:
        return row.default
    kept = tuple(channel for channel in choice if channel in row.possible)
    return tuple(dict.fromkeys((*row.default, *kept))) if row.mandatory else kept


def concerns(topic: str, roles: Sequence[str]) -> bool:
    """Whether a person with these roles may be told of a topic at all."""
    row = SUBJECTS[topic]
    return not row.roles or bool(row.roles & set(roles))
