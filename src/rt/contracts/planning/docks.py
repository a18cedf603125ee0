"""Docks of a site and the slots that carriers book on them, with or without an account."""

from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType, field

from rt.contracts.planning.fleet import Limit, MinuteOfDay
from rt.kernel.model.messages import SAID, Command, Cursor, Query, SearchText, View
from rt.trade.days import TripDay
from rt.trade.places import Site
from rt.trade.references import DockId, OrderId, OrganizationId

GoodsType = Literal["dry", "temperature", "adr"]
DRY: GoodsType = "dry"
SlotKind = Literal["pickup", "delivery"]
StepMinutes = Annotated[Literal[15, 30, 60], Meta(description="Grid of the dock; every slot starts on it.")]
Instructions = Annotated[str, Meta(max_length=1000)]
Accepted = Annotated[list[GoodsType], Meta(max_length=3)]
Served = Annotated[list[OrganizationId], Meta(max_length=50)]


class OpeningHours(View):
    """When a dock works, by the clock of its site; `weekday` 0 is Monday.

    Several lines of one day make a lunch break; a line that ends before it begins ends on the next day.
    """

    weekday: Annotated[int, Meta(ge=0, le=6)]
    from_minute: MinuteOfDay
    until_minute: MinuteOfDay


Week = Annotated[list[OpeningHours], Meta(max_length=21)]
"""Three lines a day."""


class DockView(View):
    """A loading or unloading place of a site; `zone` (IANA) is where its days and hours are read."""

    dock_id: str
    organization_id: str
    name: str
    site: Site
    zone: str
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
    `serves` names partners whose goods are handled here (a warehouse for its depositors); their carriers may
    book too. Only oneself, one's guests and partners of both wills can be served.
    """

    name: Annotated[str, Meta(min_length=1, max_length=60)]
    site: Site
    hours: Week
    doors: Annotated[int, Meta(ge=1, le=50)] = 1
    accepts: Accepted = field(default_factory=lambda: [DRY])
    step_minutes: StepMinutes = 30
    base_minutes: Annotated[int, Meta(ge=0, le=480)] = 15
    minutes_per_pallet: Annotated[float, Meta(ge=0, le=30)] = 1.5
    lead_hours: Annotated[float, Meta(ge=0, le=240)] = 2
    cut_off_minute: MinuteOfDay = 1440
    full_instructions: Instructions = ""
    serves: Served = field(default_factory=list)


class EditDock(
    Command[DockView], route="/api/planning/docks/{dock_id}", needs="planning.write", method="PATCH"
):
    """Change what is given of a dock (If-Match: its version); booked slots keep their time."""

    dock_id: DockId
    name: Annotated[str, Meta(min_length=1, max_length=60)] | UnsetType = UNSET
    site: Site | UnsetType = UNSET
    hours: Week | UnsetType = UNSET
    doors: Annotated[int, Meta(ge=1, le=50)] | UnsetType = UNSET
    accepts: Accepted | UnsetType = UNSET
    base_minutes: Annotated[int, Meta(ge=0, le=480)] | UnsetType = UNSET
    minutes_per_pallet: Annotated[float, Meta(ge=0, le=30)] | UnsetType = UNSET
    lead_hours: Annotated[float, Meta(ge=0, le=240)] | UnsetType = UNSET
    cut_off_minute: MinuteOfDay | UnsetType = UNSET
    full_instructions: Annotated[Instructions, SAID] | UnsetType | None = UNSET
    serves: Served | UnsetType = UNSET
    active: bool | UnsetType = UNSET


class GetDock(
    Query[DockView], route="/api/planning/docks/{dock_id}", needs="planning.read", closed_to=("driver",)
):
    """One dock of the own organization, or of a warehouse that serves it."""

    dock_id: DockId


class FindDocks(Query[DocksPage], route="/api/planning/docks", needs="planning.read", closed_to=("driver",)):
    """The docks of the own organization and of the warehouses that serve it.

    `q` is any fragments of their names and places.
    """

    q: SearchText = ""
    after: Cursor = ""
    limit: Limit = 50


class FreeSlotView(View):
    """A time that can be booked now; `doors_free` trucks still fit; `zone` is the site's."""

    dock_id: str
    dock_name: str
    site_name: str
    starts_at: datetime
    ends_at: datetime
    doors_free: int
    zone: str


class DockName(View):
    """A dock to wait for."""

    dock_id: str
    dock_name: str
    site_name: str


class FreeSlotsView(View):
    """What is free on a day; when nothing is, `instructions` is what the site asks the carrier to do.

    `docks` are all that take such goods, on a full day too: a place on their waiting list can be taken.
    """

    day: date
    items: list[FreeSlotView]
    instructions: str
    next_free_day: date | None
    docks: list[DockName] = field(default_factory=list)


class FindFreeSlots(
    Query[FreeSlotsView],
    route="/api/planning/orders/{order_id}/free-slots",
    needs="planning.read",
    link="book_slot",
    closed_to=("driver",),
):
    """Free slots for an order that one carries: at the shipper's docks for its pickup, at the consignee's
    for its delivery. Size and goods type are the order's own."""

    order_id: OrderId
    kind: SlotKind
    day: TripDay


class FindOpenings(
    Query[FreeSlotsView],
    route="/api/planning/docks/{dock_id}/openings",
    needs="planning.read",
    closed_to=("driver",),
):
    """Free slots of an own dock for a load of this size: the site's view."""

    dock_id: DockId
    day: TripDay
    pallets: Annotated[int, Meta(ge=0, le=1000)] = 0
    goods_type: GoodsType = "dry"
