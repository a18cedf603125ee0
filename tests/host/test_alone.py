"""A unit runs alone as in production: with its own key, the public ones, and the others' addresses."""

import asyncio
import os
import shutil
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from rt.host.keys import UnitKeys
from rt.host.topology import UNITS

Start = Callable[..., Awaitable[str]]
ROWS = {row.package: row for row in UNITS}


def free_shift() -> int:
    """A shift of the ports at which both units find theirs free."""
    for shift in range(21_000, 30_000, 100):
        try:
            for package in ("authz", "palette"):
                with socket.socket() as probe:
                    probe.bind(("127.0.0.1", ROWS[package].port + shift))
        except OSError:
            continue
        return shift
    raise LookupError("no free ports")


@pytest.fixture
async def start(tmp_path: Path, unit_keys: UnitKeys, mongod: str) -> AsyncIterator[Start]:
    """Start a unit with the keys of its own and no others; gives its address once it is ready."""
    running: list[Process] = []
    database = f"rt-alone-{uuid4().hex[:8]}"

    async def go(package: str, shift: int, **variables: str) -> str:
        folder = tmp_path / f"{package}-keys"
        folder.mkdir()
        for name in (f"{package}.jwk", "public.jwks"):
            shutil.copy(unit_keys._folder / name, folder / name)
        own = {"RT_KEYS": str(folder), "MONGODB_URI": mongod, "MONGODB_DB": database, "JWT_SECRET": "x" * 40}
        arguments = ["-m", "rt.ops.command", "run", package, "--shift", str(shift), "--data", str(tmp_path)]
        running.append(
            await asyncio.create_subprocess_exec(
                sys.executable, *arguments, env=os.environ | own | variables, stdout=PIPE
            )
        )
        address = f"http://127.0.0.1:{ROWS[package].port + shift}"
        async with httpx.AsyncClient(base_url=address) as client, asyncio.timeout(60):
            while not await answers(client):
                assert running[-1].returncode is None, package
                await asyncio.sleep(0.05)
        return address

    yield go
    for process in running:
        process.terminate()
        await process.wait()


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/ready")).status_code == 200
    except httpx.TransportError:
        return False


async def test_a_unit_needs_no_key_but_its_own(start: Start) -> None:
    shift = free_shift()
    authz = await start("authz", shift)
    palette = await start("palette", shift, AUTHZ_URL=authz)
    async with httpx.AsyncClient() as client:
        for address in (authz, palette):
            headers = {"authorization": "Bearer rtk_unknown"}
            path = "/auth/me" if address == authz else "/api/palettes/balances"
            answer = await client.get(address + path, headers=headers)
            assert answer.status_code == 401, answer.text
        lost = await start("core_orders", shift, AUTHZ_URL="http://127.0.0.1:9")
        answer = await client.get(f"{lost}/api/orders", headers={"authorization": "Bearer rtk_unknown"})
        assert answer.status_code == 503, answer.text
