"""A browser before a platform in which an order is on its way to the recipient."""

from collections.abc import AsyncIterator

import pytest
from tests.conftest import TestPlatform
from tests.portals.recipient.world import MORNING, Browser, World
from tests.portals.world import Links

from rt.kernel.core.clock import held


@pytest.fixture
async def world(units: tuple[TestPlatform, Links]) -> AsyncIterator[World]:
    with held(MORNING):
        yield await World(*units).begin()


@pytest.fixture
def browser(world: World) -> Browser:
    """Nobody's browser: not signed in."""
    return Browser(world)
