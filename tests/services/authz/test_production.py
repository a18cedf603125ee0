"""What production demands beyond development: second factors, and a first administrator from the settings."""

from collections.abc import AsyncIterator

import msgspec
import pyotp
import pytest
from tests.conftest import TestPlatform
from tests.services.authz import make
from tests.services.authz.make import PASSWORD

from rt.host.keys import UnitKeys
from rt.kernel.core.clock import now
from rt.kernel.core.settings import Settings
from rt.services.authz.app import build

CHIEF = "chef@exploitant.example"


@pytest.fixture
async def live(settings: Settings, mongod: str, unit_keys: UnitKeys) -> AsyncIterator[TestPlatform]:
    """A platform with production's settings."""
    strict = msgspec.structs.replace(
        settings, environment="production", admin_email=CHIEF, admin_password=PASSWORD
    )
    platform = TestPlatform(strict, mongod, unit_keys)
    try:
        await platform.mount(build)
        yield platform
    finally:
        await platform.stop()


async def test_the_first_administrator_comes_from_the_settings_once(live: TestPlatform) -> None:
    await live.start(background=False)
    people = live.database("authz")["authz.people"]
    assert await people.count_documents({"email": CHIEF}) == 1
    assert (await make.login(live, CHIEF)).status_code == 200


async def test_a46_a_platform_administrator_without_second_factor_may_only_enrol_one(
    live: TestPlatform,
) -> None:
    tokens = (await make.login(live, CHIEF)).json()
    assert tokens["enrol"] is True
    async with make.bearing(live, tokens["access_token"]) as web:
        assert (await web.post("/auth/keys/rotate", json={})).status_code == 403
        secret = (await web.post("/auth/totp", json={"password": PASSWORD})).json()["secret"]
        await web.post("/auth/totp/confirm", json={"code": pyotp.TOTP(secret).at(now())})
    async with live.web("authz") as door:
        asked = {"refresh_token": tokens["refresh_token"]}
        fresh = (await door.post("/auth/refresh", json=asked)).json()
    async with make.bearing(live, fresh["access_token"]) as web:
        assert (await web.post("/auth/keys/rotate", json={})).status_code == 200


async def test_a45_an_api_key_takes_a_second_factor(live: TestPlatform) -> None:
    admin = await make.admin(live)
    asked = {"name": "TMS", "rights": ["core_orders.read"]}
    refused = await admin.web.post("/auth/keys", json=asked)
    assert (refused.status_code, refused.json()["code"]) == (403, "mfa_required")
    secret = (await admin.web.post("/auth/totp", json={"password": PASSWORD})).json()["secret"]
    await admin.web.post("/auth/totp/confirm", json={"code": pyotp.TOTP(secret).at(now())})
    assert (await admin.web.post("/auth/keys", json=asked)).status_code == 201
