"""Messages about company numbers: declared once, changed only by the platform's word, with their history."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta

from rt.contracts.authz.fields import PageSize
from rt.contracts.authz.organizations import Siret, VatNumber
from rt.kernel.model.messages import Command, Cursor, Query, View
from rt.trade.references import OrganizationId

Proof = Annotated[str, Meta(min_length=3, max_length=500)]
"""What shows that the numbers are one's own: the reference of an extract of the company register."""
IdentityAct = Literal["declared", "asked", "confirmed", "refused", "taken"]


class IdentityWishView(View):
    """Numbers that an organization asks for; `held_by` says to the platform who would lose one of them."""

    siret: str
    vat: str
    proof: str
    asked_at: datetime
    held_by: list[str]


class IdentityChangeView(View):
    """What became of the numbers when, by whom; `by` is empty where the platform alone may know."""

    act: IdentityAct
    at: datetime
    by: str
    siret_before: str
    siret_after: str
    vat_before: str
    vat_after: str
    reason: str


class IdentityView(View):
    """An organization's numbers: whether the platform confirmed them, what is asked, what was."""

    organization_id: str
    organization_name: str
    siret: str
    vat: str
    confirmed: bool
    wish: IdentityWishView | None
    history: list[IdentityChangeView]


class IdentitiesPage(View):
    """Organizations that ask for numbers; `next` is empty on the last page."""

    items: list[IdentityView]
    next: str = ""


class GetIdentity(
    Query[IdentityView], route="/auth/organizations/{organization_id}/identity", needs="authz.read"
):
    """One's own numbers and their history; the platform reads everybody's."""

    organization_id: OrganizationId


class AskIdentityChange(
    Command[IdentityView], route="/auth/organizations/{organization_id}/identity", needs="authz.write"
):
    """Ask for other numbers than one's present ones, or for numbers that another holds, with a proof.

    The present ones stay until the platform has confirmed; a wish before is replaced.
    """

    organization_id: OrganizationId
    proof: Proof
    siret: Siret = ""
    vat: VatNumber = ""


class FindIdentityWishes(Query[IdentitiesPage], route="/auth/identities", needs="authz.admin"):
    """Who waits for the platform's word, the longest waiting first."""

    after: Cursor = ""
    limit: PageSize = 50


class ConfirmIdentity(
    Command[IdentityView],
    route="/auth/organizations/{organization_id}/identity/confirm",
    needs="authz.admin",
):
    """The platform's word that these numbers are this organization's; whoever else holds them loses them."""

    organization_id: OrganizationId
    reason: Proof
    siret: Siret = ""
    vat: VatNumber = ""


class RefuseIdentity(
    Command[IdentityView],
    route="/auth/organizations/{organization_id}/identity/refuse",
    needs="authz.admin",
):
    """Say no to the numbers that were asked for, named so that nothing else is refused."""

    organization_id: OrganizationId
    reason: Proof
    siret: Siret = ""
    vat: VatNumber = ""
