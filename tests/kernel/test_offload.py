"""What is computed beside the event loop: answers, refusals, limits and whose turn it is."""

import asyncio
import copy
import operator
import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rt.kernel.core import offload
from rt.kernel.core.errors import Malformed, NotFound
from rt.kernel.core.offload import ComputersBusy, TooMuchToCompute
from rt.kernel.core.tenancy import acting_for


@pytest.fixture(autouse=True)
async def _no_worker_stays() -> AsyncIterator[None]:
    yield
    await offload.close()


async def test_it_is_computed_in_another_process() -> None:
    assert await offload.run(os.getpid) != os.getpid()
    assert await offload.run(operator.add, 2, 3) == 5


async def test_a_worker_is_used_again() -> None:
    assert await offload.run(os.getpid) == await offload.run(os.getpid)


async def test_a_worker_knows_no_secret_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JWT_SECRET", "known to one")
    assert await offload.run(os.getenv, "JWT_SECRET") is None


async def test_its_exceptions_come_back_as_they_are() -> None:
    with pytest.raises(ZeroDivisionError):
        await offload.run(operator.truediv, 1, 0)
    assert await offload.run(operator.add, 2, 3) == 5


async def test_what_cannot_be_sent_back_is_a_bug_that_says_so() -> None:
    with pytest.raises(TypeError, match="pickle"):
        await offload.run(open, "/dev/null")


@pytest.mark.parametrize("refusal", [Malformed("day", "trop loin", "too far"), NotFound("id", retry_after=3)])
def test_a_refusal_travels_whole(refusal: Malformed | NotFound) -> None:
    there = copy.copy(refusal)
    assert (there.problem("fr"), there.problem("en")) == (refusal.problem("fr"), refusal.problem("en"))
    assert (there.field, there.retry_after, str(there)) == (refusal.field, refusal.retry_after, str(refusal))


async def test_what_takes_too_long_is_ended_and_names_the_field() -> None:
    with pytest.raises(TooMuchToCompute) as refused:
        await offload.run(time.sleep, 60, seconds=0.2, field="day")
    assert refused.value.field == "day"
    assert await offload.run(operator.add, 2, 3) == 5


async def test_what_takes_too_much_memory_is_refused() -> None:
    with pytest.raises(TooMuchToCompute):
        await offload.run(bytes, 2**30)
    assert await offload.run(len, bytes(20_000_000)) == 20_000_000


async def test_what_ends_its_process_is_refused() -> None:
    with pytest.raises(TooMuchToCompute):
        await offload.run(os._exit, 3)
    assert await offload.run(operator.add, 2, 3) == 5


async def test_who_gives_up_is_not_computed_for(tmp_path: Path) -> None:
    worker = await offload.run(os.getpid)
    os.mkfifo(tmp_path / "fifo")
    asking = asyncio.create_task(offload.run(Path.read_bytes, tmp_path / "fifo"))
    writing = await asyncio.to_thread(os.open, tmp_path / "fifo", os.O_WRONLY)  # returns when it reads
    asking.cancel()
    await asyncio.wait([asking])
    os.close(writing)
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)


async def test_one_organization_does_not_take_the_others_turn() -> None:
    with acting_for("org_a"):
        waiting = [asyncio.create_task(offload.run(time.sleep, 60, seconds=30)) for _ in range(2)]
        waiting += [asyncio.create_task(offload.run(time.sleep, 60, seconds=9)) for _ in range(4)]
    with acting_for("org_b"):
        assert await offload.run(operator.add, 2, 3) == 5
    for one in waiting:
        one.cancel()
    await asyncio.wait(waiting)


async def test_too_many_that_wait_are_refused_at_once() -> None:
    with acting_for("org_a"):
        waiting = [asyncio.create_task(offload.run(time.sleep, 60)) for _ in range(offload.WAITING_EACH + 1)]
        await asyncio.sleep(0)
        with pytest.raises(ComputersBusy):
            await offload.run(operator.add, 2, 3)
    for one in waiting:
        one.cancel()
    await asyncio.wait(waiting)
