"""Slots booked, moved, given back, reached and missed; the waiting list; the calendar file."""

import re
from datetime import date, datetime
from typing import Any, NamedTuple

from rt.contracts.planning import (
    BookSlot,
    CancelSlot,
    FindSlots,
    GetSlot,
    JoinWaitingList,
    MarkArrived,
    MarkNoShow,
    MoveSlot,
    SlotCalendar,
    SlotsPage,
    SlotView,
    WaitingView,
)
from rt.contracts.planning.docks import GoodsType, SlotKind
from rt.kernel.clock import now
from rt.kernel.errors import AlreadyExists, Conflict
from rt.kernel.identity import current_actor
from rt.kernel.ids import new_id
from rt.kernel.messages import Download
from rt.kernel.tenancy import acting_for, current_org
from rt.services.planning.actions.docks import Docks
from rt.services.planning.domain.calendar_file import icalendar
from rt.services.planning.domain.conflicts import clock
from rt.services.planning.domain.docks import Dock
from rt.services.planning.domain.slots import (
    AlreadyWaiting,
    OrderHasSlot,
    Slot,
    SlotTaken,
    Waiting,
    order_key,
)
from rt.services.planning.store import DockUnknown, PlanningStore, SlotUnknown

OFFERED = 3
"""Free times named to whoever comes second, and tried for whoever waits."""
LONGEST_LINE = 500


class Load(NamedTuple):
    """What comes to the dock, and with whom."""

    pallets: int
    goods_type: GoodsType
    reference: str
    carrier_id: str
    carrier_name: str
    vehicle_plate: str = ""


