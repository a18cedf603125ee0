"""Partnerships: asked, accepted on both sides, blocked; guests written down and invited."""

from rt.contracts.authz import (
    AcceptPartner,
    AddPartner,
    AskPartner,
    BlockPartner,
    FindPartners,
    InvitePartner,
    OrganizationsPage,
    OrganizationView,
    UnblockPartner,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Empty
from rt.kernel.storage.persistence import transaction
from rt.services.authz.actions.cards import CONFIDED
from rt.services.authz.actions.members import Members
from rt.services.authz.domain.organization import OPERATOR, NotGuest, Organization, named
from rt.services.authz.domain.partner import (
    UNANSWERED_AT_MOST,
    NothingAsked,
    OwnPartner,
    Partner,
    TooManyUnanswered,
    Wish,
)
from rt.services.authz.store import AuthzStore


class Partners:
    """Who works with whom, by the will of both."""

    def __init__(self, store: AuthzStore, members: Members) -> None:
        self._store = store
        self._members = members

    async def add(self, asked: AddPartner) -> OrganizationView:
        """The registered organization with that number is asked; else a guest of one's own."""
        guest = named(new_id("org"), asked)
        guest.guest = True
        known = await self._store.registered_as(guest.numbers)
        if known is not None:
            return await self._ask(known)
        guest.introduce()
        guest = await self._store.organizations.add(guest)
        return await self._say(guest, "yes")

    async def ask(self, asked: AskPartner) -> OrganizationView:
        return await self._ask(await self._known(asked.organization_id))

    async def accept(self, asked: AcceptPartner) -> OrganizationView:
        note = await self._store.partner(asked.organization_id)
        if note is None:
            raise NotFound
        if note.theirs != "yes":
            raise NothingAsked
        return await self._say(await self._known(asked.organization_id), "yes")

    async def block(self, asked: BlockPartner) -> OrganizationView:
        return await self._say(await self._known(asked.organization_id), "no")

    async def unblock(self, asked: UnblockPartner) -> OrganizationView:
        """Back to having said nothing; of a guest, who never asks, back to a guest."""
        note = await self._store.partner(asked.organization_id)
        if note is None:
            raise NotFound
        other = await self._known(asked.organization_id)
        if note.mine != "no":
            return self._card(other, note)
        return await self._say(other, "yes" if note.guest else "")

    async def find(self, asked: FindPartners) -> OrganizationsPage:
        page = await self._store.partners_by(asked.kind, asked.q, asked.standing, asked.after, asked.limit)
        known = await self._store.organizations_by_id([note.partner_id for note in page.items])
        shown = [self._card(known[note.partner_id], note) for note in page.items if note.partner_id in known]
        return OrganizationsPage(items=shown, next=page.next)

    async def invite(self, asked: InvitePartner) -> Empty:
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

    async def _ask(self, other: Organization) -> OrganizationView:
        note = await self._store.partner(other.id)
        fresh = note is None or note.standing == "stranger"
        if fresh and await self._store.partners.count({"standing": "asked"}) >= UNANSWERED_AT_MOST:
            raise TooManyUnanswered(count=UNANSWERED_AT_MOST)
        return await self._say(other, "yes")

    async def _say(self, other: Organization, wish: Wish) -> OrganizationView:
        """Both notes, or neither: what one wants is what the other hears."""
        me = await self._store.organizations.get(current_org())
        if other.id == me.id:
            raise OwnPartner("organization_id")
        async with transaction(self._store.database):
            async with self._store.noting(me, other) as ours:
                ours.want(wish, me, now())
            async with self._store.noting(other, me) as theirs:
                theirs.hear(wish)
        return self._card(other, ours)

    async def _known(self, organization_id: str) -> Organization:
        """A registered organization or one's own guest; the platform itself is nobody's partner."""
        organization = await self._store.organizations.everywhere.get(organization_id)
        listed = organization.open and not organization.guest and organization.id != OPERATOR
        if not listed and await self._store.partner(organization_id) is None:
            raise NotFound
        return organization

    def _card(self, other: Organization, note: Partner) -> OrganizationView:
        confided = note.standing in CONFIDED or note.guest
        return other.view(note.standing) if confided else other.public_view(note.standing)
