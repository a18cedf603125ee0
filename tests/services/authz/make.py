"""Builders: organizations that came in by their mail, people who are logged in, tokens out of the mail."""

from datetime import UTC, datetime
from typing import Any

import httpx
from msgspec import Struct
from tests.conftest import TestPlatform

from rt.contracts.authz import AddUser
from rt.kernel.service.client import Services
from rt.services.authz.domain.person import Membership, Person

PASSWORD = "un cheval sur le quai"
AT = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class Admin(Struct):
    """The first administrator of an organization, logged in."""

    email: str
    organization_id: str
    tokens: dict[str, Any]
    web: httpx.AsyncClient


def unit(platform: TestPlatform) -> Services:
    """Another unit, which asks authz."""
    return platform.context("core_orders").services


async def mailed(platform: TestPlatform, topic: str, email: str) -> dict[str, Any]:
    """What the latest event of a topic told about an address: where the mail's token is."""
    found = [body for body in await platform.emitted(topic) if body["email"] == email]
    assert found, f"nothing told to {email}"
    return found[-1]


async def emitted(platform: TestPlatform, topic: str) -> list[dict[str, Any]]:
    """The bodies of all events of a topic, in order."""
    return await platform.emitted(topic)


async def accept(platform: TestPlatform, email: str, password: str = PASSWORD) -> httpx.Response:
    token = (await mailed(platform, "authz.user.invited", email))["token"]
    async with platform.web("authz") as web:
        return await web.post("/auth/invitations/accept", json={"token": token, "password": password})


async def login(platform: TestPlatform, email: str, password: str = PASSWORD, **more: Any) -> httpx.Response:
    async with platform.web("authz") as web:
        return await web.post("/auth/login", json={"email": email, "password": password, **more})


def bearing(platform: TestPlatform, token: str) -> httpx.AsyncClient:
    return platform.web("authz", authorization=f"Bearer {token}")


async def admin(platform: TestPlatform, name: str = "Usine", kind: str = "shipper", **more: Any) -> Admin:
    """A registered organization whose administrator accepted and logged in."""
    email = f"admin@{name.lower()}.example"
    asked = {"name": name, "kind": kind, "email": email, "person_name": f"Admin {name}", **more}
    async with platform.web("authz") as web:
        registered = await web.post("/auth/organizations", json=asked)
    assert registered.status_code == 201, registered.text
    assert (await accept(platform, email)).status_code == 200
    tokens = (await login(platform, email)).json()
    return Admin(
        email, registered.json()["organization_id"], tokens, bearing(platform, tokens["access_token"])
    )


async def colleague(
    platform: TestPlatform, of: Admin, role: str = "dispatcher", name: str = "lea"
) -> dict[str, Any]:
    """A member of an administrator's organization: its view, and tokens of a first login."""
    email = f"{name}@{of.organization_id[4:12]}.example"
    view = (await of.web.post("/auth/users", json={"email": email, "name": name, "role": role})).json()
    assert (await accept(platform, email)).status_code == 200
    return {**view, "tokens": (await login(platform, email)).json()}


async def operator(platform: TestPlatform) -> httpx.AsyncClient:
    """A platform administrator, put in place by a unit as the seed does, logged in."""
    await unit(platform).ask(
        AddUser(
            organization_id="org_operator",
            email="chef@rt.example",
            name="Chef",
            role="platform_admin",
            password=PASSWORD,
        )
    )
    tokens = (await login(platform, "chef@rt.example")).json()
    return bearing(platform, tokens["access_token"])


def person(**values: Any) -> Person:
    """An active dispatcher of org_a."""
    member = Membership(organization_id="org_a", role="dispatcher", state="active", joined_at=AT)
    start = {
        "id": "usr_a",
        "org_id": "org_operator",
        "seen_by": ["org_a"],
        "email": "lea@usine.example",
        "name": "Léa",
        "memberships": [member],
        "password_hash": "kept",
    }
    return Person(**{**start, **values})
