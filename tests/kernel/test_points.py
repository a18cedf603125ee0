"""Readings are kept once, seen by their organization alone, read on by one process until done."""

from datetime import UTC, datetime, timedelta

import pytest

from rt.kernel.core.tenancy import NoOrganization, acting_for
from rt.kernel.storage.persistence import ConnectionFailure, Database
from rt.kernel.storage.points import LEASE, Arrived, Point, Reader, Series

AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


def point(second: float = 0, content: bytes = b"1", **says: str) -> Point:
    at_ms = round((AT + timedelta(seconds=second)).timestamp() * 1000)
    return Point(
        says.get("org", "org_a"), says.get("series", "ser_a"), says.get("source", "src_a"), at_ms, content
    )


@pytest.fixture
async def series(database: Database) -> Series:
    found = another(database)
    await found.prepare()
    return found


def another(database: Database) -> Series:
    """The same series as another process writes it; of two readings the lower is the better."""
    return Series(database, "readings", lambda fresh, kept: fresh < kept)


async def kept(series: Series, org: str = "org_a", name: str = "ser_a") -> list[bytes]:
    with acting_for(org):
        return await series.contents(name)


async def lapse(database: Database) -> None:
    """Let the lease of whoever reads run out."""
    await database["series_readers"].update_many({}, {"$set": {"until": datetime.now(UTC) - LEASE}})


async def read(reader: Reader) -> list[bytes] | None:
    found = await reader.read()
    return None if found is None else [one.content for one in found]


async def test_what_is_sent_twice_is_kept_once(series: Series) -> None:
    assert await series.append([point(0), point(1), point(0.5)]) == [True, True, False]
    assert await series.append([point(1), point(2)]) == [False, True]
    assert len(await kept(series)) == 3


@pytest.mark.parametrize("order", [(b"2", b"1"), (b"1", b"2")])
async def test_of_two_for_one_second_the_better_stays_whichever_came_first(
    series: Series, order: tuple[bytes, bytes]
) -> None:
    for content in order:
        await series.append([point(0, content)])
    await series.append([point(5, content) for content in order])
    assert await kept(series) == [b"1", b"1"]


async def test_a_series_is_read_in_the_order_of_time_from_a_moment_on(series: Series) -> None:
    await series.append([point(second, str(second).encode()) for second in (9, 3, 6)])
    await series.append([point(0, b"other", series="ser_ab"), point(0, b"other", series="ser_")])
    assert await kept(series) == [b"3", b"6", b"9"]
    with acting_for("org_a"):
        assert await series.contents("ser_a", AT + timedelta(seconds=5)) == [b"6", b"9"]
        assert await series.latest("ser_a", 2) == [b"6", b"9"]
        assert await series.last_at(["src_a", "src_b"]) == {"src_a": AT + timedelta(seconds=9)}


async def test_of_many_series_each_is_read_from_its_own_second_on(series: Series) -> None:
    readings = [(0, b"0"), (1, b"1"), (2.5, b"2")]
    await series.append([point(at, b"a" + said) for at, said in readings])
    await series.append([point(at, b"b" + said, series="ser_b", org="org_b") for at, said in readings])
    second = round(AT.timestamp())
    begins = {"ser_a": ("org_a", second + 1), "ser_b": ("org_b", second + 2), "ser_c": ("org_a", 0)}
    found = await series.tails(begins)
    assert {name: sorted(some) for name, some in found.items()} == {
        "ser_a": [b"a1", b"a2"],
        "ser_b": [b"b2"],
        "ser_c": [],
    }
    assert await series.tails({"ser_a": ("org_b", 0)}) == {"ser_a": []}
    assert await series.tails({}) == {}


async def test_more_than_one_write_holds_are_kept_and_read(series: Series, database: Database) -> None:
    assert await series.append([point(second) for second in range(2_500)]) == [True] * 2_500
    reader = Reader(series, database)
    assert len(await reader.read() or []) == 2_500


