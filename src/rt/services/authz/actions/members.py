"""The people of an organization: invited, in, changed, out."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from rt.contracts.authz import (
    AcceptInvitation,
    AddUser,
    ChangeRole,
    DisableUser,
    EnableUser,
    FindUsers,
    GetUser,
    InviteUser,
    RemoveMember,
    Role,
    UsersPage,
    UserView,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists, ChangedMeanwhile, NotFound
from rt.kernel.core.ids import derived_id
from rt.kernel.core.tenancy import current_org
from rt.kernel.model.messages import Empty
from rt.kernel.storage.persistence import transaction
from rt.services.authz.adapters import Hasher
from rt.services.authz.domain.identity import Numbers
from rt.services.authz.domain.invitation import (
    OFFERED_AT_MOST,
    SENT_WITHIN,
    Invitation,
    InvitationOver,
    InvitedTooOften,
)
from rt.services.authz.domain.organization import OPERATOR, MemberState, Organization, address
from rt.services.authz.domain.passwords import check_password, shortest_for
from rt.services.authz.domain.person import AlreadyMember, PasswordNeeded, Person
from rt.services.authz.domain.policy import Policy
from rt.services.authz.domain.roles import check_role
from rt.services.authz.domain.vault import Vault, fresh_secret
from rt.services.authz.store import AuthzStore

PENDING: Final = "~"
"""Begins the cursor of a page of invitations, which follow the members."""


class Members:
    """Who belongs to an organization, and as what; an invitation is no membership until it is accepted."""

    def __init__(self, store: AuthzStore, vault: Vault, hasher: Hasher, policy: Policy) -> None:
        self._store = store
        self._vault = vault
        self._hasher = hasher
        self._policy = policy

    async def find(self, asked: FindUsers) -> UsersPage:
        """Members by name, then who is invited."""
        organization_id = current_org()
        items: list[UserView] = []
        after, following = asked.after, ""
        if asked.state != "invited" and not after.startswith(PENDING):
            page = await self._store.members(
                organization_id, asked.q, asked.role, asked.state, after, asked.limit
            )
            items = [person.view(organization_id) for person in page.items]
            after, following = PENDING, page.next
        instance = asked.limit - len(items)
        if following or asked.state == "active":
            return UsersPage(items=items, next=following)
        if instance == 0:
            following = PENDING
        else:
            disabled = {"invited": False, "disabled": True}.get(asked.state)
            waiting = await self._store.waiting(
                asked.q, asked.role, disabled, after.removeprefix(PENDING), instance
            )
            items += [invitation.view() for invitation in waiting.items]
            following = PENDING + waiting.next if waiting.next else ""
        return UsersPage(items=items, next=following)

    async def get(self, asked: GetUser) -> UserView:
        """A member, or who is invited to be one."""
        organization_id = current_org()
        invitation = await self._waiting(asked.user_id)
        if invitation is not None:
            return invitation.view()
        return (await self._store.people.get(asked.user_id)).view(organization_id)

    async def invite(self, asked: InviteUser) -> UserView:
        """Offer a place by mail; who has an account already is not told from who has none."""
        organization = await self._store.organizations.get(current_org())
        check_role(asked.role, organization.id)
        return (await self.offer(organization, asked.email, asked.name, asked.role, asked.language)).view()

    async def offer(
        self, organization: Organization, email: str, name: str, role: Role, language: str
    ) -> Invitation:
        """The invitation and its mail: one write, whoever is meant."""
        email = address(email)
        person_id = self._person_id(email)
        if await self._store.is_member(organization.id, email):
            raise AlreadyMember("email", email=email)
        secret, at = fresh_secret(), now()
        if await self._store.offered(email, at - SENT_WITHIN, organization.id) >= OFFERED_AT_MOST:
            raise InvitedTooOften(count=OFFERED_AT_MOST, retry_after=int(SENT_WITHIN.total_seconds()))
        async with self._store.inviting(organization.id, person_id, email, at) as invitation:
            invitation.offer(role, name, language)
            invitation.send(secret, organization.name, at)
        return invitation

    async def accept(self, asked: AcceptInvitation) -> Empty:
        """Come in by the link of the mail, which proves the address; an administrator opens the
        organization."""
        invitation_id, _, secret = asked.token.partition(".")
        try:
            invitation = await self._store.invitations.everywhere.get(invitation_id)
        except NotFound:
            raise InvitationOver from None
        invitation.check(secret, now())
        password_hash = ""
        known = await self._store.person_by_email(invitation.email)
        if known is None or not known.password_hash:
            if not asked.password:
                raise PasswordNeeded("password")
            roles = frozenset({invitation.role}) | (known.roles if known else frozenset())
            self._check_password(asked.password, invitation.email, roles)
            password_hash = await self._hasher.hash(asked.password)
        async with self._joining():
            async with self._store.invitations.everywhere.change(invitation.id) as used:
                used.check(secret, now())
                used.use(now())
            name = asked.name.strip() or used.name
            await self._join(used.org_id, used.email, name, used.role, used.language, password_hash)
        return Empty()

    async def add(self, asked: AddUser) -> UserView:
        """Put a person in place at once, without mail."""
        organization = await self._store.organizations.everywhere.get(asked.organization_id)
        check_role(asked.role, organization.id)
        email = address(asked.email)
        self._check_password(asked.password, email, frozenset({asked.role}))
        password_hash = await self._hasher.hash(asked.password)
        async with self._joining():
            person = await self._join(
                organization.id, email, asked.name, asked.role, asked.language, password_hash
            )
        return person.view(organization.id)

    async def change_role(self, asked: ChangeRole) -> UserView:
        check_role(asked.role, current_org())
        return await self._changed(
            asked.user_id,
            lambda invitation: setattr(invitation, "role", asked.role),
            lambda person, left: person.change_role(
                current_org(), asked.role, current_actor().id, left, now()
            ),
        )

    async def disable(self, asked: DisableUser) -> UserView:
        return await self._changed(
            asked.user_id,
            lambda invitation: setattr(invitation, "disabled", True),
            lambda person, left: person.disable(current_org(), current_actor().id, left, now()),
        )

    async def enable(self, asked: EnableUser) -> UserView:
        return await self._changed(
            asked.user_id,
            lambda invitation: setattr(invitation, "disabled", False),
            lambda person, left: person.enable(current_org()),
        )

    async def remove(self, asked: RemoveMember) -> Empty:
        organization_id = current_org()
        async with transaction(self._store.database):
            invitation = await self._waiting(asked.user_id)
            if invitation is not None:
                async with self._store.invitations.change(invitation.id) as withdrawn:
                    withdrawn.withdraw()
                await self._note(asked.user_id, withdrawn.email, withdrawn.role, "removed")
                return Empty()
            left = await self._store.other_administrators(organization_id, asked.user_id)
            async with self._store.people.change(asked.user_id) as person:
                role = person.member(organization_id).role
                person.leave(organization_id, current_actor().id, left, now())
            await self._note(person.id, person.email, role, "removed")
            await self._store.list_choices.remove_where({"person_id": person.id})
        return Empty()

    async def forget(self, organization_id: str) -> None:
        """Nobody waits for this organization any more."""
        await self._store.invitations.everywhere.remove_where({"org_id": organization_id})

    async def _changed(
        self,
        user_id: str,
        offered: Callable[[Invitation], None],
        placed: Callable[[Person, int], None],
    ) -> UserView:
        """Change an invitation, which is nobody's account yet, or a membership.

        Every change of a membership writes the organization too: of two administrators who shut each other
        out at once, one comes second, and is told that somebody must stay.
        """
        async with transaction(self._store.database):
            invitation = await self._waiting(user_id)
            if invitation is not None:
                async with self._store.invitations.change(invitation.id) as changing:
                    offered(changing)
                await self._note(user_id, changing.email, changing.role, changing.state)
                return changing.view()
            organization_id = current_org()
            left = await self._store.other_administrators(organization_id, user_id)
            async with self._store.people.change(user_id) as person:
                placed(person, left)
            view = person.view(organization_id)
            await self._note(user_id, view.email, view.role, view.state)
        return view

    @asynccontextmanager
    async def _joining(self) -> AsyncIterator[None]:
        """All that joining writes, or nothing; who comes second to an address or a number looks again."""
        try:
            async with transaction(self._store.database):
                yield
        except AlreadyExists as error:
            raise ChangedMeanwhile from error

    async def _join(
        self, organization_id: str, email: str, name: str, role: Role, language: str, password_hash: str
    ) -> Person:
        """The account of that address, made if there is none, as a member; the organization hears it."""
        at = now()
        known = await self._store.person_by_email(email)
        if known is None:
            person = Person(
                id=self._person_id(email), org_id=OPERATOR, email=email, name=name, language=language
            )
            person.choose_password(password_hash, at)
            person.join(organization_id, role, at)
            await self._store.people.add(person)
        else:
            async with self._store.people.everywhere.change(known.id) as person:
                if not person.password_hash:
                    person.choose_password(password_hash, at)
                person.join(organization_id, role, at)
        async with self._store.organizations.everywhere.change(organization_id) as organization:
            opens = not organization.open
            taken = await self._store.taken(organization.numbers, organization_id) if opens else Numbers()
            organization.welcome(person.id, person.email, person.name, role, taken, at)
        if organization.open:
            await self._store.open_guests(organization.id)
        return person

    async def _waiting(self, user_id: str) -> Invitation | None:
        """The open invitation of that id to the organization acted for."""
        return await self._store.invitation(current_org(), user_id)

    async def _note(self, user_id: str, email: str, role: Role, state: MemberState) -> None:
        async with self._store.organizations.change(current_org()) as organization:
            organization.note_member(user_id, email, role, state)

    def _person_id(self, email: str) -> str:
        """The same for an address whether or not it has an account: an id tells nothing of it."""
        return derived_id("usr", self._vault.derive("people", email))

    def _check_password(self, password: str, email: str, roles: frozenset[Role]) -> None:
        check_password(password, email, self._policy.common_passwords, shortest_for(roles))
