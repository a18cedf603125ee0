"""Letters about pallets: vouchers, statements, claims that will lapse."""

from datetime import date, datetime

from rt.services.notifications.domain.letters.layout import Letter, Words
from rt.services.notifications.domain.letters.moments import at_en, at_fr, day_en, day_fr


class VoucherOut(Letter, frozen=True, kw_only=True):
    topic = "palette.voucher.issued"

    number: str
    quantity: int
    pallet_type: str
    expires_at: datetime

    def fr(self) -> Words:
        return Words(
            subject=f"Bon palettes {self.number} : {self.quantity} {self.pallet_type}",
            lines=["Un bon a été émis."],
            facts=[("Valable jusqu'au", at_fr(self.expires_at))],
            button="Voir le bon",
        )

    def en(self) -> Words:
        return Words(
            subject=f"Pallet voucher {self.number}: {self.quantity} {self.pallet_type}",
            lines=["A voucher was issued."],
            facts=[("Valid until", at_en(self.expires_at))],
            button="See the voucher",
        )


class StatementOut(Letter, frozen=True, kw_only=True):
    topic = "palette.statement.ready"
    secret = True

    maker_name: str
    period: str

    def fr(self) -> Words:
        return Words(
            subject=f"Relevé de palettes à confirmer ({self.period})",
            lines=[f"{self.maker_name} vous envoie son relevé. Confirmez ou contestez chaque ligne."],
            button="Répondre au relevé",
        )

    def en(self) -> Words:
        return Words(
            subject=f"Pallet statement to confirm ({self.period})",
            lines=[f"{self.maker_name} sends you its statement. Confirm or contest each line."],
            button="Answer the statement",
        )


class StatementBack(Letter, frozen=True, kw_only=True):
    topic = "palette.statement.answered"

    confirmed: int
    contested: int

    def fr(self) -> Words:
        return Words(
            subject=f"Relevé de palettes : {self.contested} ligne(s) contestée(s)"
            if self.contested
            else "Relevé de palettes confirmé",
            lines=[f"{self.confirmed} ligne(s) confirmée(s), {self.contested} contestée(s)."],
            button="Voir le relevé",
        )

    def en(self) -> Words:
        return Words(
            subject=f"Pallet statement: {self.contested} line(s) contested"
            if self.contested
            else "Pallet statement confirmed",
            lines=[f"{self.confirmed} line(s) confirmed, {self.contested} contested."],
            button="See the statement",
        )


class ClaimLapses(Letter, frozen=True, kw_only=True):
    topic = "palette.limitation.near"

    debtor_name: str
    quantity: int
    pallet_type: str
    lapses_on: date

    def fr(self) -> Words:
        return Words(
            subject=f"{self.quantity} palettes bientôt prescrites chez {self.debtor_name}",
            lines=[f"Après le {day_fr(self.lapses_on)}, elles ne pourront plus être réclamées."],
            facts=[("Type", self.pallet_type)],
            button="Voir le compte",
        )

    def en(self) -> Words:
        return Words(
            subject=f"Claim on {self.quantity} pallets of {self.debtor_name} lapses soon",
            lines=[f"After {day_en(self.lapses_on)} they can no longer be claimed."],
            facts=[("Type", self.pallet_type)],
            button="See the account",
        )
