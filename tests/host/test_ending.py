"""A process that is of no more use ends, and says in a sentence why; who started it starts it again."""

import asyncio
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.conftest import TestPlatform
from tests.kernel.toys import Toys

from rt.host.keys import UnitKeys
from rt.host.listener import listener
from rt.host.platform import Instance
from rt.host.serving import BackgroundWorkEnded, _serve
from rt.host.topology import UNITS

PALETTE = next(row for row in UNITS if row.package == "palette")


async def test_a_unit_with_nothing_to_do_by_the_clock_is_ready(platform: TestPlatform) -> None:
    platform.add(PALETTE, Toys())
    await platform.start()
    async with platform.web("palette") as client:
        for _ in range(5):
            assert (await client.get("/ready")).status_code == 200
            await asyncio.sleep(0)


async def test_work_behind_a_unit_that_ends_with_an_error_ends_the_process(
    mongod: str, unit_keys: UnitKeys, platform: TestPlatform
) -> None:
    platform = TestPlatform(platform.settings, mongod, unit_keys)
    instance = platform.add(PALETTE, Toys())
    await platform.start()
    server = listener(instance.app, 0, "127.0.0.1", "palette")
    assert server.own is not None
    address = f"http://127.0.0.1:{server.own.getsockname()[1]}"
    ready = asyncio.Event()
    serving = asyncio.create_task(_serve([server], platform, ready))
    await ready.wait()
    async with httpx.AsyncClient(base_url=address) as client:
        assert (await client.get("/ready")).status_code == 200
        await break_outbox(instance)
        async with asyncio.timeout(30):
            with pytest.raises(BackgroundWorkEnded):
                await serving


async def break_outbox(instance: Instance) -> None:
    """Something told that no outbox can read, as a fault of ours would leave it."""
    database = instance.context.database
    jars = database.collections[0].name
    await database[jars].insert_one({"_id": "jar_x", "org_id": "org_a", "outbox": [{"no": "id"}]})
    instance.outbox.scan()


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


def rt(*words: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "rt.ops.command", *words],
        env=os.environ | {"COLUMNS": "200"} | variables,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_platform_whose_port_is_taken_says_so_in_a_sentence(taken: int, tmp_path: Path) -> None:
    shift = taken - PALETTE.port
    done = rt("up", "--port", str(taken), "--shift", str(shift), "--data", str(tmp_path))
    assert done.returncode == 1
    assert f"edge (port {taken})" in done.stdout
    assert f"palette (port {taken})" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_a_unit_whose_port_is_taken_says_so_in_a_sentence(
    taken: int, tmp_path: Path, mongod: str, unit_keys: UnitKeys
) -> None:
    shift = str(taken - PALETTE.port)
    variables = {
        "MONGODB_URI": mongod,
        "MONGODB_DB": f"rt-{tmp_path.name}",
        "RT_KEYS": str(unit_keys._folder),
    }
    done = rt("run", "palette", "--shift", shift, "--data", str(tmp_path), **variables)
    assert done.returncode == 1
    assert f"palette (port {taken})" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


SUPERVISED = """
    import asyncio, socket, sys
    from pathlib import Path
    from rt.host.listener import PortTaken, listener
    from rt.host.serving import Place, Supervisor

    async def unit(name):
        if name == "mortal":
            raise RuntimeError("a fault")
        listener(None, int(sys.argv[1]), "127.0.0.1", name)

    supervisor = Supervisor(unit, sys.argv[3:], Path(sys.argv[2]), Place())
    supervisor.start()
    first = set(supervisor.pids)
    try:
        while set(supervisor.pids) <= first:
            supervisor.tend()
        print("started again")
    except PortTaken as taken:
        print(taken)
    supervisor.stop()
"""


@pytest.mark.parametrize(
    ("name", "said"), [("palette", "Already in use: palette (port 3011)"), ("mortal", "started again")]
)
def test_what_died_is_started_again_unless_its_port_is_taken(
    taken: int, tmp_path: Path, name: str, said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(SUPERVISED), str(taken), str(tmp_path / "notes"), name],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said in done.stdout, done.stderr
