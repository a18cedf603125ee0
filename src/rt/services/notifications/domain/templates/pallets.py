"""Templates about pallets: what awaits a yes, vouchers, statements, debts that will lapse."""

from datetime import date, datetime

from rt.services.notifications.domain.templates.layout import Template, Text
from rt.services.notifications.domain.templates.moments import at_en, at_fr, day_en, day_fr


class ClaimOut(Template, frozen=True, kw_only=True):
    topic = "palette.movement.claimed"

    teller_name: str
    received: int
    given: int
    note: str
    lapses_at: datetime

    def fr(self) -> Text:
        counted = [("Reçues par vous", str(self.received)), ("Remises par vous", str(self.given))]
        return Text(
            subject=f"{self.teller_name} déclare un mouvement de palettes : confirmez ou contestez",
            lines=["Il ne compte dans votre compte qu'après votre confirmation."],
            facts=[*counted, ("Remarque", self.note or "—"), ("Répondre avant le", at_fr(self.lapses_at))],
            button="Répondre",
        )

    def en(self) -> Text:
        counted = [("Received by you", str(self.received)), ("Given by you", str(self.given))]
        return Text(
            subject=f"{self.teller_name} claims a movement of pallets: confirm or dispute it",
            lines=["It counts in your account only once you confirm it."],
            facts=[*counted, ("Remark", self.note or "—"), ("Answer before", at_en(self.lapses_at))],
            button="Answer",
        )


class ClaimConfirmed(Template, frozen=True, kw_only=True):
    topic = "palette.movement.confirmed"

    by_name: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.by_name} confirme votre mouvement de palettes",
            lines=["Il compte dans vos deux comptes."],
            button="Voir les mouvements",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.by_name} confirms your movement of pallets",
            lines=["It counts in both your accounts."],
            button="See the movements",
        )


class ClaimDisputed(Template, frozen=True, kw_only=True):
    topic = "palette.movement.disputed"

    by_name: str
    reason: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.by_name} conteste votre mouvement de palettes",
            lines=["Il ne compte pas. Déclarez à nouveau ce qui est juste."],
            facts=[("Motif", self.reason)],
            button="Voir les mouvements",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.by_name} disputes your movement of pallets",
            lines=["It does not count. Claim again what is right."],
            facts=[("Reason", self.reason)],
            button="See the movements",
        )


class ClaimUnanswered(Template, frozen=True, kw_only=True):
    topic = "palette.movement.lapsed"

    awaited_name: str

    def fr(self) -> Text:
        return Text(
            subject=f"Sans réponse de {self.awaited_name} : votre mouvement de palettes est caduc",
            lines=["Il ne compte pas. Vous pouvez le déclarer à nouveau."],
            button="Voir les mouvements",
        )

    def en(self) -> Text:
        return Text(
            subject=f"No answer from {self.awaited_name}: your movement of pallets has lapsed",
            lines=["It does not count. You may claim it again."],
            button="See the movements",
        )


class PolicyOut(Template, frozen=True, kw_only=True):
    topic = "palette.policy.proposed"

    owner_name: str
    site_name: str

    def fr(self) -> Text:
        return Text(
            subject=f"{self.owner_name} vous propose une consigne d'échange de palettes",
            lines=["Acceptée, elle vaut contrat entre vous pour les livraisons signées."],
            facts=[("Site", self.site_name or "tous")],
            button="Répondre",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.owner_name} proposes a pallet exchange policy",
            lines=["Once accepted, it is a contract between you for signed deliveries."],
            facts=[("Site", self.site_name or "all")],
            button="Answer",
        )


class PolicyBack(Template, frozen=True, kw_only=True):
    topic = "palette.policy.answered"

    partner_name: str
    site_name: str
    accepted: bool

    def fr(self) -> Text:
        return Text(
            subject=f"{self.partner_name} {'accepte' if self.accepted else 'refuse'} votre consigne palettes",
            lines=["Site : " + (self.site_name or "tous")],
            button="Voir les consignes",
        )

    def en(self) -> Text:
        return Text(
            subject=f"{self.partner_name} {'accepts' if self.accepted else 'refuses'} your pallet policy",
            lines=["Site: " + (self.site_name or "all")],
            button="See the policies",
        )


class VoucherOut(Template, frozen=True, kw_only=True):
    topic = "palette.voucher.issued"

    number: str
    quantity: int
    pallet_type: str
    expires_at: datetime

    def fr(self) -> Text:
        return Text(
            subject=f"Bon palettes {self.number} : {self.quantity} {self.pallet_type}",
            lines=["Un bon a été émis."],
            facts=[("Valable jusqu'au", at_fr(self.expires_at))],
            button="Voir le bon",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Pallet voucher {self.number}: {self.quantity} {self.pallet_type}",
            lines=["A voucher was issued."],
            facts=[("Valid until", at_en(self.expires_at))],
            button="See the voucher",
        )


class StatementOut(Template, frozen=True, kw_only=True):
    topic = "palette.statement.ready"
    secret = True

    maker_name: str
    period: str

    def fr(self) -> Text:
        return Text(
            subject=f"Relevé de palettes à confirmer ({self.period})",
            lines=[f"{self.maker_name} vous envoie son relevé. Confirmez ou contestez chaque ligne."],
            button="Répondre au relevé",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Pallet statement to confirm ({self.period})",
            lines=[f"{self.maker_name} sends you its statement. Confirm or contest each line."],
            button="Answer the statement",
        )


class StatementBack(Template, frozen=True, kw_only=True):
    topic = "palette.statement.answered"

    confirmed: int
    contested: int

    def fr(self) -> Text:
        return Text(
            subject=f"Relevé de palettes : {self.contested} ligne(s) contestée(s)"
            if self.contested
            else "Relevé de palettes confirmé",
            lines=[f"{self.confirmed} ligne(s) confirmée(s), {self.contested} contestée(s)."],
            button="Voir le relevé",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Pallet statement: {self.contested} line(s) contested"
            if self.contested
            else "Pallet statement confirmed",
            lines=[f"{self.confirmed} line(s) confirmed, {self.contested} contested."],
            button="See the statement",
        )


class ClaimLapses(Template, frozen=True, kw_only=True):
    topic = "palette.limitation.near"

    debtor_name: str
    quantity: int
    pallet_type: str
    lapses_on: date

    def fr(self) -> Text:
        return Text(
            subject=f"{self.quantity} palettes bientôt prescrites chez {self.debtor_name}",
            lines=[f"Après le {day_fr(self.lapses_on)}, elles ne pourront plus être réclamées."],
            facts=[("Type", self.pallet_type)],
            button="Voir le compte",
        )

    def en(self) -> Text:
        return Text(
            subject=f"Claim on {self.quantity} pallets of {self.debtor_name} lapses soon",
            lines=[f"After {day_en(self.lapses_on)} they can no longer be claimed."],
            facts=[("Type", self.pallet_type)],
            button="See the account",
        )
