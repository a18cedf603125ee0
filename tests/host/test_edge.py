"""The edge: by host name to portals, by path to units, one limit per address."""

from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from tests.conftest import TestPlatform

from rt.host.edge import Edge, not_built
from rt.host.topology import PORTALS, UNITS
from rt.kernel.core.settings import Settings
from rt.kernel.web.limits import Limiter


def named(name: str) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(f"{name} {Request(scope).url.path}")(scope, receive, send)

    return app


@pytest.fixture
def edge(platform: TestPlatform) -> Edge:
    units: dict[str, ASGIApp] = {row.package: named(row.package) for row in UNITS}
    units["training"] = not_built(next(row for row in UNITS if row.package == "training"))
    portals = {row.package: named(f"portal {row.package}") for row in PORTALS}
    return Edge(
        units, portals, Settings(ip_limit=50), Limiter(platform.database("edge")), named("front door")
    )


async def ask(edge: Edge, url: str, **headers: str) -> httpx.Response:
    transport = httpx.ASGITransport(edge)
    async with httpx.AsyncClient(transport=transport, headers=headers) as client:
        return await client.get(url)


@pytest.mark.parametrize("row", UNITS, ids=lambda row: row.name)
async def test_each_public_path_leads_to_its_unit(edge: Edge, row: Any) -> None:
    answer = await ask(edge, f"http://localhost:8080{row.path}/health")
    if row.package == "training":
        assert answer.json() == {"status": "not_built", "unit": "training"}
    else:
        assert answer.text == f"{row.package} {row.path}/health"


@pytest.mark.parametrize("row", PORTALS, ids=lambda row: row.subdomain)
async def test_each_subdomain_leads_to_its_portal(edge: Edge, row: Any) -> None:
    answer = await ask(edge, f"http://{row.subdomain}.localhost:8080/api/orders")
    assert answer.text == f"portal {row.package} /api/orders"


async def test_a_path_that_only_begins_alike_is_nobodys(edge: Edge) -> None:
    answer = await ask(edge, "http://localhost:8080/api/ordersx")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_what_is_not_built_says_so_in_both_languages(edge: Edge) -> None:
    answer = await ask(edge, "http://localhost:8080/api/training/courses")
    assert (answer.status_code, answer.json()["code"]) == (501, "not_built")
    assert "training" in answer.json()["messages"]["fr"]


async def test_s30_s31_one_address_has_one_limit_whatever_it_says_of_itself(edge: Edge) -> None:
    answers = [
        await ask(edge, "http://localhost:8080/health", **{"x-forwarded-for": f"10.0.0.{n}"})
        for n in range(52)
    ]
    assert [answer.status_code for answer in answers] == [200] * 50 + [429] * 2
    assert int(answers[-1].headers["retry-after"]) >= 1
