"""Reads Solomon, Homberger and Li & Lim files into routing problems; euclidean, double precision."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from rt.services.planning.domain.routing.problem import Call, Problem, Request, Truck

PRECISION = 10_000
SUSPECT = {"RC101_distance", "R109_distance", "RC103_distance"}
"""Reference values that are old or impossible (DATA.md, B1)."""


def read(path: Path, trucks: int | None = None) -> Problem:
    """The instance of a file; its fleet, or only so many trucks."""
    rows = [
        [float(word) for word in line.split()] for line in path.read_text().splitlines() if _numeric(line)
    ]
    return _pairs(rows, trucks) if len(rows[0]) == 3 else _deliveries(rows, trucks)


def best_known(folder: Path) -> dict[str, Any]:
    """The reference values of a data folder, all classes together."""
    known: dict[str, Any] = {}
    for path in sorted(folder.glob("*_best_known.json")):
        known |= json.loads(path.read_text())
    return known


def _deliveries(rows: list[list[float]], trucks: int | None) -> Problem:
    """Solomon and Homberger: fleet and capacity, then number, x, y, demand, opens, closes, service."""
    (fleet, capacity), nodes = rows[0], rows[1:]
    requests = tuple(
        Request(delivery=Call(n, opens, closes, service), load=(int(demand),))
        for n, (_, _, _, demand, opens, closes, service) in enumerate(nodes)
        if n
    )
    return _problem(nodes, requests, trucks or int(fleet), int(capacity))


def _pairs(rows: list[list[float]], trucks: int | None) -> Problem:
    """Li & Lim: fleet, capacity and speed, then as Solomon with the numbers of pickup and delivery."""
    (fleet, capacity, _), nodes = rows[0], rows[1:]
    number = {int(row[0]): position for position, row in enumerate(nodes)}
    requests = []
    for position, row in enumerate(nodes):
        if row[3] > 0 and row[8]:
            other = number[int(row[8])]
            requests.append(
                Request(
                    pickup=Call(position, *row[4:7]),
                    delivery=Call(other, *nodes[other][4:7]),
                    load=(int(row[3]),),
                )
            )
    return _problem(nodes, tuple(requests), trucks or int(fleet), int(capacity))


def _problem(nodes: list[list[float]], requests: tuple[Request, ...], trucks: int, capacity: int) -> Problem:
    at = np.array([row[1:3] for row in nodes])
    matrix = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    truck = Truck(start=0, end=0, opens=nodes[0][4], closes=nodes[0][5], capacity=(capacity,))
    return Problem(
        costs=matrix, durations=matrix, requests=requests, trucks=(truck,) * trucks, precision=PRECISION
    )


def _numeric(line: str) -> bool:
    words = line.split()
    return len(words) > 1 and all(word.lstrip("-").replace(".", "", 1).isdigit() for word in words)
