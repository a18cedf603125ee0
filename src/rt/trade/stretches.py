"""How far apart the ends of a transport are, as its emissions are shared by: on the road net.

Apart from the rules of `emissions`, which contracts and pages import: whoever imports this holds the net.
"""

from rt.trade import roads
from rt.trade.distances import Point, great_circle_km
from rt.trade.emissions import GREAT_CIRCLE, Stretch


def stretch(start: Point, end: Point) -> Stretch:
    """The shortest feasible distance of two places; where no road leads, the great circle (ISO 14083)."""
    found = roads.road(*sorted((start, end)))
    if isinstance(found, roads.NoRoad):
        return Stretch(great_circle_km(start, end), "great_circle", GREAT_CIRCLE)
    return Stretch(found.km, "road", found.basis, [(ship.id, ship.km) for ship in found.ships])
