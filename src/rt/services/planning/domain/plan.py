"""A proposal of the optimiser, kept until it is accepted or put aside."""

from datetime import date
from typing import Literal

from rt.contracts.planning import LeftOverView, OptimisedPlanView, TourView
from rt.kernel.entity import Entity
from rt.kernel.errors import Conflict


class PlanUnsound(Conflict):
    fr = "La vérification indépendante refuse cette proposition ({violations} écart(s)). Relancez le calcul."
    en = "The independent check refuses this proposal ({violations} violation(s)). Run it again."


class PlanDecided(Conflict):
    fr = "Cette proposition est déjà {state}."
    en = "This proposal is already {state}."


class Plan(Entity):
    """What was proposed; `violations` is what the verifier still found: a plan with any is not accepted."""

    day: date
    tours: list[TourView]
    left_over: list[LeftOverView]
    seconds: float
    violations: int
    state: Literal["proposed", "accepted", "discarded"] = "proposed"

    def accept(self) -> None:
        if self.violations:
            raise PlanUnsound(violations=self.violations)
        self._decide("accepted")

    def discard(self) -> None:
        self._decide("discarded")

    def _decide(self, state: Literal["accepted", "discarded"]) -> None:
        if self.state != "proposed":
            raise PlanDecided(state=self.state)
        self.state = state

    def view(self) -> OptimisedPlanView:
        return OptimisedPlanView(
            plan_id=self.id,
            day=self.day,
            state=self.state,
            tours=self.tours,
            left_over=self.left_over,
            distance_km=round(sum(tour.distance_km or 0 for tour in self.tours), 1),
            driving_hours=round(sum(tour.driving_minutes for tour in self.tours) / 60, 1),
            working_hours=round(sum(_worked(tour) for tour in self.tours) / 60, 1),
            assigned=len({stop.job_id for tour in self.tours for stop in tour.stops}),
            seconds=self.seconds,
            violations=self.violations,
        )


def _worked(tour: TourView) -> float:
    """Minutes at the wheel and at stops, without waiting and rests."""
    return tour.driving_minutes + sum(
        (stop.leaves_at - stop.starts_at).total_seconds() / 60 for stop in tour.stops
    )
