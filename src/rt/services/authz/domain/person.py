"""A person: one account by e-mail address, a role in each of several organizations."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

import msgspec

from rt.contracts.authz import PasswordResetAsked, Role, SecurityAlert, UserState, UserView
from rt.kernel.access.tokens import Revoked, member_of
from rt.kernel.core.errors import Conflict, Forbidden, Invalid, NotFound, Unauthorized
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import DERIVED, HIDDEN, PersonalLabel
from rt.services.authz.domain.totp import CodeWrong, SecondFactor
from rt.services.authz.domain.vault import hash_of, same

RESET_LIFE: Final = timedelta(minutes=15)
RESET_AT_MOST_EVERY: Final = timedelta(minutes=1)

Alert = Literal[
    "password_changed",
    "account_locked",
    "refresh_reused",
    "totp_enabled",
    "totp_disabled",
    "recovery_code_used",
    "role_changed",
]


class NotMember(NotFound):
    fr = "Cette personne n'est pas membre de l'organisation."
    en = "This person is not a member of the organization."


class AlreadyMember(Conflict):
    fr = "{email} est déjà membre de l'organisation."
    en = "{email} is already a member of the organization."


class LastAdministrator(Conflict):
    fr = "L'organisation doit garder au moins un administrateur."
    en = "The organization must keep at least one administrator."


class OwnRole(Conflict):
    fr = "On ne change pas son propre rôle : demandez à un autre administrateur."
    en = "One does not change one's own role: ask another administrator."


class NotYourOrganization(Forbidden):
    fr = "Vous n'êtes pas membre actif de cette organisation."
    en = "You are not an active member of this organization."


class ResetOver(Unauthorized):
    fr = "Ce lien a expiré ou a déjà servi : demandez-en un nouveau."
    en = "This link has expired or was already used: ask for a new one."


class PasswordNeeded(Invalid):
    fr = "Choisissez un mot de passe."
    en = "Choose a password."


class FactorAlready(Conflict):
    fr = "Un second facteur est déjà actif."
    en = "A second factor is already active."


class FactorMissing(Conflict):
    fr = "Aucun second facteur n'est en cours."
    en = "No second factor is set up."


class Membership(msgspec.Struct):
    """What a person is in one organization."""

    organization_id: str
    role: Role
    state: UserState
    joined_at: datetime | None = None


class Person(Entity):
    """An account. It belongs to the operator, as no organization is to learn of the others from its timeline;

    `seen_by` are the organizations that the person is a member of; `places` says as what, for their lists.
    """

    email: PersonalLabel
    name: PersonalLabel
    language: str = "fr"
    password_hash: Annotated[str, HIDDEN] = ""
    password_changed_at: datetime | None = None
    memberships: list[Membership] = msgspec.field(default_factory=list)
    places: Annotated[list[str], DERIVED] = msgspec.field(default_factory=list)
    last_organization_id: str = ""
    factor: SecondFactor | None = None
    reset_hash: Annotated[str, HIDDEN] = ""
    reset_until: datetime | None = None

    def search_texts(self) -> Iterable[str]:
        return self.name, self.email

    @property
    def mfa(self) -> bool:
        return self.factor is not None and self.factor.confirmed

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(m.role for m in self.memberships if m.state != "disabled")

    def member(self, organization_id: str) -> Membership:
        for membership in self.memberships:
            if membership.organization_id == organization_id:
                return membership
        raise NotMember

    def active(self, organization_id: str) -> Membership:
        """The membership under which the person may act, or NotYourOrganization."""
        for membership in self.memberships:
            if membership.organization_id == organization_id and membership.state == "active":
                return membership
        raise NotYourOrganization

    def usual_organization(self) -> str:
        """The one used last, else the first; NotYourOrganization when there is none left."""
        actives = [m.organization_id for m in self.memberships if m.state == "active"]
        if not actives:
            raise NotYourOrganization
        return self.last_organization_id if self.last_organization_id in actives else actives[0]

    def introduce(self, name: str, password_hash: str, at: datetime) -> None:
        """A new person says who they are."""
        self.name = name.strip() or self.name
        self.choose_password(password_hash, at)

    def join(self, organization_id: str, role: Role, at: datetime) -> None:
        """Become a member: only the person's own yes leads here."""
        if any(m.organization_id == organization_id for m in self.memberships):
            raise AlreadyMember("email", email=self.email)
        self.memberships.append(
            Membership(organization_id=organization_id, role=role, state="active", joined_at=at)
        )
        self.settle()

    def change_role(self, organization_id: str, role: Role, by: str, admins_left: int, at: datetime) -> None:
        membership = self.member(organization_id)
        self._keep_administrator(membership, by, admins_left, demoted=role != membership.role)
        if membership.role != role:
            membership.role = role
            self.settle()
            self._refuse_old_tokens(organization_id, at)
            self.alert("role_changed")

    def disable(self, organization_id: str, by: str, admins_left: int, at: datetime) -> None:
        membership = self.member(organization_id)
        self._keep_administrator(membership, by, admins_left, demoted=True)
        membership.state = "disabled"
        self.settle()
        self._refuse_old_tokens(organization_id, at)

    def enable(self, organization_id: str) -> None:
        membership = self.member(organization_id)
        if membership.state == "disabled":
            membership.state = "active"
            self.settle()

    def leave(self, organization_id: str, by: str, admins_left: int, at: datetime) -> None:
        membership = self.member(organization_id)
        self._keep_administrator(membership, by, admins_left, demoted=True)
        self.memberships.remove(membership)
        self.settle()
        self._refuse_old_tokens(organization_id, at)

    def choose_password(self, password_hash: str, at: datetime) -> None:
        """Take a password; an open reset link is used up."""
        first = not self.password_hash
        self.password_hash, self.password_changed_at = password_hash, at
        self.reset_hash, self.reset_until = "", None
        if not first:
            self.alert("password_changed")

    def ask_reset(self, token: str, language: str, at: datetime) -> None:
        """Send a link, at most one a minute: an inbox is not a target."""
        if self.reset_until is not None and at < self.reset_until - RESET_LIFE + RESET_AT_MOST_EVERY:
            return
        self.reset_hash, self.reset_until = hash_of(token), at + RESET_LIFE
        self.emit(PasswordResetAsked(user_id=self.id, email=self.email, token=token, language=language))

    def check_reset(self, token: str, at: datetime) -> None:
        """Refuse a link that was used, replaced or is older than 15 minutes."""
        if self.reset_until is None or at >= self.reset_until or not same(hash_of(token), self.reset_hash):
            raise ResetOver

    def enrol(self, sealed_secret: str) -> None:
        if self.mfa:
            raise FactorAlready
        self.factor = SecondFactor(sealed_secret=sealed_secret)

    def confirm_factor(self, code: str, secret: str, recovery_hashes: list[str], at: datetime) -> None:
        """The authenticator answered: from now on it is asked."""
        if self.factor is None or self.factor.confirmed:
            raise FactorMissing
        if not code.isdecimal():
            raise CodeWrong("code")
        self.factor.accept(code, secret, at)
        self.factor.confirmed, self.factor.recovery_hashes = True, recovery_hashes
        self.alert("totp_enabled")

    def pass_factor(self, code: str, secret: str, at: datetime) -> None:
        """Use up a code of the active second factor."""
        if self.factor is None or not self.factor.confirmed:
            raise FactorMissing
        if self.factor.accept(code, secret, at):
            self.alert("recovery_code_used")

    def drop_factor(self) -> None:
        self.factor = None
        self.alert("totp_disabled")

    def alert(self, kind: Alert) -> None:
        """Have the person told of something by mail."""
        self.emit(SecurityAlert(user_id=self.id, email=self.email, kind=kind, language=self.language))

    def view(self, organization_id: str) -> UserView:
        """A member as their organization sees them."""
        membership = self.member(organization_id)
        return UserView(
            user_id=self.id,
            email=self.email,
            name=self.name,
            role=membership.role,
            state=membership.state,
            mfa=self.mfa,
            joined_at=membership.joined_at,
        )

    def _refuse_old_tokens(self, organization_id: str, at: datetime) -> None:
        """Those for this organization: what the person is elsewhere is none of its business."""
        self.emit(Revoked(subject="member", subject_id=member_of(self.id, organization_id), before=at))

    def _keep_administrator(self, membership: Membership, by: str, admins_left: int, demoted: bool) -> None:
        """Nobody changes their own place, and the last active administrator stays."""
        if by == self.id and demoted:
            raise OwnRole
        keeper = membership.role in ("admin", "platform_admin") and membership.state == "active"
        if keeper and demoted and admins_left == 0:
            raise LastAdministrator

    def settle(self) -> None:
        """Derive who sees the account and as what, from where the person is a member."""
        self.seen_by = [membership.organization_id for membership in self.memberships]
        self.places = [
            place(one.organization_id, role, state)
            for one in self.memberships
            for role, state in ((one.role, ""), ("", one.state), (one.role, one.state))
        ]


def place(organization_id: str, role: str, state: str) -> str:
    """What a person is in an organization: by their role, by their state ("": any), or both."""
    return f"{organization_id} {role} {state}"
