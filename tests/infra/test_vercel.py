"""A portal as Vercel builds and runs it: the shipper's, before the units behind the edge."""

import asyncio
import json
import re
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvicorn
from tests.conftest import ROOT, TestPlatform, left_out
from tests.infra import function
from tests.infra.function import Answer, Browser
from tests.services.authz import make

from rt.host.edge import Edge, not_built
from rt.host.keys import UnitKeys
from rt.host.listener import Server
from rt.host.topology import PORTALS, UNITS
from rt.ops import vercel
from rt.services.authz.app import build as authz
from rt.services.core_orders.app import build as core_orders
from rt.ui.pages import STATIC
from rt.ui.policy import PAGE_HEADERS

pytestmark = [pytest.mark.xdist_group("vercel")]

ROW = next(row for row in PORTALS if row.package == "industry")
SECRET = "a secret of tests that is long enough for anybody"
LIMIT_MB = 100
"""Vercel takes 250 MB unpacked; ours is far below, and a cold start reads what is there."""
HEAVY = (
    "pyvrp",
    "typst",
    "boto3",
    "botocore",
    "numpy",
    "openpyxl",
    "PIL",
    "uvloop",
    "pymongo",
    "bson",
    "obstore",
    "opentelemetry",
)


class Built(msgspec.Struct):
    """One portal after `vercel build`: its output, its unpacked function, the Python that runs it."""

    output: Path
    folder: Path
    settings: dict[str, Any]
    python: Path

    @property
    def routes(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads((self.output / "config.json").read_text())["routes"]
        return found

    def told_of(self, path: str, query: str = "") -> dict[str, str]:
        """The headers that the CDN gives a static file, by the routes of the build."""
        found: dict[str, str] = {}
        for route in self.routes:
            asked = [has["key"] for has in route.get("has", ())]
            if re.search(route.get("src", "^$"), path) and all(f"{key}=" in query for key in asked):
                found |= route.get("headers", {})
        return found


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The portal laid out and built, once; without a newer Python these tests are left out."""
    python = function.newer_python()
    if python is None:
        left_out("Python 3.12 or newer, which Vercel runs, is not on this machine (RT_PYTHON312 names one)")
    project = vercel.lay_out(ROOT, ROW.name, tmp_path_factory.mktemp("vercel"))
    output = function.built(project, python)
    folder = tmp_path_factory.mktemp("platform") / "task"
    return Built(output, folder, function.unpacked(project, output, folder), python)


@pytest.fixture
async def door(platform: TestPlatform) -> AsyncIterator[str]:
    """The address of the edge before authz and orders, as the load balancer is in production."""
    await platform.mount(authz, core_orders)
    units = {
        row.package: platform.instances[row.package].app
        if row.package in platform.instances
        else not_built(row)
        for row in UNITS
    }
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        edge = Edge(units, {}, platform.settings, platform.limiter, not_built(UNITS[0]))
        server = Server(uvicorn.Config(edge, lifespan="off", log_config=None))
        serving = asyncio.create_task(server.serve([listener]))
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        await serving


@pytest.fixture
async def browser(built: Built, door: str, unit_keys: UnitKeys) -> AsyncIterator[Browser]:
    """Somebody in France in front of the running function."""
    environment = built.settings["environment"] | {
        "VERCEL": "1",
        "RT_ENV": "development",
        "PUBLIC_API_URL": door,
        "API_SECRET_KEY": SECRET,
        "RT_PORTAL_KEY": (unit_keys._folder / f"portal_{ROW.package}.jwk").read_text(),
    }
    browser = await function.started(built.folder, built.python, environment, ROW.host)
    yield browser
    await function.stopped(browser)


async def signed_in(browser: Browser, admin: make.Admin) -> Answer:
    """What the login form answers."""
    shown = await browser.get("/login")
    assert (shown.status, "Mot de passe</label>" in shown.body) == (200, True)
    proof = re.search(r'name="_csrf" value="(\w+)"', shown.body)
    assert proof
    form = {"email": admin.email, "password": make.PASSWORD, "_csrf": proof.group(1)}
    return await browser.post("/login?next=%2Forders", form)


async def test_a_shipper_signs_in_through_the_function(browser: Browser, platform: TestPlatform) -> None:
    admin = await make.admin(platform)
    asked = await browser.get("/orders")
    assert (asked.status, asked.header("location")) == (303, "/login?next=%2Forders")
    entered = await signed_in(browser, admin)
    assert (entered.status, entered.header("location")) == (303, "/orders"), entered.body
    page = await browser.get("/orders")
    assert (page.status, "Admin Usine" in page.body) == (200, True)
    assert {name: page.header(name) for name in PAGE_HEADERS} == PAGE_HEADERS
    assert page.header("strict-transport-security").startswith("max-age=63072000")
    session = await platform.database("authz")["authz.sessions"].find_one({"ip": browser.address})
    assert session is not None, "units see the visitor's address, told with the portal's own key"


async def test_from_outside_the_union_nobody_gets_in(browser: Browser) -> None:
    browser.country = "US"
    refused = await browser.get("/login")
    assert (refused.status, "votre pays (US)" in refused.body, "your country (US)" in refused.body) == (
        403,
        True,
        True,
    )
    spoofed = await browser.get("/login", **{"X-Forwarded-For": "10.0.0.1", "CF-IPCountry": "FR"})
    assert spoofed.status == 403


def test_static_files_come_from_the_cdn_and_stay_as_long_as_they_may(built: Built) -> None:
    served = {
        str(path.relative_to(built.output / "static"))
        for path in (built.output / "static").rglob("*")
        if path.is_file()
    }
    own = {f"static/{path.relative_to(STATIC)}" for path in STATIC.rglob("*") if path.is_file()}
    assert served == own
    assert (built.output / "static/static/rt.css").read_bytes() == (
        built.folder / "rt/ui/static/rt.css"
    ).read_bytes()
    year = "public, max-age=31536000, immutable"
    assert built.told_of("/static/rt.css")["cache-control"] == "no-cache"
    assert built.told_of("/static/rt.css", "v=0bc1adb6a1")["cache-control"] == year
    assert built.told_of("/static/built/chunk-map-MOUMCMIK.js")["cache-control"] == year
    assert built.told_of("/static/rt.css")["x-content-type-options"] == "nosniff"
    assert built.told_of("/orders") == {}, "what the function says of its pages stays as it is"


def test_everything_else_goes_to_the_one_function_in_paris(built: Built) -> None:
    last = built.routes[-1]
    assert (last["src"], last["dest"]) == ("/(.*)", "/python")
    assert [path.name for path in built.output.joinpath("functions").iterdir()] == ["python.func"]
    assert built.settings["runtime"] in ("python3.12", "python3.13", "python3.14")
    assert vercel.settings()["regions"] == ["cdg1"]
    assert built.settings["maxDuration"] == vercel.SECONDS


def test_the_function_is_light_and_holds_no_other_portal_and_no_service(built: Built) -> None:
    size = sum(path.stat().st_size for path in built.folder.rglob("*") if path.is_file())
    assert size < LIMIT_MB * 1_000_000, f"{size / 1e6:.0f} MB"
    vendored = {path.name for path in (built.folder / "_vendor").iterdir()}
    assert vendored.isdisjoint(HEAVY)
    assert [path.name for path in (built.folder / "rt/portals").iterdir() if path.is_dir()] == ["industry"]
    assert not (built.folder / "rt/services").exists()
    assert not (built.folder / "public").exists()
