"""A port on which an application listens, and how much it takes before anybody is asked."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from rt.kernel.core.errors import Refusal

DRAIN_SECONDS = 30
"""How long a request under way may take after SIGTERM (R-16)."""
BACKLOG = 2048
KEEP_ALIVE_SECONDS = 75
"""Longer than load balancers keep an idle connection (60 s): they end it, so no request meets its end."""
HEAD_LIMIT_BYTES = 32_768
"""Request line and headers. The AWS load balancer takes 64 kB; a session is a cookie of 4 kB."""
HEAD_SECONDS = 30
"""How long a new connection, and the head of a request, may take to arrive (S-20)."""


class HeadTooLarge(Refusal):
    """431: request line and headers together (RFC 6585, 5)."""

    status = 431
    fr = "Les en-têtes de la demande dépassent {limit_kb} ko."
    en = "The headers of the request exceed {limit_kb} kB."


class PortTaken(Exception):
    """Somebody else listens where we were to."""

    def __init__(self, names: list[str]) -> None:
        where = ", ".join(names)
        super().__init__(f"Already in use: {where}. Is another house running? See --port and --shift.")


class Protocol(HttpToolsProtocol):
    """HTTP/1.1 with an end to what may come before a body, or after it: the parser itself knows none."""

    _known = 0
    """Bytes of the present head that are whole lines."""
    _partial = 0
    """Bytes received since the parser last told us of anything."""
    _told = True
    _refused = False
    _timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._head_is_there()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._told = False
        if not self._refused:
            super().data_received(data)
        self._partial = 0 if self._told else self._partial + len(data)
        self._bound()

    def on_message_begin(self) -> None:
        self._told, self._known = True, 0
        if self._timer is None:
            self._expect_head()
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        self._told = True
        self._known += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._told = True
        self._known += len(name) + len(value) + 4
        self._bound()
        if not self._refused:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._told = True
        self._head_is_there()
        if not self._refused:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._told = True
        if not self._refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        self._told = True
        if not self._refused:
            super().on_message_complete()

    def _bound(self) -> None:
        if self._refused or self._known + self._partial <= HEAD_LIMIT_BYTES:
            return
        self._refused = True
        self.flow.pause_reading()
        answering = (
            self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        )
        if not answering:
            self.transport.write(_refusal())
        self.transport.close()

    def _expect_head(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _head_is_there(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Server(uvicorn.Server):
    """One listener of several in a process; the process itself hears signals."""

    own: socket.socket | None = None

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        await super().serve([self.own] if self.own else sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop; connections accepted too late to be told are told again, or they would hold us for 30 s."""
        telling = asyncio.create_task(self._tell_latecomers())
        try:
            await super().shutdown(sockets)
        finally:
            telling.cancel()

    async def _tell_latecomers(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            for connection in list(self.server_state.connections):
                connection.shutdown()


def listener(app: ASGIApp, port: int, host: str, name: str) -> Server:
    """A server that has its port already; PortTaken when somebody else has it."""
    server = Server(_config(app))
    try:
        server.own = bound(port, host)
    except OSError as error:
        raise PortTaken([f"{name} (port {port})"]) from error
    return server


def bound(port: int, host: str) -> socket.socket:
    """A port of this machine, ours from now on.

    TCP by name: only then asyncio sets TCP_NODELAY, without which the body of a small answer waits 40 ms on
    a connection that was used before, until the client has acknowledged the head.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    own = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        own.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        own.bind((host, port))
        own.listen(BACKLOG)
    except OSError:
        own.close()
        raise
    return own


def check_free(ports: Mapping[str, int], host: str) -> None:
    """Raise PortTaken with all names whose port somebody else has."""
    busy = []
    for name, port in ports.items():
        try:
            bound(port, host).close()
        except OSError:
            busy.append(f"{name} (port {port})")
    if busy:
        raise PortTaken(busy)


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        http=Protocol,
        proxy_headers=False,  # it would believe X-Forwarded-For of whoever asks from this machine
        access_log=False,
        log_config=None,  # what uvicorn has to say goes through our mask
        server_header=False,
        date_header=True,
        lifespan="off",
        timeout_graceful_shutdown=DRAIN_SECONDS,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        backlog=BACKLOG,
    )


def _refusal() -> bytes:
    body = msgspec.json.encode(HeadTooLarge(limit_kb=HEAD_LIMIT_BYTES // 1024).problem("fr"))
    head: dict[str, Any] = {
        "content-type": "application/problem+json",
        "content-length": len(body),
        "cache-control": "no-store",
        "connection": "close",
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"HTTP/1.1 431 Request Header Fields Too Large\r\n{lines}\r\n".encode() + body
