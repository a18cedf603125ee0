"""What planning asks of its neighbours: who is a member or partner, and whose an order is."""

from collections.abc import Sequence

from rt.contracts.authz import GetOrganization, GetUser
from rt.contracts.core_orders import GetOrder, OrderView
from rt.kernel.core.errors import AskRefused, ReferenceUnknown
from rt.kernel.core.tenancy import acting_for
from rt.kernel.service.client import Services

CONFIDED = ("self", "guest", "partner")
"""Standings of organizations whose goods a dock may serve."""
NOT_THERE = (403, 404)


class Neighbours:
    """Authz and core_orders, asked for the organization that is acted for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def need_member(self, user_id: str | None, field: str) -> None:
        """Refuse a person who is no member of the organization; none is named by nothing."""
        if user_id:
            await self._services.known(field, GetUser(user_id=user_id))

    async def need_served(self, organization_ids: Sequence[str]) -> None:
        """Refuse to serve whom this organization has no word from."""
        for organization_id in organization_ids:
            if not await self._confided(organization_id):
                raise ReferenceUnknown("serves")

    async def serves(self, owner_id: str, party_id: str) -> bool:
        """Whether a dock's owner still stands as the partner of whom it serves."""
        with acting_for(owner_id):
            return await self._confided(party_id)

    async def order(self, order_id: str) -> OrderView | None:
        """The order as its reader's part in it allows; none where there is no part."""
        try:
            return await self._services.ask(GetOrder(order_id=order_id))
        except AskRefused as refused:
            if refused.status not in NOT_THERE:
                raise
            return None

    async def _confided(self, organization_id: str) -> bool:
        try:
            card = await self._services.ask(GetOrganization(organization_id=organization_id))
        except AskRefused as refused:
            if refused.status not in NOT_THERE:
                raise
            return False
        return card.standing in CONFIDED
