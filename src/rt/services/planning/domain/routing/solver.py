"""The search: iterated local search of PyVRP on shipments, with prizes that grow for what is left over.

A request is optional at a price above any detour. After each round the price of those left over doubles,
as the ejection counters of Nagata and Kobayashi (2010) do for pickup and delivery: where the fleet is tight
this fills trucks that a search with required requests leaves infeasible (measured in benchmarks/routing.py).
"""

import math
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np
import pyvrp
from pyvrp.stop import MaxRuntime, MultipleCriteria, NoImprovement

from rt.services.planning.domain.routing.problem import (
    Answer,
    Call,
    Matrix,
    Problem,
    Request,
    Route,
    Truck,
    Visit,
    cost_of,
)

THREADS = 2
"""Searches side by side with different seeds; PyVRP lets go of the interpreter lock while it searches."""
ROUND_SECONDS, ROUND_SECONDS_PER_REQUEST = 0.7, 0.012
MOST_DOUBLINGS = 8
UNBOUNDED = (1 << 63) - 1
NOT_ALLOWED = 1 << 34
"""Cost and duration of a way that a truck may not take: beyond any horizon, below overflow with penalties."""
HURRIED, PATIENT = (100, 2_000), (300, 5_000)
"""Late-acceptance length and iterations before a restart of the two searches, for budgets of seconds."""
FIRST_SHARE = 0.6
"""Part of the time that the second search spends in one go before it too raises prices: measured on lc109."""
ROUNDING = 1e-7
"""What a product of doubles may be above a whole number without being the next one."""

Integers = np.ndarray[Any, np.dtype[np.int64]]
Rule = Literal["skill", "capacity", "window", "driving", "shift"]


def solve(problem: Problem, seconds: float, *, seed: int = 0, patience: int | None = None) -> Answer:
    """The best answer found in that time; `patience` iterations without progress end the search earlier."""
    wanted = [n for n, request in enumerate(problem.requests) if _possible(problem, request)]
    nothing = Answer(routes=(), left_over=tuple(range(len(problem.requests))))
    if not wanted:
        return nothing
    deadline = time.monotonic() + seconds
    with ThreadPoolExecutor(THREADS) as pool:
        searches = [
            pool.submit(_Search(problem, wanted, seed * THREADS + n, n == 0).run, deadline, patience)
            for n in range(THREADS)
        ]
        answers = [search.result() for search in searches]
    return min([*answers, nothing], key=lambda answer: _rank(problem, answer))


