"""Today's exceptions first: what wants somebody now, each with its one next step."""

import asyncio

import msgspec
from starlette.responses import Response

from rt.contracts.core_orders import CountOrders, FindOrders, OrderRow
from rt.contracts.planning import FindDocks, FindSlots
from rt.contracts.tracking_ia import FindEtas
from rt.kernel.core.clock import now
from rt.portals.industry import concerns
from rt.portals.industry.concerns import KINDS, Concern
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.formats import ZONE
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

MOST_LOOKED_AT = 50
"""Orders of one kind that are looked at for the day's list; the lists behind the counters show all."""
MOST_FOLLOWED = 30
"""Trucks on the road whose arrival is asked for."""


class Kind(msgspec.Struct, kw_only=True):
    """One kind of exception and how many there are."""

    code: str
    name: str
    tone: str
    icon: str
    count: int


class HomePage(Page):
    """The day."""

    template, part = "home.html", "_home.html"
    kinds: list[Kind]
    shown: str
    items: list[Concern]
    names: dict[str, tuple[str, str, str]]
    drafts: int
    running: int
    unknown: list[str]
    may_write: bool


async def rows_of(visit: Visit, state: str, incident: bool | None = None) -> list[OrderRow] | None:
    found = await attempt(visit, FindOrders(state=state, incident=incident, limit=MOST_LOOKED_AT))
    return None if found is None else [row for row in found.items if row.owned]


async def gathered(visit: Visit) -> tuple[list[Concern], list[str]]:
    """Everything that wants somebody, and the parts that could not be asked."""
    offered, firm, moving, delivered, troubled = await asyncio.gather(
        rows_of(visit, "tendered"),
        rows_of(visit, "confirmed"),
        rows_of(visit, "planned,loading,in_transit"),
        rows_of(visit, "delivered"),
        rows_of(visit, "", incident=True),
    )
    soon = sorted(moving or (), key=lambda row: (row.state != "in_transit", row.delivery_until or now()))
    followed = soon[:MOST_FOLLOWED]
    known = await attempt(visit, FindEtas(order_ids=[row.order_id for row in followed]))
    etas = known.items if known else []
    found = [concerns.late(row, [eta for eta in etas if eta.order_id == row.order_id]) for row in followed]
    found += [concerns.overdue(row) for row in soon[MOST_FOLLOWED:]]
    found += [concerns.incident(row) for row in troubled or ()]
    found += [concerns.tender(row) for row in offered or ()]
    found += [concerns.uncarried(row) for row in firm or ()]
    found += [concerns.proof(row) for row in delivered or ()]
    found += await at_docks(visit)
    unknown = [_("les commandes")] if offered is None else []
    unknown += [_("les heures d'arrivée")] if followed and not any(etas) else []
    return concerns.ranked(found), unknown


async def at_docks(visit: Visit) -> list[Concern | None]:
    """Trucks awaited at our own docks that are not there."""
    today = now().astimezone(ZONE).date()
    docks = await attempt(visit, FindDocks(limit=200))
    ours = {
        d.dock_id
        for d in (docks.items if docks else ())
        if d.organization_id == visit.session.organization_id
    }
    if not ours:
        return []
    slots = await attempt(visit, FindSlots(day=today, limit=200))
    return [concerns.absent(slot) for slot in (slots.items if slots else ()) if slot.dock_id in ours]


async def home(visit: Visit) -> Page | Response:
    counting = attempt(visit, CountOrders())
    (found, unknown), counts = await asyncio.gather(gathered(visit), counting)
    shown = visit.query.get("kind", "")
    states = counts.states if counts else {}
    kinds = [
        Kind(code=code, name=_(name), tone=tone, icon=icon, count=sum(one.kind == code for one in found))
        for code, (name, tone, icon) in KINDS.items()
    ]
    return HomePage(
        title=_("Aujourd'hui"),
        kinds=kinds,
        shown=shown if shown in KINDS else "",
        items=[one for one in found if shown not in KINDS or one.kind == shown],
        names={code: (_(name), tone, icon) for code, (name, tone, icon) in KINDS.items()},
        drafts=states.get("draft", 0),
        running=states.get("loading", 0) + states.get("in_transit", 0),
        unknown=unknown,
        may_write=visit.session.may("core_orders.write"),
    )


PAGES = [page("/", home, methods=("GET",))]
