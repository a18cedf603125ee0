"""Positions taken in, refused off duty, and judged: stops, arrival times, delays."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from rt.contracts.tracking_ia import (
    DutyState,
    PositionPoint,
    RecordedView,
    RecordPositions,
    RefusedPoint,
    RefusedReason,
)
from rt.kernel.clock import now
from rt.kernel.errors import NotFound
from rt.kernel.identity import Actor, PeopleOnly, current_actor
from rt.kernel.persistence import persist
from rt.kernel.tenancy import acting_for
from rt.services.tracking_ia.actions.beside import beside
from rt.services.tracking_ia.domain.judging import judged
from rt.services.tracking_ia.domain.order import Device
from rt.services.tracking_ia.domain.points import Fix, doubt, fix_of
from rt.services.tracking_ia.domain.reading import Doubt, point_of
from rt.services.tracking_ia.domain.watch import Watch
from rt.services.tracking_ia.store import TrackingStore

JUDGED_AGAIN = 10
LOOKS_TO_CLEAN = 6
"""How much a fix costs before the first stop is looked at."""


class DeviceUnknown(NotFound):
    fr = "Aucun boîtier n'est enregistré sous cet identifiant."
    en = "No device is registered under this identifier."


class Recording:
    """Where positions come in."""

    def __init__(self, store: TrackingStore) -> None:
        self._store = store

    async def record(self, asked: RecordPositions) -> RecordedView:
        """The phone of the driver who asks."""
        actor = person()
        points = [point_of(said) for said in asked.points]
        doubts, answer = await self._take(points, actor.id, {"driver_user_id": actor.id})
        if doubts:
            await persist(lambda: self._store.note_trouble(actor.id, False, actor.name, doubts))
        return answer

    async def report(self, key: str, points: Sequence[PositionPoint | Doubt]) -> RecordedView:
        """A device that knows nothing but its key."""
        device = await self._store.devices.everywhere.first({"key_hash": hash_of(key)})
        if device is None:
            raise DeviceUnknown
        with acting_for(device.org_id):
            doubts, answer = await self._take(points, device.id, _whose(device))
            if doubts:
                await persist(lambda: self._store.note_trouble(device.id, True, device.name, doubts))
        return answer

    async def judge(self, watch_id: str) -> None:
        """Look at the whole track, tell what it shows and was not told, correct what was told otherwise.

        Positions may be kept while it is looked at: whoever judges last has seen them all.
        """
        for _ in range(JUDGED_AGAIN):
            if await persist(lambda: self._judge(watch_id)) == await self._store.stamp(watch_id):
                return

    async def foresee(self, watch_id: str) -> None:
        """Tell what the newest position, or the silence since, means for the stops ahead."""
        newest = await self._store.newest(watch_id)
        step, alert = await self._thresholds()
        async with self._store.watches.change(watch_id) as watch:
            if newest is not None:
                watch.foresee(newest, now(), step, alert)

    async def _judge(self, watch_id: str) -> int:
        step, alert = await self._thresholds()
        async with self._store.watches.change(watch_id) as watch:
            kept = await self._store.hours(watch_id)
            calls = [stop.call for stop in watch.stops]
            work = sum(bucket.count for bucket in kept) * (LOOKS_TO_CLEAN + len(calls))
            judgement = await beside(work, judged, [bucket.content for bucket in kept], calls)
            watch.judge(judgement.seen)
            if judgement.newest is not None and watch.state(now()) != "off":
                watch.foresee(judgement.newest, now(), step, alert)
        return sum(bucket.version for bucket in kept)

    async def _thresholds(self) -> tuple[timedelta, float]:
        step = timedelta(minutes=await self._store.figure("eta_step_minutes"))
        return step, await self._store.figure("late_alert_percent") / 100

    async def _take(
        self, points: Sequence[PositionPoint | Doubt], source: str, whose: Mapping[str, Any]
    ) -> tuple[list[Doubt], RecordedView]:
        """Each point on its own; what was not believed, and the answer."""
        moment = now()
        oldest = moment - timedelta(days=await self._store.figure("retention_days"))
        read = [one if isinstance(one, Doubt) else doubt(one, moment, oldest) or one for one in points]
        doubts = [one for one in read if isinstance(one, Doubt)]
        watches = await self._covering([one.at for one in read if not isinstance(one, Doubt)], whose, moment)
        refused: list[RefusedPoint] = []
        believed: list[tuple[Fix, list[Watch]]] = []
        for index, one in enumerate(read):
            if isinstance(one, Doubt):
                refused.append(RefusedPoint(index=index, reason=one.reason))
            elif on := [watch for watch in watches if watch.refuses(one.at) is None]:
                believed.append((fix_of(one, source), on))
            else:
                refused.append(RefusedPoint(index=index, reason=_off(watches, one.at)))
        new = await self._keep(watches, believed, oldest)
        return doubts, RecordedView(
            new=new, duplicate=len(believed) - new, refused=refused, duty=duty_of(watches, moment)
        )

    async def _keep(
        self, watches: Sequence[Watch], believed: Sequence[tuple[Fix, list[Watch]]], oldest: datetime
    ) -> int:
        new: set[tuple[str, int]] = set()
        for watch in watches:
            fixes = [fix for fix, on in believed if watch in on]
            if fixes:
                new |= await self._store.keep(watch, fixes)
                if watch.stops and watch.begins_at > oldest:  # of an older one the beginning is deleted
                    await self.judge(watch.id)
        return len(new)

    async def _covering(
        self, times: Sequence[datetime], whose: Mapping[str, Any], moment: datetime
    ) -> list[Watch]:
        first, last = min([*times, moment]), max([*times, moment])
        span = {"begins_at": {"$lte": last}, "ends_at": {"$gte": first}}
        return await self._store.watches.find({**whose, **span}, sort="begins_at", limit=200)


def person() -> Actor:
    """Whoever asks, if it is somebody: a key has no duty and no phone."""
    actor = current_actor()
    if actor.kind != "user":
        raise PeopleOnly
    return actor


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def duty_of(watches: Sequence[Watch], moment: datetime) -> DutyState:
    """On when any watch is on, else paused when any is."""
    states = {watch.state(moment) for watch in watches}
    return "on" if "on" in states else "paused" if "paused" in states else "off"


def _whose(device: Device) -> dict[str, str]:
    return {"plate": device.plate} if device.kind == "vehicle" else {"driver_user_id": device.driver_user_id}


def _off(watches: Sequence[Watch], at: datetime) -> RefusedReason:
    return "paused" if any(watch.refuses(at) == "paused" for watch in watches) else "off_duty"
