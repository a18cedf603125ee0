"""Booking a dock for an order: free times of a day, one press each."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from starlette.responses import Response

from rt.contracts.core_orders import GetOrder, OrderView
from rt.contracts.planning import BookSlot, FindFreeSlots, FreeSlotsView, FreeSlotView
from rt.contracts.planning.docks import SlotKind
from rt.kernel.core.errors import NotFound, Refusal
from rt.ui.asking import day_asked, day_of, key_of, moment_of, signed_in_still, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

SHUT_OUT = (401, 403)
"""Whom nothing is shown to, not even the empty page: no session, no right, a link for something else."""
KINDS: dict[str, SlotKind] = {"pickup": "pickup", "delivery": "delivery"}


class BookingPage(Page):
    """Free times at the docks of one stop."""

    template, part = "pages/booking.html", "pages/_free.html"
    order: OrderView
    kind: SlotKind
    day: date
    before: str
    after: str
    free: FreeSlotsView | None
    agreed: tuple[datetime | None, datetime | None]
    """When the goods are awaited: free times within are shown first."""
    docks: Sequence[tuple[str, str]]
    refusal: str
    book_to: str
    plate: str


def kind_of(visit: Visit) -> SlotKind:
    """Pickup or delivery, from the address."""
    kind = KINDS.get(visit.path["kind"])
    if kind is None:
        raise NotFound()
    return kind


def docks_of(items: Sequence[FreeSlotView]) -> list[tuple[str, str]]:
    """The docks among free times, each once: id and name."""
    return list(
        {slot.dock_id: (slot.dock_id, f"{slot.site_name} · {slot.dock_name}") for slot in items}.values()
    )


async def free_times(
    visit: Visit, order_id: str, kind: SlotKind, day: date
) -> tuple[FreeSlotsView | None, str]:
    """What is free, or why that cannot be said."""
    try:
        return await visit.ask(FindFreeSlots(order_id=order_id, kind=kind, day=day)), ""
    except Refusal as refusal:
        if refusal.problem().status in SHUT_OUT:
            raise
        return None, told(refusal)


async def booking(visit: Visit) -> Page | Response:
    order_id, kind = visit.path["order_id"], kind_of(visit)
    order = await visit.ask(GetOrder(order_id=order_id))
    day = day_asked(visit) or day_of(order.pickup_from if kind == "pickup" else order.delivery_from)
    refusal = ""
    message = booked(visit, order_id, kind) if visit.posted is not None else None
    if message is not None:
        try:
            taken = await visit.ask(message, key=key_of(visit))
        except Refusal as refused:
            signed_in_still(refused)
            refusal = told(refused)
        else:
            return visit.go(f"/slots/{order_id}/{taken.slot_id}", _("Créneau réservé."))
    free, why = await free_times(visit, order_id, kind, day)
    here = f"/orders/{order_id}/slots/{kind}"
    return BookingPage(
        title=_("Réserver un quai pour l'enlèvement")
        if kind == "pickup"
        else _("Réserver un quai de livraison"),
        crumbs=[("/orders", _("Commandes")), (f"/orders/{order_id}", order.reference)],
        order=order,
        kind=kind,
        day=day,
        before=f"{here}?day={day - timedelta(days=1)}",
        after=f"{here}?day={day + timedelta(days=1)}",
        free=free,
        agreed=(order.pickup_from, order.pickup_until)
        if kind == "pickup"
        else (order.delivery_from, order.delivery_until),
        docks=docks_of(free.items) if free else [],
        refusal=refusal or why,
        book_to=f"{here}?day={day}",
        plate=order.plan.vehicle_plate if order.plan else "",
    )


def booked(visit: Visit, order_id: str, kind: SlotKind) -> BookSlot | None:
    """The booking that was pressed; nothing when the form was not ours."""
    at, until = moment_of(typed(visit, "starts_at")), moment_of(typed(visit, "ends_at"))
    if at is None or until is None:
        return None
    return BookSlot(
        order_id=order_id,
        kind=kind,
        dock_id=typed(visit, "dock_id"),
        starts_at=at,
        ends_at=until,
        vehicle_plate=typed(visit, "vehicle_plate")[:20],
    )


PAGES = [
    page("/orders/{order_id}/slots/{kind}", booking),
]
