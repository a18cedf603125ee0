"""The hash chain names whatever is altered, and survives the database."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.services.ecpmr import make

from rt.services.ecpmr.domain.chain import difference
from rt.services.ecpmr.domain.note import Note

SEALED = ("issue", "versions", "acts", "times", "photos")
KIND = {"issue": "issue[0]", "versions": "version", "acts": "act", "times": "time", "photos": "photo"}


def stored(note: Note) -> dict[str, Any]:
    return msgspec.to_builtins(note)


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [leaf for name, inner in value.items() for leaf in leaves(inner, (*path, name))]
    if isinstance(value, list):
        return [leaf for position, inner in enumerate(value) for leaf in leaves(inner, (*path, position))]
    return [path]


def full_note() -> Note:
    note = make.delivered()
    note.record_time("pickup", "arrived", make.MORNING)
    note.amend(note.content_hash, make.consignment(instructions="Sonner"), "Consigne", make.CLERK)
    return note


FULL = stored(full_note())
PATHS = [leaf for name in SEALED for leaf in leaves(FULL[name], (name,))]


def altered(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + 1
    if value is None:
        return "x"
    if isinstance(value, str) and value[:4].isdigit() and "T" in value:
        return "2031" + value[4:]
    return "x" + str(value)


def name_of(path: tuple[Any, ...]) -> str:
    first, rest = KIND[path[0]], path[1:]
    if path[0] != "issue":
        first, rest = f"{first}[{path[1]}]", path[2:]
    return first + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in rest)


def test_an_untouched_note_is_intact():
    assert full_note().faults() == []


def test_a_note_is_intact_after_its_way_through_the_database():
    again = msgspec.convert(FULL, Note)
    assert again.faults() == []
    assert again.content_hash == msgspec.convert(FULL, Note).content_hash


@given(st.sampled_from(PATHS))
@settings(max_examples=250, deadline=None)
def test_any_altered_field_is_named(path):
    copy = msgspec.json.decode(msgspec.json.encode(FULL))
    place = copy
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = altered(place[path[-1]])
    try:
        note = msgspec.convert(copy, Note)
    except msgspec.ValidationError:
        return  # an alteration that cannot even be read
    assert name_of(path) in note.faults()


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_an_altered_chain_is_named(data):
    note = msgspec.convert(FULL, Note)
    link = data.draw(st.sampled_from(note.hash_chain))
    field = data.draw(st.sampled_from(["previous", "hash", "leaves"]))
    if field == "leaves":
        position = data.draw(st.integers(0, len(link.leaves) - 1))
        path, digest = link.leaves[position].rsplit(" ", 1)
        link.leaves[position] = f"{path} {digest[::-1]}"
    else:
        setattr(link, field, getattr(link, field)[::-1] if field == "hash" else "f" * 64)
    assert any(fault.startswith("chain[") for fault in note.faults())


@pytest.mark.parametrize("kept", ["acts", "versions", "times"])
def test_a_removed_record_is_named(kept):
    note = msgspec.convert(FULL, Note)
    getattr(note, kept).pop()
    assert note.faults()


def test_a_removed_last_act_with_its_link_contradicts_the_state():
    note = make.delivered()
    note.acts.pop()
    note.hash_chain.pop()
    assert "state" in note.faults()


def test_a_record_taken_out_with_its_link_leaves_a_gap():
    note = make.taken_over()
    note.record_time("delivery", "arrived", make.MORNING)
    note.amend(note.content_hash, make.consignment(instructions="Sonner"), "Consigne", make.CLERK)
    note.times.pop()
    note.hash_chain = [link for link in note.hash_chain if link.kind != "time"]
    assert note.faults() == ["chain[3]"]


def test_a_weight_has_one_spelling():
    assert difference(make.goods(weight_kg=24), make.goods(weight_kg=24.0)) == []
    assert difference(make.goods(weight_kg=24), make.goods(weight_kg=24.5)) == ["weight_kg"]
