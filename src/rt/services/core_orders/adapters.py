"""What core_orders asks of authz: the cards of partners, and links for carriers without an account."""

import time
from datetime import datetime, timedelta

from rt.contracts.authz import GetOrganization, IssueLink, OrganizationView
from rt.kernel.client import Services
from rt.kernel.clock import now
from rt.kernel.errors import AskRefused, Invalid
from rt.kernel.identity import current_actor
from rt.kernel.ids import caused_key
from rt.kernel.tenancy import current_org
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.domain.states import Hand
from rt.services.core_orders.domain.tendering import Guest

CARD_SECONDS = 60
"""How long the card of a partner is kept: names change seldom, imports ask often."""
LINK_AFTER = timedelta(days=30)
"""A guest carrier follows its order by the link for so long after the deadline of the offer."""

SLOT_LINK_AFTER, SLOT_LINK_MOST = timedelta(days=7), timedelta(days=89)
"""A guest carrier books and moves its slots so long after the delivery, within the 90 days of any link."""


class PartnerUnknown(Invalid):
    fr = "Ce partenaire n'existe pas."
    en = "This partner does not exist."


class Directory:
    """The organizations that orders name."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._cards: dict[tuple[str, str], tuple[float, OrganizationView]] = {}

    async def card(self, organization_id: str, field: str = "") -> OrganizationView:
        """The card of a partner as the current organization sees it, or PartnerUnknown."""
        key = (current_org(), organization_id)
        known = self._cards.get(key)
        if known and known[0] > time.monotonic():
            return known[1]
        try:
            card = await self._services.ask(GetOrganization(organization_id=organization_id))
        except AskRefused as refused:
            if refused.status == 404:
                raise PartnerUnknown(field=field) from refused
            raise
        if len(self._cards) > 10_000:
            self._cards.clear()
        self._cards[key] = (time.monotonic() + CARD_SECONDS, card)
        return card

    async def tender_link(self, order_id: str, carrier: OrganizationView, deadline: datetime) -> str:
        """The token with which a guest carrier answers; none for a carrier that signs in."""
        if not carrier.guest:
            return ""
        link = await self._services.ask(
            IssueLink(
                scope="accept_tender",
                object_id=order_id,
                organization_id=carrier.id,
                expires_at=deadline + LINK_AFTER,
            ),
            key=caused_key("tender_link", order_id),
        )
        return link.token

    async def guest(self, order: Order, carrier: OrganizationView) -> Guest | None:
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


def hand() -> Hand:
    """The hand of whoever is acting now."""
    actor = current_actor()
    return Hand(
        actor_id=actor.id,
        name=actor.name,
        org_id=current_org(),
        source="portal" if actor.kind == "user" else "link" if actor.kind == "link" else "api",
        driver=actor.roles == {"driver"},
    )
