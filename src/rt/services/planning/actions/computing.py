"""Small questions are answered at once, large ones in a process beside, so that nobody waits for them."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

import msgspec

from rt.kernel.core import offload
from rt.services.planning.domain.beside import ChecksAsked, checks, met, unpacked
from rt.services.planning.domain.conflicts import PlanningConflict
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.tour import Tour

SIZE_AT_ONCE = 60
"""Tours laid out and checked on the loop: about 15 ms (benchmarks/planning.md)."""
LONGEST_SECONDS = 8.0
VERDICTS_KEPT = 5_000
Version = tuple[str, int]


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


class Verdicts:
    """What stands against tours, kept while it is of the same versions of tours, vehicles and drivers.

    And while the truck has come as far by its plan: what lies behind it is not held against it.
    Of a day that a dispatcher looks at again and again only what has changed is checked anew.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[Version, ...], list[PlanningConflict]] = {}

    async def of(
        self, tours: Sequence[tuple[Tour, Crew]], others: Sequence[Tour]
    ) -> dict[str, list[PlanningConflict]]:
        """By the tours' identities; `others` are the live tours around them."""
        near = met([tour for tour, _ in tours], others)
        bases = [_basis(tour, crew, beside) for (tour, crew), beside in zip(tours, near, strict=True)]
        known = {basis: self._known[basis] for basis in bases if basis in self._known}
        fresh = [n for n, basis in enumerate(bases) if basis not in known]
        asked = ChecksAsked(tours=[tours[n] for n in fresh], others=[one for n in fresh for one in near[n]])
        found = await worked_out(checks, asked)
        known |= {bases[n]: verdict for n, verdict in zip(fresh, found, strict=True)}
        every = self._known | known
        self._known = every if len(every) <= VERDICTS_KEPT else known
        return {tour.id: known[basis] for (tour, _), basis in zip(tours, bases, strict=True)}


def _basis(tour: Tour, crew: Crew, beside: Sequence[Tour]) -> tuple[Version, ...]:
    """What a verdict follows from: versions, and how many stops lie behind."""
    others = sorted((one.id, one.version) for one in beside)
    parts = [(one.id, one.version) for one in (tour, crew.vehicle, crew.driver)]
    return (*parts, ("behind", len(tour.behind())), *others)
