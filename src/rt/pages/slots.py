"""Booked slots at docks: listed, moved, given back, kept in a calendar; at the docks of others or at ours."""

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

import msgspec
from starlette.responses import Response
from starlette.routing import Route

from rt.contracts.planning import (
    CancelSlot,
    FindFreeSlots,
    FindOpenings,
    FindSlots,
    FreeSlotsView,
    GetSlot,
    MoveSlot,
    SlotCalendar,
    SlotView,
)
from rt.ui.asking import attempt, day_asked, day_of, moment_of, pressed, seen, sent, typed
from rt.ui.catalogues import gettext as _
from rt.ui.catalogues import marked
from rt.ui.formats import span
from rt.ui.forms import Form
from rt.ui.pages import Column, Page
from rt.ui.visit import Visit, page

OPEN_STATES = ("booked", "late")
LONGEST_REASON = 200


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

    template, part = "pages/slots.html", "pages/_slots.html"
    rows: list[SlotRow]
    columns: list[Column]
    q: str
    day: date | None
    more: str


class SlotPage(Page):
    """One slot: when, where, and what can be changed."""

    template = "pages/slot.html"
    slot: SlotView
    here: str
    order: str
    day: date
    before: str
    after: str
    times: FreeSlotsView | None
    cancel: Form | None
    movable: bool
    ours: bool


class Slots:
    """The pages of one slot, below `/slots`; `order` is the address of an order's page.

    `ours`: at our docks, where a slot is moved and its carrier told. Else we booked it at a dock of others:
    there is a list of them then, and a slot may be given back and kept in a calendar. `title` is the list's.
    """

    def __init__(self, *, order: str, ours: bool = False, title: str = marked("Créneaux")) -> None:
        self.order, self.ours, self.title = order, ours, title

    def pages(self) -> Sequence[Route]:
        """To be put among a portal's pages."""
        one = "/slots/{order_id}/{slot_id}"
        slot = [page(one, self.slot), page(f"{one}/move", self.move, methods=("POST",))]
        if self.ours:
            return slot
        return [
            page("/slots", slots, methods=("GET",)),
            *slot,
            page(f"{one}/calendar.ics", calendar, methods=("GET",)),
        ]

    async def slot(self, visit: Visit) -> Page | Response:
        order_id, slot_id = visit.path["order_id"], visit.path["slot_id"]
        read = await visit.ask(GetSlot(order_id=order_id, slot_id=slot_id))
        form = visit.form(
            CancelSlot,
            fixed={"order_id": order_id, "slot_id": slot_id, "version": seen(visit)},
            submit=_("Rendre le créneau"),
        )
        if not self.ours and visit.posted is not None and await form.submit() is not None:
            return visit.go("/slots", _("Créneau rendu, le site est prévenu."))
        day = day_asked(visit) or day_of(read.starts_at)
        here = here_of(visit)
        order = self.order.format(order_id=order_id)
        above = [("/slots", _(self.title))]
        return SlotPage(
            title=_("Créneau %(when)s") % {"when": span(read.starts_at, read.ends_at)},
            crumbs=above if self.ours else [*above, (order, read.reference or _("Commande"))],
            slot=read,
            here=here,
            order=order,
            day=day,
            before=f"{here}?day={day - timedelta(days=1)}",
            after=f"{here}?day={day + timedelta(days=1)}",
            times=await self._times(visit, read, day),
            cancel=None if self.ours else form,
            movable=read.state in OPEN_STATES and visit.session.may("planning.write"),
            ours=self.ours,
        )

    async def move(self, visit: Visit) -> Response:
        here = here_of(visit)
        at, until = moment_of(typed(visit, "starts_at")), moment_of(typed(visit, "ends_at"))
        if at is None or until is None:
            return visit.go(here, _("Choisissez une heure."), kind="bad")
        message = MoveSlot(
            order_id=visit.path["order_id"],
            slot_id=visit.path["slot_id"],
            version=seen(visit),
            starts_at=at,
            ends_at=until,
            reason=typed(visit, "reason")[:LONGEST_REASON],
        )
        theirs = _("Créneau déplacé, l'ancienne heure est rendue.")
        done = _("Créneau déplacé : le transporteur est prévenu.") if self.ours else theirs
        return await pressed(visit, message, here, done)

    async def _times(self, visit: Visit, read: SlotView, day: date) -> FreeSlotsView | None:
        """The free times of the slot's dock that day."""
        if self.ours:
            return await attempt(
                visit,
                FindOpenings(dock_id=read.dock_id, day=day, pallets=read.pallets, goods_type=read.goods_type),
            )
        found = await attempt(visit, FindFreeSlots(order_id=read.order_id, kind=read.kind, day=day))
        if found is None:
            return None
        here = [one for one in found.items if one.dock_id == read.dock_id]
        return msgspec.structs.replace(found, items=here)


async def slots(visit: Visit) -> Page:
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


def here_of(visit: Visit) -> str:
    """The address of the slot that the visit is about."""
    return f"/slots/{visit.path['order_id']}/{visit.path['slot_id']}"


async def calendar(visit: Visit) -> Response:
    message = SlotCalendar(order_id=visit.path["order_id"], slot_id=visit.path["slot_id"])
    return sent(await visit.ask(message))
