"""What computes for long runs beside the event loop: in a few processes, with limits of time and memory."""

import asyncio
import contextlib
import os
import resource
import signal
import socket
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from multiprocessing.reduction import ForkingPickler
from typing import Any, TypeVar, TypeVarTuple
from weakref import WeakKeyDictionary

from rt.kernel.core.errors import Invalid, Unavailable
from rt.kernel.core.telemetry import log
from rt.kernel.core.tenancy import NoOrganization, current_org

Args = TypeVarTuple("Args")
R = TypeVar("R")

WORKERS = 3
LONG_WORKERS = 1
LONG_SECONDS = 12
"""What may take longer keeps to workers of its own number, so that others stay free for who waits."""
WAITING_EACH = 8
"""How many computations of one organization may wait."""
PATIENCE_SECONDS = 15
"""Less than the 20 s that a unit waits for another: who has given up is not computed for."""
IDLE_SECONDS = 60
"""A worker that has had nothing to do for so long ends, and gives its memory back."""
MEMORY_MB = 256
ADDED_NICENESS = 5
"""Requests come first."""
KEPT_VARIABLES = ("PATH", "LANG", "LC_ALL", "TZ", "HOME", "TMPDIR", "PYTHONDONTWRITEBYTECODE")
"""A worker is told no secret."""


class TooMuchToCompute(Invalid):
    """The limit of time or memory was passed, or what was read ended the process that read it."""

    fr = "Cette demande exige trop de calcul. Réduisez-la."
    en = "This asks for too much computation. Make it smaller."


class ComputersBusy(Unavailable):
    fr = "Trop de calculs attendent déjà. Réessayez dans quelques secondes."
    en = "Too many computations are waiting already. Try again in a few seconds."


async def run(
    func: Callable[[*Args], R], *args: *Args, seconds: float = 10, memory_mb: int = MEMORY_MB, field: str = ""
) -> R:
    """The answer of a pure function, computed in another process; its exceptions come back as they are.

    For what may keep a core busy for more than some 20 ms: calendars and plans over many days, reading files
    that people send, judging thousands of points. A thread would not do for Python: it holds the interpreter,
    and every other request waits for it (benchmarks/offload.md). The function is one of a module, found by
    its name; what it takes and gives is pickled, so hand it what it needs and no more. Nothing of the request
    is known there: no organization, no actor, no database, no held clock.

    One organization has one computation running at a time, and one long one (`seconds` above 12). Past its
    `seconds` or `memory_mb` it is ended and TooMuchToCompute (422, naming `field`) is raised; ComputersBusy
    (503) when too many wait.
    """
    return await _pool().run(func, args, seconds, memory_mb, field)


async def close() -> None:
    """End the workers of this loop; what they compute is given up."""
    if pool := _pools.pop(asyncio.get_running_loop(), None):
        pool.close()


