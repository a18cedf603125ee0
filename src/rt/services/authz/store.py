"""Where organizations, people, sessions, keys and links are kept."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rt.contracts.authz import Role, UserState
from rt.kernel.ids import derived_id
from rt.kernel.persistence import Collection, Database, Index, Page
from rt.services.authz.domain.apikey import ApiKey
from rt.services.authz.domain.link import Link
from rt.services.authz.domain.lockout import Attempts
from rt.services.authz.domain.organization import Invitation, Organization, words_of
from rt.services.authz.domain.partner import Partner
from rt.services.authz.domain.passwords import ADMINISTRATORS
from rt.services.authz.domain.person import Person
from rt.services.authz.domain.reset import ResetWish
from rt.services.authz.domain.session import Challenge, Session
from rt.services.authz.domain.signing import SigningKey

WRITTEN_DOWN = ("guest", "partner", "asked")
"""Standings of those that an organization counts as its partners."""


class AuthzStore:
    """The collections of authz, and the few questions that are longer than a filter.

    People are shared by the organizations they are members of. Logins, links and keys come before anybody is
    known, so they are looked up everywhere.
    """

    def __init__(self, database: Database) -> None:
        self.database = database
        self.organizations = Collection(
            database,
            Organization,
            "organizations",
            Index("words", everywhere=True),
            Index("name", everywhere=True),
            Index("siret", everywhere=True),
            Index("vat", everywhere=True),
        )
        self.partners = Collection(
            database,
            Partner,
            "partners",
            Index("partner_id", unique=True),
            Index("words"),
            Index("standing", "name"),
            Index("partner_id", "guest", everywhere=True),
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

    async def registered_as(self, siret: str, vat: str) -> Organization | None:
        """The open organization with that SIRET, else with that VAT number."""
        for name, number in (("siret", siret), ("vat", vat)):
            found = number and await self.organizations.everywhere.first({name: number, "open": True})
            if found:
                return found
        return None

    async def partners_by(self, kind: str, q: str, standing: str, after: str, limit: int) -> Page[Partner]:
        where = {"standing": standing or {"$in": WRITTEN_DOWN}, **_of_kind(kind), **_by_words(q)}
        return await self.partners.page(where, sort="name", after=after, limit=limit)

    async def partner(self, organization_id: str) -> Partner | None:
        return await self.partners.first({"partner_id": organization_id})

    async def notes_on(self, organization_ids: list[str]) -> dict[str, Partner]:
        """What the organization acted for keeps of others, by their ids."""
        where = {"partner_id": {"$in": organization_ids}}
        found = await self.partners.find(where, limit=len(organization_ids) or 1)
        return {note.partner_id: note for note in found}

    @asynccontextmanager
    async def noting(self, holder: Organization, other: Organization) -> AsyncIterator[Partner]:
        """One organization's note on another, to be changed; begun where there is none.

        A guest and whoever wrote it down want each other from the start.
        """
        note_id = derived_id("prt", holder.id, other.id)
        if await self.partners.everywhere.count({"id": note_id}):
            async with self.partners.everywhere.change(note_id) as note:
                yield note
            return
        begun = Partner(
            id=note_id,
            org_id=holder.id,
            partner_id=other.id,
            kind=other.kind,
            name=other.name,
            words=other.words,
            guest=other.guest,
            mine="yes" if holder.guest else "",
            theirs="yes" if other.guest else "",
        )
        yield begun
        await self.partners.everywhere.add(begun)

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
