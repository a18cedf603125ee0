"""What may be worked out in a process beside: its questions, each with what it needs and no more."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import TypeVar

import msgspec

from rt.services.planning.domain.checks import conflicts
from rt.services.planning.domain.conflicts import PlanningConflict
from rt.services.planning.domain.fits import Fit, Found, best_fit, fits, tries
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.tour import Tour

A = TypeVar("A")
R = TypeVar("R")


class PlaceAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Where on this tour a job would go; positions that are given are kept to."""

    job: Job
    tour: Tour
    crew: Crew
    others: list[Tour]
    pickup_position: int | None
    delivery_position: int | None
    derogation: str

    @property
    def size(self) -> int:
        return tries(self.tour)


class PlacesAsked(msgspec.Struct, frozen=True, kw_only=True):
    """The best places for a job over all tours and free crews of a day."""

    job: Job
    tours: list[tuple[Tour, Crew]]
    free: list[Crew]
    day: date
    others: list[Tour]
    most: int
    seconds: float

    @property
    def size(self) -> int:
        return sum(tries(tour) for tour, _ in self.tours) + len(self.free)


class ChecksAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What stands against each of these tours now, of each other or of `others`, live tours around them."""

    tours: list[tuple[Tour, Crew]]
    others: list[Tour]

    @property
    def size(self) -> int:
        return len(self.tours)


def place(asked: PlaceAsked) -> Fit:
    return best_fit(
        asked.job,
        asked.tour,
        asked.crew,
        asked.others,
        pickup_position=asked.pickup_position,
        delivery_position=asked.delivery_position,
        derogation=asked.derogation,
    )


def places(asked: PlacesAsked) -> Found:
    found = fits(asked.job, asked.tours, asked.free, asked.day, asked.others, seconds=asked.seconds)
    return found._replace(fits=found.fits[: asked.most])


def checks(asked: ChecksAsked) -> list[list[PlanningConflict]]:
    tours = [tour for tour, _ in asked.tours]
    return [
        conflicts(tour, crew, others, tour.derogation)
        for (tour, crew), others in zip(asked.tours, met(tours, asked.others), strict=True)
    ]


def met(tours: Sequence[Tour], others: Sequence[Tour]) -> list[list[Tour]]:
    """For each of these tours those among them and `others` that have its vehicle or its driver."""
    of_crew: dict[str, list[Tour]] = {}
    for one in {one.id: one for one in [*tours, *others]}.values():
        for part in (one.vehicle_id, one.driver_id):
            of_crew.setdefault(part, []).append(one)
    found = []
    for tour in tours:
        near = {one.id: one for part in (tour.vehicle_id, tour.driver_id) for one in of_crew[part]}
        found.append([one for one in near.values() if one.id != tour.id])
    return found


def unpacked(answers: Callable[[A], R], kind: type[A], packed: bytes) -> R:
    """The answer to a question that came as MessagePack."""
    return answers(msgspec.msgpack.decode(packed, type=kind))
