"""From orders and what they emit to the footprints and categories that other systems read."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from uuid import NAMESPACE_URL, uuid5

import msgspec

from rt.services.core_orders.domain.ileap.shapes import EnergyCarrier, Location, ShipmentFootprint, Tce, Toc
from rt.services.core_orders.domain.order import Order
from rt.trade.emission_factors import Factor
from rt.trade.emissions import Emissions, ShipPart
from rt.trade.places import Site

SPECIFICATION = "https://sine-fdn.github.io/ileap-extension/"
SCHEMAS = "https://api.ileap.sine.dev/"
LOGISTICS_SERVICES = "83117"
"""Of the Central Product Classification, as the specification has it."""
URN = "urn:pathfinder:product:customcode:vendor-assigned"
WHOSE = "urn:rt-technologie:organization"
BOUNDARY = (
    "Well to wheel, French level 1 values (arrêté du 10 avril 2012, arrêté du 26 avril 2017), empty trips"
    " included; shared by tonne-kilometres on the shortest feasible distance (ISO 14083:2023)"
)


class Shipment(msgspec.Struct, frozen=True):
    """An order with what carrying it emits; it has a weight and goes some way."""

    order: Order
    emissions: Emissions

    def footprint(self) -> ShipmentFootprint:
        order = self.order
        return ShipmentFootprint(
            mass=_decimal(self.emissions.mass_kg),
            shipment_id=order.id,
            tces=[self._road(), *(self._ship(one) for one in self.emissions.ships)],
            volume=_decimal(order.volume_m3) if order.volume_m3 else "",
        )

    def tocs(self) -> Iterable[Toc]:
        """The categories that its stages name."""
        yield self._toc()
        yield from (_ship_toc(one) for one in self.emissions.ships)

    def product(self, company: str, company_id: str) -> dict[str, object]:
        """The footprint in its envelope."""
        order, footprint = self.order, self.footprint()
        begins = order.pickup_at or order.created_at
        tonne_km = sum(Decimal(one.transport_activity) for one in footprint.tces)
        grams = sum(Decimal(one.co2e_wtw) for one in footprint.tces)
        return _product(
            kind="shipment",
            identity=order.id,
            version=order.version,
            created=order.created_at,
            company=(company, company_id),
            amount=f"{tonne_km:f}",
            kilograms=f"{grams:f}",
            period=(begins, order.delivery_at or begins),
            schema="shipment-footprint.json",
            data=footprint,
        )

    @property
    def _by_road(self) -> tuple[float, float]:
        """Grams from well to wheel and of the vehicle, without those of ships; of legs, all together."""
        ships = self.emissions.ships
        return (
            self.emissions.grams - sum(one.grams for one in ships),
            self.emissions.use_grams - sum(one.use_grams for one in ships),
        )

    def _road(self) -> Tce:
        """By road, whatever ships lie between."""
        order, whole = self.order, self.emissions
        kind = "sfd" if whole.distance_kind == "road" else "gcd"
        stage = self._stage(
            "road", self._toc().toc_id, {kind: _decimal(whole.distance_km)}, self._by_road, whole.mass_kg
        )
        ends = _location(order.pickup.site), _location(order.delivery.site)
        return msgspec.structs.replace(stage, origin=ends[0], destination=ends[1])

    def _ship(self, ship: ShipPart) -> Tce:
        """Of what crosses there: not all legs need take the same way."""
        distance, grams = {"gcd": _decimal(ship.km)}, (ship.grams, ship.use_grams)
        mass_kg = ship.grams / ship.grams_per_tonne_km / ship.km * 1000
        return self._stage(ship.crossing_id, ship.crossing_id, distance, grams, mass_kg)

    def _stage(
        self, name: str, toc_id: str, distance: dict[str, str], grams: tuple[float, float], mass_kg: float
    ) -> Tce:
        """Its activity is its mass by its distance as they are written: whoever checks finds the same."""
        mass = _decimal(mass_kg)
        activity = Decimal(mass) * Decimal(next(iter(distance.values()))) / 1000
        return Tce(
            tce_id=f"{self.order.id}-{name}",
            toc_id=toc_id,
            shipment_id=self.order.id,
            consignment_id=self.order.reference,
            mass=mass,
            distance=distance,
            transport_activity=f"{activity:f}",
            co2e_wtw=_kilograms(grams[0]),
            co2e_ttw=_kilograms(grams[1]),
        )

    def _toc(self) -> Toc:
        """The class of the law; where a tour or legs carried it, what these emitted by tonne-kilometre."""
        found, used = self.emissions, self.emissions.factor
        code = used.vehicle_class if used else "legs"
        own = self.order.id if found.method != "estimate" or used is None else used.starts_on.isoformat()
        whole, use = self._by_road
        return Toc(
            toc_id=f"{code}-{own}",
            description=f"{used.en if used else 'Several legs'} ({found.method})",
            mode="Road",
            energy_carriers=[_diesel(used)],
            wtw=_kilograms(found.grams_per_tonne_km),
            ttw=_kilograms(found.grams_per_tonne_km * use / whole),
            unit="tkm",
            temperature_control="refrigerated" if code.endswith("_cold") else "",
        )


def products(
    shipments: Iterable[Shipment], since: date, until: date, company: tuple[str, str]
) -> list[dict[str, object]]:
    """The footprints of shipments, then each category that they name once."""
    found, tocs = [], dict[str, Toc]()
    for one in shipments:
        found.append(one.product(*company))
        tocs |= {toc.toc_id: toc for toc in one.tocs()}
    begins = datetime.combine(since, time(), UTC)
    ends = datetime.combine(until, time(23, 59, 59), UTC)
    for toc in tocs.values():
        found.append(
            _product(
                kind="toc",
                identity=toc.toc_id,
                version=0,
                created=begins,
                company=company,
                amount="1",
                kilograms=toc.wtw,
                period=(begins, ends),
                schema="toc.json",
                data=toc,
            )
        )
    return found


def _product(
    *,
    kind: str,
    identity: str,
    version: int,
    created: datetime,
    company: tuple[str, str],
    amount: str,
    kilograms: str,
    period: tuple[datetime, datetime],
    schema: str,
    data: ShipmentFootprint | Toc,
) -> dict[str, object]:
    """What every ProductFootprint says; what the specification derives from `data` is derived."""
    name = f"{kind.upper() if kind == 'toc' else 'Shipment'} with ID {identity}"
    return {
        "id": str(uuid5(NAMESPACE_URL, f"{URN}:{kind}:{identity}")),
        "specVersion": "2.2.0",
        "version": version,
        "created": _moment(created),
        "status": "Active",
        "companyName": company[0],
        "companyIds": [f"{WHOSE}:{company[1]}"],
        "productDescription": f"Logistics emissions related to {name}",
        "productIds": [f"{URN}:{kind}:{identity}"],
        "productCategoryCpc": LOGISTICS_SERVICES,
        "productNameCompany": name,
        "comment": "",
        "pcf": {
            "declaredUnit": "ton kilometer",
            "unitaryProductAmount": amount,
            "pCfExcludingBiogenic": kilograms,
            "fossilGhgEmissions": kilograms,
            "fossilCarbonContent": "0",
            "biogenicCarbonContent": "0",
            "characterizationFactors": "AR5",
            "ipccCharacterizationFactorsSources": ["AR5"],
            "crossSectoralStandardsUsed": [],
            "boundaryProcessesDescription": BOUNDARY,
            "referencePeriodStart": _moment(period[0]),
            "referencePeriodEnd": _moment(period[1]),
            "exemptedEmissionsPercent": 0,
            "exemptedEmissionsDescription": "",
            "packagingEmissionsIncluded": False,
            "primaryDataShare": 0,
        },
        "extensions": [
            {
                "specVersion": "2.0.0",
                "dataSchema": f"{SCHEMAS}{schema}",
                "documentation": SPECIFICATION,
                "data": data,
            }
        ],
    }


def _ship_toc(ship: ShipPart) -> Toc:
    """A ship burns heavy oil, the shuttle runs on electricity; grams by tonne-kilometre stand for both."""
    use = ship.use_grams / ship.grams * ship.grams_per_tonne_km
    electric = ship.kind == "shuttle"
    carrier = EnergyCarrier(
        energy_carrier="Electric" if electric else "HFO",
        relative_share="1",
        wtw="0.048" if electric else "3.64",
        ttw="0" if electric else "3.14",
    )
    return Toc(
        toc_id=ship.crossing_id,
        description=ship.name,
        mode="Rail" if electric else "Sea",
        energy_carriers=[carrier],
        wtw=_kilograms(ship.grams_per_tonne_km),
        ttw=_kilograms(use),
        unit="tkm",
    )


def _diesel(used: Factor | None) -> EnergyCarrier:
    """Of legs as of any other lorry today: each leg says its own."""
    wtw, ttw = (used.grams_per_litre, used.use_grams_per_litre) if used else (3_170.0, 2_510.0)
    return EnergyCarrier(
        energy_carrier="Diesel", relative_share="1", wtw=_kilograms(wtw), ttw=_kilograms(ttw)
    )


def _location(site: Site) -> Location:
    place, known = site.address, site.latitude is not None and site.longitude is not None
    return Location(
        city=place.city,
        country=place.country,
        zip=place.postal_code,
        lat=_decimal(site.latitude or 0) if known else "",
        lng=_decimal(site.longitude or 0) if known else "",
    )


def _decimal(number: float) -> str:
    """As the specification writes numbers: in full, never 1e-05."""
    return f"{Decimal(repr(round(number, 6))).normalize():f}"


def _kilograms(grams: float) -> str:
    return _decimal(grams / 1000)


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
