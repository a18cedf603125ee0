"""A platform in which notifications hear a voice and ask a directory."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from tests.conftest import TestPlatform
from tests.services.notifications.make import OPERATOR, Directory, Voice

from rt.kernel.core.settings import Settings
from rt.services.notifications.app import build


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, mailgun_webhook_key="a webhook key of tests")


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
async def voice(platform: TestPlatform, directory: Directory) -> Voice:
    await platform.mount(directory, build)
    return Voice(platform)


@pytest.fixture
async def mailbox(platform: TestPlatform, voice: Voice) -> AsyncIterator[httpx.AsyncClient]:
    """The platform's administrator, who reads the mailbox of development."""
    actor = platform.actor(OPERATOR, {"notifications.admin"}, {"platform_admin"}, id="usr_root")
    async with platform.web("notifications", actor) as client:
        yield client
