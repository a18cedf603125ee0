"""The demonstration lives on every day: each home has work, on Sundays, on holidays and at night too."""

import asyncio
import calendar
import html
import re
import socket
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn
from starlette.types import ASGIApp
from tests.conftest import TestPlatform
from tests.portals.world import Links

from rt.host.edge import not_built
from rt.host.keys import UnitKeys
from rt.host.serving import Place, build_edge, build_portal
from rt.host.topology import PORTALS, UNITS
from rt.kernel.core import clock
from rt.kernel.core.settings import Settings
from rt.kernel.service.service import ServiceContext, Unit
from rt.ops import world
from rt.ops.actors import OPEN_SESAME, Caller, Stage
from rt.ops.today import Today
from rt.pages.demonstration import ADDRESS
from rt.services.admin_gateway.app import build as admin_gateway
from rt.services.authz.app import build as build_authz
from rt.services.core_orders.app import build as core_orders
from rt.services.ecpmr.app import build as ecpmr
from rt.services.notifications.app import build as notifications
from rt.services.palette.app import build as palette
from rt.services.planning.app import build as planning
from rt.services.tracking_ia.app import build as tracking_ia
from rt.trade.zones import PARIS

pytestmark = pytest.mark.xdist_group("today")

YEAR = datetime.now(UTC).year + 1
"""Always to come: the database forgets what its own clock says is over."""
LEAP = next(year for year in range(YEAR, YEAR + 9) if calendar.isleap(year))
WEEK = [date(YEAR, 12, 26) + timedelta(days=n) for n in range(7)]
"""Every day of the week, one after the other, New Year's Eve and New Year's Day among them."""


class ShiftedClock(datetime):
    """The time of day of another day, going on from there."""

    ahead = timedelta(0)

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz) + cls.ahead


Cast = tuple[Stage, Caller, list[Caller], dict[str, Caller]]


class Town:
    """A platform behind a real socket, and the accounts of the demonstration."""

    def __init__(self, platform: TestPlatform, address: str, edge: ASGIApp) -> None:
        self.platform, self.address, self.edge = platform, address, edge
        self.cast: Cast | None = None

    async def live(self, day: date, hour: int) -> None:
        """Make that day at that hour, as `rt up --demo` does."""
        moment = datetime(day.year, day.month, day.day, hour, 20, tzinfo=PARIS)
        ShiftedClock.ahead = moment.astimezone(UTC) - datetime.now(UTC)
        await asyncio.to_thread(self._make)

    def _make(self) -> None:
        self.cast = self.cast or self._gathered()
        Today(*self.cast).build()

    def _gathered(self) -> Cast:
        stage = Stage(self.address, "today")
        shipper = world.open_firm(stage, world.SHIPPERS[0])
        carriers = [world.open_firm(stage, firm) for firm in world.CARRIERS[:3]]
        others = {firm.name: world.open_firm(stage, firm) for firm in world.OTHERS[3:]}
        world.befriend(shipper, *carriers, *others.values())
        return stage, shipper, carriers, others

    async def orders(self) -> Any:
        """All that the dairy sees of its orders."""
        assert self.cast is not None
        return await asyncio.to_thread(self.cast[1].get, "/api/orders", limit=200)

    async def home(self, subdomain: str, email: str, path: str = "/") -> str:
        """What somebody sees who enters there by the front page."""
        transport = httpx.ASGITransport(self.edge)
        base = f"http://{subdomain}.localhost:8080"
        async with httpx.AsyncClient(transport=transport, base_url=base) as web:
            await web.post(ADDRESS, data={"email": email}, headers={"origin": "http://localhost:8080"})
            answer = await web.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 200, answer.text
        return answer.text


@pytest.fixture(scope="module")
async def town(
    mongod: str, unit_keys: UnitKeys, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Town]:
    settings = Settings(
        mongodb_db=f"test_today_{datetime.now(UTC):%H%M%S%f}",
        home=Path(tmp_path_factory.mktemp("today")),
        jwt_secret="a secret of tests that is long enough for anybody",
        admin_email=world.ADMIN_EMAIL,
        admin_password=OPEN_SESAME,
        bcrypt_rounds=4,
        user_limit=100_000,
        ip_limit=1_000_000,
    )
    platform, links = TestPlatform(settings, mongod, unit_keys), Links()

    def authz(context: ServiceContext) -> Unit:
        return links.build(context)

    authz.__module__ = build_authz.__module__
    patch = pytest.MonkeyPatch()
    patch.setattr(clock, "datetime", ShiftedClock)
    others = (admin_gateway, core_orders, notifications, planning, ecpmr, palette, tracking_ia)
    for build in (authz, *others):
        package = build.__module__.split(".")[2]
        platform.add(next(row for row in UNITS if row.package == package), build)
    await platform.start()
    shown = world.demonstration(8080)
    units = {
        row.package: platform.instances[row.package].app if row.built else not_built(row) for row in UNITS
    }
    portals = {row.package: build_portal(row, platform, shown) for row in PORTALS if row.built}
    edge = build_edge(units, portals, platform, Place(), shown)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(edge, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve([listener]))
        try:
            yield Town(platform, f"http://127.0.0.1:{listener.getsockname()[1]}", edge)
        finally:
            server.should_exit = True
            await serving
            await platform.stop()
            patch.undo()


def email_of(name: str) -> str:
    return next(one.email for one in world.people() if one.name == name)


@pytest.mark.parametrize(
    ("day", "hour"),
    [
        *((day, (10, 3, 14, 21)[n % 4]) for n, day in enumerate(WEEK)),
        (date(LEAP, 2, 29), 10),
    ],
    ids=str,
)
async def test_every_portal_has_work_on_every_day(town: Town, day: date, hour: int) -> None:
    await town.live(day, hour)
    mark = f"J{day:%y%m%d}-"
    industry = await town.home("industry", email_of("Camille Perrin"))
    assert f"{mark}08" in industry  # nobody carries it yet
    assert f"{mark}03" in await town.home("industry", email_of("Camille Perrin"), f"/docks?day={day}")
    assert f"{mark}07" in await town.home("transporter", email_of("Karim Haddad"))  # an offer
    planned = await town.home("transporter", email_of("Karim Haddad"), f"/planning?day={day}")
    assert all(driver in planned for driver in world.DRIVERS)
    assert {f"{mark}05", f"{mark}06"} <= set(re.findall(r"J\d{6}-\d\d", planned))  # to plan
    live = await town.home("transporter", email_of("Karim Haddad"), "/live")
    assert "Lucie Martin" in live
    assert "À l'heure" in html.unescape(live)
    for name, reference in (("Lucie Martin", "01"), ("Thomas Girard", "03")):
        told = msgspec.json.decode(await town.home("driver", email_of(name), "/day.json"))
        mine = [stop["reference"] for tour in told["day"]["tours"] for stop in tour["stops"]]
        assert mark + reference in mine
    arriving = await town.home("recipient", email_of("Julie Blanc"))
    assert f"{mark}01" in arriving
    assert f"{mark}10" in arriving
    assert f"{mark}09" in await town.home("recipient", email_of("Paul Arnaud"))
    assert f"J{day - timedelta(days=1):%y%m%d}-" not in arriving


async def test_a_day_that_is_made_is_left_as_it_is(town: Town) -> None:
    day = date(LEAP, 2, 29)
    await town.live(day, 10)
    before = await town.orders()
    await town.live(day, 12)
    assert await town.orders() == before