class _Search:
    """One thread's search over one problem; locations are the depots, then one per call."""

    def __init__(self, problem: Problem, wanted: list[int], seed: int, in_rounds: bool) -> None:
        self.problem = problem
        self.seed = seed
        self.in_rounds = in_rounds
        requests = problem.requests
        self.clients = [n for n in wanted if requests[n].pickup is None or requests[n].delivery is None]
        self.shipments = [n for n in wanted if requests[n].pickup and requests[n].delivery]
        self.types = _types(problem.trucks)
        depots = dict.fromkeys(node for truck in problem.trucks for node in (truck.start, truck.end))
        self.depots = {node: position for position, node in enumerate(depots)}
        self.nodes: list[int] = list(depots)
        self.owners: list[int] = [-1] * len(depots)
        for number in [*self.clients, *self.shipments]:
            for call in (requests[number].pickup, requests[number].delivery):
                if call is not None:
                    self.nodes.append(call.node)
                    self.owners.append(number)
        self.profiles = sorted({truck.skills for truck in problem.trucks}, key=sorted)
        self.costs = [self._matrix(problem.costs, skills) for skills in self.profiles]
        self.durations = [self._matrix(problem.durations, skills) for skills in self.profiles]
        first = (
            1
            + int(2 * np.ceil(problem.costs.max() * problem.precision))
            + max(self._whole(truck.fixed_cost) for truck in problem.trucks)
        )
        self.prizes = dict.fromkeys(wanted, 2 * first)
        self.dearest = 2 * first << MOST_DOUBLINGS

    def run(self, deadline: float, patience: int | None) -> Answer:
        """Search on from the best so far, round by round, until the time is up or nothing gets better."""
        best = Answer(routes=(), left_over=tuple(self.prizes))
        last: pyvrp.Solution | None = None
        turn = stale = 0
        while turn == 0 or (deadline > time.monotonic() and (patience is None or stale <= MOST_DOUBLINGS)):
            left = max(0.0, deadline - time.monotonic())
            whole = not best.left_over or (turn == 0 and not self.in_rounds)
            share = FIRST_SHARE if turn == 0 and not self.in_rounds else 1.0
            stop = [
                MaxRuntime(
                    left * share
                    if whole
                    else min(left, max(ROUND_SECONDS, ROUND_SECONDS_PER_REQUEST * len(self.prizes)))
                )
            ]
            found = self._search(stop + ([NoImprovement(patience)] if patience else []), turn, last)
            turn += 1
            if found.is_feasible():
                last = found
                answer = self._answer(found)
                better = _rank(self.problem, answer) < _rank(self.problem, best)
                best, stale = (answer, 0) if better else (best, stale + 1)
                for number in answer.left_over:
                    self.prizes[number] = min(self.prizes[number] * 2, self.dearest)
            else:
                stale += 1
            if patience is not None and whole and not best.left_over:
                break
        hopeless = set(range(len(self.problem.requests))) - self.prizes.keys()
        return Answer(routes=best.routes, left_over=tuple(sorted(hopeless.union(best.left_over))))

    def _search(self, stop: list[Any], turn: int, last: "pyvrp.Solution | None") -> "pyvrp.Solution":
        data = self._data()
        start = None
        if last is not None:
            routes = [
                pyvrp.Route(
                    data, [_activity(a) for a in route.schedule() if not a.is_depot()], route.vehicle_type()
                )
                for route in last.routes()
            ]
            start = pyvrp.Solution(data, routes)
        history, restart = HURRIED if self.in_rounds else PATIENT
        ils = pyvrp.IteratedLocalSearchParams(num_iters_no_improvement=restart, history_length=history)
        return pyvrp.solve(
            data,
            MultipleCriteria(stop),
            seed=self.seed + 1_000 * turn,
            collect_stats=False,
            params=pyvrp.SolveParams(ils=ils),
            initial_solution=start,
        ).best

    def _data(self) -> "pyvrp.ProblemData":
        requests, at = self.problem.requests, len(self.depots)
        clients, shipments = [], []
        for number in self.clients:
            request = requests[number]
            for call in (request.pickup, request.delivery):
                if call is None:
                    continue
                load = list(request.load)
                delivered, collected = ([], load) if call is request.pickup else (load, [])
                opens, closes, service = self._times(call)
                prize = self.prizes[number]
                clients.append(
                    pyvrp.Client(at, delivered, collected, service, opens, closes, 0, prize, required=False)
                )
                at += 1
        for number in self.shipments:
            request = requests[number]
            times = [self._times(call) for call in (request.pickup, request.delivery) if call is not None]
            (p_opens, p_closes, p_service), (d_opens, d_closes, d_service) = times
            shipments.append(
                pyvrp.Shipment(at, at + 1, p_opens, p_closes, p_service, d_opens, d_closes, d_service,
                               list(request.load), self.prizes[number], required=False)
            )  # fmt: skip
            at += 2
        trucks = [self._type(self.problem.trucks[numbers[0]], len(numbers)) for numbers in self.types]
        return pyvrp.ProblemData(
            [pyvrp.Location(0, 0)] * len(self.nodes),
            clients,
            [pyvrp.Depot(position) for position in range(len(self.depots))],
            trucks,
            self.costs,
            self.durations,
            [],
            shipments,
        )

    def _type(self, truck: Truck, available: int) -> "pyvrp.VehicleType":
        most = UNBOUNDED if truck.most_cost is None else int(truck.most_cost * self.problem.precision)
        return pyvrp.VehicleType(
            available,
            list(truck.capacity),
            start_depot=self.depots[truck.start],
            end_depot=self.depots[truck.end],
            fixed_cost=self._whole(truck.fixed_cost),
            tw_early=self._whole(truck.opens),
            tw_late=int(truck.closes * self.problem.precision),
            profile=self.profiles.index(truck.skills),
            max_distance=most,
        )

    def _matrix(self, numbers: Matrix, skills: frozenset[str]) -> Integers:
        """The matrix over this search's locations: rounded up, so that what fits here fits in truth."""
        whole = np.ceil(numbers[np.ix_(self.nodes, self.nodes)] * self.problem.precision - ROUNDING).astype(
            np.int64
        )
        closed = [
            n
            for n, owner in enumerate(self.owners)
            if owner >= 0 and self.problem.requests[owner].skills - skills
        ]
        whole[closed, :] = NOT_ALLOWED
        whole[:, closed] = NOT_ALLOWED
        np.fill_diagonal(whole, 0)
        return whole

    def _times(self, call: Call) -> tuple[int, int, int]:
        """Opens, closes and service in whole parts."""
        return self._whole(call.opens), int(call.closes * self.problem.precision), self._whole(call.service)

    def _whole(self, number: float) -> int:
        return math.ceil(number * self.problem.precision - ROUNDING)

    def _answer(self, found: "pyvrp.Solution") -> Answer:
        free = [list(numbers) for numbers in self.types]
        routes = []
        served: set[int] = set()
        for route in found.routes():
            visits = tuple(self._visit(a) for a in route.schedule() if not a.is_depot())
            routes.append(Route(free[route.vehicle_type()].pop(0), visits))
            served.update(visit.request for visit in visits)
        return Answer(routes=tuple(routes), left_over=tuple(n for n in self.prizes if n not in served))

    def _visit(self, activity: Any) -> Visit:
        if activity.is_client():
            number = self.clients[activity.idx]
            return Visit(number, self.problem.requests[number].delivery is None)
        return Visit(self.shipments[activity.idx], activity.is_pickup())


