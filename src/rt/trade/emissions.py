"""What carrying goods emits: the estimate of one order, and what a tour emits, shared among its orders.

ISO 14083: the emissions of a tour, empty running included, belong to its shipments by their tonne-kilometres
on the shortest feasible distance of each, not on the way that the truck took with it. So the parts add up to
the whole, and no order's share of the whole depends on when its stops are called at.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import fsum
from typing import Literal, NamedTuple

from msgspec import structs

from rt.kernel.model.messages import View
from rt.trade.crossings import crossings
from rt.trade.emission_factors import Factor, factor, ship_class

DistanceKind = Literal["road", "great_circle"]
"""By road it is the fastest way of the net, which stands for the shortest feasible one."""
Method = Literal["estimate", "tour", "legs"]
GREAT_CIRCLE = "great circle"


class ShipPart(View):
    """A ferry or a shuttle train on the way, by its name: it has a factor of its own."""

    crossing_id: str
    name: str
    kind: Literal["ferry", "shuttle"]
    km: float
    grams_per_tonne_km: float
    grams: float
    use_grams: float
    source: str
    verified: bool


class Share(View):
    """What one order has of a tour's emissions, by its tonne-kilometres."""

    order_id: str
    mass_kg: float
    distance_km: float
    tonne_km: float
    grams: float
    use_grams: float


class TourEmissions(View):
    """What a tour emits: driven kilometres, those without goods too, times what its class of vehicle does.

    `grams` are CO2e from well to wheel, `use_grams` those of the vehicle itself.
    """

    driven_km: float
    grams: float
    use_grams: float
    tonne_km: float
    distance_kind: DistanceKind
    distance_basis: str
    factor: Factor
    shares: list[Share]


class LegPart(View):
    """What a sub-contracted leg adds to the order that it carries."""

    order_id: str
    grams: float
    use_grams: float


class Emissions(View):
    """What carrying one order emits, and every number that it was made of.

    `grams` are CO2e from well to wheel, `use_grams` those of the vehicles themselves. An `estimate` is tonnes
    by kilometres by the factor of its class, ships apart; a share of a `tour` is tonnes by kilometres by what
    the tour emits for each; of sub-contracted `legs` it is their sum.
    """

    method: Method
    grams: float
    use_grams: float
    mass_kg: float
    distance_km: float
    tonne_km: float
    grams_per_tonne_km: float
    distance_kind: DistanceKind = "road"
    distance_basis: str = ""
    level: int = 1
    factor: Factor | None = None
    ships: list[ShipPart] = []
    legs: list[LegPart] = []


class Stretch(NamedTuple):
    """From place to place: kilometres by road, and the crossings on the way by their identities."""

    km: float
    kind: DistanceKind
    basis: str
    ships: Sequence[tuple[str, float]] = ()


class Load(NamedTuple):
    """What a tour carries for one order, and how far apart that order's own ends are."""

    order_id: str
    mass_kg: float
    distance_km: float

    @property
    def tonne_km(self) -> float:
        return self.mass_kg / 1000 * self.distance_km


def estimate(mass_kg: float, way: Stretch, code: str, on: date) -> Emissions:
    """Of an order that no tour carries yet, or none that is known: as such goods usually travel."""
    used, tonnes = factor(code, on), mass_kg / 1000
    road = tonnes * way.km * used.grams_per_tonne_km
    ships = [_ship(identity, km, tonnes, on) for identity, km in way.ships]
    return Emissions(
        method="estimate",
        grams=fsum([road, *(one.grams for one in ships)]),
        use_grams=fsum([road * used.use_share, *(one.use_grams for one in ships)]),
        mass_kg=mass_kg,
        distance_km=way.km,
        tonne_km=tonnes * way.km,
        grams_per_tonne_km=used.grams_per_tonne_km,
        distance_kind=way.kind,
        distance_basis=way.basis,
        factor=used,
        ships=ships,
    )


def of_tour(
    driven_km: float,
    loads: Sequence[Load],
    code: str,
    on: date,
    *,
    kind: DistanceKind = "road",
    basis: str = "",
) -> TourEmissions:
    """What a tour emits and what each of its orders has of it; `kind` and `basis` are of their distances."""
    used = factor(code, on)
    grams = driven_km * used.grams_per_km
    return TourEmissions(
        driven_km=driven_km,
        grams=grams,
        use_grams=grams * used.use_share,
        tonne_km=fsum(load.tonne_km for load in loads),
        distance_kind=kind,
        distance_basis=basis,
        factor=used,
        shares=shared(grams, grams * used.use_share, loads),
    )


