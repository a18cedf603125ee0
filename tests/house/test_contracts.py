"""Every message of a contract carries its owner's name: in its route, its right and its topic."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Annotated, Any, Literal

import msgspec
import pytest
from msgspec import UNSET, Meta, UnsetType
from msgspec import inspect as mi
from msgspec.structs import fields
from tests.house.messages import asked, contracts, emitted, messages
from tests.house.tree import PACKAGE, parsed, python_files, shown

from rt.host.topology import UNITS
from rt.kernel.core.errors import Malformed
from rt.kernel.model.bounds import refuse_unfit
from rt.kernel.model.messages import OPEN, SELF, SIGNED_IN, UNIT, Command, Empty, Query
from rt.kernel.web.middleware import DOORS

PATHS = {row.package: row.path for row in UNITS}
METHODS = {"POST", "PUT", "PATCH", "DELETE"}


@pytest.mark.parametrize("contract", contracts())
def test_routes_begin_with_the_public_path_of_their_service(contract: str) -> None:
    path = PATHS[contract]
    strays = [message for message in asked(contract) if not f"{message.shape.route}/".startswith(f"{path}/")]
    assert strays == []


@pytest.mark.parametrize("contract", contracts())
def test_rights_begin_with_the_name_of_their_service(contract: str) -> None:
    levels = ("read", "write", "admin", "partner") if contract == "authz" else ("read", "write", "admin")
    known = {OPEN, SIGNED_IN, SELF, UNIT, *(f"{contract}.{level}" for level in levels)}
    strays = {
        message.__name__: message.shape.needs
        for message in asked(contract)
        if message.shape.needs not in known
    }
    assert strays == {}


@pytest.mark.parametrize("contract", contracts())
def test_topics_are_the_service_the_noun_and_what_happened(contract: str) -> None:
    form = re.compile(rf"{contract}\.[a-z]+(_[a-z]+)*\.[a-z]+(_[a-z]+)*")
    assert {
        message.__name__: message.topic for message in emitted(contract) if not form.fullmatch(message.topic)
    } == {}


@pytest.mark.parametrize("contract", contracts())
def test_every_message_says_in_its_own_sentence_what_it_is(contract: str) -> None:
    silent = [
        message.__name__
        for message in messages(contract)
        if not (message.__dict__.get("__doc__") or "").strip()
    ]
    assert silent == []


@pytest.mark.parametrize("contract", contracts())
def test_questions_get_and_wishes_do_not(contract: str) -> None:
    for message in asked(contract):
        nested = any(_nested(field.type) for field in mi.type_info(message).fields)
        asking = {"POST"} if nested else {"GET"}  # an address has no place for things within things
        allowed = asking if issubclass(message, Query) else METHODS
        assert message.shape.method in allowed, message.__name__


def _nested(node: mi.Type) -> bool:
    """Whether a field holds things with fields of their own."""
    match node:
        case mi.Metadata():
            return _nested(node.type)
        case mi.CollectionType():
            return _nested(node.item_type)
    return isinstance(node, mi.StructType)


def test_no_two_messages_answer_the_same_call() -> None:
    shapes = [message.shape for contract in contracts() for message in asked(contract)]
    calls = Counter((shape.method, re.sub(r"{\w+}", "{}", shape.route)) for shape in shapes)
    assert [call for call, times in calls.items() if times > 1] == []


def test_no_two_events_share_a_topic() -> None:
    topics = Counter(message.topic for contract in contracts() for message in emitted(contract))
    assert [topic for topic, times in topics.items() if times > 1] == []


def test_every_address_that_a_command_takes_is_one_address() -> None:
    """Whatever is called an e-mail in a wish has the one form of `rt.trade.contacts`."""
    loose = {
        f"{message.__name__}.{field}"
        for contract in contracts()
        for message in asked(contract)
        if issubclass(message, Command)
        for field, node, extra in texts(mi.type_info(message))
        if "email" in field and "form" not in extra
    }
    assert loose == set()


def texts(node: mi.Type, field: str = "", extra: dict[str, Any] | None = None) -> Iterator[Any]:
    """Every text field of a message, at any depth: its name, its type, what is said besides."""
    match node:
        case mi.Metadata():
            yield from texts(node.type, field, {**(node.extra or {}), **(extra or {})})
        case mi.StrType():
            yield field, node, extra or {}
        case mi.StructType():
            for inner in node.fields:
                yield from texts(inner.type, inner.encode_name)
        case mi.CollectionType():
            yield from texts(node.item_type, field, extra)
        case mi.DictType():
            yield from texts(node.value_type, field, extra)
        case mi.UnionType():
            for one in node.types:
                yield from texts(one, field, extra)


PLAIN_PLACES = {"verification_id", "provider", "notice_id"}
"""Fields of paths that anybody may read: printed on paper, or a name."""


def test_what_opens_something_by_standing_in_a_path_is_known_as_such() -> None:
    """Logs and traces leave it out by its name."""
    fields = {
        field
        for contract in contracts()
        for message in asked(contract)
        if message.shape.needs == OPEN
        for field in message.shape.path_fields
    }
    routes = [
        route
        for path in [*PACKAGE.glob("portals/*/pages/*.py"), *PACKAGE.glob("pages/*.py")]
        for route in re.findall(r'page\("([^"]+)"[^\n]*anyone=True', path.read_text())
        if not route.startswith("/l/{token}/")
    ]
    fields |= {field for route in routes for field in re.findall(r"{(\w+)}", route)}
    assert fields - DOORS == PLAIN_PLACES


def changed_in_part() -> list[Any]:
    """The words whose meaning is a partial change: those that say PATCH, and those with a field to leave."""
    return [
        message
        for contract in contracts()
        for message in asked(contract)
        if issubclass(message, Command)
        and (message.shape.method == "PATCH" or any(one.default is UNSET for one in fields(message)))
    ]


def takes(message: Any, field: str, value: object) -> bool:
    """Whether a message may be said with this value of a field and nothing else."""
    path = dict.fromkeys(message.shape.path_fields, "x")
    try:
        refuse_unfit(msgspec.convert(path | {field: value}, message))
    except (msgspec.ValidationError, Malformed):
        return False
    return True


def patch_faults(message: Any) -> list[str]:
    """Where a partial change does not say that what is absent stays and that null alone empties."""
    faults = [] if message.shape.method == "PATCH" else ["is no PATCH"]
    for one in fields(message):
        if one.name in message.shape.path_fields:
            continue
        if one.default is not UNSET:
            faults.append(f"{one.name} cannot be absent")
        if takes(message, one.name, ""):
            faults.append(f"{one.name} takes an empty text")
        if takes(message, one.name, None) and takes(message, one.name, []):
            faults.append(f"{one.name} is emptied in two ways: null and []")
    return faults


def test_a_partial_change_leaves_what_is_absent_and_empties_by_null_alone() -> None:
    """RFC 7396 in spirit: absent stays, null empties what may be empty, a value sets it whole."""
    messages = changed_in_part()
    assert len(messages) >= 5
    assert {message.__name__: faults for message in messages if (faults := patch_faults(message))} == {}


class Paint(Command[Empty], route="/toys/{toy_id}", needs=SELF, method="PATCH"):
    """What a partial change must not say."""

    toy_id: str
    colour: str | None = None
    name: str | UnsetType = UNSET
    kind: Literal["", "ball"] | UnsetType | None = UNSET
    parts: list[str] | UnsetType | None = UNSET
    owner: Annotated[str, Meta(min_length=1)] | UnsetType | None = UNSET


def test_a_partial_change_is_judged() -> None:
    assert patch_faults(Paint) == [
        "colour cannot be absent",
        "colour takes an empty text",
        "name takes an empty text",
        "kind takes an empty text",
        "parts is emptied in two ways: null and []",
    ]


FRONT_PAGES = sorted(PACKAGE.glob("contracts/*/__init__.py"))


def test_a_front_page_says_each_name_once() -> None:
    """What it imports is what the contract says; a second list of the same names could differ."""
    written_twice = [
        shown(path)
        for path in FRONT_PAGES
        if [type(node) for node in parsed(path).body[1:]] != [ast.ImportFrom] * len(parsed(path).body[1:])
    ]
    assert FRONT_PAGES
    assert written_twice == [], "imports alone, without __all__"


def test_a_name_is_taken_from_where_it_stands_or_from_a_front_page() -> None:
    """Front pages pass names on, and for their sake mypy lets all modules of contracts; no other does."""
    stray = [
        f"{shown(path)}: {alias.name} of {node.module}"
        for path in python_files()
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("rt.contracts.")
        for alias in node.names
        if alias.name not in own_names(str(node.module))
    ]
    assert stray == []


@cache
def own_names(module: str) -> set[str]:
    """What a module of a contract defines; of a front page also what it passes on."""
    place = PACKAGE.joinpath(*module.split(".")[1:])
    path = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    names: set[str] = {below.stem for below in place.glob("*.py")}
    for node in parsed(path).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names |= {target.id for target in targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.ImportFrom) and place.is_dir():
            names |= {alias.asname or alias.name for alias in node.names}
    return names
