"""A small HTTP server on the loopback that keeps what is posted to it and answers as a test wants."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import msgspec

from rt.services.notifications.adapters.outside import Outside
from rt.services.notifications.domain.outside import IPAddress

BAD = "dropped"


class Posted(msgspec.Struct, frozen=True):
    """One request as it arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


class Sink:
    """`answer` gives status and body for each request, or BAD to close the connection before taking it."""

    def __init__(self, answer: Callable[[Posted], tuple[int, bytes] | str]) -> None:
        self.taken: list[Posted] = []
        self._answer = answer
        self.url = ""
        self.asked = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            headers = dict(line.lower().split(": ", 1) for line in head[1:] if ": " in line)
            exact = {
                line.split(": ", 1)[0].lower(): line.split(": ", 1)[1] for line in head[1:] if ": " in line
            }
            body = await reader.readexactly(int(headers.get("content-length", "0")))
            self.asked += 1
            posted = Posted(head[0].split(" ")[1], exact, body)
            found = self._answer(posted)
            if not isinstance(found, str):
                status, content = found
                if 200 <= status < 300:
                    self.taken.append(posted)
                start = f"HTTP/1.1 {status} X\r\ncontent-length: {len(content)}\r\nconnection: close\r\n"
                if status in (301, 302):
                    start += f"location: {self.url}/again\r\n"
                writer.write(start.encode() + b"\r\n" + content)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def sink(answer: Callable[[Posted], tuple[int, bytes] | str]) -> AsyncIterator[Sink]:
    """A sink that listens while the block runs."""
    found = Sink(answer)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield found


class Loopback(Outside):
    """The outside of these tests is this machine."""

    def __init__(self) -> None:
        super().__init__(plain_too=True)

    async def check(self, url: str) -> IPAddress:
        return ipaddress.ip_address("127.0.0.1")
