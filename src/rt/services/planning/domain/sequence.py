"""Stops in their order: a job put among them, one moved, their loads added up."""

from collections.abc import Sequence

from rt.kernel.core.errors import Conflict
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.stop import Stop


class NoSuchStop(Conflict):
    fr = "La tournée n'a pas d'arrêt {position}."
    en = "The tour has no stop {position}."


def insert(stops: Sequence[Stop], job: Job, pickup_position: int, delivery_position: int) -> list[Stop]:
    """The stops with this job's pickup and delivery at these positions of the new list."""
    pickup, delivery = job.stops()
    found = list(stops)
    found.insert(min(pickup_position, len(found)), pickup)
    found.insert(min(max(delivery_position, 0), len(found)), delivery)
    return found


def move(stops: Sequence[Stop], position: int, to_position: int) -> list[Stop]:
    if not (0 <= position < len(stops) and 0 <= to_position < len(stops)):
        raise NoSuchStop(position=max(position, to_position))
    found = list(stops)
    found.insert(to_position, found.pop(position))
    return found


def plus(one: tuple[float, float, float], other: tuple[float, float, float]) -> tuple[float, float, float]:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]
