"""Refused accesses are facts too: who wanted what without the right to it (403), for the audit trail."""

from contextlib import suppress
from datetime import datetime, timedelta

from rt.kernel.clock import now
from rt.kernel.entity import Entity
from rt.kernel.errors import Forbidden
from rt.kernel.identity import Actor, acting_as
from rt.kernel.ids import because, new_id
from rt.kernel.messages import Event
from rt.kernel.persistence import Collection, ConnectionFailure, Database, Index

KEPT = timedelta(days=2)
"""The trail keeps the fact for good; here it stays until it has certainly been told."""
NOBODY = "platform"
"""The owner of what was refused to an actor without organization."""


class AccessRefused(Event, topic="kernel.access.refused"):
    """Somebody known asked for something without the right to it."""

    word: str
    path: str
    refusal: str


class RefusedAccess(Entity, kw_only=True):
    """One refusal, until it has been told."""

    expires_at: datetime


class Refusals:
    """Tells of refusals by one unit."""

    def __init__(self, database: Database) -> None:
        expiry = Index("expires_at", everywhere=True, expires=True)
        self._refused = Collection(database, RefusedAccess, "refusals", expiry)

    async def tell(self, actor: Actor, word: str, path: str, refusal: Forbidden) -> None:
        """Note one refusal; without a database the answer is given all the same."""
        with because(None), acting_as(actor), suppress(ConnectionFailure):
            refused = RefusedAccess(id=new_id("rfs"), org_id=actor.org_id or NOBODY, expires_at=now() + KEPT)
            refused.tell(AccessRefused(word=word, path=path[:200], refusal=refusal.code))
            await self._refused.add(refused)
