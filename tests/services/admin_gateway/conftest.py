"""A platform in which the gateway hears a voice and asks a directory."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.conftest import TestPlatform
from tests.services.admin_gateway.make import Directory, Voice

from rt.services.admin_gateway.app import build

RIGHTS = {"admin_gateway.read", "admin_gateway.write", "admin_gateway.admin"}


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
async def voice(platform: TestPlatform, directory: Directory) -> Voice:
    voice = Voice()
    await platform.mount(directory, voice, build)
    return voice


@pytest.fixture
async def root(platform: TestPlatform, voice: Voice) -> AsyncIterator[httpx.AsyncClient]:
    """The platform's administrator."""
    actor = platform.actor("org_operator", RIGHTS, {"platform_admin"}, id="usr_root")
    async with platform.web("admin_gateway", actor) as client:
        yield client
