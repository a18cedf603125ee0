"""Which partitions of which consumers this process handles: leases with fencing tokens, shared out evenly."""

import asyncio
import math
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from rt.kernel.core.clock import now
from rt.kernel.core.ids import Fence
from rt.kernel.core.telemetry import log
from rt.kernel.model.envelope import PARTITIONS
from rt.kernel.storage.persistence import BulkWriteError, ConnectionFailure, Database, UpdateOne

LEASE = timedelta(seconds=15)
"""How long a process that fell silent keeps its partitions."""
SAVE_SECONDS = 0.5
"""How far an offset may lag behind what was handled: what is handled again then has its effect already."""
NEVER = datetime(2000, 1, 1, tzinfo=UTC)


class Lease(msgspec.Struct, kw_only=True):
    """One partition of one consumer while this process holds it; `token` grows with each takeover."""

    id: str
    unit: str
    number: int
    token: int
    until: datetime
    offsets: dict[str, int]
    """By subscription: the number of the last event of this partition that it needs no more."""
    changed: bool = False

    @property
    def fence(self) -> Fence:
        return Fence(self.number, self.token, self.holds)

    def holds(self) -> bool:
        return now() < self.until

    def end(self) -> None:
        """What is being handled under it goes no further."""
        self.until = NEVER


def lease_id(unit: str, number: int) -> str:
    return f"{unit}:{number}"


