"""What the platform costs, answered: the bill in words, its switches one by one, organizations' parts."""

from decimal import Decimal
from typing import Any

import msgspec

from rt.contracts.admin_gateway import (
    CapacityView,
    CostDifferenceView,
    CostGroupView,
    CostLineView,
    CostReadingView,
    CostsView,
    CostSwitchView,
    GetCosts,
    TenantCostView,
)
from rt.contracts.authz import FindOrganizations
from rt.kernel.service.client import Services
from rt.services.admin_gateway.adapters import costs_ledger
from rt.services.admin_gateway.domain.costs.bill import (
    OPTIONS,
    Bill,
    Line,
    bill,
    effect,
    switches,
)
from rt.services.admin_gateway.domain.costs.claims import claimed_cents, figures, sentence
from rt.services.admin_gateway.domain.costs.load import Load, needs
from rt.services.admin_gateway.domain.costs.prices import Ledger, Reading, Tongue, cents
from rt.services.admin_gateway.domain.costs.shares import shared
from rt.services.admin_gateway.store import Holdings

PAGE = 200
MOST_PAGES = 25
"""Organizations that a bill is shared among: 5,000, so that one question stays bounded."""
OPTION_WORDS: dict[str, dict[Tongue, str]] = {
    "rds": {"fr": "PostgreSQL, en option", "en": "PostgreSQL, optional"},
    "datadog": {"fr": "DataDog, en option", "en": "DataDog, optional"},
    "forgotten": {
        "fr": "Ce que la spécification décrit sans le compter",
        "en": "What the specification describes and does not count",
    },
}


class Costs:
    """The bill of the month; nothing of it is kept."""

    def __init__(self, holdings: Holdings, services: Services) -> None:
        self._ledger = costs_ledger()
        self._holdings = holdings
        self._services = services

    async def get(self, asked: GetCosts) -> CostsView:
        view = priced(self._ledger, asked)
        if not asked.by_tenant:
            return view
        counted = await self._holdings.of(names := await self._names())
        kept = {org: sum(one.objects.values()) for org, one in counted.items()}
        parts = shared(view.total_cents, kept)
        shares = [
            TenantCostView(organization_id=org, name=names[org], objects=kept[org], amount_cents=parts[org])
            for org in sorted(names, key=lambda one: (-parts[one], names[one]))
        ]
        at = min((one.at for one in counted.values()), default=None)
        return msgspec.structs.replace(view, tenant_costs=shares, counted_at=at)

    async def _names(self) -> dict[str, str]:
        """The organizations; guests stand in others' orders and have little of their own."""
        names: dict[str, str] = {}
        after = ""
        for _page in range(MOST_PAGES):
            found = await self._services.ask(FindOrganizations(after=after, limit=PAGE))
            names |= {card.id: card.name for card in found.items}
            after = found.next
            if not after:
                break
        return names


def priced(ledger: Ledger, asked: GetCosts) -> CostsView:
    """The whole view of one bill: pure, so that the terminal shows the same."""
    load = Load(orders=asked.orders, tenants=asked.tenants)
    on = frozenset(name for name in switches(ledger) if getattr(asked, name))
    shown = bill(ledger, on, load)
    lines = [_line(line, asked.language) for line in shown.lines]
    known = figures(ledger)
    return CostsView(
        currency=ledger.table.currency,
        total_cents=shown.total,
        lines=lines,
        groups=_sums(ledger, shown, [line.group for line in shown.lines], Bill.group),
        sections=_sums(ledger, shown, [line.section for line in shown.lines], Bill.section),
        switches=_switches(ledger, on, load, asked.language),
        differences=[
            CostDifferenceView(
                key=one.key,
                text=sentence(one, ledger, known, asked.language),
                claimed_cents=claimed_cents(ledger, one.claimed) or 0,
                computed_cents=known[one.computed],
            )
            for one in ledger.claims.difference
        ],
        readings=[
            CostReadingView(key=one.key, label=one.label(asked.language), amount_cents=_reading(ledger, one))
            for one in ledger.table.reading
        ],
        capacity=_capacity(ledger, load),
        orders=asked.orders,
        tenants=asked.tenants,
        per_order=_each(shown.total, asked.orders),
        per_tenant=_each(shown.total, asked.tenants),
    )


def _line(line: Line, language: Tongue) -> CostLineView:
    return CostLineView(
        key=line.key,
        section=line.section,
        group=line.group,
        label=line.said.label(language),
        note=line.said.note(language),
        price=plain(line.price),
        unit=line.unit,
        quantity=plain(line.quantity),
        amount_cents=line.cents,
        claimed_cents=None if line.claimed is None else cents(line.claimed),
        source=line.source,
        dated=line.date,
    )


def _sums(ledger: Ledger, shown: Bill, names: list[str], of: Any) -> list[CostGroupView]:
    return [
        CostGroupView(key=name, amount_cents=of(shown, name), claimed_cents=claimed_cents(ledger, name))
        for name in dict.fromkeys(names)
    ]


def _switches(ledger: Ledger, on: frozenset[str], load: Load, language: Tongue) -> list[CostSwitchView]:
    savings = {saving.key: saving for saving in ledger.table.saving}
    views = []
    for name in switches(ledger):
        saving = savings.get(name)
        views.append(
            CostSwitchView(
                key=name,
                term=saving.term if saving else "option",
                label=saving.label(language) if saving else OPTION_WORDS[name][language],
                note=saving.note(language) if saving else "",
                on=name in on,
                alone_cents=effect(ledger, name, (), load),
                here_cents=effect(ledger, name, on, load),
                claimed_cents=-cents(saving.claimed) if saving and saving.claimed is not None else None,
            )
        )
    return views


def _reading(ledger: Ledger, reading: Reading) -> int:
    if reading.without in OPTIONS:
        return -effect(ledger, reading.without, ())
    return cents(reading.price * reading.quantity)


def _capacity(ledger: Ledger, load: Load) -> CapacityView:
    found, kinds = needs(ledger, load), ledger.table.machine
    return CapacityView(
        measured_on=ledger.measures.date,
        requests_per_order=plain(ledger.measures.requests_per_order),
        cpu_ms_per_request=plain(ledger.measures.cpu_ms_per_request),
        requests_a_second_per_machine=plain(found.machine_rate.quantize(Decimal("0.1"))),
        requests_a_second_at_peak=plain(found.peak_rate.quantize(Decimal("0.001"))),
        machines=found.machines,
        machines_by_memory=found.machines_by_memory,
        machines_by_load=found.machines_by_load,
        most_machines=kinds.most,
        orders_two_machines_carry=found.orders_least_carry,
        memory_estimate_mb=found.memory_estimate_mb,
        memory_caps_mb=found.caps_mb,
        machine_memory_mb=kinds.production.memory_mb,
        database_gb=plain(found.database_gb.quantize(Decimal("0.001"))),
    )


def _each(total: int, count: int) -> str:
    return str((Decimal(total) / 100 / count).quantize(Decimal("0.0001")))


def plain(number: Decimal) -> str:
    """A decimal number without an exponent and without needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