def shared(grams: float, use_grams: float, loads: Sequence[Load]) -> list[Share]:
    """The parts of a whole by tonne-kilometres; they add up to it, whatever the order of the loads.

    Without any weight on board the distances share it; without any distance, each load has the same.
    """
    weights = next((found for found in _weights(loads) if fsum(found) > 0), [1.0 for _ in loads])
    whole = fsum(weights)
    return [
        Share(
            order_id=load.order_id,
            mass_kg=load.mass_kg,
            distance_km=load.distance_km,
            tonne_km=load.tonne_km,
            grams=grams * (weight / whole),
            use_grams=use_grams * (weight / whole),
        )
        for load, weight in zip(loads, weights, strict=True)
    ]


def of_share(tour: TourEmissions | None, order_id: str) -> Emissions | None:
    """The share of an order, as the order keeps it: without what the tour carries for others."""
    found = next((one for one in tour.shares if one.order_id == order_id), None) if tour else None
    if tour is None or found is None:
        return None
    return Emissions(
        method="tour",
        grams=found.grams,
        use_grams=found.use_grams,
        mass_kg=found.mass_kg,
        distance_km=found.distance_km,
        tonne_km=found.tonne_km,
        grams_per_tonne_km=found.grams / found.tonne_km if found.tonne_km else 0,
        distance_kind=tour.distance_kind,
        distance_basis=tour.distance_basis,
        factor=tour.factor,
    )


def together(legs: Mapping[str, Emissions], mass_kg: float = 0) -> Emissions:
    """Of an order that others carry in legs, by their orders' identities: what they emit for it, added up.

    Each must be that order's own part of its leg; `shared` makes it where a leg carries several. `mass_kg` is
    that of the whole order: legs side by side carry a part of it each.
    """
    parts = [LegPart(order_id=one, grams=leg.grams, use_grams=leg.use_grams) for one, leg in legs.items()]
    return structs.replace(_added(list(legs.values()), mass_kg), method="legs", legs=parts, factor=None)


def in_turn(tours: Sequence[Emissions], mass_kg: float) -> Emissions:
    """Of an order whose goods changed trucks: its shares of each tour, added up."""
    return structs.replace(_added(tours, mass_kg), method="tour") if len(tours) > 1 else tours[0]


def _added(parts: Sequence[Emissions], mass_kg: float) -> Emissions:
    """The sum; its distance is how far the whole mass would go for the tonne-kilometres of all parts."""
    tonne_km, grams = fsum(one.tonne_km for one in parts), fsum(one.grams for one in parts)
    mass = mass_kg or max((one.mass_kg for one in parts), default=0)
    kinds, factors = {one.distance_kind for one in parts}, {one.factor for one in parts}
    return Emissions(
        method="legs",
        grams=grams,
        use_grams=fsum(one.use_grams for one in parts),
        mass_kg=mass,
        distance_km=tonne_km * 1000 / mass if mass else fsum(one.distance_km for one in parts),
        tonne_km=tonne_km,
        grams_per_tonne_km=(grams - fsum(ship.grams for one in parts for ship in one.ships)) / tonne_km
        if tonne_km
        else 0,
        distance_kind="great_circle" if "great_circle" in kinds else "road",
        level=min((one.level for one in parts), default=1),
        factor=factors.pop() if len(factors) == 1 else None,
        ships=_by_crossing(ship for one in parts for ship in one.ships),
    )


def _by_crossing(ships: Iterable[ShipPart]) -> list[ShipPart]:
    """One part for each crossing: trucks side by side take the same ferry."""
    found: dict[str, ShipPart] = {}
    for ship in ships:
        known = found.get(ship.crossing_id)
        found[ship.crossing_id] = (
            structs.replace(known, grams=known.grams + ship.grams, use_grams=known.use_grams + ship.use_grams)
            if known
            else ship
        )
    return list(found.values())


def _weights(loads: Sequence[Load]) -> Sequence[list[float]]:
    return [load.tonne_km for load in loads], [load.distance_km for load in loads]


def _ship(identity: str, km: float, tonnes: float, on: date) -> ShipPart:
    crossing = crossings()[identity]
    row = ship_class(crossing.kind, on)
    return ShipPart(
        crossing_id=identity,
        name=crossing.name,
        kind=row.kind,
        km=km,
        grams_per_tonne_km=row.upstream_g + row.use_g,
        grams=tonnes * km * (row.upstream_g + row.use_g),
        use_grams=tonnes * km * row.use_g,
        source=row.source,
        verified=row.verified,
    )
