"""The platform on one page agrees with the specification, the folders and the code."""

import ast
import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.house.tree import PACKAGE, packages, parsed, python_files

from rt.host import topology
from rt.host.topology import PORTALS, UNITS

SERVICE_LINE = re.compile(r"^\| \*\*([\w-]+)\*\* \| (\d{4}) \|", re.MULTILINE)
TARGET_LINE = re.compile(r"^  - ([\w-]+): (/[\w/]+)/\* → EC2:(\d+)$", re.MULTILINE)
AROUND_EVERY_PORTAL = ("rt.pages.portal",)
"""Signing in, notices, status and announcements ask authz, notifications, admin-gateway for every portal."""
PORTAL_LINE = re.compile(r"^\| \*\*([\w/-]+)\*\* \| (\d{4}|-) \| (\w+)\.rt-technologie\.com \|", re.MULTILINE)


@pytest.fixture(scope="session")
def spec(shared_spec: Path) -> str:
    return (shared_spec / "architecture-de-deploiement.md").read_text(encoding="utf-8")


def test_the_services_have_the_ports_of_the_specification(spec: str) -> None:
    services = spec.split("## Services Backend")[1].split("## Applications Frontend")[0]
    wanted = {name: int(port) for name, port in SERVICE_LINE.findall(services)}
    assert len(wanted) == 17
    assert {row.name: row.port for row in UNITS} == wanted


def test_the_load_balancer_of_the_specification_finds_each_service(spec: str) -> None:
    targets = TARGET_LINE.findall(spec)
    assert len(targets) == 12
    rows = {row.name: (row.path, row.port) for row in UNITS}
    for name, path, port in targets:
        assert rows[name] == (path, int(port))


def test_the_portals_have_the_names_ports_and_subdomains_of_the_specification(spec: str) -> None:
    wanted = PORTAL_LINE.findall(spec.split("## Applications Frontend")[1])
    assert len(wanted) == 9
    rows = {row.name: row for row in PORTALS}
    assert set(rows) == {name for name, _, _ in wanted}
    for name, port, subdomain in wanted:
        assert rows[name].subdomain == subdomain
        assert port in ("-", str(rows[name].port))


def test_no_two_things_share_a_port_a_path_or_a_subdomain() -> None:
    ports = [topology.EDGE_PORT, *(row.port for row in UNITS), *(row.port for row in PORTALS)]
    for taken in (ports, [row.path for row in UNITS], [row.subdomain for row in PORTALS]):
        assert [thing for thing, times in Counter(taken).items() if times > 1] == []


@pytest.mark.parametrize("floor", ["services", "contracts", "portals"])
def test_every_folder_has_a_row(floor: str) -> None:
    rows = PORTALS if floor == "portals" else UNITS
    assert set(packages(floor)) <= {row.package for row in rows}


@pytest.mark.parametrize("floor", ["services", "portals"])
def test_what_has_a_folder_is_put_together(floor: str) -> None:
    """A room without app.py would be neither built nor absent."""
    rows = PORTALS if floor == "portals" else UNITS
    assert packages(floor) == sorted(row.package for row in rows if row.built)


@pytest.mark.parametrize("row", [row for row in UNITS if row.built], ids=lambda row: row.package)
def test_a_service_speaks_a_contract_of_its_own(row: topology.UnitRow) -> None:
    assert row.package in packages("contracts")


def test_only_units_of_the_platform_are_asked() -> None:
    known = {row.package for row in UNITS}
    for row in UNITS:
        assert set(row.asks) - {topology.EVERYBODY} <= known - {row.package}


@pytest.mark.parametrize("package", packages("services"))
def test_a_service_asks_only_whom_the_topology_says(package: str) -> None:
    asked = {
        contract
        for path in python_files()
        if path.is_relative_to(PACKAGE / "services" / package)
        for contract in contracts_asked(parsed(path))
    }
    assert [contract for contract in asked - {package} if not topology.may_ask(package, contract)] == []


@pytest.mark.parametrize("row", [row for row in PORTALS if row.built], ids=lambda row: row.package)
def test_a_portal_asks_the_services_that_the_topology_says(row: topology.PortalRow) -> None:
    own = [path for path in python_files() if path.is_relative_to(PACKAGE / "portals" / row.package)]
    asked = {name for path in own for name in modules_asked(path)}
    waiting = [name for name in asked if name.startswith("rt.pages.") and name not in AROUND_EVERY_PORTAL]
    while waiting:
        further = set(modules_asked(PACKAGE.parent.joinpath(*waiting.pop().split(".")).with_suffix(".py")))
        waiting += [name for name in further - asked if name.startswith("rt.pages.")]
        asked |= further
    named = {name.split(".")[2] for name in asked if name.startswith("rt.contracts.")}
    assert set(row.asks) == named, "its row names what its pages ask, and what the rt.pages that it takes ask"


def modules_asked(path: Path) -> Iterator[str]:
    """What a file of pages imports of the platform, a module that is named by its package too."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.ImportFrom) and node.module == "rt.pages":
            yield from (f"rt.pages.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def contracts_asked(module: ast.Module) -> set[str]:
    """The contracts whose messages are handed to an `ask(…)`."""
    origin = {
        alias.asname or alias.name: node.module.split(".")[2]
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("rt.contracts.")
        for alias in node.names
    }
    messages = {
        call.args[0].func.id
        for call in ast.walk(module)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr == "ask"
        and call.args
        and isinstance(call.args[0], ast.Call)
        and isinstance(call.args[0].func, ast.Name)
    }
    return {origin[message] for message in messages if message in origin}


def test_whoever_asks_is_seen_asking() -> None:
    source = "from rt.contracts.authz import IssueLink\nasync def go(s):\n    await s.ask(IssueLink())\n"
    assert contracts_asked(ast.parse(source)) == {"authz"}


def test_only_rows_of_the_platform_may_ask() -> None:
    assert topology.may_ask("industry", "palette")
    assert topology.may_ask("admin_gateway", "palette")
    assert topology.may_ask("planning", "core_orders")
    assert not topology.may_ask("planning", "palette")
    assert not topology.may_ask("stranger", "palette")


def test_the_topology_for_machines_names_all() -> None:
    platform = json.loads(topology.as_json())
    assert len(platform["services"]) == 17
    assert len(platform["portals"]) == 9
    assert platform["support_url"] == "https://support.rt-technologie.com"
    orders = next(row for row in platform["services"] if row["name"] == "core-orders")
    assert (orders["package"], orders["port"], orders["path"]) == ("core_orders", 3001, "/api/orders")
