"""A house in which the gateway hears a voice and asks a directory."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.conftest import TestHouse
from tests.services.admin_gateway.make import Directory, Voice

from rt.services.admin_gateway.app import build

RIGHTS = {"admin_gateway.read", "admin_gateway.write", "admin_gateway.admin"}


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
async def voice(house: TestHouse, directory: Directory) -> Voice:
    voice = Voice()
    await house.mount(directory, voice, build)
    return voice


@pytest.fixture
async def root(house: TestHouse, voice: Voice) -> AsyncIterator[httpx.AsyncClient]:
    """The platform's administrator."""
    actor = house.actor("org_operator", RIGHTS, {"platform_admin"}, id="usr_root")
    async with house.web("admin_gateway", actor) as client:
        yield client