class Slots:
    """Appointments at docks."""

    def __init__(self, store: PlanningStore, docks: Docks) -> None:
        self._store = store
        self._docks = docks

    async def book(self, asked: BookSlot) -> SlotView:
        """As the carrier of the order, or as the site for whoever comes."""
        slot, dock = await self._wanted(asked)
        if kept := await self._store.slots.first({"id": slot.id}):
            return kept.view()
        dock.check(asked.starts_at, dock.duration(slot.pallets), slot.goods_type, now())
        return (await self.seat(slot, dock, asked.starts_at)).view()

    async def seat(self, slot: Slot, dock: Dock, starts_at: datetime) -> Slot:
        """Store the slot at the first door that nobody else holds: the unique index decides, not a look."""
        duration = dock.duration(slot.pallets)
        with acting_for(dock.org_id):
            taken = await self._store.taken(dock, dock.day_of(starts_at))
            for door in dock.free_doors(starts_at, duration, taken):
                slot.place(dock, door, starts_at)
                slot.told()
                slot.book()
                try:
                    return await self._store.slots.add(slot)
                except AlreadyExists:
                    continue
            raise await self._why_taken(slot, dock, starts_at)

    async def move(self, asked: MoveSlot) -> SlotView:
        seen = await self._of_order(asked.slot_id, asked.order_id)
        with acting_for(seen.org_id):
            dock = await self._store.docks.get(seen.dock_id)
            duration = dock.duration(seen.pallets)
            if asked.starts_at != seen.starts_at:
                dock.check(asked.starts_at, duration, seen.goods_type, now())
            taken = await self._store.taken(dock, dock.day_of(asked.starts_at)) - set(seen.cells)
            for door in dock.free_doors(asked.starts_at, duration, taken):
                try:
                    async with self._store.slots.change(seen.id) as slot:
                        slot.move(dock, door, asked.starts_at, asked.reason)
                except AlreadyExists:
                    continue
                return slot.view()
            raise await self._why_taken(seen, dock, asked.starts_at)

    async def cancel(self, asked: CancelSlot) -> SlotView:
        await self._of_order(asked.slot_id, asked.order_id)
        async with self._store.slots.change(asked.slot_id) as slot:
            slot.cancel(asked.reason)
        return slot.view()

    async def arrive(self, asked: MarkArrived) -> SlotView:
        await self._at_own_dock(asked.slot_id)
        async with self._store.slots.change(asked.slot_id) as slot:
            slot.arrive(now(), asked.vehicle_plate)
        return slot.view()

    async def miss(self, asked: MarkNoShow) -> SlotView:
        await self._at_own_dock(asked.slot_id)
        async with self._store.slots.change(asked.slot_id) as slot:
            slot.miss(now())
        return slot.view()

    async def wait(self, asked: JoinWaitingList) -> WaitingView:
        job = await self._docks.carried(asked.order_id)
        dock = next(
            (one for one in await self._docks.for_job(job, asked.kind) if one.id == asked.dock_id), None
        )
        if dock is None:
            raise DockUnknown
        waiting = Waiting(
            id=new_id("wai"),
            org_id=dock.org_id,
            seen_by=list(dict.fromkeys([dock.org_id, current_org()])),
            dock_id=dock.id,
            day=asked.day,
            order_id=job.order_id,
            reference=job.reference,
            kind=asked.kind,
            carrier_id=current_org(),
            carrier_name=job.carrier_name,
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
        return WaitingView(
            waiting_id=waiting.id,
            order_id=waiting.order_id,
            dock_id=dock.id,
            day=waiting.day,
            position=before + 1,
            instructions=dock.full_instructions,
        )

    async def seat_waiting(self, dock_id: str) -> None:
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
            for place in free[:OFFERED]:
                if await self._seated(one, dock, place.starts_at):
                    taken[one.day] = await self._store.taken(dock, one.day)
                    break

    async def _seated(self, one: Waiting, dock: Dock, starts_at: datetime) -> bool:
        """Whether whoever waits has got that time, or has a slot already."""
        load = Load(one.pallets, one.goods_type, one.reference, one.carrier_id, one.carrier_name)
        try:
            await self.seat(_slot(dock, load, one.order_id, one.kind), dock, starts_at)
        except SlotTaken:
            return False
        except OrderHasSlot:
            pass
        async with self._store.waitings.change(one.id) as waiting:
            waiting.seat()
        return True

    async def get(self, asked: GetSlot) -> SlotView:
        return (await self._of_order(asked.slot_id, asked.order_id)).view()

    async def find(self, asked: FindSlots) -> SlotsPage:
        where: dict[str, Any] = {}
        if asked.day is not None:
            where["day"] = asked.day.isoformat()
        for name in ("dock_id", "order_id"):
            if value := getattr(asked, name):
                where[name] = value
        if asked.q:
            match = {"$regex": re.escape(asked.q), "$options": "i"}
            names = ("reference", "order_id", "carrier_name", "vehicle_plate")
            where["$or"] = [{name: match} for name in names]
        order = "starts_at" if asked.day is not None else "-starts_at"
        page = await self._store.slots.page(where, sort=order, after=asked.after, limit=asked.limit)
        return SlotsPage(items=[slot.view() for slot in page.items], next=page.next)

    async def calendar(self, asked: SlotCalendar) -> Download:
        slot = await self._of_order(asked.slot_id, asked.order_id)
        return Download(content=icalendar(slot), media_type="text/calendar", filename=f"{slot.id}.ics")

    async def _wanted(self, asked: BookSlot) -> tuple[Slot, Dock]:
        """The slot to be, and its dock: as the carrier's job allows, or as the site says."""
        job = await self._store.job_of(asked.order_id)
        if job is not None and job.state != "cancelled":
            docks = await self._docks.for_job(job, asked.kind)
            dock = next((one for one in docks if one.id == asked.dock_id), None)
            if dock is not None:
                load = Load(
                    job.pallets,
                    job.goods_type,
                    job.reference,
                    current_org(),
                    job.carrier_name,
                    asked.vehicle_plate,
                )
                return _slot(dock, load, asked.order_id, asked.kind), dock
        if current_actor().kind == "link":
            raise DockUnknown
        dock = await self._docks.own(asked.dock_id)
        load = Load(
            asked.pallets, asked.goods_type, asked.reference, "", asked.carrier_name, asked.vehicle_plate
        )
        return _slot(dock, load, asked.order_id, asked.kind), dock

    async def _of_order(self, slot_id: str, order_id: str) -> Slot:
        """A slot that one sees, of the order that was named."""
        slot = await self._store.slots.get(slot_id)
        if slot.order_id != order_id:
            raise SlotUnknown
        return slot

    async def _at_own_dock(self, slot_id: str) -> None:
        slot = await self._store.slots.get(slot_id)
        if slot.org_id != current_org():
            raise SlotUnknown

    async def _why_taken(self, slot: Slot, dock: Dock, starts_at: datetime) -> Conflict:
        """The order has a slot already, or somebody else was quicker: then what is free next."""
        held = await self._store.slots.first({"cells": order_key(slot.org_id, slot.order_id, slot.kind)})
        if held is not None and held.id != slot.id:
            return OrderHasSlot(starts_at=clock(held.starts_at), dock=held.dock_name)
        day = dock.day_of(starts_at)
        free = await self._docks.free(dock, day, slot.pallets, slot.goods_type)
        later = [one.starts_at for one in free if one.starts_at > starts_at][:OFFERED]
        others = ", ".join(clock(one) for one in later) or "-"
        return SlotTaken("starts_at", starts_at=clock(starts_at), dock=dock.name, others=others)


def _slot(dock: Dock, load: Load, order_id: str, kind: SlotKind) -> Slot:
    """A slot of that dock, not yet placed in time."""
    return Slot(
        id=new_id("slt"),
        org_id=dock.org_id,
        seen_by=list(dict.fromkeys(one for one in (dock.org_id, load.carrier_id) if one)),
        order_id=order_id,
        reference=load.reference,
        kind=kind,
        dock_id=dock.id,
        dock_name=dock.name,
        site=dock.site,
        carrier_id=load.carrier_id,
        carrier_name=load.carrier_name,
        vehicle_plate=load.vehicle_plate,
        pallets=load.pallets,
        goods_type=load.goods_type,
        day=dock.day_of(now()),
        starts_at=now(),
        ends_at=now(),
        door=0,
        cells=[],
    )
