"""A process that is asked to stop does so as soon as nothing is under way."""

import asyncio
from typing import Any

from rt.host.listener import listener


class Late:
    """An idle connection that is accepted while the others are being told to end."""

    def __init__(self, connections: set[Any]) -> None:
        self.connections = connections

    def shutdown(self) -> None:
        self.connections.discard(self)


class First(Late):
    def shutdown(self) -> None:
        self.connections.discard(self)
        self.connections.add(Late(self.connections))


async def test_a_connection_accepted_too_late_to_be_told_does_not_hold_the_process() -> None:
    async def app(scope: Any, receive: Any, send: Any) -> None:
        """Nobody asks."""

    server = listener(app, 0, "127.0.0.1", "test")
    server.config.timeout_graceful_shutdown = None
    running = asyncio.create_task(server.serve())
    while not server.started:
        assert not running.done()
        await asyncio.sleep(0)
    connections: set[Any] = server.server_state.connections
    connections.add(First(connections))
    server.should_exit = True
    async with asyncio.timeout(20):
        await running
    assert connections == set()
