"""Whom the pallet service asks: authz, for organizations and the links of those without account."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime

from rt.contracts.authz import AddPartner, GetOrganization, IssueLink, OrganizationView
from rt.kernel.core.errors import AskRefused, ReferenceUnknown
from rt.kernel.service.client import Services


class Directory:
    """Organizations as they stand to the one that is acted for."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def card(self, organization_id: str) -> OrganizationView | None:
        """The card; None for one that the organization may not know of, or that does not exist."""
        try:
            return await self._services.ask(GetOrganization(organization_id=organization_id))
        except AskRefused as refused:
            if refused.status == 404:
                return None
            raise

    async def is_guest(self, organization_id: str) -> bool:
        """Whether nobody can answer for it with an account of its own."""
        card = await self.card(organization_id)
        return card is None or card.guest

    async def own_name(self, organization_id: str) -> str:
        return (await self._services.ask(GetOrganization(organization_id=organization_id))).name

    async def known(self, field: str, organization_id: str, acquainted: bool = False) -> OrganizationView:
        """One that the organization may name: a partner or guest, or whoever it has agreed with before."""
        card = await self.card(organization_id)
        if card is None or card.standing == "blocked":
            raise ReferenceUnknown(field)
        if card.standing not in ("self", "guest", "partner") and not acquainted:
            raise ReferenceUnknown(field)
        return card

    async def all_known(
        self, named: Mapping[str, str], acquainted: Callable[[str], Awaitable[bool]]
    ) -> dict[str, OrganizationView]:
        """Those that several fields name; all that may not be named are refused together."""
        found: dict[str, OrganizationView] = {}
        unknown: list[ReferenceUnknown] = []
        for field, organization_id in named.items():
            try:
                found[field] = await self.known(field, organization_id, await acquainted(organization_id))
            except ReferenceUnknown as refusal:
                unknown.append(refusal)
        if unknown:
            unknown[0].parts = tuple(unknown)
            raise unknown[0]
        return found

    async def guest(self, name: str, email: str) -> OrganizationView:
        """A partner known by name alone, written down with its address so that it can answer."""
        return await self._services.ask(AddPartner(name=name, kind="recipient", email=email))

    async def statement_link(self, statement_id: str, guest_id: str, until: datetime) -> str:
        """The token with which a guest answers one statement."""
        link = await self._services.ask(
            IssueLink(
                scope="answer_statement",
                object_id=statement_id,
                organization_id=guest_id,
                expires_at=until,
            )
        )
        return link.token
