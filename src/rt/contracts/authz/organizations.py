"""Words about organizations and their partners."""

from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.authz.fields import (
    CountryCode,
    EmailText,
    Language,
    OrganizationName,
    PageSize,
    PersonName,
)
from rt.kernel.messages import OPEN, SIGNED_IN, Command, Cursor, Empty, Query, View
from rt.trade.references import OrganizationId
from rt.trade.roles import OrganizationKind

Siret = Annotated[str, Meta(max_length=20)]
VatNumber = Annotated[str, Meta(max_length=20)]
Phone = Annotated[str, Meta(max_length=40)]
AnyKind = Literal["", "shipper", "carrier", "forwarder", "logistician", "supplier", "recipient", "operator"]


class OrganizationView(View):
    """The card of an organization.

    `email` and `phone` are empty, `mfa_required` false, for organizations that are no partner of the reader.
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
    kind: Literal["shipper", "carrier", "forwarder", "logistician", "supplier", "recipient"]
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
    """Change one's own organization (If-Match: its version); absent fields stay as they are."""

    organization_id: OrganizationId
    name: OrganizationName | None = None
    country: CountryCode | None = None
    siret: Siret | None = None
    vat: VatNumber | None = None
    email: EmailText | None = None
    phone: Phone | None = None
    language: Language | None = None
    mfa_required: bool | None = None


class AddPartner(Command[OrganizationView], route="/auth/partners", needs=SIGNED_IN, status=201):
    """Write down a partner: the registered organization with that SIRET, else a guest that acts by links.

    For whoever may write orders (`core_orders.write`) or runs the organization (`authz.write`).
    """

    name: OrganizationName
    kind: OrganizationKind
    email: EmailText
    country: CountryCode = "FR"
    siret: Siret = ""
    vat: VatNumber = ""
    phone: Phone = ""
    language: Language = "fr"


class FindPartners(Query[OrganizationsPage], route="/auth/partners", needs=SIGNED_IN):
    """The organization's partners by kind and name."""

    kind: AnyKind = ""
    q: Annotated[str, Meta(max_length=80)] = ""
    after: Cursor = ""
    limit: PageSize = 50


class InvitePartner(Command[Empty], route="/auth/partners/{organization_id}/invite", needs="authz.write"):
    """Invite a guest partner to open its account; it stops being a guest when the invitation is accepted."""

    organization_id: OrganizationId


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
