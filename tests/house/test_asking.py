"""Pages ask once for all they show: never row by row, and never through a page of things for one of them."""

import ast
import re
from collections.abc import Iterator

from tests.house.tree import PACKAGE, parsed, python_files, shown

FLOORS = ("portals", "pages", "ui")
ASKING = {"attempt", "ask"}
QUESTION = re.compile(r"(Find|Get|Read|My|Count)[A-Z]")
ROW_BY_ROW = {
    "pages/carriers.py": "the few kinds that carry",
    "pages/drafting.py": "the few kinds that ask for transports",
    "pages/legs_grouping.py": "the whole orders and the files of one truck, eight at most",
    "pages/pallet_words.py": "all partners, 200 at a time",
    "pages/places.py": "the stops of a few recent orders, which no list shows whole",
    "portals/backoffice/naming.py": "guests too are named, whom no list of organizations has",
    "portals/backoffice/pages/timeline.py": "mail about a few orders, where the platform is tried out",
    "portals/driver/pages/day.py": "the orders and policies of one driver's day: lists are closed to drivers",
    "portals/driver/pages/queue.py": "what waited on a phone is done one by one, with the photos it names",
    "portals/industry/pages/proofs.py": "whole notes, their orders and files, to be read one after the other",
}
"""Where one question is asked for each of several things, and why it is not one question."""
SEARCHED = {
    "portals/backoffice/pages/maintenance.py": "all windows of maintenance are one calendar",
}
"""Where one thing is looked for among the items of an answer, and why it is not asked for by its identity."""


def found() -> tuple[set[str], set[str]]:
    """The files that ask in a loop, and those that search the items of an answer for an identity."""
    asking, searching = set(), set()
    for path in python_files():
        if path.is_relative_to(PACKAGE) and path.relative_to(PACKAGE).parts[0] in FLOORS:
            tree = parsed(path)
            name = shown(path).removeprefix("src/rt/")
            if any(asks_again(tree)):
                asking.add(name)
            if any(searches(tree)):
                searching.add(name)
    return asking, searching


def asks_again(tree: ast.AST) -> Iterator[bool]:
    """Whether a question is asked in a loop, or by a coroutine that one makes for `gather`."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef)]
    questioners = {node.name for node in functions if any(map(_questions, ast.walk(node)))} | {"attempt_all"}
    for node in ast.walk(tree):
        yield any(_questions(inner) or _called(inner) in questioners for inner in _repeated(node))
        yield _called(node) == "attempt_all"


def _repeated(node: ast.AST) -> Iterator[ast.AST]:
    """What a loop does again and again; what it goes over is made once."""
    parts: list[ast.AST] = []
    match node:
        case ast.For() | ast.AsyncFor():
            parts = [*node.body]
        case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
            parts = [node.elt, *node.generators[0].ifs, *node.generators[1:]]
        case ast.DictComp():
            parts = [node.key, node.value, *node.generators[0].ifs, *node.generators[1:]]
    for part in parts:
        yield from ast.walk(part)


def _questions(node: ast.AST) -> bool:
    """Whether this asks a question: what is wished for (a command) is wished one by one."""
    said = node.args if isinstance(node, ast.Call) and _called(node) in ASKING else []
    return any(QUESTION.match(_called(message)) for message in said)


def searches(tree: ast.AST) -> Iterator[bool]:
    """Whether `next(one for one in answer.items if one.thing_id == …)` stands there."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) == "next" and node.args:
            (first, *_) = node.args
            if isinstance(first, ast.GeneratorExp):
                over = first.generators[0]
                items = isinstance(over.iter, ast.Attribute) and over.iter.attr == "items"
                yield items and any(_of_identity(one) for one in over.ifs)


def _of_identity(test: ast.expr) -> bool:
    attributes = (one.attr for one in ast.walk(test) if isinstance(one, ast.Attribute))
    return isinstance(test, ast.Compare) and any(name.endswith("_id") for name in attributes)


def _called(node: ast.AST) -> str:
    if not isinstance(node, ast.Call):
        return ""
    return node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")


def test_a_page_asks_once_for_its_rows() -> None:
    asking, _ = found()
    assert asking == set(ROW_BY_ROW)


def test_a_thing_is_asked_for_by_its_identity() -> None:
    _, searching = found()
    assert searching == set(SEARCHED)


def test_the_way_to_the_next_page_is_written_as_an_address() -> None:
    """By `address` or `urlencode`, with what the list is narrowed by: what is searched may hold an "&"."""
    by_hand = re.compile(r"after=\{")
    ours = [path for path in python_files() if path.is_relative_to(PACKAGE)]
    assert [shown(path) for path in ours if by_hand.search(path.read_text("utf-8"))] == []


def test_where_a_page_ends_is_given_back_whole() -> None:
    """A cursor holds what the list is sorted by, a name of 120 letters perhaps: cut short it is refused."""
    cut = re.compile(r"""get\("after", ""\)\[:""")
    ours = [path for path in python_files() if path.is_relative_to(PACKAGE)]
    assert [shown(path) for path in ours if cut.search(path.read_text("utf-8"))] == []
