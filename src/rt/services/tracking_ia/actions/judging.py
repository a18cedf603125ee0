"""Positions judged: fences and expected times of each watch, at its own pace, on what was kept meanwhile."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Literal

import msgspec

from rt.kernel.access.identity import Actor, acting_as
from rt.kernel.core.clock import now
from rt.kernel.core.errors import ChangedMeanwhile, Unavailable
from rt.kernel.core.telemetry import log, new_trace, tracing
from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.persistence import ConnectionFailure, retry_on_conflict
from rt.kernel.storage.points import Arrived
from rt.services.tracking_ia.actions.beside import beside
from rt.services.tracking_ia.domain.judging import Following, judged
from rt.services.tracking_ia.domain.points import Fix, unpacked
from rt.services.tracking_ia.domain.watch import Watch
from rt.services.tracking_ia.store import TrackingStore
from rt.services.tracking_ia.store.seen import KEPT_EVERY

READ_SECONDS = 1.0
"""How often what was kept is looked at: a stop is told a second or two after the fix that shows it."""
EXPECTED_SECONDS = 30.0
"""How often expected times are worked out anew for one watch."""
LATE_SECONDS = 15.0
"""How often a whole track is judged again because positions came late: two devices are never in step."""
LOOKS_TO_CLEAN = 6
"""How much a fix costs before the first stop is looked at."""
BREATH = 50
"""After so many watches others have their turn."""
LOOKS_AT_ONCE = 16
"""How many watches are looked at side by side, each of which waits for the database now and then."""
FOLLOWED = 50_000
"""Watches of which the end of the judgement is remembered; of others the whole track is judged again."""


Glance = Literal["judged", "wait", "look"]


class Followed(msgspec.Struct):
    """A watch as it was judged last, and when (monotonic seconds); `unkept` fixes since its mark."""

    watch: Watch
    following: Following
    judged_at: float
    foreseen_at: float
    unkept: int = KEPT_EVERY


class Waiting(msgspec.Struct):
    """What came for a watch and is not judged yet; by writer, where it begins."""

    org_id: str
    fixes: list[Fix] = msgspec.field(default_factory=list)
    begins: dict[str, int] = msgspec.field(default_factory=dict)


class Judging:
    """Reads on in the positions of all organizations and judges their watches, in one process at a time."""

    def __init__(self, store: TrackingStore) -> None:
        self._store = store
        self._followed: dict[str, Followed] = {}
        self._waiting: dict[str, Waiting] = {}
        self._begun = 0

    async def run(self) -> None:
        try:
            while True:
                try:
                    await self.step(paced=True)
                except ConnectionFailure as error:
                    log.warning("judging_waits", error=type(error).__name__)
                await asyncio.sleep(READ_SECONDS)
        finally:
            with suppress(ConnectionFailure):
                await self._store.reader.leave()

    async def step(self, paced: bool = False) -> int:
        """Judge every watch for which positions came; how many."""
        arrived = await self._store.reader.read()
        if arrived is None or self._store.reader.begun != self._begun:
            self._begun = self._store.reader.begun
            self._followed.clear()
            self._waiting.clear()
        self._take(arrived or ())
        if not self._waiting:
            return 0
        before = len(came := list(self._waiting))
        versions = await self._store.versions(self._waiting)
        looked_at = []
        for nth, (watch_id, waiting) in enumerate(list(self._waiting.items())):
            glance = self._glance(watch_id, waiting, versions.get(watch_id), paced)
            if glance == "judged":
                del self._waiting[watch_id]
            elif glance == "look":
                looked_at.append(watch_id)
            if nth % BREATH == BREATH - 1:
                await asyncio.sleep(0)
        turns = asyncio.Semaphore(LOOKS_AT_ONCE)
        looks = (self._look(one, versions.get(one), paced, turns) for one in looked_at)
        ended = await asyncio.gather(*looks, return_exceptions=True)
        done = before - len(self._waiting)
        undone: dict[str, int] = {}
        for waiting in self._waiting.values():
            for writer, nth in waiting.begins.items():
                undone[writer] = min(nth, undone.get(writer, nth))
        await self._keep_marks(came)
        await self._store.reader.done(undone)
        for failure in filter(None, ended):
            raise failure
        return done

    async def foresee(self, watch: Watch) -> None:
        """Tell what the newest position, or the silence since, means for the stops ahead."""
        newest = await self._store.seen.renewed(watch)
        if newest is not None:
            await retry_on_conflict(lambda: self._foresee(watch, newest))

    def _take(self, arrived: Sequence[Arrived]) -> None:
        for one in arrived:
            waiting = self._waiting.get(one.series)
            if waiting is None:
                waiting = self._waiting[one.series] = Waiting(one.org_id)
            waiting.fixes.append(unpacked(one.content))
            waiting.begins.setdefault(one.writer, one.nth)

    def _glance(self, watch_id: str, waiting: Waiting, version: int | None, paced: bool) -> Glance:
        """Follow what came, as far as that goes without the database: that is how most fixes end."""
        if version is None:
            return "judged"
        followed = self._followed.get(watch_id)
        if followed is None or followed.watch.version != version:
            return "look"
        moment, following = time.monotonic(), followed.following
        followed.unkept += len(waiting.fixes)
        if following.turned(waiting.fixes):
            del self._followed[watch_id]
            return "look"
        waiting.fixes = []
        if following.late:
            if paced and moment - followed.judged_at < LATE_SECONDS:
                return "wait"
            del self._followed[watch_id]
            return "look"
        soon = paced and moment - followed.foreseen_at < EXPECTED_SECONDS
        return "judged" if soon or following.line.last is None else "look"

    async def _look(self, watch_id: str, version: int | None, paced: bool, turns: asyncio.Semaphore) -> None:
        """Judge one watch with what the database says; a fault is told and keeps no other waiting."""
        waiting = self._waiting[watch_id]
        actor = Actor(kind="unit", id="tracking_ia", org_id=waiting.org_id, name="tracking_ia")
        with acting_for(waiting.org_id), acting_as(actor), tracing(new_trace()):
            async with turns:
                try:
                    done = await self._judge(watch_id, waiting, version, paced)
                except ConnectionFailure:
                    raise
                except Exception as error:
                    self._followed.pop(watch_id, None)
                    log.error("judging_failed", watch=watch_id, exc_info=error)
                    done = not isinstance(error, Unavailable | ChangedMeanwhile)
        if done:
            del self._waiting[watch_id]

    async def _judge(self, watch_id: str, waiting: Waiting, version: int | None, paced: bool) -> bool:
        """Look at the whole track, or only tell what is foreseen; False when it waits for its turn."""
        followed = self._followed.get(watch_id)
        if followed is not None and followed.watch.version != version:
            followed.watch = await self._store.watches.get(watch_id)
            if [stop.call for stop in followed.watch.stops] != followed.following.calls:
                followed = None
        if followed is None:
            await retry_on_conflict(lambda: self._whole(watch_id))
            return True
        again = self._glance(watch_id, waiting, followed.watch.version, paced)
        if again != "look":
            return again == "judged"
        newest = followed.following.line.last
        if watch_id not in self._followed or newest is None:
            await retry_on_conflict(lambda: self._whole(watch_id))
            return True
        followed.foreseen_at = time.monotonic()
        followed.watch = await retry_on_conflict(lambda: self._foresee(followed.watch, newest))
        return True

    async def _keep_marks(self, looked_at: Iterable[str]) -> None:
        """Keep how far watches are followed, those of all in one write, each only now and then.

        One with positions that came late keeps the mark of before them until they are judged.
        """
        followed = [self._followed[one] for one in looked_at if one in self._followed]
        behind = [one for one in followed if one.unkept >= KEPT_EVERY and not one.following.late]
        await self._store.seen.keep((one.watch, one.following.mark) for one in behind)
        for one in behind:
            one.unkept = 0

    async def _whole(self, watch_id: str) -> None:
        """Look at the whole track, tell what it shows and was not told, correct what was told otherwise.

        Of a watch whose beginning is deleted, and of duty without a tour, it is only seen where they are.
        """
        oldest = now() - timedelta(days=await self._store.figure("retention_days"))
        step, alert = await self._thresholds()
        async with self._store.watches.change(watch_id) as watch:
            kept = await self._store.kept(watch_id)
            calls = [stop.call for stop in watch.stops] if watch.begins_at > oldest else []
            work = kept.count * (LOOKS_TO_CLEAN + len(calls))
            judgement = await beside(work, judged, kept.contents, calls)
            if calls:
                watch.judge(judgement.seen)
            if calls and judgement.newest is not None and watch.state(now()) != "off":
                watch.foresee(judgement.newest, now(), step, alert)
        self._store.changed(watch)
        if len(self._followed) >= FOLLOWED:
            self._followed.clear()
        moment = time.monotonic()
        self._followed[watch_id] = Followed(watch, judgement.following, moment, moment)

    async def _foresee(self, watch: Watch, newest: Fix) -> Watch:
        """The watch, changed only if there is something to tell."""
        step, alert = await self._thresholds()
        if watch.state(now()) == "off" or not watch.foreseen(newest, now(), step, alert):
            return watch
        async with self._store.watches.change(watch.id) as changed:
            changed.foresee(newest, now(), step, alert)
        self._store.changed(changed)
        return changed

    async def _thresholds(self) -> tuple[timedelta, float]:
        step = timedelta(minutes=await self._store.figure("eta_step_minutes"))
        return step, await self._store.figure("late_alert_percent") / 100
