"""The app's shell and the driver's day as the phone keeps it: tours, notes, what each client asks for."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

import msgspec
from starlette.responses import Response

from rt.contracts.core_orders import GetOrder
from rt.contracts.ecpmr import DocumentView, MyDocuments
from rt.contracts.palette import GetPolicy, PolicyView
from rt.contracts.planning import MyDay, MyDayView, StopView
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Refusal
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.formats import language
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

ORDERS_AT_ONCE = 50
"""As many notes as MyDocuments gives."""
NO_DRIVER = "driver_not_tied"


class ShellPage(Page):
    """The app itself; all the rest is drawn on the phone."""

    template = "shell.html"


class PaperView(msgspec.Struct, frozen=True):
    """A paper that an officer may ask for."""

    name: str
    number: str
    valid_until: str | None = None


class OrderNotes(msgspec.Struct, frozen=True):
    """What the driver must know of an order beyond its note; a price is not among it."""

    order_id: str
    instructions: str
    policy: PolicyView | None


class DayTold(msgspec.Struct, frozen=True):
    """GET /day.json."""

    fetched_at: datetime
    day: MyDayView
    documents: list[DocumentView]
    orders: list[OrderNotes]
    papers: list[PaperView]


async def shell(visit: Visit) -> Page:
    return ShellPage(title=_("Ma journée"))


async def day(visit: Visit) -> Response:
    """Without planning or the notes there is no answer: the phone then keeps the day it has."""
    mine = await my_day(visit)
    order_ids = list(dict.fromkeys(stop.order_id for tour in mine.tours for stop in tour.stops))
    documents, orders = await asyncio.gather(notes(visit, order_ids), wishes(visit, order_ids))
    return visit.json(
        DayTold(
            fetched_at=now(),
            day=told_at_stops(mine, documents, orders),
            documents=documents,
            orders=orders,
            papers=[],
        )
    )


async def my_day(visit: Visit) -> MyDayView:
    """An account that no driver is tied to has a day without tours."""
    try:
        return await visit.ask(MyDay())
    except Refusal as refusal:
        if refusal.code != NO_DRIVER:
            raise
        return MyDayView(driver_id="", driver_name=visit.session.name, tours=[])


async def notes(visit: Visit, order_ids: Sequence[str]) -> list[DocumentView]:
    """The notes of the day, without the drawn signatures: they are heavy and others' own."""
    found: list[DocumentView] = []
    for first in range(0, len(order_ids), ORDERS_AT_ONCE):
        part = ",".join(order_ids[first : first + ORDERS_AT_ONCE])
        found += (await visit.ask(MyDocuments(order_ids=part))).items
    return [
        msgspec.structs.replace(
            note, signatures=[msgspec.structs.replace(one, image="") for one in note.signatures]
        )
        for note in found
    ]


async def wishes(visit: Visit, order_ids: Sequence[str]) -> list[OrderNotes]:
    """Each order's instructions and pallet policy; what cannot be had now is left out."""

    async def wish(order_id: str) -> OrderNotes:
        order = await attempt(visit, GetOrder(order_id=order_id))
        policy = await attempt(visit, GetPolicy(order_id=order_id))
        return OrderNotes(order_id, order.instructions if order else "", policy)

    return list(await asyncio.gather(*(wish(order_id) for order_id in order_ids)))


def told_at_stops(
    mine: MyDayView, documents: Sequence[DocumentView], orders: Sequence[OrderNotes]
) -> MyDayView:
    """The day with every instruction where the driver reads it: at the stop it is about."""
    known = {note.order_id: note.consignment.instructions for note in documents}
    wished = {order.order_id: order for order in orders}

    def told(stop: StopView) -> StopView:
        order = wished.get(stop.order_id)
        if order is None:
            return stop
        said = [stop.site.instructions]
        if order.instructions not in known.get(stop.order_id, ""):
            said.append(order.instructions)
        if order.policy is not None and stop.kind == "delivery":
            asked = order.policy.instruction_fr if language() == "fr" else order.policy.instruction_en
            said += [asked, order.policy.note]
        site = msgspec.structs.replace(stop.site, instructions=" · ".join(one for one in said if one))
        return msgspec.structs.replace(stop, site=site)

    tours = [
        msgspec.structs.replace(tour, stops=[told(stop) for stop in tour.stops], conflicts=[])
        for tour in mine.tours
    ]
    return msgspec.structs.replace(mine, tours=tours)


PAGES = [
    page("/", shell, methods=("GET",)),
    page("/day.json", day, methods=("GET",)),
]
