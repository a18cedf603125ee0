"""What a long computation costs everybody else: on the loop, in a thread, in a process beside.

Run: .venv/bin/python benchmarks/offload.py; it prints the table of offload.md. A small request is
asked every 10 ms while one computation of about a second of pure Python runs.
"""

import asyncio
import statistics
import time
import timeit
from collections.abc import Awaitable, Callable

from rt.host.serving import memory_mb
from rt.kernel.core import offload


def counted(rounds: int) -> float:
    return timeit.timeit("n % 7", "n = 12", time.perf_counter, rounds)


async def on_the_loop(rounds: int) -> float:
    return counted(rounds)


async def in_a_thread(rounds: int) -> float:
    return await asyncio.to_thread(counted, rounds)


async def beside(rounds: int) -> float:
    return await offload.run(timeit.timeit, "n % 7", "n = 12", time.perf_counter, rounds)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(1000):
        writer.write(said)


async def others(port: int, late: list[float], done: asyncio.Event) -> None:
    """Small requests: a millisecond of Python and ten answers awaited from a socket; how long each took."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    due = time.perf_counter()
    while not done.is_set():
        for _ in range(10):
            counted(4_000)
            writer.write(b"?")
            await reader.read(1000)
        late.append((time.perf_counter() - due) * 1000)
        due = time.perf_counter() + 0.01
        await asyncio.sleep(0.01)
    writer.close()


async def measured(way: Callable[[int], Awaitable[float]]) -> str:
    late: list[float] = []
    done = asyncio.Event()
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    watching = asyncio.create_task(others(server.sockets[0].getsockname()[1], late, done))
    await asyncio.sleep(0.1)
    late.clear()
    started = time.perf_counter()
    await way(60_000_000)
    took = time.perf_counter() - started
    await asyncio.sleep(0.1)
    done.set()
    await watching
    server.close()
    middle, worst = statistics.median(late), max(late)
    return f"| {way.__name__.replace('_', ' ')} | {took:.2f} | {middle:.1f} | {worst:.0f} |"


async def main() -> None:
    print("| way | the computation, s | a small request, median ms | worst ms |\n|---|---|---|---|")
    for way in (on_the_loop, in_a_thread, beside):
        print(await measured(way))
    for what in (
        "rt.kernel.core.offload",
        "rt.services.planning.domain",
        "rt.services.core_orders.domain.sheet",
    ):
        await offload.close()
        started = time.perf_counter()
        await offload.run(exec, f"import {what}")
        first = time.perf_counter() - started
        started = time.perf_counter()
        await offload.run(exec, f"import {what}")
        again = time.perf_counter() - started
        (worker,) = offload._pool()._idle
        size = memory_mb([worker.pid])
        print(f"{what}: first answer {first * 1000:.0f} ms, next {again * 1000:.1f} ms, worker {size:.0f} MB")
    await offload.close()


asyncio.run(main())
