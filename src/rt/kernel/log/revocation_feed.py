"""Feeds what was revoked from authz's part of the log into the memory of this process."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from rt.kernel.access.identity import Revocations
from rt.kernel.access.tokens import LATE, LIVES, Revoked
from rt.kernel.core.clock import now
from rt.kernel.log.event_log import EVENT_LOG, heads
from rt.kernel.log.hub import Hub
from rt.kernel.model.envelope import PARTITIONS, EventEnvelope, partition_of
from rt.kernel.storage.persistence import ConnectionFailure, Database

LOOK_SECONDS = 2.0
LOOK_LIVE_SECONDS = 30.0


class RevocationFeed:
    """The start reads what a living token may still carry and no other event, then only what is new."""

    def __init__(self, database: Database, source: str, revocations: Revocations, hub: Hub) -> None:
        self._database = database
        self._partitions = [partition_of(source, number) for number in range(PARTITIONS)]
        self._revocations = revocations
        self._hub = hub
        self._seqs: dict[str, int] = {}
        self._unread = asyncio.Event()
        hub.subscribe(self._appended, self._unread.set, (Revoked.topic,))

    async def run(self) -> None:
        while True:
            try:
                await self.step()
                async with asyncio.timeout(LOOK_LIVE_SECONDS if self._hub.live else LOOK_SECONDS):
                    await self._unread.wait()
            except TimeoutError:
                pass
            except ConnectionFailure:
                await asyncio.sleep(0.5)

    async def step(self) -> None:
        self._unread.clear()
        newest = await heads(self._database)
        if not self._seqs:
            for subject, life in LIVES.items():
                await self._handle({"body.subject": subject, "at": {"$gt": now() - life - LATE}})
        else:
            new = [
                {"partition": one, "seq": {"$gt": self._seqs[one]}}
                for one in self._partitions
                if newest.get(one, 0) > self._seqs[one]
            ]
            if new:
                await self._handle({"$or": new})
        for one in self._partitions:
            self._seqs[one] = max(self._seqs.get(one, 0), newest.get(one, 0))

    def _appended(self, partition: str, events: Sequence[EventEnvelope], seq: int) -> None:
        """What this process appended is seen at once; else it is read, in a moment."""
        if partition not in self._partitions:
            return
        for event in events:
            if event.topic == Revoked.topic:
                self._note(event.body)
        if not events:
            self._unread.set()

    async def _handle(self, where: dict[str, Any]) -> None:
        async for document in self._database[EVENT_LOG].find(self._revoked(where), {"body": 1}):
            self._note(document["body"])

    def _note(self, body: dict[str, Any]) -> None:
        if body.get("subject") in LIVES:
            self._revocations.heard(msgspec.convert(body, Revoked))

    def _revoked(self, where: dict[str, Any]) -> dict[str, Any]:
        known = {"topic": Revoked.topic, "partition": {"$in": self._partitions}}
        return known | {"body.subject": {"$in": list(LIVES)}} | where
