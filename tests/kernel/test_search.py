"""Things are found by any fragment of any word, through an index, and by nobody else."""

from collections.abc import Iterable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import TestPlatform

from rt.kernel.core.ids import new_id
from rt.kernel.model.entity import Entity
from rt.kernel.storage.persistence import Collection, Database
from rt.kernel.storage.search import fragments, words

TEXT = st.text(st.characters(categories=["Lu", "Ll", "Nd", "Pd", "Po", "Zs"]), max_size=60)


class Book(Entity):
    """Something with a title."""

    title: str
    pages: int = 0

    def search_texts(self) -> Iterable[str]:
        return (self.title,)


@given(st.lists(TEXT, max_size=6), st.data())
def test_any_fragment_of_two_letters_of_any_word_is_the_beginning_of_something_kept(
    texts: list[str], data: st.DataObject
) -> None:
    kept = fragments(texts)
    said = [word for text in texts for word in words(text) if len(word) >= 2]
    if said:
        word = data.draw(st.sampled_from(said))
        start = data.draw(st.integers(0, len(word) - 2))
        end = data.draw(st.integers(start + 2, len(word)))
        assert any(one.startswith(word[start:end]) for one in kept)


@given(st.lists(st.text("AB27", min_size=1, max_size=8), min_size=1, max_size=4), st.data())
def test_a_reference_is_found_with_its_parts_joined_as_it_was_written_or_not(
    parts: list[str], data: st.DataObject
) -> None:
    """Whatever stands between them when it is written and when it is typed."""
    between = st.sampled_from(["", " ", "-", "/", " - "])
    written, typed = (
        "".join(part + data.draw(between) for part in parts).strip() for _ in ("written", "typed")
    )
    kept = fragments([written])
    if any(letter in "27" for letter in written):
        assert all(any(one.startswith(word) for one in kept) for word in words(typed) if len(word) > 1)


def test_accents_case_and_punctuation_hide_nothing() -> None:
    assert words("Saint-Étienne  cmd/2026.07") == ["SAINTETIENNE", "CMD202607"]


async def titles(books: Collection[Book], q: str) -> list[str]:
    return sorted(one.title for one in await books.find(await books.saying(q)))


async def test_a_thing_is_found_by_what_it_is_called_now(
    platform: TestPlatform, database: Database, acting: Any
) -> None:
    books = Collection(database, Book, "books")
    await database.prepare()
    with acting(platform.actor()):
        book = await books.add(Book(id=new_id("boo"), title="Traité des liqueurs"))
        await books.add(Book(id=new_id("boo"), title="Almanach"))
        assert await titles(books, "queur traité") == ["Traité des liqueurs"]
        async with books.change(book.id) as changed:
            changed.title = "Traité des vins"
        assert await titles(books, "liqueurs") == []
        assert await titles(books, "VIN") == ["Traité des vins"]
        assert await titles(books, " ") == ["Almanach", "Traité des vins"]
        assert await titles(books, ".*") == []
    with acting(platform.actor("org_b")):
        assert await titles(books, "almanach") == []


async def test_of_what_partners_share_each_finds_what_it_sees(
    platform: TestPlatform, database: Database, acting: Any
) -> None:
    books = Collection(database, Book, "books", shared=True)
    await database.prepare()
    for owner, seen_by in (("org_a", ["org_a"]), ("org_b", ["org_a", "org_b"]), ("org_c", ["org_c"])):
        with acting(platform.actor(owner)):
            await books.add(Book(id=new_id("boo"), title=f"Almanach {owner[-1]}", seen_by=seen_by))
    with acting(platform.actor("org_a")):
        assert await titles(books, "alma") == ["Almanach a", "Almanach b"]


async def test_a_search_reads_what_it_answers_and_little_else(
    platform: TestPlatform, database: Database, acting: Any
) -> None:
    books = Collection(database, Book, "books", shared=True)
    await database.prepare()
    with acting(platform.actor()):
        for number in range(200):
            await books.add(Book(id=new_id("boo"), title=f"Almanach {1000 + number}", seen_by=["org_a"]))
        where = books.within(await books.saying("1042"))
        plan = await database[books.name].find(where).explain()
    assert plan["executionStats"]["totalDocsExamined"] <= 2


async def test_what_was_stored_before_is_made_findable(
    platform: TestPlatform, database: Database, acting: Any
) -> None:
    books = Collection(database, Book, "books")
    with acting(platform.actor()):
        await books.add(Book(id=new_id("boo"), title="Almanach"))
        await database[books.name].update_many({}, {"$unset": {"tokens": ""}})
        assert await titles(books, "alma") == []
        assert (await books.fill_tokens(), await books.fill_tokens()) == (1, 0)
        assert await titles(books, "alma") == ["Almanach"]


async def test_search_tokens_are_told_to_nobody(
    platform: TestPlatform, database: Database, acting: Any
) -> None:
    books = Collection(database, Book, "books")
    with acting(platform.actor()):
        book = await books.add(Book(id=new_id("boo"), title="Almanach"))
        async with books.change(book.id) as changed:
            changed.title = "Atlas"
    stored = await database[books.name].find_one({"_id": book.id})
    assert stored is not None
    assert "tokens" not in str(stored["outbox"])
