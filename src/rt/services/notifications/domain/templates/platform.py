"""Templates about the platform itself: maintenance announced or called off, a post-mortem that is owed."""

from datetime import datetime

from rt.services.notifications.domain.templates.layout import Template, Text
from rt.services.notifications.domain.templates.moments import at_en, at_fr


class MaintenanceComes(Template, frozen=True, kw_only=True):
    topic = "admin_gateway.window.foreseen"

    urgent: bool
    starts_at: datetime
    ends_at: datetime
    what_fr: str
    what_en: str

    def fr(self) -> Text:
        kind = "Maintenance urgente" if self.urgent else "Maintenance"
        return Text(
            subject=f"{kind} le {at_fr(self.starts_at)}",
            lines=[
                self.what_fr,
                "La plateforme peut être interrompue. L'application des chauffeurs garde les saisies sur "
                "l'appareil et les envoie ensuite.",
            ],
            facts=[("Début", at_fr(self.starts_at)), ("Fin", at_fr(self.ends_at))],
            button="Voir l'état de la plateforme",
        )

    def en(self) -> Text:
        kind = "Urgent maintenance" if self.urgent else "Maintenance"
        return Text(
            subject=f"{kind} on {at_en(self.starts_at)}",
            lines=[
                self.what_en,
                "The platform may be away. The drivers' app keeps what is entered on the device and sends it "
                "afterwards.",
            ],
            facts=[("From", at_en(self.starts_at)), ("Until", at_en(self.ends_at))],
            button="See the platform's status",
        )


class MaintenanceOff(Template, frozen=True, kw_only=True):
    topic = "admin_gateway.window.cancelled"

    starts_at: datetime

    def fr(self) -> Text:
        return Text(
            subject=f"Maintenance du {at_fr(self.starts_at)} annulée",
            lines=["La maintenance annoncée n'aura pas lieu. Vous n'avez rien à faire."],
            button="Voir l'état de la plateforme",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Maintenance of {at_en(self.starts_at)} called off",
            lines=["The maintenance that was announced will not take place. There is nothing to do."],
            button="See the platform's status",
        )


class PostMortemOwed(Template, frozen=True, kw_only=True):
    topic = "admin_gateway.post_mortem.awaited"

    title_fr: str
    title_en: str
    due_at: datetime
    late: bool

    def fr(self) -> Text:
        return Text(
            subject=f"Bilan {'en retard' if self.late else 'à écrire'} : {self.title_fr}",
            lines=["Un incident critique se termine par son bilan, écrit dans les 48 heures."],
            facts=[("Avant le", at_fr(self.due_at))],
            button="Ouvrir l'incident",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Post-mortem {'late' if self.late else 'to write'}: {self.title_en}",
            lines=["A critical incident ends with its post-mortem, written within 48 hours."],
            facts=[("Before", at_en(self.due_at))],
            button="Open the incident",
        )
