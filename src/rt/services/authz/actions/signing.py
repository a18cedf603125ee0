"""Keeps the signing keys, changes them in time, and signs."""

from datetime import datetime, timedelta
from typing import Any, Final

from rt.contracts.authz import GetKeys, KeySetView, RotateKeys
from rt.kernel.core.clock import now
from rt.services.authz.domain.organization import OPERATOR
from rt.services.authz.domain.signing import (
    ROTATED_EVERY,
    SIGNS_AFTER,
    Signer,
    SigningKey,
    generate,
    signer_of,
)
from rt.services.authz.domain.vault import Vault
from rt.services.authz.store import AuthzStore

KNOWN_FOR: Final = timedelta(seconds=10)
"""How long a process goes on with the key it knows before it looks for a newer one."""


class Signing:
    """The one place that signs; every other unit only verifies."""

    def __init__(self, store: AuthzStore, vault: Vault) -> None:
        self._store = store
        self._vault = vault
        self._known: tuple[datetime, Signer] | None = None

    async def sign(self, typ: str, claims: dict[str, Any]) -> str:
        """A compact token, signed with the key of the moment."""
        return (await self._signer()).sign(typ, claims)

    async def key_set(self, _asked: GetKeys | None = None) -> KeySetView:
        """Every public key that may still verify something, the newest first."""
        at = now()
        return KeySetView(keys=[key.view() for key in await self._keys() if key.verifies(at)])

    async def rotate(self, asked: RotateKeys) -> KeySetView:
        """A new key: it signs in ten minutes, or at once in place of keys that others may have."""
        at = now()
        signs_from = at if asked.compromised else at + SIGNS_AFTER
        fresh = await self._store.signing_keys.add(generate(self._vault, OPERATOR, signs_from))
        for key in await self._keys():
            if key.id != fresh.id and key.verifies(at):
                async with self._store.signing_keys.everywhere.change(key.id) as old:
                    old.withdraw(at) if asked.compromised else old.retire(fresh.signs_from)
        self._known = None
        return await self.key_set()

    async def ensure(self) -> None:
        """There is a key to sign with; two processes that start at once may make one each, both good."""
        if signer_of(await self._keys(), now()) is None:
            await self._store.signing_keys.add(generate(self._vault, OPERATOR, now()))

    async def tend(self) -> None:
        """What the clock asks: a new key when the newest is a month old, and dead ones gone."""
        at = now()
        keys = await self._keys()
        for key in keys:
            if not key.verifies(at):
                await self._store.signing_keys.everywhere.remove(key.id)
        newest = max((key.signs_from for key in keys), default=None)
        if newest is None or at - newest >= ROTATED_EVERY:
            await self.rotate(RotateKeys())

    async def _keys(self) -> list[SigningKey]:
        return await self._store.signing_keys.everywhere.find({}, sort="-signs_from", limit=200)

    async def _signer(self) -> Signer:
        if self._known is not None and timedelta(0) <= now() - self._known[0] < KNOWN_FOR:
            return self._known[1]
        key = signer_of(await self._keys(), now())
        if key is None:
            await self.ensure()
            return await self._signer()
        signer = Signer.opened(key, self._vault)
        self._known = (now(), signer)
        return signer
