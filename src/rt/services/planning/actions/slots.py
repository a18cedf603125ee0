"""Slots booked, moved, given back, reached and missed; the waiting list; the calendar file."""

from collections.abc import Sequence
from datetime import datetime

from rt.contracts.planning import (
    BookSlot,
    BookVisit,
    CancelSlot,
    FindSlots,
    GetSlot,
    MarkArrived,
    MarkNoShow,
    MoveSlot,
    SlotCalendar,
    SlotsPage,
    SlotView,
)
from rt.kernel.access.identity import current_actor
from rt.kernel.core.clock import now
from rt.kernel.core.errors import AlreadyExists, Conflict, ReferenceUnknown
from rt.kernel.core.tenancy import acting_for, current_org
from rt.kernel.model.messages import Download
from rt.services.planning.actions.docks import Docks
from rt.services.planning.adapters import Neighbours
from rt.services.planning.domain.calendar_file import icalendar
from rt.services.planning.domain.conflicts import clock
from rt.services.planning.domain.docks import Dock
from rt.services.planning.domain.loads import Load, load_of, slot_for
from rt.services.planning.domain.slots import (
    OrderHasSlot,
    Slot,
    SlotTaken,
    order_key,
)
from rt.services.planning.store import SLOTS, JobUnknown, PlanningStore, SlotUnknown

OFFERED = 3
"""Free times named to whoever comes second."""


class Slots:
    """Appointments at docks."""

    def __init__(self, store: PlanningStore, docks: Docks, neighbours: Neighbours) -> None:
        self._store = store
        self._docks = docks
        self._neighbours = neighbours

    async def book(self, asked: BookSlot) -> SlotView:
        """As the carrier of the order, or as the site that has a part in it."""
        slot, dock = await self._wanted(asked)
        return await self._booked(slot, dock, asked)

    async def visit(self, asked: BookVisit) -> SlotView:
        """A truck without an order known here: its slot's own id stands for one."""
        dock = await self._docks.own(asked.dock_id)
        load = Load(
            asked.pallets, asked.goods_type, asked.reference, "", asked.carrier_name, asked.vehicle_plate
        )
        slot = slot_for(dock, load, "", asked.kind)
        slot.order_id = slot.id
        return await self._booked(slot, dock, asked)

    async def _booked(self, slot: Slot, dock: Dock, asked: BookSlot | BookVisit) -> SlotView:
        if kept := await self._store.slots.first({"id": slot.id}):
            return await self._shown(kept)
        dock.check_shown(asked.starts_at, asked.ends_at, slot.pallets)
        dock.check(asked.starts_at, dock.duration(slot.pallets), slot.goods_type, now())
        return await self._shown(await self.seat(slot, dock, asked.starts_at))

    async def seat(self, slot: Slot, dock: Dock, starts_at: datetime) -> Slot:
        """Store the slot at the first door that nobody else holds: the unique index decides, not a look."""
        duration = dock.duration(slot.pallets)
        with acting_for(dock.org_id):
            taken = await self._store.taken(dock, dock.day_of(starts_at))
            for door in dock.free_doors(starts_at, duration, taken):
                slot.place(dock, door, starts_at)
                slot.clear_emitted()
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
            dock.check_shown(asked.starts_at, asked.ends_at, seen.pallets)
            if asked.starts_at != seen.starts_at:
                dock.check(asked.starts_at, duration, seen.goods_type, now())
            taken = await self._store.taken(dock, dock.day_of(asked.starts_at)) - set(seen.cells)
            for door in dock.free_doors(asked.starts_at, duration, taken):
                try:
                    async with self._store.slots.change(seen.id) as slot:
                        slot.need_read(asked.version)
                        slot.move(dock, door, asked.starts_at, asked.reason)
                except AlreadyExists:
                    continue
                break
            else:
                raise await self._why_taken(seen, dock, asked.starts_at)
        return await self._shown(slot)

    async def cancel(self, asked: CancelSlot) -> SlotView:
        await self._of_order(asked.slot_id, asked.order_id)
        async with self._store.slots.change(asked.slot_id) as slot:
            slot.need_read(asked.version)
            slot.cancel(asked.reason)
        return await self._shown(slot)

    async def arrive(self, asked: MarkArrived) -> SlotView:
        await self._at_own_dock(asked.slot_id)
        async with self._store.slots.change(asked.slot_id) as slot:
            slot.need_read(asked.version)
            slot.arrive(now(), asked.vehicle_plate)
        return await self._shown(slot)

    async def miss(self, asked: MarkNoShow) -> SlotView:
        await self._at_own_dock(asked.slot_id)
        async with self._store.slots.change(asked.slot_id) as slot:
            slot.need_read(asked.version)
            slot.miss(now())
        return await self._shown(slot)

    async def get(self, asked: GetSlot) -> SlotView:
        return await self._shown(await self._of_order(asked.slot_id, asked.order_id))

    async def find(self, asked: FindSlots) -> SlotsPage:
        day = asked.day.isoformat() if asked.day else ""
        order_ids = [*asked.order_ids, *filter(None, [asked.order_id])]
        orders = {"$in": order_ids} if order_ids else None
        given = {"day": day, "dock_id": asked.dock_id, "order_id": orders}
        named = {name: value for name, value in given.items() if value}
        sort = "-latest" if day else "latest"
        page = await self._store.slots.rows(
            SLOTS, named, q=asked.q, sort=sort, after=asked.after, limit=asked.limit
        )
        references = await self._references(page.items)
        me = current_org()
        return SlotsPage(
            items=[slot.view(me, references.get(slot.order_id, "")) for slot in page.items], next=page.next
        )

    async def calendar(self, asked: SlotCalendar) -> Download:
        slot = await self._of_order(asked.slot_id, asked.order_id)
        reference = (await self._references([slot])).get(slot.order_id, "")
        return Download(
            content=icalendar(slot, reference), media_type="text/calendar", filename=f"{slot.id}.ics"
        )

    async def _wanted(self, asked: BookSlot) -> tuple[Slot, Dock]:
        """The slot to be, and its dock: as the carrier's job allows, or the site's part in the order."""
        job = await self._store.job_of(asked.order_id)
        if job is not None and job.state != "cancelled":
            docks = await self._docks.for_job(job, asked.kind)
            dock = next((one for one in docks if one.id == asked.dock_id), None)
            if dock is not None:
                return slot_for(
                    dock, load_of(job, dock, asked.vehicle_plate), asked.order_id, asked.kind
                ), dock
        dock = await self._store.docks.first({"id": asked.dock_id})
        if dock is None or dock.org_id != current_org() or current_actor().kind == "link":
            raise ReferenceUnknown("dock_id")
        order = await self._neighbours.order(asked.order_id)
        if order is None:
            raise JobUnknown
        load = Load(
            order.pallets,
            asked.goods_type,
            order.reference,
            order.carrier_id or "",
            order.carrier_name or asked.carrier_name,
            asked.vehicle_plate,
        )
        return slot_for(dock, load, asked.order_id, asked.kind), dock

    async def _shown(self, slot: Slot) -> SlotView:
        return slot.view(current_org(), (await self._references([slot])).get(slot.order_id, ""))

    async def _references(self, slots: Sequence[Slot]) -> dict[str, str]:
        """References of the own jobs whose slots keep none, by order."""
        silent = [slot.order_id for slot in slots if not slot.named and slot.carrier_id == current_org()]
        if not silent:
            return {}
        jobs = await self._store.jobs.find({"order_id": {"$in": silent}}, limit=len(silent))
        return {job.order_id: job.reference for job in jobs}

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
