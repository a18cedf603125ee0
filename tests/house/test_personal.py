"""What sounds as if it told of a person is declared personal, wherever it is stored or emitted."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import inspect
from tests.house.messages import events
from tests.house.test_secrets import stored

from rt.kernel.model.marks import Mark, Marks, below, marks_of

IMPERSONAL = frozenset(Path(__file__).with_name("impersonal.txt").read_text().split())
"""Texts that tell of no person: numbers, codes, names of companies and things, words of the platform.

By field, and by struct where a field of this name could be somebody's."""
TELLS = "tells of a person: declare it (Personal, personal_of); tells of nobody: tests/house/impersonal.txt"
AMBIGUOUS = re.compile(
    r"^(name|by|by_name|to|e?mail|phone|street|address|ip|agent|device|instructions|comment|note|reason|error)$"
    r"|^(text|said|description|title)$"
)
SOMEBODY = ("person_id", "user_id", "driver_id", "driver_user_id", "actor_id")
ACCOUNTED = re.compile(r"^(driver|actor)_name$|^((added|reported|opened)_)?by$")
"""Of whom there is an account or a file: their identity stands beside, or they cannot be erased."""
WHOSE = re.compile(r"(^|_)(name|by|e?mail|phone|to|address|ip|agent|device)$")


def undeclared(node: inspect.Type, marks: Marks, name: str, inside: tuple[type, ...] = ()) -> Iterator[str]:
    """Texts of which nothing is declared and that are no identities, as IMPERSONAL names them."""
    if isinstance(marks, Mark):
        return
    match node:
        case inspect.Metadata():
            if not {"leads_to", "secret_for"} & (node.extra or {}).keys():
                yield from undeclared(node.type, marks, name, inside)
        case inspect.StructType() if node.cls not in inside:
            for one in node.fields:
                field = f"{node.cls.__name__}.{one.name}" if AMBIGUOUS.search(one.name) else one.name
                yield from undeclared(one.type, below(marks, one.encode_name), field, (*inside, node.cls))
        case inspect.CollectionType():
            yield from undeclared(node.item_type, below(marks, "*"), name, inside)
        case inspect.TupleType() | inspect.UnionType():
            for part in node.item_types if isinstance(node, inspect.TupleType) else node.types:
                yield from undeclared(part, marks, name, inside)
        case inspect.DictType():
            yield from undeclared(node.value_type, below(marks, "*"), name, inside)
        case inspect.StrType() | inspect.BytesType() | inspect.AnyType() | inspect.RawType():
            if name and not re.search(r"(^|_)ids?$", name):
                yield name
        case inspect.FloatType() if re.search(r"latitude|longitude|^(lat|lon|lng)$", name):
            yield name


def belonging_to_nobody(node: inspect.Type, marks: Marks, inside: tuple[type, ...] = ()) -> Iterator[str]:
    """What is somebody's, beside the identity of somebody, and is not declared theirs."""
    match node:
        case inspect.Metadata():
            yield from belonging_to_nobody(node.type, marks, inside)
        case inspect.StructType() if node.cls not in inside and isinstance(marks, dict):
            beside = bool({one.name for one in node.fields} & set(SOMEBODY))
            for one in node.fields:
                mark = below(marks, one.encode_name)
                whose = isinstance(mark, Mark) and mark.kind == "personal" and WHOSE.search(one.name)
                if (
                    (beside or ACCOUNTED.search(one.name))
                    and whose
                    and not mark.of
                    and f"{node.cls.__name__}.{one.name}" not in THEIR_OWN
                ):
                    yield f"{node.cls.__name__}.{one.name}"
                yield from belonging_to_nobody(one.type, mark, (*inside, node.cls))
        case inspect.CollectionType():
            yield from belonging_to_nobody(node.item_type, below(marks, "*"), inside)
        case inspect.DictType():
            yield from belonging_to_nobody(node.value_type, below(marks, "*"), inside)
        case inspect.UnionType():
            for part in node.types:
                yield from belonging_to_nobody(part, marks, inside)


THEIR_OWN = {"Driver.name", "Driver.phone"}
"""Of whom the thing itself is."""


def kinds() -> list[Any]:
    """All that is stored and all that is told."""
    return [*stored(), *events()]


def test_what_tells_of_a_person_says_so_and_whatever_does_not_is_known() -> None:
    found = {name for kind in kinds() for name in undeclared(inspect.type_info(kind), marks_of(kind), "")}
    assert found == IMPERSONAL, TELLS


def hidden(marks: Marks, path: str = "") -> Iterator[str]:
    """What is declared to be hidden or derived, which says something of what is stored alone."""
    if isinstance(marks, Mark):
        if marks.kind != "personal":
            yield path
        return
    for name, inner in marks.items():
        yield from hidden(inner, f"{path}.{name}")


def test_nothing_is_told_that_only_what_is_stored_would_hide() -> None:
    assert {f"{kind.topic}{path}" for kind in events() for path in hidden(marks_of(kind))} == set()


def test_what_tells_of_somebody_named_beside_it_goes_when_they_are_erased() -> None:
    found = {
        name for kind in kinds() for name in belonging_to_nobody(inspect.type_info(kind), marks_of(kind))
    }
    assert found == set()


def test_an_event_is_read_when_all_that_is_personal_in_it_is_erased() -> None:
    """A subscription hears "" instead, or null where it is no text: every such field of an event takes
    that."""
    found = {
        (kind.topic, path) for kind in events() for path in refusing(inspect.type_info(kind), marks_of(kind))
    }
    assert found == set()


def refusing(node: inspect.Type, marks: Marks, path: str = "") -> Iterator[str]:
    """Fields that are declared personal and cannot be empty."""
    if isinstance(marks, Mark):
        texts = [part for part in _parts(node) if isinstance(part, inspect.StrType)]
        others = [part for part in _parts(node) if not isinstance(part, inspect.StrType)]
        nullable = any(isinstance(part, inspect.NoneType) for part in others)
        if not all(map(_takes_empty, texts)) or (others and not nullable):
            yield path
        return
    match node:
        case inspect.Metadata():
            yield from refusing(node.type, marks, path)
        case inspect.UnionType():
            for part in node.types:
                yield from refusing(part, marks, path)
        case inspect.StructType() if marks:
            for one in node.fields:
                yield from refusing(one.type, below(marks, one.encode_name), f"{path}.{one.name}")
        case inspect.CollectionType():
            yield from refusing(node.item_type, below(marks, "*"), path)
        case inspect.DictType():
            yield from refusing(node.value_type, below(marks, "*"), path)


def _parts(node: inspect.Type) -> list[inspect.Type]:
    """The types that a value may have."""
    if isinstance(node, inspect.Metadata):
        return _parts(node.type)
    return (
        [part for one in node.types for part in _parts(one)]
        if isinstance(node, inspect.UnionType)
        else [node]
    )


def _takes_empty(text: inspect.StrType) -> bool:
    return not text.min_length and (not text.pattern or re.search(text.pattern, "") is not None)
