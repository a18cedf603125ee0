"""Lists: every row once in every sort, gaps included, by one index each; what is not declared is refused."""

from collections.abc import Callable
from itertools import product
from typing import Any, Literal, get_args

import msgspec
import pytest

from rt.kernel.core.tenancy import acting_for
from rt.kernel.model.entity import Entity
from rt.kernel.storage.listing import (
    CursorUnknown,
    Filter,
    FilterUnknown,
    Listing,
    Sort,
    SortUnknown,
    projection,
)
from rt.kernel.storage.persistence import Collection, Database

State = Literal["open", "shut", "lost", "none of them is"]


class Town(msgspec.Struct):
    city: str
    street: str = ""


class Site(msgspec.Struct):
    name: str
    towns: list[Town] = []


class Line(Entity, kw_only=True):
    name: str
    price: int | None = None
    state: State = "open"
    deal_of: list[str] = []


class Parcel(Line, kw_only=True):
    sites: list[Site] = []
    secret: str = "not read"

    def search_texts(self) -> list[str]:
        return [self.name]


class Row(msgspec.Struct, kw_only=True):
    id: str
    sites: list[Site]


LINES = Listing(
    Line,
    sorts={
        "name": "name",
        "price": "-price",
        "state": "state,-price",
        "deal": Sort("price", owners="deal_of"),
    },
    filters={
        "state": Filter("state", first=True),
        "price": "price",
    },
)
FILTERS = {name: name for name in ("name", "state", "price")}
PLAIN = Listing(Line, LINES.sorts, FILTERS)
GROUPED = Listing(Line, LINES.sorts, FILTERS, group="state")
ROWS = Listing(Row, sorts={"name": "-name"})


@pytest.fixture
async def parcels(database: Database) -> Collection[Parcel]:
    found = Collection(database, Parcel, "parcels", shared=True, listings=(LINES, PLAIN, GROUPED, ROWS))
    await database.prepare()
    with acting_for("org_a"):
        for n in range(30):
            await found.add(
                Parcel(
                    id=f"par_{n:02d}",
                    seen_by=["org_a", "org_b"],
                    deal_of=["org_a"] if n % 2 else ["org_b"],
                    name=f"n{n % 4}",
                    price=None if n % 3 == 0 else n % 5,
                    state="shut" if n % 7 == 0 else "lost" if n % 11 == 0 else "open",
                    sites=[Site(name="s", towns=[Town(city="Lyon", street="r")])],
                )
            )
    return found


async def walked(
    parcels: Collection[Parcel], limit: int, listing: Listing[Line] = LINES, **asked: Any
) -> list[Line]:
    found: list[Line] = []
    after = ""
    while True:
        page = await parcels.rows(listing, after=after, limit=limit, **asked)
        assert len(page.items) <= limit
        found += page.items
        after = page.next
        if not after:
            return found


KEYS: dict[str, Callable[[Line], Any]] = {
    "name": lambda one: (one.name, one.id),
    "price": lambda one: (one.price is not None, one.price or 0, one.id),
    "state": lambda one: (one.state, [-9 if one.price is None else one.price]),
}


@pytest.mark.parametrize("limit", [1, 4, 29, 30, 200])
@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price", "state", "-state"])
async def test_each_row_is_met_once_and_in_order(parcels: Collection[Parcel], sort: str, limit: int) -> None:
    with acting_for("org_b"):
        found = await walked(parcels, limit, sort=sort)
    assert len({one.id for one in found}) == len(found) == 30
    if sort.removeprefix("-") != "state":
        down = sort in ("price", "-name")
        assert found == sorted(found, key=KEYS[sort.removeprefix("-")], reverse=down)
    else:
        assert [one.state for one in found] == sorted(
            (one.state for one in found), reverse=sort.startswith("-")
        )


WORDS: tuple[Any, ...] = ("open", "lost", {"$in": ["lost", "shut"]}, {"$ne": "open"}, {"$in": []})
NAMED: list[dict[str, Any]] = [{}, *({"state": word} for word in WORDS), {"name": "n2"}, {"price": None}]
NAMED += [{"price": 3, "state": "open"}, {"price": {"$gt": 1}, "state": "shut"}]


@pytest.mark.parametrize("sort", ["name", "-name", "price", "-price", "state", "-state", "deal", "-deal"])
async def test_a_group_changes_nothing_but_how_rows_are_found(parcels: Collection[Parcel], sort: str) -> None:
    """Whatever is asked for, on pages of any size: each row once, in the order of a list without a group."""
    with acting_for("org_b"):
        whole = await walked(parcels, 200, PLAIN, sort=sort)
        for named, limit in product(NAMED, (1, 3, 30)):
            found = await walked(parcels, limit, GROUPED, sort=sort, named=named)
            assert found == [one for one in whole if meets(one, named)], (named, limit)


def meets(one: Line, named: dict[str, Any]) -> bool:
    """What the server is asked for, as Python says it."""
    for name, value in named.items():
        has = getattr(one, name)
        match value:
            case {"$in": words}:
                met = has in words
            case {"$ne": word}:
                met = has != word
            case {"$gt": bound}:
                met = has is not None and has > bound
            case _:
                met = has == value
        if not met:
            return False
    return True


async def test_a_group_is_a_closed_list_of_words() -> None:
    """Of anything else nobody could name all there is."""
    with pytest.raises(TypeError):
        Listing(Line, group="name", sorts={"price": "price"})


