"""Whom an order may name: accepted partners and own guests; strangers are only offered it."""

from typing import NamedTuple

from rt.contracts.authz import Standing
from rt.kernel.core.errors import Conflict, Invalid, ReferenceUnknown
from rt.trade.roles import OrganizationKind

CARRYING: frozenset[OrganizationKind] = frozenset({"carrier", "forwarder", "logistician"})
"""Kinds that a partner must be of to carry; whoever only sends or receives is offered nothing."""
FOR_HIRE: frozenset[OrganizationKind] = frozenset({"carrier", "forwarder"})
"""Kinds that whoever does not know them may offer an order to: carrying for anybody is their trade."""


class NoCarrier(Invalid):
    fr = "{name} n'est ni transporteur ni commissionnaire : cette commande ne peut pas lui être confiée."
    en = "{name} is neither a carrier nor a forwarder: this order cannot be given to it."


class CarrierNotPartner(Invalid):
    fr = "{name} n'a pas encore accepté de travailler avec vous : proposez-lui la commande, il répondra."
    en = "{name} has not agreed to work with you yet: offer it the order, and it will answer."


class PartnershipPending(Invalid):
    fr = "{name} et vous n'êtes pas encore partenaires : écrivez son nom et son e-mail sans le choisir."
    en = "{name} and you are not partners yet: write its name and e-mail without choosing it."


class PartnerRefuses(Conflict):
    fr = "{name} et vous ne travaillez plus ensemble : l'un de vous a bloqué l'autre."
    en = "{name} and you no longer work together: one of you has blocked the other."


class Partner(NamedTuple):
    """An organization as the one that names it stands to it."""

    id: str
    name: str
    email: str
    kind: OrganizationKind
    guest: bool
    standing: Standing

    def refuse_unnamable(self, field: str) -> None:
        """Refuse it as a party that the order is shown to: others' guests and strangers as if unknown."""
        if self.standing in ("self", "guest", "partner"):
            return
        self._refuse_blocked(field)
        if self.standing in ("asked", "asks"):
            raise PartnershipPending(field, name=self.name)
        raise ReferenceUnknown(field)

    def refuse_unasked(self, field: str) -> None:
        """Refuse it as a carrier that the order is given to without asking it first."""
        self._refuse_idle(field, CARRYING)
        if self.standing not in ("self", "guest", "partner"):
            raise CarrierNotPartner(field, name=self.name)

    def refuse_unaskable(self, field: str) -> None:
        """Refuse it as a carrier that the order is offered to."""
        self._refuse_idle(field, FOR_HIRE if self.stranger else CARRYING)

    @property
    def stranger(self) -> bool:
        """Whether it does not know whoever names it yet."""
        return self.standing not in ("self", "guest", "partner", "asks")

    def _refuse_idle(self, field: str, kinds: frozenset[OrganizationKind]) -> None:
        if self.guest and self.standing not in ("self", "guest"):
            raise ReferenceUnknown(field)
        self._refuse_blocked(field)
        if self.standing != "self" and self.kind not in kinds:
            raise NoCarrier(field, name=self.name)

    def _refuse_blocked(self, field: str) -> None:
        if self.standing == "blocked":
            raise PartnerRefuses(field, name=self.name)
