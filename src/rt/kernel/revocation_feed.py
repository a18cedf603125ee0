"""Feeds what was revoked from authz's part of the log into the memory of this process."""

import asyncio
from collections.abc import Sequence
from typing import Any

import msgspec

from rt.kernel.bus import LANES, Hub, Told, partition_of
from rt.kernel.clock import now
from rt.kernel.eventlog import EVENT_LOG, heads
from rt.kernel.identity import Revocations
from rt.kernel.persistence import ConnectionFailure, Database
from rt.kernel.tokens import LATE, LIVES, Revoked

LOOK_SECONDS = 2.0
LOOK_LIVE_SECONDS = 30.0


class RevocationFeed:
    """The start reads what a living token may still carry and no other event, then only what is new."""

    def __init__(self, database: Database, source: str, revocations: Revocations, hub: Hub) -> None:
        self._database = database
        self._partitions = [partition_of(source, lane) for lane in range(LANES)]
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
                await self._hear({"body.subject": subject, "at": {"$gt": now() - life - LATE}})
        else:
            new = [
                {"partition": one, "seq": {"$gt": self._seqs[one]}}
                for one in self._partitions
                if newest.get(one, 0) > self._seqs[one]
            ]
            if new:
                await self._hear({"$or": new})
        for one in self._partitions:
            self._seqs[one] = max(self._seqs.get(one, 0), newest.get(one, 0))

    def _appended(self, partition: str, events: Sequence[Told], seq: int) -> None:
        """What this process appended is heard at once; else it is read, in a moment."""
        if partition not in self._partitions:
            return
        for told in events:
            if told.topic == Revoked.topic:
                self._note(told.body)
        if not events:
            self._unread.set()

    async def _hear(self, where: dict[str, Any]) -> None:
        async for document in self._database[EVENT_LOG].find(self._revoked(where), {"body": 1}):
            self._note(document["body"])

    def _note(self, body: dict[str, Any]) -> None:
        if body.get("subject") in LIVES:
            self._revocations.heard(msgspec.convert(body, Revoked))

    def _revoked(self, where: dict[str, Any]) -> dict[str, Any]:
        known = {"topic": Revoked.topic, "partition": {"$in": self._partitions}}
        return known | {"body.subject": {"$in": list(LIVES)}} | where
