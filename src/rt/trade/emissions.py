"""What carrying goods emits: the estimate of one order, and what a tour emits, shared among its orders.

ISO 14083: the emissions of a tour, empty running included, belong to its shipments by their tonne-kilometres
on the shortest feasible distance of each, not on the way that the truck took with it. So the parts add up to
the whole, and no order's share of the whole depends on when its stops are called at.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from math import fsum
from typing import Literal, NamedTuple

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


def of_share(tour: TourEmissions, order_id: str) -> Emissions | None:
    """The share of an order, as the order keeps it: without what the tour carries for others."""
    found = next((one for one in tour.shares if one.order_id == order_id), None)
    if found is None:
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


def together(legs: Mapping[str, Emissions]) -> Emissions:
    """Of an order that others carry in legs, by their orders' identities: what they emit for it, added up.

    Each must be that order's own part of its leg; `shared` makes it where a leg carries several.
    """
    parts = [LegPart(order_id=one, grams=leg.grams, use_grams=leg.use_grams) for one, leg in legs.items()]
    tonne_km = fsum(leg.tonne_km for leg in legs.values())
    grams = fsum(part.grams for part in parts)
    kinds = {leg.distance_kind for leg in legs.values()}
    return Emissions(
        method="legs",
        grams=grams,
        use_grams=fsum(part.use_grams for part in parts),
        mass_kg=max((leg.mass_kg for leg in legs.values()), default=0),
        distance_km=fsum(leg.distance_km for leg in legs.values()),
        tonne_km=tonne_km,
        grams_per_tonne_km=grams / tonne_km if tonne_km else 0,
        distance_kind="great_circle" if "great_circle" in kinds else "road",
        level=min((leg.level for leg in legs.values()), default=1),
        ships=[ship for leg in legs.values() for ship in leg.ships],
        legs=parts,
    )


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
