"""A proposal of the optimiser, from the search that is asked for until it is accepted or put aside."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from rt.contracts.planning import LeftOverView, OptimisedPlanView, TourView
from rt.contracts.planning.plans import LostTo, PlanState
from rt.kernel.core.errors import Conflict, Refusal, VersionStale
from rt.kernel.model.entity import Entity
from rt.services.planning.domain.job import Job

RUNNING = "running"
CALLED = {
    "weight": ("le poids", "the weight"),
    "pallets": ("le nombre de palettes", "the number of pallets"),
    "loading_metres": ("le métrage", "the loading metres"),
    "requirements": ("ce qui est exigé", "what is required"),
    "pickup": ("le lieu d'enlèvement", "the place of pickup"),
    "delivery": ("le lieu de livraison", "the place of delivery"),
    "pickup_window": ("le créneau d'enlèvement", "the window of the pickup"),
    "delivery_window": ("le créneau de livraison", "the window of the delivery"),
}
"""What a job's facts are called."""
MOST_BEGINNINGS = 3
"""How often a search is begun anew after the process that ran it has ended."""
ALMOST = 0.95
"""No search is said to be done before it is."""


class PlanUnsound(Conflict):
    fr = "La vérification indépendante refuse cette proposition ({violations} écart(s)). Relancez le calcul."
    en = "The independent check refuses this proposal ({violations} violation(s)). Run it again."


class PlanDecided(Conflict):
    fr = "Cette proposition est déjà {state}."
    en = "This proposal is already {state}."


class SearchRunning(Conflict):
    fr = "Une recherche tourne déjà pour le {day}. Attendez qu'elle finisse, ou écartez-la."
    en = "A search for {day} is running already. Wait until it ends, or put it aside."


class PlanOutdated(Conflict):
    """What the proposal was worked out from has changed: each change is a part."""

    fr = (
        "La proposition ne vaut plus, {count} changement(s) depuis le calcul : {changes}. Relancez le calcul."
    )
    en = "The proposal is out of date, {count} change(s) since it was worked out: {changes}. Run it again."

    def __init__(self, parts: Sequence[Refusal]) -> None:
        changes = " ".join(str(part.values.get("name", "")) for part in parts[:5])
        super().__init__(count=len(parts), changes=changes)
        self.parts = tuple(parts)


class JobChanged(Conflict):
    fr = "{name} : {what_fr} a changé, de « {before} » à « {after} »."
    en = "{name}: {what_en} has changed, from “{before}” to “{after}”."


class TourWouldDiffer(Conflict):
    fr = "{name} : la tournée ne se ferait plus aux heures proposées."
    en = "{name}: the tour would no longer run at the hours proposed."


class Plan(Entity):
    """What was asked for and proposed; with `violations`, which the verifier found, it is not accepted.

    `turn` is unique in the organization: one search at a time. `seen` is each job as it was when the search
    began, in words, so that a change since can be named.
    """

    day: date
    days: int
    budget_seconds: float
    job_ids: list[str]
    turn: str
    tours: list[TourView] = msgspec.field(default_factory=list)
    left_over: list[LeftOverView] = msgspec.field(default_factory=list)
    seen: dict[str, dict[str, str]] = msgspec.field(default_factory=dict)
    beyond: int = 0
    seconds: float = 0
    violations: int = 0
    state: PlanState = "running"
    lost_to: LostTo = ""
    begun: int = 0
    begun_at: datetime | None = None

    def asks_for(self, day: date, days: int, job_ids: Sequence[str]) -> bool:
        """Whether this is the same search."""
        return (self.day, self.days, sorted(self.job_ids)) == (day, days, sorted(job_ids))

    def begin(self, at: datetime) -> None:
        self.begun, self.begun_at = self.begun + 1, at

    def wait(self) -> None:
        """Not begun after all: the computers are busy."""
        self.begun, self.begun_at = max(0, self.begun - 1), None

    def propose(
        self,
        tours: Sequence[TourView],
        left_over: Sequence[LeftOverView],
        seen: Mapping[str, dict[str, str]],
        violations: int,
        seconds: float,
    ) -> None:
        self.tours, self.left_over, self.seen = list(tours), list(left_over), dict(seen)
        self.violations, self.seconds = violations, seconds
        self._end("proposed")

    def lose(self, to: LostTo) -> None:
        self.lost_to = to
        self._end("lost")

    def accept(self, version: int) -> None:
        self.need_read(version)
        if self.state != "proposed":
            raise PlanDecided(state=self.state)
        if self.violations:
            raise PlanUnsound(violations=self.violations)
        self._end("accepted")

    def discard(self, version: int) -> None:
        """Put it aside; while the search runs nobody has read what a later version would say."""
        if self.state not in ("running", "proposed"):
            raise PlanDecided(state=self.state)
        if self.state == "proposed":
            self.need_read(version)
        self._end("discarded")

    @property
    def placed(self) -> list[str]:
        """Jobs that are on a tour of the proposal."""
        return list(dict.fromkeys(stop.job_id for tour in self.tours for stop in tour.stops))

    def need_read(self, version: int) -> None:
        if version != self.version:
            raise VersionStale("version", given=version, current=self.version)

    def need_unchanged(self, jobs: Mapping[str, Job]) -> None:
        """Refuse with every fact of its jobs that is no longer as it was when the search began."""
        found = []
        for job_id in self.placed:
            before, job = self.seen.get(job_id, {}), jobs.get(job_id)
            after = job.facts() if job else before
            for what in before:
                if job and before[what] != after.get(what):
                    fr, en = CALLED[what]
                    found.append(
                        JobChanged(
                            name=job.reference,
                            what_fr=fr,
                            what_en=en,
                            before=before[what],
                            after=after.get(what, ""),
                        )
                    )
        if found:
            raise PlanOutdated(found)

    def view(self, at: datetime) -> OptimisedPlanView:
        return OptimisedPlanView(
            plan_id=self.id,
            day=self.day,
            days=self.days,
            state=self.state,
            lost_to=self.lost_to,
            progress=self._progress(at),
            asked_at=self.created_at,
            version=self.version,
            tours=self.tours,
            left_over=self.left_over,
            distance_km=round(sum(tour.distance_km or 0 for tour in self.tours), 1),
            driving_hours=round(sum(tour.driving_minutes for tour in self.tours) / 60, 1),
            working_hours=round(sum(_worked(tour) for tour in self.tours) / 60, 1),
            assigned=len({stop.job_id for tour in self.tours for stop in tour.stops}),
            seconds=self.seconds,
            violations=self.violations,
            beyond=self.beyond,
        )

    def _progress(self, at: datetime) -> float:
        if self.state != "running":
            return 1.0
        if self.begun_at is None:
            return 0.0
        return round(min(ALMOST, (at - self.begun_at).total_seconds() / self.budget_seconds), 2)

    def _end(self, state: PlanState) -> None:
        self.state, self.turn = state, self.id


def _worked(tour: TourView) -> float:
    """Minutes at the wheel and at stops, without waiting and rests."""
    return tour.driving_minutes + sum(
        (stop.leaves_at - stop.starts_at).total_seconds() / 60 for stop in tour.stops
    )
