"""Expand and contract: each migration once, in order, and an index goes only when it is said to go."""

from typing import Any

import pytest

from rt.kernel.entity import Entity
from rt.kernel.migrations import Migration, Migrations, MigrationsOutOfOrder, contract, expand
from rt.kernel.persistence import Collection, Database, Index


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
    assert names == {"_id_", "told", "org_id_1_number_1", "org_id_1_created_at_-1"}
    assert await Migrations(database, []).run("contract") == ["palette.pallets: index org_id_1_created_at_-1"]
    assert set(await database["palette.pallets"].index_information()) == names - {"org_id_1_created_at_-1"}
