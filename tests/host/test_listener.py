"""What a listener takes from the wire, whom it believes, and how it says that its port is taken."""

import asyncio
import resource
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from rt.host.edge import proxy, unhopped
from rt.host.listener import HEAD_LIMIT_BYTES, PortTaken, Server, bound, check_free, listener
from rt.kernel.web.middleware import client_address
from rt.ops.deploy.balancer import program

Open = Callable[[ASGIApp], Awaitable[int]]
Front = Callable[[int], Awaitable[int]]
Said = tuple[tuple[str, str], ...]
WHO = "127.0.0.7"
"""The address of somebody who asks from here without being this machine's first address."""


def seen(trusted_proxies: int) -> ASGIApp:
    """Answers whom it takes the asker for."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(client_address(scope, trusted_proxies))(scope, receive, send)

    return app


async def length(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await PlainTextResponse(str(len(body)))(scope, receive, send)


@pytest.fixture
async def opened() -> AsyncIterator[Open]:
    """Listens for an application; gives the port."""
    running: list[tuple[Server, asyncio.Task[None]]] = []

    async def go(app: ASGIApp) -> int:
        server = listener(app, 0, "127.0.0.1", "test")
        assert server.own is not None
        port: int = server.own.getsockname()[1]
        running.append((server, asyncio.create_task(server.serve())))
        return port

    yield go
    for server, task in running:
        server.should_exit = True
        await task


async def ask(port: int, *said: tuple[str, str]) -> str:
    transport = httpx.AsyncHTTPTransport(local_address=WHO)
    async with httpx.AsyncClient(transport=transport) as client:
        return (await client.get(f"http://127.0.0.1:{port}/", headers=list(said))).text


LIES = [
    (),
    (("x-forwarded-for", "203.0.113.9"),),
    (("x-forwarded-for", "203.0.113.9, 203.0.113.10"),),
    (("x-forwarded-for", "203.0.113.9"), ("x-forwarded-for", "203.0.113.10")),
    (("X-Forwarded-For", ""), ("x-forwarded-for", ",,")),
    (("x-real-ip", "203.0.113.9"), ("forwarded", "for=203.0.113.9"), ("x-rt-edge", "guessed")),
    (("x-rt-edge", ""), ("x-forwarded-for", "203.0.113.9")),
]


@pytest.mark.parametrize("lie", LIES)
async def test_without_a_proxy_of_ours_nobody_is_believed(opened: Open, lie: Said) -> None:
    assert await ask(await opened(seen(0)), *lie) == WHO


@pytest.mark.parametrize("lie", LIES)
async def test_through_haproxy_the_address_is_what_haproxy_saw(
    opened: Open, haproxy: Front, lie: Said
) -> None:
    front = await haproxy(await opened(seen(1)))
    assert await ask(front, *lie) == WHO


@pytest.mark.parametrize("lie", LIES)
async def test_through_two_proxies_it_is_what_the_outer_one_saw(
    opened: Open, haproxy: Front, lie: Said
) -> None:
    front = await haproxy(await haproxy(await opened(seen(2))))
    assert await ask(front, *lie) == WHO


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("proxies", [0, 1])
async def test_a_unit_behind_our_own_edge_sees_what_the_edge_sees(
    opened: Open,
    haproxy: Front,
    lie: Said,
    proxies: int,
) -> None:
    unit = await opened(unhopped(seen(proxies), "the key"))
    async with httpx.AsyncClient() as client:
        front = await opened(proxy(f"http://127.0.0.1:{unit}", client, "the key"))
        if proxies:
            front = await haproxy(front)
        assert await ask(front, *lie) == WHO
        if not proxies:
            assert await ask(unit, *lie) == WHO, "past the edge"


@pytest.mark.parametrize(
    ("header", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 203.0.113.7", "203.0.113.7"),
        ("10.0.0.1,127.0.0.1,,203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("evil, 2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, ", "unknown"),
    ],
)
def test_the_load_balancer_of_aws_adds_what_it_saw_to_the_one_header(header: str, address: str) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html"""
    scope = {"type": "http", "client": ("10.1.2.3", 1), "headers": [(b"x-forwarded-for", header.encode())]}
    assert client_address(scope, 1) == address


