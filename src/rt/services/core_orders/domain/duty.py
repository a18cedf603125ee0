"""When an order is due by law and by promise, and whether it will be late, while others can be told."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rt.contracts.core_orders.claims import DutyView
from rt.services.core_orders.domain.claiming import law_of
from rt.services.core_orders.domain.order import Order
from rt.trade import roads
from rt.trade.delivery_duty import LegalDay, legal_day, replaceable_at, standing
from rt.trade.distances import CROW_FLY, Point, road_km
from rt.trade.gazetteer import inhabitants
from rt.trade.places import Site
from rt.trade.zones import day_at, instant_at, zone_of

UNAWAITED = ("draft", "cancelled")
"""States in which nobody waits for the goods."""


def ends(order: Order) -> tuple[Point, Point] | None:
    """Where the order goes from and to, if the law counts kilometres for it and both places are known."""
    if law_of(order).regime != "contract_type":
        return None
    start, end = _point(order.pickup.site), _point(order.delivery.site)
    return (start, end) if start and end else None


def kilometres(start: Point, end: Point) -> tuple[float, str]:
    """By road, and what it stands on. The first call in a process reads the road net: a second, 23 MB."""
    found = roads.leg(start, end)
    if isinstance(found, roads.NoRoad):
        return road_km(start, end), CROW_FLY
    return found.km, roads.basis()


def duty(
    order: Order,
    measured: tuple[float, str] | None,
    at: datetime,
    *,
    eta_pickup: datetime | None = None,
    eta_delivery: datetime | None = None,
) -> DutyView:
    """How the order stands; `measured` are its kilometres, the ETAs come from the vehicle's positions."""
    legal = _legal(order, measured[0]) if measured else None
    law = law_of(order)
    zone = _zone(order.delivery.site)
    promised = order.delivery.until_at or order.delivery.from_at
    limit = promised or (instant_at(legal.on + timedelta(days=1), 0, zone) if legal else None)
    planned = order.plan
    expected = eta_delivery or (planned.planned_delivery_at if planned else None)
    to_load = eta_pickup or (planned.planned_pickup_at if planned else None)
    reached = {one.state: one.at for one in order.milestones()}
    loaded_at = reached.get("loading") or reached.get("in_transit") or reached.get("delivered")
    loading_until = order.pickup.until_at or order.pickup.from_at
    pickup = standing(limit=loading_until, expected=to_load, done=loaded_at, now=at)
    delivery = standing(limit=limit, expected=expected, done=reached.get("delivered"), now=at)
    if order.state in UNAWAITED:
        pickup = delivery = "unknown"
    given = order.carrier_id is not None and order.state != "cancelled"
    replaced = replaceable_at(loading_until, loaded=loaded_at is not None or not given)
    late_to_load = pickup in ("expected_late", "late") and replaced is not None
    tell_by = replaced if late_to_load else limit if delivery == "expected_late" else None
    fr, en = _counted(legal, measured) if legal and measured else (law.fr, law.en)
    return DutyView(
        order_id=order.id,
        fr=fr,
        en=en,
        pickup=pickup,
        delivery=delivery,
        legal_on=legal.on if legal else None,
        km=measured[0] if measured else None,
        basis=measured[1] if measured else "",
        source=legal.source if legal else "",
        verified=legal.verified if legal else law.verified,
        promised_until=promised,
        limit_at=limit,
        expected_at=expected,
        expected_by="track" if eta_delivery else "plan" if expected else "",
        replaceable_at=replaced if late_to_load else None,
        tell_by=tell_by if tell_by and tell_by > at else None,
    )


def _legal(order: Order, km: float) -> LegalDay:
    """From the day it was loaded; before that from the day it shall be."""
    site, start = order.delivery.site, order.pickup.site
    loaded = next((one.at for one in order.milestones() if one.state == "in_transit"), None)
    planned = order.pickup.until_at or order.pickup.from_at or order.created_at
    return legal_day(
        day_at(loaded or planned, _zone(start)),
        km,
        weight_kg=order.weight_kg,
        inhabitants=inhabitants(site.address.postal_code, site.address.city),
        at=site.address,
    )


def _counted(legal: LegalDay, measured: tuple[float, str]) -> tuple[str, str]:
    km = round(measured[0])
    return (
        f"environ {km} km : {legal.carriage_days} j de transport (1 par 450 km entamés, sans samedi ni jour "
        f"chômé) + {legal.home_days} j de livraison à domicile",
        f"about {km} km: {legal.carriage_days} day(s) of carriage (1 per started 450 km, without Saturdays "
        f"and days off) + {legal.home_days} day(s) for delivery at the consignee's",
    )


def _zone(site: Site) -> ZoneInfo:
    return zone_of(site.address.country, site.address.postal_code)


def _point(site: Site) -> Point | None:
    if site.latitude is None or site.longitude is None:
        return None
    return site.latitude, site.longitude
