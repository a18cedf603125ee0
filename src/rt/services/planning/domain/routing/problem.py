"""A routing problem in plain numbers: requests, trucks, a matrix of costs and one of durations."""

from itertools import pairwise

import msgspec
import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Load = tuple[int, ...]


class Call(msgspec.Struct, frozen=True):
    """A visit to a node: service may begin from `opens` to `closes` and lasts `service`."""

    node: int
    opens: float
    closes: float
    service: float = 0


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Something to carry. Without a pickup it comes from the truck's start, without a delivery it goes there.

    `load` has one figure per dimension (kilograms, pallets, …); `skills` are all needed on the truck.
    """

    pickup: Call | None = None
    delivery: Call | None = None
    load: Load
    skills: frozenset[str] = frozenset()


class Truck(msgspec.Struct, frozen=True, kw_only=True):
    """A vehicle with its driver for one shift, from node `start` to node `end`."""

    start: int
    end: int
    opens: float
    closes: float
    capacity: Load
    skills: frozenset[str] = frozenset()
    most_cost: float | None = None
    fixed_cost: float = 0


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """Requests for trucks. `costs` is what is made small and what `most_cost` bounds on each truck.

    `precision` is how many parts of a unit the search tells apart: 1 for whole seconds.
    """

    costs: Matrix
    durations: Matrix
    requests: tuple[Request, ...]
    trucks: tuple[Truck, ...]
    precision: int = 1


class Visit(msgspec.Struct, frozen=True):
    """A pickup or delivery of the request with this number."""

    request: int
    is_pickup: bool


class Route(msgspec.Struct, frozen=True):
    """What one truck does, in order."""

    truck: int
    visits: tuple[Visit, ...]


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Routes and the requests that found no place."""

    routes: tuple[Route, ...]
    left_over: tuple[int, ...]


def call_of(problem: Problem, visit: Visit) -> Call:
    request = problem.requests[visit.request]
    call = request.pickup if visit.is_pickup else request.delivery
    if call is None:
        raise ValueError(f"request {visit.request} has no such visit")
    return call


def cost_of(problem: Problem, answer: Answer) -> float:
    """The sum of the routes' costs, by the matrix."""
    total = 0.0
    for route in answer.routes:
        truck = problem.trucks[route.truck]
        nodes = [truck.start, *(call_of(problem, visit).node for visit in route.visits), truck.end]
        total += truck.fixed_cost
        total += sum(float(problem.costs[a, b]) for a, b in pairwise(nodes))
    return total