class Worker:
    """A process that computes what it is handed, one thing after another."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        paths = os.pathsep.join(path for path in sys.path if path)
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        with theirs:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-P",
                    "-c",
                    f"from rt.kernel.core.offload import work; work({theirs.fileno()})",
                ],
                pass_fds=[theirs.fileno()],
                env={**kept, "PYTHONPATH": paths, "MALLOC_ARENA_MAX": "1"},
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C is for the platform, which ends us
            )
        self._line = Connection(ours.detach())
        self.ending: asyncio.TimerHandle | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def compute(self, job: tuple[Any, ...]) -> tuple[bool, Any]:
        """Whether it went well, and the answer or the exception; EOFError when the process ended over it."""
        self._line.send(job)
        answer: tuple[bool, Any] = self._line.recv()
        return answer

    def end(self) -> None:
        self._process.kill()
        self._process.wait()

    def forget(self) -> None:
        """Close our side, when nobody reads from it any more."""
        self._line.close()


class Pool:
    """The workers of one event loop, started when first needed."""

    def __init__(self, size: int = WORKERS) -> None:
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._threads = ThreadPoolExecutor(size, "offload")
        self._free = asyncio.Semaphore(size)
        self._long = asyncio.Semaphore(LONG_WORKERS)
        self._lines: dict[tuple[str, bool], asyncio.Semaphore] = {}
        self._waiting: Counter[tuple[str, bool]] = Counter()

    async def run(
        self, func: Callable[..., R], args: tuple[Any, ...], seconds: float, memory_mb: int, field: str
    ) -> R:
        async with self._turn(seconds > LONG_SECONDS):
            well, answer = await self._compute((func, args, seconds, memory_mb), seconds, field)
        if well:
            found: R = answer
            return found
        if isinstance(answer, MemoryError):
            raise TooMuchToCompute(field) from answer
        raise answer

    def close(self) -> None:
        for worker in list(self._all):
            self._end(worker)
        self._threads.shutdown(wait=False, cancel_futures=True)

    @contextlib.asynccontextmanager
    async def _turn(self, long: bool) -> AsyncIterator[None]:
        """Wait for one's turn: behind one's own organization, then behind those of the others."""
        try:
            key = current_org(), long
        except NoOrganization:
            key = "", long
        if self._waiting[key] >= WAITING_EACH:
            raise ComputersBusy(retry_after=2)
        self._waiting[key] += 1
        line = self._lines.setdefault(key, asyncio.Semaphore(1))
        async with contextlib.AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    for each in (line, self._long, self._free) if long else (line, self._free):
                        await stack.enter_async_context(each)
            except TimeoutError as error:
                raise ComputersBusy(retry_after=2) from error
            finally:
                self._waiting[key] -= 1
                if not self._waiting[key]:
                    del self._waiting[key]
            yield
        if not line.locked() and key not in self._waiting:
            self._lines.pop(key, None)

    async def _compute(self, job: tuple[Any, ...], seconds: float, field: str) -> tuple[bool, Any]:
        loop = asyncio.get_running_loop()
        worker = self._idle.pop() if self._idle else await loop.run_in_executor(self._threads, self._start)
        if worker.ending:
            worker.ending.cancel()
        answering = loop.run_in_executor(self._threads, worker.compute, job)
        try:
            async with asyncio.timeout(seconds + 1):
                answer = await asyncio.shield(answering)
        except BaseException as error:
            self._end(worker)
            await asyncio.wait([answering])
            worker.forget()
            if isinstance(error, TimeoutError | EOFError | OSError):
                log.warning("computation_ended", what=_name(job[0]), error=type(error).__name__)
                raise TooMuchToCompute(field) from error
            raise
        self._idle.append(worker)
        worker.ending = loop.call_later(IDLE_SECONDS, self._rest, worker)
        return answer

    def _start(self) -> Worker:
        worker = Worker()
        self._all.add(worker)
        return worker

    def _rest(self, worker: Worker) -> None:
        if worker in self._idle:
            self._idle.remove(worker)
            self._end(worker)
            worker.forget()

    def _end(self, worker: Worker) -> None:
        self._all.discard(worker)
        worker.end()


_pools: WeakKeyDictionary[asyncio.AbstractEventLoop, Pool] = WeakKeyDictionary()
"""One for each process and loop, as the cores are: every unit of the process shares it."""


def _pool() -> Pool:
    loop = asyncio.get_running_loop()
    if loop not in _pools:
        _pools[loop] = Pool()
    return _pools[loop]


def _name(func: Callable[..., Any]) -> str:
    return f"{func.__module__}.{func.__qualname__}"


def work(descriptor: int) -> None:
    """What a worker does, until nobody asks any more."""
    line = Connection(descriptor)
    with contextlib.suppress(OSError):
        os.nice(ADDED_NICENESS)
    while True:
        try:
            func, args, seconds, memory_mb = line.recv()
            _limit(memory_mb)
            signal.setitimer(signal.ITIMER_REAL, seconds)  # SIGALRM ends us, whoever asked may be dead
            answer = ForkingPickler.dumps((True, func(*args)))
        except EOFError:
            return
        except Exception as error:
            answer = _failed(error)
        signal.setitimer(signal.ITIMER_REAL, 0)
        line.send_bytes(answer)


def _failed(error: Exception) -> memoryview:
    """An exception as an answer, with where it came from; one that does not travel is told."""
    error.add_note(f"in a process beside:\n{traceback.format_exc()}")
    try:
        return ForkingPickler.dumps((False, error))
    except Exception:
        return ForkingPickler.dumps((False, RuntimeError("".join(traceback.format_exception(error)))))


def _limit(memory_mb: int) -> None:
    """Bound what this process may allocate; the hard limit stays, so that the next may have more."""
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    resource.setrlimit(resource.RLIMIT_DATA, (memory_mb * 2**20, hard))
