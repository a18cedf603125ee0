"""What the timeline of a change shows: all that differs, where it differs, and nothing that is hidden."""

from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.kernel.model.messages import DERIVED, HIDDEN
from rt.kernel.storage.changes import MOST_SHOWN, change_of


class Lock(msgspec.Struct):
    """Part of a thing."""

    place: str = ""
    code: Annotated[str, HIDDEN] = ""


class Thing(msgspec.Struct):
    """Something stored."""

    postal_code: str = ""
    country_code: str = ""
    hs_code: str = ""
    content_hash: str = ""
    combination: Annotated[str, HIDDEN] = ""
    lock: Lock | None = None
    locks: list[Lock] = []
    by_name: dict[str, Lock] = {}
    papers: Annotated[dict[str, str], HIDDEN] = {}
    rows: list[int] = []
    total: Annotated[int, DERIVED] = 0
    inside: "Thing | None" = None


def change(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    return change_of(Thing, before, after)


def test_what_only_sounds_secret_is_read() -> None:
    said = {"postal_code": "69007", "country_code": "FR", "hs_code": "0405", "content_hash": "ab"}
    assert change({}, said) == [{"path": name, "after": value} for name, value in said.items()]


def test_what_is_declared_hidden_is_shown_nowhere_at_any_depth() -> None:
    secret = {"place": "gate", "code": "1234"}
    before = {"combination": "1234", "lock": secret, "papers": {"a": "1234"}}
    after = {
        "combination": "12345",
        "lock": {"place": "yard", "code": "12345"},
        "locks": [secret] * 60,
        "by_name": {"front": secret},
        "papers": {"b": "1234"},
        "inside": {"combination": "1234", "lock": secret},
    }
    emitted = change(before, after)
    assert "1234" not in repr(emitted)
    leaves = {leaf["path"]: (leaf.get("before"), leaf.get("after")) for leaf in emitted}
    assert leaves["combination"] == leaves["papers"] == leaves["lock.code"] == ("***", "***")
    assert leaves["lock.place"] == ("gate", "yard")
    assert leaves["by_name"] == (None, {"front": {"place": "gate", "code": "***"}})


def test_what_follows_from_the_rest_is_not_told_again_at_any_depth() -> None:
    emitted = change({"total": 3}, {"rows": [1, 2], "total": 4, "inside": {"total": 5, "country_code": "FR"}})
    assert emitted == [
        {"path": "rows", "after": [1, 2]},
        {"path": "inside", "after": {"country_code": "FR"}},
    ]


def test_of_a_long_list_the_items_that_differ_are_shown_with_their_place() -> None:
    before = list(range(300))
    emitted = change({"rows": before}, {"rows": [*before[:251], -1, *before[252:]]})
    assert emitted == [{"path": "rows.251", "before": 251, "after": -1}]


def test_what_is_added_to_a_long_list_is_seen() -> None:
    emitted = change({"rows": list(range(60))}, {"rows": list(range(61))})
    assert emitted == [{"path": "rows.60", "after": 60}]


def test_of_a_thing_in_a_list_only_the_leaf_that_changed_is_shown() -> None:
    before = [{"id": "a", "place": "gate"}, {"id": "b", "place": "yard"}]
    after = [{"id": "c", "place": "roof"}, {"id": "b", "place": "dock"}]
    assert change({"locks": before}, {"locks": after}) == [
        {"path": "locks.a", "before": {"id": "a", "place": "gate"}},
        {"path": "locks.b.place", "before": "yard", "after": "dock"},
        {"path": "locks.c", "after": {"id": "c", "place": "roof"}},
    ]


def test_things_put_into_another_order_are_shown_as_such() -> None:
    a, b = {"id": "a"}, {"id": "b"}
    emitted = change({"locks": [a, b]}, {"locks": [b, a]})
    assert emitted == [{"path": "locks", "before": {"ids": ["a", "b"]}, "after": {"ids": ["b", "a"]}}]


def test_what_is_left_out_is_counted() -> None:
    (leaf,) = change({}, {"rows": list(range(1_000))})
    assert leaf == {"path": "rows", "after": list(range(MOST_SHOWN)), "left_out": 1_000 - MOST_SHOWN}
    *shown, rest = change({"rows": [-1]}, {"rows": list(range(1_000))})
    assert (len(shown), rest) == (MOST_SHOWN, {"path": "rows", "left_out": 1_000 - MOST_SHOWN})


def test_what_was_empty_and_stays_empty_is_no_change() -> None:
    assert change({"rows": None}, {"rows": [], "by_name": {}, "postal_code": ""}) == []


@given(st.lists(st.integers(0, 3), max_size=150), st.lists(st.integers(0, 3), max_size=150))
def test_from_before_and_what_is_shown_after_can_be_read(before: list[int], after: list[int]) -> None:
    assert read(before, change({"rows": before}, {"rows": after})) == after


def read(before: list[int], emitted: list[dict[str, Any]]) -> list[int]:
    """A list from what it was and the leaves that changed."""
    read = list(before)
    by_place = [(int(leaf["path"].rpartition(".")[2]), leaf) for leaf in emitted]
    for place, leaf in by_place:
        if "before" in leaf and "after" in leaf:
            read[place] = leaf["after"]
        elif "after" in leaf:
            read.insert(place, leaf["after"])
    for place, leaf in reversed(by_place):
        if "after" not in leaf:
            del read[place]
    return read


@pytest.mark.parametrize("value", [3, "x", True])
def test_any_plain_value_is_shown_as_it_is(value: Any) -> None:
    assert change({}, {"rows": value}) == [{"path": "rows", "after": value}]
