"""A carrier's portal before the real units, with new organizations in each test."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import TestPlatform
from tests.portals.transporter.world import MORNING, World
from tests.portals.world import Browser, Links

from rt.kernel.core.clock import held


@pytest.fixture
async def world(units: tuple[TestPlatform, Links]) -> AsyncIterator[World]:
    with held(MORNING):
        yield await World(*units).begin()


@pytest.fixture
async def carrier(world: World) -> Browser:
    """The browser of the carrier's administrator."""
    return await world.browser()
