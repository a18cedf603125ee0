"""The server of development outlives every death around it and leaves with its last user."""

import asyncio
import contextlib
import itertools
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from rt.host import mongod
from rt.host.engine import MongodMissing
from rt.kernel.storage.persistence import admin_command

USER = """
import asyncio, sys
from pathlib import Path
from rt.host.mongod import running

async def use():
    async with running(Path(sys.argv[1])) as uri:
        print(uri, flush=True)
        await asyncio.to_thread(sys.stdin.read)

asyncio.run(use())
"""


@pytest.fixture(autouse=True)
def no_server_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MONGODB_URI", raising=False)


@contextlib.asynccontextmanager
async def another_process(data_dir: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    pipe = asyncio.subprocess.PIPE
    user = await asyncio.create_subprocess_exec(
        sys.executable, "-c", USER, str(data_dir), stdin=pipe, stdout=pipe, env=dict(os.environ)
    )
    assert user.stdin is not None
    assert user.stdout is not None
    yield user, (await user.stdout.readline()).decode().strip()
    user.stdin.close()
    await user.wait()


def pid_on(data_dir: Path) -> int | None:
    return mongod.Mongod(Path("mongod"), data_dir).pid()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        for _ in itertools.count():
            if holds():
                return
            await asyncio.sleep(0)


async def test_a_given_address_is_used_as_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MONGODB_URI", "mongodb://elsewhere:1/")
    async with mongod.running(tmp_path) as uri:
        assert uri == "mongodb://elsewhere:1/"
    assert pid_on(tmp_path) is None


async def test_a_new_server_is_primary_and_stops_with_its_only_user(tmp_path: Path) -> None:
    async with mongod.running(tmp_path) as uri:
        pid = pid_on(tmp_path)
        assert pid is not None
        hello = await admin_command(uri, {"hello": 1}, direct=False)
        assert hello["isWritablePrimary"]
        parsed = (await admin_command(uri, {"getCmdLineOpts": 1}))["parsed"]
        assert parsed["net"]["bindIp"] == "127.0.0.1"
    assert pid_on(tmp_path) is None
    assert gone(pid)


async def test_users_of_one_folder_share_one_server_until_the_last_leaves(tmp_path: Path) -> None:
    async with contextlib.AsyncExitStack() as stack:
        first = await stack.enter_async_context(mongod.running(tmp_path))
        pid = pid_on(tmp_path)
        async with another_process(tmp_path) as (_, second), mongod.running(tmp_path) as third:
            assert first == second == third
        assert pid_on(tmp_path) == pid
    assert pid_on(tmp_path) is None


async def test_the_address_stays_across_restarts(tmp_path: Path) -> None:
    async with mongod.running(tmp_path) as before:
        pass
    async with mongod.running(tmp_path) as after:
        assert after == before


async def test_a_taken_port_is_left_and_the_set_follows_to_the_new_one(tmp_path: Path) -> None:
    async with mongod.running(tmp_path) as before:
        await admin_command(before, {"setDefaultRWConcern": 1, "defaultReadConcern": {"level": "majority"}})
        port = int(before.split(":")[2].split("/")[0])
    other = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", port)
    async with other, mongod.running(tmp_path) as after:
        assert after != before
        kept = await admin_command(after, {"getDefaultRWConcern": 1}, direct=False)
        assert kept["defaultReadConcern"] == {"level": "majority"}


async def test_a_server_killed_under_its_user_comes_back_on_its_port(tmp_path: Path) -> None:
    async with mongod.running(tmp_path) as uri:
        pid = pid_on(tmp_path)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        await until(lambda: pid_on(tmp_path) not in (None, pid))
        async with mongod.running(tmp_path) as again:
            assert again == uri
            assert (await admin_command(uri, {"hello": 1}))["isWritablePrimary"]


async def test_a_server_whose_user_was_killed_is_found_and_stopped_by_the_next(tmp_path: Path) -> None:
    async with another_process(tmp_path) as (user, left_behind):
        user.kill()
        await user.wait()
    pid = pid_on(tmp_path)
    assert pid is not None
    async with mongod.running(tmp_path) as uri:
        assert uri == left_behind
        assert pid_on(tmp_path) == pid
    await until(lambda: gone(pid))
    assert pid_on(tmp_path) is None


async def test_a_stale_pid_of_somebody_else_is_not_ours(tmp_path: Path) -> None:
    server = mongod.Mongod(Path("mongod"), tmp_path)
    (server.db / "mongod.lock").write_text(f"{os.getpid()}\n")
    assert server.pid() is None


async def test_a_server_that_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    server = mongod.Mongod(Path("/bin/false"), tmp_path)
    with pytest.raises(MongodMissing, match=r"mongod\.log"):
        await server.join()
    await server.leave()
