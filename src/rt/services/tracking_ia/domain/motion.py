"""Driving or on foot: what a dense track says about the person who carries the phone."""

import math
from bisect import bisect
from collections.abc import Sequence
from itertools import pairwise

from rt.services.tracking_ia.domain.points import EARTH_M, Fix

STEPS_NEAR, STEPS_WIDE = 1, 3
"""Fixes on each side over which the way (near) and the displacement (wide) are looked at."""
SPEEDS = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
"""Borders of the classes, in metres per second."""
STAY = 0.9
"""Chance that the next fix, 5 s later, is of the same kind: best of four on the tracks learned from."""
EVIDENCE = (
    (-311, -146, -51, -14, 26, 83, 219, 24),
    (-241, -116, -6, 87, 178, 231, 154, 24),
    (-275, -177, -49, 115, 331, 241, 219, 134),
    (-179, -154, -69, 48, 339, 359, 307, 24),
    (-90, 26, 68, 177, 383, 489, 413, 24),
    (-35, 106, 275, 307, 401, 613, 578, 244),
    (-137, 198, 354, 432, 409, 643, 738, 396),
    (-137, 134, 24, 24, 354, 458, 725, 731),
)
"""100 · ln(chance driving / chance on foot) by class of near speed (row) and wide displacement (column).

Learned by benchmarks/stops.py from half of the GOAL tracks (Amazon, CC BY 4.0).
"""
DENSE_SECONDS = 10
"""Tracks with longer steps say nothing about walking."""


def driving(times_s: Sequence[float], places_m: Sequence[tuple[float, float]]) -> list[bool]:
    """Whether each fix was driven, by itself and its neighbours (a two-state hidden Markov model)."""
    seen = [classes(times_s, places_m, nth) for nth in range(len(places_m))]
    weights = [EVIDENCE[near][wide] / 100 for near, wide in seen]
    forward = _carried(weights)
    backward = _carried(weights[::-1])[::-1]
    return [ahead + behind - own > 0 for ahead, behind, own in zip(forward, backward, weights, strict=True)]


def classes(times_s: Sequence[float], places_m: Sequence[tuple[float, float]], nth: int) -> tuple[int, int]:
    """Class of the near speed along the way, and of the wide displacement as the crow flies."""
    first, last = max(0, nth - STEPS_NEAR), min(len(places_m) - 1, nth + STEPS_NEAR)
    way = sum(math.dist(a, b) for a, b in pairwise(places_m[first : last + 1]))
    near = way / max(0.001, times_s[last] - times_s[first])
    first, last = max(0, nth - STEPS_WIDE), min(len(places_m) - 1, nth + STEPS_WIDE)
    wide = math.dist(places_m[first], places_m[last]) / max(0.001, times_s[last] - times_s[first])
    return bisect(SPEEDS, near), bisect(SPEEDS, wide)


def dense(track: Sequence[Fix]) -> bool:
    """Whether the usual step is short enough to tell walking from driving."""
    steps = sorted((b.at_ms - a.at_ms) / 1000 for a, b in pairwise(track))
    return bool(steps) and steps[len(steps) // 2] <= DENSE_SECONDS


def driven_fixes(track: Sequence[Fix]) -> list[bool]:
    """Whether each fix of a dense track was driven."""
    metre = EARTH_M * math.pi / 180
    narrow = math.cos(math.radians(track[0].latitude)) * metre
    places = [(fix.longitude * narrow, fix.latitude * metre) for fix in track]
    return driving([fix.at_ms / 1000 for fix in track], places)


def _carried(weights: Sequence[float]) -> list[float]:
    """Log odds of driving at each fix from the evidence up to it."""
    odds: list[float] = []
    for weight in weights:
        before = _passed(odds[-1]) if odds else 0.0
        odds.append(weight + before)
    return odds


def _passed(odds: float) -> float:
    """Log odds after one step: mostly the same, sometimes the other."""
    share = 1 / (1 + math.exp(-max(-50.0, min(50.0, odds))))
    moved = STAY * share + (1 - STAY) * (1 - share)
    return math.log(moved / (1 - moved))
