"""What the programs beside the services ask by its path is asked by one that a contract has."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.house.messages import asked, contracts
from tests.house.tree import PACKAGE, parsed, shown

from rt.host.topology import UNITS

PUBLIC = tuple(f"{row.path}/" for row in UNITS if row.built)
PARAMETER = re.compile(r"\{[^}]*\}")
GAP = "x"
"""Stands for whatever a path is filled with."""
ROUTES = {PARAMETER.sub(GAP, message.shape.route) for contract in contracts() for message in asked(contract)}
BESIDE = sorted(path for folder in ("ops", "host") for path in (PACKAGE / folder).rglob("*.py"))


def paths(tree: ast.AST) -> Iterator[str]:
    """Every text that begins like a public path, without its query."""
    parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            said = "".join(str(one.value) if isinstance(one, ast.Constant) else GAP for one in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            said = node.value
        else:
            continue
        if said.startswith(PUBLIC):
            yield said.partition("?")[0]


def known(path: str) -> bool:
    """Whether a route begins with these segments; a gap on either side may stand for any."""
    said = path.split("/")
    routes = [route.split("/") for route in ROUTES]
    return any(
        len(said) <= len(route)
        and all(GAP in pair or len(set(pair)) == 1 for pair in zip(said, route, strict=False))
        for route in routes
    )


@pytest.mark.parametrize("path", [path for path in BESIDE if any(paths(parsed(path)))], ids=shown)
def test_a_path_that_is_asked_is_served(path: Path) -> None:
    assert [said for said in paths(parsed(path)) if not known(said)] == []