async def test_no_organization_sees_another_s_readings_nor_deletes_them(series: Series) -> None:
    await series.append([point(0), point(0, org="org_b", series="ser_b", source="src_b")])
    later = AT + timedelta(days=1)
    with acting_for("org_b"):
        assert await series.contents("ser_a") == await series.latest("ser_a", 5) == []
        assert (await series.last_at(["src_a"]), await series.count_before(later)) == ({}, 1)
        assert await series.remove_before(later) == 1
    assert (len(await kept(series)), await series.owners()) == (1, ["org_a"])
    for asked in (series.contents("ser_a"), series.remove_before(later), series.last_at(["src_a"])):
        with pytest.raises(NoOrganization):
            await asked


async def test_deleted_is_what_is_older_and_no_more(series: Series) -> None:
    await series.append([point(second, source=source) for second in range(10) for source in ("a", "b")])
    with acting_for("org_a"):
        assert await series.remove_before(AT + timedelta(seconds=4)) == 8
        assert await series.count_before(AT + timedelta(seconds=10)) == 12


async def test_each_reading_is_read_once_by_whoever_reads(series: Series, database: Database) -> None:
    first, second = Reader(series, database), Reader(series, database)
    await series.append([point(0, b"1")])
    assert await read(first) == [b"1"]
    await another(database).append([point(1, b"2")])
    assert await read(second) is None
    assert await read(first) == [b"2"]
    assert await read(first) == []


async def test_whoever_takes_over_begins_where_it_was_done(series: Series, database: Database) -> None:
    first, second = Reader(series, database), Reader(series, database)
    await series.append([point(0, b"1")])
    await read(first)
    await first.done({})
    await series.append([point(1, b"2")])
    assert await read(first) == [b"2"]
    await lapse(database)
    assert await read(second) == [b"2"]
    assert await read(first) is None
    await lapse(database)
    assert await read(first) == [b"2"]


async def test_a_connection_lost_while_it_reads_loses_no_reading(
    series: Series, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader, second = Reader(series, database), another(database)
    await series.append([point(0, b"1")])
    await second.append([point(1, b"2")])
    after, asked = series.after, []

    async def broken(writer: str, nth: int, limit: int) -> list[Arrived]:
        asked.append(writer)
        if len(asked) == 2:
            raise ConnectionFailure("gone")
        return await after(writer, nth, limit)

    monkeypatch.setattr(series, "after", broken)
    with pytest.raises(ConnectionFailure):
        await reader.read()
    assert sorted(await read(reader) or []) == [b"1", b"2"]


async def test_whoever_leaves_keeps_nobody_waiting(series: Series, database: Database) -> None:
    first, second = Reader(series, database), Reader(series, database)
    await series.append([point(0, b"1")])
    await read(first)
    await second.leave()
    assert await read(second) is None
    await first.leave()
    assert await read(second) == [b"1"]


async def test_what_waits_is_not_done_and_read_again(series: Series, database: Database) -> None:
    first, second = Reader(series, database), Reader(series, database)
    for nth in range(3):
        await series.append([point(nth, str(nth).encode())])
    found = await first.read() or []
    await first.done({found[1].writer: found[1].nth})
    await lapse(database)
    assert await read(second) == [b"1", b"2"]


async def test_what_is_sent_again_is_read_again(series: Series, database: Database) -> None:
    """Whoever sends it again was not told that it is kept: perhaps nobody was, and it came after the rest."""
    reader = Reader(series, database)
    await series.append([point(0, b"1"), point(1, b"2")])
    await read(reader)
    await series.append([point(0, b"1")])
    assert await read(reader) == [b"1"]


async def test_a_writer_that_is_gone_is_forgotten_once_it_is_read(series: Series, database: Database) -> None:
    reader = Reader(series, database)
    await series.append([point(0, b"1")])
    await database["series_places"].update_many({}, {"$set": {"announced_at": AT}})
    assert await read(reader) == [b"1"]
    await reader.done({})
    assert await read(reader) == []
    assert await database["series_places"].count_documents({}) == 0
