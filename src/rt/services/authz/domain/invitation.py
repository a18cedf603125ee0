"""A place in an organization that a mail offers, until whoever reads that mail takes it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final

import msgspec

from rt.contracts.authz import Role, UserInvited, UserState, UserView
from rt.kernel.core.errors import TooMany, Unauthorized
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import HIDDEN, personal_of
from rt.services.authz.domain.vault import hash_of, same

INVITATION_LIFE: Final = timedelta(days=7)
SENT_AT_MOST: Final = 5
SENT_WITHIN: Final = timedelta(days=1)
"""An inbox is not a target: an organization writes to one address so often a day about a place."""
OFFERED_AT_MOST: Final = 20
"""So many organizations may offer one address a place within that time, those that register included."""


class InvitationOver(Unauthorized):
    fr = "Cette invitation a expiré ou a déjà servi : demandez-en une nouvelle."
    en = "This invitation has expired or was already used: ask for a new one."


class InvitedTooOften(TooMany):
    fr = "Cette adresse a déjà reçu au moins {count} invitations aujourd'hui."
    en = "This address has already received at least {count} invitations today."


class Invitation(Entity):
    """All that is known of who was invited: nobody is a member, nor has an account, before they say yes.

    `person_id` follows from the address, whether or not it has an account. Of the token the hash is kept.
    """

    person_id: str
    email: Annotated[str, personal_of("person_id", "authz.people")]
    name: Annotated[str, personal_of("person_id", "authz.people")]
    role: Role
    language: str
    expires_at: datetime
    token_hash: Annotated[str, HIDDEN] = ""
    sent_at: list[datetime] = msgspec.field(default_factory=list)
    disabled: bool = False
    used_at: datetime | None = None
    withdrawn: bool = False

    def search_texts(self) -> Iterable[str]:
        return self.name, self.email

    @property
    def state(self) -> UserState:
        return "disabled" if self.disabled else "invited"

    @property
    def waits(self) -> bool:
        """Whether the place is still offered, if only to be opened again by who disabled it."""
        return self.used_at is None and not self.withdrawn

    def offer(self, role: Role, name: str, language: str) -> None:
        """What is offered now; an offer taken back or used before is made anew."""
        self.role, self.name, self.language = role, name, language
        self.used_at, self.withdrawn, self.disabled = None, False, False

    def send(self, token: str, organization_name: str, at: datetime) -> None:
        """Offer the place by mail; a link sent before is worth nothing from now on."""
        self.sent_at = [moment for moment in self.sent_at if moment > at - SENT_WITHIN]
        if len(self.sent_at) >= SENT_AT_MOST:
            wait = int((self.sent_at[0] + SENT_WITHIN - at).total_seconds()) + 1
            raise InvitedTooOften(count=SENT_AT_MOST, retry_after=wait)
        self.sent_at.append(at)
        self.token_hash, self.expires_at = hash_of(token), at + INVITATION_LIFE
        self.emit(
            UserInvited(
                user_id=self.person_id,
                email=self.email,
                name=self.name,
                role=self.role,
                organization_name=organization_name,
                token=f"{self.id}.{token}",
                language=self.language,
            )
        )

    def check(self, token: str, at: datetime) -> None:
        over = not self.waits or self.disabled or at >= self.expires_at
        if over or not same(hash_of(token), self.token_hash):
            raise InvitationOver

    def use(self, at: datetime) -> None:
        self.used_at = at

    def withdraw(self) -> None:
        self.withdrawn = True

    def view(self) -> UserView:
        """Who was invited: only what the organization said itself."""
        return UserView(
            user_id=self.person_id,
            email=self.email,
            name=self.name,
            role=self.role,
            state=self.state,
            mfa=False,
            joined_at=None,
        )
