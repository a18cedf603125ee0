"""Organizations: registered, seen, edited, shut out."""

from contextlib import suppress

from rt.contracts.authz import (
    EditOrganization,
    FindOrganizations,
    GetOrganization,
    OrganizationsPage,
    OrganizationView,
    RegisterOrganization,
    RegistrationView,
    ResumeOrganization,
    SuspendOrganization,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists, NotFound
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.services.authz.actions.cards import Cards
from rt.services.authz.actions.members import Members
from rt.services.authz.domain.identity import NumberTaken
from rt.services.authz.domain.invitation import INVITATION_LIFE
from rt.services.authz.domain.organization import OPERATOR, Organization, named
from rt.services.authz.store import AuthzStore


class Organizations:
    """Who is on the platform."""

    def __init__(self, store: AuthzStore, members: Members) -> None:
        self._store = store
        self._members = members
        self._cards = Cards(store)

    async def register(self, asked: RegisterOrganization) -> RegistrationView:
        """A new organization, closed until its administrator follows the link of the mail."""
        organization = named(new_id("org"), asked)
        await self._store.organizations.add(organization)
        await self._members.offer(organization, asked.email, asked.person_name, "admin", asked.language)
        return RegistrationView(organization_id=organization.id)

    async def ensure_operator(self) -> None:
        """The organization that runs the platform is there from the first start."""
        operator = Organization(
            id=OPERATOR, org_id=OPERATOR, name="RT-Technologie", kind="operator", email="", open=True
        )
        with suppress(AlreadyExists):
            await self._store.organizations.add(operator)

    async def get(self, asked: GetOrganization) -> OrganizationView:
        """A partner's card whole, a stranger's without address, a stranger's guest not at all."""
        organization = await self._store.organizations.everywhere.get(asked.organization_id)
        card = await self._cards.one(organization)
        if card is None:
            raise NotFound
        return card

    async def find(self, asked: FindOrganizations) -> OrganizationsPage:
        page = await self._store.registered(asked.kind, asked.q, asked.after, asked.limit)
        return OrganizationsPage(items=await self._cards.of(page.items), next=page.next)

    async def edit(self, asked: EditOrganization) -> OrganizationView:
        """Change one's own; another's is not found, and another's numbers are not taken."""
        try:
            async with self._store.organizations.change(asked.organization_id) as organization:
                numbers = organization.numbers_wanted(asked)
                taken = await self._store.taken(numbers.lacks(organization.numbers), organization.id)
                if taken:
                    raise NumberTaken("siret" if taken.siret else "vat")
                organization.edit(asked, current_actor().id, now())
        except AlreadyExists:
            raise NumberTaken("siret") from None
        return organization.view("self")

    async def suspend(self, asked: SuspendOrganization) -> OrganizationView:
        async with self._store.organizations.everywhere.change(asked.organization_id) as organization:
            organization.suspend(asked.reason, current_org(), now())
        return organization.view()

    async def resume(self, asked: ResumeOrganization) -> OrganizationView:
        async with self._store.organizations.everywhere.change(asked.organization_id) as organization:
            organization.resume()
        return organization.view()

    async def forget_unopened(self) -> None:
        """Registrations that nobody confirmed within the life of an invitation leave nothing behind."""
        where = {"open": False, "guest": False, "created_at": {"$lt": now() - INVITATION_LIFE}}
        for organization in await self._store.organizations.everywhere.find(where):
            await self._members.forget(organization.id)
            await self._store.organizations.everywhere.remove(organization.id)
