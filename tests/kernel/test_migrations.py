"""Expand and contract: each migration once, in order, and an index goes only when it is said to go."""

from typing import Any

import pytest
from pymongo import AsyncMongoClient

from rt.kernel.log.event_log import prepare_log
from rt.kernel.model.entity import Entity
from rt.kernel.storage.migrations import Migration, Migrations, MigrationsOutOfOrder, contract, expand
from rt.kernel.storage.persistence import Collection, Database, Index


class Pallet(Entity):
    number: str


def noted(diary: list[str], *numbers: tuple[int, str]) -> list[Migration]:
    def work(number: int) -> Any:
        async def note() -> None:
            diary.append(str(number))

        return note

    kinds = {"expand": expand, "contract": contract}
    return [kinds[phase](number, work(number)) for number, phase in numbers]


async def test_each_migration_runs_once_in_its_phase(database: Database) -> None:
    diary: list[str] = []
    migrations = Migrations(database, noted(diary, (1, "expand"), (2, "contract"), (3, "expand")))
    assert await migrations.run("expand") == ["palette.1", "palette.3"]
    assert await migrations.run("expand") == []
    assert await migrations.run("contract") == ["palette.2"]
    assert diary == ["1", "3", "2"]


async def test_what_failed_runs_again(database: Database) -> None:
    tries: list[int] = []

    async def cut_short() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError("the connection is lost")

    migrations = Migrations(database, [expand(1, cut_short)])
    with pytest.raises(OSError, match="lost"):
        await migrations.run("expand")
    assert await migrations.run("expand") == ["palette.1"]


async def test_nothing_is_contracted_before_it_was_expanded(database: Database) -> None:
    migrations = Migrations(database, noted([], (1, "expand"), (2, "contract")))
    with pytest.raises(MigrationsOutOfOrder, match=r"palette\.1 has to expand first"):
        await migrations.run("contract")


def test_numbers_grow(database: Database) -> None:
    with pytest.raises(MigrationsOutOfOrder, match=r"\[2, 2\]"):
        Migrations(database, noted([], (2, "expand"), (2, "contract")))


async def test_an_index_of_the_release_before_stays_until_contracting(database: Database) -> None:
    before = Collection(database, Pallet, "pallets", Index("number"), Index("-created_at"))
    await before.prepare()
    database.collections.clear()
    after = Collection(database, Pallet, "pallets", Index("number"))
    await after.prepare()
    names = set(await database["palette.pallets"].index_information())
    assert names == {"_id_", "outbox", "org_id_1_number_1", "org_id_1_created_at_-1"}
    assert await Migrations(database, []).run("contract") == ["palette.pallets: index org_id_1_created_at_-1"]
    assert set(await database["palette.pallets"].index_information()) == names - {"org_id_1_created_at_-1"}


async def test_an_index_that_takes_longer_than_an_answer_is_waited_for(
    database: Database, mongod: str
) -> None:
    """The server goes on with it when a client stops listening; asked again, it answers when it stands."""
    many = [{"_id": f"p{n}", "numbers": [f"{n}-{m}" for m in range(100)]} for n in range(2_000)]
    await database["palette.pallets"].insert_many(many)
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongod, socketTimeoutMS=20)
    impatient = Database(client, database["palette.pallets"].database.name, "palette")
    Collection(impatient, Pallet, "pallets", Index("numbers"))
    try:
        await impatient.prepare()
    finally:
        await client.close()
    assert "org_id_1_numbers_1" in await database["palette.pallets"].index_information()


async def test_what_an_earlier_release_left_under_other_names_is_carried_over(database: Database) -> None:
    pallets = Collection(database, Pallet, "pallets")
    left, since = [{"id": "evt_1"}], [{"id": "evt_2"}]
    documents = [
        {"_id": "pal_1", "told": left, "outbox": since},
        {"_id": "pal_2", "told": left},
        {"_id": "pal_3", "told": [], "outbox": since},
    ]
    await database["palette.pallets"].insert_many(documents)
    assert await Migrations(database, []).run("expand") == ["palette.pallets: 2 outboxes carried over"]
    outboxes = {one["_id"]: one["outbox"] async for one in database[pallets.name].find({})}
    assert outboxes == {"pal_1": left + since, "pal_2": left, "pal_3": since}
    await database["consumers"].insert_one({"_id": "palette:3", "lane": 3})
    await database["dead_letters"].insert_one(
        {"_id": "ltr_1", "listener": "expect core_orders.order.planned"}
    )
    await prepare_log(database)
    assert await database["consumers"].find_one({}) == {"_id": "palette:3", "number": 3}
    letter = {"_id": "ltr_1", "subscription": "expect core_orders.order.planned"}
    assert await database["dead_letters"].find_one({}) == letter
