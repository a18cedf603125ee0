"""Positions on their way to the store: those of many devices in one write, for which each waits."""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import Context

from rt.kernel.core.errors import ChangedMeanwhile
from rt.kernel.storage.points import Point
from rt.services.tracking_ia.domain.watch import Watch
from rt.services.tracking_ia.store import TrackingStore

AT_ONCE = 1_000


class Parcel:
    """What one request brings: positions, and the watches as they were when they let them in."""

    def __init__(self, watches: Mapping[str, int], points: Sequence[Point]) -> None:
        self.watches = watches
        self.points = points
        self.kept: asyncio.Future[list[bool]] = asyncio.get_running_loop().create_future()

    def refuse(self, error: BaseException) -> None:
        if not self.kept.done():
            self.kept.set_exception(error)


class Intake:
    """Writes together what came while the write before was under way (group commit)."""

    def __init__(self, store: TrackingStore) -> None:
        self._store = store
        self._waiting: list[Parcel] = []
        self._writing: asyncio.Task[None] | None = None

    async def keep(self, watches: Sequence[Watch], points: Sequence[Point]) -> list[bool]:
        """Keep positions for good; for each, whether it was new.

        ChangedMeanwhile when a watch is not any more as it was: the driver may have paused elsewhere.
        """
        if not points:
            return []
        parcel = Parcel({watch.id: watch.version for watch in watches}, points)
        self._waiting.append(parcel)
        if self._writing is None:
            self._writing = asyncio.create_task(self._write(), context=Context())
        return await parcel.kept

    async def _write(self) -> None:
        try:
            while self._waiting:
                parcels = self._next()
                try:
                    await self._keep(parcels)
                except BaseException as error:
                    for parcel in parcels:
                        parcel.refuse(error)
                    if not isinstance(error, Exception):
                        raise
        finally:
            self._writing = None

    def _next(self) -> list[Parcel]:
        """As many as go in one write; a day of one phone goes alone."""
        taken, points = 0, 0
        while taken < len(self._waiting) and (not taken or points < AT_ONCE):
            points += len(self._waiting[taken].points)
            taken += 1
        parcels, self._waiting = self._waiting[:taken], self._waiting[taken:]
        return parcels

    async def _keep(self, parcels: Sequence[Parcel]) -> None:
        known = await self._store.versions({watch_id for parcel in parcels for watch_id in parcel.watches})
        current = []
        for parcel in parcels:
            if all(known.get(watch_id) == version for watch_id, version in parcel.watches.items()):
                current.append(parcel)
            else:
                parcel.refuse(ChangedMeanwhile())
        new = await self._store.positions.append([point for parcel in current for point in parcel.points])
        begin = 0
        for parcel in current:
            end = begin + len(parcel.points)
            if not parcel.kept.done():
                parcel.kept.set_result(new[begin:end])
            begin = end
