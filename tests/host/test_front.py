"""The front page: what stands on it, how it knows, and who is let in by a press, in a demonstration only."""

import importlib
from collections.abc import Collection
from typing import Any

import httpx
import msgspec
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.conftest import TestPlatform

from rt.contracts.admin_gateway import HealthView, StatusView
from rt.host.front import Pulse, front_page_app
from rt.host.keys import UnitKeys
from rt.host.serving import Place, build_edge, build_portal
from rt.host.topology import PORTALS, UNITS
from rt.kernel.core.settings import Settings
from rt.ops import world
from rt.pages.demonstration import ADDRESS, Demonstration
from rt.pages.front_page import SIGNS, Entrance, state_of
from rt.services.authz.app import build as authz
from rt.ui.pages import ICONS
from rt.ui.policy import CONTENT_SECURITY_POLICY

BUILT = [row for row in PORTALS if row.built]
DEMONSTRATION = world.demonstration(8080)
HERE = DEMONSTRATION.origins[0]
ADMIN = next(one for one in DEMONSTRATION.people if one.portal == "backoffice")


def answering(status: int) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("", status)(scope, receive, send)

    return app


def nobody(unit: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(base_url="http://127.0.0.1:9")


def front(demonstration: Demonstration | None = None, production: bool = False, **states: int) -> Any:
    portals = {row.package: answering(states.get(row.package, 200)) for row in BUILT}
    app = front_page_app(portals, nobody, demonstration, port=8080, production=production)
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url=HERE, headers={"accept": "text/html"})


async def test_the_door_speaks_french_and_english_and_keeps_the_choice() -> None:
    async with front() as web:
        french, english = await web.get("/"), await web.get("/?lang=en")
        assert 'lang="fr"' in french.text
        assert "Pour les conducteurs, sur leur téléphone" in french.text
        assert 'lang="en"' in english.text
        assert "For drivers, on their phone" in english.text
        assert (await web.get("/")).headers["content-language"] == "en"


async def test_each_portal_that_is_built_stands_on_the_door_and_no_other() -> None:
    async with front() as web:
        shown = (await web.get("/")).text
    assert [row.package for row in PORTALS if f"http://{row.subdomain}.localhost:8080/" in shown] == [
        row.package for row in BUILT
    ]


@pytest.mark.parametrize("row", BUILT, ids=lambda row: row.package)
def test_a_portal_is_called_on_the_door_as_it_calls_itself(row: Any) -> None:
    build = importlib.import_module(f"rt.portals.{row.package}.app").build
    app = build(connect=lambda token: None, secret="s" * 32, secure=False)
    assert SIGNS[row.package].name == app.user_middleware[0].kwargs["portal"].title
    assert SIGNS[row.package].icon in ICONS


def told(down: str) -> StatusView:
    """The board when one unit, or none, is down."""
    units = [
        HealthView(
            unit=row.package,
            name=row.name,
            state="down" if row.package == down else "up",
            since=None,
            checked_at=None,
            milliseconds=None,
            availability_24h=None,
        )
        for row in UNITS
    ]
    return StatusView(state="up", units=units)


@pytest.mark.parametrize(
    ("well", "down", "state"),
    [
        (["driver"], "", ("up", [])),
        (["driver"], "planning", ("degraded", ["planning"])),
        (["driver"], "notifications", ("up", [])),
        ([], "planning", ("down", [])),
    ],
)
def test_a_portal_is_as_well_as_the_units_that_it_asks(
    well: Collection[str], down: str, state: tuple[str, list[str]]
) -> None:
    row = next(row for row in PORTALS if row.package == "driver")
    entrance = Entrance(package="driver", address="", asks=row.asks)
    assert state_of(entrance, well, told(down)) == state


async def test_the_door_stands_when_nobody_knows_how_the_units_are() -> None:
    async with front(driver=503) as web:
        shown = (await web.get("/")).text
    assert shown.count("Inconnu") == len(BUILT) - 1
    assert shown.count("En panne") == 1


async def test_however_many_look_a_portal_is_asked_once() -> None:
    asked = 0

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal asked
        asked += 1
        await PlainTextResponse("")(scope, receive, send)

    pulse = Pulse({"driver": app})
    assert [await pulse() for _ in range(3)] == [["driver"]] * 3
    assert asked == 1


