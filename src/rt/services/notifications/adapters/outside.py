"""HTTP to addresses that strangers gave: resolved once, checked, then spoken to at that very address."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Mapping, Sequence

import httpx

from rt.kernel.core.tls import tls
from rt.services.notifications.adapters.provider import NotSent
from rt.services.notifications.domain.outside import IPAddress, UrlNotAllowed, host_and_port, is_public

ANSWER_LIMIT_BYTES = 1_000_000
SECONDS = 10.0

Resolve = Callable[[str, int], Awaitable[Sequence[IPAddress]]]


async def resolve(host: str, port: int) -> list[IPAddress]:
    """Every address of a host name, however a number in it is written."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


class Outside:
    """The public internet: no redirects, at most a megabyte and ten seconds, never an inner address.

    A name is resolved once per request and the connection goes to what was checked, so that a name that
    changes its mind in between (DNS rebinding) reaches nothing inside.
    """

    def __init__(self, plain_too: bool, resolver: Resolve = resolve) -> None:
        self._plain_too = plain_too
        self._resolve = resolver
        self._client = httpx.AsyncClient(
            timeout=SECONDS, follow_redirects=False, trust_env=False, verify=tls(trust_env=False)
        )

    async def check(self, url: str) -> IPAddress:
        """The address behind a URL, or UrlNotAllowed."""
        host, port = host_and_port(url, self._plain_too)
        try:
            async with asyncio.timeout(SECONDS):
                found = await self._resolve(host, port)
        except (OSError, UnicodeError, TimeoutError):
            raise UrlNotAllowed(field="url") from None
        if not found or not all(is_public(address) for address in found):
            raise UrlNotAllowed(field="url")
        return found[0]

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> int:
        """Post, and say how it was answered; NotSent when it cannot be reached or must not be."""
        try:
            address = await self.check(url)
        except UrlNotAllowed as refusal:
            raise NotSent(refusal.says("en"), permanent=True) from refusal
        request = self._pinned(url, address, content, headers)
        try:
            async with asyncio.timeout(SECONDS):
                return await self._status(request)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise NotSent(f"{type(error).__name__}: {error}") from error

    def _pinned(
        self, url: str, address: IPAddress, content: bytes, headers: Mapping[str, str]
    ) -> httpx.Request:
        target = httpx.URL(url)
        shown = {**headers, "host": target.netloc.decode("ascii")}
        pinned = target.copy_with(host=str(address))
        extensions = {"sni_hostname": target.raw_host.decode("ascii")}
        return self._client.build_request(
            "POST", pinned, content=content, headers=shown, extensions=extensions
        )

    async def _status(self, request: httpx.Request) -> int:
        response = await self._client.send(request, stream=True)
        try:
            size = 0
            async for chunk in response.aiter_raw():
                size += len(chunk)
                if size > ANSWER_LIMIT_BYTES:
                    raise NotSent("the answer is longer than a megabyte")
            return response.status_code
        finally:
            await response.aclose()
