"""A house with authz in it."""

import pytest
from tests.conftest import TestHouse

from rt.services.authz.app import build


@pytest.fixture
async def authz(house: TestHouse) -> TestHouse:
    await house.mount(build)
    return house
