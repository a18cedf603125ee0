"""Files keep the platform's form: they say what they are for, stay small, bear honest names, hide nothing."""

import ast
import re
from pathlib import Path

import pytest
from tests.house.tree import PACKAGE, ROOT, parsed, python_files, shown, tracked

SERVICE_LIMITS = {
    "README.md": 40,
    "domain": 300,
    "actions": 300,
    "adapters": 300,
    "handlers": 150,
    "jobs": 150,
    "store": 200,
    "api": 100,
    "app": 40,
}
CONTRACT_LIMIT = 300
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc", "data", "info"}
SILENCERS = re.compile(r"#\s*(noqa|type:\s*ignore|pyright:|mypy:|ruff:\s*noqa|pragma:\s*no cover)")
SKIPS = re.compile(r"pytest\.(skip|importorskip|xfail)|mark\.(skip|skipif|xfail)")
SKIPPER = ROOT / "tests" / "conftest.py"
MACHINE_PATH = re.compile(r"(?<![\w.~$}/-])/(home|root|Users|work|tmp|mnt|opt(?!/(rt|aws)/))/\w")
"""A folder of whoever wrote it; those of a machine of production are the project's own."""
REGISTRY = re.compile(r"pypi\.org|pythonhosted\.org|registry\.(npmjs|yarnpkg)\.\w+|--(extra-)?index-url")
CODE = {".py", ".ts", ".mjs", ".css", ".html"}
TEXT = CODE | {".md", ".toml", ".lock", ".json", ".sh", ".yml", ".yaml", ".tf", ""}
EXEMPT = {SKIPPER, Path(__file__)}
"""The one place that may skip, and this page, which must name what it looks for."""


def lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def readable() -> list[Path]:
    return [path for path in tracked() if path.suffix in TEXT and path not in EXEMPT]


def hits(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Where a pattern occurs, as file:line."""
    return [
        f"{shown(path)}:{number}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if pattern.search(line)
    ]


def opening(path: Path) -> str | None:
    """What is wrong with how a file opens, or None: its docstring's first line is one sentence."""
    text = ast.get_docstring(parsed(path))
    if not text:
        return "says nothing"
    first = text.splitlines()[0]
    if not first.endswith((".", "?", "!")):
        return f"does not end its sentence: {first}"
    return None


def test_every_file_opens_with_a_sentence() -> None:
    assert {shown(path): fault for path in python_files() if (fault := opening(path))} == {}


@pytest.mark.parametrize(
    ("source", "fault"),
    [('"""Where pallets are."""', None), ("x = 1", "says nothing"), ('"""Where pallets"""', "does not end")],
)
def test_an_opening_is_judged(source: str, fault: str | None, tmp_path: Path) -> None:
    path = tmp_path / "sample.py"
    path.write_text(source)
    found = opening(path)
    assert found == fault if fault is None else str(found).startswith(fault)


def test_searches_are_the_kernels_and_read_an_index() -> None:
    """A regular expression reads every text that is kept; the kernel's own say how an indexed one begins."""
    doors = {
        PACKAGE / "kernel" / f"{name}.py"
        for name in ("storage/persistence", "log/leases", "privacy/tenant_data")
    }
    others = [path for path in python_files() if path.is_relative_to(PACKAGE) and path not in doors]
    assert not hits(re.compile(r"\$regex\b"), others)


def test_the_packages_of_a_service_stay_small() -> None:
    large = {}
    services = PACKAGE / "services"
    for path in tracked():
        _, *parts = path.relative_to(services).parts if path.is_relative_to(services) else ("",)
        limit = SERVICE_LIMITS.get(parts[0].removesuffix(".py")) if parts else None
        if limit is not None and path.suffix in (".py", ".md") and lines(path) > limit:
            large[shown(path)] = f"{lines(path)} lines of {limit}"
    assert large == {}


def test_contracts_stay_small() -> None:
    contracts = [path for path in python_files() if path.is_relative_to(PACKAGE / "contracts")]
    large = {shown(path): lines(path) for path in contracts if lines(path) > CONTRACT_LIMIT}
    assert large == {}


def test_every_service_says_what_it_is_for() -> None:
    services = {path.parent for path in python_files() if path.parent.parent == PACKAGE / "services"}
    assert [shown(service) for service in services if not (service / "README.md").exists()] == []


def test_no_file_or_class_bears_a_name_that_says_nothing() -> None:
    bare = [
        shown(path)
        for path in python_files()
        if FORBIDDEN_NAMES & {part.removesuffix(".py") for part in path.relative_to(ROOT).parts}
    ]
    vague = re.compile(r"(Manager|Helper|Utils?|Base|Info|Data)$")
    classes = [
        f"{shown(path)}: {node.name}"
        for path in python_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ClassDef) and vague.search(node.name)
    ]
    assert bare + classes == []


def test_no_checker_is_silenced() -> None:
    assert hits(SILENCERS, [path for path in python_files() if path not in EXEMPT]) == []


def test_nothing_is_skipped_but_for_missing_shared_files() -> None:
    assert hits(SKIPS, [path for path in python_files() if path not in EXEMPT]) == []


def test_no_file_knows_a_machine() -> None:
    assert hits(MACHINE_PATH, readable()) == []


def test_no_file_names_a_package_registry() -> None:
    assert hits(REGISTRY, readable()) == []


def test_nothing_is_left_to_do_in_silence() -> None:
    marker = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert hits(marker, [path for path in readable() if path.suffix in CODE]) == []


def test_tables_are_given_out_through_the_one_guard_against_formulas() -> None:
    """rt.trade.spreadsheets writes them; who writes a table by hand forgets what a spreadsheet runs."""
    units = [path for path in python_files() if {"services", "portals"} & set(path.relative_to(ROOT).parts)]
    sources = [path for path in units if path.is_relative_to(PACKAGE)]
    assert hits(re.compile(r"csv\.(writer|DictWriter)|import Workbook"), sources) == []


def test_a_digit_is_one_that_int_takes() -> None:
    """`"²".isdigit()` is true and `int("²")` explodes: rt.kernel.core.digits reads numbers."""
    ours = [path for path in python_files() if path.is_relative_to(PACKAGE)]
    assert hits(re.compile(r"\.is(digit|numeric)\("), ours) == []


def test_no_client_reads_for_itself_whom_it_trusts() -> None:
    """It takes 20 ms and a megabyte: rt.kernel.core.tls has read it for all."""
    alone = [
        f"{shown(path)}:{node.lineno}"
        for path in python_files()
        if path.is_relative_to(PACKAGE)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) in ("httpx.Client", "httpx.AsyncClient")
        and not {"verify", "transport"} & {keyword.arg for keyword in node.keywords}
    ]
    assert alone == []
