"""A proposal of the optimiser, kept until it is accepted or put aside."""

from datetime import date
from typing import Literal

from rt.contracts.planning import LeftOverView, OptimisedPlanView, TourView
from rt.kernel.entity import Entity
from rt.kernel.errors import Conflict


class PlanDecided(Conflict):
    fr = "Cette proposition est déjà {state}."
    en = "This proposal is already {state}."


class Plan(Entity):
    """What was proposed; `violations` is what the verifier found before it was kept, always 0 in a plan kept."""

    day: date
    tours: list[TourView]
    left_over: list[LeftOverView]
    seconds: float
    violations: int
    state: Literal["proposed", "accepted", "discarded"] = "proposed"

    def accept(self) -> None:
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
            distance_km=round(sum(tour.distance_km for tour in self.tours), 1),
            driving_hours=round(sum(tour.driving_minutes for tour in self.tours) / 60, 1),
            working_hours=round(
                sum((tour.ends_at - tour.starts_at).total_seconds() for tour in self.tours) / 3600, 1
            ),
            assigned=len({stop.job_id for tour in self.tours for stop in tour.stops}),
            seconds=self.seconds,
            violations=self.violations,
        )
