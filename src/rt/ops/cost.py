"""`rt cost`: the monthly bill in the terminal, from the same model that the back office shows."""

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from rt.contracts.admin_gateway import CostsView, CostSwitchView, GetCosts
from rt.services.admin_gateway.actions.costs import priced
from rt.services.admin_gateway.adapters import costs_ledger
from rt.services.admin_gateway.domain.costs.bill import SPEC_BILL, switches
from rt.services.admin_gateway.domain.costs.claims import shown

TERMS = {"option": "options", "short": "short term", "long": "long term", "measured": "from our measures"}


def show(
    turned: Sequence[str], orders: int, tenants: int, prices: Path | None, as_json: bool, console: Console
) -> int:
    """Print the bill; `turned` names switches to turn over from the specification's own bill."""
    ledger = costs_ledger(prices) if prices else costs_ledger()
    known = switches(ledger)
    if strange := [name for name in turned if name not in known]:
        console.print(f"No switch {', '.join(strange)}; known: {', '.join(known)}")
        return 2
    on = SPEC_BILL ^ frozenset(turned)
    asked = {"orders": orders, "tenants": tenants, "language": "en"} | dict.fromkeys(on, True)
    view = priced(ledger, msgspec.convert(asked, GetCosts))
    if as_json:
        sys.stdout.write(msgspec.json.format(msgspec.json.encode(view)).decode() + "\n")
    else:
        _print(view, console)
    return 0


def _print(view: CostsView, console: Console) -> None:
    sections = {section.key: section for section in view.sections}
    table = Table(title=f"Monthly bill, {view.currency}", title_justify="left")
    for head in ("line", "price x quantity", "amount", "specification", "source"):
        table.add_column(head, justify="left" if head in ("line", "source") else "right")
    for name, section in sections.items():
        for line in (line for line in view.lines if line.section == name):
            source = f"{line.source}, {line.dated}" if line.source == "spec" else f"(mem.), {line.dated}"
            made = f"{line.price} x {line.quantity} {line.unit}"
            table.add_row(
                escape(line.label), made, _money(line.amount_cents), _money(line.claimed_cents), source
            )
        table.add_row(
            f"[b]{name}[/]", "", f"[b]{_money(section.amount_cents)}[/]", _money(section.claimed_cents), ""
        )
        table.add_section()
    table.add_row("[b]total[/]", "", f"[b]{_money(view.total_cents)}[/]", "", "")
    console.print(table)
    console.print(
        f"at {view.orders:,} orders and {view.tenants:,} organizations a month:"
        f" [b]${view.per_order}[/] an order, [b]${view.per_tenant}[/] an organization\n",
        highlight=False,
    )
    console.print(_switches(view.switches))
    _say(console, "Where the specification does not add up", [one.text for one in view.differences])
    readings = [f"{_money(one.amount_cents):>9}  {one.label}" for one in view.readings]
    _say(console, "What safe readings change", readings)
    _say(console, "What was measured", _capacity(view))


def _switches(views: Sequence[CostSwitchView]) -> Table:
    """Each switch with its effect: by itself, in this bill, and as announced."""
    table = Table(title="Switches (turn one over with --switch NAME)", title_justify="left")
    for head in ("switch", "on", "alone", "here", "announced", "what"):
        table.add_column(head, justify="right" if head in ("alone", "here", "announced") else "left")
    for term, title in TERMS.items():
        for one in (one for one in views if one.term == term):
            table.add_row(
                one.key,
                "yes" if one.on else "",
                _money(one.alone_cents),
                _money(one.here_cents),
                _money(one.claimed_cents),
                escape(f"{one.label} [{title}]" + (f". {one.note}" if one.note else "")),
            )
        table.add_section()
    return table


def _capacity(view: CostsView) -> list[str]:
    found = view.capacity
    return [
        f"{found.requests_per_order} requests an order at {found.cpu_ms_per_request} ms of CPU each"
        f" (benchmarks/capacity.md, {found.measured_on})",
        f"one machine answers {found.requests_a_second_per_machine} requests a second below the"
        f" scaling threshold; this load's peak is {found.requests_a_second_at_peak}",
        f"machines: {found.machines_by_load} by load, {found.machines_by_memory} by memory,"
        f" {found.machines} with one to lose (at most {found.most_machines});"
        f" two machines carry {found.orders_two_machines_carry:,} orders a month with one of them lost",
        f"memory: about {found.memory_estimate_mb} MB for all services by the figure of benchmarks/idle.md,"
        f" {found.memory_caps_mb} MB of caps, {found.machine_memory_mb} MB in a machine",
        "(mem.) a t3 machine earns credits for 20 % of its processors; what it does beyond that, it borrows",
        f"database after a year at this load: {found.database_gb} GB",
    ]


def _say(console: Console, title: str, lines: Sequence[str]) -> None:
    console.print(f"\n[b]{title}[/]")
    for line in lines:
        console.print(f"  {escape(line)}", highlight=False)


def _money(amount: int | None) -> str:
    return "" if amount is None else shown(amount, "en")
