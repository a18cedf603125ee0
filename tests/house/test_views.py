"""A thing shows itself: its view is made by its own `view`, `row` or `…_view`, and nowhere else."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.house.messages import contracts, messages
from tests.house.tree import PACKAGE, parsed, python_files, shown

from rt.kernel.model.messages import View

SERVICES = PACKAGE / "services"
VIEWS = {
    message.__name__
    for contract in contracts()
    for message in messages(contract)
    if issubclass(message, View)
}
OWN_NAME = re.compile(r"(_?\w+_)?(view|views|row)")
LEAST = 3
"""Fields that make a view one thing's own, if they are two thirds of all that are said."""

Function = ast.FunctionDef | ast.AsyncFunctionDef


def faults(tree: ast.Module, domain: bool) -> Iterator[str]:
    """Where a file of a service makes the view of a thing that has one of its own, or by another name.

    A thing may show its parts itself, in its own view or in what it tells.
    """
    below = _from_below(tree)
    for function, inside in _functions(tree, None):
        given = {
            one.arg: _name_of(one.annotation) for one in (*function.args.args, *function.args.kwonlyargs)
        }
        for call in _views_made(function):
            thing = _made_of(call)
            if thing is None or given.get(thing) in below:
                continue
            if not domain or inside is None:
                yield f"{function.name} shows {thing}"
            elif thing == "self" and OWN_NAME.fullmatch(function.name) is None:
                yield f"{inside}.{function.name} is a view by another name"


def _from_below(tree: ast.Module) -> set[str | None]:
    """Names from below the services: what kernel, trade and contracts know has no view of its own."""
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and not (node.module or "").startswith("rt.services")
        for alias in node.names
    }


def _functions(node: ast.AST, inside: str | None) -> Iterator[tuple[Function, str | None]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function):
            yield child, inside
        else:
            yield from _functions(child, child.name if isinstance(child, ast.ClassDef) else inside)


def _name_of(annotation: ast.expr | None) -> str | None:
    return annotation.id if isinstance(annotation, ast.Name) else None


def _views_made(function: Function) -> Iterator[ast.Call]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in VIEWS:
            yield node


def _made_of(call: ast.Call) -> str | None:
    """The one thing whose fields most of a view says, if there is one."""
    said = Counter(
        keyword.value.value.id
        for keyword in call.keywords
        if isinstance(keyword.value, ast.Attribute) and isinstance(keyword.value.value, ast.Name)
    )
    thing, count = said.most_common(1)[0] if said else ("", 0)
    return thing if count >= LEAST and 3 * count >= 2 * len(call.keywords) else None


def _in_domain(path: Path) -> bool:
    return "domain" in path.relative_to(SERVICES).parts


def test_a_thing_shows_itself() -> None:
    found = {
        shown(path): list(faults(parsed(path), _in_domain(path)))
        for path in python_files()
        if path.is_relative_to(SERVICES)
    }
    assert {path: said for path, said in found.items() if said} == {}


PARTS = "DockView(name=thing.name, doors=thing.doors, hours=thing.hours)"
KERNEL = "from rt.kernel.model.envelope import EventEnvelope\n"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"def view(thing: Dock):\n    return {PARTS}", ["view shows thing"]),
        (f"class Docks:\n    def _view(self, thing: Dock):\n        return {PARTS}", ["_view shows thing"]),
        (f"def find(things):\n    return [{PARTS} for thing in things]", ["find shows thing"]),
        (f"{KERNEL}def shown(thing: EventEnvelope):\n    return {PARTS}", []),
        (
            f"class Dock:\n    def shown(self):\n        return {PARTS.replace('thing', 'self')}",
            ["Dock.shown is a view by another name"],
        ),
        (f"class Dock:\n    def free_view(self):\n        return {PARTS.replace('thing', 'self')}", []),
        ("def find(one, two):\n    return DockView(name=one.name, doors=two.doors, hours=two.hours)", []),
    ],
)
def test_a_view_is_judged(source: str, said: list[str]) -> None:
    assert list(faults(ast.parse(source), domain="class Docks" not in source)) == said
