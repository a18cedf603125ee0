"""Benchmarks are run by hand and seldom: what they take from the code is there all the same."""

import ast
from importlib import import_module

import pytest
from tests.house.tree import ROOT, parsed

NAMES = sorted(path.name for path in (ROOT / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_benchmark_takes_from_the_code_is_there(name: str) -> None:
    taken = [
        (node.module, one.name)
        for node in ast.walk(parsed(ROOT / "benchmarks" / name))
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "rt"
        for one in node.names
    ]
    gone = [f"{module}.{what}" for module, what in taken if not _is_there(str(module), what)]
    assert gone == [], f"benchmarks/{name} was left behind by a renaming"


def _is_there(module: str, name: str) -> bool:
    try:
        if hasattr(import_module(module), name):
            return True
        import_module(f"{module}.{name}")
    except ModuleNotFoundError:
        return False
    return True
