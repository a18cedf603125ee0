"""What core_orders asks of authz: the cards of partners, and links for carriers without an account."""

import time
from datetime import datetime, timedelta

from rt.contracts.authz import GetOrganization, IssueLink
from rt.kernel.client import Services
from rt.kernel.clock import now
from rt.kernel.errors import AskRefused, ReferenceUnknown
from rt.kernel.identity import current_actor
from rt.kernel.ids import caused_key
from rt.kernel.tenancy import current_org
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.domain.partners import Partner
from rt.services.core_orders.domain.states import Hand
from rt.services.core_orders.domain.tendering import Guest

NAME_SECONDS = 60
"""How long an organization's own name is kept: it changes seldom, imports ask often."""
TENDER_CLAIM = "tender"
"""What a link to answer an offer says of it: the offer that it was sent for."""
LINK_AFTER = timedelta(days=30)
"""A guest carrier follows its order by the link for so long after the deadline of the offer."""

SLOT_LINK_AFTER, SLOT_LINK_MOST = timedelta(days=7), timedelta(days=89)
"""A guest carrier books and moves its slots so long after the delivery, within the 90 days of any link."""


class Directory:
    """The organizations that orders name."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._names: dict[str, tuple[float, str]] = {}

    async def own_name(self) -> str:
        """The name of the current organization."""
        org_id = current_org()
        known = self._names.get(org_id)
        if known and known[0] > time.monotonic():
            return known[1]
        name = (await self._services.ask(GetOrganization(organization_id=org_id))).name
        if len(self._names) > 10_000:
            self._names.clear()
        self._names[org_id] = (time.monotonic() + NAME_SECONDS, name)
        return name

    async def partner(self, organization_id: str, field: str) -> Partner:
        """An organization as it stands to the current one at this moment, or ReferenceUnknown."""
        try:
            card = await self._services.ask(GetOrganization(organization_id=organization_id))
        except AskRefused as refused:
            if refused.status == 404:
                raise ReferenceUnknown(field) from refused
            raise
        return Partner(card.id, card.name, card.email, card.kind, card.guest, card.standing)

    async def tender_link(self, order_id: str, tender_id: str, carrier: Partner, deadline: datetime) -> str:
        """The token with which a guest carrier answers that offer; none for a carrier that signs in."""
        if not carrier.guest:
            return ""
        link = await self._services.ask(
            IssueLink(
                scope="accept_tender",
                object_id=order_id,
                organization_id=carrier.id,
                expires_at=deadline + LINK_AFTER,
                claims={TENDER_CLAIM: tender_id},
            ),
            key=caused_key("tender_link", tender_id),
        )
        return link.token

    async def guest(self, order: Order, carrier: Partner) -> Guest | None:
        """How a carrier without an account is reached and books a dock; None for one that signs in."""
        if not carrier.guest:
            return None
        delivered = order.delivery.until_at or order.delivery.from_at or now()
        link = await self._services.ask(
            IssueLink(
                scope="book_slot",
                object_id=order.id,
                organization_id=carrier.id,
                expires_at=min(max(delivered, now()) + SLOT_LINK_AFTER, now() + SLOT_LINK_MOST),
            ),
            key=caused_key("slot_link", order.id),
        )
        return Guest(email=carrier.email, slot_link_token=link.token)


def hand(read: int | None = None) -> Hand:
    """The hand of whoever is acting now, having read that version."""
    actor = current_actor()
    return Hand(
        actor_id=actor.id,
        name=actor.name,
        org_id=current_org(),
        source="portal" if actor.kind == "user" else "link" if actor.kind == "link" else "api",
        driver=actor.roles == {"driver"},
        tender_id=actor.claims.get(TENDER_CLAIM, "") if actor.kind == "link" else None,
        read=read,
    )
