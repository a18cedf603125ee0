"""Slots that carriers book at docks, with or without an account, and the line of those who wait."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta, field

from rt.contracts.planning.docks import GoodsType, SlotKind
from rt.contracts.planning.fleet import Limit, Note
from rt.kernel.model.messages import (
    Command,
    Cursor,
    Download,
    Event,
    Personal,
    Query,
    SearchText,
    Version,
    View,
)
from rt.trade.days import TripDay, TripMoment
from rt.trade.places import Site
from rt.trade.references import DockId, OrderId, OrderIds, SlotId

SlotState = Literal["booked", "arrived", "late", "no_show", "cancelled"]


class SlotView(View):
    """A booked time at a dock; `zone` (IANA) is the site's.

    Where the dock's owner has no part in the order (it serves somebody who has), `named` is false and neither
    reference nor carrier nor plate is shown to it, and no plate is kept.
    """

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
    zone: str
    state: SlotState
    arrived_at: datetime | None
    minutes_late: int
    reason: str
    named: bool
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
    """Take a slot for an order, from `starts_at` to `ends_at` as it was shown.

    The carrier of the order gives dock and time; a site that has a part in the order, booking for its carrier
    at an own dock, also gives `pallets`, `goods_type` and names.
    """

    order_id: OrderId
    kind: SlotKind
    dock_id: DockId
    starts_at: TripMoment
    ends_at: TripMoment
    vehicle_plate: Annotated[str, Meta(max_length=20)] = ""
    reference: Annotated[str, Meta(max_length=60)] = ""
    carrier_name: Annotated[str, Meta(max_length=120)] = ""
    pallets: Annotated[int, Meta(ge=0, le=1000)] = 0
    goods_type: GoodsType = "dry"


class BookVisit(
    Command[SlotView], route="/api/planning/docks/{dock_id}/visits", needs="planning.write", status=201
):
    """A truck that comes without an order known here, at an own dock; its slot stands under its own id."""

    dock_id: DockId
    kind: SlotKind
    starts_at: TripMoment
    ends_at: TripMoment
    reference: Annotated[str, Meta(min_length=1, max_length=60)]
    carrier_name: Annotated[str, Meta(max_length=120)] = ""
    vehicle_plate: Annotated[str, Meta(max_length=20)] = ""
    pallets: Annotated[int, Meta(ge=0, le=1000)] = 0
    goods_type: GoodsType = "dry"


class MoveSlot(
    Command[SlotView],
    route="/api/planning/orders/{order_id}/slots/{slot_id}/move",
    needs="planning.write",
    link="book_slot",
):
    """Move a slot to another free time of the same dock, as it was shown; the old one is freed at once."""

    order_id: OrderId
    slot_id: SlotId
    version: Version
    starts_at: TripMoment
    ends_at: TripMoment
    reason: Note = ""


class CancelSlot(
    Command[SlotView],
    route="/api/planning/orders/{order_id}/slots/{slot_id}/cancel",
    needs="planning.write",
    link="book_slot",
):
    """Give a slot back and say why; the waiting list hears of it."""

    order_id: OrderId
    slot_id: SlotId
    version: Version
    reason: Annotated[str, Meta(min_length=3, max_length=200)]


class MarkArrived(Command[SlotView], route="/api/planning/slots/{slot_id}/arrive", needs="planning.write"):
    """The truck stands at the gate; more than 30 minutes after the slot's start it counts as late."""

    slot_id: SlotId
    version: Version
    vehicle_plate: Annotated[str, Meta(max_length=20)] = ""


class MarkNoShow(Command[SlotView], route="/api/planning/slots/{slot_id}/no-show", needs="planning.write"):
    """Nobody came; the rest of the slot is free again."""

    slot_id: SlotId
    version: Version


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
    """Wait for a slot of a full day; the first in line gets the first time given back that is long enough.

    It names no version: it begins something, and says all of what it is about itself, order, dock and day.
    """

    order_id: OrderId
    kind: SlotKind
    dock_id: DockId
    day: TripDay


class GetSlot(
    Query[SlotView],
    route="/api/planning/orders/{order_id}/slots/{slot_id}",
    needs="planning.read",
    link="book_slot",
    closed_to=("driver",),
):
    """One slot of an order, as the site and whoever booked it see it."""

    order_id: OrderId
    slot_id: SlotId


class FindSlots(Query[SlotsPage], route="/api/planning/slots", needs="planning.read", closed_to=("driver",)):
    """Slots of the own docks and those one has booked, by day, dock, orders or a piece of text.

    A day is the site's and runs forward; without one the latest come first.
    """

    day: TripDay | None = None
    dock_id: DockId = ""
    order_id: OrderId = ""
    order_ids: OrderIds = field(default_factory=list)
    q: SearchText = ""
    after: Cursor = ""
    limit: Limit = 50


class SlotCalendar(
    Query[Download],
    route="/api/planning/orders/{order_id}/slots/{slot_id}/calendar",
    needs="planning.read",
    link="book_slot",
    closed_to=("driver",),
):
    """A slot as an iCalendar file (RFC 5545)."""

    order_id: OrderId
    slot_id: SlotId


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
    reason: Personal
