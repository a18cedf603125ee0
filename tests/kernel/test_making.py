"""What is made by whoever comes first: one thing of an identity, whoever else made it meanwhile."""

import pytest
from tests.kernel.toys import Shelf

from rt.kernel.core.errors import ChangedMeanwhile
from rt.kernel.core.tenancy import acting_for
from rt.kernel.storage.persistence import Collection, Database, retry_on_conflict


@pytest.fixture
async def shelves(database: Database) -> Collection[Shelf]:
    kept = Collection(database, Shelf, "shelves")
    await kept.prepare()
    return kept


async def count(shelves: Collection[Shelf]) -> int:
    async with shelves.change_or_add(Shelf(id="shf_1")) as shelf:
        shelf.taken += 1
    return shelf.taken


async def test_the_first_makes_it_and_the_others_change_it(shelves: Collection[Shelf]) -> None:
    with acting_for("org_a"):
        assert [await count(shelves) for _ in range(3)] == [1, 2, 3]
        assert (await shelves.get("shf_1")).version == 3


async def test_who_is_overtaken_while_making_it_runs_again(shelves: Collection[Shelf]) -> None:
    runs = 0

    async def slowly() -> None:
        nonlocal runs
        runs += 1
        async with shelves.change_or_add(Shelf(id="shf_1")) as shelf:
            if runs == 1:
                await count(shelves)
            shelf.taken += 10

    with acting_for("org_a"):
        with pytest.raises(ChangedMeanwhile):
            await slowly()
        await retry_on_conflict(slowly)
        assert (await shelves.get("shf_1")).taken == 11
