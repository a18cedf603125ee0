"""A driver's phone before a house in which a tour is published."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import TestHouse
from tests.portals.driver.world import MORNING, Phone, World

from rt.kernel.clock import held


@pytest.fixture
async def world(house: TestHouse) -> AsyncIterator[World]:
    with held(MORNING):
        yield await World(house).begin()


@pytest.fixture
async def phone(world: World) -> Phone:
    """Lucie's phone, signed in."""
    return await Phone(world).sign_in("lucie")
