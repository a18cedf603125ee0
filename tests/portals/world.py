"""What the worlds behind the portals have in common: the real units, organizations, and who says what."""

import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.conftest import TestPlatform

from rt.contracts.admin_gateway import GetAnnouncements
from rt.contracts.authz import AcceptPartner, AddUser, AskPartner, IssueLink, Role
from rt.contracts.authz import RegisterOrganization as Register
from rt.contracts.authz.organizations import RegisteredKind
from rt.host.keys import UnitKeys
from rt.host.topology import UNITS
from rt.kernel.core.clock import held, now
from rt.kernel.core.settings import Settings
from rt.kernel.service.client import Services
from rt.kernel.service.service import Served, ServiceContext, Unit
from rt.services.authz.app import build as build_authz
from rt.services.authz.domain.roles import RIGHTS

ASIDE = {"authz", "admin_gateway", "notifications"}
"""Units that the worlds do without, and authz, which they build with its links."""
PASSWORD = "Quai-17-avant-l-aube"


class Organization(msgspec.Struct, frozen=True):
    """A registered organization and its first administrator."""

    id: str
    name: str
    email: str
    admin_id: str


class Links:
    """The real authz, and the tokens of the links that it issued, as the mails to guests carry them.

    Tokens are believed by the clock on the wall, so authz goes by it though the tests' clock is held.
    """

    def __init__(self) -> None:
        self.issued: dict[tuple[str, str], str] = {}

    def build(self, context: ServiceContext) -> Unit:
        unit = build_authz(context)
        return msgspec.structs.replace(unit, serves=[self._by_the_wall(one) for one in unit.serves])

    def _by_the_wall(self, served: Served) -> Served:
        action = served.action
        if action is None:
            return served

        async def answered(asked: Any) -> Any:
            wall = datetime.now(UTC)
            if isinstance(asked, IssueLink):
                asked = msgspec.structs.replace(asked, expires_at=wall + (asked.expires_at - now()))
            with held(wall):
                answer = await action(asked)
            if isinstance(asked, IssueLink):
                self.issued[asked.scope, asked.object_id] = answer.token
            return answer

        return Served(served.message, action=answered)


class Voice:
    """One person's way to the services, overheard."""

    def __init__(self, ear: "Ear", services: Services, token: str) -> None:
        self._ear, self._services, self._token = ear, services, token

    async def ask(self, message: Any, /, *, key: str = "", version: int | None = None) -> Any:
        if not isinstance(message, GetAnnouncements):  # asked beside the pages, in nobody's name
            self._ear.heard.append((message, key, version, self._token))
        return await self._services.ask(message, key=key, version=version)


