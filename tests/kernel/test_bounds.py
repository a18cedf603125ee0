"""What no message may carry: dates that mean nothing, texts that cannot be stored, rights for nobody."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rt.kernel.access.identity import Actor, PeopleOnly, RoleMayNot, check
from rt.kernel.core.clock import day_of, held, today
from rt.kernel.core.errors import Malformed
from rt.kernel.model.bounds import (
    AHEAD_DAYS,
    EARLIEST,
    DateTooFar,
    formed,
    refuse_unfit,
    refuse_unstorable,
    within,
)
from rt.kernel.model.messages import SELF, Command, Empty, View

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


class Line(View):
    on: Annotated[date, within(past_days=10, ahead_days=20)]


class Wish(Command[Empty], route="/toys/wishes", needs="toys.write", closed_to=("driver",)):
    """A wish with dates wherever a message can have them."""

    day: date | None = None
    at: datetime | None = None
    lines: list[Line] = []
    by_name: dict[str, Line] = {}
    maybe: Line | None = None


class OwnWish(Command[Empty], route="/toys/wishes/own", needs=SELF):
    """A wish about oneself."""


def near(wish: Wish) -> str:
    """The field that is refused, or ""."""
    with held(NOON):
        try:
            refuse_unfit(wish)
        except DateTooFar as refusal:
            return refusal.field
    return ""


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (Wish(), ""),
        (Wish(day=date(3500, 1, 1)), "day"),
        (Wish(day=date(222, 3, 19)), "day"),
        (Wish(day=EARLIEST), ""),
        (Wish(day=EARLIEST - timedelta(days=1)), "day"),
        (Wish(at=datetime.max.replace(tzinfo=UTC)), "at"),
        (Wish(at=datetime.min), "at"),
        (Wish(at=NOON + timedelta(days=AHEAD_DAYS)), ""),
        (Wish(lines=[Line(on=date(2026, 12, 18)), Line(on=date(2026, 12, 19))]), "lines.1.on"),
        (Wish(by_name={"a": Line(on=date(2026, 11, 17))}), "by_name.a.on"),
        (Wish(maybe=Line(on=date(2026, 11, 18))), ""),
        (Wish(maybe=Line(on=date(2026, 11, 17))), "maybe.on"),
    ],
)
def test_a_date_beyond_what_its_field_means_is_refused_by_name(wish: Wish, field: str) -> None:
    assert near(wish) == field


@given(day=st.dates())
def test_no_date_is_so_far_that_asking_fails_otherwise(day: date) -> None:
    inside = EARLIEST <= day <= NOON.date() + timedelta(days=AHEAD_DAYS)
    assert near(Wish(day=day)) == ("" if inside else "day")


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"name": "a\x00b"}, "name"),
        ({"lines": [{"name": "fine"}, {"name": "\ud800"}]}, "lines.1.name"),
        ({"na\x00me": 1}, ""),
    ],
)
def test_a_text_that_no_store_takes_is_refused_by_name(value: object, field: str) -> None:
    with pytest.raises(Malformed) as refused:
        refuse_unstorable(value)
    assert refused.value.field == field


@given(st.recursive(st.text(st.characters(exclude_characters="\x00", exclude_categories=["Cs"])), st.lists))
def test_every_other_text_is_taken(value: object) -> None:
    refuse_unstorable(value)


def test_what_is_nested_too_deeply_is_refused() -> None:
    deep: object = "end"
    for _ in range(40):
        deep = [deep]
    with pytest.raises(Malformed):
        refuse_unstorable(deep)


@pytest.mark.parametrize(
    ("roles", "kind", "refused"),
    [
        ({"driver"}, "user", True),
        ({"dispatcher"}, "user", False),
        ({"driver", "dispatcher"}, "user", False),
        (set(), "key", False),
        ({"driver"}, "unit", False),
    ],
)
def test_a_message_that_is_closed_to_a_role_is_refused_to_whoever_has_no_other(
    roles: set[str], kind: str, refused: bool
) -> None:
    actor = msgspec.structs.replace(
        Actor(id="usr_a", rights=frozenset({"toys.write"}), roles=frozenset(roles)), kind=kind
    )
    if refused:
        with pytest.raises(RoleMayNot):
            check(Wish.shape, actor, {})
    else:
        check(Wish.shape, actor, {})


@pytest.mark.parametrize(("kind", "allowed"), [("user", True), ("key", False), ("unit", False)])
def test_only_a_person_speaks_for_themselves(kind: str, allowed: bool) -> None:
    actor = msgspec.structs.replace(Actor(id="x", rights=frozenset({"toys.write"})), kind=kind)
    if allowed:
        check(OwnWish.shape, actor, {})
    else:
        with pytest.raises(PeopleOnly):
            check(OwnWish.shape, actor, {})


def test_the_day_is_the_one_in_paris() -> None:
    with held(datetime(2026, 12, 31, 23, 30, tzinfo=UTC)):
        assert today() == date(2027, 1, 1)
    assert day_of(datetime(2026, 7, 1, 22, 30, tzinfo=UTC)) == date(2026, 7, 2)


class Words(Command[Empty], route="/toys/words", needs="toys.write"):
    """Texts of a form, alone and in a list."""

    colour: Annotated[str, formed("^[a-z]+$", "des minuscules", "small letters")] = "red"
    colours: list[Annotated[str, formed("^[a-z]+$", "des minuscules", "small letters")]] = []
    country: Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$")] = "FR"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({}, ""),
        ({"colour": "Red"}, "colour"),
        ({"colour": "red\n"}, "colour"),
        ({"colours": ["red", "", "blue"]}, "colours.1"),
        ({"country": "FR\n"}, "country"),
    ],
)
def test_a_text_is_of_its_form_from_end_to_end(said: dict[str, Any], field: str) -> None:
    """msgspec's patterns let a line break pass behind their end."""
    words = msgspec.convert(said, Words)
    if not field:
        refuse_unfit(words)
        return
    with pytest.raises(Malformed) as refused:
        refuse_unfit(words)
    assert refused.value.field == field
    assert "a-z" not in refused.value.says("fr")
