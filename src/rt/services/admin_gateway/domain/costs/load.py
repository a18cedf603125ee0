"""What a load needs: machines by speed and by memory, emails, storage, from measured figures."""

from decimal import ROUND_CEILING, Decimal

import msgspec

from rt.services.admin_gateway.domain.costs.prices import Ledger

KB_A_GB = Decimal(1_000_000)
HOUR_SECONDS = 3600


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """A month: how many orders, of how many organizations."""

    orders: int
    tenants: int


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """What a load needs of each thing that grows with it."""

    peak_rate: Decimal
    machine_rate: Decimal
    machines_by_load: int
    machines_by_memory: int
    machines: int
    orders_least_carry: int
    memory_estimate_mb: int
    caps_mb: int
    database_gb: Decimal
    grown: dict[str, Decimal]
    """Quantities by the name that a price `grows_with`."""


def needs(ledger: Ledger, load: Load) -> Needs:
    """Machines so many that the load's peak still fits when one of them is gone."""
    table, measured = ledger.table, ledger.measures
    kinds, assumed = table.machine, table.assumed
    orders = Decimal(load.orders)
    busy_seconds = assumed.busy_days_a_month * assumed.busy_hours_a_day * HOUR_SECONDS
    requests = orders * measured.requests_per_order
    peak = requests / busy_seconds * assumed.peak_over_mean
    rate = kinds.production.cpus * kinds.scale_at * 1000 / measured.cpu_ms_per_request
    carrying = whole(peak / rate)
    caps = sum(ledger.house.services.values())
    by_memory = whole(Decimal(caps) / (kinds.production.memory_mb - assumed.system_mb))
    machines = max(kinds.least, carrying + 1)
    parts = measured.memory_units + measured.memory_portals
    of_a_month = orders / KB_A_GB
    return Needs(
        peak_rate=peak,
        machine_rate=rate,
        machines_by_load=carrying,
        machines_by_memory=by_memory,
        machines=machines,
        orders_least_carry=int(
            (kinds.least - 1) * rate * busy_seconds / assumed.peak_over_mean / measured.requests_per_order
        ),
        memory_estimate_mb=measured.memory_mb * len(ledger.house.services) // parts,
        caps_mb=caps,
        database_gb=of_a_month * measured.database_kb_per_order * assumed.months_kept,
        grown={
            "machines": Decimal(machines),
            "portals": Decimal(len(ledger.house.portals)),
            "stored_gb": of_a_month * measured.stored_kb_per_order * assumed.months_kept,
            "log_gb": of_a_month * measured.log_kb_per_order,
            "email_plans": Decimal(whole(orders * measured.emails_per_order / assumed.emails_a_plan)),
            "million_requests": requests / 1_000_000,
            "serverless_millions": requests * assumed.serverless_share / 1_000_000,
        },
    )


def whole(amount: Decimal) -> int:
    return int(amount.to_integral_value(ROUND_CEILING))
