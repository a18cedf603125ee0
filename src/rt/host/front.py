"""The front page as the host knows it: which portals there are, where they are, and which of them answer."""

import asyncio
import secrets
import time
from collections.abc import Callable, Collection, Mapping
from typing import TypeVar

import httpx
from starlette.types import ASGIApp

from rt.host.topology import PORTALS, PortalRow
from rt.kernel.core.errors import AskRefused, Problem, Unavailable
from rt.kernel.core.reading import read_json
from rt.kernel.model.messages import Command, Query
from rt.pages.demonstration import Demonstration
from rt.pages.front_page import Entrance, front_page

Answer = TypeVar("Answer")
FRESH_SECONDS = 5
"""How long it is believed that a portal answers or does not, however many look."""
PATIENCE_SECONDS = 2


class Pulse:
    """Which portals answer, by package; asked together, and seldom."""

    def __init__(self, portals: Mapping[str, ASGIApp]) -> None:
        self._portals = portals
        self._asked_at = -FRESH_SECONDS * 1.0
        self._asking: asyncio.Task[Collection[str]] | None = None

    async def __call__(self) -> Collection[str]:
        if self._asking is None or time.monotonic() - self._asked_at > FRESH_SECONDS:
            self._asked_at = time.monotonic()
            self._asking = asyncio.create_task(self._ask())
        return await asyncio.shield(self._asking)

    async def _ask(self) -> Collection[str]:
        names = list(self._portals)
        well = await asyncio.gather(*(_answers(self._portals[name]) for name in names))
        return [name for name, good in zip(names, well, strict=True) if good]


class Stranger:
    """Asks units their open questions in nobody's name: the edge has no key of its own."""

    def __init__(self, client_of: Callable[[str], httpx.AsyncClient]) -> None:
        self._client_of = client_of

    async def ask(
        self, message: Query[Answer] | Command[Answer], /, *, key: str = "", version: int | None = None
    ) -> Answer:
        shape, unit = message.shape, type(message).__module__.split(".")[2]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                answer = await self._client_of(unit).get(shape.route)
        except (httpx.TransportError, TimeoutError) as error:
            raise Unavailable from error
        if answer.status_code >= 400:
            raise AskRefused(read_json(answer.content, Problem))
        found: Answer = read_json(answer.content, shape.answer)
        return found


def front_page_app(
    portals: Mapping[str, ASGIApp],
    client_of: Callable[[str], httpx.AsyncClient],
    demonstration: Demonstration | None,
    *,
    port: int,
    production: bool,
) -> ASGIApp:
    """The page of the bare host; `port` is the edge's, behind which the portals are in development."""

    def address(row: PortalRow) -> str:
        return f"https://{row.host}" if production else f"http://{row.subdomain}.localhost:{port}"

    entrances = [
        Entrance(package=row.package, address=address(row), asks=row.asks)
        for row in PORTALS
        if row.package in portals and row.built
    ]
    return front_page(
        entrances,
        Pulse(portals),
        None if production else demonstration,
        connect=lambda token: Stranger(client_of),
        secret=secrets.token_hex(),  # nobody signs in here: there is no session to outlive the process
        secure=production,
    )


async def _answers(portal: ASGIApp) -> bool:
    """Whether a portal gives a page that needs no unit."""
    client = httpx.AsyncClient(transport=httpx.ASGITransport(portal), base_url="http://portal.localhost")
    try:
        async with asyncio.timeout(PATIENCE_SECONDS), client:
            return (await client.get("/offline")).status_code == 200
    except (httpx.TransportError, TimeoutError):
        return False
