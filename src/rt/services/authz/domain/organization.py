"""Organizations: how they are called, opened, shut out."""

from datetime import datetime
from typing import Final, Literal

import msgspec
from email_validator import EmailNotValidError, validate_email

from rt.contracts.authz import (
    AddPartner,
    MemberChanged,
    OrganizationCreated,
    OrganizationResumed,
    OrganizationSuspended,
    RegisterOrganization,
    Role,
    UserJoined,
)
from rt.kernel.entity import Entity
from rt.kernel.errors import Conflict, Invalid
from rt.kernel.tokens import PLATFORM, Revoked
from rt.services.authz.domain.passwords import ADMINISTRATORS
from rt.trade import identifiers
from rt.trade.roles import OrganizationKind

OPERATOR: Final = PLATFORM
"""The organization that runs the platform; accounts and signing keys are kept under its name."""

MemberState = Literal["invited", "active", "disabled", "removed"]


class EmailInvalid(Invalid):
    fr = "{value} n'est pas une adresse électronique."
    en = "{value} is not an e-mail address."


class AlreadySuspended(Conflict):
    fr = "Cette organisation est déjà suspendue."
    en = "This organization is already suspended."


class OwnSuspension(Conflict):
    fr = "L'exploitant ne suspend pas sa propre organisation."
    en = "The operator does not suspend its own organization."


class NotGuest(Conflict):
    fr = "{name} a déjà son compte."
    en = "{name} already has its account."


class Organization(Entity):
    """A company on the platform; `org_id` is its own id.

    A guest was written down by a partner and acts by links alone; `open` once its first administrator came.
    """

    name: str
    kind: OrganizationKind
    email: str
    words: list[str] = msgspec.field(default_factory=list)
    country: str = "FR"
    siret: str = ""
    vat: str = ""
    phone: str = ""
    language: str = "fr"
    guest: bool = False
    open: bool = False
    mfa_required: bool = False
    suspended_at: datetime | None = None
    suspended_for: str = ""

    @property
    def suspended(self) -> bool:
        return self.suspended_at is not None

    def call(self, name: str) -> None:
        """Take a name, and the words it is found by."""
        self.name = name.strip()
        self.words = sorted(
            {*words_of(self.name), *filter(None, (self.siret, self.siret[:9], self.vat.lower()))}
        )

    def identify(self, siret: str, vat: str) -> None:
        """Take checked company numbers; a French VAT number must be that of the SIREN."""
        self.siret = identifiers.siret(siret) if siret.strip() else ""
        self.vat = identifiers.vat(vat) if vat.strip() else ""
        if self.siret and self.vat.startswith("FR"):
            identifiers.vat_belongs_to_siren(self.vat, self.siret[:9])
        self.call(self.name)

    def welcome(self, user_id: str, email: str, name: str, role: Role) -> None:
        """A member came; the first administrator opens the organization, which is a guest no more."""
        self.tell(UserJoined(user_id=user_id, email=email, name=name, role=role))
        if not self.open and role in ADMINISTRATORS:
            self.open, self.guest = True, False
            self.introduce()

    def note_member(self, user_id: str, email: str, role: Role, state: MemberState) -> None:
        """Tell what became of a member: in the organization's own story, not in the person's."""
        self.tell(MemberChanged(user_id=user_id, email=email, role=role, state=state))

    def introduce(self) -> None:
        self.tell(
            OrganizationCreated(organization_id=self.id, name=self.name, kind=self.kind, email=self.email)
        )

    def suspend(self, reason: str, by_org: str, at: datetime) -> None:
        if self.id == by_org:
            raise OwnSuspension
        if self.suspended:
            raise AlreadySuspended
        self.suspended_at, self.suspended_for = at, reason
        self.tell(OrganizationSuspended(organization_id=self.id))
        self.tell(Revoked(subject="organization", subject_id=self.id, before=at))

    def resume(self) -> None:
        if self.suspended:
            self.suspended_at, self.suspended_for = None, ""
            self.tell(OrganizationResumed(organization_id=self.id))


def named(organization_id: str, asked: RegisterOrganization | AddPartner) -> Organization:
    """The organization that a registration or a partner describes, not open yet."""
    organization = Organization(
        id=organization_id,
        org_id=organization_id,
        name=asked.name.strip(),
        kind=asked.kind,
        email=address(asked.email),
        country=asked.country,
        phone=asked.phone,
        language=asked.language,
    )
    organization.identify(asked.siret, asked.vat)
    return organization


def words_of(text: str) -> list[str]:
    """Lower-case words by which a name is found, legal forms and all."""
    return [word for word in "".join(c if c.isalnum() else " " for c in text.casefold()).split() if word]


def address(email: str, field: str = "email") -> str:
    """An address as it is stored: one spelling for one mailbox."""
    try:
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise EmailInvalid(field, value=email[:80]) from None
    return checked.normalized.lower()
