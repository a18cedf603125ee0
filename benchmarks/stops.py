"""How well driving is told from being on foot, on real delivery tracks with labels (GOAL, T-08).

    python benchmarks/stops.py ../shared/data/goal/trajectories.zip            # accuracy
    python benchmarks/stops.py ../shared/data/goal/trajectories.zip --learn    # the table of domain/motion.py

Every second track (by file name) was learned from, the others are scored. The baseline is mean speed over
three fixes on each side above 1.75 m/s.

Data: amazon-science/goal-gps-ordered-activity-labels, CC BY 4.0.
"""

import argparse
import csv
import io
import math
import zipfile
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import msgspec

from rt.services.tracking_ia.domain.motion import SPEEDS, classes, driving

BASELINE_M_S = 1.75


class Track(msgspec.Struct):
    """One labelled track, in seconds and metres."""

    times_s: list[float]
    places_m: list[tuple[float, float]]
    driven: list[bool]


def tracks(archive: Path) -> list[Track]:
    found = []
    with zipfile.ZipFile(archive) as packed:
        for name in sorted(name for name in packed.namelist() if name.endswith(".csv")):
            rows = list(csv.DictReader(io.StringIO(packed.read(name).decode())))
            found.append(
                Track(
                    [datetime.fromisoformat(row["timestamp"][:26]).timestamp() for row in rows],
                    [(float(row["x"]), float(row["y"])) for row in rows],
                    [row["groundtruth"] == "Driving" for row in rows],
                )
            )
    return found


def learn(learned_from: list[Track]) -> None:
    seen: dict[bool, Counter[tuple[int, int]]] = {True: Counter(), False: Counter()}
    for track in learned_from:
        for nth, driven in enumerate(track.driven):
            seen[driven][classes(track.times_s, track.places_m, nth)] += 1
    totals = {driven: seen[driven].total() for driven in seen}
    for near in range(len(SPEEDS) + 1):
        chances = {
            driven: [(seen[driven][near, wide] + 0.5) / totals[driven] for wide in range(len(SPEEDS) + 1)]
            for driven in seen
        }
        row = (round(100 * math.log(yes / no)) for yes, no in zip(chances[True], chances[False], strict=True))
        print(f"    ({', '.join(map(str, row))}),")


def by_speed(track: Track) -> list[bool]:
    """The baseline."""
    answers = []
    for nth in range(len(track.driven)):
        first, last = max(0, nth - 3), min(len(track.driven) - 1, nth + 3)
        way = sum(math.dist(a, b) for a, b in pairwise(track.places_m[first : last + 1]))
        answers.append(way / max(0.001, track.times_s[last] - track.times_s[first]) > BASELINE_M_S)
    return answers


def score(scored: list[Track]) -> None:
    points = sum(len(track.driven) for track in scored)
    answers: dict[str, Callable[[Track], Sequence[bool]]] = {
        "mean speed > 1.75 m/s": by_speed,
        "rt": lambda track: driving(track.times_s, track.places_m),
    }
    print(f"{len(scored)} tracks, {points} labelled points, none learned from")
    for name, answer in answers.items():
        pairs = [pair for track in scored for pair in zip(answer(track), track.driven, strict=True)]
        right = sum(said == driven for said, driven in pairs) / points
        missed = sum(said for said, driven in pairs if not driven) / sum(not driven for _, driven in pairs)
        false = sum(not said for said, driven in pairs if driven) / sum(driven for _, driven in pairs)
        print(f"{name:>24}: {right:.1%} right, {missed:.1%} of walking missed, {false:.1%} of driving missed")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    parser.add_argument("--learn", action="store_true")
    arguments = parser.parse_args()
    every = tracks(arguments.archive)
    learn(every[0::2]) if arguments.learn else score(every[1::2])
