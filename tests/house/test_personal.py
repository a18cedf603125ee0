"""What sounds as if it told of a person is declared personal, wherever it is stored or told."""

import re
from collections.abc import Iterator

import pytest
from msgspec import inspect
from tests.house.test_secrets import stored
from tests.house.words import contracts, told

from rt.kernel.marks import Mark, Marks, below, marks_of

SOUNDS_PERSONAL = re.compile(
    r"(^|_)(e?mail|phone|mobile|street|ip|agent|device|instructions|comment|note|reason|text|said|address)$"
    r"|^(first|last|driver|actor|person|signer)_name$|^(signed|added|reported|written)_by$"
)
READABLE = {
    "delivery_note": "a number on paper",
    "goods_text": "what is carried",
    "full_instructions": "whether a dock may be booked",
    "Tick.note": "the platform on an outage",
    "Window.reason": "the platform on its maintenance",
    "Erasure.reason": "of an organization",
    "IdentityAnswered.reason": "of a company's numbers",
    "IdentityChange.reason": "of a company's numbers",
}
"""By struct and field, or by field: why it is no person's."""


def undeclared(node: inspect.Type, marks: Marks, inside: tuple[type, ...] = ()) -> Iterator[str]:
    """Fields that sound as if they told of a person and are neither declared so nor hidden."""
    if isinstance(marks, Mark):
        return
    match node:
        case inspect.Metadata():
            yield from undeclared(node.type, marks, inside)
        case inspect.StructType() if node.cls not in inside:
            for one in node.fields:
                mark = below(marks, one.encode_name)
                name = f"{node.cls.__name__}.{one.name}"
                readable = name in READABLE or one.name in READABLE or not _text(one.type)
                if SOUNDS_PERSONAL.search(one.name) and not isinstance(mark, Mark) and not readable:
                    yield name
                yield from undeclared(one.type, mark, (*inside, node.cls))
        case inspect.CollectionType():
            yield from undeclared(node.item_type, below(marks, "*"), inside)
        case inspect.DictType():
            yield from undeclared(node.value_type, below(marks, "*"), inside)
        case inspect.UnionType():
            for one in node.types:
                yield from undeclared(one, marks, inside)


def _text(node: inspect.Type) -> bool:
    match node:
        case inspect.Metadata():
            return _text(node.type)
        case inspect.UnionType():
            return any(_text(one) for one in node.types)
    return isinstance(node, inspect.StrType)


def test_what_is_stored_and_tells_of_a_person_says_so() -> None:
    assert {
        found for kind in stored() for found in undeclared(inspect.type_info(kind), marks_of(kind))
    } == set()


@pytest.mark.parametrize("contract", contracts())
def test_what_an_event_tells_of_a_person_says_so(contract: str) -> None:
    kinds = told(contract)
    assert {found for kind in kinds for found in undeclared(inspect.type_info(kind), marks_of(kind))} == set()


@pytest.mark.parametrize("contract", contracts())
def test_an_event_is_read_when_all_that_is_personal_in_it_is_erased(contract: str) -> None:
    """A listener hears "" instead: every such field of an event takes that."""
    kinds = told(contract)
    assert {found for kind in kinds for found in refusing(inspect.type_info(kind), marks_of(kind))} == set()


def refusing(node: inspect.Type, marks: Marks, path: str = "") -> Iterator[str]:
    """Fields that are declared personal and are no text, or none that may be empty."""
    match node:
        case inspect.Metadata():
            yield from refusing(node.type, marks, path)
        case inspect.UnionType():
            if not any(list(refusing(one, marks, path)) == [] for one in node.types):
                yield path
        case inspect.StrType() if isinstance(marks, Mark):
            if node.min_length or (node.pattern and not re.search(node.pattern, "")):
                yield path
        case _ if isinstance(marks, Mark):
            yield path
        case inspect.StructType() if marks:
            for one in node.fields:
                yield from refusing(one.type, below(marks, one.encode_name), f"{path}.{one.name}")
        case inspect.CollectionType():
            yield from refusing(node.item_type, below(marks, "*"), path)
        case inspect.DictType():
            yield from refusing(node.value_type, below(marks, "*"), path)