async def raw(port: int, said: bytes, then: bytes = b"") -> bytes:
    """Everything that is answered to these bytes, however far they get."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(said)
        await writer.drain()
        writer.write(then)
        return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()


BIG = b"a" * 100_000


@pytest.mark.parametrize(
    ("head", "endless"),
    [
        (b"GET / HTTP/1.1\r\nhost: x\r\nx-big: ", BIG),
        (b"GET / HTTP/1.1\r\nhost: x\r\n", b"x-small: y\r\n" * 10_000),
        (b"GET /?", BIG),
        (b"GET / HTTP/1.1\r\nhost: x\r\n", BIG),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nx-late: ", BIG),
        (b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n1;", BIG),
    ],
    ids=["one header", "many", "address", "name", "trailer", "chunk extension"],
)
async def test_a_head_without_end_is_not_taken(opened: Open, head: bytes, endless: bytes) -> None:
    port = await opened(length)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    sent = 0
    try:
        while not reader.at_eof() and sent < 60_000_000:
            writer.write(endless)
            sent += len(endless)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()
    assert sent < 20_000_000, "what the sockets of both sides hold, and no more"
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5_000, "kB"


@pytest.mark.parametrize(
    "padding",
    [
        b"x-big: " + b"a" * HEAD_LIMIT_BYTES,
        b"\r\n".join(b"x-%d: " % n + b"a" * 1000 for n in range(40)),
    ],
)
async def test_a_head_over_the_limit_is_answered_with_431_and_no_application_hears_of_it(
    opened: Open, padding: bytes
) -> None:
    heard = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        heard.append(scope["path"])
        await length(scope, receive, send)

    port = await opened(app)
    answered = await raw(port, b"GET / HTTP/1.1\r\nhost: x\r\n" + padding + b"\r\n\r\n")
    head, _, body = answered.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 ")
    assert b"content-type: application/problem+json" in head
    assert b'"code":"head_too_large"' in body
    assert heard == []


async def test_a_head_up_to_the_limit_and_a_body_of_any_size_are_taken(opened: Open) -> None:
    port = await opened(length)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(3):
            big = {"x-big": "a" * (HEAD_LIMIT_BYTES - 400)}
            answer = await client.post("/", content=b"x" * 3_000_000, headers=big)
            assert (answer.status_code, answer.text) == (200, "3000000")

        async def parts() -> AsyncIterator[bytes]:
            for _ in range(50):
                yield b"y" * 40_000

        answer = await client.post("/", content=parts())
        assert answer.text == "2000000"


async def test_requests_sent_one_behind_the_other_are_each_counted_alone(opened: Open) -> None:
    port = await opened(length)
    one = b"GET / HTTP/1.1\r\nhost: x\r\nx-big: " + b"a" * 20_000 + b"\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    answered = await raw(port, one * 5, last)
    assert answered.count(b"HTTP/1.1 200 OK") == 6


async def test_a_head_that_never_ends_is_given_up(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rt.host.listener.HEAD_SECONDS", 0.2)
    port = await opened(length)
    async with asyncio.timeout(10):
        assert await raw(port, b"") == b""
        assert await raw(port, b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ") == b""


def test_a_taken_port_is_named() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortTaken, match=rf"palette \(port {port}\)"):
            check_free({"palette": port}, "127.0.0.1")
        with pytest.raises(PortTaken, match=rf"palette \(port {port}\)"):
            listener(length, port, "127.0.0.1", "palette")


@pytest.fixture
async def haproxy(tmp_path: Path) -> AsyncIterator[Front]:
    """A real HAProxy before a port, as the local fleet has it; gives its own."""
    running: list[asyncio.subprocess.Process] = []

    async def go(behind: int) -> int:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        settings = tmp_path / f"{port}.cfg"
        settings.write_text(
            "defaults\n  mode http\n  timeout connect 2s\n  timeout client 9s\n  timeout server 9s\n"
            f"  option forwardfor\nlisten x\n  bind 127.0.0.1:{port}\n  server y 127.0.0.1:{behind}\n"
        )
        running.append(await asyncio.create_subprocess_exec(program(), "-db", "-q", "-f", str(settings)))
        async with asyncio.timeout(10):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except ConnectionError:
                    assert running[-1].returncode is None
                    await asyncio.sleep(0.01)
                else:
                    writer.close()
                    return port

    yield go
    for process in running:
        process.terminate()
        await process.wait()


async def test_the_body_of_an_answer_does_not_wait_until_its_head_is_acknowledged() -> None:
    loop = asyncio.get_running_loop()
    nodelay: asyncio.Future[int] = loop.create_future()

    class Accepted(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            accepted = transport.get_extra_info("socket")
            nodelay.set_result(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
            transport.close()

    own = bound(0, "127.0.0.1")
    async with await loop.create_server(Accepted, sock=own):
        _, writer = await asyncio.open_connection(*own.getsockname())
        assert await nodelay
        writer.close()
