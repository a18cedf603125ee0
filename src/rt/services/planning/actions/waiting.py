"""The line of those who wait for a slot of a full day."""

from datetime import date, datetime

from rt.contracts.planning import JoinWaitingList, WaitingView
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists, ReferenceUnknown
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import acting_for, current_org
from rt.services.planning.actions.docks import Docks
from rt.services.planning.actions.slots import Slots
from rt.services.planning.domain.docks import Dock
from rt.services.planning.domain.loads import Load, slot_for
from rt.services.planning.domain.slots import AlreadyWaiting, OrderHasSlot, SlotTaken, Waiting, order_key
from rt.services.planning.store import PlanningStore

LONGEST_LINE, TRIED = 500, 3
"""How many who wait are looked at when a time is given back, and how many free times are tried for each."""


class WaitingList:
    """Who waits for which dock's day, first come first seated."""

    def __init__(self, store: PlanningStore, docks: Docks, slots: Slots) -> None:
        self._store = store
        self._docks = docks
        self._slots = slots

    async def wait(self, asked: JoinWaitingList) -> WaitingView:
        job = await self._docks.carried(asked.order_id)
        dock = next(
            (one for one in await self._docks.for_job(job, asked.kind) if one.id == asked.dock_id), None
        )
        if dock is None:
            raise ReferenceUnknown("dock_id")
        named = job.names(dock.org_id)
        waiting = Waiting(
            id=new_id("wai"),
            org_id=dock.org_id,
            seen_by=list(dict.fromkeys([dock.org_id, current_org()])),
            dock_id=dock.id,
            day=asked.day,
            order_id=job.order_id,
            reference=job.reference if named else "",
            kind=asked.kind,
            carrier_id=current_org(),
            carrier_name=job.carrier_name if named else "",
            named=named,
            pallets=job.pallets,
            goods_type=job.goods_type,
            key=f"{order_key(dock.org_id, job.order_id, asked.kind)}/{asked.day}",
        )
        with acting_for(dock.org_id):
            try:
                waiting = await self._store.waitings.add(waiting)
            except AlreadyExists as error:
                raise AlreadyWaiting from error
            before = await self._store.waitings.count(
                {
                    "dock_id": dock.id,
                    "day": asked.day.isoformat(),
                    "state": "waiting",
                    "created_at": {"$lte": waiting.created_at},
                    "id": {"$ne": waiting.id},
                }
            )
        return waiting.view(before + 1, dock.full_instructions)

    async def seat(self, dock_id: str) -> None:
        """Give what has become free to those who wait, in their order; asked for the site."""
        dock = await self._store.docks.get(dock_id)
        line = await self._store.waitings.find(
            {"dock_id": dock.id, "state": "waiting", "day": {"$gte": dock.day_of(now()).isoformat()}},
            sort="created_at",
            limit=LONGEST_LINE,
        )
        taken: dict[date, set[str]] = {}
        for one in line:
            if one.day not in taken:
                taken[one.day] = await self._store.taken(dock, one.day)
            free = dock.free(one.day, one.pallets, one.goods_type, taken[one.day], now())
            for place in free[:TRIED]:
                if await self._seated(one, dock, place.starts_at):
                    taken[one.day] = await self._store.taken(dock, one.day)
                    break

    async def _seated(self, one: Waiting, dock: Dock, starts_at: datetime) -> bool:
        """Whether whoever waits has got that time, or has a slot already."""
        load = Load(
            one.pallets, one.goods_type, one.reference, one.carrier_id, one.carrier_name, named=one.named
        )
        try:
            await self._slots.seat(slot_for(dock, load, one.order_id, one.kind), dock, starts_at)
        except SlotTaken:
            return False
        except OrderHasSlot:
            pass
        async with self._store.waitings.change(one.id) as waiting:
            waiting.seat()
        return True
