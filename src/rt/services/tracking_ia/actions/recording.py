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
from rt.kernel.identity import current_actor
from rt.kernel.tenancy import acting_for
from rt.services.tracking_ia.domain.points import Fix, cleaned, doubt, fix_of
from rt.services.tracking_ia.domain.watch import Watch
from rt.services.tracking_ia.store import TrackingStore

LOOK_BACK = timedelta(hours=2)
"""How far before a batch fixes are looked at again: longer than any stay takes to be believed."""


class DeviceUnknown(NotFound):
    fr = "Aucun boîtier n'est enregistré sous cet identifiant."
    en = "No device is registered under this identifier."


class Recording:
    """Where positions come in."""

    def __init__(self, store: TrackingStore) -> None:
        self._store = store

    async def record(self, asked: RecordPositions) -> RecordedView:
        """The phone of the driver who asks."""
        actor = current_actor()
        return await self._take(asked.points, actor.id, {"driver_user_id": actor.id})

    async def report(self, key: str, points: Sequence[PositionPoint]) -> RecordedView:
        """A device that knows nothing but its key."""
        device = await self._store.devices.everywhere.first({"key_hash": hash_of(key)})
        if device is None:
            raise DeviceUnknown
        whose = (
            {"plate": device.plate} if device.kind == "vehicle" else {"driver_user_id": device.driver_user_id}
        )
        with acting_for(device.org_id):
            return await self._take(points, device.id, whose)

    async def judge(self, watch_id: str, since: datetime | None) -> None:
        """Look again at the latest part of a track and tell what it shows and was not told yet."""
        fixes = (
            await self._store.newest(watch_id)
            if since is None
            else await self._store.track(watch_id, since - LOOK_BACK)
        )
        track = cleaned(fixes)
        if not track:
            return
        step = timedelta(minutes=await self._store.figure("eta_step_minutes"))
        alert = await self._store.figure("late_alert_percent") / 100
        async with self._store.watches.change(watch_id) as watch:
            watch.judge(track)
            if watch.state(now()) != "off":
                watch.foresee(track[-1], now(), step, alert)

    async def _take(
        self, points: Sequence[PositionPoint], source: str, whose: Mapping[str, Any]
    ) -> RecordedView:
        moment = now()
        oldest = moment - timedelta(days=await self._store.figure("retention_days"))
        watches = await self._covering(points, whose, moment)
        refused: list[RefusedPoint] = []
        believed: list[tuple[Fix, list[Watch]]] = []
        for index, point in enumerate(points):
            reason = doubt(point, moment, oldest)
            on = [] if reason else [watch for watch in watches if watch.refuses(point.at) is None]
            if reason is None and not on:
                reason = _off(watches, point.at)
            if reason is not None:
                refused.append(RefusedPoint(index=index, reason=reason))
            else:
                believed.append((fix_of(point, source), on))
        new: set[tuple[str, int]] = set()
        for watch in watches:
            fixes = [fix for fix, on in believed if watch in on]
            if fixes:
                new |= await self._store.keep(watch, fixes)
                if watch.stops:
                    await self.judge(watch.id, min(fix.at for fix in fixes))
        return RecordedView(
            new=len(new), duplicate=len(believed) - len(new), refused=refused, duty=duty_of(watches, moment)
        )

    async def _covering(
        self, points: Sequence[PositionPoint], whose: Mapping[str, Any], moment: datetime
    ) -> list[Watch]:
        times = [point.at for point in points if point.at.tzinfo is not None] or [moment]
        span = {"begins_at": {"$lte": max(*times, moment)}, "ends_at": {"$gte": min(*times, moment)}}
        return await self._store.watches.find({**whose, **span}, sort="begins_at", limit=200)


def hash_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def duty_of(watches: Sequence[Watch], moment: datetime) -> DutyState:
    """On when any watch is on, else paused when any is."""
    states = {watch.state(moment) for watch in watches}
    return "on" if "on" in states else "paused" if "paused" in states else "off"


def _off(watches: Sequence[Watch], at: datetime) -> RefusedReason:
    return "paused" if any(watch.refuses(at) == "paused" for watch in watches) else "off_duty"
