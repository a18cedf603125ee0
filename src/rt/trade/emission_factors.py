"""How much a lorry burns by the kilometre, and what a litre emits: the dated tables that the law gives.

Code des transports, L. 1431-3 and D. 1431-1 to 1431-23: whoever sells a transport tells what it emits. Here
stand the values of level 1, which the law leaves to firms of fewer than 50 employees; own measurements
(levels 2 to 4) come in their place, row by row. Nothing else of the platform knows a factor.
"""

from collections.abc import Sequence
from datetime import date
from typing import Literal, NamedTuple

from rt.kernel.model.messages import View
from rt.trade.loading import equipment
from rt.trade.tables import Dated, row_on

IN_FORCE = date(2013, 10, 1)
"""Since when the information is due."""
ARRETE = "arrêté du 10 avril 2012 (TRAT1209296A), annexe II"
ARRETE_2017 = "arrêté du 26 avril 2017, annexe (legal.tricoteuses.fr/articles/JORFARTI000034502756)"
RO_RO = (
    "GLEC Framework v3.2, Ro-Ro 10 000-14 999 t, fioul lourd : 31,3 g/t.km en fonctionnement"
    " (climatiq.io/data/emission-factor/1878431c-f253-8930-80ad-1b0fe63f6347) ; amont au prorata du fioul"
    " lourd de l'arrêté du 26 avril 2017. Un ferry mixte n'a pas été lu : à vérifier"
)
SHUTTLE = (
    "part électrique du train de 400 t de l'arrêté du 10 avril 2012 (16,60 kWh/km), électricité de France"
    " métropolitaine de 2017 (0,048 kg/kWh) ; la navette elle-même n'a pas été lue : à vérifier"
)


class Energy(Dated, frozen=True, kw_only=True):
    """A litre of diesel, in grams of CO2e: what bringing it into the tank emits, and what burning it does."""

    upstream_g: float
    use_g: float

    @property
    def total_g(self) -> float:
        return self.upstream_g + self.use_g


DIESEL: tuple[Energy, ...] = (
    Energy(
        starts_on=IN_FORCE,
        ends_on=date(2017, 5, 31),
        source="arrêté du 10 avril 2012 (TRAT1209296A), annexe I : CO2 seul",
        verified=True,
        upstream_g=580,
        use_g=2_490,
    ),
    Energy(starts_on=date(2017, 6, 1), source=ARRETE_2017, verified=True, upstream_g=660, use_g=2_510),
)
"""For the road and for the cooling engine alike: both tables give them the same."""


class RoadClass(Dated, frozen=True, kw_only=True):
    """A kind of road transport: litres by the kilometre, and the usual load, empty trips counted in."""

    code: str
    fr: str
    en: str
    load_t: float
    litres_per_km: float
    cooling_litres_per_km: float = 0


def _class(
    code: str, fr: str, en: str, load_t: float, litres_per_km: float, cooling_litres_per_km: float = 0
) -> RoadClass:
    return RoadClass(
        code=code,
        fr=fr,
        en=en,
        load_t=load_t,
        litres_per_km=litres_per_km,
        cooling_litres_per_km=cooling_litres_per_km,
        starts_on=IN_FORCE,
        source=ARRETE,
        verified=True,
    )


ROAD_CLASSES: tuple[RoadClass, ...] = (
    _class("van_letters", "VUL 3,5 t express (plis)", "3.5 t van, express letters", 0.26, 0.160),
    _class("van_parcels", "VUL 3,5 t express (colis)", "3.5 t van, express parcels", 0.46, 0.160),
    _class("rigid_19_express", "Porteur 19 t express", "19 t rigid, express", 2.5, 0.270),
    _class("artic_40_groupage", "Articulé 40 t messagerie", "40 t articulated, groupage", 6.0, 0.342),
    _class("rigid_19", "Porteur 19 t messagerie", "19 t rigid, groupage", 2.5, 0.270),
    _class(
        "artic_40_groupage_cold", "Articulé 40 t messagerie frigorifique",
        "40 t articulated, chilled groupage", 7.1, 0.342, 0.070,
    ),
    _class(
        "rigid_19_cold", "Porteur 19 t messagerie frigorifique",
        "19 t rigid, chilled groupage", 3.3, 0.270, 0.055,
    ),
    _class("rigid_7t5", "Porteur 7,5 t", "7.5 t rigid", 0.9, 0.220),
    _class("rigid_12", "Porteur 12 t", "12 t rigid", 1.8, 0.240),
    _class("artic_26_volume", "Articulé 26 t grand volume", "26 t articulated, high volume", 6.0, 0.305),
    _class("artic_35_cars", "Articulé 35 t porte-voitures", "35 t car transporter", 6.0, 0.370),
    _class("artic_40", "Articulé 40 t longue distance", "40 t articulated, long distance", 12.5, 0.342),
    _class("artic_40_regional", "Articulé 40 t régional", "40 t articulated, regional", 12.5, 0.338),
    _class("artic_40_volume", "Articulé 40 t grand volume", "40 t articulated, high volume", 12.5, 0.379),
    _class("artic_40_cold", "Articulé 40 t groupe froid", "40 t articulated, cooled", 12.5, 0.332, 0.070),
    _class("artic_40_tipper", "Articulé 40 t benne TP", "40 t articulated, tipper", 12.5, 0.427),
    _class("artic_40_grain", "Articulé 40 t benne céréalière", "40 t articulated, grain tipper", 12.5, 0.405),
    _class("artic_40_container", "Articulé 40 t porte-conteneur", "40 t articulated, container", 12.5, 0.373),
    _class("artic_40_tank", "Articulé 40 t citerne", "40 t articulated, tank", 12.5, 0.353),
)  # fmt: skip
"""Tonnes, litres of diesel, litres of the cooling engine; the three classes of removals, by the m³, are left
out. Groupage: parcels and small lots through hubs."""