class Leases:
    """The leases of all consumers of this process: taken, renewed and given back together.

    `instance` is the name under which this process is started again: what an earlier process of that name
    left is taken over at once, and its token ends whatever of it may still run.
    """

    def __init__(self, database: Database, instance: str) -> None:
        self._consumers = database["consumers"]
        self._members = database["consumer_members"]
        self._instance = instance
        self._owner = f"{instance}#{secrets.token_hex(4)}"
        self._units: set[str] = set()
        self._held: dict[str, Lease] = {}
        self._renewed_at: datetime | None = None
        self._first = True
        self._saving = asyncio.Lock()

    def of(self, unit: str) -> dict[int, Lease]:
        """The partitions of a consumer that this process holds now."""
        return {one.number: one for one in self._held.values() if one.unit == unit and one.holds()}

    def serve(self, unit: str) -> None:
        """Take partitions of this consumer too, at the next step."""
        self._units.add(unit)
        self._renewed_at = None

    async def run(self) -> None:
        while True:
            try:
                await self.step()
                await self.save()
            except ConnectionFailure as error:
                log.warning("leases_wait", error=type(error).__name__)
            await asyncio.sleep(SAVE_SECONDS)

    async def step(self) -> None:
        """Renew, learn what was lost, and take what is free up to a fair share; seldom anything to do."""
        moment = now()
        if not self._units or (
            self._renewed_at is not None and timedelta() <= moment - self._renewed_at < LEASE / 3
        ):
            return
        until = moment + LEASE
        await self._members.update_one(
            {"_id": self._owner}, {"$set": {"units": sorted(self._units), "until": until}}, upsert=True
        )
        mine_still = {"_id": {"$in": list(self._held)}, "owner": self._owner}
        await self._consumers.update_many(mine_still, {"$set": {"until": until}})
        known = await self._known()
        live = await self._live(moment)
        self._keep({one["_id"]: one for one in known if one["owner"] == self._owner})
        wanted: list[str] = []
        for unit in sorted(self._units):
            mine = [one for one in self._held.values() if one.unit == unit]
            share = math.ceil(PARTITIONS / max(1, live.get(unit, 1)))
            free = [one["_id"] for one in known if one["unit"] == unit and self._may_take(one, moment)]
            wanted += free[: max(0, share - len(mine))]
            if len(mine) > share:
                await self._give_back(mine[share:])
        if wanted:
            await self._take(wanted, moment)
        self._first = False
        self._renewed_at = moment

    async def save(self) -> None:
        """Write the offsets that moved, all at once; a lease that was lost meanwhile is held no more."""
        async with self._saving:
            moved = [one for one in self._held.values() if one.changed]
            if not moved:
                return
            for one in moved:
                one.changed = False
            try:
                written = await self._consumers.bulk_write(
                    [
                        UpdateOne(
                            {"_id": one.id, "owner": self._owner, "token": one.token},
                            {"$set": {"offsets": dict(one.offsets)}},
                        )
                        for one in moved
                    ],
                    ordered=False,
                )
            except BaseException:
                for one in moved:
                    one.changed = True
                raise
            if written.matched_count < len(moved):
                self._renewed_at = None

    async def stop(self) -> None:
        """Save, and give everything back, so that nobody has to wait."""
        await self.save()
        await self._give_back(list(self._held.values()))
        await self._members.delete_one({"_id": self._owner})

    def lost(self, lease: Lease) -> None:
        """What a refused write showed: another process holds it."""
        lease.end()
        if self._held.get(lease.id) is lease:
            del self._held[lease.id]
        self._renewed_at = None

    async def _known(self) -> list[dict[str, Any]]:
        """All leases of the consumers of this process, made where there are none yet."""
        where = {"unit": {"$in": sorted(self._units)}}
        known = await self._consumers.find(where, {"offsets": 0}).to_list()
        missing = {
            lease_id(unit, number): (unit, number) for unit in self._units for number in range(PARTITIONS)
        }
        for one in known:
            missing.pop(one["_id"], None)
        if not missing:
            return known
        fresh = [
            {
                "_id": one,
                "unit": unit,
                "number": number,
                "owner": "",
                "until": NEVER,
                "token": 0,
                "offsets": {},
            }
            for one, (unit, number) in missing.items()
        ]
        try:
            await self._consumers.insert_many(fresh, ordered=False)
        except BulkWriteError:
            return await self._consumers.find(where, {"offsets": 0}).to_list()
        return known + fresh

    async def _live(self, moment: datetime) -> dict[str, int]:
        """How many processes want to handle each consumer."""
        count: dict[str, int] = {}
        async for one in self._members.find({"until": {"$gte": moment}}):
            for unit in one["units"]:
                count[unit] = count.get(unit, 0) + 1
        return count

    def _may_take(self, one: dict[str, Any], moment: datetime) -> bool:
        """Free, fallen silent, let go of by this process, or left by an earlier one of its name."""
        if one["owner"] == self._owner:
            return one["_id"] not in self._held
        left = self._first and one["owner"].startswith(f"{self._instance}#")
        return bool(left or one["until"] < moment)

    def _keep(self, mine: dict[str, dict[str, Any]]) -> None:
        for lease in list(self._held.values()):
            if mine.get(lease.id, {}).get("token") == lease.token:
                lease.until = mine[lease.id]["until"]
            else:
                lease.end()
                del self._held[lease.id]

    async def _take(self, ids: list[str], moment: datetime) -> None:
        free: list[dict[str, Any]] = [{"until": {"$lt": moment}}, {"owner": self._owner}]
        if self._first:
            free.append({"owner": {"$regex": f"^{re.escape(self._instance)}#"}})
        await self._consumers.update_many(
            {"_id": {"$in": ids}, "$or": free},
            {"$set": {"owner": self._owner, "until": moment + LEASE}, "$inc": {"token": 1}},
        )
        async for one in self._consumers.find({"_id": {"$in": ids}, "owner": self._owner}):
            if one["_id"] not in self._held:
                self._held[one["_id"]] = Lease(
                    id=one["_id"],
                    unit=one["unit"],
                    number=one["number"],
                    token=one["token"],
                    until=one["until"],
                    offsets=one["offsets"],
                )

    async def _give_back(self, leases: Iterable[Lease]) -> None:
        """A batch that is being handled ends with the event that it is at; the next holder goes on there."""
        given = list(leases)
        for lease in given:
            lease.end()
        ids = [lease.id for lease in given]
        await self.save()
        await self._consumers.update_many(
            {"_id": {"$in": ids}, "owner": self._owner}, {"$set": {"owner": "", "until": NEVER}}
        )
        for one in ids:
            self._held.pop(one, None)
