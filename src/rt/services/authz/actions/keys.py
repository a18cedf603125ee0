"""API keys made, changed over, revoked and checked."""

from datetime import timedelta

from rt.contracts.authz import (
    AddApiKey,
    ApiKeySecretView,
    ApiKeysPage,
    CheckKey,
    FindApiKeys,
    KeyView,
    RevokeApiKey,
    RotateApiKey,
)
from rt.kernel.access.identity import OrganizationIsSuspended
from rt.kernel.core.clock import now
from rt.kernel.core.errors import ChangedMeanwhile, NotFound
from rt.kernel.core.ids import new_id
from rt.kernel.model.messages import Empty
from rt.services.authz.actions.caller import calling_person
from rt.services.authz.domain.apikey import (
    ApiKey,
    KeyRefused,
    KeySecret,
    check_expiry,
    check_grant,
    check_networks,
    split_token,
)
from rt.services.authz.domain.policy import MfaRequired, Policy
from rt.services.authz.domain.vault import fresh_secret, hash_of
from rt.services.authz.store import KEYS, AuthzStore


class Keys:
    """What programs come in with."""

    def __init__(self, store: AuthzStore, policy: Policy) -> None:
        self._store = store
        self._policy = policy

    async def add(self, asked: AddApiKey) -> ApiKeySecretView:
        """A key with some of its maker's rights; its secret is shown in this answer alone."""
        actor = calling_person()
        await self._demand_factor(actor.session_id)
        secret = fresh_secret()
        key = await self._store.keys.add(
            ApiKey(
                id=new_id("key"),
                name=asked.name,
                rights=check_grant(asked.rights, actor.rights),
                networks=check_networks(asked.networks),
                secrets=[KeySecret(hash_of(secret))],
                expires_at=check_expiry(asked.expires_at, now()),
            )
        )
        return ApiKeySecretView(key=key.view(), secret=key.token(secret))

    async def find(self, asked: FindApiKeys) -> ApiKeysPage:
        page = await self._store.keys.rows(KEYS, after=asked.after, limit=asked.limit)
        return ApiKeysPage(items=[key.view() for key in page.items], next=page.next)

    async def rotate(self, asked: RotateApiKey) -> ApiKeySecretView:
        """A second secret; the present one goes on for the overlap."""
        await self._demand_factor(calling_person().session_id)
        secret = fresh_secret()
        at = now()
        async with self._store.keys.change(asked.key_id) as key:
            key.rotate(secret, at, at + timedelta(hours=asked.overlap_hours))
        return ApiKeySecretView(key=key.view(), secret=key.token(secret))

    async def revoke(self, asked: RevokeApiKey) -> Empty:
        async with self._store.keys.change(asked.key_id) as key:
            key.revoke(now())
        return Empty()

    async def check(self, asked: CheckKey) -> KeyView:
        """Whom a presented key stands for; the use is noted once a minute."""
        key_id, secret = split_token(asked.key)
        at = now()
        try:
            key = await self._store.keys.everywhere.get(key_id)
        except NotFound:
            raise KeyRefused from None
        key.check(secret, asked.ip, at)
        organization = await self._store.organizations.everywhere.get(key.org_id)
        if organization.suspended:
            raise OrganizationIsSuspended
        if key.use_is_news(at):
            await self._note_use(key.id)
        return key.holder_view()

    async def _note_use(self, key_id: str) -> None:
        try:
            async with self._store.keys.everywhere.change(key_id) as key:
                key.note_use(now())
        except ChangedMeanwhile:
            return  # another request noted it

    async def _demand_factor(self, session_id: str) -> None:
        if not self._policy.mfa_demanded:
            return
        session = await self._store.sessions.everywhere.get(session_id)
        if not session.mfa:
            raise MfaRequired