class ShipClass(Dated, frozen=True, kw_only=True):
    """What carries lorries over water, in grams of CO2e by tonne of goods and kilometre."""

    kind: Literal["ferry", "shuttle"]
    upstream_g: float
    use_g: float


SHIP_CLASSES: tuple[ShipClass, ...] = (
    ShipClass(kind="ferry", upstream_g=5.0, use_g=31.3, starts_on=IN_FORCE, source=RO_RO, verified=False),
    ShipClass(kind="shuttle", upstream_g=2.0, use_g=0.0, starts_on=IN_FORCE, source=SHUTTLE, verified=False),
)


class Factor(View):
    """What a figure was computed with, kept with it: a table that is mended later changes no past figure.

    `usual_load_t` is what such a vehicle carries on average, empty trips counted in.
    """

    vehicle_class: str
    fr: str
    en: str
    litres_per_km: float
    usual_load_t: float
    grams_per_litre: float
    use_grams_per_litre: float
    source: str
    starts_on: date
    verified: bool

    @property
    def grams_per_km(self) -> float:
        """From well to wheel."""
        return self.litres_per_km * self.grams_per_litre

    @property
    def grams_per_tonne_km(self) -> float:
        return self.grams_per_km / self.usual_load_t

    @property
    def use_share(self) -> float:
        """How much of it the vehicle itself emits."""
        return self.use_grams_per_litre / self.grams_per_litre


class Body(NamedTuple):
    """What decides a vehicle's class."""

    gross_kg: float
    articulated: bool
    cold: bool = False
    high_volume: bool = False


def factor(code: str, on: date) -> Factor:
    """Of that class on that day; before the information was due, as on its first."""
    on = max(on, IN_FORCE)
    row, diesel = row_on(_of(code), on), row_on(DIESEL, on)
    return Factor(
        vehicle_class=row.code,
        fr=row.fr,
        en=row.en,
        litres_per_km=row.litres_per_km + row.cooling_litres_per_km,
        usual_load_t=row.load_t,
        grams_per_litre=diesel.total_g,
        use_grams_per_litre=diesel.use_g,
        source=f"{row.source} ; {diesel.source}",
        starts_on=max(row.starts_on, diesel.starts_on),
        verified=row.verified and diesel.verified,
    )


def ship_class(kind: str, on: date) -> ShipClass:
    """A bridge carries nobody; whatever else is not a shuttle train is a ferry."""
    wanted = "shuttle" if kind == "shuttle" else "ferry"
    return row_on([one for one in SHIP_CLASSES if one.kind == wanted], max(on, IN_FORCE))


def class_of(body: Body) -> str:
    """The class of a vehicle: by what it may weigh, whether it bends, whether it cools."""
    if body.articulated:
        if body.gross_kg <= 26_000:
            return "artic_26_volume"
        return "artic_40_cold" if body.cold else "artic_40_volume" if body.high_volume else "artic_40"
    for most, code in ((3_500, "van_parcels"), (7_500, "rigid_7t5"), (12_000, "rigid_12")):
        if body.gross_kg <= most:
            return code
    return "rigid_19_cold" if body.cold else "rigid_19"


def class_asked(code: str, cold: bool, on: date) -> str:
    """The class of the kind of vehicle that an order asks for, by its code in `loading`."""
    return class_of(
        Body(
            gross_kg=equipment(code, on).gross_kg,
            articulated=code.startswith(("semi_", "road_train")),
            cold=cold or code == "semi_reefer",
            high_volume=code in ("semi_mega", "road_train"),
        )
    )


def _of(code: str) -> Sequence[RoadClass]:
    return [one for one in ROAD_CLASSES if one.code == code]
