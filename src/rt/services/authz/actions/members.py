"""The people of an organization: invited, in, changed, out."""

import asyncio
from typing import Final

from rt.contracts.authz import (
    AcceptInvitation,
    AddUser,
    ChangeRole,
    DisableUser,
    EnableUser,
    FindUsers,
    InviteUser,
    RemoveMember,
    Role,
    UsersPage,
    UserView,
)
from rt.kernel.clock import now
from rt.kernel.errors import AlreadyExists, ChangedMeanwhile, NotFound
from rt.kernel.identity import current_actor
from rt.kernel.ids import derived_id, new_id
from rt.kernel.messages import Empty
from rt.kernel.tenancy import current_org
from rt.services.authz.adapters import Hasher
from rt.services.authz.domain.organization import (
    INVITATION_LIFE,
    OPERATOR,
    Invitation,
    InvitationOver,
    MemberState,
    Organization,
    address,
)
from rt.services.authz.domain.passwords import check_password, shortest_for
from rt.services.authz.domain.person import Membership, PasswordNeeded, Person
from rt.services.authz.domain.policy import Policy
from rt.services.authz.domain.roles import check_role
from rt.services.authz.domain.vault import fresh_secret
from rt.services.authz.store import AuthzStore

OFFER_SECONDS: Final = 0.1
"""How long an offer takes, more than it needs: a known person is changed, an unknown one added, and the time
of an answer must not tell which (A-33)."""


