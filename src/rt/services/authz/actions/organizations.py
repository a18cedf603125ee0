"""Organizations: registered, seen, edited, written down as partners, shut out."""

from contextlib import suppress

from rt.contracts.authz import (
    AddPartner,
    EditOrganization,
    FindOrganizations,
    FindPartners,
    GetOrganization,
    InvitePartner,
    OrganizationsPage,
    OrganizationView,
    RegisterOrganization,
    RegistrationView,
    ResumeOrganization,
    SuspendOrganization,
)
from rt.kernel.clock import now
from rt.kernel.errors import AlreadyExists, NotFound
from rt.kernel.identity import RightMissing, current_actor
from rt.kernel.ids import derived_id, new_id
from rt.kernel.messages import Empty
from rt.kernel.tenancy import current_org
from rt.services.authz.actions.members import Members
from rt.services.authz.domain.organization import (
    INVITATION_LIFE,
    OPERATOR,
    NotGuest,
    Organization,
    Partner,
    address,
)
from rt.services.authz.store import AuthzStore


class Organizations:
    """Who is on the platform."""

    def __init__(self, store: AuthzStore, members: Members) -> None:
        self._store = store
        self._members = members

    async def register(self, asked: RegisterOrganization) -> RegistrationView:
        """A new organization, closed until its administrator follows the link of the mail."""
        organization = _new(new_id("org"), asked)
        organization.identify(asked.siret, asked.vat)
        await self._store.organizations.add(organization)
        await self._members.offer(organization, asked.email, asked.person_name, "admin", asked.language)
        return RegistrationView(organization_id=organization.id)

    async def ensure_operator(self) -> None:
        """The organization that runs the platform is there from the first start."""
        operator = Organization(
            id=OPERATOR, org_id=OPERATOR, name="RT-Technologie", kind="operator", email="", open=True
        )
        operator.call(operator.name)
        with suppress(AlreadyExists):
            await self._store.organizations.add(operator)

    async def get(self, asked: GetOrganization) -> OrganizationView:
        """A partner's card whole, a stranger's without address, a stranger's guest not at all."""
        organization = await self._store.organizations.everywhere.get(asked.organization_id)
        if await self._knows(organization.id):
            return card(organization)
        if organization.guest or not organization.open:
            raise NotFound
        return public_card(organization)

    async def find(self, asked: FindOrganizations) -> OrganizationsPage:
        page = await self._store.registered(asked.kind, asked.q, asked.after, asked.limit)
        shown = card if current_actor().may("authz.admin") else public_card
        return OrganizationsPage(items=[shown(organization) for organization in page.items], next=page.next)

    async def edit(self, asked: EditOrganization) -> OrganizationView:
        """Change one's own; another's is not found."""
        async with self._store.organizations.change(asked.organization_id) as organization:
            organization.name = asked.name or organization.name
            organization.country = asked.country or organization.country
            organization.language = asked.language or organization.language
            organization.email = address(asked.email) if asked.email else organization.email
            organization.phone = organization.phone if asked.phone is None else asked.phone
            if asked.mfa_required is not None:
                organization.mfa_required = asked.mfa_required
            organization.identify(
                organization.siret if asked.siret is None else asked.siret,
                organization.vat if asked.vat is None else asked.vat,
            )
        return card(organization)

    async def add_partner(self, asked: AddPartner) -> OrganizationView:
        """The registered organization with that SIRET, else a guest of one's own."""
        actor = current_actor()
        if not (actor.may("core_orders.write") or actor.may("authz.write")):
            raise RightMissing(right="core_orders.write")
        guest = _new(new_id("org"), asked)
        guest.guest = True
        guest.identify(asked.siret, asked.vat)
        organization = await self._store.registered_as(guest.siret) if guest.siret else None
        if organization is None:
            guest.introduce()
            organization = await self._store.organizations.add(guest)
        partner = Partner(
            id=derived_id("prt", current_org(), organization.id),
            partner_id=organization.id,
            kind=organization.kind,
            name=organization.name,
            email=organization.email,
            words=organization.words,
        )
        with suppress(AlreadyExists):
            await self._store.partners.add(partner)
        return card(organization)

    async def find_partners(self, asked: FindPartners) -> OrganizationsPage:
        page = await self._store.partners_by(asked.kind, asked.q, asked.after, asked.limit)
        known = await self._store.organizations_by_id([partner.partner_id for partner in page.items])
        shown = [card(known[partner.partner_id]) for partner in page.items if partner.partner_id in known]
        return OrganizationsPage(items=shown, next=page.next)

    async def invite_partner(self, asked: InvitePartner) -> Empty:
        """Have a guest open its account: whoever reads its mail becomes its administrator."""
        if await self._store.partner(asked.organization_id) is None:
            raise NotFound
        organization = await self._store.organizations.everywhere.get(asked.organization_id)
        if not organization.guest:
            raise NotGuest(name=organization.name)
        await self._members.offer(
            organization, organization.email, organization.name, "admin", organization.language
        )
        return Empty()

    async def suspend(self, asked: SuspendOrganization) -> OrganizationView:
        async with self._store.organizations.everywhere.change(asked.organization_id) as organization:
            organization.suspend(asked.reason, current_org(), now())
        return card(organization)

    async def resume(self, asked: ResumeOrganization) -> OrganizationView:
        async with self._store.organizations.everywhere.change(asked.organization_id) as organization:
            organization.resume()
        return card(organization)

    async def forget_unopened(self) -> None:
        """Registrations that nobody confirmed within the life of an invitation leave nothing behind."""
        where = {"open": False, "guest": False, "created_at": {"$lt": now() - INVITATION_LIFE}}
        for organization in await self._store.organizations.everywhere.find(where):
            await self._members.forget(organization.id)
            await self._store.organizations.everywhere.remove(organization.id)

    async def _knows(self, organization_id: str) -> bool:
        actor = current_actor()
        if actor.kind == "unit" or actor.org_id == organization_id or actor.may("authz.admin"):
            return True
        return await self._store.partner(organization_id) is not None


def card(organization: Organization) -> OrganizationView:
    """The whole card: for itself, its partners, units and the operator."""
    return OrganizationView(
        id=organization.id,
        name=organization.name,
        kind=organization.kind,
        country=organization.country,
        siret=organization.siret,
        vat=organization.vat,
        email=organization.email,
        phone=organization.phone,
        language=organization.language,
        guest=organization.guest,
        suspended=organization.suspended,
        mfa_required=organization.mfa_required,
        version=organization.version,
    )


def public_card(organization: Organization) -> OrganizationView:
    """What anybody signed in may know: what the company register says as well."""
    return OrganizationView(
        id=organization.id,
        name=organization.name,
        kind=organization.kind,
        country=organization.country,
        siret=organization.siret,
        vat=organization.vat,
        email="",
        phone="",
        language=organization.language,
        guest=False,
        suspended=organization.suspended,
    )


def _new(organization_id: str, asked: RegisterOrganization | AddPartner) -> Organization:
    return Organization(
        id=organization_id,
        org_id=organization_id,
        name=asked.name.strip(),
        kind=asked.kind,
        email=address(asked.email),
        country=asked.country,
        phone=asked.phone,
        language=asked.language,
    )
