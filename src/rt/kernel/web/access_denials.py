"""Refused accesses are facts too: who wanted what without the right to it (403), for the audit trail."""

from contextlib import suppress
from datetime import datetime, timedelta

from rt.kernel.access.identity import Actor, acting_as
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Forbidden
from rt.kernel.core.ids import because, new_id
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Event
from rt.kernel.storage.persistence import Collection, ConnectionFailure, Database, Index

KEPT = timedelta(days=2)
"""The trail keeps the fact for good; here it stays until it has certainly been told."""
NOBODY = "platform"
"""The owner of what was denial to an actor without organization."""


class AccessDenied(Event, topic="kernel.access.denied"):
    """Somebody known asked for something without the right to it."""

    operation: str
    path: str
    refusal: str


class AccessDenial(Entity, kw_only=True):
    """One refusal, until it has been told."""

    expires_at: datetime


class AccessDenials:
    """Tells of refusals by one unit."""

    def __init__(self, database: Database) -> None:
        expiry = Index("expires_at", everywhere=True, expires=True)
        self._denial = Collection(database, AccessDenial, "refusals", expiry)

    async def record(self, actor: Actor, operation: str, path: str, refusal: Forbidden) -> None:
        """Note one refusal; without a database the answer is given all the same."""
        with because(None), acting_as(actor), suppress(ConnectionFailure):
            denial = AccessDenial(id=new_id("rfs"), org_id=actor.org_id or NOBODY, expires_at=now() + KEPT)
            denial.emit(AccessDenied(operation=operation, path=path[:200], refusal=refusal.code))
            await self._denial.add(denial)
