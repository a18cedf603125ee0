"""The bill: each figure of the specification, line by line; sums that hold; switches that keep their word."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.contracts.admin_gateway import CostsView, GetCosts
from rt.host.topology import PORTALS, UNITS
from rt.services.admin_gateway.actions.costs import priced
from rt.services.admin_gateway.adapters import FOLDER, costs_ledger
from rt.services.admin_gateway.domain.costs.bill import SPEC_BILL, bill, effect, switches
from rt.services.admin_gateway.domain.costs.load import Load, needs
from rt.services.admin_gateway.domain.costs.prices import ledger
from rt.services.admin_gateway.domain.costs.shares import shared

LEDGER = costs_ledger()
ROOT = Path(__file__).parents[3]
ALL = switches(LEDGER)
SETS = st.frozensets(st.sampled_from(ALL))


def view(*on: str, **asked: Any) -> CostsView:
    return priced(LEDGER, GetCosts(**asked, **dict.fromkeys(on, True)))


def estimate(shared_spec: Path) -> str:
    page = (shared_spec / "architecture-de-deploiement.md").read_text(encoding="utf-8")
    return page.partition("## Coûts Estimés")[2].partition("\n## ")[0]


SPEC_LINES = {
    "2x t3.medium (prod)": "ec2_production",
    "1x t3.small (staging)": "ec2_staging",
    "Load Balancer": "alb",
    "LCU (Load Balancer Capacity Units)": "alb_units",
    "Storage (50GB)": "s3_storage",
    "db.t3.micro": "rds",
    "Hosted Zone": "dns_zone",
    "Queries (1M)": "dns_queries",
    "Logs (10GB)": "logs",
    "Metrics": "metrics",
    "Backup": "atlas_backup",
    "50k emails/mois": "mailgun",
    "Pro plan (10 hosts)": "datadog",
    "Pay-as-you-go": "openrouter",
    "Data Transfer (100GB)": "cdn_transfer",
}
TWICE = {
    "Requests": ["s3_requests", "cdn_requests"],
    "Data Transfer": ["s3_transfer", "atlas_transfer"],
    "Cluster": ["atlas_production", "atlas_staging"],
}
"""Names that the specification gives to two lines, in its order."""


def test_every_line_of_the_specification_is_in_the_bill_with_its_amount(shared_spec: Path) -> None:
    found: dict[str, list[str]] = {}
    for name, amount in re.findall(r"^  - (.+?): ~?\$([\d.]+)", estimate(shared_spec), re.MULTILINE):
        found.setdefault(name, []).append(amount)
    wanted = {name: [key] for name, key in SPEC_LINES.items()} | TWICE
    assert set(found) == set(wanted)
    lines = {line.key: line.cents for line in bill(LEDGER, SPEC_BILL).lines}
    for name, amounts in found.items():
        assert [lines[key] for key in wanted[name]] == [round(float(amount) * 100) for amount in amounts]
    assert "9 apps = $180/mois" in estimate(shared_spec)
    assert lines["vercel_pro"] == 180_00


def test_every_total_of_the_specification_is_held_as_it_is_written(shared_spec: Path) -> None:
    page = estimate(shared_spec)
    claimed = LEDGER.claims.claimed
    for title, key in [
        *(("EC2", "ec2"), ("ALB", "alb"), ("S3", "s3"), ("CloudFront", "cloudfront")),
        *(("RDS (optionnel)", "rds"), ("Route53", "route53"), ("CloudWatch", "cloudwatch")),
    ]:
        total = re.search(rf"^{re.escape(title)}:\n(?:  -.*\n)+  Total: \$([\d.]+)", page, re.MULTILINE)
        assert total is not None
        assert claimed[key] == Decimal(total[1])
    for sentence, key in {
        "TOTAL AWS: ~$138/mois": "aws",
        "TOTAL MongoDB: $81/mois": "mongodb",
        "TOTAL Vercel: $180-1000/mois": "vercel",
        "Total Services: $205/mois": "third_parties",
        "Base (sans DataDog): ~$600/mois": "without_datadog",
        "Complet (avec monitoring): ~$750/mois": "everything",
    }.items():
        assert sentence in page
        assert f"${claimed[key]}" in sentence


def test_every_saving_of_the_specification_is_a_switch(shared_spec: Path) -> None:
    page = (shared_spec / "architecture-de-deploiement.md").read_text(encoding="utf-8")
    announced = page.partition("## Optimisations de Coûts")[2].partition("\n## ")[0]
    amounts = re.findall(r"^   - Économie: [^$\n]*\$(\d+)", announced, re.MULTILINE)
    claimed = [one.claimed for one in LEDGER.table.saving if one.claimed is not None]
    assert sorted(claimed) == sorted(Decimal(amount) for amount in amounts)
    assert len(claimed) == 8
    assert LEDGER.claims.claimed["savings"] == sum(claimed)


def test_where_the_specification_does_not_add_up() -> None:
    """The figures, worked out by hand."""
    found = {one.key: (one.claimed_cents, one.computed_cents) for one in view(*SPEC_BILL).differences}
    assert found == {
        "ec2": (52_00, 52_50),
        "s3": (16_00, 16_15),
        "route53": (1_00, 90),
        "aws": (138_00, 139_05),
        "third_parties": (205_00, 55_00),
        "without_datadog": (600_00, 455_05),
        "everything": (750_00, 605_05),
        "enterprise": (1000_00, 180_00),
        "datadog_hosts": (150_00, 45_00),
        "reserved_twice": (20_00, 0),
        "savings": (101_00, 37_50),
    }


def test_sections_stand_beside_what_is_claimed() -> None:
    found = {one.key: (one.amount_cents, one.claimed_cents) for one in view(*SPEC_BILL).sections}
    assert found == {
        "aws": (139_05, 138_00),
        "mongodb": (81_00, 81_00),
        "vercel": (180_00, 180_00),
        "third_parties": (205_00, 205_00),
    }


@pytest.mark.parametrize(
    ("switch", "alone", "in_the_spec"),
    [
        ("reserved", -22_50, -22_50),
        ("s3_tiering", -46, -46),
        ("origin_shield", -1_70, -1_70),
        ("spot_staging", -10_50, -6_00),
        ("serverless", 16, 16),
        ("staging_nights", -7_50, -3_00),
        ("atlas_free", 0, 0),
        ("cdn_cache", -4_75, -4_75),
        ("small_machines", -30_00, -21_00),
        ("rds", 15_00, 15_00),
        ("datadog", 150_00, 150_00),
    ],
)
def test_a_switch_changes(switch: str, alone: int, in_the_spec: int) -> None:
    assert (effect(LEDGER, switch, ()), effect(LEDGER, switch, SPEC_BILL)) == (alone, in_the_spec)


@given(SETS, st.integers(1, 5_000_000))
def test_sums_hold_whatever_is_turned_on(on: frozenset[str], orders: int) -> None:
    shown = view(*on, orders=orders)
    assert sum(line.amount_cents for line in shown.lines) == shown.total_cents
    assert sum(one.amount_cents for one in shown.groups) == shown.total_cents
    assert sum(one.amount_cents for one in shown.sections) == shown.total_cents
    assert len({line.key for line in shown.lines}) == len(shown.lines)
    for line in shown.lines:
        exact = Decimal(line.price) * Decimal(line.quantity) * 100
        assert abs(exact - line.amount_cents) <= Decimal("0.5")


@given(SETS, st.sampled_from([one.key for one in LEDGER.table.saving if one.key != "serverless"]))
def test_a_saving_never_costs(on: frozenset[str], saving: str) -> None:
    assert effect(LEDGER, saving, on) <= 0


@given(SETS, st.integers(1, 10_000_000), st.integers(0, 10_000_000))
def test_more_orders_never_cost_less(on: frozenset[str], orders: int, more: int) -> None:
    few, many = (bill(LEDGER, on, Load(orders=count, tenants=1)).total for count in (orders, orders + more))
    assert few <= many


@given(st.integers(0, 10_000_000))
def test_the_peak_fits_when_a_machine_is_lost(orders: int) -> None:
    found = needs(LEDGER, Load(orders=orders, tenants=1))
    assert found.machines >= 2
    assert found.peak_rate <= (found.machines - 1) * found.machine_rate


@given(
    st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 1000), min_size=1), st.integers(0, 10**7)
)
def test_a_shared_amount_is_all_there(weights: dict[str, int], amount: int) -> None:
    parts = shared(amount, weights)
    assert sum(parts.values()) == amount
    total = sum(weights.values())
    for name, weight in weights.items():
        if total:
            assert abs(parts[name] - amount * weight / total) < 1


def test_nobody_shares_nothing() -> None:
    assert shared(100, {}) == {}


def test_an_edited_price_changes_the_bill(tmp_path: Path) -> None:
    edited = tmp_path / "prices.toml"
    text = (FOLDER / "prices.toml").read_text(encoding="utf-8")
    edited.write_text(text.replace('price = "30.00"', 'price = "40.00"'), encoding="utf-8")
    assert bill(costs_ledger(edited), SPEC_BILL).total - bill(LEDGER, SPEC_BILL).total == 14_00


def test_a_price_without_a_source_is_refused() -> None:
    def read(name: str) -> bytes:
        return (FOLDER / name).read_bytes()

    beside = read("claims.toml"), read("measured.toml"), read("house.json")
    with pytest.raises(msgspec.ValidationError):
        ledger(read("prices.toml").replace(b'source = "spec"\n', b"", 1), *beside)


def test_prices_of_the_specification_bear_its_date_and_others_are_never_called_its() -> None:
    dates = {
        row.source: {one.date.isoformat() for one in LEDGER.table.price if one.source == row.source}
        for row in LEDGER.table.price
    }
    assert dates["spec"] == {"2025-11-18"}
    assert all(row.claimed is None for row in LEDGER.table.price if row.source == "memory")


def test_the_platform_is_that_of_the_topology() -> None:
    assert LEDGER.house.services == {row.name: row.memory_mb for row in UNITS}
    assert list(LEDGER.house.portals) == [row.name for row in PORTALS]


def test_measures_are_those_that_the_benchmarks_print() -> None:
    page = (ROOT / "benchmarks" / "capacity.md").read_text(encoding="utf-8")
    idle = (ROOT / "benchmarks" / "idle.md").read_text(encoding="utf-8")
    found = LEDGER.measures
    for label, figure in [
        ("requests answered by units, each other's included", f"{found.requests_per_order}"),
        ("CPU of the units a request", f"{found.cpu_ms_per_request} ms"),
        ("mails", f"{found.emails_per_order}"),
        ("files kept", f"{found.stored_kb_per_order} kB"),
        ("log lines", f"{found.log_kb_per_order} kB"),
        ("documents in the database", f"{found.database_kb_per_order} kB"),
    ]:
        assert f"| {label} | {figure} |" in page
    assert f"| one process per unit | {found.memory_units} |" in idle
    assert f"| {found.memory_mb} MB |" in idle


async def test_an_organization_pays_by_what_it_keeps(platform: Any, voice: Any, root: Any) -> None:
    for number in range(3):
        await voice.send(org="org_a", id=f"par_{number}")
    await voice.send(org="org_b", id="par_9")
    told = (await root.get("/admin/costs", params={"by_tenant": "true", "reserved": "true"})).json()
    parts = {one["organization_id"]: one["amount_cents"] for one in told["tenant_costs"]}
    assert sum(parts.values()) == told["total_cents"]
    assert parts["org_a"] > 2 * parts["org_b"] > 0
    assert (await root.get("/admin/costs")).json()["tenant_costs"] == []


async def test_a_load_of_nothing_is_refused(platform: Any, voice: Any, root: Any) -> None:
    assert (await root.get("/admin/costs", params={"orders": "0"})).status_code == 422


def test_words_follow_the_language() -> None:
    french, english = view("rds", language="fr"), view("rds", language="en")
    assert "139,05\u00a0$" in " ".join(one.text for one in french.differences)
    assert "$139.05" in " ".join(one.text for one in english.differences)
    assert {one.label for one in french.lines} != {one.label for one in english.lines}


def test_sizes_are_those_that_terraform_gives() -> None:
    compute = (ROOT / "infra" / "modules" / "compute" / "variables.tf").read_text(encoding="utf-8")
    alarms = (ROOT / "infra" / "modules" / "observability" / "alarms.tf").read_text(encoding="utf-8")
    size = re.search(r'variable "disk_gb" \{[^}]*default = (\d+)', compute)
    assert size is not None
    assert LEDGER.table.of("disks").quantity == 3 * int(size[1])
    called = len(re.findall(r"^      says +=", alarms, re.MULTILINE))
    scaled = 2
    assert LEDGER.table.of("alarms").quantity == called + scaled
