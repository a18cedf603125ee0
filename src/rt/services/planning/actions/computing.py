"""Small questions are answered at once, large ones in a process beside, so that nobody waits for them."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import msgspec

from rt.kernel.core import offload
from rt.services.planning.domain.beside import unpacked

SIZE_AT_ONCE = 60
"""Tours laid out and checked on the loop: about 15 ms (benchmarks/planning.md)."""
LONGEST_SECONDS = 8.0


class Question(Protocol):
    """What a domain function answers; `size` is how many tours it lays out or checks."""

    @property
    def size(self) -> int: ...


Q = TypeVar("Q", bound=Question)
R = TypeVar("R")


async def worked_out(answers: Callable[[Q], R], asked: Q, seconds: float = LONGEST_SECONDS) -> R:
    """The answer; TooMuchToCompute or ComputersBusy when a large question finds no time."""
    if asked.size <= SIZE_AT_ONCE:
        return answers(asked)
    return await offload.run(unpacked, answers, type(asked), msgspec.msgpack.encode(asked), seconds=seconds)
