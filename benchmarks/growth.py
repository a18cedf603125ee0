"""What so many orders a day take of machines, Atlas, storage and the log, from the figures measured here.

    .venv/bin/python -m benchmarks.growth [--write]

`--write` brings the table of docs/GROWTH.md up to date. Figures are read from the pages of `benchmarks/`,
machines and their price from the bill's ledger, Atlas' sizes from `tiers.toml`.
"""

import math
import re
import sys
import tomllib
from pathlib import Path

import msgspec

from rt.kernel.log.event_log import KEPT
from rt.services.admin_gateway.adapters import costs_ledger

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "GROWTH.md"
BEGIN, END = "<!-- growth -->\n", "<!-- /growth -->"
ORDERS_A_DAY = (10_000, 100_000, 1_000_000)
BUSIEST_HOUR = 0.15
"""Share of a day's orders in its busiest hour: carriers plan in the afternoon, drivers sign at dawn."""
YEARS_KEPT = 3
"""Orders are not removed by themselves: what stands after so many years."""
HOT_DAYS = 7
"""Days of which everything is to be found in the memory of the database."""
ON_DISK = 0.5
"""Bytes on the disk of one byte of documents, with indexes: a million orders take 3 GB (lists.md)."""
MEMORY_SHARE = 0.5
"""Of a node's memory the cache has half (WiredTiger's default)."""
FULL = 0.7
"""How full a processor or a disk may be."""
SECONDS_AN_HOUR, DAYS_A_YEAR = 3600, 365
KB_A_GB = 1e6


class Tier(msgspec.Struct, frozen=True):
    """One size of Atlas."""

    name: str
    cpus: int
    memory_gb: float
    disk_gb: float
    usd_a_month: float


def figure(page: str, row: str, column: int = 1) -> float:
    """The number in a row of a table of `benchmarks/<page>.md`. Raises LookupError where there is none."""
    for line in (HERE / f"{page}.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0] == row and (found := re.search(r"[\d,]+\.?\d*", cells[column])):
            return float(found[0].replace(",", ""))
    raise LookupError(f"{page}.md has no figure {row}")


class Need(msgspec.Struct, frozen=True):
    """What a number of orders a day takes."""

    orders: int
    peak_orders: float
    events: float
    machines: int
    database_cpus: float
    disk_gb: float
    log_gb: float
    hot_gb: float
    tier: Tier
    shards: int
    usd_a_month: float


def need(orders: int) -> Need:
    """What so many orders a day take."""
    ledger = costs_ledger()
    tiers = msgspec.convert(tomllib.loads((HERE / "tiers.toml").read_text())["tier"], list[Tier])
    peak = orders * BUSIEST_HOUR / SECONDS_AN_HOUR
    cpu = figure("capacity", "CPU of the units an order") / 1000
    machine = ledger.table.machine.production
    machines = max(ledger.table.machine.least, math.ceil(peak * cpu / (machine.cpus * FULL)))
    database_cpus = peak * figure("capacity", "CPU of MongoDB an order") / 1000
    documents, log = (
        figure("capacity", row) for row in ("documents in the database", "of these in the event log")
    )
    log_gb = ON_DISK * orders * log * KEPT.days / KB_A_GB
    disk_gb = log_gb + ON_DISK * orders * (documents - log) * YEARS_KEPT * DAYS_A_YEAR / KB_A_GB
    hot_gb = orders * documents * HOT_DAYS / KB_A_GB

    def shards(tier: Tier) -> int:
        return math.ceil(
            max(
                disk_gb / (tier.disk_gb * FULL),
                hot_gb / (tier.memory_gb * MEMORY_SHARE),
                database_cpus / (tier.cpus * FULL),
            )
        )

    tier = min(tiers, key=lambda one: (shards(one), one.usd_a_month))
    price = ledger.table.of("ec2_production").price
    return Need(
        orders=orders,
        peak_orders=peak,
        events=peak * figure("capacity", "events"),
        machines=machines,
        database_cpus=database_cpus,
        disk_gb=disk_gb,
        log_gb=log_gb,
        hot_gb=hot_gb,
        tier=tier,
        shards=shards(tier),
        usd_a_month=machines * float(price) + shards(tier) * tier.usd_a_month,
    )


def table() -> str:
    """The needs side by side."""
    needs = [need(orders) for orders in ORDERS_A_DAY]
    ceiling = figure("log", "burst, 8 units")
    rows = [
        ("orders a second in the busiest hour", [f"{one.peak_orders:.1f}" for one in needs]),
        ("events a second then", [f"{one.events:,.0f}" for one in needs]),
        ("of what one log was measured to carry", [f"{one.events / ceiling:.0%}" for one in needs]),
        ("machines (two processors each)", [f"{one.machines}" for one in needs]),
        ("processors of the database", [f"{one.database_cpus:.1f}" for one in needs]),
        (f"the log, {KEPT.days} days", [_size(one.log_gb) for one in needs]),
        (f"all documents after {YEARS_KEPT} years", [_size(one.disk_gb) for one in needs]),
        (f"documents of {HOT_DAYS} days, in memory", [_size(one.hot_gb) for one in needs]),
        ("Atlas (mem.)", [f"{one.shards} × {one.tier.name}" for one in needs]),
        ("machines and Atlas, a month (mem.)", [f"${one.usd_a_month:,.0f}" for one in needs]),
    ]
    heads = " | ".join(f"{orders:,} orders a day" for orders in ORDERS_A_DAY)
    lines = [f"| | {heads} |", f"| --- |{' ---: |' * len(needs)}"]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in rows]
    return "\n".join(lines) + "\n"


def _size(gigabytes: float) -> str:
    return f"{gigabytes / 1000:.1f} TB" if gigabytes >= 1000 else f"{gigabytes:.0f} GB"


def main() -> None:
    if "--write" not in sys.argv:
        print(table())
        return
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + table() + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
