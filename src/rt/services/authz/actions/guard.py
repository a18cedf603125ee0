"""Slows guessing down, by counting every try before it is looked at."""

import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import msgspec

from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists, ChangedMeanwhile, NotFound, Refusal, Unauthorized
from rt.kernel.core.ids import derived_id, new_id
from rt.kernel.storage.persistence import retry_on_conflict
from rt.services.authz.domain.lockout import (
    ACCOUNT,
    ADDRESS,
    ANY_SOURCE,
    FORGOTTEN_AFTER,
    PAIR,
    Attempts,
    Limit,
    TooManyTries,
)
from rt.services.authz.domain.organization import OPERATOR
from rt.services.authz.domain.vault import Vault
from rt.services.authz.store import AuthzStore

UNSEEN: Final = "unseen"
"""The source of a try whose address is not known, as when a unit asks without saying."""


class Try(msgspec.Struct, frozen=True):
    """One login try that was counted; `fills` when it is the last that its account had left."""

    mark: str
    account: str
    address: str
    source: str
    fills: bool


class Guard:
    """Counts tries per account and address; neither stands in the counters in clear."""

    def __init__(self, store: AuthzStore, vault: Vault) -> None:
        self._store = store
        self._vault = vault

    async def begin(self, email: str, ip: str) -> Try:
        """Count a login try, or refuse with 429: the right password is refused just the same."""
        mark = new_id("try")
        source = self._hidden("address", network_of(ip)) if ip else UNSEEN
        account, address = self._id("account", email), self._id("address", source)
        if ip:
            await self._count(address, mark, {ANY_SOURCE: ADDRESS}, source)
        try:
            fills = await self._count(account, mark, {source: PAIR, ANY_SOURCE: ACCOUNT}, source)
        except TooManyTries:
            await self._take_back(address, mark)
            raise
        return Try(mark=mark, account=account, address=address, source=source, fills=fills)

    async def right(self, tried: Try) -> None:
        """The password was right: the try does not count, nor the person's own slips from there."""
        await self._take_back(tried.address, tried.mark)
        await self._take_back(tried.account, tried.mark, tried.source)

    async def unseen(self, tried: Try) -> None:
        """The password was never looked at."""
        await self._take_back(tried.address, tried.mark)
        await self._take_back(tried.account, tried.mark)

    @asynccontextmanager
    async def proving(self, person_id: str) -> AsyncIterator[None]:
        """Around the check of a code or of a password already logged in with; only failures count."""
        mark, account = new_id("try"), self._id("proof", person_id)
        await self._count(account, mark, {ANY_SOURCE: ACCOUNT}, UNSEEN)
        try:
            yield
        except Unauthorized:
            raise
        except Refusal:
            await self._take_back(account, mark)
            raise
        await self._take_back(account, mark)

    async def _count(self, id: str, mark: str, limits: dict[str, Limit], source: str) -> bool:
        async def once() -> bool:
            try:
                async with self._store.attempts.everywhere.change(id) as attempts:
                    filled = attempts.begin(mark, now(), limits, source)
            except NotFound:
                attempts = Attempts(id=id, org_id=OPERATOR, expires_at=now() + FORGOTTEN_AFTER)
                filled = attempts.begin(mark, now(), limits, source)
                await self._add(attempts)
            return filled

        return await retry_on_conflict(once)

    async def _add(self, attempts: Attempts) -> None:
        try:
            await self._store.attempts.add(attempts)
        except AlreadyExists as error:
            raise ChangedMeanwhile from error

    async def _take_back(self, id: str, mark: str, source: str = "") -> None:
        async def once() -> None:
            async with self._store.attempts.everywhere.change(id) as attempts:
                attempts.take_back(mark)
                if source:
                    attempts.forgive(source)

        try:
            await retry_on_conflict(once)
        except NotFound:
            return  # forgotten meanwhile

    def _id(self, kind: str, value: str) -> str:
        return derived_id("att", self._hidden(kind, value))

    def _hidden(self, kind: str, value: str) -> str:
        return self._vault.derive("attempts", f"{kind}:{value}")[:16]


def network_of(ip: str) -> str:
    """Whom an address stands for: itself, or the /64 that one subscriber has of IPv6."""
    try:
        parsed = ipaddress.ip_address(ip)
    except ValueError:
        return ip
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return ip
