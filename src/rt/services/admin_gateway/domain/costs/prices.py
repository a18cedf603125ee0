"""The tables that a bill is made from: prices, the specification's claims, measures, the platform's size."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

import msgspec

from rt.contracts.admin_gateway import CostSource, CostTerm

CENT = Decimal("0.01")
Tongue = Literal["fr", "en"]


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something said in both languages."""

    fr: str
    en: str
    note_fr: str = ""
    note_en: str = ""

    def label(self, language: Tongue) -> str:
        return self.fr if language == "fr" else self.en

    def note(self, language: Tongue) -> str:
        return self.note_fr if language == "fr" else self.note_en


class Price(Said, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that is paid for: price x quantity, their source, what the specification made of it."""

    key: str
    section: str
    group: str
    price: Decimal
    unit: str
    quantity: Decimal
    source: CostSource
    date: date
    grows_with: str = ""
    only_with: tuple[str, ...] = ()
    claimed: Decimal | None = None


class Saving(Said, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A share taken off some lines; without `share` it follows from the table."""

    key: str
    term: CostTerm
    of: tuple[str, ...]
    share: Decimal | None = None
    claimed: Decimal | None = None


class Reading(Said, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A safe reading: it leaves an option out, or adds price x quantity, or costs nothing."""

    key: str
    without: str = ""
    price: Decimal = Decimal(0)
    quantity: Decimal = Decimal(0)


class Assumed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What nobody measured: how a month's orders fall on its hours."""

    busy_days_a_month: int
    busy_hours_a_day: int
    peak_over_mean: int
    months_kept: int
    system_mb: int
    emails_a_plan: int
    night_hours: int
    serverless_share: Decimal


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of machine."""

    name: str
    cpus: int
    memory_mb: int


class Machines(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The machines of the specification and how their number follows the load."""

    production: Machine
    staging: Machine
    scale_at: Decimal
    least: int
    most: int


class PriceTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`prices.toml`: what may be edited."""

    currency: str
    region: str
    assumed: Assumed
    machine: Machines
    price: tuple[Price, ...]
    saving: tuple[Saving, ...]
    reading: tuple[Reading, ...]

    def of(self, key: str) -> Price:
        return next(row for row in self.price if row.key == key)


class Difference(Said, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where a total of the specification is not the sum of its lines."""

    key: str
    claimed: str
    computed: str


class Claims(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`claims.toml`: the specification's own totals."""

    claimed: dict[str, Decimal]
    difference: tuple[Difference, ...]


class Measures(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`measured.toml`: what was measured of this platform, never assumed."""

    date: date
    memory_mb: int
    memory_units: int
    memory_portals: int
    cpu_ms_per_request: Decimal
    requests_per_order: Decimal
    emails_per_order: Decimal
    stored_kb_per_order: Decimal
    log_kb_per_order: Decimal
    database_kb_per_order: Decimal


class House(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`house.json`, made from the topology: the cap of memory of each service (MB), and the portals."""

    services: dict[str, int]
    portals: tuple[str, ...]


class Ledger(msgspec.Struct, frozen=True):
    """Everything that a bill is computed from."""

    table: PriceTable
    claims: Claims
    measures: Measures
    house: House


def ledger(prices: bytes, claims: bytes, measured: bytes, house: bytes) -> Ledger:
    """The four tables read; msgspec.ValidationError names what does not fit."""
    return Ledger(
        msgspec.toml.decode(prices, type=PriceTable),
        msgspec.toml.decode(claims, type=Claims),
        msgspec.toml.decode(measured, type=Measures),
        msgspec.json.decode(house, type=House),
    )


def cents(amount: Decimal) -> int:
    """An amount of money as whole cents, half a cent upwards."""
    return int((amount / CENT).quantize(Decimal(1), ROUND_HALF_UP))