def _activity(scheduled: Any) -> Any:
    return pyvrp.Activity(scheduled.type, scheduled.idx)


def _rank(problem: Problem, answer: Answer) -> tuple[int, float]:
    """Fewer left over is better, then cheaper."""
    return len(answer.left_over), cost_of(problem, answer)


def _types(trucks: tuple[Truck, ...]) -> list[list[int]]:
    """Trucks that are the same but for their number, together: the search need not tell them apart."""
    alike: dict[Truck, list[int]] = {}
    for number, truck in enumerate(trucks):
        alike.setdefault(truck, []).append(number)
    return list(alike.values())


def _possible(problem: Problem, request: Request) -> bool:
    """Whether some truck could carry it if it carried nothing else; others would only disturb the search."""
    return any(alone(problem, request, truck) is None for truck in problem.trucks)


def alone(problem: Problem, request: Request, truck: Truck) -> Rule | None:
    """The rule that keeps this truck from carrying this request even alone, or None."""
    if request.skills - truck.skills:
        return "skill"
    if any(load > most for load, most in zip(request.load, truck.capacity, strict=True)):
        return "capacity"
    here, clock, spent = truck.start, truck.opens, 0.0
    for call in (request.pickup, request.delivery):
        if call is None:
            continue
        clock += float(problem.durations[here, call.node])
        spent += float(problem.costs[here, call.node])
        if clock > call.closes:
            return "window"
        clock, here = max(clock, call.opens) + call.service, call.node
    spent += float(problem.costs[here, truck.end])
    if truck.most_cost is not None and spent > truck.most_cost:
        return "driving"
    return "shift" if clock + float(problem.durations[here, truck.end]) > truck.closes else None
