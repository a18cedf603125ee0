"""What goods take up on a vehicle: loading metres (mètres de plancher), pallets, weight, and what fits."""

from collections.abc import Sequence
from datetime import date
from fractions import Fraction
from math import ceil

import msgspec

from rt.kernel.core.errors import Invalid, NotFound, Refusal
from rt.trade.goods import Goods
from rt.trade.tables import Dated, in_force

VEHICLE_WIDTH_M = 2.4
"""Loading width by which the trade counts loading metres."""
TOLERANCE = 0.005
"""Half a centimetre, half a kilogram: below what anybody measures."""


class PalletType(msgspec.Struct, frozen=True):
    """A kind of pallet; `exchangeable` pallets are counted and given back (EPAL, UIC 435-2)."""

    code: str
    fr: str
    en: str
    length_cm: int
    width_cm: int
    tare_kg: float
    exchangeable: bool

    @property
    def loading_metres(self) -> float:
        return floor_metres(self.length_cm, self.width_cm)


PALLET_TYPES: tuple[PalletType, ...] = (
    PalletType("EUR", "Europe (EPAL 1)", "Euro pallet (EPAL 1)", 120, 80, 25, True),
    PalletType("EUR2", "Europe 2 (EPAL 2)", "EPAL 2", 120, 100, 35, True),
    PalletType("EUR3", "Europe 3 (EPAL 3)", "EPAL 3", 100, 120, 30, True),
    PalletType("EUR6", "Demi-palette (EPAL 6)", "Half pallet (EPAL 6)", 80, 60, 9.5, True),
    PalletType("IND", "Industrielle 100 x 120", "Industrial 100 x 120", 120, 100, 28, False),
    PalletType("CHEP", "CHEP 80 x 120", "CHEP 80 x 120", 120, 80, 25, False),
    PalletType("LPR", "LPR 80 x 120", "LPR 80 x 120", 120, 80, 24, False),
    PalletType("LOST", "Perdue 80 x 120", "One-way 80 x 120", 120, 80, 12, False),
)
"""The usual pallets; CHEP and LPR belong to their hirer and are not exchanged between partners."""


class Equipment(Dated, frozen=True, kw_only=True):
    """A kind of vehicle or body and what it takes; `floor_pallets` by pallet footprint, unstacked.

    `payload_kg` is what usual vehicles of that kind carry: the vehicle's own papers always win.
    """

    code: str
    fr: str
    en: str
    loading_metres: float
    floor_pallets: dict[str, int]
    payload_kg: int
    volume_m3: float
    gross_kg: int


def _usual(
    code: str, fr: str, en: str, metres: float, eur: int, ind: int, payload: int, volume: float, gross: int
) -> Equipment:
    return Equipment(
        code=code,
        fr=fr,
        en=en,
        loading_metres=metres,
        floor_pallets={"EUR": eur, "IND": ind},
        payload_kg=payload,
        volume_m3=volume,
        gross_kg=gross,
        starts_on=date(2015, 1, 1),
        source="usages de la profession ; semi-remorque : 13,6 m, 33 palettes, 24 t",
        verified=False,
    )


