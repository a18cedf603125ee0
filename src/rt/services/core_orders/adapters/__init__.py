"""What core_orders asks of authz: the cards of partners, and links for carriers without an account."""

import time
from datetime import datetime, timedelta

from rt.contracts.authz import FindPartners, GetOrganization, IssueLink
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AskRefused, ReferenceUnknown, Refusal
from rt.kernel.core.ids import caused_key
from rt.kernel.core.tenancy import current_org
from rt.kernel.service.client import Services
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.domain.partners import Partner
from rt.services.core_orders.domain.states import Author
from rt.services.core_orders.domain.tendering import DeadlineTooFar, Guest

NAME_SECONDS = 60
"""How long an organization's own name is kept: it changes seldom, imports ask often."""
KNOWN_AT_ONCE, KNOWN_PAGES = 200, 5
TENDER_CLAIM = "tender"
"""What a link to answer an offer says of it: the offer that it was sent for."""
LINK_AFTER = timedelta(days=30)
"""A guest carrier follows its order by the link for so long after the deadline, if a link can."""
SLOT_LINK_AFTER = timedelta(days=7)
"""A guest carrier books and moves its slots so long after the delivery, if a link can."""
LINK_DAYS = 89
"""A link ends so many days after the day it is made on: any lives 90 at most (authz)."""


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

    async def identified(self, organization_id: str) -> tuple[str, str]:
        """SIRET and VAT number of an organization, empty where it says none or is no more."""
        try:
            card = await self._services.ask(GetOrganization(organization_id=organization_id))
        except Refusal:
            return "", ""
        return card.siret, card.vat

    async def namable(self, organization_id: str, field: str) -> Partner:
        """An organization that an order may be shown to."""
        partner = await self.partner(organization_id, field)
        partner.refuse_unnamable(field)
        return partner

    async def known(self) -> list[Partner]:
        """The partners and guests that an order may be run for; none to who may not see them."""
        found: list[Partner] = []
        after = ""
        for _ in range(KNOWN_PAGES):
            try:
                page = await self._services.ask(FindPartners(limit=KNOWN_AT_ONCE, after=after))
            except AskRefused as refused:
                if refused.status == 403:
                    return []
                raise
            found += [
                Partner(one.id, one.name, one.email, one.kind, one.guest, one.standing)
                for one in page.items
                if one.standing in ("guest", "partner") and not one.suspended
            ]
            after = page.next
            if not after:
                break
        return found

    async def signs_in(self, organization_id: str) -> bool:
        """Whether that organization has an account; a guest of somebody else has none that we know of."""
        try:
            return not (await self.partner(organization_id, "")).guest
        except ReferenceUnknown:
            return False

    async def tender_link(self, order_id: str, tender_id: str, carrier: Partner, deadline: datetime) -> str:
        """The token with which a guest carrier answers that offer; none for a carrier that signs in.

        Raises DeadlineTooFar where no link lives as long as the offer.
        """
        if not carrier.guest:
            return ""
        ends = _link_end(deadline + LINK_AFTER)
        if deadline > ends:
            raise DeadlineTooFar("deadline", days=LINK_DAYS - 1)
        link = await self._services.ask(
            IssueLink(
                scope="accept_tender",
                object_id=order_id,
                organization_id=carrier.id,
                expires_at=ends,
                claims={TENDER_CLAIM: tender_id},
            ),
            key=caused_key("tender_link", tender_id),
        )
        return link.token

    async def guest(self, order: Order, carrier: Partner) -> Guest | None:
        """How a carrier without an account is reached and books a dock; None for one that signs in."""
        if not carrier.guest:
            return None
        delivered = order.delivery.until_at or order.delivery.from_at or _day_begun()
        link = await self._services.ask(
            IssueLink(
                scope="book_slot",
                object_id=order.id,
                organization_id=carrier.id,
                expires_at=_link_end(max(delivered, _day_begun()) + SLOT_LINK_AFTER),
            ),
            key=caused_key("slot_link", order.id),
        )
        return Guest(email=carrier.email, slot_link_token=link.token)


def _link_end(wished: datetime) -> datetime:
    """That moment, or the last at which a link made today can end: the same if asked again under one key."""
    return min(wished, _day_begun() + timedelta(days=LINK_DAYS))


def _day_begun() -> datetime:
    return now().replace(hour=0, minute=0, second=0, microsecond=0)


def author(read: int | None = None) -> Author:
    """The hand of whoever is acting now, having read that version."""
    actor = current_actor()
    return Author(
        actor_id=actor.id,
        name=actor.name,
        org_id=current_org(),
        source="portal" if actor.kind == "user" else "link" if actor.kind == "link" else "api",
        driver=actor.roles == {"driver"},
        tender_id=actor.claims.get(TENDER_CLAIM, "") if actor.kind == "link" else None,
        read=read,
    )
