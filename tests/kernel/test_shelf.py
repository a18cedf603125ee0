"""A test finds an empty database, whatever the tests before it wrote."""

from tests.conftest import Shelf, TestPlatform

from rt.host.keys import UnitKeys
from rt.kernel.core.settings import Settings
from rt.kernel.log.event_log import EVENT_LOG
from rt.services.palette.app import build as build_palette
from rt.services.planning.app import build as build_planning


async def test_nothing_is_left_of_a_test_but_the_indexes_of_services(
    platform: TestPlatform, shelf: Shelf
) -> None:
    await platform.mount(build_palette)
    database = platform.database("palette")
    await database["palette.vouchers"].insert_many([{"_id": n, "org_id": "org_a"} for n in range(3)])
    await database[EVENT_LOG].insert_one({"_id": "evt_1", "partition": 0, "seq": 1})
    await database["palette.inventions"].create_index("org_id", unique=True)
    await database["palette.inventions"].insert_one({"org_id": "org_a"})
    before = await database["palette.vouchers"].index_information()
    await shelf.empty()
    names = await database.names()
    assert [name for name in names if await database[name].count_documents({})] == []
    assert "palette.inventions" not in names
    assert len(before) > 1
    assert await database["palette.vouchers"].index_information() == before


async def test_a_unit_that_comes_later_has_its_indexes(
    mongod: str, settings: Settings, unit_keys: UnitKeys, shelf: Shelf
) -> None:
    for build, name in ((build_palette, "palette.vouchers"), (build_planning, "planning.tours")):
        platform = TestPlatform(settings, mongod, unit_keys, shelf)
        await platform.mount(build)
        assert len(await platform.database("kernel")[name].index_information()) > 1
        assert len(await platform.database("kernel")["timers"].index_information()) > 1
        await platform.stop()
