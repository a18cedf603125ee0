"""The monthly bill: price x quantity line by line, savings taken off, each sum beside the specification's."""

import datetime
from collections.abc import Iterable
from decimal import Decimal

import msgspec

from rt.contracts.admin_gateway import CostSource
from rt.services.admin_gateway.domain.costs.load import Load, Needs, needs, whole
from rt.services.admin_gateway.domain.costs.prices import Ledger, Price, Said, Saving, cents

SPEC_BILL = frozenset({"reserved", "rds", "datadog"})
"""What the specification's own totals include."""
OPTIONS = ("rds", "datadog", "forgotten")
NO_LOAD = Load(orders=0, tenants=1)
"""At which every quantity is the specification's."""
UNRESERVED = ("spot_staging", "staging_nights")
"""A machine that is rented by the moment, or off half the day, is not reserved for a year."""
SERVERLESS = ("bourse", "erp-sync")
MOST_DIGITS = Decimal("0.001")


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the bill."""

    said: Said
    key: str
    section: str
    group: str
    price: Decimal
    unit: str
    quantity: Decimal
    source: CostSource
    date: datetime.date
    claimed: Decimal | None = None
    of: tuple[str, ...] = ()
    """The lines that a saving takes its share of."""

    @property
    def cents(self) -> int:
        return cents(self.price * self.quantity)


class Bill(msgspec.Struct, frozen=True):
    """All lines of a month."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> int:
        return sum(line.cents for line in self.lines)

    def section(self, name: str) -> int:
        return sum(line.cents for line in self.lines if line.section == name)

    def group(self, name: str) -> int:
        return sum(line.cents for line in self.lines if line.group == name)


def bill(ledger: Ledger, on: Iterable[str], load: Load = NO_LOAD) -> Bill:
    """The bill with these switches on; a load raises the specification's quantities and never lowers them."""
    chosen, needed = frozenset(on), needs(ledger, load)
    lines = [_line(row, needed) for row in ledger.table.price if chosen.issuperset(row.only_with)]
    for saving in ledger.table.saving:
        if saving.key in chosen:
            lines.append(_saved(ledger, saving, chosen, lines))
    return Bill(tuple(lines))


def switches(ledger: Ledger) -> tuple[str, ...]:
    """Everything that may be turned on."""
    return (*OPTIONS, *(saving.key for saving in ledger.table.saving))


def effect(ledger: Ledger, switch: str, others: Iterable[str], load: Load = NO_LOAD) -> int:
    """What a switch changes in the bill with the others on; below 0 it saves."""
    without = frozenset(others) - {switch}
    return bill(ledger, without | {switch}, load).total - bill(ledger, without, load).total


def _line(row: Price, needed: Needs) -> Line:
    grown = needed.grown.get(row.grows_with, Decimal(0)).quantize(MOST_DIGITS)
    return Line(
        said=row,
        key=row.key,
        section=row.section,
        group=row.group,
        price=row.price,
        unit=row.unit,
        quantity=max(row.quantity, grown.normalize() if grown else grown),
        source=row.source,
        date=row.date,
        claimed=row.claimed,
    )


def _saved(ledger: Ledger, saving: Saving, chosen: frozenset[str], lines: list[Line]) -> Line:
    """A share of what is left of its lines; it stands in their section and group, so that sums hold."""
    of = tuple(key for key in saving.of if not _exempt(saving.key, key, chosen))
    left = sum(line.cents for line in lines if line.key in of or not frozenset(of).isdisjoint(line.of))
    first = ledger.table.of(saving.of[0])
    return Line(
        said=saving,
        key=saving.key,
        section=first.section,
        group=first.group,
        price=-_share(ledger, saving),
        unit=ledger.table.currency,
        quantity=Decimal(left) / 100,
        source=first.source,
        date=first.date,
        of=of,
    )


def _exempt(saving: str, line: str, chosen: frozenset[str]) -> bool:
    return saving == "reserved" and line == "ec2_staging" and not chosen.isdisjoint(UNRESERVED)


def _share(ledger: Ledger, saving: Saving) -> Decimal:
    """The share that the table names, or the one that follows from it."""
    if saving.share is not None:
        return saving.share
    table = ledger.table
    if saving.key == "staging_nights":
        return Decimal(table.assumed.night_hours) / 24
    if saving.key == "small_machines":
        return 1 - table.of("ec2_staging").price / table.of("ec2_production").price
    return _freed(ledger) / table.of("ec2_production").quantity


def _freed(ledger: Ledger) -> Decimal:
    """Machines that go when the services used little run elsewhere: those that memory alone asked for."""
    kinds = ledger.table.machine
    instance = kinds.production.memory_mb - ledger.table.assumed.system_mb
    before = sum(ledger.house.services.values())
    after = before - sum(ledger.house.services[name] for name in SERVERLESS)
    wanted = [max(kinds.least, whole(Decimal(caps) / instance)) for caps in (before, after)]
    return Decimal(wanted[0] - wanted[1])
