"""Where organizations, people, sessions, keys and links are kept."""

import re
from typing import Any

from rt.contracts.authz import Role, UserState
from rt.kernel.persistence import Collection, Database, Index, Page
from rt.services.authz.domain.apikey import ApiKey
from rt.services.authz.domain.link import Link
from rt.services.authz.domain.lockout import Attempts
from rt.services.authz.domain.organization import Invitation, Organization, Partner, words_of
from rt.services.authz.domain.passwords import ADMINISTRATORS
from rt.services.authz.domain.person import Person
from rt.services.authz.domain.reset import ResetWish
from rt.services.authz.domain.session import Challenge, Session
from rt.services.authz.domain.signing import SigningKey


class AuthzStore:
    """The collections of authz, and the few questions that are longer than a filter.

    People are shared by the organizations they are members of. Logins, links and keys come before anybody is
    known, so they are looked up everywhere.
    """

    def __init__(self, database: Database) -> None:
        self.organizations = Collection(
            database,
            Organization,
            "organizations",
            Index("words", everywhere=True),
            Index("name", everywhere=True),
            Index("siret", everywhere=True),
        )
        self.partners = Collection(
            database, Partner, "partners", Index("partner_id", unique=True), Index("words"), Index("name")
        )
        self.people = Collection(
            database,
            Person,
            "people",
            Index("email", unique=True, everywhere=True),
            Index("name"),
            shared=True,
        )
        self.invitations = Collection(database, Invitation, "invitations", Index("person_id"))
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
        self.reset_wishes = Collection(
            database, ResetWish, "reset_wishes", Index("expires_at", everywhere=True, expires=True)
        )
        self.keys = Collection(database, ApiKey, "keys", Index("-created_at"))
        self.links = Collection(
            database, Link, "links", Index("object_id"), Index("expires_at", everywhere=True, expires=True)
        )
        self.signing_keys = Collection(database, SigningKey, "signing_keys")

    async def person_by_email(self, email: str) -> Person | None:
        return await self.people.everywhere.first({"email": email})

    async def organizations_by_id(self, ids: list[str]) -> dict[str, Organization]:
        found = await self.organizations.everywhere.find({"id": {"$in": ids}}, limit=len(ids) or 1)
        return {organization.id: organization for organization in found}

    async def registered(self, kind: str, q: str, after: str, limit: int) -> Page[Organization]:
        """Open organizations by kind and words, over the whole platform."""
        where = {"open": True, "guest": False, **_of_kind(kind), **_by_words(q)}
        return await self.organizations.everywhere.page(where, sort="name", after=after, limit=limit)

    async def registered_as(self, siret: str) -> Organization | None:
        return await self.organizations.everywhere.first({"siret": siret, "open": True})

    async def partners_by(self, kind: str, q: str, after: str, limit: int) -> Page[Partner]:
        where = {**_of_kind(kind), **_by_words(q)}
        return await self.partners.page(where, sort="name", after=after, limit=limit)

    async def partner(self, organization_id: str) -> Partner | None:
        return await self.partners.first({"partner_id": organization_id})

    async def members(
        self, organization_id: str, q: str, role: str, state: str, after: str, limit: int
    ) -> Page[Person]:
        """Members of the organization acted for."""
        where: dict[str, Any] = {"memberships": {"$elemMatch": _membership(organization_id, role, state)}}
        if q:
            text = {"$regex": re.escape(q), "$options": "i"}
            where["$or"] = [{"name": text}, {"email": text}]
        return await self.people.page(where, sort="name", after=after, limit=limit)

    async def other_administrators(self, organization_id: str, person_id: str) -> int:
        """Active administrators of an organization besides one person."""
        held = {
            "organization_id": organization_id,
            "role": {"$in": sorted(ADMINISTRATORS)},
            "state": "active",
        }
        return await self.people.everywhere.count(
            {"id": {"$ne": person_id}, "memberships": {"$elemMatch": held}}
        )

    async def open_sessions(self, person_id: str) -> list[Session]:
        where = {"person_id": person_id, "ended_at": None}
        return await self.sessions.everywhere.find(where, sort="-rotated_at", limit=200)


def _membership(organization_id: str, role: Role | str, state: UserState | str) -> dict[str, Any]:
    wanted = {"organization_id": organization_id, "role": role, "state": state}
    return {name: value for name, value in wanted.items() if value}


def _of_kind(kind: str) -> dict[str, Any]:
    return {"kind": kind} if kind else {}


def _by_words(q: str) -> dict[str, Any]:
    """Every word asked for begins a word that is kept."""
    words = words_of(q)
    return {"$and": [{"words": {"$regex": f"^{re.escape(word)}"}} for word in words]} if words else {}
