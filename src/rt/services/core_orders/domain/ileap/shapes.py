"""The objects of iLEAP 1.0.0 that the platform makes, by the names of their properties there.

Not made of what they may hold: incoterms (not everybody who may read a footprint may read them), the street,
hours of departure and arrival, other exhaust than CO2e, the load factor.
"""

import msgspec


class Json(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel"):
    """An object of the specification: what is not known is left out."""


class Location(Json, frozen=True, kw_only=True):
    """Where goods begin or end a stage."""

    city: str
    country: str
    zip: str = ""
    lat: str = ""
    lng: str = ""


class Tce(Json, frozen=True, kw_only=True):
    """A stage of the transport chain: the road, or one ship."""

    tce_id: str
    toc_id: str
    shipment_id: str
    consignment_id: str
    mass: str
    distance: dict[str, str]
    transport_activity: str
    co2e_wtw: str = msgspec.field(name="co2eWTW")
    co2e_ttw: str = msgspec.field(name="co2eTTW")
    origin: Location | None = None
    destination: Location | None = None


class ShipmentFootprint(Json, frozen=True, kw_only=True):
    """One order; `volume` is in cubic metres."""

    mass: str
    shipment_id: str
    tces: list[Tce]
    volume: str = ""


class EnergyCarrier(Json, frozen=True, kw_only=True):
    """What was burnt, with its factors by litre."""

    energy_carrier: str
    relative_share: str
    wtw: str = msgspec.field(name="emissionFactorWTW")
    ttw: str = msgspec.field(name="emissionFactorTTW")


class Toc(Json, frozen=True, kw_only=True):
    """A category of transport: what it emits by tonne-kilometre."""

    toc_id: str
    description: str
    mode: str
    energy_carriers: list[EnergyCarrier]
    wtw: str = msgspec.field(name="co2eIntensityWTW")
    ttw: str = msgspec.field(name="co2eIntensityTTW")
    unit: str = msgspec.field(name="transportActivityUnit")
    temperature_control: str = ""
