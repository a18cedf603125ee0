"""Messages about partnerships: asked, accepted on both sides, refused; and guests that act by links."""

from typing import Annotated

from msgspec import Meta

from rt.contracts.authz.fields import CountryCode, Language, OrganizationName, PageSize
from rt.contracts.authz.organizations import (
    AnyKind,
    OrganizationsPage,
    OrganizationView,
    Phone,
    RegisteredKind,
    Siret,
    Standing,
    VatNumber,
)
from rt.kernel.model.messages import Command, Cursor, Empty, Query
from rt.trade.contacts import EmailText
from rt.trade.references import OrganizationId


class AddPartner(Command[OrganizationView], route="/auth/partners", needs="authz.partner", status=201):
    """Ask the registered organization with that SIRET or VAT number to be a partner, else write down a guest.

    Of an organization that asked already this accepts; a guest acts by links. The answer's `standing` says
    which it is; name and addresses given for a registered organization are not kept.
    """

    name: OrganizationName
    kind: RegisteredKind
    email: EmailText
    country: CountryCode = "FR"
    siret: Siret = ""
    vat: VatNumber = ""
    phone: Phone = ""
    language: Language = "fr"


class AskPartner(
    Command[OrganizationView], route="/auth/partners/{organization_id}/ask", needs="authz.partner"
):
    """Ask a registered organization to be a partner; one that asked already is one from now on."""

    organization_id: OrganizationId


class AcceptPartner(
    Command[OrganizationView], route="/auth/partners/{organization_id}/accept", needs="authz.partner"
):
    """Say yes to an organization that asks: from now on both are partners."""

    organization_id: OrganizationId


class BlockPartner(
    Command[OrganizationView], route="/auth/partners/{organization_id}/block", needs="authz.partner"
):
    """Have no more to do with an organization: it is told nothing of us, and its tenders are refused."""

    organization_id: OrganizationId


class UnblockPartner(
    Command[OrganizationView], route="/auth/partners/{organization_id}/unblock", needs="authz.partner"
):
    """Lift one's own block; a partnership begins anew, by asking or accepting."""

    organization_id: OrganizationId


class FindPartners(Query[OrganizationsPage], route="/auth/partners", needs="authz.read"):
    """Partners by kind, name and standing; without a standing, those that we wrote down and do not block."""

    kind: AnyKind = ""
    q: Annotated[str, Meta(max_length=80)] = ""
    standing: Standing = ""
    after: Cursor = ""
    limit: PageSize = 50


class InvitePartner(Command[Empty], route="/auth/partners/{organization_id}/invite", needs="authz.write"):
    """Invite a guest partner to open its account; it stops being a guest when the invitation is accepted."""

    organization_id: OrganizationId
