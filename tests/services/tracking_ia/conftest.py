"""A tracking service with a published tour, its planned order, and the people who are asked for."""

import pytest
from tests.conftest import TestPlatform
from tests.services.tracking_ia import make

from rt.kernel.core.clock import held
from rt.services.tracking_ia.app import build

RIGHTS = {"tracking_ia.read", "tracking_ia.write", "tracking_ia.admin"}


class Tracking:
    """The platform, and those who speak to it."""

    def __init__(self, platform: TestPlatform) -> None:
        self.platform = platform
        self.instances = platform.instances
        self.web = platform.web
        self.actor = platform.actor
        self.settle = platform.settle
        self.tick = platform.tick
        self.work = platform.work
        self.mount = platform.mount
        self.emitted = platform.emitted

    def office(self, org=make.CARRIER, id="usr_dispatcher", roles=("dispatcher",)):
        who = self.actor(org=org, rights=RIGHTS, roles=set(roles), id=id, name="Jean Dupuis")
        return self.web("tracking_ia", who)

    def driver(self):
        return self.office(id=make.DRIVER, roles=("driver",))

    def tracker(self):
        return self.web("tracking_ia")

    async def ok(self, response):
        got = await response
        assert got.status_code < 300, got.text
        return got.json()

    async def device(self, **says):
        return await self.ok(self.office().post("/api/tracking/devices", json={"kind": "vehicle", **says}))

    async def record(self, fixes, at=None):
        with held(at or fixes[-1].at):
            sent = {"points": make.sent(fixes)}
            answer = await self.ok(self.driver().post("/api/tracking/positions", json=sent))
            await self.work()
            return answer

    async def watches(self):
        return await self.instances["tracking_ia"].context.database["tracking_ia.watches"].find({}).to_list()

    async def stored(self, name):
        return await self.instances["tracking_ia"].context.database[f"tracking_ia.{name}"].count_documents({})


@pytest.fixture
async def tracking(platform):
    await platform.mount(make.people, build)
    with held(make.AT):
        await make.emit(platform, "planning", make.tour(), make.CARRIER)
        await make.emit(platform, "core_orders", make.planned())
    return Tracking(platform)
