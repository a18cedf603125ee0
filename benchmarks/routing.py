"""How good the tours are: every instance of the data folder through the product's own search and verifier.

    python benchmarks/routing.py ../shared/data/vrp solomon --seconds 10

Solomon and Homberger are scored on distance, Li & Lim at the vehicle count of the best known solution.
`--baseline` solves with PyVRP as it comes (one thread, its own settings, all requests required) instead.
"""

import argparse
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyvrp
from benchmarks.routing_instances import PRECISION, SUSPECT, best_known, read
from pyvrp.stop import MaxRuntime

from rt.services.planning.domain.routing.problem import Answer, Problem, Route, Visit, cost_of
from rt.services.planning.domain.routing.solver import solve
from rt.services.planning.domain.routing.verifier import violations

WINDOWS = tuple(
    f"{call}_{bound}"
    for call in ("pickup", "delivery")
    for bound in ("tw_early", "tw_late", "service_duration")
)
"""What PyVRP calls the bounds of a shipment's two calls."""


def baseline(problem: Problem, seconds: float) -> Answer:
    """PyVRP as it comes."""
    model_matrix: Any = np.rint(problem.costs * PRECISION).astype(np.int64)
    clients, shipments = [], []
    for request in problem.requests:
        times = [
            (
                call.node,
                round(call.opens * PRECISION),
                round(call.closes * PRECISION),
                round(call.service * PRECISION),
            )
            for call in (request.pickup, request.delivery)
            if call is not None
        ]
        if len(times) == 1:
            node, opens, closes, service = times[0]
            clients.append(pyvrp.Client(node, list(request.load), [], service, opens, closes))
        else:
            (start, *pickup), (end, *delivery) = times
            windows: dict[str, Any] = dict(zip(WINDOWS, (*pickup, *delivery), strict=True))
            shipments.append(pyvrp.Shipment(start, end, amount=list(request.load), **windows))
    truck = problem.trucks[0]
    kind = pyvrp.VehicleType(
        len(problem.trucks), list(truck.capacity), tw_late=round(truck.closes * PRECISION)
    )
    places = [pyvrp.Location(0, 0)] * len(model_matrix)
    asked = pyvrp.ProblemData(
        places, clients, [pyvrp.Depot(0)], [kind], [model_matrix], [model_matrix], [], shipments
    )
    found = pyvrp.solve(asked, MaxRuntime(seconds), collect_stats=False).best
    if not found.is_feasible():
        return Answer(routes=(), left_over=tuple(range(len(problem.requests))))
    routes = tuple(
        Route(number, tuple(Visit(a.idx, a.is_pickup()) for a in route.schedule() if not a.is_depot()))
        for number, route in enumerate(found.routes())
    )
    return Answer(routes=routes, left_over=())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("kind", help="folder of instances below it: solomon, homberger_200, li_lim_100 …")
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--only", default="", help="names, comma separated")
    parser.add_argument("--baseline", action="store_true")
    asked = parser.parse_args()
    known = best_known(asked.folder)
    gaps: dict[str, float] = {}
    broken = unassigned = count = 0
    for path in sorted((asked.folder / asked.kind).glob("*.txt")):
        if asked.only and path.stem not in asked.only.split(","):
            continue
        pairs = path.stem.lower().startswith("l")
        reference = path.stem if pairs or path.stem + "_distance" not in known else path.stem + "_distance"
        best = known.get(reference)
        problem = read(path, best["solved_with_vehicles"] if best and pairs else None)
        began = time.perf_counter()
        answer = baseline(problem, asked.seconds) if asked.baseline else solve(problem, asked.seconds)
        took = time.perf_counter() - began
        wrong = violations(problem, answer)
        cost = cost_of(problem, answer)
        gap = 100 * (cost / best["best_known_cost"] - 1) if best else float("nan")
        note = " suspect reference" if reference in SUSPECT else ""
        counts = (
            f"vehicles {len(answer.routes):3}  left over {len(answer.left_over)}  violations {len(wrong)}"
        )
        print(f"{path.stem:10} {cost:10.2f} {gap:+7.2f} %  {counts}  {took:5.1f} s{note}", flush=True)
        count += 1
        broken += bool(wrong)
        unassigned += bool(answer.left_over)
        if best and not answer.left_over and reference not in SUSPECT:
            gaps[path.stem] = gap
    if gaps:
        worst = max(gaps, key=lambda name: gaps[name])
        within = sum(gap <= 1 for gap in gaps.values())
        print(f"{count} instances, {unassigned} not fully assigned, {broken} with violations")
        print(f"mean gap {statistics.mean(gaps.values()):.2f} % of {len(gaps)}, within 1 %: {within}")
        print(f"worst gap {gaps[worst]:.2f} % ({worst})")


if __name__ == "__main__":
    main()
