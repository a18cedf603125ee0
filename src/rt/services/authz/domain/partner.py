"""Partnerships: what two organizations want of each other, as each of them keeps it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final, Literal

import msgspec

from rt.contracts.authz import PartnerAccepted, PartnerAsked, Standing
from rt.kernel.core.errors import Conflict
from rt.kernel.model.entity import Entity
from rt.services.authz.domain.organization import Organization
from rt.trade.roles import OrganizationKind

Wish = Literal["", "yes", "no"]
ASKED_AGAIN_AFTER: Final = timedelta(days=30)
"""Whoever asks, blocks, unblocks and asks again writes no second letter before."""
UNANSWERED_AT_MOST: Final = 300
"""So many may be asked and silent at a time: partners are found one by one, not by writing to everybody."""


class NothingAsked(Conflict):
    fr = "Cette organisation ne vous demande rien."
    en = "This organization asks nothing of you."


class OwnPartner(Conflict):
    fr = "Une organisation n'est pas sa propre partenaire."
    en = "An organization is not its own partner."


class TooManyUnanswered(Conflict):
    fr = "{count} demandes attendent déjà une réponse."
    en = "{count} requests already wait for an answer."


def standing_of(guest: bool, mine: Wish, theirs: Wish) -> Standing:
    """What another organization is to one, by what both want."""
    match mine, theirs:
        case ("no", _) | (_, "no"):
            return "blocked"
        case "yes", "yes":
            return "guest" if guest else "partner"
        case "yes", _:
            return "asked"
        case _, "yes":
            return "asks"
    return "stranger"


class Partner(Entity):
    """One organization's note on another: what it wants of it, and what the other said.

    The other keeps its own note, written in the same transaction; `words` copy what the other is found by.
    """

    partner_id: str
    kind: OrganizationKind
    name: str
    words: list[str] = msgspec.field(default_factory=list)
    guest: bool = False
    mine: Wish = ""
    theirs: Wish = ""
    standing: Standing = "stranger"
    told_at: datetime | None = None

    def search_texts(self) -> Iterable[str]:
        return self.words

    def want(self, wish: Wish, by: Organization, at: datetime) -> None:
        """The holder asks or accepts ("yes"), blocks ("no") or takes its word back ("")."""
        before = self.standing
        self.mine = wish
        self._judge()
        if self.standing == "partner" and before == "asks":
            self.emit(PartnerAccepted(**self._said_by(by)))
        silent = self.told_at is None or at - self.told_at >= ASKED_AGAIN_AFTER
        if self.standing == "asked" and before != "asked" and silent:
            self.told_at = at
            self.emit(PartnerAsked(**self._said_by(by)))

    def hear(self, wish: Wish) -> None:
        """The other said what it wants."""
        self.theirs = wish
        self._judge()

    def open(self) -> None:
        """The guest has its own account."""
        self.guest = False
        self._judge()

    def _judge(self) -> None:
        self.standing = standing_of(self.guest, self.mine, self.theirs)

    def _said_by(self, by: Organization) -> dict[str, str]:
        return {
            "organization_id": self.partner_id,
            "by_id": by.id,
            "by_name": by.name,
            "by_kind": by.kind,
        }
