"""A straight line is nobody's road: kilometres by road come from `rt.trade`, nobody else multiplies one."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import PACKAGE, parsed, python_files, shown

FACTOR = re.compile(r"DETOUR|CIRCUIT|WINDING|CROW_TO_ROAD", re.IGNORECASE)
STRAIGHT = re.compile(r"great_circle|haversine|crow|^metres$|^kilometres_between$")


def multiplied(tree: ast.AST) -> Iterator[int]:
    """Lines where a factor of winding is named, or a straight line is multiplied by a number above one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(one, ast.Name) and FACTOR.search(one.id) for one in targets):
                yield node.lineno
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
            sides = node.left, node.right
            lines = [
                one
                for side in sides
                for one in ast.walk(side)
                if isinstance(one, ast.Call) and STRAIGHT.search(_called(one))
            ]
            factors = [one.value for one in sides if isinstance(one, ast.Constant)]
            if lines and any(isinstance(one, float) and 1 < one < 2 for one in factors):
                yield node.lineno


def _called(call: ast.Call) -> str:
    func = call.func
    return func.attr if isinstance(func, ast.Attribute) else func.id if isinstance(func, ast.Name) else ""


def test_nobody_outside_trade_makes_a_road_of_a_straight_line() -> None:
    inside = [path for path in python_files() if PACKAGE in path.parents]
    outside = [path for path in inside if PACKAGE / "trade" not in path.parents]
    found = [f"{shown(path)}:{line}" for path in outside for line in multiplied(parsed(path))]
    assert found == []


def test_what_it_looks_for_is_found() -> None:
    lines = "DETOUR = 1.25", "metres(a, b) * 1.3", "1.2 * great_circle_km(a, b)", "metres(a, b) * 1000"
    assert list(multiplied(ast.parse("\n".join(lines)))) == [1, 2, 3]


def test_the_road_net_is_held_by_services_alone() -> None:
    """It takes 23 MB and a second; contracts are imported everywhere, portals are small and start often."""
    holding = {"roads", "roads_net", "ways", "stretches"}
    above = [PACKAGE / floor for floor in ("contracts", "ui", "pages", "portals")]
    found = [
        f"{shown(path)}: {name}"
        for path in python_files()
        if any(floor in path.parents for floor in above)
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and node.module
        for name in [f"{node.module}.{one.name}" for one in node.names] + [node.module]
        if name.startswith("rt.trade.") and name.split(".")[2] in holding
    ]
    assert found == []
