"""When a vehicle will be there: distance and speed with a measured 10-90 % band, honest about silence."""

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import NormalDist

import msgspec

from rt.trade.ways import Way

DRIVING_LIMIT_H = 4.5
BREAK_H = 0.75
"""45 minutes after 4 h 30 at the wheel (Regulation (EC) 561/2006, art. 7)."""
DWELL_MINUTES = 35.0
"""Time at a stop in between, median of the simulated drives."""
FACTORS = (
    (10.0, (1.00, 1.53, 2.34)),
    (30.0, (0.83, 1.25, 2.30)),
    (90.0, (0.93, 1.36, 1.94)),
    (240.0, (1.02, 1.24, 1.50)),
    (480.0, (1.01, 1.16, 1.32)),
)
"""At so many nominal minutes: 10, 50 and 90 % quantiles of real by nominal (benchmarks/eta.py, simulated)."""
OLD = timedelta(minutes=15)
"""After this long without a fix the position is shown as old."""
Z90 = NormalDist().inv_cdf(0.9)


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Expected arrival with its band; `old` when the last fix is no news any more."""

    eta: datetime
    low: datetime
    high: datetime
    remaining_km: float
    fix_at: datetime
    old: bool

    def late_probability(self, promised: datetime, moment: datetime) -> float:
        """Chance to arrive after the promise: log-normal through the three quantiles."""
        left = (promised - moment).total_seconds()
        if left <= 0:
            return 1.0
        low, middle, high = ((at - moment).total_seconds() for at in (self.low, self.eta, self.high))
        low, middle, high = max(low, 1.0), max(middle, 2.0), max(high, 3.0)
        spread = math.log(high / middle) if left >= middle else math.log(middle / low)
        if spread < 1e-6:
            return 0.0 if left >= middle else 1.0
        return 1 - NormalDist().cdf(Z90 * math.log(left / middle) / spread)


def nominal_minutes(legs: Sequence[Way]) -> float:
    """Usual driving time of the legs with its share of legal breaks, on ships, and at the stops in between.

    How long the driver has been at the wheel is not known here: breaks count in proportion.
    """
    driving = sum(leg.driving_minutes for leg in legs)
    breaks = driving / DRIVING_LIMIT_H * BREAK_H
    sea = sum(leg.sea_minutes for leg in legs)
    return driving + breaks + sea + (len(legs) - 1) * DWELL_MINUTES


def quantiles(minutes: float) -> tuple[float, float, float]:
    """The 10, 50 and 90 % quantiles of the real minutes when so many are nominal, without jumps."""
    knots = [(0.0, FACTORS[0][1]), *FACTORS]
    factors = FACTORS[-1][1]
    for (start, before), (end, after) in pairwise(knots):
        if minutes <= end:
            share = (minutes - start) / (end - start)
            factors = _mixed(before, after, share)
            break
    return factors[0] * minutes, factors[1] * minutes, factors[2] * minutes


def expected(legs: Sequence[Way], fix_at: datetime, moment: datetime) -> Arrival:
    """The arrival at the end of the legs, from a fix that may be old.

    In silence the vehicle may have driven on (low) or stood still ever since (high): the band grows with it.
    """
    low, middle, high = (timedelta(minutes=minutes) for minutes in quantiles(nominal_minutes(legs)))
    moment = max(moment, fix_at)
    earliest = max(moment, fix_at + low)
    latest = moment + high
    return Arrival(
        eta=min(max(earliest, fix_at + middle), latest),
        low=earliest,
        high=latest,
        remaining_km=round(sum(leg.km for leg in legs), 1),
        fix_at=fix_at,
        old=moment - fix_at > OLD,
    )


def _mixed(
    before: tuple[float, float, float], after: tuple[float, float, float], share: float
) -> tuple[float, float, float]:
    low, middle, high = (a + (b - a) * share for a, b in zip(before, after, strict=True))
    return low, middle, high
