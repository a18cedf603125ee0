"""The day at our docks: who comes when, who is there, who did not come; slots that are still free."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.planning import (
    DockView,
    FindDocks,
    FindSlots,
    MarkArrived,
    MarkNoShow,
    SlotView,
)
from rt.kernel.core.clock import now, today
from rt.ui.asking import attempt, day_asked, pressed, seen
from rt.ui.catalogues import gettext as _
from rt.ui.formats import ZONE, clock_time
from rt.ui.gantt import Bar, GanttRow
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

TONES = {"booked": "note", "arrived": "ok", "late": "warn", "no_show": "bad", "cancelled": "idle"}
DAY_BEGINS, DAY_ENDS = time(6), time(20)


class SlotRow(msgspec.Struct, kw_only=True):
    """A slot of the day."""

    slot_id: str
    version: int
    order_id: str
    reference: str
    at: str
    starts_at: datetime
    dock: str
    kind: str
    carrier: str
    plate: str
    pallets: int
    state: str
    minutes_late: int
    reason: str
    awaited: bool
    overdue: bool


class GatePage(Page):
    """The slots of one day."""

    template, part = "pages/gate.html", "pages/_gate.html"
    path: str
    order: str
    slot: str
    day: date
    before: str
    after: str
    rows: list[SlotRow]
    gantt: list[GanttRow]
    begins: datetime
    ends: datetime
    docks: int
    awaited: int
    there: int
    missed: int
    q: str
    may_write: bool


def row_of(slot: SlotView) -> SlotRow:
    return SlotRow(
        slot_id=slot.slot_id,
        version=slot.version,
        order_id=slot.order_id,
        reference=slot.reference or slot.order_id,
        at=f"{clock_time(slot.starts_at)}–{clock_time(slot.ends_at)}",
        starts_at=slot.starts_at,
        dock=f"{slot.site_name} · {slot.dock_name}",
        kind=slot.kind,
        carrier=slot.carrier_name,
        plate=slot.vehicle_plate,
        pallets=slot.pallets,
        state=slot.state,
        minutes_late=slot.minutes_late,
        reason=slot.reason,
        awaited=slot.state == "booked",
        overdue=slot.state == "booked" and slot.starts_at < now(),
    )


def drawn(docks: Sequence[DockView], slots: Sequence[SlotView]) -> list[GanttRow]:
    """A line for each dock with its booked times."""
    lines: list[GanttRow] = []
    for dock in docks:
        bars: list[Bar] = [
            {
                "start": slot.starts_at,
                "end": slot.ends_at,
                "label": slot.carrier_name or slot.reference,
                "tone": TONES[slot.state],
                "href": "",
            }
            for slot in slots
            if slot.dock_id == dock.dock_id and slot.state != "cancelled"
        ]
        lines.append({"label": dock.name, "note": dock.site.name, "bars": bars})
    return lines


def hours(day: date, slots: Sequence[SlotView]) -> tuple[datetime, datetime]:
    """What of the day is drawn: the working hours, and those of every slot before or after them."""
    begins, ends = (datetime.combine(day, at, ZONE) for at in (DAY_BEGINS, DAY_ENDS))
    first = min((slot.starts_at for slot in slots), default=begins).astimezone(ZONE)
    last = max((slot.ends_at for slot in slots), default=ends).astimezone(ZONE)
    return min(begins, first.replace(minute=0)), max(ends, (last + timedelta(minutes=59)).replace(minute=0))


async def slots_of(visit: Visit, day: date, q: str) -> list[SlotView]:
    """All slots of the day, page after page."""
    slots: list[SlotView] = []
    after = ""
    while True:
        found = await visit.ask(FindSlots(day=day, q=q, after=after, limit=200))
        slots += found.items
        after = found.next
        if not after:
            return slots


class Gate:
    """The board of a day at our docks, below `path`; `order` is the address of an order's page.

    `slot`: the address of a slot's page, where there is one. Docks are described by `Docks(path)`.
    """

    def __init__(self, path: str = "/docks", *, order: str, slot: str = "") -> None:
        self.path, self.order, self.slot = path, order, slot

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        one = "/docks/slots/{slot_id}"
        return [
            page(self.path, self.gate, methods=("GET",)),
            page(f"{one}/arrive", self.arrive, methods=("POST",)),
            page(f"{one}/no-show", self.no_show, methods=("POST",)),
        ]

    async def gate(self, visit: Visit) -> Page:
        day, q = day_shown(visit), visit.query.get("q", "")[:80]
        docks = await attempt(visit, FindDocks(limit=200))
        slots = await slots_of(visit, day, q)
        ours = [d for d in (docks.items if docks else ()) if d.active]
        rows = sorted((row_of(slot) for slot in slots), key=lambda r: (r.starts_at, r.dock))
        begins, ends = hours(day, slots)
        return GatePage(
            title=_("Quais du jour"),
            path=self.path,
            order=self.order,
            slot=self.slot,
            day=day,
            before=f"{self.path}?day={day - timedelta(days=1)}",
            after=f"{self.path}?day={day + timedelta(days=1)}",
            rows=rows,
            gantt=drawn(ours, slots),
            begins=begins,
            ends=ends,
            docks=len(ours),
            awaited=sum(r.awaited for r in rows),
            there=sum(r.state in ("arrived", "late") for r in rows),
            missed=sum(r.state == "no_show" for r in rows),
            q=q,
            may_write=visit.session.may("planning.write"),
        )

    async def arrive(self, visit: Visit) -> Response:
        message = MarkArrived(slot_id=visit.path["slot_id"], version=seen(visit))
        return await pressed(visit, message, f"{self.path}?day={day_shown(visit)}", _("Arrivée notée."))

    async def no_show(self, visit: Visit) -> Response:
        message = MarkNoShow(slot_id=visit.path["slot_id"], version=seen(visit))
        said = _("Absence notée : le reste du créneau est libre.")
        return await pressed(visit, message, f"{self.path}?day={day_shown(visit)}", said)


def day_shown(visit: Visit) -> date:
    """The day of the address, today otherwise."""
    return day_asked(visit) or today()
