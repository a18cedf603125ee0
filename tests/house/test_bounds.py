"""Each list, dictionary, text and number of a message has its bounds, each reference a place it leads to."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from msgspec import inspect as mi
from tests.house.messages import asked, contracts

from rt.kernel.model.messages import SIGNED_IN, Command

REFERENCE = re.compile(r"(^|_)ids?$")
NO_REFERENCES = {
    "FollowOrder.share_id": "what the link holds; whoever has it may look",
    "IssueLink.object_id": "of any unit: it makes the link for what is its own",
    "MyDocuments.order_ids": "several in one text; what is not seen is left out",
    "VerifyDocument.verification_id": "what is printed on a note; whoever reads it may ask",
}
"""Fields that are named like references and are none, and why."""

Found = tuple[str, mi.Type, dict[str, Any]]


def fields(node: mi.Type, path: str, extra: dict[str, Any], seen: tuple[type, ...] = ()) -> Iterator[Found]:
    """Every field below a message, at any depth, with what is written on its type."""
    match node:
        case mi.Metadata():
            yield from fields(node.type, path, {**extra, **(node.extra or {})}, seen)
        case mi.StructType():
            if node.cls not in seen:
                for field in node.fields:
                    yield from fields(field.type, f"{path}.{field.encode_name}", {}, (*seen, node.cls))
        case mi.ListType() | mi.SetType() | mi.FrozenSetType() | mi.VarTupleType():
            yield path, node, extra
            yield from fields(node.item_type, path, extra, seen)
        case mi.DictType():
            yield path, node, extra
            yield from fields(node.key_type, f"{path}{{}}", {}, seen)
            yield from fields(node.value_type, f"{path}{{}}", {}, seen)
        case mi.UnionType():
            for one in node.types:
                yield from fields(one, path, extra, seen)
        case _:
            yield path, node, extra


def below(message: type[Any]) -> Iterator[Found]:
    return fields(mi.type_info(message), message.__name__, {})


@pytest.mark.parametrize("contract", contracts())
def test_every_list_and_text_of_a_message_has_a_maximum(contract: str) -> None:
    """One request must not be able to hold more than the trade ever says."""
    endless = sorted(
        path
        for message in asked(contract)
        for path, node, _ in below(message)
        if isinstance(
            node, mi.ListType | mi.SetType | mi.FrozenSetType | mi.VarTupleType | mi.DictType | mi.StrType
        )
        and node.max_length is None
        and not (isinstance(node, mi.StrType) and node.pattern and not re.search(r"[*+]|,}", node.pattern))
    )
    assert endless == []


@pytest.mark.parametrize("contract", contracts())
def test_every_number_of_a_message_has_its_bounds(contract: str) -> None:
    endless = sorted(
        path
        for message in asked(contract)
        for path, node, _ in below(message)
        if isinstance(node, mi.IntType | mi.FloatType)
        and ((node.ge is None and node.gt is None) or (node.le is None and node.lt is None))
    )
    assert endless == []


@pytest.mark.parametrize("contract", contracts())
def test_every_reference_says_what_it_leads_to(contract: str) -> None:
    silent = sorted(
        path
        for message in asked(contract)
        for path, node, extra in below(message)
        if isinstance(node, mi.StrType)
        and REFERENCE.search(path.rpartition(".")[2])
        and "leads_to" not in extra
        if path not in NO_REFERENCES
    )
    assert silent == []


@pytest.mark.parametrize("contract", contracts())
def test_no_command_is_for_anybody_who_is_signed_in(contract: str) -> None:
    """What changes something needs a right, or is said about oneself."""
    commands = [message for message in asked(contract) if issubclass(message, Command)]
    assert [message.__name__ for message in commands if message.shape.needs == SIGNED_IN] == []
