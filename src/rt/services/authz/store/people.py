"""Where people, their invitations and their sessions are kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from rt.kernel.core.errors import AlreadyExists, ChangedMeanwhile
from rt.kernel.core.ids import derived_id
from rt.kernel.storage.listing import Filter, Listing, Page
from rt.kernel.storage.persistence import Collection, Database, Index
from rt.services.authz.domain.invitation import Invitation
from rt.services.authz.domain.list_choice import ListChoice, ViewUnknown
from rt.services.authz.domain.lockout import Attempts
from rt.services.authz.domain.passwords import ADMINISTRATORS
from rt.services.authz.domain.person import Person, place
from rt.services.authz.domain.reset import ResetWish
from rt.services.authz.domain.session import Challenge, Session

MEMBERS = Listing(Person, {"name": "name"}, {"place": Filter("places", first=True, owners=True)})
INVITATIONS = Listing(
    Invitation,
    {"name": "name"},
    {"role": Filter("role", first=True), "disabled": Filter("disabled", first=True)},
    always={"used_at": None, "withdrawn": False},
)


class KeptPeople:
    """People are shared by the organizations that they are members of; logins look everywhere."""

    def __init__(self, database: Database) -> None:
        self.people = Collection(
            database,
            Person,
            "people",
            Index("email", unique=True, everywhere=True),
            shared=True,
            listings=(MEMBERS,),
        )
        self.invitations = Collection(
            database,
            Invitation,
            "invitations",
            Index("email", "sent_at", everywhere=True),
            listings=(INVITATIONS,),
        )
        self.sessions = Collection(
            database,
            Session,
            "sessions",
            Index("person_id", "-rotated_at", everywhere=True),
            Index("expires_at", everywhere=True, expires=True),
        )
        self.challenges = Collection(
            database, Challenge, "challenges", Index("expires_at", everywhere=True, expires=True)
        )
        self.attempts = Collection(
            database, Attempts, "attempts", Index("expires_at", everywhere=True, expires=True), quiet=True
        )
        self.list_choices = Collection(
            database, ListChoice, "list_choices", Index("person_id"), missing=ViewUnknown
        )
        self.reset_wishes = Collection(
            database, ResetWish, "reset_wishes", Index("expires_at", everywhere=True, expires=True)
        )

    async def derive(self) -> None:
        """Say of older accounts as what their organizations have them."""
        await self.people.derive(Person.settle)

    async def person_by_email(self, email: str) -> Person | None:
        return await self.people.everywhere.first({"email": email})

    async def members(
        self, organization_id: str, q: str, role: str, state: str, after: str, limit: int
    ) -> Page[Person]:
        """Members of the organization acted for."""
        named = {"place": place(organization_id, role, state)} if role or state else {}
        return await self.people.rows(MEMBERS, named, q=q, after=after, limit=limit)

    async def waiting(
        self, q: str, role: str, disabled: bool | None, after: str, limit: int
    ) -> Page[Invitation]:
        """Who is invited by the organization acted for, by name."""
        named: dict[str, object] = {"role": role} if role else {}
        named |= {} if disabled is None else {"disabled": disabled}
        return await self.invitations.rows(INVITATIONS, named, q=q, after=after, limit=limit)

    async def invitation(self, organization_id: str, person_id: str) -> Invitation | None:
        """The invitation that still waits for a person's yes."""
        where = {"id": derived_id("inv", organization_id, person_id), "used_at": None, "withdrawn": False}
        return await self.invitations.first(where)

    @asynccontextmanager
    async def inviting(
        self, organization_id: str, person_id: str, email: str, at: datetime
    ) -> AsyncIterator[Invitation]:
        """An organization's one invitation to an address, to be sent; begun where there is none."""
        id_ = derived_id("inv", organization_id, person_id)
        if await self.invitations.everywhere.count({"id": id_}):
            async with self.invitations.everywhere.change(id_) as invitation:
                yield invitation
            return
        begun = Invitation(
            id=id_,
            org_id=organization_id,
            person_id=person_id,
            email=email,
            name="",
            role="viewer",
            language="fr",
            expires_at=at,
        )
        yield begun
        try:
            await self.invitations.everywhere.add(begun)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error  # the same address was invited at the same time

    async def offered(self, email: str, since: datetime, but: str) -> int:
        """How many other organizations wrote to an address since then about a place."""
        where = {"email": email, "sent_at": {"$gt": since}, "org_id": {"$ne": but}}
        return await self.invitations.everywhere.count(where)

    async def is_member(self, organization_id: str, email: str) -> bool:
        where = {"email": email, "memberships.organization_id": organization_id}
        return await self.people.everywhere.count(where) > 0

    async def other_administrators(self, organization_id: str, person_id: str) -> int:
        """Active administrators of an organization besides one person."""
        held = {
            "organization_id": organization_id,
            "role": {"$in": sorted(ADMINISTRATORS)},
            "state": "active",
        }
        return await self.people.everywhere.count(
            {"seen_by": organization_id, "id": {"$ne": person_id}, "memberships": {"$elemMatch": held}}
        )

    async def open_sessions(self, person_id: str, but: str = "") -> list[Session]:
        """Some of a person's open sessions, the latest first."""
        where = {"person_id": person_id, "ended_at": None, "id": {"$ne": but}}
        return await self.sessions.everywhere.find(where, sort="-rotated_at", limit=200)