async def test_everybody_of_the_demonstration_has_a_button_and_something_to_try() -> None:
    people = [one for one in world.people() if one.portal in {row.package for row in BUILT}]
    assert len(people) == 12
    assert all(one.fr and one.en for one in people)
    async with front(DEMONSTRATION) as web:
        french, english = (await web.get("/")).text, (await web.get("/?lang=en")).text
    for one in people:
        assert f'name="email" value="{one.email}"' in french
        assert f'aria-label="Entrer comme {one.name}"' in french
        assert f'aria-label="Enter as {one.name}"' in english
    assert DEMONSTRATION.password not in french + english


@pytest.mark.parametrize("production", [False, True])
async def test_without_demonstration_or_in_production_nobody_is_let_in_by_a_press(production: bool) -> None:
    async with front(DEMONSTRATION if production else None, production) as web:
        answer = await web.get("/")
    assert "<form" not in answer.text
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    if production:
        assert "https://driver.rt-technologie.com/" in answer.text
        assert "localhost" not in answer.text


def behind(platform: TestPlatform, demonstration: Demonstration | None, subdomain: str) -> httpx.AsyncClient:
    """A browser at a portal, as the edge of that platform serves it."""
    portals = {row.package: build_portal(row, platform, demonstration) for row in BUILT}
    units = {row.package: answering(503) for row in UNITS}
    edge = build_edge(units, portals, platform, Place(), demonstration)
    transport = httpx.ASGITransport(edge)
    web = httpx.AsyncClient(transport=transport, base_url=f"http://{subdomain}.localhost:8080")
    web.headers["accept"] = "text/html"
    return web


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return msgspec.structs.replace(settings, admin_email=ADMIN.email, admin_password=DEMONSTRATION.password)


async def test_a_press_at_the_front_door_signs_in_and_lands_in_the_portal(platform: TestPlatform) -> None:
    await platform.mount(authz)
    async with behind(platform, DEMONSTRATION, "admin") as web:
        pressed = await web.post(ADDRESS, data={"email": ADMIN.email, "lang": "en"}, headers={"origin": HERE})
        assert (pressed.status_code, pressed.headers["location"]) == (303, "/?lang=en")
        assert "httponly" in pressed.headers["set-cookie"].lower()
        home = await web.get(pressed.headers["location"])
    assert home.status_code == 200
    assert "Sign out" in home.text


@pytest.mark.parametrize(
    ("origin", "email", "status"),
    [
        ("", ADMIN.email, 403),
        ("null", ADMIN.email, 403),
        ("http://localhost:3000", ADMIN.email, 403),
        ("http://admin.localhost:8080", ADMIN.email, 403),
        ("http://localhost.evil.example:8080", ADMIN.email, 403),
        (HERE, "somebody@else.example", 404),
        (HERE, world.CARRIERS[0].email, 404),
    ],
)
async def test_nobody_is_signed_in_from_elsewhere_or_as_another(
    platform: TestPlatform, origin: str, email: str, status: int
) -> None:
    await platform.mount(authz)
    async with behind(platform, DEMONSTRATION, "admin") as web:
        headers = {"origin": origin} if origin else {}
        answer = await web.post(ADDRESS, data={"email": email}, headers=headers)
    assert answer.status_code == status
    assert "set-cookie" not in answer.headers


async def test_while_the_demonstration_is_made_the_portal_says_so(platform: TestPlatform) -> None:
    await platform.mount(authz)
    async with behind(platform, DEMONSTRATION, "transporter") as web:
        asked = {"email": world.CARRIERS[0].email}
        pressed = await web.post(ADDRESS, data=asked, headers={"origin": HERE})
        assert pressed.headers["location"] == "/login?lang=fr"
        assert "la démonstration se prépare" in (await web.get(pressed.headers["location"])).text


@pytest.mark.parametrize("environment", ["production", "staging", "development"])
async def test_outside_a_demonstration_in_development_there_is_no_such_address(
    mongod: str, settings: Settings, unit_keys: UnitKeys, environment: Any
) -> None:
    given = None if environment == "development" else DEMONSTRATION
    platform = TestPlatform(msgspec.structs.replace(settings, environment=environment), mongod, unit_keys)
    try:
        await platform.mount(authz)
        async with behind(platform, given, "admin") as web:
            asked = {"email": ADMIN.email}
            for origin in (HERE, f"https://{PORTALS[6].host}", "http://admin.localhost:8080"):
                answer = await web.post(ADDRESS, data=asked, headers={"origin": origin})
                assert answer.status_code == 404
                assert ADMIN.email not in answer.text
        async with behind(platform, given, "www") as web:
            assert "<form" not in (await web.get("/")).text
    finally:
        await platform.client.drop_database(settings.mongodb_db)
        await platform.stop()
