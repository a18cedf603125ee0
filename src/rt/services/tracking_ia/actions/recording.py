"""Positions taken in, each on its own, and refused off duty."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from rt.contracts.tracking_ia import (
    DutyState,
    PositionPoint,
    RecordedView,
    RecordPositions,
    RefusedPoint,
    RefusedReason,
)
from rt.kernel.access.identity import Actor, PeopleOnly, current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import ChangedMeanwhile, NotFound
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.storage.persistence import retry_on_conflict
from rt.kernel.storage.points import Point
from rt.services.tracking_ia.actions.intake import Intake
from rt.services.tracking_ia.domain.believed import BELIEVED_SECONDS
from rt.services.tracking_ia.domain.order import Device
from rt.services.tracking_ia.domain.points import Fix, doubt, fix_of, packed
from rt.services.tracking_ia.domain.reading import Doubt, point_of
from rt.services.tracking_ia.domain.watch import Watch
from rt.services.tracking_ia.store import TrackingStore

AHEAD = timedelta(seconds=BELIEVED_SECONDS)
"""A watch that begins while what is known is still believed is known too."""


class DeviceUnknown(NotFound):
    fr = "Aucun boîtier n'est enregistré sous cet identifiant."
    en = "No device is registered under this identifier."


class Recording:
    """Where positions come in."""

    def __init__(self, store: TrackingStore) -> None:
        self._store = store
        self._intake = Intake(store)

    async def record(self, asked: RecordPositions) -> RecordedView:
        """The phone of the driver who asks."""
        actor = person()
        points = [point_of(said) for said in asked.points]
        doubts, answer = await self._take(points, actor.id, {"driver_user_id": actor.id})
        if doubts:
            await retry_on_conflict(lambda: self._store.note_trouble(actor.id, False, actor.name, doubts))
        return answer

    async def report(self, key: str, points: Sequence[PositionPoint | Doubt]) -> RecordedView:
        """A device that knows nothing but its key."""
        device = await self._store.device(hash_of(key))
        if device is None:
            raise DeviceUnknown
        with acting_for(device.org_id):
            doubts, answer = await self._take(points, device.id, _whose(device))
            if doubts:
                await retry_on_conflict(
                    lambda: self._store.note_trouble(device.id, True, device.name, doubts)
                )
        return answer

    async def _take(
        self, points: Sequence[PositionPoint | Doubt], source: str, whose: Mapping[str, str]
    ) -> tuple[list[Doubt], RecordedView]:
        """Each point on its own; what was not believed, and the answer."""
        moment = now()
        oldest = moment - timedelta(days=await self._store.figure("retention_days"))
        read = [one if isinstance(one, Doubt) else doubt(one, moment, oldest) or one for one in points]
        doubts = [one for one in read if isinstance(one, Doubt)]
        times = [moment, *(one.at for one in read if not isinstance(one, Doubt))]
        key = current_org(), *whose.values()
        watches = await self._covering(key, whose, times)
        refused: list[RefusedPoint] = []
        believed: list[tuple[Fix, list[Watch]]] = []
        for index, one in enumerate(read):
            if isinstance(one, Doubt):
                refused.append(RefusedPoint(index=index, reason=one.reason))
            elif on := [watch for watch in watches if watch.refuses(one.at) is None]:
                believed.append((fix_of(one, source), on))
            else:
                refused.append(RefusedPoint(index=index, reason=_off(watches, one.at)))
        try:
            new = await self._keep(believed)
        except ChangedMeanwhile:
            self._store.known_watches.forget(key)
            raise
        return doubts, RecordedView(
            new=new, duplicate=len(believed) - new, refused=refused, duty=duty_of(watches, moment)
        )

    async def _keep(self, believed: Sequence[tuple[Fix, list[Watch]]]) -> int:
        points = [
            Point(watch.org_id, watch.id, fix.source, fix.at_ms, packed(fix))
            for fix, on in believed
            for watch in on
        ]
        watches = {watch.id: watch for _, on in believed for watch in on}
        new = await self._intake.keep(list(watches.values()), points)
        return len({point.moment for point, fresh in zip(points, new, strict=True) if fresh})

    async def _covering(
        self, key: tuple[str, ...], whose: Mapping[str, str], times: Sequence[datetime]
    ) -> list[Watch]:
        """The watches about these moments; asked again wherever none of those known lets one in."""
        known = self._store.known_watches.get(key) or []
        if known and all(any(watch.refuses(at) is None for watch in known) for at in times):
            return known
        span = {"begins_at": {"$lte": max(times) + AHEAD}, "ends_at": {"$gte": min(times)}}
        found = await self._store.watches.find({**whose, **span}, sort="begins_at", limit=200)
        return self._store.known_watches.put(key, found)


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
