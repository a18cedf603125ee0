"""Places that we know already, from our docks and our latest orders, and filling a stop with one."""

from collections.abc import Mapping

import msgspec

from rt.contracts.core_orders import FindOrders, GetOrder
from rt.contracts.planning import FindDocks
from rt.kernel.core.digits import whole
from rt.trade.places import Site, place_key
from rt.ui.asking import attempt, attempt_all, typed, with_values
from rt.ui.visit import Visit

RECENT = 8
"""Latest orders whose places are offered."""


class Known(msgspec.Struct, kw_only=True):
    """A place that we know, and whether goods were picked up or delivered there."""

    site: Site
    kinds: set[str] = msgspec.field(default_factory=set)


async def known_places(visit: Visit) -> dict[str, Known]:
    """Own docks and the places of recent orders, each once, with what they were used for."""
    found: dict[str, Known] = {}
    recent = await attempt(visit, FindOrders(limit=RECENT))
    ids = [row.order_id for row in recent.items] if recent else []
    docks = await attempt(visit, FindDocks())
    for dock in docks.items if docks else ():
        if dock.organization_id == visit.session.organization_id:
            found.setdefault(place_key(dock.site), Known(site=dock.site)).kinds.update(("pickup", "delivery"))
    for order in await attempt_all(visit, [GetOrder(order_id=order_id) for order_id in ids]):
        for stop in order.stops if order else ():
            found.setdefault(place_key(stop.site), Known(site=stop.site)).kinds.add(stop.kind)
    return found


def filled_in(visit: Visit, places: Mapping[str, Known], part: str = "stops") -> bool:
    """Whether a known place was pressed: its fields are then in that part of the form as if typed."""
    number, _at, key = typed(visit, "known").partition(":")
    place = places.get(key)
    if visit.posted is None or place is None or whole(number) is None:
        return False
    site, under = place.site, f"{part}.{number}.site"
    visit.posted = with_values(
        visit.posted,
        {
            f"{under}.name": site.name,
            f"{under}.address.street": site.address.street,
            f"{under}.address.postal_code": site.address.postal_code,
            f"{under}.address.city": site.address.city,
            f"{under}.address.country": site.address.country,
            f"{under}.contact.name": site.contact.name,
            f"{under}.contact.phone": site.contact.phone,
            f"{under}.contact.email": site.contact.email,
            f"{under}.instructions": site.instructions,
        },
    )
    return True
