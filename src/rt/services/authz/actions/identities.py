"""Company numbers: asked for with a proof, confirmed or refused by the platform, read with their history."""

from rt.contracts.authz import (
    AskIdentityChange,
    ConfirmIdentity,
    FindIdentityWishes,
    GetIdentity,
    IdentitiesPage,
    IdentityView,
    RefuseIdentity,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.storage.persistence import transaction
from rt.services.authz.actions.caller import acts_for_platform
from rt.services.authz.domain.identity import numbers_of
from rt.services.authz.domain.organization import Organization
from rt.services.authz.store import AuthzStore


class Identities:
    """Whose SIRET and VAT number which is."""

    def __init__(self, store: AuthzStore) -> None:
        self._store = store

    async def get(self, asked: GetIdentity) -> IdentityView:
        kept = self._store.organizations
        kept = kept.everywhere if acts_for_platform() else kept
        return await self._view(await kept.get(asked.organization_id))

    async def ask(self, asked: AskIdentityChange) -> IdentityView:
        async with self._store.organizations.change(asked.organization_id) as organization:
            numbers = numbers_of(asked.siret, asked.vat)
            organization.ask_numbers(numbers, asked.proof, current_actor().id, now())
        return await self._view(organization)

    async def wishes(self, asked: FindIdentityWishes) -> IdentitiesPage:
        page = await self._store.wishing(asked.after, asked.limit)
        return IdentitiesPage(items=[await self._view(one) for one in page.items], next=page.next)

    async def confirm(self, asked: ConfirmIdentity) -> IdentityView:
        """The numbers go to whose they are; whoever else held them lost them in the same write.

        Another establishment of the same company, confirmed as such, keeps its VAT number.
        """
        numbers, by, at = numbers_of(asked.siret, asked.vat), current_actor().id, now()
        kept = self._store.organizations.everywhere
        async with transaction(self._store.database):
            among = []
            for holder in await self._store.holders(numbers, asked.organization_id):
                if holder.shares(numbers):
                    among.append(holder)
                    continue
                async with kept.change(holder.id) as losing:
                    losing.lose(numbers, by, asked.reason, at)
            async with kept.change(asked.organization_id) as organization:
                organization.confirm(numbers, by, asked.reason, at, among)
        return await self._view(organization)

    async def refuse(self, asked: RefuseIdentity) -> IdentityView:
        numbers = numbers_of(asked.siret, asked.vat)
        async with self._store.organizations.everywhere.change(asked.organization_id) as organization:
            organization.refuse_numbers(numbers, current_actor().id, asked.reason, now())
        return await self._view(organization)

    async def _view(self, organization: Organization) -> IdentityView:
        platform, wish = acts_for_platform(), organization.wish
        losing = []
        if platform and wish:
            holders = await self._store.holders(wish.numbers, organization.id)
            losing = [one.id for one in holders if not one.shares(wish.numbers)]
        return organization.identity_view(platform, losing)
