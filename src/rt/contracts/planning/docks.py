"""Docks of a site and the slots that carriers book on them, with or without an account."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.planning.fleet import Limit, MinuteOfDay, Moment, Note
from rt.kernel.messages import Command, Download, Event, Query, View
from rt.trade.places import Site

GoodsType = Literal["dry", "temperature", "adr"]
DRY: GoodsType = "dry"
SlotKind = Literal["pickup", "delivery"]
SlotState = Literal["booked", "arrived", "late", "no_show", "cancelled"]
StepMinutes = Annotated[Literal[15, 30, 60], Meta(description="Grid of the dock; every slot starts on it.")]
Instructions = Annotated[str, Meta(max_length=1000)]


class OpeningHours(View):
    """When a dock works, Paris time; `weekday` 0 is Monday. Several lines of one day make a lunch break."""

    weekday: Annotated[int, Meta(ge=0, le=6)]
    from_minute: MinuteOfDay
    until_minute: MinuteOfDay


class DockView(View):
    """A loading or unloading place of a site."""

    dock_id: str
    organization_id: str
    name: str
    site: Site
    doors: int
    hours: list[OpeningHours]
    accepts: list[GoodsType]
    step_minutes: int
    base_minutes: int
    minutes_per_pallet: float
    lead_hours: float
    cut_off_minute: int
    full_instructions: str
    serves: list[str]
    active: bool
    version: int


class DocksPage(View):
    """A page of docks."""

    items: list[DockView]
    next: str = ""


class AddDock(Command[DockView], route="/api/planning/docks", needs="planning.write", status=201):
    """Add a dock to a site.

    A slot takes `base_minutes` + pallets x `minutes_per_pallet`, rounded up to the grid. It is booked at
    least `lead_hours` ahead, and before `cut_off_minute` of the day before (1440: no cut-off).
    `serves` names other organizations whose goods are handled here (a warehouse for its depositors);
    their carriers may book too.
    """

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    site: Site
    hours: list[OpeningHours]
    doors: Annotated[int, Meta(ge=1, le=50)] = 1
    accepts: list[GoodsType] = field(default_factory=lambda: [DRY])
    step_minutes: StepMinutes = 30
    base_minutes: Annotated[int, Meta(ge=0, le=480)] = 15
    minutes_per_pallet: Annotated[float, Meta(ge=0, le=30)] = 1.5
    lead_hours: Annotated[float, Meta(ge=0, le=240)] = 2
    cut_off_minute: MinuteOfDay = 1440
    full_instructions: Instructions = ""
    serves: list[str] = field(default_factory=list)


class EditDock(
    Command[DockView], route="/api/planning/docks/{dock_id}", needs="planning.write", method="PATCH"
):
    """Change what is given of a dock (If-Match: its version); booked slots keep their time."""

    dock_id: str
    name: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    site: Site | None = None
    hours: list[OpeningHours] | None = None
    doors: Annotated[int, Meta(ge=1, le=50)] | None = None
    accepts: list[GoodsType] | None = None
    base_minutes: Annotated[int, Meta(ge=0, le=480)] | None = None
    minutes_per_pallet: Annotated[float, Meta(ge=0, le=30)] | None = None
    lead_hours: Annotated[float, Meta(ge=0, le=240)] | None = None
    cut_off_minute: MinuteOfDay | None = None
    full_instructions: Instructions | None = None
    serves: list[str] | None = None
    active: bool | None = None


class FindDocks(Query[DocksPage], route="/api/planning/docks", needs="planning.read"):
    """The docks of the own organization and of the warehouses that serve it."""

    after: str = ""
    limit: Limit = 50


class FreeSlotView(View):
    """A time that can be booked now; `doors_free` trucks still fit."""

    dock_id: str
    dock_name: str
    site_name: str
    starts_at: datetime
    ends_at: datetime
    doors_free: int


class FreeSlotsView(View):
    """What is free on a day; when nothing is, `instructions` is what the site asks the carrier to do."""

    day: date
    items: list[FreeSlotView]
    instructions: str
    next_free_day: date | None


class FindFreeSlots(
    Query[FreeSlotsView],
    route="/api/planning/orders/{order_id}/free-slots",
    needs="planning.read",
    link="book_slot",
):
    """Free slots for an order that one carries: at the shipper's docks for its pickup, at the consignee's
    for its delivery. Size and goods type are the order's own."""

    order_id: str
    kind: SlotKind
    day: date


