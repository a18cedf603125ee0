"""A whole search in a process beside: from jobs and crews to a proposal that was checked twice."""

import time
from datetime import date

import msgspec

from rt.contracts.planning import ConflictView, TourView
from rt.services.planning.domain.fleet import Crew
from rt.services.planning.domain.job import Job
from rt.services.planning.domain.planner import AFTERWARDS_SECONDS, propose
from rt.services.planning.domain.tour import Tour
from rt.services.planning.domain.verifier import violations

LAID_OUT_SECONDS = 40.0
"""On top of the search and what comes afterwards: its matrices before, tours laid out and checked after."""


class SearchAsked(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched for; `others` are the live tours around."""

    jobs: list[Job]
    crews: list[Crew]
    others: list[Tour]
    day: date
    days: int
    seconds: float

    @property
    def longest(self) -> float:
        """Seconds after which it is given up."""
        return self.seconds + AFTERWARDS_SECONDS + LAID_OUT_SECONDS


class Searched(msgspec.Struct, frozen=True, kw_only=True):
    """The proposal as it is shown, with what the verifier found wrong with it."""

    tours: list[TourView]
    left_over: dict[str, list[ConflictView]]
    violations: int
    seconds: float


def search(asked: SearchAsked) -> Searched:
    began = time.monotonic()
    proposal = propose(
        asked.jobs, asked.crews, asked.day, days=asked.days, seconds=asked.seconds, others=asked.others
    )
    vehicles = {crew.vehicle.id: crew.vehicle for crew in asked.crews}
    drivers = {crew.driver.id: crew.driver for crew in asked.crews}
    return Searched(
        tours=[tour.view() for tour in proposal.tours],
        left_over={
            job_id: [one.conflict_view() for one in against] for job_id, against in proposal.left_over.items()
        },
        violations=len(violations(proposal.tours, vehicles, drivers)),
        seconds=round(time.monotonic() - began, 2),
    )
