"""Heads of series are kept and asked for many at once, each seen by its organization alone."""

from datetime import UTC, datetime, timedelta

import pytest

from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.heads import Head, Heads
from rt.kernel.storage.persistence import Database

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


def head(series: str, content: bytes = b"1", org: str = "org_a", hours: int = 0) -> Head:
    return Head(org, series, AT + timedelta(hours=hours), content)


@pytest.fixture
async def heads(database: Database) -> Heads:
    found = Heads(database, "heads")
    await found.prepare()
    return found


async def test_the_last_that_was_kept_of_each_series_is_found(heads: Heads) -> None:
    await heads.keep([head("ser_a"), head("ser_b"), head("ser_c", b"")])
    await heads.keep([head("ser_b", b"2")])
    asked = dict.fromkeys(("ser_a", "ser_b", "ser_c", "ser_d"), "org_a")
    assert await heads.of(asked) == {"ser_a": b"1", "ser_b": b"2", "ser_c": b""}


async def test_nothing_asked_and_nothing_kept_is_nothing(heads: Heads) -> None:
    await heads.keep([])
    assert await heads.of({}) == {}


async def test_a_series_is_another_organization_s_whatever_it_is_called(heads: Heads) -> None:
    """Also where both organizations are asked for something."""
    await heads.keep([head("ser_a"), head("ser_b", org="org_b")])
    assert await heads.of({"ser_a": "org_b", "ser_b": "org_b"}) == {"ser_b": b"1"}
    assert await heads.of({"ser_a": "org_b", "ser_b": "org_a"}) == {}


@pytest.mark.parametrize(("before", "stays"), [(b"1", b"3"), (b"0", b"1"), (None, b"1")])
async def test_one_worked_out_anew_gives_way_to_what_came_meanwhile(
    heads: Heads, before: bytes | None, stays: bytes
) -> None:
    await heads.keep([head("ser_a")])
    await heads.replace(head("ser_a", b"3"), before)
    assert await heads.of({"ser_a": "org_a"}) == {"ser_a": stays}


async def test_one_of_which_nothing_was_kept_is_put_there(heads: Heads) -> None:
    await heads.replace(head("ser_a", b"3"), None)
    assert await heads.of({"ser_a": "org_a"}) == {"ser_a": b"3"}


async def test_deleted_is_what_is_older_and_one_s_own(heads: Heads) -> None:
    await heads.keep([head("ser_a"), head("ser_b", hours=2), head("ser_c", org="org_b")])
    with acting_for("org_a"):
        await heads.remove_before(AT + timedelta(hours=1))
    found = await heads.of({"ser_a": "org_a", "ser_b": "org_a", "ser_c": "org_b"})
    assert sorted(found) == ["ser_b", "ser_c"]
