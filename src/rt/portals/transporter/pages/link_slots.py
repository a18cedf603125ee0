"""For a carrier without an account, by link: book a dock for an order, move it, give it back."""

from collections.abc import Sequence
from datetime import date, timedelta
from urllib.parse import urlencode

from starlette.responses import Response

from rt.contracts.planning import CancelSlot, FreeSlotsView, GetSlot, MoveSlot, SlotView
from rt.contracts.planning.docks import SlotKind
from rt.kernel.core.errors import Refusal
from rt.pages.booking import KINDS, booked, docks_of, free_times
from rt.pages.slots import calendar
from rt.portals.transporter.asking import said_here
from rt.portals.transporter.pages.link_tender import SaidPage
from rt.ui.asking import attempt, day_asked, day_of, key_of, moment_of, seen, told, typed
from rt.ui.catalogues import gettext as _
from rt.ui.formats import span
from rt.ui.forms import Form
from rt.ui.pages import Page
from rt.ui.visit import Visit, page


class SlotLinkPage(Page):
    """Free times of a day; a press books one."""

    template = "link_slots.html"
    here: str
    kind: SlotKind
    day: date
    before: str
    after: str
    free: FreeSlotsView | None
    docks: Sequence[tuple[str, str]]
    refusal: str
    others: list[tuple[str, str, int | None]]
    current: str


class BookedLinkPage(Page):
    """The slot that was just taken."""

    template = "link_booked.html"
    here: str
    slot: SlotView | None
    calendar: str
    day: date
    kind: SlotKind
    cancel: Form
    version: int
    free: FreeSlotsView | None
    refusal: str


def here_of(visit: Visit) -> str:
    return f"/l/{visit.path['token']}/slots/{visit.path['order_id']}"


def kind_asked(visit: Visit) -> SlotKind:
    """Pickup unless delivery is asked for."""
    return KINDS.get(visit.query.get("kind", ""), "pickup")


async def slots(visit: Visit) -> Page | Response:
    order_id, here, kind = visit.path["order_id"], here_of(visit), kind_asked(visit)
    day = day_asked(visit) or day_of(None)
    refusal = ""
    message = booked(visit, order_id, kind) if visit.posted is not None else None
    if message is not None:
        try:
            taken = await visit.ask(message, key=key_of(visit))
        except Refusal as refused:
            refusal = told(refused)
        else:
            return shown(visit, taken, taken.slot_id, kind, day_of(taken.starts_at), None, "")
    free, why = await free_times(visit, order_id, kind, day)
    if free is not None and not free.items and free.next_free_day and not visit.query.get("day"):
        return visit.go(f"{here}?{urlencode({'kind': kind, 'day': free.next_free_day})}")
    return SlotLinkPage(
        title=_("Réserver un quai"),
        here=f"{here}?{urlencode({'kind': kind, 'day': day})}",
        kind=kind,
        day=day,
        before=f"{here}?{urlencode({'kind': kind, 'day': day - timedelta(days=1)})}",
        after=f"{here}?{urlencode({'kind': kind, 'day': day + timedelta(days=1)})}",
        free=free,
        docks=docks_of(free.items) if free else [],
        refusal=refusal or why,
        others=[
            (f"{here}?kind=pickup", _("Enlèvement"), None),
            (f"{here}?kind=delivery", _("Livraison"), None),
        ],
        current=f"{here}?kind={kind}",
    )


def shown(
    visit: Visit,
    taken: SlotView | None,
    slot_id: str,
    kind: SlotKind,
    day: date,
    free: FreeSlotsView | None,
    refusal: str,
) -> BookedLinkPage:
    """The page of a slot, with what planning knows of it while it is booked."""
    here = f"{here_of(visit)}/{slot_id}"
    cancel = said_here(
        visit,
        CancelSlot,
        posted=False,
        fixed={"order_id": visit.path["order_id"], "slot_id": slot_id, "version": seen(visit)},
        submit=_("Rendre le créneau"),
        action=f"{here}/cancel",
    )
    title = _("Créneau %(when)s") % {"when": span(taken.starts_at, taken.ends_at)} if taken else ""
    return BookedLinkPage(
        title=title or _("Votre créneau"),
        here=here,
        slot=taken,
        calendar=f"{here}/calendar.ics",
        day=day,
        kind=kind,
        cancel=cancel,
        version=taken.version if taken else seen(visit),
        free=free,
        refusal=refusal,
    )


async def slot(visit: Visit) -> Page | Response:
    """Come back to a slot: read it again, move it within a day, or give it back."""
    return await read_again(visit, "")


async def read_again(visit: Visit, refusal: str) -> Page | Response:
    """The slot as it stands, with why the last try was refused."""
    order_id, slot_id = visit.path["order_id"], visit.path["slot_id"]
    held = await attempt(visit, GetSlot(order_id=order_id, slot_id=slot_id))
    kind = held.kind if held else kind_asked(visit)
    day = day_asked(visit) or day_of(held.starts_at if held else None)
    free, why = await free_times(visit, order_id, kind, day)
    still = held if held and held.state == "booked" else None
    return shown(visit, still, slot_id, kind, day, free, refusal or why)


async def move(visit: Visit) -> Page | Response:
    order_id, slot_id, kind = visit.path["order_id"], visit.path["slot_id"], kind_asked(visit)
    at, until = moment_of(typed(visit, "starts_at")), moment_of(typed(visit, "ends_at"))
    if at is None or until is None:
        return await slot(visit)
    message = MoveSlot(order_id=order_id, slot_id=slot_id, version=seen(visit), starts_at=at, ends_at=until)
    try:
        moved = await visit.ask(message, key=key_of(visit))
    except Refusal as refusal:
        return await read_again(visit, told(refusal))
    return shown(visit, moved, slot_id, kind, day_of(moved.starts_at), None, "")


async def cancel(visit: Visit) -> Page | Response:
    slot_id, kind = visit.path["slot_id"], kind_asked(visit)
    made = shown(visit, None, slot_id, kind, day_of(None), None, "")
    made.cancel = visit.form(
        CancelSlot,
        fixed={"order_id": visit.path["order_id"], "slot_id": slot_id, "version": seen(visit)},
        submit=_("Rendre le créneau"),
        action=f"{here_of(visit)}/{slot_id}/cancel",
    )
    if await made.cancel.submit() is None:
        return made
    return SaidPage(
        title=_("Créneau rendu"), sentence=_("Le site est prévenu. Vous pouvez en reprendre un autre.")
    )


PAGES = [
    page("/l/{token}/slots/{order_id}", slots, anyone=True),
    page("/l/{token}/slots/{order_id}/{slot_id}", slot, anyone=True, methods=("GET",)),
    page("/l/{token}/slots/{order_id}/{slot_id}/move", move, anyone=True, methods=("POST",)),
    page("/l/{token}/slots/{order_id}/{slot_id}/cancel", cancel, anyone=True, methods=("POST",)),
    page("/l/{token}/slots/{order_id}/{slot_id}/calendar.ics", calendar, anyone=True, methods=("GET",)),
]
