"""Slots at our docks: who comes when, and moving one to a free time."""

from datetime import date, datetime, timedelta

from starlette.responses import Response

from rt.contracts.planning import (
    FindDocks,
    FindOpenings,
    FindSlots,
    FreeSlotsView,
    GetSlot,
    MoveSlot,
    SlotView,
)
from rt.kernel.clock import now
from rt.ui.asking import attempt, pressed, seen, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import ZONE, span
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page


class SlotsPage(Page):
    """One day at our docks."""

    template, part = "slots.html", "_slots.html"
    day: date
    before: str
    after: str
    rows: list[SlotView]
    columns: list[Column]
    docks: int


class SlotPage(Page):
    """One slot, and the free times of its dock that day."""

    template = "slot.html"
    slot: SlotView
    here: str
    day: date
    before: str
    after: str
    free: FreeSlotsView | None
    movable: bool


async def slots(visit: Visit) -> Page:
    day = day_asked(visit) or now().astimezone(ZONE).date()
    found = await visit.ask(FindSlots(day=day, limit=200))
    docks = await attempt(visit, FindDocks())
    return SlotsPage(
        title=_("Quais"),
        day=day,
        before=f"/slots?day={day - timedelta(days=1)}",
        after=f"/slots?day={day + timedelta(days=1)}",
        rows=found.items,
        columns=[
            Column(name="reference", label=_("Référence")),
            Column(name="starts_at", label=_("Début"), kind="moment"),
            Column(name="dock_name", label=_("Quai")),
            Column(name="carrier_name", label=_("Transporteur")),
            Column(name="pallets", label=_("Palettes"), kind="number"),
            Column(name="state", label=_("État"), kind="state"),
        ],
        docks=len(docks.items) if docks else 0,
    )


async def slot(visit: Visit) -> Page | Response:
    order_id, slot_id = visit.path["order_id"], visit.path["slot_id"]
    here = f"/slots/{order_id}/{slot_id}"
    if visit.posted is not None:
        return await moved(visit, order_id, slot_id, here)
    read = await visit.ask(GetSlot(order_id=order_id, slot_id=slot_id))
    day = day_asked(visit) or read.starts_at.astimezone(ZONE).date()
    word = FindOpenings(dock_id=read.dock_id, day=day, pallets=read.pallets, goods_type=read.goods_type)
    free = await attempt(visit, word)
    return SlotPage(
        title=_("Créneau %(when)s") % {"when": span(read.starts_at, read.ends_at)},
        crumbs=[("/slots", _("Quais"))],
        slot=read,
        here=here,
        day=day,
        before=f"{here}?day={day - timedelta(days=1)}",
        after=f"{here}?day={day + timedelta(days=1)}",
        free=free,
        movable=read.state in ("booked", "late") and visit.session.may("planning.write"),
    )


async def moved(visit: Visit, order_id: str, slot_id: str, here: str) -> Response:
    try:
        at = datetime.fromisoformat(typed(visit, "starts_at"))
        until = datetime.fromisoformat(typed(visit, "ends_at"))
    except ValueError:
        return visit.go(here, _("Choisissez une heure."))
    word = MoveSlot(
        order_id=order_id,
        slot_id=slot_id,
        version=seen(visit),
        starts_at=at,
        ends_at=until,
        reason=typed(visit, "reason")[:200],
    )
    return await pressed(visit, word, here, _("Créneau déplacé : le transporteur est prévenu."))


def day_asked(visit: Visit) -> date | None:
    try:
        return date.fromisoformat(visit.query.get("day", ""))
    except ValueError:
        return None


PAGES = [
    page("/slots", slots, methods=("GET",)),
    page("/slots/{order_id}/{slot_id}", slot),
]
