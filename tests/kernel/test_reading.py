"""A release reads what a newer one wrote, and stays as strict as before with everything else."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.kernel.core.reading import read, read_json
from rt.kernel.model.entity import Entity
from rt.kernel.model.messages import View


class Line(View):
    weight_kg: float = 0
    marks: list[str] = []


class Walk(msgspec.Struct, tag="walk", forbid_unknown_fields=True):
    metres: int


class Ride(msgspec.Struct, tag="ride", forbid_unknown_fields=True):
    stops: int


class Load(View):
    lines: list[Line]
    by_dock: dict[str, Line] = {}
    first: Line | None = None
    pair: tuple[Line, int] | None = None
    way: Walk | Ride | None = None
    at: datetime


class Consignment(Entity, kw_only=True):
    load: Load


def whole() -> dict[str, Any]:
    line = {"weight_kg": 3.0, "marks": ["A"]}
    return {
        "lines": [dict(line), dict(line)],
        "by_dock": {"north": dict(line)},
        "first": dict(line),
        "pair": [dict(line), 2],
        "way": {"type": "ride", "stops": 4},
        "at": "2026-11-22T05:00:00Z",
    }


def places(value: Any) -> list[dict[str, Any]]:
    """Every object inside a value; the docks' dictionary has names of its own and no unknown ones."""
    if isinstance(value, list):
        return [found for inner in value for found in places(inner)]
    if isinstance(value, dict):
        own = [] if "north" in value else [value]
        return own + [found for inner in value.values() for found in places(inner)]
    return []


@given(st.sets(st.integers(0, 6), min_size=1), st.sampled_from([None, 1, "x", [1], {"y": 2}]))
def test_a_field_of_tomorrow_is_passed_over_wherever_it_stands(where: set[int], value: Any) -> None:
    today, tomorrow = whole(), whole()
    spots = places(tomorrow)
    assert len(spots) == 7
    for index in where:
        spots[index % len(spots)]["added_in_a_later_release"] = value
    assert read(tomorrow, Load) == read(today, Load) == read_json(msgspec.json.encode(tomorrow), Load)


@pytest.mark.parametrize(
    "damage",
    [
        lambda load: load.pop("lines"),
        lambda load: load["lines"][0].update(weight_kg="heavy", added=1),
        lambda load: load.update(way={"type": "flight", "hours": 1}, added=1),
    ],
    ids=["missing", "wrong type", "unknown tag"],
)
def test_what_does_not_fit_is_still_refused(damage: Any) -> None:
    load = whole()
    damage(load)
    with pytest.raises(msgspec.ValidationError):
        read(load, Load)
    with pytest.raises(msgspec.ValidationError):
        read_json(msgspec.json.encode(load), Load)


def test_a_stored_document_of_a_newer_release_is_read() -> None:
    moment = datetime(2026, 11, 22, 5, tzinfo=UTC)
    load = whole() | {"at": moment, "insured": True}
    stored = {"id": "con_1", "org_id": "org_a", "version": 3, "created_at": moment, "changed_at": moment}
    found = read(stored | {"load": load, "insurer": "Alpha"}, Consignment, (datetime, bytes))
    assert found.load.lines[1].weight_kg == 3.0
    assert found.load.at == moment


class Journey(View):
    """Said `first` and `last` apart before it said `calls`."""

    calls: list[str]

    @staticmethod
    def from_earlier(said: dict[str, Any]) -> dict[str, Any]:
        return said if "calls" in said else {**said, "calls": [said["first"], said["last"]]}


class Journeys(View):
    """Something that holds what said itself otherwise before."""

    found: list[Journey]


def test_what_an_earlier_release_said_otherwise_is_read_as_it_is_said_today() -> None:
    earlier = {"found": [{"first": "Lyon", "last": "Metz"}, {"first": "a", "last": "b", "calls": ["Brest"]}]}
    today = Journeys(found=[Journey(calls=["Lyon", "Metz"]), Journey(calls=["Brest"])])
    assert read(earlier, Journeys) == read_json(msgspec.json.encode(earlier), Journeys) == today
