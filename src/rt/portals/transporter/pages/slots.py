"""Our slots at the docks of others: list by day, move, give back, keep in a calendar."""

from datetime import date, timedelta
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response

from rt.contracts.planning import (
    CancelSlot,
    FindFreeSlots,
    FindSlots,
    FreeSlotsView,
    GetSlot,
    MoveSlot,
    SlotCalendar,
    SlotView,
)
from rt.portals.transporter.pages.docks import day_asked, day_of, moment_of
from rt.ui.asking import attempt, pressed, seen, sent, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import span
from rt.ui.forms import Form
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

OPEN_STATES = ("booked", "late")


class SlotRow(msgspec.Struct, kw_only=True):
    """A booked slot in the list."""

    slot_id: str
    order_id: str
    reference: str
    when: str
    place: str
    kind: str
    vehicle: str
    state: str


class SlotsPage(Page):
    """Slots we have booked."""

    template, part = "slots.html", "_slots.html"
    rows: list[SlotRow]
    columns: list[Column]
    q: str
    day: date | None
    more: str


class SlotPage(Page):
    """One slot: when, where, and what can be changed."""

    template = "slot.html"
    slot: SlotView
    day: date
    before: str
    after: str
    free: FreeSlotsView | None
    cancel: Form
    open: bool


async def slots(visit: Visit) -> Page | Response:
    day = day_asked(visit)
    q = visit.query.get("q", "")[:80]
    found = await visit.ask(FindSlots(day=day, q=q, after=visit.query.get("after", "")))
    known = ({"q": q} if q else {}) | ({"day": str(day)} if day else {})
    rows = [
        SlotRow(
            slot_id=s.slot_id,
            order_id=s.order_id,
            reference=s.reference,
            when=span(s.starts_at, s.ends_at),
            place=f"{s.site_name} · {s.dock_name}",
            kind=s.kind,
            vehicle=s.vehicle_plate,
            state=s.state,
        )
        for s in found.items
    ]
    return SlotsPage(
        title=_("Créneaux à quai"),
        rows=rows,
        columns=[
            Column(name="reference", label=_("Commande")),
            Column(name="when", label=_("Créneau")),
            Column(name="place", label=_("Quai")),
            Column(name="kind", label=_("Opération"), kind="choice"),
            Column(name="vehicle", label=_("Véhicule"), wide=True),
            Column(name="state", label=_("État"), kind="state"),
        ],
        q=q,
        day=day,
        more=f"/slots?{urlencode(known | {'after': found.next})}" if found.next else "",
    )


async def read_slot(visit: Visit) -> SlotView:
    """The slot of the address."""
    return await visit.ask(GetSlot(order_id=visit.path["order_id"], slot_id=visit.path["slot_id"]))


async def slot(visit: Visit) -> Page | Response:
    read = await read_slot(visit)
    here = f"/slots/{read.order_id}/{read.slot_id}"
    form = visit.form(
        CancelSlot,
        fixed={"order_id": read.order_id, "slot_id": read.slot_id, "version": seen(visit)},
        submit=_("Rendre le créneau"),
    )
    if visit.posted is not None and await form.submit() is not None:
        return visit.go("/slots", _("Créneau rendu, le site est prévenu."))
    day = day_asked(visit) or day_of(read.starts_at)
    free = await attempt(visit, FindFreeSlots(order_id=read.order_id, kind=read.kind, day=day))
    return SlotPage(
        title=_("Créneau %(when)s") % {"when": span(read.starts_at, read.ends_at)},
        crumbs=[("/slots", _("Créneaux")), (f"/orders/{read.order_id}", read.reference or _("Commande"))],
        slot=read,
        day=day,
        before=f"{here}?day={day - timedelta(days=1)}",
        after=f"{here}?day={day + timedelta(days=1)}",
        free=free,
        cancel=form,
        open=read.state in OPEN_STATES,
    )


async def move(visit: Visit) -> Page | Response:
    order_id, slot_id = visit.path["order_id"], visit.path["slot_id"]
    here = f"/slots/{order_id}/{slot_id}"
    at, until = moment_of(typed(visit, "starts_at")), moment_of(typed(visit, "ends_at"))
    if at is None or until is None:
        return visit.go(here, _("Choisissez une heure."))
    word = MoveSlot(order_id=order_id, slot_id=slot_id, version=seen(visit), starts_at=at, ends_at=until)
    return await pressed(visit, word, here, _("Créneau déplacé, l'ancienne heure est rendue."))


async def calendar(visit: Visit) -> Response:
    word = SlotCalendar(order_id=visit.path["order_id"], slot_id=visit.path["slot_id"])
    return sent(await visit.ask(word))


PAGES = [
    page("/slots", slots, methods=("GET",)),
    page("/slots/{order_id}/{slot_id}", slot),
    page("/slots/{order_id}/{slot_id}/move", move, methods=("POST",)),
    page("/slots/{order_id}/{slot_id}/calendar.ics", calendar, methods=("GET",)),
]
