"""What carrying an order emits: what its tour said, else an estimate by the road net."""

from collections.abc import Mapping
from datetime import date
from math import fsum
from types import MappingProxyType
from typing import NamedTuple

from msgspec import structs

from rt.contracts.core_orders.emissions import EmissionsView, Lacking
from rt.kernel.core.clock import now
from rt.services.core_orders.domain.journey import USUAL_VEHICLE
from rt.services.core_orders.domain.legs import Load
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.domain.states import PARTIES, Author, NotYourPart
from rt.trade.calendars import paris_day
from rt.trade.distances import Point, great_circle_km
from rt.trade.emission_factors import class_asked
from rt.trade.emissions import Emissions, estimate, in_turn, shared, together
from rt.trade.emissions import Load as SharedLoad
from rt.trade.places import Site, place_key
from rt.trade.roles import Roles
from rt.trade.stretches import stretch

NO_LEGS: Mapping[str, Order] = MappingProxyType({})
LAW_OF = "FR"
"""Whose law wants the emissions told: of what is carried from there or to there."""


class Figure(NamedTuple):
    """The emissions of an order, or what is lacking to say them."""

    emissions: Emissions | None
    lacking: Lacking = ""


def need_party(roles: Roles) -> None:
    """Refuse whoever did not agree on the transport."""
    if not roles & PARTIES:
        raise NotYourPart(role=", ".join(sorted(roles)), asked="GetEmissions")


def figure(order: Order, legs: Mapping[str, Order] = NO_LEGS) -> Figure:
    """What its tour said, or its legs add up to, else an estimate; reads the road net: beside the event loop.

    `legs` are those that it is given on in, of all levels, by identity: they count once they bring all goods
    all the way. An estimate is from the first pickup to the last delivery, with all goods: what is set
    down on the way is not told apart.
    """
    if order.given_on:
        if not order.loose_places() and (parts := _parts(order, legs)):
            return Figure(together(parts, order.weight_kg))
    elif (found := _of_tours(order)) is not None:
        return Figure(found)
    if not order.weight_kg:
        return Figure(None, "weight")
    start, end = _place(order.pickup.site), _place(order.delivery.site)
    if start is None or end is None:
        return Figure(None, "place")
    cold = "temperature" in order.requirements
    code = class_asked(order.equipment or USUAL_VEHICLE, cold, day_of(order))
    return Figure(estimate(order.weight_kg, stretch(start, end), code, day_of(order)))


def day_of(order: Order) -> date:
    """By whose factors it is reckoned: when the goods leave."""
    return paris_day(order.pickup_at or now())


def emissions_view(order: Order, found: Figure, by: Author) -> EmissionsView:
    """Which orders its legs are is for who gave it on."""
    told = found.emissions
    if told and told.legs and by.org_id != order.carrier_id:
        told = structs.replace(told, legs=[])
    return EmissionsView(order_id=order.id, emissions=told, lacking=found.lacking, due=_due(order))


def may_know(order: Order, by: Author) -> bool:
    return bool(order.roles_of(by) & PARTIES)


def _of_tours(order: Order) -> Emissions | None:
    """Its share of the tour that carries it, and of those from which its goods changed trucks."""
    if order.plan is None or not order.plan.tour_id or order.emissions is None:
        return None
    shares = [share for tour_id, share in order.handed.items() if tour_id != order.plan.tour_id]
    known = [share for share in shares if share is not None]
    return in_turn([*known, order.emissions], order.weight_kg) if len(known) == len(shares) else None


def _parts(order: Order, legs: Mapping[str, Order]) -> dict[str, Emissions]:
    """What each leg that stands emits for this order; nothing if that of one is not known."""
    parts = {}
    for one in order.legs:
        if not one.stands:
            continue
        leg = legs.get(one.order_id)
        whole = figure(leg, legs).emissions if leg else None
        part = _part(order, leg, whole) if leg and whole else None
        if part is None:
            return {}
        parts[one.order_id] = part
    return parts


def _part(order: Order, leg: Order, whole: Emissions) -> Emissions | None:
    """This order's share of a leg, by the tonne-kilometres of its packages from place to place."""
    ways = _ways(leg)
    shares = shared(whole.grams, whole.use_grams, [_load(one, ways) for one in leg.parents])
    own = next((one for one in shares if one.order_id == order.id), None)
    if own is None:
        return None
    km = own.distance_km if ways else whole.distance_km
    part = own.grams / whole.grams if whole.grams else 0
    ships = [
        structs.replace(ship, grams=ship.grams * part, use_grams=ship.use_grams * part)
        for ship in whole.ships
    ]
    return structs.replace(
        whole,
        grams=own.grams,
        use_grams=own.use_grams,
        mass_kg=own.mass_kg,
        distance_km=km,
        tonne_km=own.mass_kg / 1000 * km,
        ships=ships,
    )


def _ways(leg: Order) -> dict[tuple[str, str], float]:
    """Kilometres between the places of all that it carries, measured alike: by road, or by the great circle.

    Nothing where a place is not known: then weights alone share the leg.
    """
    places = {place_key(stop.site): _place(stop.site) for stop in leg.stops}
    found: dict[tuple[str, str], tuple[Point, Point]] = {}
    for one in (portion for load in leg.parents for portion in load.portions):
        start, end = places.get(one.start), places.get(one.end)
        if start is None or end is None:
            return {}
        found[one.start, one.end] = start, end
    ways = {ends: stretch(*pair) for ends, pair in found.items()}
    if any(one.kind == "great_circle" for one in ways.values()):
        return {ends: great_circle_km(*pair) for ends, pair in found.items()}
    return {ends: one.km for ends, one in ways.items()}


def _load(load: Load, ways: Mapping[tuple[str, str], float]) -> SharedLoad:
    tonne_km = fsum(one.grams / 1e6 * ways.get((one.start, one.end), 1.0) for one in load.portions)
    tonnes = load.grams / 1e6
    return SharedLoad(load.order_id, tonnes * 1000, tonne_km / tonnes if tonnes else 0)


def _due(order: Order) -> bool:
    """Whoever carries its own goods owes it to nobody."""
    ends = {order.pickup.site.address.country, order.delivery.site.address.country}
    return LAW_OF in ends and order.carrier_id is not None and order.carrier_id != order.client


def _place(site: Site) -> Point | None:
    if site.latitude is None or site.longitude is None:
        return None
    return site.latitude, site.longitude
