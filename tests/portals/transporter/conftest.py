"""A carrier's portal before one house of real units, with new organizations in each test."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import TestHouse
from tests.portals.transporter.world import MORNING, World
from tests.portals.world import Browser, Links, opened

from rt.host.keys import UnitKeys
from rt.kernel.clock import held


@pytest.fixture(scope="session")
async def units(
    mongod: str, unit_keys: UnitKeys, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[TestHouse, Links]]:
    async with opened(mongod, unit_keys, tmp_path_factory.mktemp("carriers")) as house:
        yield house


@pytest.fixture
async def world(units: tuple[TestHouse, Links]) -> AsyncIterator[World]:
    with held(MORNING):
        yield await World(*units).begin()


@pytest.fixture
async def carrier(world: World) -> Browser:
    """The browser of the carrier's administrator."""
    return await world.browser()
