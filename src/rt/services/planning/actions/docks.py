"""Docks of a site, and what is free on them.

Who may see and book a dock: its own organization; and a carrier, for an order that it carries, at the docks
of the order's shipper (pickup), consignee (delivery) or logistician (both), or of a warehouse that serves one
of these and is its partner by both their will, now as when the dock was made; where country and postal code
of dock and order agree. The carrier's job is the proof. A warehouse that only serves, and is not named on the
order itself, is told when how many pallets come, but not whose, by whom, or under what reference.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import msgspec

from rt.contracts.planning import (
    AddDock,
    DockName,
    DocksPage,
    DockView,
    EditDock,
    FindDocks,
    FindFreeSlots,
    FindOpenings,
    FreeSlotsView,
    FreeSlotView,
    GetDock,
)
from rt.contracts.planning.docks import GoodsType, SlotKind
from rt.kernel.core.clock import now
from rt.kernel.core.ids import new_id
from rt.kernel.core.tenancy import acting_for, current_org
from rt.services.planning.adapters import Neighbours
from rt.services.planning.domain.distances import placed
from rt.services.planning.domain.docks import Dock
from rt.services.planning.domain.job import Job
from rt.services.planning.store import DOCKS, DockUnknown, JobUnknown, PlanningStore

DAYS_AHEAD = 14
"""How far the next free day is looked for."""
MOST_DOCKS = 50


class Docks:
    """Docks and their free times."""

    def __init__(self, store: PlanningStore, neighbours: Neighbours) -> None:
        self._store = store
        self._neighbours = neighbours

    async def add(self, asked: AddDock) -> DockView:
        await self._neighbours.need_served(asked.serves)
        dock = Dock(id=new_id("dck"), **(msgspec.structs.asdict(asked) | {"site": placed(asked.site)}))
        dock.settle()
        return (await self._store.docks.add(dock)).view()

    async def edit(self, asked: EditDock) -> DockView:
        await self.own(asked.dock_id)
        await self._neighbours.need_served(asked.serves or ())
        async with self._store.docks.change(asked.dock_id) as dock:
            dock.edit(asked)
        return dock.view()

    async def find(self, asked: FindDocks) -> DocksPage:
        page = await self._store.docks.rows(DOCKS, q=asked.q, after=asked.after, limit=asked.limit)
        return DocksPage(items=[one.view() for one in page.items], next=page.next)

    async def get(self, asked: GetDock) -> DockView:
        return (await self._store.docks.get(asked.dock_id)).view()

    async def find_openings(self, asked: FindOpenings) -> FreeSlotsView:
        dock = await self.own(asked.dock_id)
        return await self._offer([dock], asked.day, asked.pallets, asked.goods_type)

    async def find_free(self, asked: FindFreeSlots) -> FreeSlotsView:
        job = await self.carried(asked.order_id)
        docks = await self.for_job(job, asked.kind)
        return await self._offer(docks, asked.day, job.pallets, job.goods_type)

    async def own(self, dock_id: str) -> Dock:
        """A dock of the acting organization itself."""
        dock = await self._store.docks.get(dock_id)
        if dock.org_id != current_org():
            raise DockUnknown
        return dock

    async def carried(self, order_id: str) -> Job:
        """The job that proves that the acting organization carries this order."""
        job = await self._store.job_of(order_id)
        if job is None or job.state == "cancelled":
            raise JobUnknown
        return job

    async def for_job(self, job: Job, kind: SlotKind) -> list[Dock]:
        """Where this job's goods are taken over or delivered; see the rule on top."""
        site, party = (job.pickup, job.shipper_id) if kind == "pickup" else (job.delivery, job.consignee_id)
        found: dict[str, Dock] = {}
        for organization in dict.fromkeys((party, job.logistician_id)):
            if not organization:
                continue
            with acting_for(organization):
                docks = await self._store.docks.find({"active": True}, sort="name", limit=MOST_DOCKS)
            for dock in docks:
                if dock.at(site) and await self._may_serve(dock, organization):
                    found[dock.id] = dock
        return list(found.values())

    async def _may_serve(self, dock: Dock, organization: str) -> bool:
        return dock.org_id == organization or await self._neighbours.serves(dock.org_id, organization)

    async def free(self, dock: Dock, day: date, pallets: int, goods_type: GoodsType) -> list[FreeSlotView]:
        with acting_for(dock.org_id):
            taken = await self._store.taken(dock, day)
        return dock.free(day, pallets, goods_type, taken, now())

    async def _offer(
        self, docks: Sequence[Dock], day: date, pallets: int, goods_type: GoodsType
    ) -> FreeSlotsView:
        """The day's free slots; without any, the next day with one and what the site asks to do."""
        items: list[FreeSlotView] = []
        for dock in docks:
            items += await self.free(dock, day, pallets, goods_type)
        following = None
        if not items:
            for ahead in range(1, DAYS_AHEAD + 1):
                later = day + timedelta(days=ahead)
                if any([await self.free(dock, later, pallets, goods_type) for dock in docks]):
                    following = later
                    break
        words = [dock.full_instructions for dock in docks if dock.full_instructions]
        return FreeSlotsView(
            day=day,
            items=sorted(items, key=lambda one: (one.starts_at, one.dock_name)),
            instructions="" if items else "\n".join(dict.fromkeys(words)),
            next_free_day=following,
            docks=[
                DockName(dock_id=dock.id, dock_name=dock.name, site_name=dock.site.name)
                for dock in docks
                if goods_type in dock.accepts
            ],
        )
