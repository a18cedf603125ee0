"""A platform with authz in it."""

import pytest
from tests.conftest import TestPlatform

from rt.services.authz.app import build


@pytest.fixture
async def authz(platform: TestPlatform) -> TestPlatform:
    await platform.mount(build)
    return platform
