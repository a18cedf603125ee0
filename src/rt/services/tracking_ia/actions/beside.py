"""What is computed of many positions: at once where that is quick, else in a process beside the loop."""

from collections.abc import Callable
from typing import TypeVar, TypeVarTuple

from rt.kernel.core import offload

Args = TypeVarTuple("Args")
R = TypeVar("R")

AT_ONCE = 30_000
"""Fixes times looks at each: some 6 ms of the loop (benchmarks/judging.py)."""


async def beside(work: int, func: Callable[[*Args], R], *args: *Args) -> R:
    """The answer of a pure function of packed fixes; `work` is how many fixes it looks at how often."""
    return func(*args) if work <= AT_ONCE else await offload.run(func, *args)
