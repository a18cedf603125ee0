"""Company numbers: declared while they are nobody's, changed by the platform's word alone."""

from datetime import datetime
from typing import Final

import msgspec

from rt.contracts.authz import IdentityChangeView, IdentityWishView
from rt.contracts.authz.identities import IdentityAct
from rt.kernel.core.errors import Conflict
from rt.trade import identifiers

HISTORY_KEPT: Final = 200


class IdentityKept(Conflict):
    fr = "Vos numéros SIRET et TVA changent sur demande : joignez une preuve, la plateforme confirme."
    en = "Your SIRET and VAT numbers change on request: add a proof, the platform confirms."


class NumberTaken(Conflict):
    fr = "Ce numéro est celui d'une organisation inscrite. S'il est à vous, demandez-le avec une preuve."
    en = "This number is that of a registered organization. If it is yours, ask for it with a proof."


class NothingWished(Conflict):
    fr = "Ces numéros ne sont pas, ou plus, demandés."
    en = "These numbers are not, or no longer, asked for."


class NothingNew(Conflict):
    fr = "Ce sont déjà vos numéros."
    en = "These are your numbers already."


class Numbers(msgspec.Struct, frozen=True):
    """A checked SIRET and VAT number, each possibly empty."""

    siret: str = ""
    vat: str = ""

    def __bool__(self) -> bool:
        return bool(self.siret or self.vat)

    @property
    def siren(self) -> str:
        """The company that a French VAT number names."""
        return self.vat[4:] if self.vat.startswith("FR") else ""

    def lacks(self, others: "Numbers") -> "Numbers":
        """These without those that are among others."""
        return Numbers(
            "" if self.siret == others.siret else self.siret, "" if self.vat == others.vat else self.vat
        )


class IdentityWish(msgspec.Struct):
    """Numbers that were asked for, and what is to prove them."""

    numbers: Numbers
    proof: str
    at: datetime
    by: str

    def view(self, held_by: list[str]) -> IdentityWishView:
        """`held_by` are the organizations that would lose them."""
        return IdentityWishView(
            siret=self.numbers.siret,
            vat=self.numbers.vat,
            proof=self.proof,
            asked_at=self.at,
            held_by=held_by,
        )


class IdentityChange(msgspec.Struct):
    """One line of the history of the numbers."""

    act: IdentityAct
    at: datetime
    by: str
    before: Numbers
    after: Numbers
    reason: str = ""

    def view(self, platform: bool) -> IdentityChangeView:
        own = self.act in ("declared", "asked")
        return IdentityChangeView(
            act=self.act,
            at=self.at,
            by=self.by if own or platform else "",
            siret_before=self.before.siret,
            siret_after=self.after.siret,
            vat_before=self.before.vat,
            vat_after=self.after.vat,
            reason=self.reason,
        )


def numbers_of(siret: str, vat: str) -> Numbers:
    """Numbers whose digits check; a French VAT number must be that of the SIREN."""
    checked = Numbers(
        identifiers.siret(siret) if siret.strip() else "", identifiers.vat(vat) if vat.strip() else ""
    )
    if checked.siret and checked.vat.startswith("FR"):
        identifiers.vat_belongs_to_siren(checked.vat, checked.siret[:9])
    return checked
