"""A driver's phone before a platform in which a tour is published."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import TestPlatform
from tests.portals.driver.world import MORNING, Phone, World
from tests.portals.world import Links

from rt.kernel.core.clock import held


@pytest.fixture
async def world(units: tuple[TestPlatform, Links]) -> AsyncIterator[World]:
    with held(MORNING):
        yield await World(*units).begin()


@pytest.fixture
async def phone(world: World) -> Phone:
    """Lucie's phone, signed in."""
    return await Phone(world).sign_in("lucie")
