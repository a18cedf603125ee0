"""What carrying an order emits: what its tour said, else an estimate by the road net."""

from datetime import date
from typing import NamedTuple

from rt.contracts.core_orders.emissions import EmissionsView, Lacking
from rt.kernel.core.clock import now
from rt.services.core_orders.domain.journey import USUAL_VEHICLE
from rt.services.core_orders.domain.order import Order
from rt.services.core_orders.domain.states import PARTIES, Author, NotYourPart
from rt.trade.calendars import paris_day
from rt.trade.distances import Point
from rt.trade.emission_factors import class_asked
from rt.trade.emissions import Emissions, estimate, stretch
from rt.trade.places import Site
from rt.trade.roles import Roles

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


def figure(order: Order) -> Figure:
    """What its tour said while it is on one, else an estimate; may read the road net: beside the event loop.

    From the first pickup to the last delivery, with all goods: what is set down on the way is not told apart.
    """
    if order.emissions and order.plan and order.plan.tour_id:
        return Figure(order.emissions)
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


def emissions_view(order: Order, found: Figure) -> EmissionsView:
    return EmissionsView(order_id=order.id, emissions=found.emissions, lacking=found.lacking, due=_due(order))


def may_know(order: Order, by: Author) -> bool:
    return bool(order.roles_of(by) & PARTIES)


def _due(order: Order) -> bool:
    """Whoever carries its own goods owes it to nobody."""
    ends = {order.pickup.site.address.country, order.delivery.site.address.country}
    return LAW_OF in ends and order.carrier_id is not None and order.carrier_id != order.client


def _place(site: Site) -> Point | None:
    if site.latitude is None or site.longitude is None:
        return None
    return site.latitude, site.longitude
