"""Organizations: how they are called, opened, shut out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal

from email_validator import EmailNotValidError, validate_email
from msgspec import UNSET, field, structs

from rt.contracts.authz import (
    AddPartner,
    EditOrganization,
    IdentityAnswered,
    IdentityAsked,
    IdentityView,
    MemberChanged,
    OrganizationCreated,
    OrganizationResumed,
    OrganizationSuspended,
    OrganizationView,
    RegisterOrganization,
    Role,
    Standing,
    UserJoined,
)
from rt.contracts.authz.identities import IdentityAct
from rt.kernel.access.tokens import PLATFORM, Revoked
from rt.kernel.core.errors import Conflict, Invalid
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal, PersonalLabel
from rt.services.authz.domain.identity import (
    HISTORY_KEPT,
    IdentityChange,
    IdentityKept,
    IdentityWish,
    NothingNew,
    NothingWished,
    Numbers,
    numbers_of,
)
from rt.services.authz.domain.passwords import ADMINISTRATORS
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
    `wish` and `history` are those of its company numbers; `vat_branch` is the SIRET of an establishment
    whose VAT number another one of its company has too, by the platform's word.
    """

    name: str
    kind: OrganizationKind
    email: PersonalLabel
    country: str = "FR"
    siret: str = ""
    vat: str = ""
    vat_branch: str | None = None
    phone: Personal = ""
    language: str = "fr"
    guest: bool = False
    open: bool = False
    mfa_required: bool = False
    confirmed: bool = False
    wish: IdentityWish | None = None
    history: list[IdentityChange] = field(default_factory=list)
    suspended_at: datetime | None = None
    suspended_for: str = ""

    @property
    def suspended(self) -> bool:
        return self.suspended_at is not None

    def search_texts(self) -> Iterable[str]:
        return self.name, self.siret, self.vat

    @property
    def numbers(self) -> Numbers:
        return Numbers(self.siret, self.vat)

    def shares(self, numbers: Numbers) -> bool:
        """Whether these are of another establishment of this company, as the platform knows it.

        What an organization says of itself shares nothing: a SIRET of any company can be made up.
        """
        same = bool(numbers.siret and numbers.siren) and self.siret[:9] == numbers.siren
        return self.confirmed and same and self.siret != numbers.siret

    def numbers_wanted(self, asked: EditOrganization) -> Numbers:
        """The numbers that it would have after this change."""
        siret = self.siret if asked.siret is UNSET else asked.siret
        vat = self.vat if asked.vat is UNSET else asked.vat
        return numbers_of(siret or "", vat or "")

    def edit(self, asked: EditOrganization, by: str, at: datetime) -> None:
        """Change the card; numbers are declared, not just written."""
        self.declare(self.numbers_wanted(asked), by, at)
        self.patch(structs.replace(asked, siret=UNSET, vat=UNSET))
        self.name = self.name.strip()
        if asked.email is not UNSET:
            self.email = address(asked.email)

    def declare(self, numbers: Numbers, by: str, at: datetime) -> None:
        """Take one's first numbers; those that one has change by the platform's word alone."""
        for name in ("siret", "vat"):
            present, wanted = getattr(self.numbers, name), getattr(numbers, name)
            if present != wanted and (present or self.confirmed):
                raise IdentityKept(name)
        if numbers != self.numbers:
            self._take("declared", numbers, by, "", at)

    def ask_numbers(self, numbers: Numbers, proof: str, by: str, at: datetime) -> None:
        """Ask for other numbers, or to have one's own confirmed."""
        if not numbers or (self.confirmed and numbers == self.numbers):
            raise NothingNew("siret")
        self.wish = IdentityWish(numbers=numbers, proof=proof, at=at, by=by)
        self._keep(IdentityChange("asked", at, by, self.numbers, numbers, proof))
        self.emit(
            IdentityAsked(
                organization_id=self.id, organization_name=self.name, siret=numbers.siret, vat=numbers.vat
            )
        )

    def confirm(
        self, numbers: Numbers, by: str, reason: str, at: datetime, among: Sequence["Organization"] = ()
    ) -> None:
        """The platform's word that these numbers, asked for or declared, are this organization's.

        `among` are the other establishments of its company that keep the VAT number.
        """
        if not numbers or numbers not in (self.numbers, self.wish and self.wish.numbers):
            raise NothingWished
        self._take("confirmed", numbers, by, reason, at)
        first = all(one.vat_branch for one in among)
        self.wish, self.confirmed, self.vat_branch = None, True, None if first else numbers.siret
        self._answer("confirmed", numbers, reason)

    def refuse_numbers(self, numbers: Numbers, by: str, reason: str, at: datetime) -> None:
        if self.wish is None or numbers != self.wish.numbers:
            raise NothingWished
        self.wish = None
        self._keep(IdentityChange("refused", at, by, self.numbers, numbers, reason))
        self._answer("refused", numbers, reason)

    def lose(self, numbers: Numbers, by: str, reason: str, at: datetime) -> None:
        """Numbers that turned out to be another's; with a SIRET goes the VAT number of its company."""
        left = self.numbers.lacks(numbers)
        if self.siret and not left.siret and left.siren == self.siret[:9]:
            left = Numbers()
        self._take("taken", left, by, reason, at)
        self.confirmed = False
        self._answer("taken", numbers, reason)

    def welcome(self, user_id: str, email: str, name: str, role: Role, taken: Numbers, at: datetime) -> None:
        """A member came; the first administrator opens the organization, which is a guest no more.

        Numbers that a registered organization has are `taken`: they are asked for, not held.
        """
        self.emit(UserJoined(user_id=user_id, email=email, name=name, role=role))
        if self.open or role not in ADMINISTRATORS:
            return
        self.open, self.guest = True, False
        self.introduce()
        if taken:
            wanted = self.numbers
            self.siret, self.vat = self.numbers.lacks(taken).siret, self.numbers.lacks(taken).vat
            self.ask_numbers(wanted, "", user_id, at)
        elif self.numbers:
            self._keep(IdentityChange("declared", at, user_id, Numbers(), self.numbers))

    def note_member(self, user_id: str, email: str, role: Role, state: MemberState) -> None:
        """Tell what became of a member: in the organization's own timeline, not in the person's."""
        self.emit(MemberChanged(user_id=user_id, email=email, role=role, state=state))

    def introduce(self) -> None:
        self.emit(
            OrganizationCreated(organization_id=self.id, name=self.name, kind=self.kind, email=self.email)
        )

    def suspend(self, reason: str, by_org: str, at: datetime) -> None:
        if self.id == by_org:
            raise OwnSuspension
        if self.suspended:
            raise AlreadySuspended
        self.suspended_at, self.suspended_for = at, reason
        self.emit(OrganizationSuspended(organization_id=self.id))
        self.emit(Revoked(subject="organization", subject_id=self.id, before=at))

    def resume(self) -> None:
        if self.suspended:
            self.suspended_at, self.suspended_for = None, ""
            self.emit(OrganizationResumed(organization_id=self.id))

    def view(self, standing: Standing = "") -> OrganizationView:
        """The whole card: for itself, its partners, units that act for nobody, and the operator."""
        return OrganizationView(
            id=self.id,
            name=self.name,
            kind=self.kind,
            country=self.country,
            siret=self.siret,
            vat=self.vat,
            email=self.email,
            phone=self.phone,
            language=self.language,
            guest=self.guest,
            suspended=self.suspended,
            mfa_required=self.mfa_required,
            version=self.version,
            standing=standing,
            confirmed=self.confirmed,
        )

    def public_view(self, standing: Standing) -> OrganizationView:
        """What anybody signed in may know: what the company register says as well."""
        whole = self.view(standing)
        return structs.replace(whole, email="", phone="", guest=False, mfa_required=False, version=0)

    def identity_view(self, platform: bool, losing: list[str]) -> IdentityView:
        """Its numbers and their history; `losing` would lose those that it wishes for."""
        return IdentityView(
            organization_id=self.id,
            organization_name=self.name,
            siret=self.siret,
            vat=self.vat,
            confirmed=self.confirmed,
            wish=self.wish.view(losing) if self.wish else None,
            history=[change.view(platform) for change in reversed(self.history)],
        )

    def _take(self, act: IdentityAct, numbers: Numbers, by: str, reason: str, at: datetime) -> None:
        self._keep(IdentityChange(act, at, by, self.numbers, numbers, reason))
        self.siret, self.vat, self.vat_branch = numbers.siret, numbers.vat, None

    def _keep(self, change: IdentityChange) -> None:
        self.history = [*self.history, change][-HISTORY_KEPT:]

    def _answer(self, act: Literal["confirmed", "refused", "taken"], numbers: Numbers, reason: str) -> None:
        self.emit(
            IdentityAnswered(
                organization_id=self.id, act=act, siret=numbers.siret, vat=numbers.vat, reason=reason
            )
        )


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
    numbers = numbers_of(asked.siret, asked.vat)
    organization.siret, organization.vat = numbers.siret, numbers.vat
    return organization


def address(email: str, field: str = "email") -> str:
    """An address as it is stored: one spelling for one mailbox."""
    try:
        checked = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise EmailInvalid(field, value=email[:80]) from None
    return checked.normalized.lower()
