"""A small portal over authz's messages, to try the design system on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from rt.contracts.authz import (
    Login,
    Logout,
    MembershipView,
    Refresh,
    SwitchOrganization,
    TokensView,
    WhoAmI,
    WhoView,
)
from rt.kernel.core.clock import now
from rt.kernel.core.errors import Unauthorized
from rt.kernel.model.messages import Empty
from rt.pages.portal import portal_app
from rt.pages.search import Search
from rt.ui import gallery
from rt.ui.pages import NavItem
from rt.ui.portal import Portal

ORIGIN = "http://shop.localhost"
PASSWORD = "correct horse battery"


class Town:
    """Answers messages as the services would; remembers what was said and with which key."""

    def __init__(self) -> None:
        self.said: list[tuple[str, Any, str]] = []
        self.answers: dict[type, Any] = {}
        self.lifetime = timedelta(minutes=15)
        self.refreshed = 0
        self.refusing: Exception | None = None

    def connect(self, token: str) -> "Voice":
        return Voice(self, token)

    def tokens(self) -> TokensView:
        return TokensView(
            access_token=f"access-{self.refreshed}",
            refresh_token=f"refresh-{self.refreshed}",
            expires_at=now() + self.lifetime,
            organization_id="org_a",
        )


class Voice:
    """One person's way to the services."""

    def __init__(self, town: Town, token: str) -> None:
        self.town, self.token = town, token

    async def ask(self, message: Any, /, *, key: str = "", version: int | None = None) -> Any:
        self.town.said.append((self.token, message, key))
        match message:
            case Login(password=typed) if typed != PASSWORD:
                raise Unauthorized()
            case Login() | SwitchOrganization():
                return self.town.tokens()
            case Refresh() if self.town.refusing is not None:
                raise self.town.refusing
            case Refresh():
                self.town.refreshed += 1
                return self.town.tokens()
            case Logout():
                return Empty()
            case WhoAmI():
                return WhoView(
                    user_id="usr_1",
                    email="claire@verreries.example",
                    name="Claire Dubois",
                    language="fr",
                    organization_id="org_a",
                    organization_name="Verreries de la Loire",
                    role="dispatcher",
                    rights=["core_orders.read", "core_orders.write", "authz.write", "authz.partner"],
                    memberships=[
                        MembershipView(organization_id=o, organization_name=n, kind="shipper", role="viewer")
                        for o, n in (("org_a", "Verreries de la Loire"), ("org_b", "Caves du Rhône"))
                    ],
                    mfa=False,
                    session_id="ses_1",
                )
        answer = self.town.answers[type(message)]
        if isinstance(answer, Exception):
            raise answer
        return answer


NAVIGATION = (
    NavItem(path="/", label="Aujourd'hui", icon="layout-dashboard", main=True),
    NavItem(path="/orders", label="Commandes", icon="package", needs="core_orders.read", main=True),
    NavItem(path="/gallery", label="Galerie", icon="layers", main=True),
    NavItem(path="/users", label="Utilisateurs", icon="users", needs="authz.admin"),
)


def shop(
    town: Town, folder: Path = Path("nowhere"), search: Search | None = None, **options: Any
) -> Starlette:
    portal = Portal(
        **{
            "name": "shop",
            "title": "Expéditeur",
            "folder": folder,
            "pages": gallery.PAGES,
            "navigation": NAVIGATION,
            "home": "/gallery",
        }
        | options
    )
    return portal_app(portal, connect=town.connect, secret="s" * 32, secure=False, search=search)


def browser(app: Starlette) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"accept": "text/html"})


def token_of(html: str) -> str:
    return html.split('name="rt-token" content="')[1].split('"')[0]


@asynccontextmanager
async def signed_in(town: Town, **options: Any) -> AsyncIterator[httpx.AsyncClient]:
    """A browser whose person has just signed in."""
    async with browser(shop(town, **options)) as client:
        page = await client.get("/login")
        typed = {"email": "claire@verreries.example", "password": PASSWORD, "_csrf": token_of(page.text)}
        await client.post("/login", data=typed)
        yield client
