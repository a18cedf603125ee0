"""Slots: a carrier's time at a dock from booking to arrival, and the line of those who wait for one."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Literal

from rt.contracts.planning import SlotBooked, SlotChanged, SlotView, WaitingView
from rt.contracts.planning.docks import GoodsType, SlotKind
from rt.contracts.planning.slots import SlotState
from rt.kernel.core.errors import Conflict, VersionStale
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import Personal
from rt.services.planning.domain.conflicts import clock
from rt.services.planning.domain.docks import Dock
from rt.services.planning.domain.job import APPOINTMENT_GRACE, Job
from rt.trade.places import Site
from rt.trade.zones import zone_of


class SlotTaken(Conflict):
    fr = "Le créneau du {starts_at} au quai {dock} vient d'être pris. Prochains libres : {others}."
    en = "The slot of {starts_at} at dock {dock} has just been taken. Next free: {others}."


class OrderHasSlot(Conflict):
    fr = "Cette commande a déjà un créneau le {starts_at} ({dock}). Déplacez-le ou annulez-le."
    en = "This order already has a slot on {starts_at} ({dock}). Move or cancel it."


class SlotOver(Conflict):
    fr = "Ce créneau est {state} : il ne se change plus."
    en = "This slot is {state}: it can no longer be changed."


class TooEarlyForNoShow(Conflict):
    fr = "Le véhicule a jusqu'au {until} pour arriver."
    en = "The truck has until {until} to arrive."


class AlreadyWaiting(Conflict):
    fr = "Cette commande est déjà sur la liste d'attente de ce jour."
    en = "This order already waits for that day."


class Slot(Entity):
    """A booked time. It belongs to the site and is seen by the carrier too.

    `cells` are unique over all slots: the steps of its door, and one for its order. A slot that is over
    holds only itself, so that its time is free again in the same write. `day` is the site's. It is `named`
    when the site has a part in the order; otherwise it keeps neither reference nor carrier's name nor plate.
    """

    order_id: str
    reference: str
    kind: SlotKind
    dock_id: str
    dock_name: str
    site: Site
    carrier_id: str
    carrier_name: str
    vehicle_plate: str
    pallets: int
    goods_type: GoodsType
    day: date
    starts_at: datetime
    ends_at: datetime
    door: int
    cells: list[str]
    state: SlotState = "booked"
    arrived_at: datetime | None = None
    reason: Personal = ""
    named: bool = True

    def search_texts(self) -> Iterable[str]:
        return self.reference, self.carrier_name, self.vehicle_plate

    def book(self) -> None:
        self.emit(
            SlotBooked(
                slot_id=self.id,
                order_id=self.order_id,
                site_name=self.site.name,
                dock_name=self.dock_name,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                carrier_id=self.carrier_id,
            )
        )

    def place(self, dock: Dock, door: int, starts_at: datetime) -> None:
        """Take this time at this door; the earlier one is let go in the same write."""
        duration = dock.duration(self.pallets)
        self.door, self.starts_at, self.ends_at = door, starts_at, starts_at + duration
        self.day = dock.day_of(starts_at)
        key = order_key(self.org_id, self.order_id, self.kind)
        self.cells = [*dock.cells(door, starts_at, duration), key]

    def move(self, dock: Dock, door: int, starts_at: datetime, reason: str) -> None:
        self.need_open()
        self.place(dock, door, starts_at)
        self.reason = reason
        self._changed("moved", reason)

    def meets(self, job: Job) -> bool:
        """Whether the job still calls at this site, at a time that its order allows."""
        here, there = self.site.address, (job.pickup if self.kind == "pickup" else job.delivery).address
        opens, closes = job.asked(self.kind)
        same = (here.country, here.postal_code.strip()) == (there.country, there.postal_code.strip())
        return same and opens - APPOINTMENT_GRACE <= self.starts_at <= closes

    def cancel(self, reason: str) -> None:
        self.need_open()
        self.state, self.reason, self.cells = "cancelled", reason, [self.id]
        self._changed("cancelled", reason)

    def arrive(self, at: datetime, plate: str) -> None:
        self.need_open()
        self.arrived_at = at
        self.vehicle_plate = plate or self.vehicle_plate
        self.state = "late" if at > self.starts_at + APPOINTMENT_GRACE else "arrived"
        self._changed(self.state, "")

    def miss(self, at: datetime) -> None:
        """Nobody came within the grace: the rest of the time is free again."""
        self.need_open()
        if at < self.starts_at + APPOINTMENT_GRACE:
            raise TooEarlyForNoShow(until=clock(self.starts_at + APPOINTMENT_GRACE))
        self.state, self.cells = "no_show", [self.id]
        self._changed("no_show", "")

    def need_read(self, version: int) -> None:
        if version != self.version:
            raise VersionStale("version", given=version, current=self.version)

    def need_open(self) -> None:
        if self.state != "booked":
            raise SlotOver(state=self.state)

    def view(self, reader: str, reference: str = "") -> SlotView:
        """As that organization sees it; the carrier of an unnamed slot has the reference of its own job."""
        late = self.arrived_at - self.starts_at if self.arrived_at else timedelta(0)
        return SlotView(
            slot_id=self.id,
            order_id=self.order_id,
            reference=self.reference or reference,
            kind=self.kind,
            dock_id=self.dock_id,
            dock_name=self.dock_name,
            site_name=self.site.name,
            site=self.site,
            carrier_id=self.carrier_id if self.named or reader == self.carrier_id else "",
            carrier_name=self.carrier_name,
            vehicle_plate=self.vehicle_plate,
            pallets=self.pallets,
            goods_type=self.goods_type,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            zone=zone_of(self.site.address.country, self.site.address.postal_code).key,
            state=self.state,
            arrived_at=self.arrived_at,
            minutes_late=max(0, round(late.total_seconds() / 60)),
            reason=self.reason,
            named=self.named,
            version=self.version,
        )

    def _changed(self, what: str, why: str) -> None:
        self.emit(
            SlotChanged(
                slot_id=self.id,
                order_id=self.order_id,
                site_name=self.site.name,
                dock_name=self.dock_name,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                carrier_id=self.carrier_id,
                reason=f"{what}: {why}" if why else what,
            )
        )


class Waiting(Entity):
    """A place in the line for one dock's day; it belongs to the site and is seen by the carrier."""

    dock_id: str
    day: date
    order_id: str
    reference: str
    kind: SlotKind
    carrier_id: str
    carrier_name: str
    pallets: int
    goods_type: GoodsType
    key: str
    named: bool = True
    state: Literal["waiting", "seated"] = "waiting"

    def seat(self) -> None:
        self.state, self.key = "seated", self.id

    def view(self, position: int, instructions: str) -> WaitingView:
        """`position` in the line, and what the site asks those who wait to do."""
        return WaitingView(
            waiting_id=self.id,
            order_id=self.order_id,
            dock_id=self.dock_id,
            day=self.day,
            position=position,
            instructions=instructions,
        )


def order_key(org_id: str, order_id: str, kind: SlotKind) -> str:
    """One live slot per order, kind and site: another organization's docks cannot block it."""
    return f"{org_id}/{order_id}/{kind}"