class FindOpenings(
    Query[FreeSlotsView], route="/api/planning/docks/{dock_id}/openings", needs="planning.read"
):
    """Free slots of an own dock for a load of this size: the site's view."""

    dock_id: str
    day: date
    pallets: Annotated[int, Meta(ge=0, le=1000)] = 0
    goods_type: GoodsType = "dry"


class SlotView(View):
    """A booked time at a dock."""

    slot_id: str
    order_id: str
    reference: str
    kind: SlotKind
    dock_id: str
    dock_name: str
    site_name: str
    site: Site
    carrier_id: str
    carrier_name: str
    vehicle_plate: str
    pallets: int
    goods_type: GoodsType
    starts_at: datetime
    ends_at: datetime
    state: SlotState
    arrived_at: datetime | None
    minutes_late: int
    reason: str
    version: int


class SlotsPage(View):
    """A page of slots by time."""

    items: list[SlotView]
    next: str = ""


class BookSlot(
    Command[SlotView],
    route="/api/planning/orders/{order_id}/slots",
    needs="planning.write",
    link="book_slot",
    status=201,
):
    """Take a slot for an order. The carrier gives dock and time; a site booking for a carrier at its own
    dock also gives `pallets`, `goods_type` and names."""

    order_id: str
    kind: SlotKind
    dock_id: str
    starts_at: Moment
    vehicle_plate: Annotated[str, Meta(max_length=20)] = ""
    reference: Annotated[str, Meta(max_length=60)] = ""
    carrier_name: Annotated[str, Meta(max_length=120)] = ""
    pallets: Annotated[int, Meta(ge=0, le=1000)] = 0
    goods_type: GoodsType = "dry"


class MoveSlot(
    Command[SlotView],
    route="/api/planning/orders/{order_id}/slots/{slot_id}/move",
    needs="planning.write",
    link="book_slot",
):
    """Move a slot to another free time of the same dock; the old time is freed in the same write."""

    order_id: str
    slot_id: str
    starts_at: Moment
    reason: Note = ""


class CancelSlot(
    Command[SlotView],
    route="/api/planning/orders/{order_id}/slots/{slot_id}/cancel",
    needs="planning.write",
    link="book_slot",
):
    """Give a slot back and say why; the waiting list hears of it."""

    order_id: str
    slot_id: str
    reason: Annotated[str, Meta(min_length=3, max_length=200)]


class MarkArrived(Command[SlotView], route="/api/planning/slots/{slot_id}/arrive", needs="planning.write"):
    """The truck stands at the gate; more than 30 minutes after the slot's start it counts as late."""

    slot_id: str
    vehicle_plate: Annotated[str, Meta(max_length=20)] = ""


class MarkNoShow(Command[SlotView], route="/api/planning/slots/{slot_id}/no-show", needs="planning.write"):
    """Nobody came; the rest of the slot is free again."""

    slot_id: str


class WaitingView(View):
    """A place on the waiting list of a day; `position` 1 is next."""

    waiting_id: str
    order_id: str
    dock_id: str
    day: date
    position: int
    instructions: str


class JoinWaitingList(
    Command[WaitingView],
    route="/api/planning/orders/{order_id}/waiting",
    needs="planning.write",
    link="book_slot",
    status=201,
):
    """Wait for a slot of a full day; the first in line gets the first time given back that is long enough."""

    order_id: str
    kind: SlotKind
    dock_id: str
    day: date


class FindSlots(Query[SlotsPage], route="/api/planning/slots", needs="planning.read"):
    """Slots of the own docks and those one has booked, by day, dock, order or a piece of text."""

    day: date | None = None
    dock_id: str = ""
    order_id: str = ""
    q: str = ""
    after: str = ""
    limit: Limit = 50


class SlotCalendar(
    Query[Download],
    route="/api/planning/orders/{order_id}/slots/{slot_id}/calendar",
    needs="planning.read",
    link="book_slot",
):
    """A slot as an iCalendar file (RFC 5545)."""

    order_id: str
    slot_id: str


class SlotBooked(Event, topic="planning.slot.booked"):
    """A carrier has a time at a dock."""

    slot_id: str
    order_id: str
    site_name: str
    dock_name: str
    starts_at: datetime
    ends_at: datetime
    carrier_id: str


class SlotChanged(Event, topic="planning.slot.changed"):
    """A slot was moved, cancelled, missed or reached; `reason` says which and why."""

    slot_id: str
    order_id: str
    site_name: str
    dock_name: str
    starts_at: datetime
    ends_at: datetime
    carrier_id: str
    reason: str