class Ear:
    """What a portal says to the units, written down on its way: message, key, version and token."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.heard: list[tuple[Any, str, int | None, str]] = []

    def connect(self, token: str) -> Voice:
        return Voice(self, self._services.using(token), token)

    def latest(self, kind: type) -> Any:
        return next(message for message, *_ in reversed(self.heard) if isinstance(message, kind))

    def said(self, kind: type) -> bool:
        return any(isinstance(message, kind) for message, *_ in self.heard)


@asynccontextmanager
async def opened(uri: str, keys: UnitKeys, home: Path) -> AsyncIterator[tuple[TestPlatform, Links]]:
    """The units that portals ask, as soon as they are built, in a database of their own."""
    settings = Settings(
        mongodb_db=f"test_{uuid4().hex[:12]}",
        home=home,
        jwt_secret="a secret of tests that is long enough for anybody",
        bcrypt_rounds=4,
        user_limit=100_000,
        ip_limit=1_000_000,
    )
    platform, links = TestPlatform(settings, uri, keys), Links()

    def authz(context: ServiceContext) -> Unit:
        return links.build(context)

    authz.__module__ = build_authz.__module__
    others = [row.package for row in UNITS if row.built and row.package not in ASIDE]
    try:
        await platform.mount(authz, *(import_module(f"rt.services.{name}.app").build for name in others))
        yield platform, links
    finally:
        await platform.client.drop_database(settings.mongodb_db)
        await platform.stop()


_speaking: ContextVar[Ear] = ContextVar("speaking")


@cache
def shared(build: Callable[..., ASGIApp]) -> ASGIApp:
    """A portal for all worlds: compiling its templates takes longer than most tests."""
    return build(connect=lambda token: _speaking.get().connect(token), secret="s" * 32, secure=False)


class World:
    """A portal before real units, and the organizations that meet there."""

    def __init__(
        self, platform: TestPlatform, links: Links, portal: str, build: Callable[..., ASGIApp]
    ) -> None:
        self.platform = platform
        self.links = links
        self.units = Services(platform.keys.of("core_orders"), platform.client_of)
        self.services = Services(platform.keys.of(f"portal_{portal}"), self.client_of)
        self.ear = Ear(self.services)
        self.down: set[str] = set()
        """Packages of units that cannot be reached from the portal."""
        self._app = shared(build)

    async def portal(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The portal, which in this request speaks in this world."""
        token = _speaking.set(self.ear)
        try:
            await self._app(scope, receive, send)
        finally:
            _speaking.reset(token)

    def client_of(self, package: str) -> httpx.AsyncClient:
        if package in self.down:
            return httpx.AsyncClient(base_url="http://127.0.0.1:9")
        return self.platform.client_of(package)

    def stored(self, unit: str, name: str) -> Any:
        """Where a unit keeps its things: for what only its own failing or much time would bring about."""
        return self.platform.database(unit)[f"{unit}.{name}"]

    async def copied(self, unit: str, name: str, id: str, alone: str, times: int) -> None:
        """So many more of the same, each with a value of its own in the field that tells them apart."""
        kept = self.stored(unit, name)
        one = await kept.find_one({"_id": id})
        fresh = [f"{id[:-4]}{n:04d}" for n in range(times)]
        await kept.insert_many([one | {"_id": new, alone: new} for new in fresh])

    async def organization(self, name: str, kind: RegisteredKind) -> Organization:
        """A new one, whatever others of that name there are."""
        email = f"quai@{uuid4().hex[:12]}.example"
        asked = Register(name=name, kind=kind, email=email, person_name="Karim Haddad")
        made = await self.units.using("").ask(asked)
        user_id = await self.member(made.organization_id, "Karim Haddad", "admin", email)
        return Organization(made.organization_id, name, email, user_id)

    async def member(self, org_id: str, name: str, role: Role, email: str) -> str:
        """Somebody who can sign in."""
        asked = AddUser(organization_id=org_id, email=email, name=name, role=role, password=PASSWORD)
        user_id: str = (await self.units.ask(asked, key=uuid4().hex)).user_id
        return user_id

    async def partners(self, one: Organization, other: Organization) -> None:
        await self.ask(one, AskPartner(organization_id=other.id))
        await self.ask(other, AcceptPartner(organization_id=one.id))

    def token(self, org: Organization) -> str:
        """Of an organization's administrator."""
        actor = self.platform.actor(
            org.id, set(RIGHTS["admin"]), {"admin"}, org.admin_id, name="Karim Haddad"
        )
        return self.platform.token(actor)

    async def ask(self, org: Organization, message: Any, version: int | None = None) -> Any:
        """A message of an organization's administrator, of which nobody else has to hear."""
        return await self.services.using(self.token(org)).ask(message, key=uuid4().hex, version=version)

    async def say(self, org: Organization, message: Any, version: int | None = None) -> Any:
        """A message of an organization's administrator, and everything that follows from it."""
        answer = await self.ask(org, message, version)
        await self.platform.settle()
        return answer


class Browser:
    """Somebody's browser at a portal; what it posts is what the form on the page carries."""

    def __init__(self, portal: Any, name: str) -> None:
        self.web = httpx.AsyncClient(
            transport=httpx.ASGITransport(portal), base_url=f"http://{name}.localhost"
        )
        self.web.headers["accept"] = "text/html"

    async def sign_in(self, email: str) -> None:
        page = (await self.web.get("/login")).text
        answer = await self.web.post(
            "/login", data={"email": email, "password": PASSWORD, **carried(page, "/login")}
        )
        assert answer.status_code == 303, answer.text

    async def page(self, path: str) -> str:
        answer = await self.web.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def press(self, page: str, action: str, files: Any = None, **typed: Any) -> httpx.Response:
        """Press a button of a page that was read, however long ago."""
        return await self.web.post(action, data=carried(page, action) | typed, files=files)


def carried(page: str, action: str) -> dict[str, str]:
    """What the form of that address carries unseen; one without address is posted to its own page."""
    forms = [form.split(">", 1) for form in re.findall(r"<form([^>]*>.*?)</form>", page, re.DOTALL)]
    there = [form for head, form in forms if f'action="{html.escape(action)}"' in head]
    here = [form for head, form in forms if "action=" not in head]
    (form, *_) = there or here
    return {
        name: html.unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    }
