"""Whom an event concerns, as authz knows them at that moment: an organization and its members."""

from collections.abc import AsyncIterator

import msgspec

from rt.contracts.authz import FindOrganizations, FindUsers, GetOrganization, OrganizationView
from rt.kernel.core.errors import AskRefused
from rt.kernel.core.tenancy import acting_for
from rt.kernel.service.client import Services

MEMBERS = 200
CARDS = 100


class Person(msgspec.Struct, frozen=True):
    """A member to be told."""

    user_id: str
    email: str
    role: str


class People:
    """Asks authz each time: whoever was disabled a minute ago is told nothing more."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def organization(self, organization_id: str) -> OrganizationView | None:
        """The organization's card; None when there is no such organization."""
        with acting_for(organization_id):
            try:
                return await self._services.ask(GetOrganization(organization_id=organization_id))
            except AskRefused as refused:
                if refused.status == 404:
                    return None
                raise

    async def members(self, organization_id: str) -> list[Person]:
        """The active members of an organization, however many."""
        found: list[Person] = []
        after = ""
        with acting_for(organization_id):
            while True:
                page = await self._services.ask(FindUsers(state="active", after=after, limit=MEMBERS))
                found += [Person(user.user_id, user.email, user.role) for user in page.items]
                if not page.next:
                    return found
                after = page.next

    async def organizations(self) -> AsyncIterator[OrganizationView]:
        """Every registered organization."""
        after = ""
        while True:
            page = await self._services.ask(FindOrganizations(after=after, limit=CARDS))
            for card in page.items:
                yield card
            if not page.next:
                return
            after = page.next
