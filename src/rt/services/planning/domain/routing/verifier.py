"""Checks an answer against its problem, event by event, without a line of the search's own code."""

from collections import Counter
from typing import Literal

import msgspec

from rt.services.planning.domain.routing.problem import Answer, Problem, Route, Truck

Rule = Literal["once", "order", "same_truck", "capacity", "window", "shift", "skill", "cost", "truck_twice"]
TOLERANCE = 1e-6
"""Rounding of double-precision sums; far below the smallest unit of any instance."""


class Violation(msgspec.Struct, frozen=True):
    """One rule that an answer breaks."""

    rule: Rule
    text: str


def violations(problem: Problem, answer: Answer) -> list[Violation]:
    """Everything that is wrong with an answer; empty when it holds."""
    found: list[Violation] = []
    trucks = Counter(route.truck for route in answer.routes)
    found += [
        Violation("truck_twice", f"truck {truck} drives {n} routes") for truck, n in trucks.items() if n > 1
    ]
    found += _each_once(problem, answer)
    for route in answer.routes:
        found += _loads(problem, route)
        found += _times(problem, route)
    return found


def _each_once(problem: Problem, answer: Answer) -> list[Violation]:
    """Every request is left over or served whole, once, by one truck, pickup first."""
    found = []
    seen: dict[tuple[int, bool], list[tuple[int, int]]] = {}
    for route in answer.routes:
        for position, visit in enumerate(route.visits):
            seen.setdefault((visit.request, visit.is_pickup), []).append((route.truck, position))
    for number, request in enumerate(problem.requests):
        pickups, deliveries = seen.get((number, True), []), seen.get((number, False), [])
        left = number in answer.left_over
        wanted = (0 if left or request.pickup is None else 1, 0 if left or request.delivery is None else 1)
        if (len(pickups), len(deliveries)) != wanted:
            found.append(
                Violation("once", f"request {number}: {len(pickups)} pickups, {len(deliveries)} deliveries")
            )
        elif pickups and deliveries:
            if pickups[0][0] != deliveries[0][0]:
                found.append(Violation("same_truck", f"request {number} changes trucks"))
            elif pickups[0][1] > deliveries[0][1]:
                found.append(Violation("order", f"request {number} is delivered before it is picked up"))
    return found


def _loads(problem: Problem, route: Route) -> list[Violation]:
    """What is on board after every visit, dimension by dimension; skills on the way."""
    found = []
    truck = problem.trucks[route.truck]
    for dimension, most in enumerate(truck.capacity):
        from_depot = (
            problem.requests[v.request].load[dimension]
            for v in route.visits
            if not v.is_pickup and problem.requests[v.request].pickup is None
        )
        on_board = sum(from_depot)
        peak = on_board
        for visit in route.visits:
            load = problem.requests[visit.request].load[dimension]
            on_board += load if visit.is_pickup else -load
            peak = max(peak, on_board)
        if peak > most:
            found.append(
                Violation("capacity", f"truck {route.truck} carries {peak} of {most} (dimension {dimension})")
            )
    for number in {visit.request for visit in route.visits}:
        missing = problem.requests[number].skills - truck.skills
        if missing:
            found.append(
                Violation("skill", f"truck {route.truck} lacks {sorted(missing)} for request {number}")
            )
    return found


def _times(problem: Problem, route: Route) -> list[Violation]:
    """Drive the route at the earliest, waiting where it must."""
    found = []
    truck: Truck = problem.trucks[route.truck]
    here, clock, spent = truck.start, truck.opens, 0.0
    for visit in route.visits:
        request = problem.requests[visit.request]
        call = request.pickup if visit.is_pickup else request.delivery
        if call is None:
            found.append(Violation("once", f"request {visit.request} has no such visit"))
            continue
        clock += float(problem.durations[here, call.node])
        spent += float(problem.costs[here, call.node])
        if clock > call.closes + TOLERANCE:
            late = clock - call.closes
            found.append(Violation("window", f"request {visit.request} at node {call.node}: {late:.4f} late"))
        clock = max(clock, call.opens) + call.service
        here = call.node
    clock += float(problem.durations[here, truck.end])
    spent += float(problem.costs[here, truck.end])
    if clock > truck.closes + TOLERANCE:
        found.append(Violation("shift", f"truck {route.truck} is back {clock - truck.closes:.4f} late"))
    if truck.most_cost is not None and spent > truck.most_cost + TOLERANCE:
        found.append(Violation("cost", f"truck {route.truck} spends {spent:.2f} of {truck.most_cost:.2f}"))
    return found
