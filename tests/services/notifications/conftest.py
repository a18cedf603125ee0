"""A house in which notifications hear a voice and ask a directory."""

from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest
from tests.conftest import TestHouse
from tests.services.notifications.make import OPERATOR, Directory, Voice

from rt.kernel.settings import Settings
from rt.services.notifications.app import build


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, mailgun_webhook_key="a webhook key of tests")


@pytest.fixture
def directory() -> Directory:
    return Directory()


@pytest.fixture
async def voice(house: TestHouse, directory: Directory) -> Voice:
    await house.mount(directory, build)
    return Voice(house)


@pytest.fixture
async def mailbox(house: TestHouse, voice: Voice) -> AsyncIterator[httpx.AsyncClient]:
    """The platform's administrator, who reads the mailbox of development."""
    actor = house.actor(OPERATOR, {"notifications.admin"}, {"platform_admin"}, id="usr_root")
    async with house.web("notifications", actor) as client:
        yield client
