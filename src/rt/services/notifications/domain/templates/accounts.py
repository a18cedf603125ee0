"""Templates about accounts: invitations, passwords, alerts, and messages that did not arrive."""

from collections.abc import Mapping
from typing import Literal

from rt.services.notifications.domain.templates.layout import Template, Text

ALERTS: Mapping[str, tuple[str, str]] = {
    "password_changed": ("Votre mot de passe a été changé.", "Your password was changed."),
    "role_changed": ("Votre rôle a été changé.", "Your role was changed."),
    "account_locked": (
        "Votre compte est bloqué un moment après trop d'essais.",
        "Your account is locked for a while after too many attempts.",
    ),
    "refresh_reused": (
        "Une ancienne session a été présentée : toutes vos sessions sont fermées.",
        "An old session was presented: all your sessions were closed.",
    ),
    "totp_enabled": ("La double authentification est activée.", "Two-factor authentication was turned on."),
    "totp_disabled": (
        "La double authentification est désactivée.",
        "Two-factor authentication was turned off.",
    ),
    "recovery_code_used": ("Un code de secours a servi.", "A recovery code was used."),
}
"""What is said for each kind of alert, in French and English."""
NUMBERS: Mapping[str, tuple[str, str]] = {
    "confirmed": ("Vos numéros sont confirmés", "Your numbers are confirmed"),
    "refused": ("Votre demande de numéro est refusée", "Your request for a number is refused"),
    "taken": (
        "Un numéro ne vous appartient plus : il est celui d'une autre entreprise",
        "A number is no longer yours: it is another company's",
    ),
}


class Invitation(Template, frozen=True, kw_only=True):
    topic = "authz.user.invited"
    secret = True

    name: str
    organization_name: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.organization_name} vous invite sur RT-Technologie",
            lines=[
                f"Bonjour {self.name},",
                f"{self.organization_name} vous ouvre un accès. Ce lien personnel ne sert qu'une fois.",
            ],
            button="Ouvrir mon accès",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.organization_name} invites you to RT-Technologie",
            lines=[
                f"Hello {self.name},",
                f"{self.organization_name} opens an account for you. The link is personal and works once.",
            ],
            button="Open my account",
        )


class PasswordReset(Template, frozen=True, kw_only=True):
    topic = "authz.password.reset_asked"
    secret = True

    def fr(self) -> Text:
        return Text(
            subject="Choisir un nouveau mot de passe",
            lines=[
                "Vous avez demandé un nouveau mot de passe.",
                "Si ce n'est pas vous, ignorez ce message : rien ne change.",
            ],
            button="Choisir un mot de passe",
        )

    def en(self) -> Text:
        return Text(
            subject="Choose a new password",
            lines=["You asked for a new password.", "If it was not you, ignore this: nothing changes."],
            button="Choose a password",
        )


class SecurityNotice(Template, frozen=True, kw_only=True):
    topic = "authz.security.alerted"

    kind: str

    def fr(self) -> Text:
        what, _ = ALERTS.get(self.kind, (self.kind.replace("_", " "), ""))
        return Text(
            subject="Sécurité de votre compte",
            lines=[
                what,
                "Si ce n'est pas vous, changez votre mot de passe et prévenez votre administrateur.",
            ],
            button="Vérifier mon compte",
        )

    def en(self) -> Text:
        _, what = ALERTS.get(self.kind, ("", self.kind.replace("_", " ")))
        return Text(
            subject="Security of your account",
            lines=[what, "If it was not you, change your password and tell your administrator."],
            button="Check my account",
        )


class PartnerWish(Template, frozen=True, kw_only=True):
    topic = "authz.partner.asked"

    name: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.name} vous demande comme partenaire",
            lines=[
                f"{self.name} souhaite travailler avec vous sur RT-Technologie.",
                "Tant que vous n'acceptez pas, vos coordonnées ne lui sont pas montrées.",
            ],
            button="Accepter ou bloquer",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.name} asks to be your partner",
            lines=[
                f"{self.name} would like to work with you on RT-Technologie.",
                "Until you accept, your contact details are not shown to them.",
            ],
            button="Accept or block",
        )


class PartnerWon(Template, frozen=True, kw_only=True):
    topic = "authz.partner.accepted"

    name: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.name} est votre partenaire",
            lines=[f"{self.name} a accepté votre demande."],
            button="Voir vos partenaires",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.name} is your partner",
            lines=[f"{self.name} accepted your request."],
            button="See your partners",
        )


class NumbersAsked(Template, frozen=True, kw_only=True):
    topic = "authz.identity.asked"

    name: str
    siret: str
    vat: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.name} demande un numéro à confirmer",
            lines=["Vérifiez la preuve, puis confirmez ou refusez : personne d'autre ne peut le faire."],
            facts=[("SIRET", self.siret or "—"), ("TVA", self.vat or "—")],
            button="Voir la demande",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.name} asks for a number to be confirmed",
            lines=["Check the proof, then confirm or refuse: nobody else can."],
            facts=[("SIRET", self.siret or "—"), ("VAT", self.vat or "—")],
            button="See the request",
        )


class NumbersAnswered(Template, frozen=True, kw_only=True):
    topic = "authz.identity.answered"

    act: Literal["confirmed", "refused", "taken"]
    siret: str
    vat: str
    reason: str

    def fr(self) -> Text:
        return Text(
            subject=NUMBERS[self.act][0],
            lines=["La plateforme a répondu au sujet de vos numéros d'entreprise."],
            facts=[("SIRET", self.siret or "—"), ("TVA", self.vat or "—"), ("Raison", self.reason)],
            button="Voir nos numéros",
        )

    def en(self) -> Text:
        return Text(
            subject=NUMBERS[self.act][1],
            lines=["The platform has answered about your company numbers."],
            facts=[("SIRET", self.siret or "—"), ("VAT", self.vat or "—"), ("Reason", self.reason)],
            button="See our numbers",
        )


class Bounced(Template, frozen=True, kw_only=True):
    topic = "notifications.message.bounced"

    address: str
    reason: str

    def fr(self) -> Text:
        return Text(
            subject=f"L'adresse {self.address} ne reçoit pas nos messages",
            lines=["Nous n'écrivons plus à cette adresse tant qu'elle n'est pas corrigée."],
            facts=[("Raison", self.reason)],
            button="Corriger l'adresse",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.address} does not receive our messages",
            lines=["We no longer write to this address until it is corrected."],
            facts=[("Reason", self.reason)],
            button="Correct the address",
        )


class GivenUp(Template, frozen=True, kw_only=True):
    topic = "notifications.message.dead"

    channel: str
    error: str

    def fr(self) -> Text:
        return Text(
            subject="Un message n'a pas pu être envoyé",
            lines=["Tous les essais ont échoué. Vous pouvez le renvoyer."],
            facts=[("Canal", self.channel), ("Erreur", self.error)],
            button="Voir les messages",
        )

    def en(self) -> Text:
        return Text(
            subject="A message could not be sent",
            lines=["All tries failed. You can send it again."],
            facts=[("Channel", self.channel), ("Error", self.error)],
            button="See the messages",
        )
