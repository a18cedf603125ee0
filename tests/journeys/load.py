"""A steady load of real requests over kept connections, light enough to leave the cores to what it asks."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from rt.host.topology import UNITS

WRITE_EVERY = 10
READS = ("/auth/me", "/api/palettes/movements?limit=5", "/api/orders?limit=5", "/api/palettes/balances")


class Asked(NamedTuple):
    """One request of the load."""

    method: str
    path: str
    body: bytes = b""
    key: str = ""


class Fault(NamedTuple):
    """A request that was not answered well, and when."""

    at: float
    path: str
    what: str


class Load:
    """Requests at a fixed rate until stopped or through; nothing is ever asked twice."""

    def __init__(self, port: int, token: str, ask: Callable[[int], Asked], rate: float, most: int) -> None:
        self.faults: list[Fault] = []
        self.written: dict[str, str] = {}
        self.milliseconds: list[float] = []
        self.answered = 0
        self._port = port
        self._token = token
        self._ask = ask
        self._rate = rate
        self._numbers = iter(range(most))
        self._stopped = False

    def stop(self) -> None:
        self._stopped = True

    async def run(self, connections: int = 16) -> None:
        self._began = time.monotonic()
        await asyncio.gather(*(self._connection() for _ in range(connections)))

    async def _connection(self) -> None:
        wire: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        for number in self._numbers:
            await asyncio.sleep(max(0.0, self._began + number / self._rate - time.monotonic()))
            if self._stopped:
                break
            asked = self._ask(number)
            began = time.monotonic()
            try:
                async with asyncio.timeout(30):
                    if wire is None:
                        wire = await asyncio.open_connection("127.0.0.1", self._port)
                    status, headers, body = await self._exchange(*wire, asked)
            except (OSError, EOFError, TimeoutError) as error:
                self.faults.append(Fault(began, asked.path, type(error).__name__))
                wire = None
                continue
            self.answered += 1
            self.milliseconds.append((time.monotonic() - began) * 1000)
            if status >= 300:
                self.faults.append(
                    Fault(began, asked.path, f"{status} {body[:200].decode(errors='replace')}")
                )
            elif asked.key:
                self.written[asked.key] = json.loads(body)["id"]
            if headers.get("connection") == "close":
                wire[1].close()
                wire = None
        if wire is not None:
            wire[1].close()

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, asked: Asked
    ) -> tuple[int, Mapping[str, str], bytes]:
        head = f"{asked.method} {asked.path} HTTP/1.1\r\nhost: rt\r\nauthorization: Bearer {self._token}\r\n"
        if asked.key:
            head += f"idempotency-key: {asked.key}\r\ncontent-type: application/json\r\n"
            head += f"content-length: {len(asked.body)}\r\n"
        writer.write(head.encode() + b"\r\n" + asked.body)
        first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        return int(first.split()[1]), headers, body

    def percentile(self, share: float) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def mixed(partner: str, run: str) -> Callable[[int], Asked]:
    """Health of every unit, reads of somebody signed in, every tenth a keyed write that its note tells."""

    def ask(number: int) -> Asked:
        if number % WRITE_EVERY == 0:
            movement: dict[str, Any] = {
                "partner_id": partner,
                "direction": "given",
                "quantity": 1 + number % 5,
                "note": f"{run}-{number}",
            }
            return Asked("POST", "/api/palettes/movements", json.dumps(movement).encode(), f"{run}-{number}")
        if number % 2:
            return Asked("GET", f"{UNITS[number % len(UNITS)].path}/health")
        return Asked("GET", READS[number // 2 % len(READS)])

    return ask