class Members:
    """Who belongs to an organization, and as what."""

    def __init__(self, store: AuthzStore, hasher: Hasher, policy: Policy) -> None:
        self._store = store
        self._hasher = hasher
        self._policy = policy

    async def find(self, asked: FindUsers) -> UsersPage:
        organization_id = current_org()
        page = await self._store.members(
            organization_id, asked.q, asked.role, asked.state, asked.after, asked.limit
        )
        return UsersPage(items=[view_of(person, organization_id) for person in page.items], next=page.next)

    async def invite(self, asked: InviteUser) -> UserView:
        """Offer a place by mail; to a person already on the platform as to a new one."""
        organization = await self._store.organizations.get(current_org())
        check_role(asked.role, organization.id)
        person = await self.offer(organization, asked.email, asked.name, asked.role, asked.language)
        return view_of(person, organization.id)

    async def offer(
        self, organization: Organization, email: str, name: str, role: Role, language: str
    ) -> Person:
        """The place, the invitation, and its mail."""
        work = self._offered(organization, email, name, role, language)
        person, _ = await asyncio.gather(work, asyncio.sleep(OFFER_SECONDS))
        return person

    async def _offered(
        self, organization: Organization, email: str, name: str, role: Role, language: str
    ) -> Person:
        person = await self._placed(organization, email, name, role, language)
        invitation = Invitation(
            id=derived_id("inv", organization.id, person.id),
            org_id=organization.id,
            person_id=person.id,
            email=person.email,
            role=role,
            expires_at=now() + INVITATION_LIFE,
        )
        secret = fresh_secret()
        invitation.send(secret, name, organization.name, language, now())
        try:
            await self._store.invitations.add(invitation)
        except AlreadyExists:
            async with self._store.invitations.everywhere.change(invitation.id) as again:
                again.role = role
                again.send(secret, name, organization.name, language, now())
        return person

    async def accept(self, asked: AcceptInvitation) -> Empty:
        """Come in by the link of the mail, which proves the address; an administrator opens the house."""
        invitation_id, _, secret = asked.token.partition(".")
        try:
            invitation = await self._store.invitations.everywhere.get(invitation_id)
        except NotFound:
            raise InvitationOver from None
        invitation.check(secret, now())
        person = await self._store.people.everywhere.get(invitation.person_id)
        password_hash = ""
        if not person.password_hash:
            if not asked.password:
                raise PasswordNeeded("password")
            shortest = shortest_for(person.roles)
            check_password(asked.password, person.email, self._policy.common_passwords, shortest)
            password_hash = await self._hasher.hash(asked.password)
        async with self._store.people.everywhere.change(person.id) as joining:
            if password_hash:
                joining.introduce(asked.name, password_hash, now())
            joining.join(invitation.org_id, now())
        await self._welcome(joining, invitation.org_id)
        async with self._store.invitations.everywhere.change(invitation.id) as used:
            used.use(now())
        return Empty()

    async def add(self, asked: AddUser) -> UserView:
        """Put a person in place at once, without mail."""
        organization = await self._store.organizations.everywhere.get(asked.organization_id)
        check_role(asked.role, organization.id)
        email = address(asked.email)
        check_password(
            asked.password, email, self._policy.common_passwords, shortest_for(frozenset({asked.role}))
        )
        person = await self._placed(organization, email, asked.name, asked.role, asked.language)
        password_hash = person.password_hash or await self._hasher.hash(asked.password)
        async with self._store.people.everywhere.change(person.id) as joining:
            joining.password_hash = password_hash
            joining.join(organization.id, now())
        await self._welcome(joining, organization.id)
        return view_of(joining, organization.id)

    async def change_role(self, asked: ChangeRole) -> UserView:
        organization = await self._store.organizations.get(current_org())
        check_role(asked.role, organization.id)
        left = await self._store.other_administrators(organization.id, asked.user_id)
        async with self._store.people.change(asked.user_id) as person:
            person.change_role(organization.id, asked.role, current_actor().id, left, now())
        return await self._noted(person, organization.id)

    async def disable(self, asked: DisableUser) -> UserView:
        organization_id = current_org()
        left = await self._store.other_administrators(organization_id, asked.user_id)
        async with self._store.people.change(asked.user_id) as person:
            person.disable(organization_id, current_actor().id, left, now())
        return await self._noted(person, organization_id)

    async def enable(self, asked: EnableUser) -> UserView:
        organization_id = current_org()
        async with self._store.people.change(asked.user_id) as person:
            person.enable(organization_id)
        return await self._noted(person, organization_id)

    async def remove(self, asked: RemoveMember) -> Empty:
        organization_id = current_org()
        left = await self._store.other_administrators(organization_id, asked.user_id)
        role = (await self._store.people.get(asked.user_id)).member(organization_id).role
        async with self._store.people.change(asked.user_id) as person:
            person.leave(organization_id, current_actor().id, left, now())
        await self._note(person, organization_id, role, "removed")
        return Empty()

    async def forget(self, organization_id: str) -> None:
        """Nobody waits for this organization any more; who waited for nothing else is forgotten."""
        for person in await self._store.people.everywhere.find({"seen_by": organization_id}):
            if not person.password_hash and len(person.memberships) == 1:
                await self._store.people.everywhere.remove(person.id)
                continue
            async with self._store.people.everywhere.change(person.id) as waiting:
                waiting.forget(organization_id)

    async def _placed(
        self, organization: Organization, email: str, name: str, role: Role, language: str
    ) -> Person:
        """The person of that address with a place that waits for their yes."""
        email = address(email)
        known = await self._store.person_by_email(email)
        if known is not None:
            async with self._store.people.everywhere.change(known.id) as person:
                person.invite(organization.id, role, name)
            return person
        fresh = Person(
            id=new_id("usr"),
            org_id=OPERATOR,
            seen_by=[organization.id],
            email=email,
            name=name,
            language=language,
            memberships=[Membership(organization_id=organization.id, role=role, name=name)],
        )
        try:
            return await self._store.people.add(fresh)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error  # somebody else has just invited the same address

    async def _welcome(self, person: Person, organization_id: str) -> None:
        async with self._store.organizations.everywhere.change(organization_id) as organization:
            role = person.member(organization_id).role
            organization.welcome(person.id, person.email, person.name, role)
        if organization.open:
            for note in await self._store.partners.everywhere.find(
                {"partner_id": organization_id, "guest": True}
            ):
                async with self._store.partners.everywhere.change(note.id) as partner:
                    partner.open()

    async def _noted(self, person: Person, organization_id: str) -> UserView:
        membership = person.member(organization_id)
        await self._note(person, organization_id, membership.role, membership.state)
        return view_of(person, organization_id)

    async def _note(self, person: Person, organization_id: str, role: Role, state: MemberState) -> None:
        async with self._store.organizations.change(organization_id) as organization:
            organization.note_member(person.id, person.email, role, state)


def view_of(person: Person, organization_id: str) -> UserView:
    """A member as their organization sees them; before they join, only what it said itself."""
    membership = person.member(organization_id)
    joined = membership.joined_at is not None
    return UserView(
        user_id=person.id,
        email=person.email,
        name=person.name if joined else membership.name,
        role=membership.role,
        state=membership.state,
        mfa=person.mfa and joined,
        joined_at=membership.joined_at,
    )
