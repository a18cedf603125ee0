"""Capability links issued, narrowed and revoked."""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from rt.contracts.authz import (
    AddressHolderView,
    AttenuateLink,
    CheckAddress,
    IssueLink,
    LinkView,
    RevokeLink,
)
from rt.kernel.access.identity import Keyring, OrganizationIsSuspended, TokenRefused, current_actor, verify
from rt.kernel.core.clock import now
from rt.kernel.core.errors import NotFound
from rt.kernel.core.ids import new_id
from rt.kernel.model.messages import Empty
from rt.services.authz.actions.signing import Signing
from rt.services.authz.domain.link import Link, check_life, narrowed
from rt.services.authz.domain.organization import address
from rt.services.authz.domain.signing import link_claims
from rt.services.authz.store import AuthzStore


class Links:
    """What partners without an account come in with."""

    def __init__(self, store: AuthzStore, signing: Signing) -> None:
        self._store = store
        self._signing = signing
        self._keyring = Keyring(self._own_keys)

    async def issue(self, asked: IssueLink) -> LinkView:
        """A token for one thing; asked again with the same key, the same link is signed again."""
        await self._refuse_suspended(asked.organization_id)
        link = await self._store.links.add(
            Link(
                id=new_id("lnk"),
                org_id=asked.organization_id,
                scope=asked.scope,
                object_id=asked.object_id,
                expires_at=check_life(asked.expires_at, now()),
                claims=asked.claims,
                issued_by=current_actor().id,
            )
        )
        return await self._signed(link, link.expires_at, link.claims)

    async def revoke(self, asked: RevokeLink) -> Empty:
        async with self._store.links.everywhere.change(asked.link_id) as link:
            link.revoke(now())
        return Empty()

    async def attenuate(self, asked: AttenuateLink) -> LinkView:
        """A narrower link from one that is held; anybody who holds it may do so."""
        held = await verify(asked.token, self._keyring, "link", "link+jwt")
        try:
            link = await self._store.links.everywhere.get(held["jti"])
        except NotFound:
            raise TokenRefused from None
        if link.revoked_at is not None:
            raise TokenRefused
        await self._refuse_suspended(link.org_id)
        held_until = datetime.fromtimestamp(held["exp"], UTC)
        until, claims = narrowed(held_until, held["claims"], asked.expires_at, dict(asked.claims.items()))
        return await self._signed(link, check_life(until, now()), claims)

    async def check_address(self, asked: CheckAddress) -> AddressHolderView:
        """Whether an address is an organization's own, so that a link to it reaches that organization."""
        email = address(asked.email)
        organization = await self._store.organizations.everywhere.get(asked.organization_id)
        if organization.email == email:
            return AddressHolderView(email=email, held="card", guest=organization.guest)
        person = await self._store.person_by_email(email)
        memberships = person.memberships if person else []
        active = {one.organization_id for one in memberships if one.state == "active"}
        held: Literal["", "member"] = "member" if organization.id in active else ""
        return AddressHolderView(email=email, held=held, guest=organization.guest)

    async def _signed(self, link: Link, until: datetime, claims: dict[str, str]) -> LinkView:
        content = link_claims(link.id, link.org_id, link.scope, link.object_id, until, claims, now())
        token = await self._signing.sign("link+jwt", content)
        return LinkView(link_id=link.id, token=token, expires_at=until)

    async def _refuse_suspended(self, organization_id: str) -> None:
        known = await self._store.organizations_by_id([organization_id])
        if organization_id in known and known[organization_id].suspended:
            raise OrganizationIsSuspended

    async def _own_keys(self) -> dict[str, list[dict[str, str]]]:
        key_set = await self._signing.key_set()
        return {"keys": [msgspec.to_builtins(key) for key in key_set.keys]}
