"""What comes to us, nearest first."""

from collections import Counter
from datetime import date, datetime

import msgspec

from rt.contracts.core_orders import FindOrders, OrderRow
from rt.contracts.tracking_ia import EtaView, FindEtas
from rt.kernel.core.clock import now
from rt.ui.asking import attempt
from rt.ui.catalogues import gettext as _
from rt.ui.formats import ZONE, clock_time
from rt.ui.pages import Page
from rt.ui.visit import Visit, page

COMING = "planned,loading,in_transit"
UNKNOWN = datetime.max.replace(tzinfo=ZONE)


class Arrival(msgspec.Struct, kw_only=True):
    """One delivery on its way to us."""

    order: OrderRow
    eta: EtaView | None

    @property
    def at(self) -> datetime:
        """When to expect it: as forecast, else as agreed."""
        agreed = self.order.delivery_until or self.order.delivery_from
        return self.eta.eta if self.eta else agreed or UNKNOWN

    @property
    def day(self) -> date:
        return date.max if self.at is UNKNOWN else self.at.astimezone(ZONE).date()

    @property
    def late(self) -> bool:
        return bool(self.eta and self.order.delivery_until and self.eta.eta > self.order.delivery_until)


class HourLoad(msgspec.Struct, kw_only=True):
    """How much comes within one hour, to staff the docks."""

    hour: str
    trucks: int
    pallets: int


class ArrivalsPage(Page):
    """What should have been here, then today, then later days."""

    template, part = "arrivals.html", "_arrivals.html"
    q: str
    overdue: list[Arrival]
    today: list[Arrival]
    later: list[Arrival]
    hours: list[HourLoad]


async def arrivals(visit: Visit) -> Page:
    q = visit.query.get("q", "")[:80]
    found = (await visit.ask(FindOrders(state=COMING, q=q, limit=100))).items
    soonest = sorted(found, key=lambda row: row.delivery_from or UNKNOWN)
    known = await expected(visit, [row.order_id for row in soonest])
    coming = [Arrival(order=row, eta=known.get(row.order_id)) for row in soonest]
    coming.sort(key=lambda one: one.at)
    present = now().astimezone(ZONE).date()
    overdue = [one for one in coming if one.day < present]
    today = [one for one in coming if one.day == present]
    return ArrivalsPage(
        title=_("Arrivées"),
        q=q,
        overdue=overdue,
        today=today,
        later=coming[len(overdue) + len(today) :],
        hours=by_hour(today),
    )


async def expected(visit: Visit, order_ids: list[str]) -> dict[str, EtaView]:
    """When the deliveries are expected, those that tracking knows of."""
    if not order_ids:
        return {}
    found = await attempt(visit, FindEtas(order_ids=order_ids))
    return {eta.order_id: eta for eta in (found.items if found else ()) if eta.kind == "delivery"}


def by_hour(today: list[Arrival]) -> list[HourLoad]:
    trucks: Counter[datetime] = Counter()
    pallets: Counter[datetime] = Counter()
    for one in today:
        hour = one.at.astimezone(ZONE).replace(minute=0, second=0, microsecond=0)
        trucks[hour] += 1
        pallets[hour] += one.order.pallets
    return [HourLoad(hour=clock_time(h), trucks=trucks[h], pallets=pallets[h]) for h in sorted(trucks)]


PAGES = [
    page("/", arrivals, methods=("GET",)),
]
