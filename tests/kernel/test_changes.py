"""What the story of a change shows: all that differs, where it differs, and nothing that is hidden."""

from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.kernel.changes import MOST_SHOWN, SHORT, change_of
from rt.kernel.messages import HIDDEN


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
    inside: "Thing | None" = None


def change(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    return change_of(Thing, before, after)


def test_what_only_sounds_secret_is_read() -> None:
    said = {"postal_code": "69007", "country_code": "FR", "hs_code": "0405", "content_hash": "ab"}
    assert change({}, said) == {"before": {}, "after": said}


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
    told = change(before, after)
    assert "1234" not in repr(told)
    assert told["before"]["lock"] == {"place": "gate", "code": "***"}
    assert told["after"]["lock"] == {"place": "yard", "code": "***"}
    assert told["after"]["papers"] == told["before"]["papers"] == told["after"]["combination"] == "***"
    assert told["after"]["by_name"] == {"front": {"place": "gate", "code": "***"}}


def test_of_a_long_list_the_stretch_that_differs_is_shown_with_its_place() -> None:
    before = list(range(300))
    told = change({"rows": before}, {"rows": [*before[:251], -1, *before[252:]]})
    assert told["before"]["rows"] == {"from": 251, "of": 300, "items": [251]}
    assert told["after"]["rows"] == {"from": 251, "of": 300, "items": [-1]}


def test_what_is_added_to_a_long_list_is_seen() -> None:
    told = change({"rows": list(range(60))}, {"rows": list(range(61))})
    assert told["before"]["rows"] == {"from": 60, "of": 60, "items": []}
    assert told["after"]["rows"] == {"from": 60, "of": 61, "items": [60]}


def test_what_is_left_out_is_counted() -> None:
    told = change({}, {"rows": list(range(1_000))})
    assert told["after"]["rows"] == {
        "from": 0,
        "of": 1_000,
        "items": list(range(MOST_SHOWN)),
        "left_out": 1_000 - MOST_SHOWN,
    }


def test_a_short_list_is_shown_whole() -> None:
    rows = list(range(SHORT))
    assert change({"rows": rows[1:]}, {"rows": rows}) == {
        "before": {"rows": rows[1:]},
        "after": {"rows": rows},
    }


@given(st.lists(st.integers(0, 3), max_size=200), st.lists(st.integers(0, 3), max_size=200))
def test_from_before_and_what_is_shown_after_can_be_read(before: list[int], after: list[int]) -> None:
    told = change({"rows": before}, {"rows": after})
    was, became = told["before"]["rows"], told["after"]["rows"]
    assert read(was, after) == before
    assert read(became, before) == after


def read(shown: Any, other: list[int]) -> list[int]:
    """A list from what is shown of it and the other one, which has the same ends."""
    if isinstance(shown, list):
        return shown
    tail = shown["of"] - shown["from"] - len(shown["items"])
    return [*other[: shown["from"]], *shown["items"], *other[len(other) - tail :]]


@pytest.mark.parametrize("value", [None, 3, "x", True, [], {}])
def test_any_plain_value_is_shown_as_it_is(value: Any) -> None:
    assert change({}, {"rows": value}) == {"before": {}, "after": {"rows": value}}
