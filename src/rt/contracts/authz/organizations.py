"""Messages about organizations: registered, found, edited, shut out."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from rt.contracts.authz.fields import (
    CountryCode,
    Language,
    OrganizationName,
    PageSize,
    PersonName,
)
from rt.kernel.model.messages import OPEN, SAID, SIGNED_IN, Command, Cursor, Query, View
from rt.trade.contacts import EmailText
from rt.trade.references import OrganizationId
from rt.trade.roles import OrganizationKind

Siret = Annotated[str, Meta(max_length=20)]
VatNumber = Annotated[str, Meta(max_length=20)]
Phone = Annotated[str, Meta(max_length=40)]
RegisteredKind = Literal["shipper", "carrier", "forwarder", "logistician", "supplier", "recipient"]
"""What an organization can be said to be; the operator is made by the installation alone."""
Standing = Literal["", "self", "guest", "partner", "asked", "asks", "blocked", "stranger"]
"""What an organization is to the reader: itself, its own guest, partner by both their will, asked by it,
asking it, blocked by either, or none of these. Empty where nobody reads."""
AnyKind = Literal["", "shipper", "carrier", "forwarder", "logistician", "supplier", "recipient", "operator"]


class OrganizationView(View):
    """The card of an organization, and what it is to the reader (`standing`).

    `email` and `phone` are empty, `mfa_required` false, unless it is the reader itself, its guest or partner.
    SIRET and VAT number are what it declared, or `confirmed` by the platform.
    """

    id: str
    name: str
    kind: OrganizationKind
    country: str
    siret: str
    vat: str
    email: str
    phone: str
    language: str
    guest: bool
    suspended: bool
    mfa_required: bool = False
    version: int = 0
    standing: Standing = ""
    confirmed: bool = False


class OrganizationsPage(View):
    """Cards of organizations; `next` is empty on the last page."""

    items: list[OrganizationView]
    next: str = ""


class RegistrationView(View):
    """Registered; the link in the mail sent to the administrator opens the door."""

    organization_id: str


class RegisterOrganization(
    Command[RegistrationView], route="/auth/organizations", needs=OPEN, keyed=False, status=201
):
    """Register an organization; its first administrator is invited by e-mail and chooses a password there."""

    name: OrganizationName
    kind: RegisteredKind
    email: EmailText
    person_name: PersonName
    country: CountryCode = "FR"
    siret: Siret = ""
    vat: VatNumber = ""
    phone: Phone = ""
    language: Language = "fr"


class GetOrganization(
    Query[OrganizationView], route="/auth/organizations/{organization_id}", needs=SIGNED_IN
):
    """The card of one organization."""

    organization_id: OrganizationId


class FindOrganizations(Query[OrganizationsPage], route="/auth/organizations", needs=SIGNED_IN):
    """Registered organizations by kind and by the beginning of a word of their name, SIRET or VAT number."""

    kind: AnyKind = ""
    q: Annotated[str, Meta(max_length=80)] = ""
    after: Cursor = ""
    limit: PageSize = 50


class EditOrganization(
    Command[OrganizationView],
    route="/auth/organizations/{organization_id}",
    needs="authz.write",
    method="PATCH",
):
    """Change one's own organization (If-Match: its version).

    SIRET and VAT number are set here once, while they are nobody's; afterwards by AskIdentityChange.
    """

    organization_id: OrganizationId
    name: OrganizationName | UnsetType = UNSET
    country: CountryCode | UnsetType = UNSET
    siret: Annotated[Siret, SAID] | UnsetType | None = UNSET
    vat: Annotated[VatNumber, SAID] | UnsetType | None = UNSET
    email: EmailText | UnsetType = UNSET
    phone: Annotated[Phone, SAID] | UnsetType | None = UNSET
    language: Language | UnsetType = UNSET
    mfa_required: bool | UnsetType = UNSET


class SuspendOrganization(
    Command[OrganizationView], route="/auth/organizations/{organization_id}/suspend", needs="authz.admin"
):
    """Shut an organization out: all its tokens, keys and links are refused within a minute."""

    organization_id: OrganizationId
    reason: Annotated[str, Meta(min_length=3, max_length=300)]


class ResumeOrganization(
    Command[OrganizationView], route="/auth/organizations/{organization_id}/resume", needs="authz.admin"
):
    """Let a suspended organization in again."""

    organization_id: OrganizationId