async def test_a_word_of_a_later_release_stops_no_page(
    parcels: Collection[Parcel], database: Database
) -> None:
    """It could not be read: the list is without it, where a list without a group fails."""
    await database[parcels.name].update_one({"_id": "par_01"}, {"$set": {"state": "burnt"}})
    with acting_for("org_a"):
        assert len(await walked(parcels, 4, GROUPED)) == 29
        with pytest.raises(msgspec.ValidationError):
            await walked(parcels, 4, PLAIN)


async def test_a_row_is_all_that_is_read(parcels: Collection[Parcel]) -> None:
    assert projection(Row) == {"_id": 1, "sites.name": 1, "sites.towns.city": 1, "sites.towns.street": 1}
    with acting_for("org_a"):
        (row,) = (await parcels.rows(ROWS, limit=1)).items
    assert row.sites == [Site(name="s", towns=[Town(city="Lyon", street="r")])]
    assert "secret" not in projection(Line)


async def test_a_sort_by_what_few_see_lists_theirs_alone(parcels: Collection[Parcel]) -> None:
    with acting_for("org_b"):
        found = await walked(parcels, 4, sort="deal")
    assert [int(one.id[4:]) % 2 for one in found] == [0] * 15


async def test_others_find_nothing(parcels: Collection[Parcel]) -> None:
    with acting_for("org_c"):
        assert not await walked(parcels, 50)
        assert not await walked(parcels, 50, named={"state": "open"})


@pytest.mark.parametrize(
    ("asked", "refusal", "field"),
    [
        ({"sort": "secret"}, SortUnknown, "sort"),
        ({"sort": "--name"}, SortUnknown, "sort"),
        ({"named": {"secret": "x"}}, FilterUnknown, "secret"),
        ({"after": "W10"}, CursorUnknown, "after"),
    ],
)
async def test_what_a_list_does_not_declare_is_refused_by_its_name(
    parcels: Collection[Parcel], asked: dict[str, Any], refusal: type[Exception], field: str
) -> None:
    with acting_for("org_a"), pytest.raises(refusal) as refused:
        await parcels.rows(LINES, **asked)
    assert vars(refused.value)["field"] == field


async def test_a_page_is_not_gone_on_with_in_another_order(parcels: Collection[Parcel]) -> None:
    """What an order of other fields makes of a place means nothing; backwards it is the pages before."""
    with acting_for("org_b"):
        sorts = [way + sort for sort in LINES.sorts for way in ("", "-")]
        ends = {sort: (await parcels.rows(LINES, sort=sort, limit=3)).next for sort in sorts}
        for sort in sorts:
            for other in sorts:
                if other == sort:
                    assert (await parcels.rows(LINES, sort=sort, after=ends[sort])).items
                    continue
                with pytest.raises(CursorUnknown):
                    await parcels.rows(LINES, sort=sort, after=ends[other])


async def test_fragments_are_found_in_every_sort(parcels: Collection[Parcel]) -> None:
    with acting_for("org_b"):
        found = await walked(parcels, 3, q="n2", sort="-price")
    assert [one.name for one in found] == ["n2"] * 7


async def test_what_follows_from_the_rest_is_stored_again_and_told_to_nobody(
    parcels: Collection[Parcel], database: Database
) -> None:
    def rule(parcel: Parcel) -> None:
        parcel.deal_of = [parcel.org_id]

    await parcels.derive(rule)
    with acting_for("org_a"):
        assert len(await walked(parcels, 50, sort="deal")) == 30
    stored = await database[parcels.name].find_one({"_id": "par_00"})
    assert stored is not None
    assert (stored["version"], len(stored["outbox"]), stored["deal_of"]) == (1, 1, ["org_a"])


async def test_all_are_gone_through_a_few_at_a_time(parcels: Collection[Parcel]) -> None:
    with acting_for("org_a"):
        found = [one.id async for one in parcels.each({"state": "open"}, sort="-price", at_a_time=4)]
    assert len(found) == len(set(found)) == 23


async def test_an_index_serves_each_sort_and_what_comes_first(parcels: Collection[Parcel]) -> None:
    assert [keys for keys, _ in LINES.indexes("seen_by")] == [
        [("seen_by", 1), ("name", 1), ("_id", 1)],
        [("seen_by", 1), ("price", -1), ("_id", -1)],
        [("seen_by", 1), ("state", 1), ("price", -1), ("_id", -1)],
        [("deal_of", 1), ("price", 1), ("_id", 1)],
        [("seen_by", 1), ("state", 1), ("name", 1), ("_id", 1)],
    ]
    assert LINES.hint("seen_by", "name", {"state": "open"}) == "seen_by_1_state_1_name_1__id_1"
    assert LINES.hint("seen_by", "-price", {"price": {"$gt": 2}}) == "seen_by_1_price_-1__id_-1"
    assert LINES.hint("seen_by", "price", {"state": "open"}) == ""
    assert [keys for keys, _ in GROUPED.indexes("seen_by")] == [
        [("seen_by", 1), ("state", 1), ("name", 1), ("_id", 1)],
        [("seen_by", 1), ("state", 1), ("price", -1), ("_id", -1)],
        [("seen_by", 1), ("state", 1), ("price", -1), ("_id", -1)],
        [("deal_of", 1), ("state", 1), ("price", 1), ("_id", 1)],
    ]
    for named in ({}, {"state": "open"}, {"state": {"$in": list(get_args(State))}}, {"price": {"$gt": 2}}):
        assert GROUPED.hint("seen_by", "-price", named) == "seen_by_1_state_1_price_-1__id_-1"
