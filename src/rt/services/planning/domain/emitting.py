"""What a tour emits, and what each of its orders has of it, by the plan."""

from collections.abc import Sequence
from datetime import date

from rt.services.planning.domain.distances import way
from rt.services.planning.domain.fleet import Vehicle
from rt.services.planning.domain.stop import Stop
from rt.trade.distances import CROW_FLY, great_circle_km
from rt.trade.emission_factors import Body, class_of
from rt.trade.emissions import GREAT_CIRCLE, Load, TourEmissions, of_tour
from rt.trade.places import Site


def emission_class(vehicle: Vehicle) -> str:
    """By its weight and kind; what can be cooled is, as the plan does not know which load runs warm."""
    articulated = vehicle.kind in ("tractor_trailer", "road_train")
    cold = "temperature" in vehicle.equipment
    return class_of(Body(vehicle.gross_kg, articulated, cold, high_volume=vehicle.kind == "road_train"))


def emitted(day: date, driven_km: float, code: str, stops: Sequence[Stop]) -> TourEmissions | None:
    """None without a class (tours before December 2026), without stops, or where a place is unknown.

    None over water either: what the ship emits for the truck is not in the truck's kilometres. Its orders are
    estimated then, ships included.

    The distances of all orders are measured alike: by the net, or all by the great circle where it has no
    road for one of them. What lies between an order's ends on this tour does not count.
    """
    ends: dict[str, list[Stop]] = {}
    for stop in stops:
        ends.setdefault(stop.order_id, []).append(stop)
    ways = {order_id: way(pair[0].site, pair[-1].site) for order_id, pair in ends.items()}
    found = {order_id: one for order_id, one in ways.items() if one}
    over_water = any(stop.ferries for stop in stops)
    if not code or not ways or over_water or len(found) < len(ways):
        return None
    bases = {one.basis for one in found.values()}
    crow = CROW_FLY in bases
    loads = [
        Load(
            order_id,
            pair[0].weight_kg,
            _straight(pair[0].site, pair[-1].site) if crow else found[order_id].km,
        )
        for order_id, pair in ends.items()
    ]
    if crow:
        return of_tour(driven_km, loads, code, day, kind="great_circle", basis=GREAT_CIRCLE)
    return of_tour(driven_km, loads, code, day, basis=min(bases))


def _straight(start: Site, end: Site) -> float:
    return great_circle_km(
        (start.latitude or 0.0, start.longitude or 0.0), (end.latitude or 0.0, end.longitude or 0.0)
    )