EQUIPMENT: tuple[Equipment, ...] = (
    _usual("semi_tautliner", "Semi-remorque bâchée", "Curtain-sider", 13.6, 33, 26, 24_000, 90, 44_000),
    _usual("semi_box", "Semi-remorque fourgon", "Box semi-trailer", 13.6, 33, 26, 24_000, 86, 44_000),
    _usual("semi_reefer", "Semi-remorque frigorifique", "Reefer", 13.3, 33, 26, 22_000, 84, 44_000),
    _usual("semi_mega", "Semi-remorque méga (3 m)", "Mega trailer (3 m)", 13.6, 33, 26, 24_000, 100, 44_000),
    _usual("road_train", "Camion-remorque", "Road train", 15.4, 38, 30, 24_000, 120, 44_000),
    _usual("rigid_26t", "Porteur 26 t", "26 t rigid", 8.0, 20, 16, 14_000, 50, 26_000),
    _usual("rigid_19t", "Porteur 19 t", "19 t rigid", 7.2, 18, 14, 9_000, 45, 19_000),
    _usual("rigid_12t", "Porteur 12 t", "12 t rigid", 6.2, 15, 12, 5_500, 36, 12_000),
    _usual("rigid_7t5", "Porteur 7,5 t", "7.5 t rigid", 6.0, 14, 12, 2_800, 32, 7_500),
    _usual("van_20m3", "Fourgon 20 m³", "20 m³ van", 4.1, 8, 6, 900, 20, 3_500),
    _usual("van_12m3", "Fourgonnette 12 m³", "12 m³ van", 3.2, 4, 3, 1_200, 12, 3_500),
)
"""Metres, Euro and industrial pallets, payload in kg, m³, permitted gross kg; columns in that order."""


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What goods lines add up to; `floor_pallets` is how many stand on the floor, by pallet type."""

    packages: int
    pallets: int
    weight_kg: float
    volume_m3: float
    loading_metres: float
    floor_pallets: dict[str, int]


class EquipmentUnknown(NotFound):
    fr = "Le matériel {code} n'est pas dans la table."
    en = "Equipment {code} is not in the table."


class PalletTypeUnknown(Invalid):
    fr = "Le type de palette {code} n'est pas dans la table."
    en = "Pallet type {code} is not in the table."


class WeightOverload(Invalid):
    fr = "{needed} kg pour une charge utile de {available} kg ({fr_name}) : {excess} kg de trop."
    en = "{needed} kg for a payload of {available} kg ({en_name}): {excess} kg too much."


class FloorOverload(Invalid):
    fr = "{needed} m de plancher pour {available} m ({fr_name}) : {excess} m de trop."
    en = "{needed} loading metres for {available} ({en_name}): {excess} too many."


class PalletOverload(Invalid):
    fr = "{needed} palettes au sol, {excess} de trop ({fr_name} : {available})."
    en = "{needed} pallets on the floor, {excess} too many ({en_name}: {available})."


class VolumeOverload(Invalid):
    fr = "{needed} m³ pour {available} m³ ({fr_name}) : {excess} m³ de trop."
    en = "{needed} m³ for {available} m³ ({en_name}): {excess} m³ too much."


def floor_metres(length_cm: float, width_cm: float, stack_factor: int = 1) -> float:
    """Loading metres of one package: length × width / 2.4 / how many stand on each other."""
    return (length_cm / 100) * (width_cm / 100) / VEHICLE_WIDTH_M / stack_factor


def pallet_type(code: str, *, field: str = "pallet_type") -> PalletType:
    """The pallet of that code, or PalletTypeUnknown."""
    for kind in PALLET_TYPES:
        if kind.code == code:
            return kind
    raise PalletTypeUnknown(field, code=code)


def equipment(code: str, on: date, table: Sequence[Equipment] = EQUIPMENT) -> Equipment:
    """The equipment of that code as the table (ours, or a carrier's own) stood that day."""
    known = in_force((one for one in table if one.code == code), on)
    if known is None:
        raise EquipmentUnknown(code=code)
    return known


def line_metres(line: Goods) -> float:
    """Loading metres of one goods line: by its sizes, else by its pallets, else none."""
    if line.length_cm and line.width_cm:
        return line.quantity * floor_metres(line.length_cm, line.width_cm, line.stack_factor)
    if line.pallets:
        return line.pallets * pallet_type(line.pallet_type).loading_metres / line.stack_factor
    return 0.0


def line_volume(line: Goods) -> float:
    """Cubic metres of one goods line: as said, else by its sizes."""
    return line.volume_m3 or line.quantity * line.length_cm * line.width_cm * line.height_cm / 1_000_000


def totals(goods: Sequence[Goods]) -> Totals:
    """What the goods add up to, to the gram, the litre and the centimetre."""
    floor: dict[str, int] = {}
    for line in goods:
        if line.pallets:
            floor[line.pallet_type] = floor.get(line.pallet_type, 0) + ceil(line.pallets / line.stack_factor)
    return Totals(
        packages=sum(line.quantity for line in goods),
        pallets=sum(line.pallets for line in goods),
        weight_kg=round(sum(line.weight_kg for line in goods), 3),
        volume_m3=round(sum(map(line_volume, goods)), 3),
        loading_metres=round(sum(map(line_metres, goods)), 2),
        floor_pallets=floor,
    )


def overloads(load: Totals, onto: Equipment) -> list[Refusal]:
    """Every way in which the load does not fit, each with its figure; empty when it fits."""
    fr, en = onto.fr, onto.en
    found: list[Refusal] = []
    for kind, field, needed, available in (
        (WeightOverload, "goods.weight_kg", load.weight_kg, onto.payload_kg),
        (FloorOverload, "goods.loading_metres", load.loading_metres, onto.loading_metres),
        (VolumeOverload, "goods.volume_m3", load.volume_m3, onto.volume_m3),
    ):
        excess = round(needed - available, 2)
        if excess > TOLERANCE:
            found.append(
                kind(field, needed=needed, available=available, excess=excess, fr_name=fr, en_name=en)
            )
    floor = load.floor_pallets
    share = sum((Fraction(count, _capacity(onto, code)) for code, count in floor.items()), Fraction(0))
    if share > 1:
        capacity = _capacity(onto, max(floor, key=lambda code: floor[code]))
        found.append(
            PalletOverload(
                "goods.pallets",
                needed=sum(floor.values()),
                available=capacity,
                excess=ceil((share - 1) * capacity),
                fr_name=fr,
                en_name=en,
            )
        )
    return found


def require_fit(goods: Sequence[Goods], onto: Equipment) -> Totals:
    """The totals of goods that fit, or one refusal that carries every overload."""
    load = totals(goods)
    if found := overloads(load, onto):
        raise Invalid.together(found)
    return load


def _capacity(onto: Equipment, code: str) -> int:
    """How many of these pallets stand on the floor; other footprints by their share of Euro pallets."""
    kind = pallet_type(code)
    footprint = {kind.length_cm, kind.width_cm}
    if footprint == {120, 80}:
        return onto.floor_pallets["EUR"]
    if footprint == {120, 100}:
        return onto.floor_pallets["IND"]
    return onto.floor_pallets["EUR"] * (120 * 80) // (kind.length_cm * kind.width_cm)
