"""A message once published keeps its meaning: optional fields may come, anything else is a new message."""

from typing import Annotated, Literal

import msgspec
import pytest
from tests.contracts import shapes
from tests.house.messages import contracts

HOW = "accept it with: .venv/bin/python -m tests.contracts.shapes"


@pytest.mark.parametrize("contract", contracts())
def test_messages_keep_their_meaning(contract: str) -> None:
    assert shapes.broken(shapes.read(contract), shapes.shape(contract)) == []


@pytest.mark.parametrize("contract", contracts())
def test_new_messages_and_fields_are_in_the_snapshot(contract: str) -> None:
    assert shapes.broken(shapes.shape(contract), shapes.read(contract)) == [], HOW


def test_no_snapshot_outlives_its_contract() -> None:
    assert sorted(path.stem for path in shapes.SNAPSHOTS.glob("*.json")) == contracts()


class Pallet(msgspec.Struct):
    """What the others are compared with."""

    number: str
    left: int = 0


def shape_of(struct: type[msgspec.Struct]) -> shapes.Shape:
    _, reached = msgspec.json.schema_components([struct], ref_template="{name}")
    return {"words": {}, "structs": {"Pallet": shapes._struct(reached[struct.__name__])}}


def variant(*fields: tuple[str, object] | tuple[str, object, object]) -> type[msgspec.Struct]:
    return msgspec.defstruct("Pallet", [*fields], namespace={"__doc__": "Told in other words."})


@pytest.mark.parametrize(
    ("now", "fault"),
    [
        (variant(("number", str), ("left", int, 0)), None),
        (variant(("number", str), ("left", int, 5)), None),
        (variant(("number", str), ("left", int, 0), ("colour", str, "")), None),
        (variant(("number", str), ("colour", str), ("left", int, 0)), "Pallet.colour must be given now"),
        (variant(("number", str), ("left", int)), "Pallet.left must be given now"),
        (variant(("number", str)), "Pallet.left is gone or something else"),
        (variant(("number", int), ("left", int, 0)), "Pallet.number is gone or something else"),
        (variant(("number", Literal["a"]), ("left", int, 0)), "Pallet.number is gone or something else"),
        (variant(("number", str, ""), ("left", int, 0)), "Pallet.number may be missing now"),
        (
            variant(("number", Annotated[str, msgspec.Meta(max_length=9)]), ("left", int, 0)),
            "Pallet.number is gone or something else",
        ),
    ],
)
def test_only_an_optional_field_may_come(now: type[msgspec.Struct], fault: str | None) -> None:
    assert shapes.broken(shape_of(Pallet), shape_of(now)) == ([fault] if fault else [])


def test_a_message_that_moves_or_leaves_is_broken() -> None:
    before = {"words": {"Move": {"route": "/a"}, "Leave": {"route": "/b"}}, "structs": {"Pallet": {}}}
    now = {"words": {"Move": {"route": "/c"}}, "structs": {}}
    assert shapes.broken(before, now) == [
        "Move says something else at its head",
        "Leave says something else at its head",
        "Pallet is gone",
    ]
