"""Where organizations and what they want of each other are kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec

from rt.kernel.core.ids import derived_id
from rt.kernel.storage.listing import Filter, Listing, Page
from rt.kernel.storage.persistence import Collection, Database, Index
from rt.services.authz.domain.identity import Numbers
from rt.services.authz.domain.organization import Organization
from rt.services.authz.domain.partner import Partner

WRITTEN_DOWN = ("guest", "partner", "asked")
"""Standings of those that an organization counts as its partners."""
ORGANIZATIONS = Listing(
    Organization,
    {"name": "name"},
    {"kind": Filter("kind", first=True)},
    always={"open": True, "guest": False},
    everywhere=True,
)
WISHES = Listing(
    Organization, {"oldest": "wish.at"}, always={"wish.at": {"$exists": True}, "open": True}, everywhere=True
)
PARTNERS = Listing(
    Partner,
    {"name": "name"},
    {"kind": Filter("kind", first=True)},
    always={"standing": {"$in": list(WRITTEN_DOWN)}},
)
STANDINGS = Listing(Partner, {"standing": "standing,name"}, {"standing": "standing", "kind": "kind"})


class KeptOrganizations:
    """Organizations, looked up over the whole platform, and each one's notes on others."""

    def __init__(self, database: Database) -> None:
        self.organizations = Collection(
            database,
            Organization,
            "organizations",
            Index("siret", unique=True, everywhere=True, when={"open": True, "siret": {"$gt": ""}}),
            Index("vat", "vat_branch", unique=True, everywhere=True, when={"open": True, "vat": {"$gt": ""}}),
            listings=(ORGANIZATIONS, WISHES),
        )
        self.partners = Collection(
            database,
            Partner,
            "partners",
            Index("partner_id", unique=True),
            Index("partner_id", "guest", everywhere=True),
            listings=(PARTNERS, STANDINGS),
        )

    async def organizations_by_id(self, ids: list[str]) -> dict[str, Organization]:
        found = await self.organizations.everywhere.find({"id": {"$in": ids}}, limit=len(ids) or 1)
        return {organization.id: organization for organization in found}

    async def registered(self, kind: str, q: str, after: str, limit: int) -> Page[Organization]:
        """Open organizations by kind and words, over the whole platform."""
        everywhere = self.organizations.everywhere
        return await everywhere.rows(ORGANIZATIONS, _of_kind(kind), q=q, after=after, limit=limit)

    async def registered_as(self, numbers: Numbers) -> Organization | None:
        """The open organization with that SIRET; with that VAT number if either of both says no SIRET."""
        for holder in await self.holders(numbers):
            if numbers.siret == holder.siret or not (numbers.siret and holder.siret):
                return holder
        return None

    async def holders(self, numbers: Numbers, but: str = "") -> list[Organization]:
        """The open organizations that have one of these numbers: by SIRET, by VAT number, branches last."""
        held = [{name: value} for name, value in msgspec.structs.asdict(numbers).items() if value]
        if not held:
            return []
        where = {"open": True, "id": {"$ne": but}, "$or": held}
        found = await self.organizations.everywhere.find(where)
        return sorted(found, key=lambda one: (one.siret != numbers.siret, one.vat_branch or ""))

    async def taken(self, numbers: Numbers, but: str) -> Numbers:
        """Those of the numbers that another open organization has; a SIRET also holds its VAT number."""
        holders = await self.holders(numbers, but)
        theirs = any(one.vat == numbers.vat for one in holders) or await self._has_siren(numbers.siren, but)
        return Numbers(
            numbers.siret if any(one.siret == numbers.siret for one in holders) else "",
            numbers.vat if theirs else "",
        )

    async def _has_siren(self, siren: str, but: str) -> bool:
        """Whether another open organization has a SIRET of that company."""
        of_it = {"siret": {"$gte": siren, "$lt": siren + ":"}, "open": True, "id": {"$ne": but}}
        return bool(siren) and await self.organizations.everywhere.first(of_it) is not None

    async def wishing(self, after: str, limit: int) -> Page[Organization]:
        """Open organizations that wait for the platform's word on their numbers, the longest first."""
        return await self.organizations.everywhere.rows(WISHES, after=after, limit=limit)

    async def partners_by(self, kind: str, q: str, standing: str, after: str, limit: int) -> Page[Partner]:
        named = _of_kind(kind) | ({"standing": standing} if standing else {})
        listing = STANDINGS if standing else PARTNERS
        return await self.partners.rows(listing, named, q=q, after=after, limit=limit)

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
        id_ = derived_id("prt", holder.id, other.id)
        if await self.partners.everywhere.count({"id": id_}):
            async with self.partners.everywhere.change(id_) as note:
                yield note
            return
        begun = Partner(
            id=id_,
            org_id=holder.id,
            partner_id=other.id,
            kind=other.kind,
            name=other.name,
            words=list(other.search_texts()),
            guest=other.guest,
            mine="yes" if holder.guest else "",
            theirs="yes" if other.guest else "",
        )
        yield begun
        await self.partners.everywhere.add(begun)

    async def open_guests(self, organization_id: str) -> None:
        """Whoever had this organization as a guest has a partner with an account now."""
        for note in await self.partners.everywhere.find({"partner_id": organization_id, "guest": True}):
            async with self.partners.everywhere.change(note.id) as partner:
                partner.open()


def _of_kind(kind: str) -> dict[str, Any]:
    return {"kind": kind} if kind else {}
